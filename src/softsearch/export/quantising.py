"""ONNX graphs whose weights are stored and multiplied as 8-bit integers, by ONNX Runtime's dynamic quantisation.

Each column of a weight has a scale of its own; what it is multiplied with is rounded as it comes. Weights use 7 of the
8 bits: with all of them, sums overflow on processors without instructions for such products.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import onnx
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from softsearch.export.silence import quietly


def quantise(path: Path) -> None:
    """Replace a graph by one in 8 bits."""
    model = onnx.load(path)
    _split_products(model.graph, {})
    del model.graph.value_info[:]  # of the products that were there before
    with quietly():
        quantize_dynamic(
            model,
            path,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=list(_with_vectors(model.graph)),
            extra_options={"EnableSubgraph": True},
        )


def _split_products(graph: onnx.GraphProto, above: Mapping[str, onnx.TensorProto]) -> None:
    """Put products and sums in place of each ``W x + b``, with a weight that nothing else reads.

    The quantiser would do so itself, but overlooks that a tied weight is read by the embedding too, and loops.
    """
    weights = {**above, **{each.name: each for each in graph.initializer}}
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        fields = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        for value in fields.values():
            if isinstance(value, onnx.GraphProto):
                _split_products(value, weights)
        is_product = node.op_type == "Gemm" and node.input[1] in weights and fields.get("transB")
        nodes += _split(graph, node, weights[node.input[1]]) if is_product else [_copied(node)]
    del graph.node[:]
    graph.node.extend(nodes)


def _split(graph: onnx.GraphProto, node: onnx.NodeProto, weight: onnx.TensorProto) -> Iterator[onnx.NodeProto]:
    (output,) = node.output
    graph.initializer.append(numpy_helper.from_array(numpy_helper.to_array(weight).T.copy(), f"{output}_weight"))
    read, _, *bias = node.input
    product = f"{output}_product" if bias else output
    yield helper.make_node("MatMul", [read, f"{output}_weight"], [product], name=product)
    if bias:
        yield helper.make_node("Add", [product, *bias], [output], name=output)


def _copied(node: onnx.NodeProto) -> onnx.NodeProto:
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    return copy


def _with_vectors(graph: onnx.GraphProto) -> Iterator[str]:
    """Yield the names of products with a vector, which has no columns."""
    vectors = {each.name for each in graph.initializer if len(each.dims) == 1}
    for node in graph.node:
        if node.op_type == "MatMul" and vectors & set(node.input):
            yield node.name

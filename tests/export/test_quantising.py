"""Graphs in 8 bits."""

from __future__ import annotations

import numpy as np
import pytest

from softsearch.portable.network import Graph
from tests.export.networks import exported, largest_difference, make_recurrent, make_transformer

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
quantising = pytest.importorskip("softsearch.export.quantising")
helper, numpy_helper = onnx.helper, onnx.numpy_helper

FLOATS, WORDS, WIDTH, STEPS = onnx.TensorProto.FLOAT, 40, 16, 3


def tied_graph():
    """Return a graph that embeds a word, multiplies it some times in a scan, and asks for the likeliest word."""
    random = np.random.default_rng(1)
    embedding, loop, bias = (random.normal(size=size).astype("f") for size in ((WORDS, WIDTH), (WIDTH, WIDTH), WORDS))
    state = helper.make_tensor_value_info("state", FLOATS, [None, WIDTH])
    after = helper.make_tensor_value_info("after", FLOATS, [None, WIDTH])
    body = [
        helper.make_node("Gemm", ["state", "loop"], ["product"], transB=1),
        helper.make_node("Tanh", ["product"], ["after"]),
    ]
    step = helper.make_tensor_value_info("number", FLOATS, [1])
    scanned = helper.make_graph(body, "body", [state, step], [after])
    nodes = [
        helper.make_node("Gather", ["embedding", "word"], ["embedded"]),
        helper.make_node("Scan", ["embedded", "numbers"], ["hidden"], body=scanned, num_scan_inputs=1),
        helper.make_node("Gemm", ["hidden", "embedding", "bias"], ["logits"], transB=1),
    ]
    weights = {"embedding": embedding, "loop": loop / 4, "bias": bias, "numbers": np.zeros((STEPS, 1), "f")}
    graph = helper.make_graph(
        nodes,
        "tied",
        [helper.make_tensor_value_info("word", onnx.TensorProto.INT64, [None])],
        [helper.make_tensor_value_info("logits", FLOATS, [None, WORDS])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def test_a_weight_that_is_tied_and_one_in_a_loop_are_rounded_and_the_rest_stays(tmp_path):
    path = tmp_path / "graph.onnx"
    onnx.save(tied_graph(), path)
    words = {"word": np.arange(WORDS)}
    exact = Graph(path, threads=1)(words)["logits"]
    quantising.quantise(path)
    rounded = Graph(path, threads=1)(words)["logits"]
    assert 0 < np.abs(rounded - exact).mean() < 0.05 * np.abs(exact).mean()
    graph = onnx.load(path).graph
    kinds = [node.op_type for node in graph.node]
    inner = next(node.attribute for node in graph.node if node.op_type == "Scan")
    kinds += [node.op_type for attribute in inner for node in attribute.g.node]
    assert kinds.count("MatMulInteger") == 2
    assert "Gemm" not in kinds


@pytest.mark.slow
@pytest.mark.parametrize("network", ["transformer", "recurrent"])
def test_a_whole_network_in_8_bits_is_near_and_smaller(network, tmp_path):
    translator = make_transformer(width=64) if network == "transformer" else make_recurrent(encoder={"hidden": 64})
    sizes = {}
    for quantization in ("float32", "int8"):
        other = exported(translator, tmp_path / quantization, "onnx", quantization)
        sizes[quantization] = sum(file.stat().st_size for file in (tmp_path / quantization).glob("*.onnx"))
    assert 0 < largest_difference(translator, other) < 2.0
    assert sizes["int8"] < 0.6 * sizes["float32"]

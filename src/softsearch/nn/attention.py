"""Attention: which annotations to read, and what is read.

    e_ij = a(s_i-1, h_j)       alpha_ij = softmax over j of e_ij       c_i = sum over j of alpha_ij h_j

Bahdanau, Cho and Bengio (2015), "Neural machine translation by jointly learning to align and translate", section 3.1
and appendix A.1.2, where a(s, h) = v' tanh(W s + U h).

==============  ==========================================
paper           here
==============  ==========================================
h_j             ``annotations.values[:, j]``
s_i-1           ``query``
U h_j           ``keys[:, j]``, computed once per source
e_ij            ``scores``
alpha_ij        ``weights``
c_i             ``context``
v, W, U         ``score``, ``query``, ``key``
==============  ==========================================

Departure: U has a bias, as there is none elsewhere in the energy.

Each attention has ``project(annotations) -> keys`` and ``(query, annotations, keys) -> Attended``; ``reader`` is the
latter with the source filled in, for a loop over queries that will be differentiated. Several queries may read one
source: with `beam` hypotheses a sentence, rows ``b * beam`` to ``b * beam + beam - 1`` of the query read
annotations `b`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import nn

from softsearch.nn.annotations import Annotations
from softsearch.nn.linear import Linear, LinearMap
from softsearch.shapes import Bool, Float, Tensor


class Attended(NamedTuple):
    """What was read, and from where; `weights` is None where nothing was chosen."""

    context: Float[Tensor, "rows annotation"]
    weights: Float[Tensor, "rows src"] | None


Reader = Callable[[Tensor], Attended]


def address(scores: Float[Tensor, "*rows src"], mask: Bool[Tensor, "*#rows src"]) -> Float[Tensor, "*rows src"]:
    """Return the softmax of `scores` over the real positions; a row without any gives zeros.

    The one normalisation which all attentions share.
    """
    lowest = torch.finfo(scores.dtype).min
    return scores.masked_fill(~mask, lowest).softmax(dim=-1).masked_fill(~mask, 0.0)


class AdditiveAttention(nn.Module):
    """Bahdanau's content-based attention: ``v' tanh(W s + U h)``.

    Parameters
    ----------
    query, annotation
        Widths of the decoder's state and of an annotation.
    hidden
        Width of the layer that compares them.
    """

    def __init__(self, *, query: int, annotation: int, hidden: int) -> None:
        super().__init__()
        self.query = Linear(query, hidden, bias=False)
        self.key = Linear(annotation, hidden)
        self.score = nn.Parameter(torch.empty(hidden).uniform_(-1.0, 1.0) / hidden**0.5)

    def project(self, annotations: Annotations) -> Float[Tensor, "batch src attention"]:
        """Return the annotations' share of the energies, U h_j."""
        return self.key(annotations.values)

    def forward(
        self,
        query: Float[Tensor, "rows query"],
        annotations: Annotations,
        keys: Float[Tensor, "batch src attention"],
        project_query: LinearMap | None = None,
    ) -> Attended:
        """Read `annotations` with `query`; `project_query` is ``self.query`` or its deferred form."""
        values, mask, _ = annotations
        queries = (project_query or self.query)(query)
        queries = queries.unflatten(0, (len(values), -1))  # batch beam attention
        energies = torch.tanh(queries.unsqueeze(2) + keys.unsqueeze(1))
        weights = address(energies @ self.score, mask.unsqueeze(1))
        context = torch.bmm(weights, values)
        return Attended(context.flatten(0, 1), weights.flatten(0, 1))

    def reader(self, annotations: Annotations, keys: Float[Tensor, "batch src attention"]) -> Reader:
        """Return this attention over one source, for all steps of one unrolling."""
        return partial(self, annotations=annotations, keys=keys, project_query=self.query.deferred())


class MeanPooling(nn.Module):
    """The same weight for each word, whatever the query: pooling that ignores content."""

    def project(self, annotations: Annotations) -> Float[Tensor, "batch src"]:
        """Return the weights, which are 1 / length."""
        return address(torch.zeros_like(annotations.values[..., 0]), annotations.mask)

    def forward(
        self, query: Float[Tensor, "rows query"], annotations: Annotations, keys: Float[Tensor, "batch src"]
    ) -> Attended:
        """Return the mean of the annotations."""
        beam = len(query) // len(keys)
        context = torch.bmm(keys.unsqueeze(1), annotations.values).squeeze(1)
        return Attended(context.repeat_interleave(beam, 0), keys.repeat_interleave(beam, 0))

    def reader(self, annotations: Annotations, keys: Float[Tensor, "batch src"]) -> Reader:
        """Return this pooling of one source, for all steps of one unrolling: it is the same at each."""
        attended = self(annotations.summary, annotations, keys)
        return lambda _query: attended


class FixedContext(nn.Module):
    """No attention: the encoder's summary is read at every step (Cho et al. 2014, the vector c)."""

    def project(self, annotations: Annotations) -> Float[Tensor, "batch annotation"]:
        """Return the summary."""
        return annotations.summary

    def forward(
        self, query: Float[Tensor, "rows query"], annotations: Annotations, keys: Float[Tensor, "batch annotation"]
    ) -> Attended:
        """Return the summary, once for each query."""
        return Attended(keys.repeat_interleave(len(query) // len(keys), 0), None)

    def reader(self, annotations: Annotations, keys: Float[Tensor, "batch annotation"]) -> Reader:
        """Return the summary of one source, for all steps of one unrolling."""
        return lambda _query: Attended(keys, None)

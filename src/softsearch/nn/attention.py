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

Each attention has ``project(annotations) -> keys`` and ``(query, annotations, keys) -> Attended``. Several queries may
read one source: with `beam` hypotheses a sentence, rows ``b * beam`` to ``b * beam + beam - 1`` of the query read
annotations `b`.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn

from softsearch.nn.annotations import Annotations
from softsearch.shapes import Bool, Float, Tensor


class Attended(NamedTuple):
    """What was read, and from where; `weights` is None where nothing was chosen."""

    context: Float[Tensor, "rows annotation"]
    weights: Float[Tensor, "rows src"] | None


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
        self.query = nn.Linear(query, hidden, bias=False)
        self.key = nn.Linear(annotation, hidden)
        self.score = nn.Parameter(torch.empty(hidden).uniform_(-1.0, 1.0) / hidden**0.5)

    def project(self, annotations: Annotations) -> Float[Tensor, "batch src attention"]:
        """Return the annotations' share of the energies, U h_j."""
        return self.key(annotations.values)

    def forward(
        self,
        query: Float[Tensor, "rows query"],
        annotations: Annotations,
        keys: Float[Tensor, "batch src attention"],
    ) -> Attended:
        """Read `annotations` with `query`."""
        values, mask, _ = annotations
        queries = self.query(query).unflatten(0, (len(values), -1))  # batch beam attention
        energies = torch.tanh(queries.unsqueeze(2) + keys.unsqueeze(1))
        weights = address(energies @ self.score, mask.unsqueeze(1))
        context = torch.bmm(weights, values)
        return Attended(context.flatten(0, 1), weights.flatten(0, 1))


class MeanPooling(nn.Module):
    """The same weight for each word, whatever the query: pooling that ignores content."""

    def project(self, annotations: Annotations) -> Float[Tensor, "batch annotation"]:
        """Return the mean of the annotations."""
        return torch.bmm(_equal_weights(annotations).unsqueeze(1), annotations.values).squeeze(1)

    def forward(
        self, query: Float[Tensor, "rows query"], annotations: Annotations, keys: Float[Tensor, "batch annotation"]
    ) -> Attended:
        """Return the mean and the weights, which are 1 / length, once for each query."""
        beam = len(query) // len(keys)
        return Attended(keys.repeat_interleave(beam, 0), _equal_weights(annotations).repeat_interleave(beam, 0))


def _equal_weights(annotations: Annotations) -> Float[Tensor, "batch src"]:
    return address(torch.zeros_like(annotations.values[..., 0]), annotations.mask)


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

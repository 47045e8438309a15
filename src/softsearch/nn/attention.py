"""Attention: which annotations to read, and what is read.

    alpha_ij = softmax over j of e_ij       c_i = sum over j of alpha_ij h_j

and e_ij says how well annotation h_j fits the decoder's state s:

    additive    v' tanh(W s + U h_j)        Bahdanau, Cho and Bengio (2015), section 3.1 and appendix A.1.2
    general     s' W h_j                    Luong, Pham and Manning (2015), section 3.1
    dot         s' h_j                      the same
    linear      w . [s; h_j]                a layer without a hidden one, to see why there has to be one
    hard        additive; in training c_i = h_j for one j, drawn with probability alpha_ij, or for a share of the looks
                the sum as above; afterwards h_j for the likeliest j    Xu et al. (2015), section 4.1

With coverage (Tu et al. 2016, section 3.1: the linguistic kind, without fertility) the energy also knows how much j has
been read already: C_i-1,j, the sum of its weights before i, enters inside the tanh as V C_i-1,j; where there is no tanh
it is added to the energy, times a learnt number.

=============  ====================================================  ================================================
symbol         name                                                  shape
=============  ====================================================  ================================================
h_j            ``annotations.values[:, j]``                          batch annotation
s              ``query``: s_i-1 in Bahdanau's order, s_i in Luong's  rows query
U h_j, W h_j   ``keys[:, j]``, computed once per source              batch attention; general: batch query
e_ij           ``energies``                                          batch beam src
alpha_ij, c_i  ``weights``, ``context``                              rows src; rows annotation
v, W, U        ``score``, ``query.weight``, ``key.weight``           attention; attention query; attention annotation
W of general   ``key.weight``                                        query annotation
w              ``query.weight``, ``key.weight``, side by side        1 query; 1 annotation
C_i-1,j, V     ``coverage``, ``covered``                             rows src; attention, or scalar
j of hard      ``place``, s_t in the paper                           rows
=============  ====================================================  ================================================

Departures: U has a bias, as there is none elsewhere in the additive energy. Which looks of hard attention read all
places is drawn look by look; Xu et al. draw it once for an image.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import nn

from softsearch.nn.annotations import Annotations, at_positions
from softsearch.nn.products import Linear
from softsearch.shapes import Bool, Float, Int, Tensor

EVERYWHERE = -1
"""In place of a place: all were read, by their weights."""


class Attended(NamedTuple):
    """What was read, and from where; `weights` is None where nothing was chosen.

    `place` is the one place that was read, by hard attention; :data:`EVERYWHERE` where all were.
    """

    context: Float[Tensor, "rows annotation"]
    weights: Float[Tensor, "rows src"] | None
    place: Int[Tensor, " rows"] | None = None


class Attention(nn.Module, ABC):
    """What reads annotations: ``project(annotations)`` once a source, then a call for each query.

    Several queries may read one source: with `beam` hypotheses a sentence, rows ``b * beam`` to ``b * beam + beam - 1``
    of the query, and of the coverage, belong to annotations `b`. `query`, `annotation` and `hidden` are the widths of a
    query, of an annotation and of the layer that compares them.

    Attributes
    ----------
    needs_coverage
        Whether a call has to be given the sum of the weights before it, which enters the energies. It is the caller's
        to keep.
    """

    needs_coverage = False

    @abstractmethod
    def project(self, annotations: Annotations) -> Tensor:
        """Return what does not depend on the query."""

    @abstractmethod
    def forward(
        self,
        query: Float[Tensor, "rows query"],
        annotations: Annotations,
        keys: Tensor,
        coverage: Float[Tensor, "rows src"] | None,
    ) -> Attended:
        """Read `annotations` with `query`; `keys` are what `project` returned."""


def masked_softmax(scores: Float[Tensor, "*rows src"], mask: Bool[Tensor, "*#rows src"]) -> Float[Tensor, "*rows src"]:
    """Return the softmax of `scores` over the real positions; a row without any gives zeros.

    The one normalisation which all attentions share.
    """
    lowest = torch.finfo(scores.dtype).min
    return scores.masked_fill(~mask, lowest).softmax(dim=-1).masked_fill(~mask, 0.0)


class ScoredAttention(Attention):
    """Attention whose weights are the softmax of one energy for each query and annotation."""

    def forward(
        self,
        query: Float[Tensor, "rows query"],
        annotations: Annotations,
        keys: Tensor,
        coverage: Float[Tensor, "rows src"] | None,
    ) -> Attended:
        """Read `annotations` with `query`."""
        weights = masked_softmax(self.energies(query, keys, coverage), annotations.mask.unsqueeze(1))
        context = torch.bmm(weights, annotations.values)
        return Attended(context.flatten(0, 1), weights.flatten(0, 1))

    @abstractmethod
    def energies(
        self, query: Float[Tensor, "rows query"], keys: Tensor, coverage: Float[Tensor, "rows src"] | None
    ) -> Float[Tensor, "batch beam src"]:
        """Return how well each annotation fits each query."""


class AdditiveAttention(ScoredAttention):
    """Bahdanau's content-based attention: ``v' tanh(W s + U h)``."""

    def __init__(self, *, query: int, annotation: int, hidden: int, coverage: bool) -> None:
        super().__init__()
        self.query = Linear(query, hidden, bias=False)
        self.key = Linear(annotation, hidden)
        self.score = nn.Parameter(torch.empty(hidden).uniform_(-1.0, 1.0) / hidden**0.5)
        self.covered = nn.Parameter(torch.zeros(hidden)) if coverage else None
        self.needs_coverage = coverage

    def project(self, annotations: Annotations) -> Float[Tensor, "batch src attention"]:
        """Return the annotations' share of the energies, U h_j."""
        return self.key(annotations.values)

    def energies(self, query: Tensor, keys: Tensor, coverage: Tensor | None) -> Float[Tensor, "batch beam src"]:
        """Return how well each annotation fits each query."""
        queries = self.query(query).unflatten(0, (keys.shape[0], -1))  # batch beam attention
        compared = queries.unsqueeze(2) + keys.unsqueeze(1)
        if self.covered is not None and coverage is not None:
            compared = compared + coverage.unflatten(0, (keys.shape[0], -1)).unsqueeze(3) * self.covered
        # In place: beside the keys this is the largest tensor of a step, and its sum is not needed again.
        return compared.tanh_() @ self.score


class HardAttention(AdditiveAttention):
    """One place is read at a time (Xu et al. 2015, section 4.1): in training drawn by its weight, else the likeliest.

    No gradient passes a choice: the weights learn from how well the caption went (REINFORCE, Williams 1992), which is
    the task's to see to; `place` is what it needs.

    In training all places are read, as soft attention does, at a share of the looks, `expected`: the choices vary less,
    and what is read of them passes a gradient.
    """

    def __init__(self, *, query: int, annotation: int, hidden: int, expected: float) -> None:
        super().__init__(query=query, annotation=annotation, hidden=hidden, coverage=False)
        self.expected = expected

    def forward(
        self,
        query: Float[Tensor, "rows query"],
        annotations: Annotations,
        keys: Float[Tensor, "batch src attention"],
        coverage: Float[Tensor, "rows src"] | None,
    ) -> Attended:
        """Read one annotation for each query, or all of them."""
        mean, weights, _ = super().forward(query, annotations, keys, coverage)
        assert weights is not None
        # Weights that are no numbers can be drawn from, too: what comes of it is for the loss to tell.
        if self.training:
            place = torch.multinomial(weights.detach().nan_to_num(nan=1.0), 1).squeeze(1)
        else:
            place = weights.argmax(dim=1)
        read = at_positions(annotations.values, place.unflatten(0, (len(annotations.values), -1))).flatten(0, 1)
        if self.training and self.expected:
            is_mean = torch.rand(len(place), device=place.device) < self.expected
            read, place = torch.where(is_mean.unsqueeze(1), mean, read), place.masked_fill(is_mean, EVERYWHERE)
        return Attended(read, weights, place)


class DotAttention(ScoredAttention):
    """Luong's ``s' h``: state and annotation have the same width."""

    def __init__(self, *, coverage: bool) -> None:
        super().__init__()
        self.covered = nn.Parameter(torch.zeros(())) if coverage else None
        self.needs_coverage = coverage

    def project(self, annotations: Annotations) -> Float[Tensor, "batch src query"]:
        """Return the annotations themselves."""
        return annotations.values

    def energies(self, query: Tensor, keys: Tensor, coverage: Tensor | None) -> Float[Tensor, "batch beam src"]:
        """Return how well each annotation fits each query."""
        energies = torch.bmm(query.unflatten(0, (keys.shape[0], -1)), keys.transpose(1, 2))
        if self.covered is not None and coverage is not None:
            energies = energies + coverage.unflatten(0, (keys.shape[0], -1)) * self.covered
        return energies


class GeneralAttention(DotAttention):
    """Luong's ``s' W h``: the dot product, with W h_j in place of h_j."""

    def __init__(self, *, query: int, annotation: int, coverage: bool) -> None:
        super().__init__(coverage=coverage)
        self.key = Linear(annotation, query, bias=False)

    def project(self, annotations: Annotations) -> Float[Tensor, "batch src query"]:
        """Return W h_j."""
        return self.key(annotations.values)


class LinearAttention(ScoredAttention):
    """One linear layer over both, ``w . [s; h] = w_s . s + w_h . h``: it cannot work, and shows why.

    What the state adds to the energy is the same for each annotation, so it cancels in the softmax: the weights are
    those of ``w_h . h_j`` alone, the same at every step, and `query` never learns. State and annotation have to meet in
    a product or below a nonlinearity, as they do in the other attentions.
    """

    def __init__(self, *, query: int, annotation: int) -> None:
        super().__init__()
        self.query = Linear(query, 1, bias=False)
        self.key = Linear(annotation, 1, bias=False)

    def project(self, annotations: Annotations) -> Float[Tensor, "batch src"]:
        """Return the annotations' share of the energies, w_h . h_j."""
        return self.key(annotations.values).squeeze(2)

    def energies(self, query: Tensor, keys: Tensor, coverage: Tensor | None) -> Float[Tensor, "batch beam src"]:
        """Return how well each annotation fits each query."""
        return self.query(query).unflatten(0, (keys.shape[0], -1)) + keys.unsqueeze(1)


class FixedContext(Attention):
    """No attention: the encoder's summary is read at every step (Cho et al. 2014, the vector c)."""

    def project(self, annotations: Annotations) -> Float[Tensor, "batch annotation"]:
        """Return the summary."""
        return annotations.summary

    def forward(
        self,
        query: Float[Tensor, "rows query"],
        annotations: Annotations,
        keys: Float[Tensor, "batch annotation"],
        coverage: Float[Tensor, "rows src"] | None,
    ) -> Attended:
        """Return what was projected, once for each query."""
        weights = self.weights(annotations)
        return Attended(_for_each(query, keys), None if weights is None else _for_each(query, weights))

    def weights(self, annotations: Annotations) -> Float[Tensor, "batch src"] | None:
        """Return None: nothing is chosen."""
        return None


class MeanPooling(FixedContext):
    """The same weight for each word, whatever the query: pooling that ignores content."""

    def project(self, annotations: Annotations) -> Float[Tensor, "batch annotation"]:
        """Return the mean of the annotations."""
        return torch.bmm(self.weights(annotations).unsqueeze(1), annotations.values).squeeze(1)

    def weights(self, annotations: Annotations) -> Float[Tensor, "batch src"]:
        """Return 1 / length for each word."""
        return masked_softmax(torch.zeros_like(annotations.values[..., 0]), annotations.mask)


def _for_each(query: Float[Tensor, "rows query"], values: Float[Tensor, "batch width"]) -> Float[Tensor, "rows width"]:
    """Return the values of each source once for each query about it."""
    beam = query.shape[0] // values.shape[0]
    return values.unsqueeze(1).expand(-1, beam, -1).flatten(0, 1)

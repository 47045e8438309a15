"""A network that says what is in an image, and looks at a place of it for each word (Xu et al. 2015).

    h_1 .. h_S  = the last maps of a convolutional network         annotations, one for each place, row after row;
                  with [row; column] from -1 to 1, if wanted       so that what is read tells where it was read
    s_0         = tanh(W 1/S sum over j of h_j)                    from the mean of all places

and then :mod:`softsearch.models.attend_before`, gated if wanted. Beside the words' cross-entropy there may be

    lambda sum over j of (1 - sum over i of alpha_ij)^2                doubly stochastic attention, section 4.2.1
    - lambda_r sum over drawn i of r_i log alpha_i,place(i)            for hard attention: REINFORCE, section 4.1
                                   r_i = sum over k >= i of (log p(y_k) - b)
    - lambda_e sum over i of H[alpha_i]                                and the entropy of its choices

for each caption. The first asks that each place be looked at as much as any other in the end; b is what words came to
before.

Departures: in the paper r_i is that of the whole caption. The words before a look do not depend on it: they would only
add variance. Row and column (as in CoordConv, Liu et al. 2018) are not in the paper, either: maps know little of where
they are, and a decoder that cannot tell where it looked cannot say what lies left of what.
"""

from __future__ import annotations

import math
from typing import NamedTuple, final

import torch

from softsearch.models.attend_before import AttendBefore
from softsearch.models.image_classifier import ImageClassifier
from softsearch.models.parts import Decoder
from softsearch.nn.annotations import Annotations
from softsearch.nn.attention import EVERYWHERE
from softsearch.shapes import Bool, Float, Int, Tensor


class Captioned(NamedTuple):
    """What became of the captions of a batch.

    `features` are those of :meth:`~softsearch.models.sequence_model.SequenceModel.forward`; `weights` is None where
    nothing is chosen, `places` where more than one place is read at a time.
    """

    features: Float[Tensor, "rows readout"]
    weights: Float[Tensor, "captions tgt src"] | None
    places: Int[Tensor, "captions tgt"] | None


@final
class Captioner(AttendBefore):
    """A convolutional network that looks, and a recurrent one that writes.

    Parameters
    ----------
    encoder
        What looks.
    annotation
        How many maps it has in the end.
    places
        Whether each annotation also has its row and its column.
    gated
        See :class:`~softsearch.models.attend_before.AttendBefore`.
    """

    encoder: ImageClassifier

    def __init__(
        self, decoder: Decoder, *, encoder: ImageClassifier, annotation: int, places: bool, gated: bool
    ) -> None:
        super().__init__(decoder, reader={"encoder": encoder}, annotation=annotation + 2 * places, gated=gated)
        self.places = places

    def annotations(self, source: Tensor, source_mask: Bool[Tensor, "batch src"]) -> Annotations:
        """Look at images, (batch, colours, height, width); annotations that are known, (batch, places, maps), pass."""
        if source.dim() == 4:
            source, source_mask, _ = self.encoder.annotations(source)
        values = _with_places(source) if self.places else source
        return Annotations(values, source_mask, values.mean(dim=1))

    def captioned(
        self,
        source: Tensor,
        source_mask: Bool[Tensor, "batch src"],
        target_input: Int[Tensor, "captions tgt"],
        target_mask: Bool[Tensor, "captions tgt"],
    ) -> Captioned:
        """Return what :meth:`forward` does, and where the network looked.

        Each image may have several captions, one behind the other, and as many as any other: it is looked at once.
        """
        embedded = self.dropout(self.target_embedding(target_input))
        hidden, context, looks = self._unroll(embedded, self.encode(source, source_mask))
        weights = [look.weights for look in looks if look.weights is not None]
        places = [look.place for look in looks if look.place is not None]
        return Captioned(
            self._features(hidden[target_mask], embedded[target_mask], context[target_mask]),
            torch.stack(weights, dim=1) if weights else None,
            torch.stack(places, dim=1) if places else None,
        )


def _with_places(values: Float[Tensor, "batch src width"]) -> Float[Tensor, "batch src annotation"]:
    """Return the annotations of a square of places with the row and the column of each, from -1 to 1."""
    edge = math.isqrt(values.shape[1])
    along = torch.linspace(-1, 1, edge, device=values.device, dtype=values.dtype)
    places = torch.cartesian_prod(along, along).reshape(1, -1, 2)
    return torch.cat([values, places.expand(len(values), -1, -1)], dim=2)


def doubly_stochastic(
    weights: Float[Tensor, "captions tgt src"], target_mask: Bool[Tensor, "captions tgt"]
) -> Float[Tensor, " captions"]:
    """Return, for each caption, by how much places were not looked at alike: 0 where each has a weight of 1 in all."""
    looked = (weights * target_mask.unsqueeze(2)).sum(dim=1)
    return (1 - looked).square().sum(dim=1)


def reinforced(
    captioned: Captioned,
    log_probs: Float[Tensor, "captions tgt"],
    target_mask: Bool[Tensor, "captions tgt"],
    *,
    baseline: float,
    reward: float,
    entropy: float,
) -> Float[Tensor, " captions"]:
    """Return, for each caption, what hard attention learns from.

    Parameters
    ----------
    log_probs
        Of each word and of the end, in nats, without a gradient; 0 where a caption has ended.
    baseline
        What words came to before: only what is better, or worse, changes the weights.
    reward, entropy
        How much what the choices brought counts, and how much their entropy, in nats (lambda_r, lambda_e).
    """
    assert captioned.weights is not None
    assert captioned.places is not None
    weights = captioned.weights.clamp(min=torch.finfo(captioned.weights.dtype).tiny)  # else log 0, where it collapses
    is_drawn = captioned.places != EVERYWHERE
    chosen = weights.gather(2, captioned.places.clamp(min=0).unsqueeze(2)).squeeze(2)
    spread = torch.special.entr(weights).sum(dim=2)
    better = (log_probs - baseline) * target_mask
    to_come = better.flip(1).cumsum(dim=1).flip(1)
    praise = reward * to_come * chosen.log()
    return -((praise * is_drawn + entropy * spread) * target_mask).sum(dim=1)

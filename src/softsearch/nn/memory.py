"""Where the heads of a Neural Turing Machine look, and what they write (Graves, Wayne and Danihelka 2014, section 3).

    w^c = softmax over i of beta cos(k, M_t-1(i))            by content, equations 5 and 6
    w^g = g w^c + (1 - g) w_t-1                              or from where it was, 7
    w~  = sum over j of w^g(j) s(i - j)                      shifted around a circle, 8
    w_t = w~(i)^gamma / sum over j of w~(j)^gamma            sharpened, 9
    M_t = M_t-1 (1 - w_t(i) e) + w_t(i) a                    erased and added to, 3 and 4
    r_t = sum over i of w_t(i) M_t(i)                        read, 2

==============  ====================================================  =================================================
symbol          name                                                  shape
==============  ====================================================  =================================================
M_t-1(i)        ``memory[:, i]``                                      batch word
w_t, w_t-1      what ``addressed`` returns, ``before``                batch heads locations
w^c, w~         ``by_content``, ``moved``                             batch heads locations
k               ``Look.key``                                          batch heads word
beta, g, gamma  ``Look.strength``, ``Look.gate``, ``Look.sharpness``  batch heads, from 0, from 0 to 1, from 1
s               ``Look.shift``                                        batch heads moves, shares of the moves by -S .. S
e, a            ``erase``, ``add``                                    batch heads word, from 0 to 1, from -1 to 1
==============  ====================================================  =================================================

Departures: powers are taken as a softmax of ``gamma log w~``, which has no number that is too small to divide by. The
paper lets a head read M_t or M_t-1; here all heads choose with M_t-1, those that write come first, and what is read is
M_t. Where several heads write, all erase before any adds, as the paper says. What is added is bounded by a tanh.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch.nn import functional

from softsearch.shapes import Float, Tensor

_TINY = 1e-8
"""Below what a weight, or a row's length, can tell apart."""


class Look(NamedTuple):
    """What heads are told to look for."""

    key: Float[Tensor, "batch heads word"]
    strength: Float[Tensor, "batch heads"]
    gate: Float[Tensor, "batch heads"]
    shift: Float[Tensor, "batch heads moves"]
    sharpness: Float[Tensor, "batch heads"]


def numbers_of_a_look(word: int, shift_range: int) -> int:
    """Return from how many numbers :func:`look_of` makes what one head is told."""
    return word + 3 + 2 * shift_range + 1


def look_of(numbers: Float[Tensor, "batch heads features"], *, word: int) -> Look:
    """Return what heads are told, from any numbers: `word` for the key, then strength, gate, sharpness, then moves."""
    key, others, moves = numbers[..., :word], numbers[..., word : word + 3], numbers[..., word + 3 :]
    return Look(
        torch.tanh(key),
        functional.softplus(others[..., 0]),
        torch.sigmoid(others[..., 1]),
        moves.softmax(dim=-1),
        1 + functional.softplus(others[..., 2]),
    )


def addressed(
    look: Look, memory: Float[Tensor, "batch locations word"], before: Float[Tensor, "batch heads locations"]
) -> Float[Tensor, "batch heads locations"]:
    """Return the weights of heads that had the weights `before`."""
    by_content = (look.strength.unsqueeze(2) * similarity(look.key, memory)).softmax(dim=2)
    gate = look.gate.unsqueeze(2)
    moved = shifted(gate * by_content + (1 - gate) * before, look.shift)
    return (look.sharpness.unsqueeze(2) * (moved + _TINY).log()).softmax(dim=2)


def similarity(
    key: Float[Tensor, "batch heads word"], memory: Float[Tensor, "batch locations word"]
) -> Float[Tensor, "batch heads locations"]:
    """Return the cosine of the angle between each key and each location; 0 where one of them is."""
    dots = key @ memory.transpose(1, 2)
    lengths = key.norm(dim=2).unsqueeze(2) * memory.norm(dim=2).unsqueeze(1)
    return dots / (lengths + _TINY)


def shifted(
    weights: Float[Tensor, "batch heads locations"], shift: Float[Tensor, "batch heads moves"]
) -> Float[Tensor, "batch heads locations"]:
    """Return weights moved around a circle: the first share of `shift` by the most back, the middle by none."""
    most = shift.shape[2] // 2
    moves = enumerate(range(-most, most + 1))
    return sum(
        (shift[:, :, place].unsqueeze(2) * torch.roll(weights, move, dims=2) for place, move in moves),
        start=torch.zeros_like(weights),
    )


def written(
    memory: Float[Tensor, "batch locations word"],
    weights: Float[Tensor, "batch heads locations"],
    erase: Float[Tensor, "batch heads word"],
    add: Float[Tensor, "batch heads word"],
) -> Float[Tensor, "batch locations word"]:
    """Return the memory after all heads have erased, then all have added."""
    kept = memory
    for head in range(weights.shape[1]):
        kept = kept * (1 - weights[:, head].unsqueeze(2) * erase[:, head].unsqueeze(1))
    return kept + weights.transpose(1, 2) @ add

"""C38: the last state of a recurrent network holds too much of the last words.

Lectures on attention say so of encoders that end in one vector. Three measures of what the state of a language model
holds of the word d places back, for networks that have read 50 words of the test text:

- the norm of the gradient of the state with respect to that word's embedding (of its product with a random vector,
  whose mean square is that of the whole Jacobian);
- how far the distribution of the next word moves when that word is replaced by a random one (Kullback-Leibler);
- how often a linear function of the state, learnt on the validation text by least squares, says which word it was,
  among the most frequent ones.

Of the first two it counts which share the last five words have: a tenth of the places.

Controls: the mean of the embeddings, in which all places weigh the same: its last five words have a tenth. Blind
baselines of the third: the most frequent word alone; and the state of the same network before its training.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import nn

from softsearch.build.families import family_of
from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.contexts import places
from softsearch.claims.framework import Claim
from softsearch.claims.language_models import SEEDS, WORDS, Measured, measured, recipe_of
from softsearch.data.tokenizers import NUM_SPECIAL
from softsearch.metrics.repeats import Figures
from softsearch.models.language_model import LanguageModel
from softsearch.nn.heads import SoftmaxHead, tie
from softsearch.pictures.charts import curves
from softsearch.seeding import derive
from softsearch.shapes import Float, Int, Tensor

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CELLS = ("rnn", "gru", "lstm")
LAST = 5

CLAIM = Claim(
    id="C38",
    statement=STATEMENTS["C38"],
    source="Lectures on attention; Sutskever et al. (2014), Bahdanau et al. (2015)",
    seeds=SEEDS,
    expected={
        **{f"gradient_of_the_last_five_{cell}": "more than 0.5" for cell in CELLS},
        **{f"effect_of_the_last_five_{cell}": "more than 0.5" for cell in CELLS},
        **{f"kept_50_back_{cell}": "near 0" for cell in CELLS},
        "gradient_of_the_last_five_mean": "0.1",
        "effect_of_the_last_five_mean": "0.1",
    },
)

LENGTH = 50
PLACES = 200  # each is read once for every one of its words
BACK = (1, 5, 10, 50)
FREQUENT = 50  # words: half of the text, and each of them often enough to learn from
RIDGE = 1e-3  # of the states' mean square: some units hardly ever move


def measure(seed: int) -> dict[str, float]:
    """Return the shares of the last five words, and how often words are recovered from the state."""
    figures = {}
    for name, model in _models(seed).items():
        figures[f"gradient_of_the_last_five_{name}"] = float(_gradients(name, seed)[:LAST].sum())
        figures[f"effect_of_the_last_five_{name}"] = float(effects(model, *_replaced(seed))[:LAST].sum())
    for cell in CELLS:
        trained, before = (_recovered(cell, seed, untrained=untrained) for untrained in (False, True))
        for back in BACK:
            figures[f"recovered_{back}_back_{cell}"] = trained[back]
            figures[f"recovered_{back}_back_{cell}_untrained"] = before[back]
        most = _most_frequent(seed)
        figures[f"kept_50_back_{cell}"] = (trained[BACK[-1]] - most[BACK[-1]]) / (trained[1] - most[1])
    return figures | {f"recovered_{back}_back_by_frequency": value for back, value in _most_frequent(seed).items()}


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where the last five words of fifty have more than half, and the probe hardly finds the fiftieth.

    Half must lie below the interval over seeds. Of what the probe finds of the last word, beyond the most frequent
    one, less than a tenth may be left; and it must find the last word most of the time, lest it prove nothing.
    """
    shares = [figures[f"{kind}_of_the_last_five_{cell}"].low for cell in CELLS for kind in ("gradient", "effect")]
    control = [max(figures[f"{kind}_of_the_last_five_mean"].values) for kind in ("gradient", "effect")]
    finds = [min(figures[f"recovered_1_back_{cell}"].values) for cell in CELLS]
    kept = [figures[f"kept_50_back_{cell}"].high for cell in CELLS]
    holds = min(shares) > 0.5 > max(control) and min(finds) > 0.5 and max(kept) < 0.1
    return "holds" if holds else "fails"


def picture(seed: int) -> Figure:
    """Draw the gradient of the last state by the place of the word, as a share of all."""
    names = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM", "mean": "mean of the words"}
    series = {name: list(enumerate(map(float, _gradients(key, seed)), start=1)) for key, name in names.items()}
    return curves(series, ylabel="share of the gradient", xlabel="places back")


def gradients(model: LanguageModel, before: Int[Tensor, "rows length"], seed: int) -> Float[Tensor, " length"]:
    """Return the share that each place, the last one first, has of the norm of the last state's gradient."""
    embedded: list[Tensor] = []
    handle = model.get_submodule("embedding").register_forward_hook(lambda *passed: embedded.append(passed[-1]))
    features, _ = model(before, model.start(len(before)))
    handle.remove()
    direction = torch.randn(features.shape[2], generator=torch.Generator().manual_seed(derive(seed, "direction")))
    (found,) = torch.autograd.grad((features[:, -1] * direction).sum(), embedded)
    norms = found.norm(dim=2).mean(dim=0).flip(0)
    return norms / norms.sum()


@torch.inference_mode()
def effects(
    model: LanguageModel, before: Int[Tensor, "rows length"], others: Int[Tensor, "rows length"]
) -> Float[Tensor, " length"]:
    """Return the share that each place, the last one first, has of what other words in it do to the next word."""
    plain = _next(model, before)
    found = []
    for place in reversed(range(before.shape[1])):
        replaced = before.clone()
        replaced[:, place] = others[:, place]
        found.append(float((plain.exp() * (plain - _next(model, replaced))).sum(1).mean()))
    moved = torch.tensor(found)
    return moved / moved.sum()


def recovered(
    fit: tuple[Float[Tensor, "length features"], Int[np.ndarray, " length"]],
    test: tuple[Float[Tensor, "length features"], Int[np.ndarray, " length"]],
    *,
    back: int,
    words: Int[np.ndarray, " number"],
) -> float:
    """Return how often a linear function of a state says which of some words stood so many places back.

    Parameters
    ----------
    fit, test
        States and the word that each has read last: to learn the function from, and to try it on.
    back
        1 for the word that was read last.
    """
    states, targets = _pairs(*fit, back=back, words=words)
    square = states.T @ states
    ridge = RIDGE * square.diagonal().mean() * torch.eye(len(square), dtype=square.dtype)
    weights = torch.linalg.solve(square + ridge, states.T @ nn.functional.one_hot(targets, len(words)).double())
    states, targets = _pairs(*test, back=back, words=words)
    return float(((states @ weights).argmax(dim=1) == targets).double().mean())


class MeanOfWords(LanguageModel):
    """What a network would hold that weighs all words alike: the mean of their embeddings.

    Parameters
    ----------
    embedding
        Of a trained network; it is the matrix of the output layer, too.
    """

    def __init__(self, embedding: nn.Embedding) -> None:
        super().__init__()
        self.embedding = embedding
        self.head = SoftmaxHead(features=embedding.embedding_dim, vocabulary=embedding.num_embeddings)
        tie(self.head, embedding)

    def start(self, batch: int) -> tuple[Float[Tensor, "batch features"], int]:
        """Return that the sum is zero, over no words."""
        return self.embedding.weight.new_zeros(batch, self.embedding.embedding_dim), 0

    def forward(
        self, tokens: Int[Tensor, "batch length"], state: Any
    ) -> tuple[Float[Tensor, "batch length features"], Any]:
        """Return the mean of all words so far at each place."""
        total, number = state
        sums = total.unsqueeze(1) + self.embedding(tokens).cumsum(dim=1)
        counts = torch.arange(number + 1, number + tokens.shape[1] + 1).unsqueeze(1)
        return sums / counts, (sums[:, -1], number + tokens.shape[1])


def _models(seed: int) -> dict[str, LanguageModel]:
    models = {cell: measured(WORDS, cell, seed).model for cell in CELLS}
    return models | {"mean": MeanOfWords(cast("nn.Embedding", models["lstm"].get_submodule("embedding")))}


@cache
def _gradients(name: str, seed: int) -> Float[Tensor, " length"]:
    return gradients(_models(seed)[name], _replaced(seed)[0], seed)


def _replaced(seed: int) -> tuple[Int[Tensor, "rows length"], Int[Tensor, "rows length"]]:
    """Return what stands before some places of the test text, and words of that text to take its place."""
    test = measured(WORDS, CELLS[0], seed).test
    before = places(test, length=LENGTH, most=PLACES).before
    others = np.random.default_rng(derive(seed, "other words")).choice(test, tuple(before.shape))
    return before, torch.from_numpy(others)


def _next(model: LanguageModel, before: Int[Tensor, "rows length"]) -> Float[Tensor, "rows vocabulary"]:
    features, _ = model(before, model.start(len(before)))
    return model.head(features[:, -1])


def _recovered(cell: str, seed: int, *, untrained: bool) -> dict[int, float]:
    """Return for each number of places how often the word there is recovered from a state."""
    found = measured(WORDS, cell, seed)
    recipe = recipe_of(WORDS, cell, seed)
    model = family_of(recipe).model(recipe, sizes={"vocabulary": WORDS.vocabulary}).eval() if untrained else found.model
    fit, test = ((_states(model, ids), ids) for ids in (found.valid, found.test))
    return {back: recovered(fit, test, back=back, words=_frequent(found)) for back in BACK}


@torch.inference_mode()
def _states(model: LanguageModel, ids: Int[np.ndarray, " length"]) -> Float[Tensor, "length features"]:
    """Return the state after each word of a text."""
    features, _ = model(torch.from_numpy(ids).unsqueeze(0), model.start(1))
    return features.squeeze(0)


def _pairs(
    states: Float[Tensor, "length features"],
    ids: Int[np.ndarray, " length"],
    *,
    back: int,
    words: Int[np.ndarray, " number"],
) -> tuple[Float[Tensor, "rows features"], Int[Tensor, " rows"]]:
    """Return the states, with a one beside them, that have read one of these words so many places back; and which."""
    order = np.argsort(words)
    there = ids[: len(ids) - back + 1]
    found = order[np.searchsorted(words, there, sorter=order).clip(max=len(words) - 1)]
    known = np.flatnonzero(words[found] == there)
    rows = states[torch.from_numpy(known + back - 1)].double()
    return torch.cat([rows, torch.ones(len(rows), 1, dtype=rows.dtype)], dim=1), torch.from_numpy(found[known])


def _most_frequent(seed: int) -> dict[int, float]:
    """Return how often the most frequent word of the validation text is right."""
    found = measured(WORDS, CELLS[0], seed)
    words = _frequent(found)
    blind = [(torch.zeros(len(ids), 0), ids) for ids in (found.valid, found.test)]
    return {back: recovered(blind[0], blind[1], back=back, words=words) for back in BACK}


def _frequent(found: Measured) -> Int[np.ndarray, " number"]:
    """Return the most frequent words of the training text."""
    counts = np.bincount(found.train)
    counts[:NUM_SPECIAL] = 0
    return np.argsort(-counts, kind="stable")[:FREQUENT]

"""Attention of Transformers by layer and head: where each looks in a sentence, and which of them align words.

A step of a decoder reads a word and writes the next one. Where it looks can be taken as a link of the word that it
*writes*, as recurrent translators are read, or of the one that it *reads*, which is often better in lower layers (Chen
et al. 2020, "Accurate word alignment induction from neural machine translation"). Both are scored, of each head and of
the mean of each layer's, by the alignment error rate (:mod:`softsearch.metrics.alignment`). Some of them is always
best; so it is chosen on some pairs and judged on others, beside two that read nothing: the diagonal, and the same
attention while the network reads another sentence of about as many words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

import numpy as np
import torch

from softsearch.build.scored import OWN, pairs_to_score
from softsearch.data.pairs.alignments import GoldFormat
from softsearch.data.pairs.pair import Pair
from softsearch.data.tokenizers import BOS, EOS
from softsearch.errors import DataError
from softsearch.inspection.texts import TokenText
from softsearch.metrics.alignment import Link, alignment_statistics
from softsearch.metrics.score import Score, Statistics
from softsearch.models.transformer import Looks
from softsearch.shapes import Float
from softsearch.tasks.translated import Translation
from softsearch.tasks.translator import Translator
from softsearch.tasks.wording import word_links
from softsearch.tasks.writer import Writer
from softsearch.training.folder import RunFolder

if TYPE_CHECKING:
    from softsearch.models.transformer_language_model import TransformerLanguageModel

Where = Literal["source", "encoder", "decoder"]


class Reader(NamedTuple):
    """Attention to the source from which words are linked.

    Attributes
    ----------
    layer
        Of the decoder, from 1.
    head
        From 1; None for the mean of the layer's.
    links
        Whether a step links the word that it "writes" or the one that it "reads".
    """

    layer: int
    head: int | None
    links: Literal["writes", "reads"]


class Halves(NamedTuple):
    """Pairs to choose a reader by, and others to judge it by; what a user calls each."""

    choose: Sequence[Pair]
    judge: Sequence[Pair]
    chosen_on: str
    judged_on: str


class Maps(NamedTuple):
    """Where all heads look: tokens looked at, tokens from which, and weights (layers, heads, from, at)."""

    across: list[str]
    down: list[str]
    weights: Float[np.ndarray, "layers heads tgt src"]


@dataclass(frozen=True)
class HeadScores:
    """Alignment error rates.

    Attributes
    ----------
    chosen_by, judged_by
        Of each reader, on the pairs that the best was chosen by and on the others.
    best
        The lowest on the first.
    summary
        On the others, with intervals: "best", "evaluate" (what `softsearch evaluate` reads), "blind", "diagonal".
    """

    chosen_by: Mapping[Reader, float]
    judged_by: Mapping[Reader, float]
    best: Reader
    summary: Mapping[str, Score]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values for JSON."""
        rates = [
            {**reader._asdict(), "chosen_by": round(rate, 4), "judged_by": round(self.judged_by[reader], 4)}
            for reader, rate in self.chosen_by.items()
        ]
        summary = {name: score.to_dict() for name, score in self.summary.items()}
        return {"aer": rates, "best": self.best._asdict(), "summary": summary}


def maps(translator: Translator, translation: Translation, where: Where) -> Maps:
    """Return where each head looks while a translation is written, or its source is read.

    Parameters
    ----------
    where
        "source": the decoder at the source; "encoder", "decoder": each at itself.
    """
    number = {piece: token for token, piece in enumerate(translator.tokenizer.pieces(range(translator.tokenizer.size)))}
    source, target = translation.source_pieces, translation.target_pieces
    found = _looks(translator.model, [number[piece] for piece in source[:-1]], [number[piece] for piece in target])
    weights = np.concatenate([each.numpy() for each in getattr(found, where)])
    if where == "source":
        return Maps(source, target, weights[:, :, :-1])  # the last step writes the end
    tokens = source if where == "encoder" else [*translator.tokenizer.pieces([BOS]), *target]
    return Maps(tokens, tokens, weights)


@torch.inference_mode()
def reading_maps(writer: Writer, text: TokenText) -> Maps:
    """Return where each head of a Transformer language model looks while it reads a text.

    Where each line is a text of its own, it reads the first.
    """
    ids = text.texts[0]
    tokens = writer.tokenizer.pieces_of_text(ids)
    looks = cast("TransformerLanguageModel", writer.model).looks(torch.tensor([ids]))
    weights = np.concatenate([each.float().numpy() for each in looks])
    return Maps(tokens, tokens, weights)


def pairs_for(
    run: Path, *, on: str | Path | None, gold: Path | None = None, gold_format: GoldFormat | None = None
) -> Halves:
    """Return the pairs of a run to choose a reader by and to judge it by.

    Parameters
    ----------
    on
        "test": the validation pairs and the test pairs. Otherwise, every other one of the pairs that
        :func:`~softsearch.runs.evaluate` would score, or of the validation pairs where it is None.
    gold, gold_format
        As there.

    Raises
    ------
    RunError, DataError
        There are no such pairs, or they cannot be read.
    """
    folder = RunFolder.open(run)
    about = folder.about.get("languages") or {}
    languages = about.get("source", "source"), about.get("target", "target")
    data = folder.data if on in (None, *OWN) else folder.path
    found = pairs_to_score(on or "valid", data, languages=languages, gold=gold, gold_format=gold_format)
    if on == "test":
        valid = pairs_to_score("valid", data, languages=languages)
        return Halves(valid.pairs, found.pairs, "valid", found.name)
    name = found.name
    return Halves(found.pairs[::2], found.pairs[1::2], f"every other pair of {name}", f"the other pairs of {name}")


def score_heads(translator: Translator, choose: Sequence[Pair], judge: Sequence[Pair]) -> HeadScores:
    """Score each head of a Transformer as an aligner, choose the best by some pairs, judge it by others.

    Raises
    ------
    DataError
        Either has no pair with gold links, or that to judge by has one only.
    """
    choose, judge = ([pair for pair in pairs if pair.links is not None] for pairs in (choose, judge))
    if not choose or not judge:
        fix = "take a run of the built-in corpus, or name pairs and their links with --on and --gold"
        raise DataError("there are no gold links to score by", fix=fix)
    if len(judge) == 1:
        raise DataError("a head is judged by two pairs at least, one as the blind baseline of the other", value=1)
    sources, targets = [pair.source for pair in choose], [pair.target for pair in choose]
    chosen_by = {reader: _score(found, choose).value for reader, found in _links(translator, sources, targets).items()}
    best = min(chosen_by, key=lambda reader: chosen_by[reader])
    sources, targets = [pair.source for pair in judge], [pair.target for pair in judge]
    found = _links(translator, sources, targets)
    blind = _links(translator, _others(sources), targets)
    last = Reader(max(reader.layer for reader in found), None, "writes")
    summary = {"best": found[best], "evaluate": found[last], "blind": blind[best]}
    summary["diagonal"] = [_diagonal(pair) for pair in judge]
    return HeadScores(
        chosen_by,
        {reader: _score(own, judge).value for reader, own in found.items()},
        best,
        {name: _score(own, judge).estimate() for name, own in summary.items()},
    )


def _links(translator: Translator, sources: Sequence[str], targets: Sequence[str]) -> dict[Reader, list[set[Link]]]:
    """Return for each reader the links of each target, as the model is made to write it."""
    found: dict[Reader, list[set[Link]]] = defaultdict(list)
    tokenizer = translator.tokenizer
    pairs = zip(tokenizer.encode_batch(sources), tokenizer.encode_batch(targets), strict=True)
    for source, target in pairs:
        words = tokenizer.word_ids(source), tokenizer.word_ids(target)
        for layer, weights in enumerate(_looks(translator.model, source, target).source, start=1):
            heads = weights[0].numpy()
            for head, own in [(None, heads.mean(axis=0)), *enumerate(heads, start=1)]:
                found[Reader(layer, head, "writes")].append(word_links(*words, own[:-1]))
                found[Reader(layer, head, "reads")].append(word_links(*words, own[1:]))
    return dict(found)


@torch.inference_mode()
def _looks(model: Any, source: Sequence[int], target: Sequence[int]) -> Looks:
    """Return where a Transformer looks: its source has an end, and the last step writes the target's."""
    read = torch.tensor([[*source, EOS]])
    found: Looks = model.looks(read, torch.ones_like(read, dtype=torch.bool), torch.tensor([[BOS, *target]]))
    return found


def _score(found: Sequence[AbstractSet[Link]], pairs: Sequence[Pair]) -> Statistics:
    possible = [pair.possible_links for pair in pairs]
    sure = [pair.links or frozenset() for pair in pairs]
    return alignment_statistics(found, sure, possible if any(possible) else None)["aer"]


def _others(sources: Sequence[str]) -> list[str]:
    """Return for each source another one, the next longer; for the longest the one before it."""
    order = sorted(dict.fromkeys(sources), key=lambda source: len(source.split()))
    following = dict(zip(order, [*order[1:], *order[-2:][:1]], strict=True))
    return [following[source] for source in sources]


def _diagonal(pair: Pair) -> set[Link]:
    num_source, num_target = len(pair.source.split()), len(pair.target.split())
    return {(int((word + 0.5) * num_source / num_target), word) for word in range(num_target)}

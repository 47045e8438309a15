"""Translating 200 sentences with a beam of 5: the run's own search against CTranslate2, in float32 and in 8 bits.

Without ``--run`` it is a Transformer of the size that suits Multi30k, with random weights. Such a network never ends a
sentence by itself, so every translation is as long as it may be.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch

from benchmarks.timing import in_turns, ratio, report
from softsearch import portable
from softsearch.build.scored import pairs_to_score
from softsearch.data.tokenizers import WordTokenizer
from softsearch.decoding.settings import Search
from softsearch.export.writing import write
from softsearch.models.transformer import Transformer
from softsearch.portable.manifest import Quantization
from softsearch.runs import load
from softsearch.tasks.translator import Translator
from softsearch.training.folder import RunFolder

SENTENCES, BEAM, ROUNDS = 200, 5, 5
VOCABULARY, MAX_LENGTH = 6_000, 16


def random_translator() -> tuple[Translator, list[str]]:
    """Return a Transformer with random weights, and sentences for it as long as image captions are."""
    torch.manual_seed(1)
    words = [f"w{number}" for number in range(VOCABULARY - 4)]
    tokenizer = WordTokenizer(words, lowercase=False, split_punctuation=False)
    model = Transformer(
        vocabulary=VOCABULARY,
        width=128,
        heads=4,
        hidden=256,
        encoder_layers=4,
        decoder_layers=4,
        activation="relu",
        norm="before",
        dropout=0.0,
        tie_embeddings=True,
    )
    search = Search(beam=BEAM, length_penalty=1.0, max_ratio=2.0, max_length=MAX_LENGTH)
    random = np.random.default_rng(1)
    lengths = np.clip(random.normal(14, 4, SENTENCES).round(), 4, 40).astype(int)
    sentences = [" ".join(random.choice(words, length)) for length in lengths]
    return Translator(model.eval(), tokenizer, search=search, max_tokens=64, dictionary={}), sentences


def trained_translator(run: Path) -> tuple[Translator, list[str]]:
    """Return the translator of a run, and sentences that it was validated on."""
    languages = RunFolder.open(run).about["languages"]
    pairs = pairs_to_score("valid", run / "data", languages=(languages["source"], languages["target"])).pairs
    return load(run), [pair.source for pair in pairs[:SENTENCES]]


def main() -> None:
    """Take turns and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, epilog="Also --json and --save, as every benchmark.")
    parser.add_argument("--run", type=Path, help="the run of a Transformer that translates")
    options, others = parser.parse_known_args()
    translator, sentences = random_translator() if options.run is None else trained_translator(options.run)
    with tempfile.TemporaryDirectory() as temporary:
        float32, int8 = (_exported(translator, Path(temporary), quantization) for quantization in ("float32", "int8"))
        times = in_turns(
            {
                "softsearch, float32": lambda: translator.translate(sentences, beam=BEAM),
                "CTranslate2, float32": lambda: float32.translate(sentences, beam=BEAM),
                "CTranslate2, int8": lambda: int8.translate(sentences, beam=BEAM),
            },
            rounds=ROUNDS,
        )
    ours, *exported = times
    report(
        "export",
        ratios={f"{name} / {ours}": ratio(times[ours], times[name]) for name in exported},
        absolute={name: len(sentences) * ROUNDS / sum(seconds) for name, seconds in times.items()},
        unit="sentences a second",
        arguments=others,
    )


def _exported(translator: Translator, folder: Path, quantization: Quantization) -> portable.Translator:
    own = folder / quantization
    own.mkdir()
    write(translator, own, to="ctranslate2", quantization=quantization)
    loaded = portable.load(own, threads=torch.get_num_threads())
    assert isinstance(loaded, portable.Translator)
    return loaded


if __name__ == "__main__":
    main()

"""One small trained run for all tests of tasks, and a model whose every word and link is known beforehand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from softsearch import runs
from softsearch.data.parallel import Pair, PairReport, read_tsv
from softsearch.data.store import TokenStore
from softsearch.data.tokenizers import BOS, WordTokenizer
from softsearch.recipes import load_recipe
from softsearch.tasks.translation import HeldOut, TranslationTask
from softsearch.tasks.translator import Translator

WIDTHS = ("embedding", "readout", "encoder.hidden", "decoder.hidden", "attention.hidden")
WORDS = ["a", "b", "c", "d", "e", "f", ",", ".", "a,", "b.", "Haus"]


class Copier(nn.Module):
    """Writes what it reads, word by word, and looks at the word that it writes; `stops=False` never writes EOS."""

    def __init__(self, vocabulary: int, *, stops: bool = True) -> None:
        super().__init__()
        self.vocabulary, self.stops = vocabulary, stops
        self.weight = nn.Parameter(torch.zeros(1))

    def encode(self, source: Tensor, source_mask: Tensor) -> tuple[Tensor, Tensor]:
        return source, source_mask

    def start(self, source: tuple[Tensor, Tensor]) -> tuple[Tensor]:
        return (torch.zeros(len(source[0])),)

    def step(self, tokens: Tensor, state: tuple[Tensor], source: tuple[Tensor, Tensor]) -> tuple[Tensor, Any, Tensor]:
        ids = source[0].repeat_interleave(len(tokens) // len(source[0]), dim=0)
        place = state[0].long().clamp(max=ids.shape[1] - 1).unsqueeze(1)
        wanted = ids.gather(1, place) if self.stops else torch.full_like(place, BOS + 2)
        logits = torch.zeros(len(tokens), self.vocabulary).scatter(1, wanted, 9.0)
        return logits, (state[0] + 1,), torch.zeros(ids.shape).scatter(1, place, 1.0)


@pytest.fixture(scope="session")
def tokenizer() -> WordTokenizer:
    return WordTokenizer(WORDS, lowercase=False)


@pytest.fixture
def make_copier(tokenizer):
    """Return a function that makes a translator which copies."""

    def make(*, stops: bool = True, **changes: Any) -> Translator:
        settings = {"beam": 2, "length_penalty": 1.0, "max_ratio": 2.0, "max_tokens": 8, **changes}
        return Translator(Copier(tokenizer.size, stops=stops).eval(), tokenizer, **settings)

    return make


@pytest.fixture(scope="session")
def run(tmp_path_factory) -> Path:
    """Return the folder of a run that was trained for a moment on the built-in corpus."""
    sizes = [
        "tokenizer={kind: words}",
        "data.num_train=200",
        "data.num_valid=20",
        "data.num_test=20",
        *(f"model.{width}=16" for width in WIDTHS),
    ]
    pace = [
        "training.max_steps=15",
        "training.max_epochs=null",
        "training.budget=null",
        "training.batch_tokens=512",
        "training.threads=1",
        "training.schedule.warmup_steps=5",
    ]
    recipe = load_recipe("translate/builtin", [*sizes, *pace])
    return runs.train(recipe, tmp_path_factory.mktemp("tasks") / "run", live=False)


@pytest.fixture(scope="session")
def pairs(run) -> list[Pair]:
    return list(read_tsv(run / "data" / "test.tsv", report=PairReport()))


@pytest.fixture(scope="session")
def translator(run) -> Translator:
    return runs.load(run)


@pytest.fixture(scope="session")
def task(translator) -> TranslationTask:
    return TranslationTask(
        translator.tokenizer,
        label_smoothing=0.1,
        lowercase=False,
        beam=2,
        length_penalty=1.0,
        max_ratio=2.0,
        max_tokens=100,
    )


@pytest.fixture(scope="session")
def held_out(run) -> HeldOut:
    pairs = list(read_tsv(run / "data" / "valid.tsv", report=PairReport()))
    return HeldOut("valid", pairs, TokenStore(run / "data" / "valid"))

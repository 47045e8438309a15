"""A small random translator for all tests of tasks, and a model whose every word and link is known beforehand."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.data.pairs.store import TokenStore
from softsearch.data.tokenizers import BOS, WordTokenizer
from softsearch.decoding.settings import Search
from softsearch.tasks.translation import HeldOutPairs, TranslationTask
from softsearch.tasks.translator import Translator
from tests.tasks.translators import random_translator, sentences, short_sentences

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
    return WordTokenizer(WORDS, lowercase=False, split_punctuation=False)


@pytest.fixture
def make_copier(tokenizer):
    """Return a function that makes a translator which copies."""

    def make(
        *,
        stops: bool = True,
        model: nn.Module | None = None,
        tokenizer: Any = tokenizer,
        max_tokens: int = 8,
        dictionary: dict[str, str] | None = None,
        **search: Any,
    ) -> Translator:
        return Translator(
            (model or Copier(tokenizer.size, stops=stops)).eval(),
            tokenizer,
            search=Search(**{"beam": 2, "length_penalty": 1.0, "max_ratio": 2.0, **search}),
            max_tokens=max_tokens,
            dictionary=dictionary or {},
        )

    return make


@pytest.fixture(scope="session")
def corpus() -> list[Pair]:
    return sentences()


@pytest.fixture(scope="session")
def pairs() -> list[Pair]:
    return short_sentences()


@pytest.fixture(scope="session")
def translator() -> Translator:
    return random_translator()


@pytest.fixture(scope="session")
def task(translator) -> TranslationTask:
    return TranslationTask(
        translator.tokenizer,
        label_smoothing=0.1,
        lowercase=False,
        search=Search(beam=2, length_penalty=1.0, max_ratio=2.0),
        max_tokens=100,
        dictionary={},
    )


@pytest.fixture(scope="session")
def held_out(corpus, translator, tmp_path_factory) -> HeldOutPairs:
    folder = tmp_path_factory.mktemp("tasks") / "valid"
    pairs, rest = corpus[:8], {"max_tokens": 100, "keep_texts": False}
    return HeldOutPairs(pairs, TokenStore.write(folder, [(pairs, PairReport())], translator.tokenizer, **rest))

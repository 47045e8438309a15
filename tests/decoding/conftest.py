"""Small random networks to search through; a fixture, as test files do not import each other."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

BOS, EOS, VOCABULARY, WIDTH = 2, 3, 7, 4


class RandomNetwork:
    """A random recurrent net whose weights say who looked: [sentence, token just read, its place]."""

    def __init__(self, seed: int = 0, *, ends: float = 0.0) -> None:
        torch.manual_seed(seed)
        self.mix, self.read, self.write = (
            2 * torch.randn(shape, dtype=torch.float64)
            for shape in ((WIDTH, WIDTH), (VOCABULARY, WIDTH), (WIDTH, VOCABULARY))
        )
        self.ends = ends  # added to the logit of EOS

    def source(self, batch: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return a batch of sources, numbered."""
        torch.manual_seed(5)
        return torch.randn(batch, WIDTH, dtype=torch.float64), torch.arange(batch)

    def start(self, source: Any) -> Any:
        return source[0], source[0].new_zeros(len(source[0]))

    def step(self, tokens: Any, state: Any, source: Any) -> Any:
        hidden = torch.tanh(state[0] @ self.mix + self.read[tokens])
        logits = hidden @ self.write
        logits[:, EOS] += self.ends
        sentence = source[1].repeat_interleave(len(tokens) // len(source[1]))
        looked = torch.stack([sentence.double(), tokens.double(), state[1]], 1)
        return logits, (hidden, state[1] + 1), looked


class Script:
    """Gives the probabilities of a table, a row for each place, whatever was read; its weights are None."""

    def __init__(self, table: list[dict[int, float]]) -> None:
        self.table = torch.zeros(len(table), VOCABULARY)
        for place, row in enumerate(table):
            for token, probability in row.items():
                self.table[place, token] = probability

    def start(self, source: Any) -> Any:
        return (torch.zeros(len(source[0]), dtype=torch.long),)

    def step(self, tokens: Any, state: Any, source: Any) -> Any:
        place = state[0].clamp(max=len(self.table) - 1)
        return self.table[place].log(), (state[0] + 1,), None


@pytest.fixture(scope="session")
def networks() -> SimpleNamespace:
    return SimpleNamespace(random=RandomNetwork, script=Script)

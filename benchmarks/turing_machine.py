"""Training speed of the Neural Turing Machine of ``memory/copy``, compiled and not, against a plain way of writing it.

Plain is what one writes first from the paper: ``nn.LSTMCell``, one loop over the steps, a layer for each head, torch's
cosine, a roll for each move, a power divided by its sum. All take the same step: loss, gradient, clipping, AdamW, with
one batch of episodes of 10 vectors. Where no C++ compiler is found, compiled and eager are the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch._inductor.utils import fresh_cache
from torch.nn import functional

from benchmarks.timing import in_turns, ratio, report
from softsearch.build.transduction import TransducerFamily, algorithm_of
from softsearch.models.transducer import Transducer
from softsearch.recipes import load_recipe

RECIPE = load_recipe("memory/copy")
ALGORITHM, BATCH = algorithm_of(RECIPE.data), RECIPE.training.batch_size
LENGTH, ROUNDS = 10, 40
COMPILED, EAGER, PLAIN = "softsearch, compiled", "softsearch, eager", "plain"


class Plain(nn.Module):
    """A Neural Turing Machine with an LSTM, a head that writes and one that reads, and moves by one cell at most."""

    def __init__(self, *, input: int, hidden: int, locations: int, word: int, outputs: int) -> None:
        super().__init__()
        self.hidden, self.locations, self.word = hidden, locations, word
        self.lstm = nn.LSTMCell(input + word, hidden)
        self.write_head = nn.Linear(hidden, word + 6 + 2 * word)
        self.read_head = nn.Linear(hidden, word + 6)
        self.output = nn.Linear(hidden + word, outputs)
        self.first = nn.ParameterDict(
            {"hidden": torch.zeros(hidden), "inner": torch.zeros(hidden), "read": torch.zeros(word)}
        )
        self.first_weights = nn.Parameter(torch.zeros(2, locations))

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the logits of each step; batch first."""
        batch = len(inputs)
        hidden, inner, read = (self.first[name].expand(batch, -1) for name in ("hidden", "inner", "read"))
        writing, reading = (each.softmax(dim=0).expand(batch, -1) for each in self.first_weights)
        memory = torch.full((batch, self.locations, self.word), 1e-6, dtype=inputs.dtype)
        outputs = []
        for step in range(inputs.shape[1]):
            hidden, inner = self.lstm(torch.cat([inputs[:, step], read], dim=1), (hidden, inner))
            told, asked = self.write_head(hidden), self.read_head(hidden)
            look, erase, add = told.split([self.word + 6, self.word, self.word], dim=1)
            writing, reading = self.address(look, memory, writing), self.address(asked, memory, reading)
            memory = memory * (1 - writing.unsqueeze(2) * torch.sigmoid(erase).unsqueeze(1))
            memory = memory + writing.unsqueeze(2) * torch.tanh(add).unsqueeze(1)
            read = (reading.unsqueeze(2) * memory).sum(dim=1)
            outputs.append(self.output(torch.cat([hidden, read], dim=1)))
        return torch.stack(outputs, dim=1)

    def address(self, numbers: Tensor, memory: Tensor, before: Tensor) -> Tensor:
        """Return where a head is, from what it was told, by content and by move."""
        key, strength, gate, sharpness, moves = numbers.split([self.word, 1, 1, 1, 3], dim=1)
        cosine = functional.cosine_similarity(torch.tanh(key).unsqueeze(1), memory, dim=2)
        content = (functional.softplus(strength) * cosine).softmax(dim=1)
        gate, shift = torch.sigmoid(gate), moves.softmax(dim=1)
        mixed = gate * content + (1 - gate) * before
        moved = sum(shift[:, [move + 1]] * torch.roll(mixed, move, dims=1) for move in (-1, 0, 1))
        powers = moved ** (1 + functional.softplus(sharpness))
        return powers / powers.sum(dim=1, keepdim=True)


def plain_of(ours: Transducer) -> Plain:
    """Return the plain network with the weights of one of the toolkit's."""
    cell = ours.layers.cell
    plain = Plain(
        input=cell.input.in_features,
        hidden=cell.hidden,
        locations=cell.locations,
        word=cell.word,
        outputs=ours.output.out_features,
    )
    (write, read), (write_bias, read_bias) = cell.looks.weight.chunk(2), cell.looks.bias.chunk(2)
    weights = {
        "lstm.weight_ih": torch.cat([cell.input.weight, cell.from_read.weight], dim=1),
        "lstm.bias_ih": cell.input.bias,
        "lstm.weight_hh": cell.controller.recurrent.weight,
        "lstm.bias_hh": cell.controller.recurrent.bias,
        "write_head.weight": torch.cat([write, cell.changes.weight]),
        "write_head.bias": torch.cat([write_bias, cell.changes.bias]),
        "read_head.weight": read,
        "read_head.bias": read_bias,
        "output.weight": ours.output.weight,
        "output.bias": ours.output.bias,
        "first.hidden": cell.first_visible[: cell.hidden],
        "first.read": cell.first_visible[cell.hidden :],
        "first.inner": cell.first_inner[0],
        "first_weights": cell.first_weights,
    }
    plain.load_state_dict(weights)
    return plain


def trainer(model: nn.Module) -> Callable[[], None]:
    """Return what takes a training step, always with the same batch."""
    batch = ALGORITHM.draw(np.random.default_rng(1), batch=BATCH, sizes={"length": LENGTH})
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.0, betas=(0.9, 0.98), fused=True)

    def step() -> None:
        logits = model(batch.inputs)[batch.mask]
        functional.binary_cross_entropy_with_logits(logits, batch.targets[batch.mask]).backward()
        nn.utils.clip_grad_norm_(model.parameters(), RECIPE.training.clip_norm)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return step


def make_ours() -> Transducer:
    """Return the network of ``memory/copy`` with its first weights."""
    return TransducerFamily().model(RECIPE, sizes={"inputs": ALGORITHM.inputs, "outputs": ALGORITHM.outputs})


def compiled(model: Transducer) -> tuple[Callable[[], None], float]:
    """Return what takes a step with a compiled cell, and the seconds until the first is taken, with an empty cache."""
    step = trainer(model)
    begin = time.perf_counter()
    with fresh_cache():
        model.layers.compile_for(BATCH)
        step()
    return step, time.perf_counter() - begin


def main() -> None:
    """Take turns and print the ratios."""
    fast, compiling_s = compiled(make_ours())
    ways = {COMPILED: fast, EAGER: trainer(make_ours()), PLAIN: trainer(plain_of(make_ours()))}
    times = in_turns(ways, rounds=ROUNDS)
    report(
        "turing_machine",
        ratios={
            f"{one} / {other}": ratio(times[other], times[one])
            for one, other in ((COMPILED, PLAIN), (EAGER, PLAIN), (COMPILED, EAGER))
        },
        absolute={name: ROUNDS * BATCH / sum(each) for name, each in times.items()},
        unit="episodes a second",
        once={"compiling, and the first step": compiling_s},
    )


if __name__ == "__main__":
    main()

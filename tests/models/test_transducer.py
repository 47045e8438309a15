"""Transducers with a memory: against the plain network of the benchmarks, and taken in compiled blocks of steps."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks.turing_machine import plain_of
from softsearch.models.transducer import Transducer
from softsearch.nn import memory, memory_layer
from softsearch.nn.memory_layer import MemoryLayer
from softsearch.nn.turing_machine import TuringMachineCell

INPUT, OUTPUT, BATCH = 3, 2, 4


@pytest.fixture
def network() -> Transducer:
    torch.manual_seed(0)
    cell = TuringMachineCell(
        input=INPUT,
        hidden=5,
        controller="lstm",
        locations=6,
        word=4,
        read_heads=1,
        write_heads=1,
        shift_range=1,
        start="constant",
    )
    found = Transducer(MemoryLayer(cell), outputs=OUTPUT)
    for parameter in found.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return found


def test_the_machine_writes_and_learns_what_a_plain_one_with_its_weights_does(network, monkeypatch):
    monkeypatch.setattr(memory, "_TINY", 0.0)  # which the plain one does without
    network = network.double()
    plain = plain_of(network).double()
    inputs = torch.randn(BATCH, 12, INPUT, dtype=torch.float64)
    ours, theirs = network(inputs), plain(inputs)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-10)
    found = torch.autograd.grad(ours.square().sum(), [network.output.weight, network.layers.cell.first_weights])
    expected = torch.autograd.grad(theirs.square().sum(), [plain.output.weight, plain.first_weights])
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)


def noting(taken: list[int]) -> Callable[..., Any]:
    """Return what stands for the compiler: it leaves functions as they are, and notes how many steps they take."""

    def compiled(function: Callable[..., Any], *_: Any) -> Callable[..., Any]:
        def call(gates: torch.Tensor, state: Any) -> Any:
            taken.append(len(gates) if gates.ndim == 3 else 1)
            assert all(each.is_contiguous() and each.requires_grad for each in state)  # or it would be compiled anew
            return function(gates, state)

        return call

    return compiled


@pytest.mark.parametrize(("length", "blocks"), [(1, [1]), (4, [4]), (9, [4, 4, 1]), (11, [4, 4, 1, 1, 1])])
def test_compiled_blocks_of_steps_make_up_the_sequence(network, monkeypatch, length, blocks):
    inputs, taken = torch.randn(BATCH, length, INPUT), list[int]()
    expected, state = network.layers(inputs, network.layers.start(BATCH))
    monkeypatch.setattr(memory_layer, "compiled", noting(taken))
    network.layers.compile_for(BATCH)
    found, after = network.layers(inputs, network.layers.start(BATCH))
    assert taken == blocks
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-6)
    torch.testing.assert_close(after, state, rtol=0, atol=1e-6)
    weights = network.layers.cell.first_weights
    one, other = (torch.autograd.grad(each.square().sum(), weights)[0] for each in (found, expected))
    torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_other_batches_and_what_is_not_trained_on_are_not_taken_by_the_compiled_cell(network, monkeypatch):
    taken = list[int]()
    monkeypatch.setattr(memory_layer, "compiled", noting(taken))
    network.layers.compile_for(BATCH)
    network(torch.randn(BATCH + 1, 5, INPUT))
    with torch.no_grad():
        network(torch.randn(BATCH, 5, INPUT))
    network.eval()(torch.randn(BATCH, 5, INPUT))
    assert not taken


def test_where_nothing_can_be_compiled_the_cell_is_taken_as_it_is(network, monkeypatch):
    inputs = torch.randn(BATCH, 9, INPUT)
    expected = network(inputs)
    monkeypatch.setattr(memory_layer, "compiled", lambda function, *_: function)
    network.layers.compile_for(BATCH)
    assert torch.equal(network(inputs), expected)


COMPILED = """
import torch
from softsearch.nn.memory_layer import MemoryLayer
from softsearch.nn.turing_machine import TuringMachineCell

torch.manual_seed(0)
cell = TuringMachineCell(
    input=3, hidden=5, controller="lstm", locations=6, word=4, read_heads=1, write_heads=1, shift_range=1,
    start="constant"
)
layer, sequences = MemoryLayer(cell), [torch.randn(4, length, 3) for length in (9, 1, 4, 6, 2)]


def run(inputs):
    outputs, _ = layer(inputs, layer.start(4))
    return [outputs.detach(), *torch.autograd.grad(outputs.square().sum(), list(layer.parameters()))]


expected = [run(inputs) for inputs in sequences]
layer.compile_for(4)
assert layer._compiled is not None
torch.compiler.set_stance("fail_on_recompile")
for inputs, eager in zip(sequences, expected, strict=True):
    for one, other in zip(run(inputs), eager, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="there is no compiler")
def test_the_compiled_cell_gives_the_same_numbers_and_gradients_and_is_compiled_once(project: Path):
    """In a process of its own: the checks of shapes, which tests put around functions, cannot be compiled."""
    found = subprocess.run([sys.executable, "-c", COMPILED], cwd=project, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr

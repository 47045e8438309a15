"""How gradients travel through time: how the last state of a recurrent cell depends on each earlier one.

    dh_T/dh_t = product over k = T .. t+1 of J_k        J_k = dh_k/dh_k-1, one factor for each step, later ones first
    |dh_T/dh_t| <= product of |J_k|                     spectral norms: the largest singular values
                <= (alpha beta)^(T-t)                   where h_k = f(W h_k-1 + ...), alpha = |W| and beta >= |f'|

Pascanu, Mikolov and Bengio (2013), section 2.1: their bound. Its factors vanish where alpha beta < 1, and may explode
where it is above; whether they do depends on the states, which is why it is measured here. A state of several tensors,
as that of an LSTM, is taken as one vector. All in the cell's own precision: float64 for claims.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch
from torch import nn

from softsearch.nn.cells import Cell, State
from softsearch.nn.recurrent import RecurrentLayer
from softsearch.shapes import Float, Tensor


class ThroughTime(NamedTuple):
    """What becomes of a gradient on its way back from the last state.

    Attributes
    ----------
    jacobians
        dh_T/dh_t for t = 0 .. T - 1; rows are of the last state.
    bounds
        The products of the norms of their factors.
    """

    jacobians: Float[Tensor, "length features features"]
    bounds: Float[Tensor, " length"]

    @property
    def norms(self) -> Float[Tensor, " length"]:
        """The spectral norms of the Jacobians."""
        return torch.linalg.matrix_norm(self.jacobians, ord=2)

    @property
    def singular_values(self) -> Float[Tensor, "length features"]:
        """The singular values of the Jacobians, the largest first."""
        return torch.linalg.svdvals(self.jacobians)


def through_time(cell: nn.Module, gates: Iterable[Float[Tensor, "batch gates"]], state: State) -> ThroughTime:
    """Follow the gradient through one sequence.

    Parameters
    ----------
    cell
        Any that :mod:`softsearch.nn.cells` has, or one that is called as they are.
    gates
        The input's share of the gates, ``cell.input(x)``, step by step, of a batch of one.
    state
        Before the first step, of a batch of one.
    """
    factors = []
    for step in gates:
        factors.append(_factor(cell, step, state))
        state = tuple(each.detach() for each in cell(step, state))
    whole = torch.eye(len(factors[0]), dtype=factors[0].dtype)
    found: list[Tensor] = []
    for factor in reversed(factors):
        whole = whole @ factor
        found.insert(0, whole)
    norms = torch.linalg.matrix_norm(torch.stack(factors), ord=2)
    return ThroughTime(torch.stack(found), norms.flip(0).cumprod(0).flip(0))


def visible_through_time(
    cell: nn.Module, gates: Iterable[Float[Tensor, "batch gates"]], state: State
) -> Float[Tensor, "length hidden hidden"]:
    """Follow the gradient of the first tensor of the last state alone, by whatever way it goes: for large states.

    Returns
    -------
    Its derivatives by the first tensor of each earlier state: the upper left part of what :func:`through_time` returns.
    """
    before = []
    for step in gates:
        before.append((step, state))
        state = tuple(each.detach() for each in cell(step, state))
    visible = state[0].numel()
    rows = torch.eye(sum(each.numel() for each in state), dtype=state[0].dtype)[:visible]
    found = []
    for step, earlier in reversed(before):
        function, flat = _flat(cell, step, earlier)
        pulled_back = torch.func.vjp(function, flat)[1]
        (rows,) = torch.func.vmap(pulled_back)(rows)
        found.append(rows[:, :visible])
    return torch.stack(found[::-1])


def _factor(cell: nn.Module, gates: Tensor, state: State) -> Float[Tensor, "features features"]:
    """Return the derivative of a cell's next state by its state, each as one vector."""
    return torch.autograd.functional.jacobian(*_flat(cell, gates, state), vectorize=True)


def _flat(
    cell: nn.Module, gates: Tensor, state: State
) -> tuple[Callable[[Tensor], Tensor], Float[Tensor, " features"]]:
    """Return a step of a cell as a function of its state as one vector, and this vector."""
    shapes = [each.shape for each in state]
    sizes = [each.numel() for each in state]

    def step(flat: Tensor) -> Tensor:
        parts = [part.reshape(shape) for part, shape in zip(flat.split(sizes), shapes, strict=True)]
        return torch.cat([each.flatten() for each in cell(gates, tuple(parts))])

    return step, torch.cat([each.detach().flatten() for each in state])


class Layer(NamedTuple):
    """What a recurrent cell read in one sequence: the input's share of its gates, step by step, and its first state."""

    name: str
    cell: nn.Module
    gates: list[Float[Tensor, "batch gates"]]
    state: State


def recorded(model: nn.Module, read: Callable[[], object]) -> list[Layer]:
    """Return what each recurrent cell of a network reads while `read` is called, which gives it one sequence.

    A cell inside another, as the controller of a Neural Turing Machine is, is a part of that and not told by itself.
    Of a decoder that looks before each step the gates are as they were: that they depend on its state, through the
    attention, is left out.
    """
    layers: dict[str, Layer] = {}
    handles = []

    def of_layer(name: str) -> Callable[..., None]:
        def hook(layer: RecurrentLayer, given: tuple[Any, ...]) -> None:
            inputs, state = given[0], given[1] if len(given) > 1 else None
            if state is None:
                state = layer.zeros(len(inputs))
            gates = layer.cell.input(inputs[:1]).transpose(0, 1)
            layers.setdefault(name, Layer(name, layer.cell, [], tuple(each[:1] for each in state))).gates.extend(gates)

        return hook

    def of_cell(name: str) -> Callable[..., None]:
        def hook(cell: nn.Module, given: tuple[Any, ...]) -> None:
            gates, state = given
            layers.setdefault(name, Layer(name, cell, [], tuple(each[:1] for each in state))).gates.append(gates[:1])

        return hook

    cells = {name: module for name, module in model.named_modules() if isinstance(module, RecurrentLayer | Cell)}
    for name, module in cells.items():
        if not any(name.startswith(f"{other}.") for other in cells):
            hook = of_layer(name) if isinstance(module, RecurrentLayer) else of_cell(name)
            handles.append(module.register_forward_pre_hook(hook))
    try:
        with torch.no_grad():
            read()
    finally:
        for handle in handles:
            handle.remove()
    return list(layers.values())

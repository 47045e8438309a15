from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode


class Operations(TorchDispatchMode):
    """Writes down each operation of torch, and the shape of what came out."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[int, ...]]] = []

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = function(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor):
            self.seen.append((function.overloadpacket.__name__, tuple(result.shape)))
        return result


@pytest.fixture
def operations() -> Callable[[], Operations]:
    """Return what records the operations of a ``with`` block in ``.seen``."""
    return Operations

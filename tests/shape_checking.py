"""What jaxtyping's import hook puts around every function of the tensor layers while the tests run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from beartype import beartype


def check_shapes(function: Callable[..., Any]) -> Callable[..., Any]:
    """Check the tensors among the arguments and the result of `function`; mypy answers for all other types.

    `function` is jaxtyping's stand-in, which has only the signature: the user's function keeps its annotations.
    """
    function.__annotations__ = {name: hint for name, hint in function.__annotations__.items() if "Tensor" in str(hint)}
    return beartype(function)

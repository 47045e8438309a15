"""What claims about small networks share: drawn images as tensors, a plain training, and the error that is left."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from softsearch.data.images.drawn import Kind, Split, drawn
from softsearch.seeding import derive
from softsearch.shapes import Float, Int, Tensor

Loss = Callable[[Tensor, Tensor], Tensor]

_BATCH = 50


def images_of(
    kind: Kind, *, number: int, size: int, seed: int, split: Split
) -> tuple[Float[Tensor, "number channels height width"], Int[Tensor, " number"]]:
    """Return drawn images, white as 1, and the numbers of their classes, in the order of these names."""
    found = list(drawn(kind, number=number, size=size, seed=seed, split=split))
    names = sorted({image.label for image in found})
    pixels = torch.from_numpy(np.stack([image.pixels for image in found])).permute(0, 3, 1, 2).float() / 255
    return pixels.contiguous(), torch.tensor([names.index(image.label) for image in found])


def fit(
    model: nn.Module,
    inputs: Float[Tensor, "rows *features"],
    targets: Tensor,
    *,
    steps: int,
    seed: int,
    learning_rate: float = 1e-3,
    loss: Loss = functional.cross_entropy,
) -> nn.Module:
    """Train a network with Adam on batches of fifty rows, drawn anew at each step; return it, ready to be asked."""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    generator = torch.Generator().manual_seed(derive(seed, "batches"))
    model.train()
    for _ in range(steps):
        rows = torch.randint(len(inputs), (_BATCH,), generator=generator)
        optimizer.zero_grad()
        loss(model(inputs[rows]), targets[rows]).backward()
        optimizer.step()
    return model.eval()


@torch.no_grad()
def error(model: nn.Module, inputs: Float[Tensor, "rows *features"], targets: Int[Tensor, " rows"]) -> float:
    """Return the share of the rows whose likeliest class is not theirs."""
    return float((model(inputs).argmax(dim=1) != targets).float().mean())

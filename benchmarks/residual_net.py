"""Training speed of ResNet-20 on images of 32 by 32, batches of 128, against the same network written plainly.

Plain is what one writes first: torch's own layers in fp32, maps one after the other (NCHW). Beside it stands the same
with channels last, and under torch's autocast to bf16.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import nn
from torch.nn import functional

from benchmarks.timing import in_turns, ratio, report
from softsearch.models.residual_net import ResidualNet
from softsearch.nn.products import Precision, products_in

BATCH, EDGE, CLASSES = 128, 32, 10
OURS, PLAIN = "softsearch, bf16", "plain"
ROUNDS = 9


class PlainBlock(nn.Module):
    """Two convolutions and what comes in."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride, self.new = stride, outputs - inputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return relu(x + F(x))."""
        shortcut = functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.new))
        return functional.relu(self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x))))) + shortcut)


class Plain(nn.Module):
    """ResNet-20."""

    def __init__(self) -> None:
        super().__init__()
        widths = [16] * 3 + [32] * 3 + [64] * 3
        blocks = [
            PlainBlock(before, after, 1 if before == after else 2)
            for before, after in zip([16, *widths], widths, strict=False)
        ]
        self.body = nn.Sequential(nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), *blocks)
        self.fc = nn.Linear(64, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the logits."""
        return self.fc(self.body(x).mean(dim=(2, 3)))


def make_ours() -> ResidualNet:
    """Return the toolkit's network."""
    return ResidualNet(
        channels=3,
        classes=CLASSES,
        stem="cifar",
        block="basic",
        shortcut="A",
        residual=True,
        counts=(3, 3, 3),
        width=16,
    ).to(memory_format=torch.channels_last)


def ours(precision: Precision) -> Callable[[torch.Tensor, torch.Tensor], None]:
    """Return what takes one step as the toolkit does."""
    model = make_ours()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

    def step(images: torch.Tensor, labels: torch.Tensor) -> None:
        with products_in(precision):
            functional.cross_entropy(model(images.contiguous(memory_format=torch.channels_last)), labels).backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def plain(*, last: bool, autocast: bool) -> Callable[[torch.Tensor, torch.Tensor], None]:
    """Return what takes one step with torch's parts."""
    layout = torch.channels_last if last else torch.contiguous_format
    model = Plain().to(memory_format=layout)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

    def step(images: torch.Tensor, labels: torch.Tensor) -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
            logits = model(images.contiguous(memory_format=layout))
        functional.cross_entropy(logits.float(), labels).backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


def main() -> None:
    """Take turns and print the ratios."""
    torch.manual_seed(1)
    images, labels = torch.randn(BATCH, 3, EDGE, EDGE), torch.randint(CLASSES, (BATCH,))
    steps = {
        OURS: ours("bf16"),
        "softsearch": ours("fp32"),
        PLAIN: plain(last=False, autocast=False),
        "plain, channels last": plain(last=True, autocast=False),
        "plain, channels last, autocast to bf16": plain(last=True, autocast=True),
    }
    times = in_turns({name: partial(step, images, labels) for name, step in steps.items()}, rounds=ROUNDS)
    ratios = {f"{OURS} / {name}": ratio(times[name], times[OURS]) for name in steps if name != OURS}
    ratios[f"softsearch / {PLAIN}"] = ratio(times[PLAIN], times["softsearch"])
    absolute = {name: ROUNDS * BATCH / sum(each) for name, each in times.items()}
    report("residual_net", ratios=ratios, absolute=absolute, unit="images a second")


if __name__ == "__main__":
    main()

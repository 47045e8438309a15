"""C6: more layers harm a plain network and help a residual one; 1000 layers can still be trained.

He et al. (2016, "Deep residual learning", sections 4.1 and 4.2): a plain net of 56 layers has a higher error than one
of 20 not only on new images but on those it has learnt from, so it is not overfitting; with shortcuts the deeper one is
better. Measured with the recipe ``images/depth``: CIFAR-10 at 16 by 16, a narrow net, 18 epochs, because the paper's
recipe would take weeks here. So the absolute errors are higher than the paper's, and what is compared are ours with
ours, of the weights after the last step. The data lie in ``$SOFTSEARCH_DATA/cifar10``.

That over a thousand layers can be trained is measured on its own: the error of a net of 1,202 layers of four maps on
the 64 drawn shapes that it learns from, in the last ten of 80 steps of SGD, its gradients cut to a length of 1, with
shortcuts and without. What is not a number is wrong. How far residual nets get better (the paper: until about 150
layers) is beyond two cores.

Blind baseline: the classes of other images.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.claims.small_nets import images_of
from softsearch.claims.trainings import trained
from softsearch.data.images.store import ImageStore
from softsearch.inspection.files import read_rows
from softsearch.metrics.repeats import Figures
from softsearch.models.residual_net import ResidualNet
from softsearch.recipes import load_recipe
from softsearch.runs.parts import model_of, task_of
from softsearch.seeding import derive
from softsearch.shapes import Int
from softsearch.tasks.images import ClassifierOfImages
from softsearch.training.checkpoints import load_checkpoint
from softsearch.training.folder import RunFolder

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = {"plain": "false", "residual": "true"}
DEPTHS = (20, 56)
_PAPER = {"plain": {20: "about 9.5 %", 56: "about 13.5 %"}, "residual": {20: "8.75 %", 56: "6.97 %"}}

CLAIM = Claim(
    id="C6",
    statement=STATEMENTS["C6"],
    source="Lectures on residual networks; He et al. (2016), section 4.2, figure 6 and table 6",
    seeds=(1, 2, 3),
    expected={
        **{f"train_error_{kind}_{depth}": "" for kind in KINDS for depth in DEPTHS},
        **{f"test_error_{kind}_{depth}": f"paper: {_PAPER[kind][depth]}" for kind in KINDS for depth in DEPTHS},
        "deeper_train_error_rises_by_plain": "more than 0",
        "deeper_train_error_falls_by_residual": "more than 0",
        "blind_test_error": "0.9",
        "gradient_first_over_last_plain_56": "",
        "gradient_first_over_last_residual_56": "",
        "error_of_1202_layers_plain": "0.9: a guess",
        "error_of_1202_layers_residual": "far less",
    },
)

RECIPE = "images/depth"
THOUSAND, WIDTH, EDGE, IMAGES, STEPS, RATE = 200, 4, 8, 64, 80, 0.1  # blocks of each stage: 6 n + 2 = 1,202 layers
LENGTH = 1.0  # of their gradients


@cache
def measure(seed: int) -> dict[str, float]:
    """Return the errors of the four nets on training and test images, and by how much they differ."""
    figures: dict[str, float] = {}
    for kind in KINDS:
        for depth in DEPTHS:
            for data in ("train", "test"):
                right = _answers(kind, depth, seed, data) == _labels(kind, depth, seed, data)
                figures[f"{data}_error_{kind}_{depth}"] = 1 - float(right.mean())
        shallow, deep = (figures[f"train_error_{kind}_{depth}"] for depth in DEPTHS)
        direction, change = ("rises", deep - shallow) if kind == "plain" else ("falls", shallow - deep)
        figures[f"deeper_train_error_{direction}_by_{kind}"] = change
        norms = _gradient_norms(kind, DEPTHS[-1], seed)
        figures[f"gradient_first_over_last_{kind}_{DEPTHS[-1]}"] = norms[0] / norms[-1]
        figures[f"error_of_1202_layers_{kind}"] = _thousand(residual=kind == "residual", seed=seed)
    figures["blind_test_error"] = _blind(seed)
    return {name: figures[name] for name in CLAIM.expected}


def verdict(figures: Mapping[str, Figures]) -> str:
    """Return "holds" where depth raises the plain net's training error and lowers the residual one's.

    Both beyond their intervals; and where of the nets with 1,202 layers the residual one has learnt more.
    """
    plain, residual = figures["deeper_train_error_rises_by_plain"], figures["deeper_train_error_falls_by_residual"]
    thousand = figures["error_of_1202_layers_residual"].high < figures["error_of_1202_layers_plain"].low
    return "holds" if plain.low > 0 and residual.low > 0 and thousand else "fails"


def picture(seed: int) -> Figure:
    """Draw the training loss and the validation error by epoch, and the norm of the gradient by layer."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.6), layout="constrained")
    loss_axes, error_axes, gradient_axes = figure.subplots(1, 3)
    for kind, colour in zip(KINDS, ("#cc6677", "#4477aa"), strict=True):
        for depth, style in zip(DEPTHS, ("--", "-"), strict=True):
            look = {"color": colour, "linestyle": style, "label": f"{kind}, {depth} layers"}
            rows = read_rows(trained_net(kind, depth, seed) / "metrics.jsonl")
            loss_axes.plot(*_by_epoch(rows, "train", "loss"), **look)
            epochs, accuracy = _by_epoch(rows, "valid", "accuracy")
            error_axes.plot(epochs, [1 - value for value in accuracy], **look)
            norms = _gradient_norms(kind, depth, seed)
            gradient_axes.plot(np.linspace(0, 1, len(norms)), norms, **look)
    loss_axes.set(title="training loss, nats", xlabel="epoch")
    error_axes.set(title="validation error", xlabel="epoch")
    gradient_axes.set(title="norm of the first gradient", xlabel="layer, as a share of the depth", yscale="log")
    figure.legend(*loss_axes.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
    return figure


def _by_epoch(rows: list[Any], kind: str, name: str) -> tuple[list[int], list[float]]:
    """Return the epochs, and the mean of a figure over the rows of each."""
    values: dict[int, list[float]] = {}
    for row in rows:
        if row["kind"] == kind:
            values.setdefault(row["epoch"], []).append(row[name])
    return list(values), [float(np.mean(each)) for each in values.values()]


def trained_net(kind: str, depth: int, seed: int) -> Path:
    """Return the run of a plain or residual net of that depth."""
    changes = [f"seed={seed}", f"model.depth={depth}", f"model.residual={KINDS[kind]}"]
    return trained(load_recipe(RECIPE, changes), name=f"depth-{kind}-{depth}-{seed}")


@cache
def last_weights(kind: str, depth: int, seed: int) -> ClassifierOfImages:
    """Return a net as it was after its last step, whatever the validation said."""
    folder = RunFolder.open(trained_net(kind, depth, seed))
    model = model_of(folder)
    assert folder.last is not None
    load_checkpoint(folder, folder.last, model=model)
    return ClassifierOfImages(model.eval(), task_of(folder))


@cache
def _answers(kind: str, depth: int, seed: int, data: str) -> Int[np.ndarray, " images"]:
    return last_weights(kind, depth, seed).log_probs(images(kind, depth, seed, data).images).argmax(axis=1)


def _labels(kind: str, depth: int, seed: int, data: str) -> Int[np.ndarray, " images"]:
    return np.asarray(images(kind, depth, seed, data).labels)


def images(kind: str, depth: int, seed: int, data: str) -> ImageStore:
    """Return the images of one split of a net's run."""
    return ImageStore(RunFolder.open(trained_net(kind, depth, seed)).data / data)


def _blind(seed: int) -> float:
    """Return the error of the residual net's answers, each for another image."""
    which = ("residual", DEPTHS[0], seed, "test")
    found = _answers(*which)
    order = np.random.default_rng(derive(seed, "C6 blind")).permutation(len(found))
    return float((found[order] != _labels(*which)).mean())


@cache
def _gradient_norms(kind: str, depth: int, seed: int) -> list[float]:
    """Return the norm of the gradient of each convolution's weights, at the first weights, on 128 training images."""
    folder = RunFolder.open(trained_net(kind, depth, seed))
    model, task, store = model_of(folder), task_of(folder), ImageStore(folder.data / "train")
    rows = np.random.default_rng(derive(seed, "C6 gradients")).choice(len(store), 128, replace=False)
    images = torch.from_numpy(store.images[rows]).permute(0, 3, 1, 2).float().div(255)
    scores = model.train()(task.images.standardised(images))
    loss = functional.cross_entropy(scores, torch.from_numpy(store.labels[rows]))
    weights = [module.weight for module in model.modules() if isinstance(module, nn.Conv2d)]
    return [float(gradient.norm()) for gradient in torch.autograd.grad(loss, weights)]


def _thousand(*, residual: bool, seed: int) -> float:
    """Return the error of a net of 1,202 layers on a few drawn shapes, in the last steps of SGD on them."""
    shapes, labels = images_of("shapes", number=IMAGES, size=EDGE, seed=seed, split="train")
    torch.manual_seed(derive(seed, "C6 thousand"))
    model = ResidualNet(
        channels=3, classes=10, stem="cifar", block="basic", shortcut="A", residual=residual, counts=(THOUSAND,) * 3,
        width=WIDTH,
    )  # fmt: skip
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9)
    errors = []
    for _ in range(STEPS):
        scores = model(shapes)
        if not torch.isfinite(scores).all():
            return 1.0
        errors.append(float((scores.argmax(dim=1) != labels).float().mean()))
        optimizer.zero_grad()
        functional.cross_entropy(scores, labels).backward()
        nn.utils.clip_grad_norm_(model.parameters(), LENGTH)
        optimizer.step()
    return float(np.mean(errors[-10:]))

"""C8: the winning ImageNet top-5 error fell year by year to below that of a person (a table with sources).

Nothing is trained: the errors are those of the sources, and the verdict says so. What is measured are the networks,
built here as the papers draw them: parameters, and multiplications for one image of 224 by 224.

=====  ==============================================  ======  =====================================================
year   winner                                          error   source
=====  ==============================================  ======  =====================================================
2010   NEC and UIUC, no network                        28.2 %  Russakovsky et al. (2015), table 2; Lin et al. (2011)
2011   XRCE, no network                                25.8 %  the same; Sanchez and Perronnin (2011)
2012   AlexNet, 8 layers                               16.4 %  Krizhevsky, Sutskever and Hinton (2012), five networks
2013   Clarifai, after Zeiler and Fergus, 8 layers     11.7 %  Russakovsky et al. (2015), table 2
2014   GoogLeNet, 22 layers                            6.7 %   Szegedy et al. (2015), table 2, seven networks
2015   ResNet, up to 152 layers                        3.57 %  He et al. (2016), table 5, six networks
       a person                                        5.1 %   Russakovsky et al. (2015), section 6.4
=====  ==============================================  ======  =====================================================

A lecture prints 6.6 for 2014, and for 2015 4.5: one ResNet-152 on the validation images (4.49, table 4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import torch
from torch import nn

from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim
from softsearch.inspection.layers import layers_of
from softsearch.metrics.repeats import Figures
from softsearch.models.classic_nets import VGG, AlexNet, GoogLeNet
from softsearch.models.residual_net import IMAGENET, ResidualNet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ERRORS = {2010: 28.2, 2011: 25.8, 2012: 16.4, 2013: 11.7, 2014: 6.7, 2015: 3.57}
PERSON = 5.1
CLASSES, EDGE = 1_000, 224

CLAIM = Claim(
    id="C8",
    statement=STATEMENTS["C8"],
    source="Lectures on convolutional and residual networks; the sources of each figure stand in the module",
    seeds=(1,),
    expected={
        **{f"top_5_error_{year}": f"{error} %, cited" for year, error in ERRORS.items()},
        "top_5_error_of_a_person": f"{PERSON} %, cited",
        "million_parameters_alexnet": "60",
        "million_parameters_vgg_16": "138",
        "million_parameters_googlenet": "7",
        "million_parameters_resnet_152": "60",
        "billion_multiplications_alexnet": "0.7",
        "billion_multiplications_vgg_16": "15.5",
        "billion_multiplications_googlenet": "1.5",
        "billion_multiplications_resnet_152": "11.3",
    },
)


def measure(_seed: int) -> dict[str, float]:
    """Return the cited errors, and what the networks hold and take, counted in the real modules."""
    figures: dict[str, float] = {f"top_5_error_{year}": error for year, error in ERRORS.items()}
    figures["top_5_error_of_a_person"] = PERSON
    for name, build in _NETS.items():
        with torch.device("meta"):
            model = build()
        layers = layers_of(model, channels=3, size=(EDGE, EDGE))
        figures[f"million_parameters_{name}"] = sum(each.numel() for each in model.parameters()) / 1e6
        figures[f"billion_multiplications_{name}"] = sum(layer.multiplications for layer in layers) / 1e9
    return {name: figures[name] for name in CLAIM.expected}


def verdict(_figures: Mapping[str, Figures]) -> str:
    """Return "cited": whether the errors are true was not measured here."""
    return "cited"


def picture(_seed: int) -> Figure:
    """Draw the errors by year."""
    from matplotlib.figure import Figure

    from softsearch.pictures import style

    figure = Figure(figsize=(6, 3.2), layout="constrained")
    axes = figure.add_subplot()
    style.quiet_axes(axes)
    axes.bar([str(year) for year in ERRORS], list(ERRORS.values()), color=style.SERIES[0])
    axes.axhline(PERSON, color=style.INK, linestyle="--", linewidth=1)
    axes.text(len(ERRORS) - 1, PERSON + 0.5, "a person", color=style.INK, ha="center")
    axes.set_ylabel("top-5 error, per cent (cited)")
    return figure


def _resnet() -> nn.Module:
    block, counts = IMAGENET[152]
    return ResidualNet(
        channels=3,
        classes=CLASSES,
        stem="imagenet",
        block=block,
        shortcut="B",
        residual=True,
        counts=counts,
        width=64,
    )


_NETS: dict[str, Callable[[], nn.Module]] = {
    "alexnet": lambda: AlexNet(channels=3, classes=CLASSES, dropout=0.5),
    "vgg_16": lambda: VGG(channels=3, classes=CLASSES, depth=16, batch_norm=False, dropout=0.5),
    "googlenet": lambda: GoogLeNet(channels=3, classes=CLASSES, largest=5, dropout=0.2),
    "resnet_152": _resnet,
}

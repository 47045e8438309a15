"""The first kernels of a network, which still see colours, and their maps of a picture."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from softsearch.shapes import Float, Shaped
from softsearch.tasks.images import ClassifierOfImages
from softsearch.tasks.task import evaluating


def first_kernels(
    classifier: ClassifierOfImages, pixels: Shaped[np.ndarray, "height width channels"]
) -> tuple[Float[np.ndarray, "maps _ _ channels"], Float[np.ndarray, "maps _ _"]] | None:
    """Return the kernels of the first convolution, and its maps of a picture; None where there is none."""
    convolution = next((module for module in classifier.model.modules() if isinstance(module, nn.Conv2d)), None)
    if convolution is None:
        return None
    image = torch.from_numpy(np.array(pixels)).permute(2, 0, 1)[None].float().div(255)
    with evaluating(classifier.model):
        maps = convolution(classifier.task.images.standardised(image))[0]
    return convolution.weight.detach().permute(0, 2, 3, 1).numpy(), maps.numpy()

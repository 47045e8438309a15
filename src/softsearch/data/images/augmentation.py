"""Other images of the same class: moved, mirrored, turned, warped, noisy, cut, mixed. For training alone.

Each is drawn anew for each image of a batch, with torch's global randomness. Moving, mirroring, cutting out and mixing
are a few lines each and take little time; turning, warping and cutting to another scale are kornia's.

    mixup       x = l x_i + (1 - l) x_j,  t = l t_i + (1 - l) t_j,  l from Beta(a, a)      Zhang et al. (2018)
    cutout      a square anywhere, also across the edge, becomes grey                      DeVries and Taylor (2017)
    warp        each place reads where a smooth random field points                        Simard et al. (2003)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn import functional

from softsearch.errors import SoftsearchError
from softsearch.shapes import Float, Tensor

_GREY = 0.5


@dataclass(frozen=True)
class Augmentation:
    """What may happen to an image of a batch; with zeros, nothing does.

    Attributes
    ----------
    shift
        Pixels that it is moved by at most, across and down; what moves in is black.
    flip
        Share of the images that are mirrored, left to right.
    rotation
        Degrees that it is turned by at most, either way.
    warp
        Pixels by which a place is displaced at most, by a smooth field.
    crop
        Share of its area that a part of it has at least, which takes the place of the whole; 0: the whole stays.
    noise
        Standard deviation of what is added to each number; white is 1.
    cutout
        Edge of the square that becomes grey, in pixels.
    mixup
        Of the Beta distribution from which the share of another image is drawn.
    """

    shift: int
    flip: float
    rotation: float
    warp: float
    crop: float
    noise: float
    cutout: int
    mixup: float

    def __call__(
        self, images: Float[Tensor, "batch channels height width"], classes: Float[Tensor, "batch classes"]
    ) -> tuple[Float[Tensor, "batch channels height width"], Float[Tensor, "batch classes"]]:
        """Return other images, and the shares of their classes."""
        if self.shift:
            images = shifted(images, self.shift)
        if self.flip:
            images = flipped(images, self.flip)
        if self.crop:
            images = _with_kornia("RandomResizedCrop", images, size=tuple(images.shape[2:]), scale=(self.crop, 1.0))
        if self.rotation:
            images = _with_kornia("RandomRotation", images, degrees=self.rotation, p=1.0)
        if self.warp:
            images = warped(images, self.warp)
        if self.noise:
            images = images + self.noise * torch.randn_like(images)
        if self.cutout:
            images = cut_out(images, self.cutout)
        return mixed(images, classes, self.mixup) if self.mixup else (images, classes)


def shifted(images: Float[Tensor, "batch channels height width"], most: int) -> Tensor:
    """Return each image moved by up to `most` pixels across and down."""
    number, _, height, width = images.shape
    padded = functional.pad(images, (most,) * 4)
    down, across = torch.randint(2 * most + 1, (2, number, 1))
    rows, columns = down + torch.arange(height), across + torch.arange(width)
    which = torch.arange(number)[:, None, None]
    moved = padded[which, :, rows[:, :, None], columns[:, None, :]]  # channels last
    return moved.permute(0, 3, 1, 2)


def flipped(images: Float[Tensor, "batch channels height width"], share: float) -> Tensor:
    """Return images of which a share is mirrored, left to right."""
    chosen = torch.rand(len(images), 1, 1, 1) < share
    return torch.where(chosen, images.flip(3), images)


def warped(images: Float[Tensor, "batch channels height width"], most: float) -> Tensor:
    """Return each image read along a random field, smooth over a third of it, of at most so many pixels."""
    number, _, height, width = images.shape
    coarse = torch.rand(number, 2, 4, 4) * 2 - 1
    field = functional.interpolate(coarse, (height, width), mode="bicubic", align_corners=True).clamp(-1, 1)
    scale = torch.tensor([2 * most / width, 2 * most / height])  # from pixels to shares of half an edge
    straight = torch.eye(2, 3).expand(number, 2, 3)
    grid = functional.affine_grid(straight, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid + field.permute(0, 2, 3, 1) * scale, align_corners=False)


def cut_out(images: Float[Tensor, "batch channels height width"], edge: int) -> Tensor:
    """Return each image with a grey square somewhere."""
    number, _, height, width = images.shape
    middles = torch.rand(2, number, 1) * torch.tensor([height, width]).view(2, 1, 1)
    rows = (torch.arange(height) - middles[0]).abs() < edge / 2
    columns = (torch.arange(width) - middles[1]).abs() < edge / 2
    square = rows[:, None, :, None] & columns[:, None, None, :]
    return images.masked_fill(square, _GREY)


def mixed(
    images: Float[Tensor, "batch channels height width"], classes: Float[Tensor, "batch classes"], alpha: float
) -> tuple[Tensor, Tensor]:
    """Return each image mixed with another of the batch, and the shares of the classes in it."""
    share = float(torch.distributions.Beta(alpha, alpha).sample())
    other = torch.randperm(len(images))
    return share * images + (1 - share) * images[other], share * classes + (1 - share) * classes[other]


def _with_kornia(name: str, images: Tensor, **settings: object) -> Tensor:
    try:
        from kornia import augmentation
    except ImportError as error:
        problem = "this augmentation needs a package that is not installed: kornia"
        raise SoftsearchError(problem, fix='pip install "softsearch[vision]"') from error
    transform: Callable[[Tensor], Tensor] = getattr(augmentation, name)(**settings)
    return transform(images)

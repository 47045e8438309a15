"""Other images of the same class: moved, mirrored, turned, warped, noisy, cut, mixed. For training alone.

Each is drawn anew for each image of a batch, with torch's global randomness; mixing draws one share for the batch.

    mixup       x = l x_i + (1 - l) x_j,  t = l t_i + (1 - l) t_j,  l from Beta(a, a)      Zhang et al. (2018)
    cutout      a square anywhere, also across the edge, becomes grey                      DeVries and Taylor (2017)
    warp        each place reads where a smooth random field points                        Simard et al. (2003)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch.nn import functional

from softsearch.shapes import Float, Tensor

_GREY = 0.5


@dataclass(frozen=True)
class Augmentation:
    """What may happen to an image of a batch; with zeros, nothing does."""

    shift: int  # pixels that it is moved by at most, across and down; what moves in is black
    flip: float  # share of the images that are mirrored, left to right
    rotation: float  # degrees that it is turned by at most, either way
    warp: float  # pixels by which a place is displaced at most, by a smooth field
    crop: float  # share of its area that a part of it has at least, which takes the place of the whole; 0: it stays
    noise: float  # standard deviation of what is added to each number; white is 1
    cutout: int  # edge of the square that becomes grey, in pixels
    mixup: float  # of the Beta distribution from which the share of another image is drawn

    def __call__(
        self, images: Float[Tensor, "batch channels height width"], classes: Float[Tensor, "batch classes"]
    ) -> tuple[Float[Tensor, "batch channels height width"], Float[Tensor, "batch classes"]]:
        """Return other images, and the shares of their classes."""
        if self.shift:
            images = shifted(images, self.shift)
        if self.flip:
            images = flipped(images, self.flip)
        if self.rotation or self.crop or self.warp:
            images = resampled(images, rotation=self.rotation, crop=self.crop, warp=self.warp)
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


def resampled(
    images: Float[Tensor, "batch channels height width"], *, rotation: float, crop: float, warp: float
) -> Tensor:
    """Return each image turned, cut and warped at once, so that its pixels are interpolated only once.

    Place (x, y) of the new image, from -1 to 1, reads R (w x, h y) + c + d(x, y): R turns, w and h are the edges of the
    part that is cut out, as shares, c is its middle, and d a random field, smooth over a third of the image. What lies
    outside is black.

    Parameters
    ----------
    rotation
        Degrees at most, either way.
    crop
        Share of the area that is left at least; 0: all of it. The part's edges differ by up to a third.
    warp
        Pixels of d at most.
    """
    number, _, height, width = images.shape
    angle = math.radians(rotation) * _between(-1, 1, number)
    edges = torch.ones(2, number)
    if crop:
        edge = _between(crop, 1, number).sqrt()
        most = torch.minimum(torch.tensor(math.sqrt(4 / 3)), 1 / edge)  # a longer edge would leave the image
        ratio = most ** _between(-1, 1, number)
        edges = edge * torch.stack([ratio, 1 / ratio])
    middle = (1 - edges) * torch.stack([_between(-1, 1, number), _between(-1, 1, number)])
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()]).view(2, 2, number)
    affine = torch.cat([turn * edges, middle.unsqueeze(1)], dim=1).permute(2, 0, 1)
    grid = functional.affine_grid(affine, list(images.shape), align_corners=False)
    if warp:
        coarse = torch.rand(number, 2, 4, 4) * 2 - 1
        field = functional.interpolate(coarse, (height, width), mode="bicubic", align_corners=True).clamp(-1, 1)
        grid = grid + field.permute(0, 2, 3, 1) * torch.tensor([2 * warp / width, 2 * warp / height])
    return functional.grid_sample(images, grid, align_corners=False)


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


def _between(least: float, most: float, number: int) -> Tensor:
    return least + (most - least) * torch.rand(number)

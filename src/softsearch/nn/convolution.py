"""Convolution: its definition, by the Fourier transform, as a layer, and without sharing.

    (x * w)_t   = sum over s of x_s w_t-s        convolution; x * w = w * x
    (x (*) w)_t = sum over s of x_t+s w_s        cross-correlation: convolution with the kernel turned around

In two dimensions t and s are pairs; of several maps, one kernel each, the sum is taken. What networks call convolution
is cross-correlation, only where the kernel lies within the image ("valid"): a learnt kernel may as well be learnt the
other way round. By the convolution theorem F(x * w) = F(x) F(w), so M N numbers take M N log(M N) steps whatever the
size of the kernel.

A locally connected layer (LeCun 1989; Gregor and LeCun 2010) has a kernel of its own for each place:

    y_t = b_t + sum over s of x_t+s w_t,s

======  ========================================  ======================================================
symbol  name                                      shape
======  ========================================  ======================================================
x       ``images``                                batch in height width, maps
w       ``kernels``                               out in _ _, for each map written one for each map read
w_t     ``weight``, of a locally connected layer  _ out _, for each place t
y, b    ``maps``, ``bias``                        batch out _; _ out
======  ========================================  ======================================================
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional

from softsearch.shapes import Float, Tensor


def cross_correlate(
    images: Float[Tensor, "batch in height width"], kernels: Float[Tensor, "out in _ _"]
) -> Float[Tensor, "batch out _ _"]:
    """Return the cross-correlation wherever the kernel lies within the image."""
    return functional.conv2d(images, kernels)


def convolve(
    images: Float[Tensor, "batch in height width"], kernels: Float[Tensor, "out in _ _"]
) -> Float[Tensor, "batch out _ _"]:
    """Return the convolution wherever the kernel and the image meet: the whole of it ("full")."""
    height, width = kernels.shape[2:]
    return functional.conv2d(images, kernels.flip(2, 3), padding=(height - 1, width - 1))


def convolve_by_fft(
    images: Float[Tensor, "batch in height width"], kernels: Float[Tensor, "out in _ _"]
) -> Float[Tensor, "batch out _ _"]:
    """Return what :func:`convolve` does, by multiplying spectra.

    Spectra belong to images that repeat; so many zeros stand between the repetitions that they do not meet.
    """
    size = [image + kernel - 1 for image, kernel in zip(images.shape[2:], kernels.shape[2:], strict=True)]
    spectra = torch.fft.rfft2(images, s=size), torch.fft.rfft2(kernels, s=size)
    return torch.fft.irfft2(torch.einsum("bihw,oihw->bohw", *spectra), s=size)


class LocallyConnected2d(nn.Module):
    """A convolutional layer whose kernel is another one at each place.

    Parameters
    ----------
    size
        Height and width of what it reads: there is a kernel for each place.
    kernel, stride
        Edge of a kernel, and how far apart the places are.
    """

    def __init__(self, *, inputs: int, outputs: int, size: tuple[int, int], kernel: int, stride: int) -> None:
        super().__init__()
        self.kernel, self.stride = kernel, stride
        self.written = tuple((edge - kernel) // stride + 1 for edge in size)
        places, reach = math.prod(self.written), inputs * kernel**2
        bound = 1 / math.sqrt(reach)
        self.weight = nn.Parameter(torch.empty(places, outputs, reach).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(places, outputs).uniform_(-bound, bound))

    def forward(self, images: Float[Tensor, "batch in height width"]) -> Float[Tensor, "batch out _ _"]:
        """Return one map for each output."""
        patches = functional.unfold(images, self.kernel, stride=self.stride)
        maps = torch.einsum("brp,por->bop", patches, self.weight) + self.bias.t()
        return maps.unflatten(2, self.written)

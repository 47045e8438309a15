"""Kernels set by hand, and what each makes of a picture: ``python examples/kernels_on_a_picture.py [PICTURE] [OUT]``.

Convolution turns a kernel around, which cross-correlation does not; for all but the edges below that changes nothing.
"""

import sys
from pathlib import Path

import numpy as np
import torch

from softsearch.data.images.decoding import read_picture
from softsearch.nn.convolution import convolve
from softsearch.pictures import contact_sheet, save_png

KERNELS = {
    "the same": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "sharper": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "blurred": [[1 / 9, 1 / 9, 1 / 9]] * 3,
    "outlines": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "upright": [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
    "level": [[1, 2, 1], [0, 0, 0], [-1, -2, -1]],
}
SIGNED = {"outlines", "upright", "level"}  # zero is grey


def main(picture: Path | None, out: Path) -> None:
    pixels = drawn() if picture is None else read_picture(picture, channels=1)[:, :, 0]
    kernels = torch.tensor(list(KERNELS.values()), dtype=torch.float64)
    maps = convolve(torch.from_numpy(pixels[None, None].astype(float)), kernels[:, None])[0, :, 1:-1, 1:-1]
    shown = [
        (each / 2 + 128 if name in SIGNED else each).clamp(0, 255) for name, each in zip(KERNELS, maps, strict=True)
    ]
    weights = [(each / each.abs().max() * 127 + 128).numpy() for each in kernels]
    rows = [weights, [each.numpy() for each in shown]]
    save_png(contact_sheet(["kernel", "convolved"], rows, columns=list(KERNELS)), out)
    print(out)


def drawn() -> np.ndarray:
    """Return a disc before a slope, with a stripe across."""
    down, across = np.mgrid[:128, :128]
    pixels = 60 + across // 2
    pixels[(down - 64) ** 2 + (across - 64) ** 2 < 40**2] = 220
    pixels[abs(down - across) < 5] = 20
    return pixels.astype(np.uint8)


if __name__ == "__main__":
    given = sys.argv[1:]
    main(Path(given[0]) if given else None, Path(given[1] if len(given) > 1 else "kernels.png"))

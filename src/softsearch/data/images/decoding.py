"""A picture file of any kind becomes pixels, upright, grey or red, green and blue."""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from softsearch.errors import DataError
from softsearch.shapes import Shaped

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".ppm", ".pgm", ".tif", ".tiff"})

MOST_PIXELS = 100_000_000
"""A larger image is refused: it would take gigabytes, and is more likely a mistake or an attack."""

_SIXTEEN_BITS = 257  # of white in 16 bits, over white in 8


def decode(raw: bytes, *, channels: int, place: str) -> Shaped[np.ndarray, "height width channels"]:
    """Return the pixels of a picture file.

    Any mode of Pillow is read; what is transparent is put on white; the first picture of several is taken; an
    orientation that a camera has written down (EXIF) is obeyed.

    Parameters
    ----------
    channels
        1 for grey, 3 for red, green and blue.
    place
        What an error calls the file.

    Raises
    ------
    DataError
        The file is empty, cut off, no picture, or larger than :data:`MOST_PIXELS`.
    """
    if not raw:
        raise DataError("the picture file is empty", path=place, fix="copy it again, or take it out")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large pictures, of which MOST_PIXELS is a clearer limit
            with Image.open(io.BytesIO(raw)) as file:
                _check_size(file.size, place)
                return _pixels(_upright(file), channels)
    except UnidentifiedImageError as error:
        kinds = ", ".join(sorted(SUFFIXES))
        raise DataError("this is no picture", path=place, allowed=kinds, fix="take it out") from error
    except Image.DecompressionBombError as error:
        raise _too_large(place) from error  # of how many pixels, Pillow says in its own words alone
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, struct.error) as error:
        fix = "copy it again, or take it out"
        raise DataError(f"the picture is damaged or cut off ({error})", path=place, fix=fix) from error


def read_picture(path: Path, *, channels: int) -> Shaped[np.ndarray, "height width channels"]:
    """Return the pixels of the picture file at `path`; :func:`decode` says how, and what is refused."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"the picture cannot be read: {error.strerror or error}", path=path) from error
    return decode(raw, channels=channels, place=str(path))


def pictures_below(folder: Path) -> list[Path]:
    """Return all picture files in a folder and in those below it, in the order of their paths."""
    return sorted(each for each in folder.rglob("*") if each.suffix.lower() in SUFFIXES and each.is_file())


def no_picture_in(path: Path) -> DataError:
    """Return what is raised where a folder, or an archive, has no picture in it."""
    return DataError("there is no picture in it", path=path, allowed=", ".join(sorted(SUFFIXES)))


def fitted(pixels: Shaped[np.ndarray, "height width channels"], *, size: int) -> Shaped[np.ndarray, "_ _ channels"]:
    """Return a square of that edge: the shorter side is scaled to it, and the middle of the longer one is kept."""
    height, width, channels = pixels.shape
    if (height, width) == (size, size):
        return pixels
    image = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)
    resized = ImageOps.fit(image, (size, size), method=Image.Resampling.LANCZOS)
    return np.asarray(resized).reshape(size, size, channels)


def _check_size(size: tuple[int, int], place: str) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise _too_large(place, value=f"{size[0] * size[1]:,}")


def _too_large(place: str, *, value: str | None = None) -> DataError:
    problem = "the picture has too many pixels"
    return DataError(problem, path=place, value=value, allowed=f"at most {MOST_PIXELS:,}", fix="scale it down")


def _upright(image: Image.Image) -> Image.Image:
    image.load()
    try:
        return ImageOps.exif_transpose(image) or image
    except (SyntaxError, ValueError, struct.error, KeyError, TypeError):  # a damaged note does not damage the picture
        return image


def _pixels(image: Image.Image, channels: int) -> np.ndarray:
    if image.mode.startswith(("I", "F")):
        image = _of_eight_bits(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    if image.mode == "LAB":  # Pillow turns it into nothing else
        image = image.convert("RGB")
    image = image.convert("L" if channels == 1 else "RGB")
    return np.asarray(image).reshape(image.height, image.width, channels)


def in_colours(
    pixels: Shaped[np.ndarray, "height width _"], channels: int
) -> Shaped[np.ndarray, "height width channels"]:
    """Return pixels as grey (1) or as red, green and blue (3), whichever they were."""
    if pixels.shape[2] == channels:
        return pixels
    if channels == 3:
        return np.repeat(pixels, 3, axis=2)
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).convert("L"))[:, :, None]


def _of_eight_bits(image: Image.Image) -> Image.Image:
    """Return an image whose greys are numbers beyond 255 as one of bytes; Pillow itself would cut them off."""
    values = np.asarray(image, dtype=np.float64)
    if image.mode.startswith("I;16") or (image.mode == "I" and values.max(initial=0) > 255):
        values = values / _SIXTEEN_BITS
    elif image.mode == "F" and values.max(initial=0) <= 1:
        values = values * 255
    return Image.fromarray(np.nan_to_num(values).clip(0, 255).round().astype(np.uint8))

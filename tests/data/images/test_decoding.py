"""Any picture file becomes pixels; what is none is named with its place."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from softsearch.data.images import decoding
from softsearch.data.images.decoding import decode, fitted, read_picture
from softsearch.errors import DataError
from tests.data.images.made import BLUE, GREEN, RED, encoded, plain


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("1", (1, 1), 1), (255, 255, 255)),
        (Image.new("L", (1, 1), 77), (77, 77, 77)),
        (Image.new("LA", (1, 1), (0, 0)), (255, 255, 255)),
        (Image.new("RGBA", (1, 1), (255, 0, 0, 0)), (255, 255, 255)),
        (Image.new("RGBA", (1, 1), (255, 0, 0, 255)), RED),
        (Image.new("RGB", (1, 1), GREEN).quantize(2), GREEN),
        (Image.fromarray(np.full((1, 1), 65535, np.uint16)), (255, 255, 255)),
        (Image.fromarray(np.full((1, 1), 32896, np.uint16)), (128, 128, 128)),
    ],
    ids=["1", "L", "LA", "RGBA clear", "RGBA", "P", "I;16 white", "I;16 grey"],
)
def test_any_mode_becomes_red_green_and_blue(image, expected):
    assert decode(encoded(image), channels=3, place="x")[0, 0].tolist() == list(expected)


def test_other_modes_of_other_formats_are_read(tmp_path):
    cmyk = decode(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"), channels=3, place="x")
    assert cmyk[4, 4, 0] > 230 > 60 > cmyk[4, 4, 1]
    floats = Image.fromarray(np.full((2, 2), 0.5, np.float32))
    white = dict.fromkeys(("LAB", "YCbCr"), (255, 128, 128)) | {"CMYK": (0, 0, 0, 0), "I": 65535, "LA": (0, 0)}
    for mode, colour in white.items():
        for channels in (1, 3):
            raw = encoded(Image.new(mode, (2, 2), colour), "TIFF")
            assert decode(raw, channels=channels, place="x").min() >= 254, mode
    assert decode(encoded(floats, "TIFF"), channels=1, place="x")[0, 0, 0] == 128


def test_grey_is_one_channel():
    pixels = decode(plain((255, 255, 255)), channels=1, place="x")
    assert pixels.shape == (3, 4, 1)
    assert pixels.min() == 255


def test_a_picture_that_a_camera_held_sideways_is_put_upright():
    image = Image.new("RGB", (4, 2), BLUE)
    image.putpixel((0, 0), RED)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees, clockwise
    pixels = decode(encoded(image, exif=exif), channels=3, place="x")
    assert pixels.shape == (4, 2, 3)
    assert pixels[0, 1].tolist() == list(RED)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
@pytest.mark.parametrize(
    "note", [b"II", b"II*\x00", b"MM\x00*\x00\x00\x00", b"II+\x00\x08\x00", b"no such thing", b"II*\x00" + b"\xff" * 9]
)
def test_a_damaged_note_of_the_camera_does_not_damage_the_picture(kind, note):
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind == "JPEG" else {}
    raw = encoded(Image.new("RGB", (8, 8), RED), kind, exif=b"Exif\x00\x00" + note, **options)
    assert decode(raw, channels=3, place="x")[4, 4] == pytest.approx(RED, abs=3)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "empty"),
        (b"GIF89", "damaged|no picture"),
        (b"hello, I am text", "no picture"),
        (plain(RED, (60, 60))[:-30], "damaged"),
        (encoded(Image.effect_noise((64, 64), 50), "JPEG")[:700], "damaged"),
    ],
    ids=["empty", "five bytes", "text", "cut off", "cut off JPEG"],
)
def test_what_is_no_picture_is_said_to_be_none_with_its_place(raw, problem):
    with pytest.raises(DataError, match=problem) as raised:
        decode(raw, channels=3, place="cat/1.png")
    assert str(raised.value).startswith("cat/1.png: ")


def test_an_enormous_picture_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(decoding, "MOST_PIXELS", 100)
    with pytest.raises(DataError, match="too many pixels") as raised:
        decode(plain(RED, (50, 20)), channels=3, place="x")
    assert (raised.value.value, raised.value.allowed) == ("1,000", "at most 100")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 200)  # Pillow refuses, too
    with pytest.raises(DataError, match="too many pixels") as raised:
        decode(plain(RED, (50, 20)), channels=3, place="x")
    assert (raised.value.value, raised.value.allowed) == (None, "at most 100")


def test_a_missing_picture_is_an_error_of_its_own(tmp_path):
    with pytest.raises(DataError, match="cannot be read: No such file"):
        read_picture(tmp_path / "none.png", channels=3)


def test_a_picture_is_scaled_to_its_shorter_side_and_cut_in_the_middle():
    pixels = np.zeros((2, 6, 3), np.uint8)
    pixels[:, 2:4] = 255
    assert fitted(pixels, size=2).min() == 255
    assert fitted(pixels[:, :, :1], size=8).shape == (8, 8, 1)
    same = np.zeros((5, 5, 1), np.uint8)
    assert fitted(same, size=5) is same

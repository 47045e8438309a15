"""The example of kernels on a picture runs as it stands."""

from __future__ import annotations

import importlib.util

import numpy as np
from PIL import Image


def test_every_kernel_is_drawn_on_a_picture_or_on_one_of_its_own(project, tmp_path, capsys):
    spec = importlib.util.spec_from_file_location("kernels", project / "examples" / "kernels_on_a_picture.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    Image.fromarray(np.zeros((20, 30, 3), dtype=np.uint8)).save(tmp_path / "black.png")
    for picture in (None, tmp_path / "black.png"):
        module.main(picture, tmp_path / "kernels.png")
        assert (tmp_path / "kernels.png").read_bytes().startswith(b"\x89PNG")
        assert capsys.readouterr().out.strip().endswith("kernels.png")

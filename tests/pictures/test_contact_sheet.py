"""A contact sheet has a cell for each image."""

from __future__ import annotations

import numpy as np
import pytest

from softsearch.pictures import contact_sheet


def test_every_image_has_a_cell_and_every_row_its_name():
    rows = [[np.full((4, 4, colours), 7 * number, dtype=np.uint8) for number in range(3)] for colours in (1, 3)]
    figure = contact_sheet(["a $x", "b"], rows, columns=["stored", "1", "2"])
    assert len(figure.axes) == 6
    assert [axes.get_ylabel() for axes in figure.axes][::3] == ["a $x", "b"]
    assert [axes.get_title() for axes in figure.axes][:3] == ["stored", "1", "2"]
    assert figure.axes[4].images[0].get_array().max() == 7


@pytest.mark.parametrize(("names", "rows"), [([], []), (["a"], [[np.zeros((2, 2, 1))]]), (["a", "b"], [[1, 2]])])
def test_what_does_not_fit_is_refused(names, rows):
    with pytest.raises(ValueError, match="names"):
        contact_sheet(names, rows, columns=["1", "2"])

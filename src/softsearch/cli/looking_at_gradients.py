"""`softsearch look --gradients`: how gradients travel back in time through the recurrent cells of any run."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from softsearch.cli.console import note, say, say_json, table
from softsearch.errors import SoftsearchError

if TYPE_CHECKING:
    from softsearch.inspection.clipping import Bias
    from softsearch.inspection.gradients_of_runs import Travelled

TAKES = {"out", "json"}
"""The options that this has."""
_COLUMNS = (
    "cell",
    "h",
    "weights",
    "steps back",
    "norm of dh(T)/dh(0)",
    "bound",
    "its singular values: median",
    "smallest",
)
_PARTS = {"state": "the whole state", "visible": "its visible part"}


def goes_with(run: Path) -> bool:
    """Return whether the network of a run has recurrent cells."""
    from softsearch.nn.cells import Cell
    from softsearch.runs.parts import model_of, recipe_of
    from softsearch.training.folder import RunFolder

    folder = RunFolder.open(run)
    if recipe_of(folder).training is None:
        return False
    return any(isinstance(each, Cell) for each in model_of(folder).modules())


def look(run: Path, out: Path, *, as_json: bool) -> None:
    """Draw norms and bounds over the steps back, and print them for the whole way, and what clipping does."""
    from softsearch.inspection.gradients_of_runs import clipping_of, gradients_of, plot_gradients
    from softsearch.pictures import save_png

    found = gradients_of(run)
    clipping = clipping_of(run)
    try:
        save_png(plot_gradients(found), out)
    except OSError as error:
        raise SoftsearchError(f"the picture cannot be written: {error.strerror or error}", path=out) from error
    if as_json:
        say_json(
            {
                "gradients": [each._asdict() for each in found],
                "clipping": None if clipping is None else dataclasses.asdict(clipping),
            }
        )
    else:
        _show(found, clipping)
    note(f"written: {out}")


def _show(found: list[Travelled], clipping: Bias | None) -> None:
    from softsearch.inspection.gradients_of_runs import called

    table(
        _COLUMNS,
        [
            (
                each.layer,
                _PARTS[each.part],
                called(each),
                str(len(each.norms)),
                *("" if value is None else f"{value:.3g}" for value in _figures(each)),
            )
            for each in found
        ],
    )
    say(_told(clipping))


def _figures(each: Travelled) -> tuple[float | None, ...]:
    smallest, median, largest = each.singular_values
    return largest, each.bounds[-1] if each.bounds else None, median, smallest


def _told(clipping: Bias | None) -> str:
    if clipping is None:
        return "training.clip_norm is null: no gradient is clipped"
    if not clipping.share:
        return f"training.clip_norm changes nothing: none of {clipping.count} gradients of the best weights is longer"
    return (
        f"training.clip_norm shortens {100 * clipping.share:.0f} % of {clipping.count} gradients of the best weights;"
        f" the mean of the clipped ones lies {clipping.degrees:.1f} degrees from that of the same as they are, and is"
        f" {clipping.length:.3g} times as long"
    )

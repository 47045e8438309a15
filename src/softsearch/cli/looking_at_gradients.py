"""`softsearch look --gradients`: how gradients travel back in time through the recurrent cells of any run."""

from __future__ import annotations

from pathlib import Path

from softsearch.cli.console import note, table
from softsearch.errors import SoftsearchError


def look(run: Path, out: Path) -> None:
    """Draw norms and bounds over the steps back, and print them for the whole way."""
    from softsearch.inspection.gradients_of_runs import gradients_of, plot_gradients
    from softsearch.pictures import save_png

    found = gradients_of(run)
    try:
        save_png(plot_gradients(found), out)
    except OSError as error:
        raise SoftsearchError(f"the picture cannot be written: {error.strerror or error}", path=out) from error
    rows = [
        [each.layer, each.weights, str(len(each.norms)), f"{10 ** each.norms[-1]:.3g}", f"{10 ** each.bounds[-1]:.3g}"]
        for each in found
    ]
    table(["cell", "weights", "steps", "norm of dh(T)/dh(0)", "bound"], rows)
    note(f"written: {out}")

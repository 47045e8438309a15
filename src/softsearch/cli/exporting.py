"""`softsearch export`: a run becomes a folder that predicts without torch."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from softsearch.cli.console import Json, note, say, say_json
from softsearch.errors import SoftsearchError

if TYPE_CHECKING:
    from softsearch.export import Exported


class Target(StrEnum):
    """What is to compute it."""

    ctranslate2 = "ctranslate2"
    onnx = "onnx"


class Quantization(StrEnum):
    """How weights are stored."""

    float32 = "float32"
    int8 = "int8"


def export(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN", help="A run folder.")],
    to: Annotated[
        Target,
        typer.Option(
            help="CTranslate2, for Transformers that translate; or ONNX, for every translator and language model."
        ),
    ],
    quantization: Annotated[
        Quantization, typer.Option(help="int8: smaller, faster and a little worse.")
    ] = Quantization.float32,
    out: Annotated[
        Path | None, typer.Option(help="The folder to write; default: beside the run, its name with the target behind.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a run for use without torch, and check that it still does the same."""
    if len(runs) > 1:
        fix = f"softsearch export {runs[0]} --to {to.value}, and the others likewise"
        raise SoftsearchError(f"{len(runs)} runs are given: an exported folder holds one network, no ensemble", fix=fix)
    from rich.console import Console

    from softsearch.export import export

    with Console(stderr=True).status("recording the network, and comparing it with the run"):
        exported = export(runs[0], to=to.value, quantization=quantization.value, out=out)
    for left_out in exported.left_out:
        note(f"left out: {left_out}")
    if as_json:
        say_json(_as_dict(exported, to, quantization))
        return
    _show(exported, quantization)


def _as_dict(exported: Exported, to: Target, quantization: Quantization) -> dict[str, object]:
    return {
        "folder": str(exported.folder),
        "target": to.value,
        "quantization": quantization.value,
        "bytes": exported.bytes,
        "agreement": exported.agreement._asdict(),
        "left_out": exported.left_out,
    }


def _show(exported: Exported, quantization: Quantization) -> None:
    found = exported.agreement
    say(f"{exported.folder}: {exported.bytes / 1e6:.1f} MB, {quantization.value}")
    say(
        f"log-probabilities of {found.tokens} given tokens differ by {found.largest_difference:.2g} nats at most,"
        f" {found.mean_difference:.2g} on average"
    )
    say(f"{found.equal} of {found.texts} texts written are the same")
    note(f"next: python -m softsearch.portable {exported.folder}")

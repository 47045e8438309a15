"""What a claim is, how it is measured over its seeds, and where its result is kept.

Listing results reads JSON files only; torch is imported by the modules that measure.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from softsearch.claims.catalogue import STATEMENTS
from softsearch.errors import SoftsearchError, nearest
from softsearch.files import write_text_atomically
from softsearch.metrics.repeats import Figures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MODULES = Path(__file__).parent
RESULTS = MODULES / "results"


@dataclass(frozen=True)
class Claim:
    """A statement of the lectures that can be measured.

    Parameters
    ----------
    id
        Such as "C3".
    statement
        The claim in one sentence.
    source
        The lecture and the paper it comes from.
    seeds
        One measurement each.
    expected
        For each figure what the claim says of it, to be printed beside ours.
    """

    id: str
    statement: str
    source: str
    seeds: tuple[int, ...]
    expected: Mapping[str, str] = field(default_factory=dict)


class ClaimModule(Protocol):
    """What a module that measures a claim holds."""

    CLAIM: Claim

    def measure(self, seed: int) -> dict[str, float]:
        """Return the figures of one seed."""
        ...

    def verdict(self, figures: Mapping[str, Figures]) -> str:
        """Return "holds" or "fails"; "cited" where the figures are those of others."""
        ...

    def picture(self, seed: int) -> Figure:
        """Draw the claim for one seed."""
        ...


def load_claim(name: str) -> ClaimModule:
    """Import the module that measures a claim.

    Raises
    ------
    SoftsearchError
        There is no such claim, or nothing measures it yet.
    """
    claim_id = name.upper()
    if claim_id not in STATEMENTS:
        close = nearest(claim_id, STATEMENTS)
        raise SoftsearchError("no such claim", value=name, allowed=f"C1 to C{len(STATEMENTS)}", nearest=close)
    found = sorted(MODULES.glob(f"c{int(claim_id[1:]):02d}_*.py"))
    if not found:
        raise SoftsearchError(
            f"claim {claim_id} is open: nothing measures it yet", fix="softsearch claims list shows which are measured"
        )
    return cast("ClaimModule", importlib.import_module(f"softsearch.claims.{found[0].stem}"))


def check(module: ClaimModule, results: Path = RESULTS) -> dict[str, Any]:
    """Measure a claim for all of its seeds, and keep the result and its picture in `results`.

    Raises
    ------
    OSError
        `results` cannot be written.
    """
    from softsearch.pictures import save_png

    claim = module.CLAIM
    measured = [module.measure(seed) for seed in claim.seeds]
    figures = {name: Figures.of([one[name] for one in measured]) for name in measured[0]}
    result = {
        **asdict(claim),
        "status": "measured",
        "verdict": module.verdict(figures),
        "figures": {name: asdict(figure) for name, figure in figures.items()},
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }
    results.mkdir(parents=True, exist_ok=True)
    save_png(module.picture(claim.seeds[0]), results / f"{claim.id}.png")
    write_text_atomically(results / f"{claim.id}.json", json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    return result


def listed(results: Path = RESULTS) -> list[dict[str, Any]]:
    """Return every claim with its kept result; one without is open, and its verdict, figures and date are empty."""
    return [_kept(claim_id, results) or _open(claim_id) for claim_id in STATEMENTS]


def _kept(claim_id: str, results: Path) -> dict[str, Any] | None:
    path = results / f"{claim_id}.json"
    if not path.exists():
        return None
    try:
        return cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:
        fix = f"measure it again: softsearch claims check {claim_id}"
        raise SoftsearchError("the kept result is damaged", path=path, fix=fix) from error


def _open(claim_id: str) -> dict[str, Any]:
    empty: dict[str, Any] = {"status": "open", "verdict": None, "figures": {}, "date": None}
    return {"id": claim_id, "statement": STATEMENTS[claim_id], **empty}

"""`softsearch claims`: what the lectures claim, and what we measure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from softsearch.cli.console import Json, note, say, say_json, table

app = typer.Typer(help="The lectures' claims, re-measured.", no_args_is_help=True)

LISTED = ("id", "statement", "status", "verdict", "figures", "date")


@app.command("list")
def list_claims(as_json: Json = False) -> None:
    """List all claims: measured ones with their verdict, the others as open."""
    from softsearch.claims.framework import listed

    claims = listed()
    if as_json:
        say_json([{key: claim[key] for key in LISTED} for claim in claims])
        return
    rows = [
        [claim["id"], claim["verdict"] or claim["status"], claim["date"] or "", claim["statement"]] for claim in claims
    ]
    table(["id", "verdict", "date", "statement"], rows)


@app.command()
def check(
    claim: Annotated[str, typer.Argument(metavar="ID", help="Such as C3.")],
    as_json: Json = False,
) -> None:
    """Measure a claim again, for all of its seeds, and keep the result."""
    from softsearch.claims import framework

    result = framework.check(framework.load_claim(claim))
    if as_json:
        say_json(result)
        return
    say(f"{result['id']} {result['verdict']}: {result['statement']}")
    table(["figure", "claimed", "mean", "95 % interval", "smallest", "largest"], _rows(result))
    note(f"kept in {framework.RESULTS / result['id']}.json and .png")


@app.command()
def report(
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("claims.html"),
    as_json: Json = False,
) -> None:
    """Write one self-contained page with every measured claim, its figures and its picture."""
    from softsearch.claims.framework import listed
    from softsearch.claims.page import write_page

    claims = listed()
    write_page(out, claims)
    measured = [claim for claim in claims if claim["status"] == "measured"]
    if as_json:
        say_json({"report": str(out), "measured": [claim["id"] for claim in measured], "num_claims": len(claims)})
    else:
        say(f"{len(measured)} of {len(claims)} claims measured: {out}")


def _rows(result: Mapping[str, Any]) -> list[list[str]]:
    return [
        [name.replace("_", " "), result["expected"].get(name, ""), *_cells(figure)]
        for name, figure in result["figures"].items()
    ]


def _cells(figure: Mapping[str, Any]) -> list[str]:
    interval = f"{figure['low']:.3g} to {figure['high']:.3g}"
    return [f"{figure['mean']:.3g}", interval, f"{min(figure['values']):.3g}", f"{max(figure['values']):.3g}"]

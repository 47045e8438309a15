"""`softsearch recipes`."""

from __future__ import annotations

from softsearch.cli.console import Json, note, say_json, table


def recipes(as_json: Json = False) -> None:
    """List the recipes that ship, with what they show and what they reach."""
    from softsearch.recipes.catalogue import shipped

    found = shipped()
    if as_json:
        keys = ("name", "systems", "task", "expected")
        say_json([{key: getattr(recipe, key) for key in keys} for recipe in found])
        return
    rows = [[r.name, ", ".join(r.systems), r.task, r.expected] for r in found]
    table(["name", "systems", "task", "expected"], rows)
    note("next: softsearch train NAME")

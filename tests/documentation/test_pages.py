"""What the pages show besides commands: recipes that are read, links that lead somewhere, pictures with a caption."""

from __future__ import annotations

import re
import warnings

import pytest
import typer

from softsearch.cli import app
from softsearch.recipes import load_recipe
from tests.documentation.pages import PAGES, PROJECT, blocks, prose

BASES = {"docs/language-models.md": "language/python"}
"""What a part of a recipe on a page belongs to; on others to translate/multi30k."""
RECIPES = list(blocks("yaml"))
TEXTS = {page.resolve(): page.read_text(encoding="utf-8") for page in PAGES}
LINKS = [
    (page, target)
    for page in PAGES
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[page])
    if not target.startswith("http")
]


@pytest.mark.parametrize("number", range(len(RECIPES)), ids=[f"{page}-{n}" for n, (page, _) in enumerate(RECIPES)])
def test_a_recipe_on_a_page_is_read_without_a_warning(number, tmp_path, monkeypatch):
    monkeypatch.setenv("SOFTSEARCH_DATA", "/corpora")
    page, text = RECIPES[number]
    is_whole = re.search("^(extends|training):", text, re.MULTILINE) or "kind: ngram" in text
    path = tmp_path / "recipe.yaml"
    path.write_text(text if is_whole else f"extends: {BASES.get(page, 'translate/multi30k')}\n{text}", encoding="utf-8")
    with warnings.catch_warnings(action="error"):
        load_recipe(path)


def anchors(text: str) -> set[str]:
    """Return what a link may end in, ``#going-on-with-a-text``, for each heading of a page."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize(("page", "target"), LINKS, ids=[f"{page.name}-{target}" for page, target in LINKS])
def test_a_link_leads_somewhere(page, target):
    name, _, anchor = target.partition("#")
    aim = (page.parent / name).resolve() if name else page
    assert aim.exists()
    assert not anchor or anchor in anchors(TEXTS[aim])


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_a_picture_has_words_for_who_cannot_see_it_and_a_caption_below(page):
    for alternative, file, below in re.findall(r"^!\[(.*)\]\((.*)\)\n\n?(.*)$", TEXTS[page], re.MULTILINE):
        assert alternative
        assert below.startswith("*") or "claims/results" in file  # of a claim all that stands above is said


def test_every_picture_is_shown():
    shown = {(page.parent / target).resolve() for page, target in LINKS if target.endswith(".png")}
    results = PROJECT / "src" / "softsearch" / "claims" / "results"
    assert shown == {*(PROJECT / "docs" / "images").glob("*.png"), *results.glob("*.png")}


def commands_below(command: typer.core.TyperCommand) -> list[typer.core.TyperCommand]:
    below = getattr(command, "commands", {}).values()
    return [command, *(each for one in below for each in commands_below(one))]


def test_every_option_of_a_command_is_on_the_page_about_commands():
    written = set(re.findall(r"--[a-z][a-z-]*", TEXTS[PROJECT / "docs" / "commands.md"]))
    for command in commands_below(typer.main.get_command(app.app)):
        for parameter in command.params:
            options = {*parameter.opts, *parameter.secondary_opts}
            assert options & written or not parameter.opts[0].startswith("-"), f"{command.name}: {options}"


def test_every_option_that_a_sentence_names_is_that_of_a_command():
    named = {option for _, text in prose() for option in re.findall(r"`(?:[^`\n]*\s)?(--[a-z][a-z-]*)", text)}
    known = {
        option
        for command in commands_below(typer.main.get_command(app.app))
        for parameter in command.params
        for option in [*parameter.opts, *parameter.secondary_opts]
    }
    assert named - known == {"--help", "--logdir", "--run"}  # of all commands, of tensorboard, of a benchmark

"""The pages of the systems: each has all its parts, and the lines of code on them are in the code."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs" / "systems").glob("s*.md"))}
QUOTED = [
    pytest.param(name, lines, id=f"{page}:{name}")
    for page, text in PAGES.items()
    for name, lines in re.findall(r"^```\{code-line\} (\S+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
]


@pytest.fixture(scope="module")
def code_lines():
    pytest.importorskip("sphinx", reason="the documentation is built with Sphinx: pip install -e '.[docs]'")
    spec = importlib.util.spec_from_file_location("code_lines", ROOT / "docs" / "extensions" / "code_lines.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_of_the_twenty_systems_has_its_page():
    assert [page.split("-")[0] for page in PAGES] == [f"s{number:02}" for number in range(1, 21)]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_equation_symbols_line_command_and_claim(page):
    text = PAGES[page]
    assert text.startswith(f"# S{int(page[1:3])}: ")
    assert "$$" in text
    assert "| symbol | in the code | what it is |" in text
    assert "```{code-line} softsearch." in text
    assert re.search(r"^```\nsoftsearch ", text, re.MULTILINE)
    assert re.search(r"\(\.\./claims\.md#c\d+-", text)


@pytest.mark.parametrize("page", PAGES)
def test_the_pictures_of_a_page_are_there(page):
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", PAGES[page])
    assert pictures
    assert [picture for picture in pictures if not (ROOT / "docs" / "systems" / picture).is_file()] == []


@pytest.mark.parametrize(("name", "lines"), QUOTED)
def test_the_lines_on_a_page_are_in_the_code(code_lines, name, lines):
    place = code_lines.place_of(name, lines)
    assert place.last - place.first + 1 == len(lines.strip().splitlines())


def test_a_line_is_found_by_its_number(code_lines):
    place = code_lines.place_of("softsearch.nn.attention.masked_softmax", "lowest = torch.finfo(scores.dtype).min")
    code = (ROOT / "src" / "softsearch" / "nn" / "attention.py").read_text(encoding="utf-8").splitlines()
    assert code[place.first - 1].strip() == "lowest = torch.finfo(scores.dtype).min"
    assert place.module == "softsearch.nn.attention"


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        (
            "softsearch.nn.attention.masked_softmax",
            "return scores.softmax(dim=0)",
            "has no line 'return scores.softmax(dim=0)'",
        ),
        ("softsearch.nn.attention.addressed", "return scores", "softsearch.nn.attention has no addressed"),
        ("nowhere.at_all", "return scores", "there is no module nowhere.at_all"),
    ],
)
def test_a_line_that_is_not_in_the_code_is_told(code_lines, name, line, told):
    with pytest.raises(code_lines.NotInTheCodeError, match=re.escape(told)):
        code_lines.place_of(name, line)

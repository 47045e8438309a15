"""A directive that shows the line of code which is an equation, with a link to that line in the source.

    ```{code-line} softsearch.nn.attention.masked_softmax
    return scores.masked_fill(~mask, lowest).softmax(dim=-1).masked_fill(~mask, 0.0)
    ```

The lines have to stand in the named module, class or function, one below the other; blanks at their ends do not count.
Where they do not, the build fails and says what comes nearest, so no page shows code that is gone. Each module that
is linked gets a page of its own, with line numbers to link to.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import inspect
import posixpath
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Place(NamedTuple):
    """Where lines of code stand: the module's name, and the numbers of the first and the last line in its file."""

    module: str
    first: int
    last: int


class NotInTheCodeError(LookupError):
    """The name or the lines are not in the code."""


def place_of(name: str, shown: str) -> Place:
    """Return where the lines `shown` stand in the code called `name`, or raise :class:`NotInTheCodeError`."""
    module, first, last = _extent(name)
    file = _source(module)
    code = [line.strip() for line in file.splitlines()]
    wanted = [line.strip() for line in shown.strip().splitlines()]
    for start in range(first - 1, last - len(wanted) + 1):
        if code[start : start + len(wanted)] == wanted:
            return Place(module.__name__, start + 1, start + len(wanted))
    nearest = difflib.get_close_matches(wanted[0], code[first - 1 : last], n=1, cutoff=0)
    raise NotInTheCodeError(f"{name} has no line {wanted[0]!r}; the nearest is {''.join(nearest)!r}")


def _extent(name: str) -> tuple[ModuleType, int, int]:
    """Return the module that `name` is in, and the first and last line of what it names there."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            module = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        node: ast.AST = ast.parse(_source(module))
        first, last = 1, len(_source(module).splitlines())
        for part in parts[length:]:
            named = [each for each in ast.iter_child_nodes(node) if getattr(each, "name", None) == part]
            if not named:
                raise NotInTheCodeError(f"{module.__name__} has no {'.'.join(parts[length:])}")
            node = named[0]
            first, last = node.lineno, node.end_lineno
        return module, first, last
    raise NotInTheCodeError(f"there is no module {name}")


def _source(module: ModuleType) -> str:
    return Path(inspect.getfile(module)).read_text(encoding="utf-8")


def _page(module: str) -> str:
    return "source/" + module.replace(".", "/")


class CodeLine(SphinxDirective):
    """Show lines of code and where they stand."""

    has_content = True
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the link and the lines."""
        name, shown = self.arguments[0], "\n".join(self.content)
        try:
            place = place_of(name, shown)
        except NotInTheCodeError as error:
            raise self.error(str(error)) from error
        self.env.app.quoted_modules.add(place.module)
        page = posixpath.relpath(_page(place.module), posixpath.dirname(self.env.docname))
        link = nodes.reference("", "", internal=True, refuri=f"{page}.html#line-{place.first}")
        link += nodes.literal(text=name)
        where = nodes.paragraph("", "", link, nodes.Text(f", line {place.first}"), classes=["code-line"])
        return [where, nodes.literal_block(shown, shown, language="python")]


def _source_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, object], str]]:
    """Return a page for each module that is linked: its name, what is in it, the template."""
    lines = HtmlFormatter(linenos="inline", lineanchors="line", anchorlinenos=True)
    for module in sorted(app.quoted_modules):
        code = highlight(_source(importlib.import_module(module)), PythonLexer(), lines)
        yield _page(module), {"title": module, "body": f"<h1>{module}</h1>{code}"}, "page.html"


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of the directive; each build reads all pages, for the code may have changed below them."""
    app.quoted_modules = set()
    app.add_directive("code-line", CodeLine)
    app.connect("html-collect-pages", _source_pages)
    app.connect("env-get-outdated", lambda _app, env, *_: [page for page in env.found_docs if "systems/" in page])
    return {"parallel_read_safe": False, "parallel_write_safe": True}

"""Formulas as MathML, which browsers draw themselves: so the built pages need no network."""

from __future__ import annotations

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def _formula(text: str, display: str) -> str:
    # the theme's font has no letters for formulas: subscripts would stand on the line
    return convert(text, display=display).replace("<math ", '<math style="font-family: math, DejaVu Math TeX Gyre" ', 1)


def _inline(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(_formula(node.astext(), "inline"))
    raise nodes.SkipNode


def _block(translator: HTML5Translator, node: nodes.math_block) -> None:
    formula = _formula(node.astext(), "block")
    translator.body.append(f'<div class="math" style="overflow: auto hidden; margin: 0.8em 0">{formula}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx that it can write formulas like this."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}

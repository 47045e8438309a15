"""Settings of the documentation: Markdown, read by Sphinx through MyST."""

import sys
from pathlib import Path

from softsearch import __version__

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "softsearch"
author = "the authors of softsearch"
project_copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "code_lines", "mathml"]
autodoc_typehints = "none"  # the signatures show them
napoleon_google_docstring = False
myst_enable_extensions = ["dollarmath", "deflist"]
html_math_renderer = "mathml"
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]  # docstrings name more than the pages show

html_theme = "furo"
html_title = f"softsearch {__version__}"
html_show_sphinx = False

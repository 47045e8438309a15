"""The walls between the layers, and that what must be light is light."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

import softsearch


def test_every_layer_imports_only_those_below_it(project):
    code = "import sys; sys.path.insert(0, 'src'); from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    result = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    "module", ["softsearch", "softsearch.cli", "softsearch.recipes.reading", "softsearch.portable"]
)
def test_an_import_does_not_bring_torch(module, project):
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], cwd=project / "src", capture_output=True, text=True)
    assert result.returncode == 0, f"import {module} imports torch\n{result.stderr}"


def test_no_module_takes_a_private_name_from_another(project):
    taken = [
        f"{path.relative_to(project)}:{node.lineno}: {each.name}"
        for path in sorted((project / "src").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("softsearch")
        for each in node.names
        if any(part.startswith("_") and not part.endswith("__") for part in (*node.module.split("."), each.name))
    ]
    assert taken == []


@pytest.mark.parametrize("name", softsearch.__all__)
def test_every_public_name_can_be_had(name):
    assert getattr(softsearch, name) is not None


def test_an_unknown_public_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'translate'"):
        _ = softsearch.translate

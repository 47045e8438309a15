"""The list of breaks is one that can be made: each stands in the code once, and still is Python."""

from __future__ import annotations

import ast

import pytest

from tests.mutating import ROOT, mutations

MUTATIONS = mutations()


def test_there_are_breaks_in_each_package_that_computes():
    assert len(MUTATIONS) >= 60
    packages = {each.file.split("/")[0] for each in MUTATIONS}
    assert packages == {"nn", "models", "decoding", "training", "data"}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_a_break_can_be_made(mutation):
    code = (ROOT / "src" / "softsearch" / mutation.file).read_text(encoding="utf-8")
    assert code.count(mutation.before) == 1
    broken = ast.parse(code.replace(mutation.before, mutation.after))
    assert ast.dump(broken) != ast.dump(ast.parse(code))
    assert [each for each in mutation.tests if not (ROOT / "tests" / each).exists()] == []

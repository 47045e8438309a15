from __future__ import annotations

import json
import subprocess
import sys
import types

import pytest
from matplotlib.figure import Figure

from softsearch.claims import framework
from softsearch.claims.catalogue import STATEMENTS
from softsearch.claims.framework import Claim, check, listed, load_claim
from softsearch.errors import SoftsearchError
from softsearch.metrics.repeats import Figures


@pytest.fixture
def module():
    """A claim measured in no time: the figure is the seed."""
    return types.SimpleNamespace(
        CLAIM=Claim(id="C3", statement="It is so.", source="a lecture", seeds=(1, 2, 3), expected={"seed": "2"}),
        measure=lambda seed: {"seed": float(seed)},
        verdict=lambda figures: "holds" if figures["seed"].mean == 2 else "fails",
        picture=lambda seed: Figure(figsize=(1, 1)),
    )


def test_the_interval_is_students(module):
    figures = Figures.of([1.0, 2.0, 3.0])
    assert (figures.mean, figures.values) == (2.0, (1.0, 2.0, 3.0))
    assert figures.high - figures.mean == pytest.approx(4.303 / 3**0.5, rel=1e-3)
    assert figures.mean - figures.low == pytest.approx(figures.high - figures.mean)


def test_one_seed_has_no_interval():
    assert Figures.of([1.5]) == Figures(1.5, 1.5, 1.5, (1.5,))


def test_of_many_seeds_the_quantile_is_a_formula():
    figures = Figures.of([0.0, 1.0] * 50)
    assert figures.high == pytest.approx(0.5 + 1.9842 * 0.50252 / 10, rel=1e-4)
    assert Figures.of([0.0, 1.0] * 16).high == pytest.approx(0.5 + 2.0395 * 0.50800 / 32**0.5, rel=1e-3)


def test_a_measured_claim_is_kept_with_its_figures_verdict_date_and_picture(module, tmp_path):
    result = check(module, tmp_path)
    assert json.loads((tmp_path / "C3.json").read_text()) == json.loads(json.dumps(result))
    assert (tmp_path / "C3.png").read_bytes().startswith(b"\x89PNG")
    assert result["verdict"] == "holds"
    assert result["figures"]["seed"]["values"] == (1.0, 2.0, 3.0)
    assert result["date"].count("-") == 2


def test_kept_results_are_listed_as_measured_and_the_others_as_open(module, tmp_path):
    check(module, tmp_path)
    claims = {claim["id"]: claim for claim in listed(tmp_path)}
    assert list(claims) == list(STATEMENTS)
    assert {claim["status"] for claim_id, claim in claims.items() if claim_id != "C3"} == {"open"}
    assert claims["C3"]["status"] == "measured"


def test_a_damaged_result_says_how_to_mend_it(tmp_path):
    (tmp_path / "C3.json").write_text('{"id": "C3"')
    with pytest.raises(SoftsearchError, match="softsearch claims check C3"):
        listed(tmp_path)


def test_listing_needs_no_torch(project):
    code = "import sys; from softsearch.claims.framework import listed; listed(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=project / "src").returncode == 0


MODULES = sorted(path.stem for path in framework.MODULES.glob("c[0-9][0-9]_*.py"))


KEPT = sorted(path.stem for path in framework.RESULTS.glob("C*.json"))


@pytest.mark.parametrize("stem", MODULES)
def test_every_measuring_module_bears_the_id_of_its_file(stem):
    claim_id = f"C{int(stem[1:3])}"
    claim = load_claim(claim_id).CLAIM
    assert (claim.id, claim.statement) == (claim_id, STATEMENTS[claim_id])


def test_every_claim_that_a_module_measures_has_a_kept_result():
    assert {f"C{int(stem[1:3])}" for stem in MODULES} == set(KEPT)


@pytest.mark.parametrize("claim_id", KEPT)
def test_a_kept_result_is_of_its_claim(claim_id):
    claim = load_claim(claim_id).CLAIM
    kept = next(one for one in listed() if one["id"] == claim_id)
    assert kept["statement"] == claim.statement
    assert kept["status"] == "measured"
    assert set(claim.expected) <= set(kept["figures"])
    assert (framework.RESULTS / f"{claim_id}.png").exists()

"""The report is one page with everything in it, whatever the sentences hold."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from softsearch.errors import RunError
from softsearch.inspection.report import write_report
from softsearch.training.folder import RunFolder

SCORE = {"value": 34.25, "low": 33.0, "high": 35.5, "signature": "nrefs:1|case:lc"}
HOSTILE = '<script>alert(1)</script> "><img src=http://example.org/x> &amp; $title ${body} $x$ \x00 \ud800 ' + "ä" * 300


class Page(HTMLParser):
    """Collects a page's elements and its visible text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def images(self) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag == "img"]


def entry(translation: str, score: float, *, source: str = "Ein Haus .", **changes: Any) -> dict[str, Any]:
    pieces = translation.split()
    weights = [[0.8, 0.1, 0.1]] * len(pieces)
    known = {"source_pieces": source.split(), "target_pieces": pieces, "weights": weights, "gold": None}
    return {"source": source, "reference": "A house .", "translation": translation, "score": score, **known, **changes}


def evaluation(*sentences: dict[str, Any]) -> dict[str, Any]:
    return {
        "data": "test", "date": "2026-02-03", "num_sentences": 1000, "decoding": {"beam": 5},
        "metrics": {"bleu": SCORE, "aer": {"value": 0.0712, "low": 0.06, "high": 0.08, "signature": "aer|gold:sure"}},
        "by_length": [{"low": 1, "high": 10, "count": 7, "bleu": SCORE}], "sentences": list(sentences),
    }  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Path:
    files = {
        "recipe.yaml": "seed: 1  # <b>\n",
        "environment.json": json.dumps({"python": "3.11.7", "versions": {"torch": "2.13.0"}}),
        "data-report.json": json.dumps({"train": {"files": ["a.de", "a.en"], "kept": 28991}}),
    }
    RunFolder.create(tmp_path / "de-en", files=files, about={"parameters": 11300000})
    return tmp_path / "de-en"


def write_rows(run: Path, end: str = "\n") -> None:
    sample = {"source": "Hallo", "reference": "Hello", "translation": HOSTILE}
    rows = [
        {"step": 10, "epoch": 0, "elapsed_s": 3.0, "kind": "train", "loss": 5.5},
        {"step": 20, "epoch": 0, "elapsed_s": 6.0, "kind": "train", "loss": None},
        {"step": 2000, "epoch": 1, "elapsed_s": 62.0, "kind": "valid", "loss": 4.0, "bleu": 3.0, "sample": sample},
    ]
    (run / "metrics.jsonl").write_text("\n".join(json.dumps(row) for row in rows) + end, encoding="utf-8")


def write_evaluation(run: Path, name: str, content: object) -> None:
    (run / "evaluations").mkdir(exist_ok=True)
    (run / "evaluations" / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def test_the_page_shows_what_the_run_holds(run: Path) -> None:
    write_rows(run)
    write_evaluation(run, "valid", evaluation())
    write_evaluation(run, "test", evaluation(entry("A boat", 12.34), entry("A house .", 100.0, gold=[[0, 0]])))
    assert write_report(run) == run / "report.html"
    page = Page(run / "report.html")
    scores = ("34.2", "[33.0 – 35.5]", "nrefs:1|case:lc", "0.071", "beam 5", "1,000 sentences")
    sentences = ("2,000 steps in 1 min 02 s", "chrF 12.3", "A boat")
    rest = ("28,991", "a.de, a.en", "versions · torch", "seed: 1  # <b>", "11,300,000")
    for shown in scores + sentences + rest:
        assert shown in page.text, shown
    assert page.text.index("On test") < page.text.index("On valid")
    assert page.text.index("chrF 100.0") < page.text.index("Worst") < page.text.index("chrF 12.3")
    assert len(page.images()) == 2 + 2 + 2  # curves of loss and BLEU, by length for each set, two maps
    assert page.open == []


def test_the_page_needs_nothing_from_outside_and_runs_nothing(run: Path) -> None:
    write_rows(run)
    hostile = entry(HOSTILE, 1.0, source=HOSTILE, weights=None, reference=HOSTILE)
    drawn = entry("$x$ <img>", 2.0, source='"> <script> \x00')
    write_evaluation(run, "a&b<i>", {**evaluation(hostile, drawn), "date": HOSTILE, "decoding": {HOSTILE: HOSTILE}})
    write_report(run)
    page = Page(run / "report.html")
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "link", "iframe", "i"})
    assert all((image["src"] or "").startswith("data:image/png;base64,") for image in page.images())
    assert all((attributes.get("href") or "#").startswith("#") for _, attributes in page.elements)
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert page.text.count("<script>alert(1)</script>") >= 4
    assert "$title ${body}" in page.text
    assert page.open == []


def test_what_is_not_there_yet_is_said_in_a_sentence(tmp_path: Path) -> None:
    RunFolder.create(tmp_path / "new", files={}, about={})
    page = Page(write_report(tmp_path / "new"))
    for said in (
        "not been evaluated yet",
        "Nothing has been trained",
        "no data report",
        "without a recipe",
        "not recorded",
    ):
        assert said in page.text, said


def test_an_empty_translation_and_a_network_without_attention_are_shown(run: Path) -> None:
    write_evaluation(run, "test", evaluation(entry("", 0.0), entry("A house .", 90.0, weights=None)))
    page = Page(write_report(run))
    assert "(nothing)" in page.text
    assert page.text.count("No attention to show.") == 2


def test_a_row_that_is_being_written_is_left_out(run: Path) -> None:
    write_rows(run, end='\n{"step": 30, "ki')
    assert "2,000 steps" in Page(write_report(run)).text


def test_a_damaged_row_is_named_by_its_line(run: Path) -> None:
    write_rows(run, end='\n{"step": 30, "ki\n')
    with pytest.raises(RunError, match=r"metrics\.jsonl:4: damaged"):
        write_report(run)


@pytest.mark.parametrize("content", [[], {"metrics": {}}, "text"])
def test_an_evaluation_of_another_form_is_named(run: Path, content: object) -> None:
    write_evaluation(run, "test", content)
    with pytest.raises(RunError, match=r"evaluations/test\.json: damaged"):
        write_report(run)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not a run folder"):
        write_report(tmp_path)

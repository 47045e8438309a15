"""The report is one page with everything in it, whatever the sentences hold."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

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
        if tag not in {"meta", "img", "wbr"}:
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
    file = run / "evaluations" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content), encoding="utf-8")


def test_the_page_shows_what_the_run_holds(run: Path) -> None:
    write_rows(run)
    write_evaluation(run, "valid", {**evaluation(), "data": "valid", "overfit": 4, "trained_on": 2850})
    write_evaluation(run, "test", evaluation(entry("A boat", 12.34), entry("A house .", 100.0, gold=[[0, 0]])))
    assert write_report(run) == run / "report.html"
    page = Page(run / "report.html")
    assert "the 4 pairs trained on" in page.text
    assert "2,850 of these pairs are training pairs of this run" in page.text
    scores = ("34.2", "[33.0 – 35.5]", "nrefs:1|case:lc", "0.071", "beam 5", "1,000 sentences")
    sentences = ("2,000 steps in 1 min 02 s", "chrF 12.3", "A boat")
    rest = ("28,991", "a.de, a.en", "versions · torch", "seed: 1  # <b>", "11,300,000")
    for shown in scores + sentences + rest:
        assert shown in page.text, shown
    assert page.text.index("On test") < page.text.index("On valid")
    assert page.text.index("chrF 100.0") < page.text.index("Worst") < page.text.index("chrF 12.3")
    assert len(page.images()) == 2 + 2 + 2  # loss, BLEU over minutes; by length for each set; two maps
    assert page.open == []


def test_the_page_needs_nothing_from_outside_and_runs_nothing(run: Path) -> None:
    write_rows(run)
    hostile = entry(HOSTILE, 1.0, source=HOSTILE, weights=None, reference=HOSTILE)
    drawn = entry("$x$ <img>", 2.0, source='"> <script> \x00')
    named = {"data": "a&b<i>", "date": HOSTILE, "decoding": {HOSTILE: HOSTILE}, "members": [HOSTILE]}
    write_evaluation(run, "a&b<i>", {**evaluation(hostile, drawn), **named})
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


def test_each_doubtful_word_is_marked_by_how_doubtful_it_is(run: Path) -> None:
    sure = entry("A house <b> there .", 50.0, confidence=[0.95, 0.7, 0.4, 0.1, 0.9])
    write_evaluation(run, "test", evaluation(sure, entry("old run", 40.0, confidence=[0.1])))
    page = Page(write_report(run))
    marks = {attributes["class"]: attributes["title"] for _, attributes in page.elements if "title" in attributes}
    assert marks == {"doubt-1": "0.70", "doubt-2": "0.40", "doubt-3": "0.10"}
    assert "A house <b> there ." in page.text
    assert "Underlined" in page.text


def test_comparisons_with_other_runs_are_shown(run: Path) -> None:
    compared = {"system": HOSTILE, "baseline": "de-en", "metric": "aer", "value": -0.0123, "low": -0.02, "high": 0.01}
    tests = {"p_bootstrap": 0.0321, "p_randomisation": 0.0654, "signature": "x"}
    content = {"data": "test", "date": "2026-02-03", "num_sentences": 1000, "systems": ["de-en", HOSTILE]}
    (run / "evaluations" / "comparisons").mkdir(parents=True)
    file = run / "evaluations" / "comparisons" / "test.json"
    file.write_text(json.dumps({**content, "comparisons": [{**compared, **tests}]}))
    write_evaluation(run, "test", evaluation())
    page = Page(write_report(run))
    for shown in (
        "Compared on test: de-en and",
        "-0.012",
        "-0.020 to +0.010",
        "0.0321",
        "0.0654",
        "<script>alert(1)</script>",
    ):
        assert shown in page.text, shown
    file.write_text("{}")
    with pytest.raises(RunError, match=r"comparisons/test\.json: damaged"):
        write_report(run)


def steps_in_use(run: Path, *, best: int, averaged: tuple[int, ...] = ()) -> None:
    for name in (f"step-{best:08d}", "average"):
        (run / "checkpoints" / name).mkdir(parents=True, exist_ok=True)
    RunFolder.open(run).point_to(last=best, best=best, kept=[], averaged=averaged)


def test_scores_of_other_weights_than_the_present_best_are_called_stale(run: Path) -> None:
    steps_in_use(run, best=260)
    write_evaluation(run, "valid", {**evaluation(), "data": "valid", "steps": [260]})
    write_evaluation(run, "test", {**evaluation(), "steps": [170]})
    write_evaluation(run, "old", {**evaluation(), "data": "from before steps were kept"})
    page = Page(write_report(run))
    assert page.text.count("Stale") == 1
    assert page.text.index("On test") < page.text.index("Stale: of step 170, the best is now step 260.")
    steps_in_use(run, best=260, averaged=(200, 260))
    page = Page(write_report(run))
    assert "of step 260, the best is now the mean of steps 200, 260" in page.text


def test_a_comparison_of_other_weights_is_called_stale(run: Path) -> None:
    steps_in_use(run, best=260)
    content = {"data": "test", "date": "2026-02-03", "num_sentences": 9, "systems": ["a", "b"], "comparisons": []}
    write_evaluation(run, "test", evaluation())
    write_evaluation(run, "comparisons/test-12345678", {**content, "steps": [170]})
    assert "of step 170, the best is now step 260" in Page(write_report(run)).text


def test_of_each_data_set_the_newest_scores_of_the_best_weights_are_shown_in_full_and_the_others_in_a_table(run: Path):
    steps_in_use(run, best=260)
    common = {"data": "corpora/news.tsv", "data_id": "news-12345678", "by_length": []}
    for day, steps, beam in ((1, 260, 5), (2, 260, 2), (3, 170, 1)):
        own = {"date": f"2026-02-0{day}", "steps": [steps], "decoding": {"beam": beam}}
        write_evaluation(run, f"news-12345678-beam{beam}", {**evaluation(), **common, **own})
    page = Page(write_report(run))
    assert page.text.count("On corpora/news.tsv") == 1
    assert "news-12345678" not in page.text
    assert "1,000 sentences, beam 2" in page.text
    table = page.text[page.text.index("Other evaluations") :]
    assert all(shown in table for shown in ("beam 5", "beam 1", "the best", "of step 170, the best is now step 260"))
    assert sum(attributes.get("class") == "score" for _, attributes in page.elements) == 2  # cards of one evaluation


def test_an_interval_over_hardly_any_sentences_is_not_drawn(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(
        "softsearch.inspection.scores.length_chart", lambda series: drawn.append(series) or Figure((1, 1))
    )
    buckets = [{"low": 1, "high": 10, "count": count, "bleu": SCORE} for count in (4, 5)]
    write_evaluation(run, "test", {**evaluation(), "by_length": buckets})
    write_report(run)
    (few, enough) = drawn[0]["test"]
    assert few == (1, 10, 4, 34.25, 34.25, 34.25)
    assert enough == (1, 10, 5, 34.25, 33.0, 35.5)


def test_a_map_fits_the_page_but_on_a_narrow_one(run: Path) -> None:
    text = write_report(run).read_text(encoding="utf-8")
    before, narrow = text.split("@media (max-width: 40rem)")
    assert "max-width: none" not in before
    assert ".wide img { max-width: none; }" in narrow


@pytest.mark.parametrize(
    ("task", "unit"),
    [
        ({"kind": "transduction", "written": "bits"}, "nats per bit"),
        ({"kind": "transduction", "written": "numbers"}, "half the squared error per number"),
        ({"kind": "execution"}, "nats per episode"),
    ],
)
def test_what_the_loss_is_measured_in_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: Any, unit: str):
    said: list[str] = []
    monkeypatch.setattr("softsearch.inspection.report.curves", lambda _, ylabel: said.append(ylabel) or Figure((1, 1)))
    RunFolder.create(tmp_path / "run", files={}, about={"task": task})
    row = {"step": 1, "elapsed_s": 1.0, "kind": "train", "loss": 1.0, "episodes_per_s": 3.0}
    (tmp_path / "run" / "metrics.jsonl").write_text(json.dumps(row) + "\n")
    write_report(tmp_path / "run")
    assert said == [f"loss ({unit})"]


def test_lines_of_a_sample_stay_lines(run: Path) -> None:
    sample = {"program": "a=1\nprint(a)"}
    row = {"step": 1, "elapsed_s": 1.0, "kind": "valid", "loss": 1.0, "sample": sample}
    (run / "metrics.jsonl").write_text(json.dumps(row) + "\n")
    text = write_report(run).read_text(encoding="utf-8")
    assert '<dd dir="auto">a=1\nprint(a)</dd>' in text
    assert re.search(r"^dd \{.*white-space: pre-wrap;", text, re.MULTILINE)


def test_that_data_are_drawn_without_end_is_said(tmp_path: Path) -> None:
    report = {"train": {"kept": None}, "valid": {"kept": 28991}}
    RunFolder.create(tmp_path / "run", files={"data-report.json": json.dumps(report)}, about={})
    page = Page(write_report(tmp_path / "run"))
    assert "train: drawn while they are needed, without end." in page.text
    assert "train · kept" not in page.text
    assert "28,991" in page.text


def test_unknown_words_have_their_scores_with_and_without(run: Path) -> None:
    unknown = {
        "num_known": 700,
        "num_written": 33,
        "bleu_known": SCORE,
        "bleu_unreplaced": SCORE,
        "bleu_replaced": None,
    }
    write_evaluation(run, "test", {**evaluation(), "unknown": unknown})
    page = Page(write_report(run))
    for shown in ("Unknown words", "700", "written in 33 sentences", "as the model writes them"):
        assert shown in page.text, shown
    assert "words replaced" not in page.text


def test_attention_is_described_in_figures_and_by_part_of_speech(run: Path) -> None:
    tags = {
        "tags": ["NOUN", "<ADJ>", "DET"], "counts": [20, 10, 0], "match": [0.9, 0.8, 0.0], "chance": [0.3, 0.2, 0.0],
        "mass": [[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.0, 0.0, 0.0]], "overall": {"match": 0.867, "chance": 0.25},
    }  # fmt: skip
    crossing = {"gold": 0.2, "predicted": 0.3, "recall": 0.4}
    described = {"effective_words": {"mean": 1.25, "median": 1.0, "of": 8.0}, "crossing": crossing, "tags": tags}
    write_evaluation(run, "test", {**evaluation(), "attention": described})
    page = Page(write_report(run))
    for shown in ("1.25 of 8.0", "86.7 %", "25.0 %", "<ADJ>", "80.0 %", "40.0 %"):
        assert shown in page.text, shown
    assert "DET" not in page.text
    assert any("part of speech" in (image["alt"] or "") for image in page.images())


def test_what_was_found_in_the_data_is_shown_with_its_places(tmp_path: Path) -> None:
    place = {"where": "train.de:17", "text": HOSTILE, "note": "see 3"}
    found = {"title": "copies", "advice": "leave out", "level": "serious", "count": 1234, "share": 0.05}
    corpora = [{"name": "news", "kept": 5}]
    mild = {**found, "title": "mild", "level": "look", "places": []}
    findings = {"mild": mild, "copy": {**found, "places": [place]}}
    report = {"train": {"kept": 28991, "corpora": corpora, "findings": findings}}
    RunFolder.create(tmp_path / "run", files={"data-report.json": json.dumps(report)}, about={})
    page = Page(write_report(tmp_path / "run"))
    for shown in (
        "train: copies, 1,234 (5 %)",
        "what to do: leave out",
        "train.de:17",
        "(see 3)",
        "28,991",
        "corpora 1 · name",
    ):
        assert shown in page.text, shown
    assert "<script>alert(1)</script>" in page.text
    assert "findings" not in page.text
    assert page.text.index("copies") < page.text.index("mild")

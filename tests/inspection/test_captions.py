"""The report of a captioner: scores beside blind ones, where it looks, captions whose words show their attention."""

from __future__ import annotations

import base64
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from softsearch.errors import RunError
from softsearch.inspection.files import scores_of_captions
from softsearch.inspection.report import write_report
from softsearch.training.folder import RunFolder

HOSTILE = '<script>alert(1)</script> "><img src=http://example.org/x> \ud800'
NAMES = ("bleu_1", "bleu_2", "bleu_3", "bleu_4", "chrf", "rouge_l", "cider_d")


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

    def of(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for _, attributes in self.elements if attributes.get("class") == name]

    def part(self, title: str) -> str:
        """Return the text of a section, from its heading up to the next."""
        return self.text.rpartition(f"{title}\n")[2]


def score(value: float) -> dict[str, Any]:
    return {"value": value, "low": value - 1, "high": value + 1, "signature": "n:4|x"}


def picture(width: int, height: int) -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, format="PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def entry(text: str, points: float, **changes: Any) -> dict[str, Any]:
    words = text.split()
    weights = np.zeros((len(words), 2, 3))
    weights[:, 1, 2] = 1.0
    known = {
        "place": "1.jpg", "png": picture(64, 48), "text": text, "references": ["a dog is running", "the dog"],
        "score": points, "words": words, "confidence": [0.9] * len(words), "right": [True] * len(words),
        "weights": weights.reshape(len(words), 6).tolist(), "grid": [2, 3],
    }  # fmt: skip
    return {**known, **changes}


def evaluation(*captions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    right = {"count": 8000, "confidence": 0.91, "places": 3.25, "pointing": 0.72}
    wrong = {"count": 77, "confidence": 0.52, "places": 7.5, "pointing": None}
    known = {
        "kind": "captions", "data": "test", "data_id": "test", "date": "2026-02-03T10:00:00+00:00", "overfit": None,
        "count": 1000, "num_best": 1, "decoding": {"beam": 5}, "distinct": {"captions": 431, "seen": 120},
        "metrics": {**{name: score(60.0 + place) for place, name in enumerate(NAMES)}, "exact": share(0.25)},
        "blind": {**{name: score(20.0 + place) for place, name in enumerate(NAMES)}, "exact": share(0.015)},
        "pointing": {**share(0.71), "chance": 0.155, "words": 2034}, "words": {"right": right, "wrong": wrong},
        "captions": list(captions),
    }  # fmt: skip
    return {**known, **changes}


def share(value: float) -> dict[str, Any]:
    return {"value": value, "low": value - 0.01, "high": value + 0.01, "signature": "share"}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    RunFolder.create(tmp_path / "captions", files={}, about={"task": {"kind": "image_captioning"}})
    (tmp_path / "captions" / "evaluations").mkdir()
    return tmp_path / "captions"


def page_of(run: Path, content: dict[str, Any]) -> Page:
    (run / "evaluations" / "test.json").write_text(json.dumps(content))
    page = Page(write_report(run))
    assert page.open == []
    return page


def test_scores_stand_beside_those_with_other_images(run: Path) -> None:
    page = page_of(run, evaluation(entry("a dog", 90.0)))
    cards = page.text[: page.text.index("431 different")]
    for name, value in (("BLEU-1", "60.0"), ("BLEU-4", "63.0"), ("chrF", "64.0"), ("ROUGE-L", "65.0")):
        low, high = float(value) - 1, float(value) + 1
        assert f"{name}{value}[{low} to {high}]with other images: {float(value) - 40}n:4|x" in cards
    assert "CIDEr-D66.0[65.0 to 67.0]with other images: 26.0" in cards
    assert "Equal to a reference25.00 %[24.00 to 26.00]with other images: 1.50 %" in cards
    assert "1,000 captions of test, beam 5" in cards
    for said in ("431 different captions of 1,000 images; 120 images", "references of another image"):
        assert said in page.text, said


def test_scores_are_given_as_they_are_shown() -> None:
    shown = scores_of_captions(evaluation())
    assert shown["cider_d"] == ("66.0", "65.0 to 67.0", "26.0")
    assert shown["exact"] == ("25.00 %", "24.00 to 26.00", "1.50 %")
    assert scores_of_captions(evaluation(blind=None))["bleu_1"] == ("60.0", "59.0 to 61.0", "")


def test_pointing_and_right_and_wrong_words_are_compared(run: Path) -> None:
    page = page_of(run, evaluation(entry("a dog", 90.0)))
    looks = page.part("Where it looks")
    for said in (
        "71.00 %[70.00 to 72.00]",
        "same everywhere: 15.50 %",
        "2,034 words that name a thing",
        "8,000",
        "0.91",
        "72.0 %",
    ):
        assert said in looks, said
    assert "less sure of wrong words than of right ones" in looks
    assert "looks at more places for them" in looks


@pytest.mark.parametrize("said", ["no less sure", "looks at no more places", "and less at the thing"])
def test_what_is_said_of_wrong_words_is_what_was_found(run: Path, said: str) -> None:
    wrong = {"count": 7, "confidence": 0.95, "places": 2.0, "pointing": 0.4}
    words = {**evaluation()["words"], "wrong": wrong}
    assert said in page_of(run, evaluation(entry("a dog", 90.0), words=words)).text


def test_the_best_come_first_and_the_worst_one_first_of_the_worst(run: Path) -> None:
    captions = [entry(f"caption {place}", 90.0 - 10 * place) for place in range(4)]
    page = page_of(run, evaluation(*captions, num_best=2))
    best, worst = page.part("Best captions").partition("Worst captions")[::2]
    assert re.findall(r"CIDEr-D (\d+\.\d)", best) == ["90.0", "80.0"]
    assert re.findall(r"CIDEr-D (\d+\.\d)", worst) == ["60.0", "70.0"]
    assert best.count("a dog is running") == best.count("1.jpg") == 2


def test_each_word_can_be_reached_and_lays_its_attention_over_the_image(run: Path) -> None:
    page = page_of(run, evaluation(entry("a dog runs", 90.0)))
    assert "too few captions" in page.part("Worst captions")
    assert [each["style"] for each in page.of("caption")] == ["--shape:64/48"]
    words = page.of("looking")
    assert [word["tabindex"] for word in words] == ["0"] * 3
    start, over = (words[1]["style"] or "").removesuffix(")").split(",")
    assert start == "--map:url(data:image/png;base64"
    opacity = np.asarray(Image.open(io.BytesIO(base64.b64decode(over))))[..., 1]
    assert opacity.shape == (2, 3)
    assert np.unravel_index(opacity.argmin(), opacity.shape) == (1, 2)
    assert "script-src" not in (run / "report.html").read_text()


def test_wrong_words_are_crossed_and_doubtful_ones_underlined(run: Path) -> None:
    marked = entry("a cat runs", 10.0, right=[True, False, True], confidence=[0.95, 0.15, 0.4])
    page = page_of(run, evaluation(marked))
    assert "a cat✗ runs" in page.text
    assert "probability below 0.8 below 0.5 below 0.2" in page.text
    assert {"title": "0.15", "class": "doubt-3"} in [attributes for _, attributes in page.elements]
    assert {"title": "0.40", "class": "doubt-2"} in [attributes for _, attributes in page.elements]


def test_a_network_without_attention_and_an_empty_caption_are_shown(run: Path) -> None:
    blind = [entry(text, 5.0, weights=None, grid=None) for text in ("a dog", "")]
    right = {"count": 80, "confidence": 0.91, "places": None, "pointing": None}
    words = {"right": right, "wrong": right}
    page = page_of(run, evaluation(*blind, pointing=None, words=words, distinct={"captions": 2, "seen": None}))
    assert page.text.count("No attention to show") == 2
    assert "This network has no attention" in page.text
    assert "(nothing)" in page.text
    assert "captions of training" not in page.text
    assert page.of("looking") == []


def test_a_network_that_says_nothing_may_have_attention(run: Path) -> None:
    page = page_of(run, evaluation(entry("", 0.0)))
    assert "Point at a word" in page.text
    assert "This network has no attention" not in page.text


def test_places_that_are_not_known_are_said_so(run: Path) -> None:
    page = page_of(run, evaluation(entry("a dog", 9.0), pointing=None, words=None))
    assert "is not known of these images" in page.part("Where it looks")


def test_what_others_wrote_stays_text(run: Path) -> None:
    hostile = entry(HOSTILE, 1.0, place=HOSTILE, references=[HOSTILE])
    page = page_of(run, evaluation(hostile, entry("a", 0.5), data=HOSTILE))
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "link", "iframe"})
    images = [attributes for tag, attributes in page.elements if tag == "img"]
    assert all((image["src"] or "").startswith("data:image/png;base64,") for image in images)
    assert page.text.count("<script>alert(1)</script>") >= 4


def test_before_an_evaluation_each_part_says_what_is_missing(run: Path) -> None:
    page = Page(write_report(run))
    for said in ("not been evaluated yet", "Where it looks comes with", "Captions come with an evaluation"):
        assert said in page.text, said


def test_an_evaluation_that_lacks_something_is_named(run: Path) -> None:
    cut = {name: each for name, each in evaluation().items() if name != "words"}
    (run / "evaluations" / "test.json").write_text(json.dumps(cut))
    with pytest.raises(RunError, match=r"evaluations/test\.json: damaged"):
        write_report(run)


def test_bleu_and_cider_are_charted_over_the_minutes(run: Path) -> None:
    rows = [
        {"step": step, "epoch": 0, "elapsed_s": 60.0 * step, "kind": "valid", "loss": 3.0, "bleu": 9.0, "cider": 50.0}
        for step in (1, 2)
    ]
    (run / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    texts = [attributes.get("alt") for _, attributes in Page(write_report(run)).elements]
    assert {"BLEU over the minutes of training", "CIDEr-D over the minutes of training"} <= set(texts)

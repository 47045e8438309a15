from __future__ import annotations

from softsearch.claims.page import write_page

FIGURE = {"mean": 1.25, "low": 1.0, "high": 1.5, "values": [1.0, 1.5]}
MEASURED = {
    "id": "C3",
    "statement": "a < b",
    "source": "a lecture",
    "seeds": [1, 2],
    "expected": {"some_figure": "0"},
    "status": "measured",
    "verdict": "holds",
    "figures": {"some_figure": FIGURE},
    "date": "2024-05-06",
    "machine": "x86_64",
}
OPEN = {"id": "C4", "statement": "later", "status": "open", "verdict": None, "figures": {}, "date": None}


def test_the_page_holds_the_claimed_figure_beside_ours_and_the_picture(tmp_path):
    (tmp_path / "C3.png").write_bytes(b"picture")
    write_page(tmp_path / "page.html", [MEASURED, OPEN], tmp_path)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    for part in (
        "1 of 2 measured",
        "C3 holds",
        "<td>0</td><td>1.25</td><td>1 to 1.5</td>",
        "cGljdHVyZQ==",
        "C4: later",
    ):
        assert part in page


def test_text_is_escaped_and_nothing_is_fetched(tmp_path):
    write_page(tmp_path / "page.html", [MEASURED, OPEN], tmp_path)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "a &lt; b" in page
    assert "http" not in page
    assert "<img" not in page

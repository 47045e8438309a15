from __future__ import annotations

import types

import pytest


def test_the_demo_trains_scores_translates_and_draws(command, fake_runs, tmp_path):
    ended = command("demo", "--out", tmp_path / "demo", "--set", "training.max_steps=5")
    assert ended.code == 0, ended.err
    assert ended.out.count("→") == 3
    assert "91.25" in ended.out
    assert (tmp_path / "demo" / "attention.png").exists()
    assert "report.html" in ended.out
    assert fake_runs[0][1]["recipe"].training.max_steps == 5
    assert ("evaluate", {"run": tmp_path / "demo", "on": "test"}) in fake_runs


def test_a_second_demo_takes_a_folder_of_its_own(command, fake_runs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "demo").mkdir(parents=True)
    assert command("demo").code == 0
    assert fake_runs[0][1]["out"].name == "demo-2"


@pytest.mark.parametrize(
    "translation", [{"weights": None, "target_pieces": ["a"]}, {"weights": [], "target_pieces": []}]
)
def test_a_demo_without_anything_to_draw_ends_well(translation, command, fake_runs, monkeypatch, tmp_path):
    fields = {"source": "ein Hund", "text": "", **translation}
    fake = types.SimpleNamespace(translate=lambda lines: [types.SimpleNamespace(**fields) for _ in lines])
    monkeypatch.setattr("softsearch.runs.load", lambda run: fake)
    ended = command("demo", "--out", tmp_path / "demo")
    assert ended.code == 0, ended.err
    assert "no attention to draw" in ended.err
    assert not (tmp_path / "demo" / "attention.png").exists()
    assert "91.25" in ended.out


def test_a_picture_that_cannot_be_written_keeps_no_scores_back(command, fake_runs, monkeypatch, tmp_path):
    def draw(translation, path):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("softsearch.cli.demo.draw", draw)
    ended = command("demo", "--out", tmp_path / "demo")
    assert ended.code == 2
    assert "No space left" in ended.err
    assert "91.25" in ended.out
    assert "report.html" in ended.out


def test_the_demo_can_be_made_without_attention():
    from softsearch.cli.demo import RECIPE
    from softsearch.recipes.reading import load_recipe

    assert load_recipe(RECIPE, ["model.attention.kind=none"]).model.attention.kind == "none"

from __future__ import annotations


def test_the_demo_trains_scores_translates_and_draws(command, fake_runs, tmp_path):
    ended = command("demo", "--out", tmp_path / "demo", "--set", "training.max_steps=5")
    assert ended.code == 0, ended.err
    assert ended.out.count("→") == 3
    assert "91.25" in ended.out
    assert (tmp_path / "demo" / "attention.png").exists()
    assert "report.html" in ended.out
    assert fake_runs[0][1]["recipe"].training.max_steps == 5


def test_a_second_demo_takes_a_folder_of_its_own(command, fake_runs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "demo").mkdir(parents=True)
    assert command("demo").code == 0
    assert fake_runs[0][1]["out"].name == "demo-2"

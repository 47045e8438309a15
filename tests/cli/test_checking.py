from __future__ import annotations

import json
import re
import shutil

import pytest

from softsearch.build import families
from softsearch.cli import checking_recipes
from softsearch.data.grammar import generate
from softsearch.recipes import dump_recipe, load_recipe
from softsearch.training.folder import RunFolder
from softsearch.training.sealing import seal


@pytest.fixture
def run(tmp_path):
    RunFolder.create(tmp_path / "run", files={"recipe.yaml": "seed: 1\n"}, about={})
    return tmp_path / "run"


def test_two_files_are_counted_and_described(command, corpus):
    ended = command("check", *corpus)
    assert ended.code == 0
    for part in ("39 pairs", "source: 195 words", "1 pair with a blank side left out, the first in line 40"):
        assert part in ended.out
    finding = "serious: 1 pair (2.6 %): the pair repeats an earlier one\n    train.de:39  ein kleiner Satz Nummer 0 → "
    assert finding in ended.out
    assert "(as in line 1)\n    what to do: data.filter: {duplicates: true}" in ended.out


def test_json_tells_the_same_in_one_object(command, corpus):
    found = json.loads(command("check", *corpus, "--json").out)
    assert (found["kind"], found["pairs"], found["blank"], found["blank_lines"]) == ("data", 39, 1, [40])
    assert found["source"]["longest"] == 5
    assert found["findings"]["duplicate"]["places"][0]["where"] == "train.de:39"


def test_clean_data_are_told_to_be_so(command, tmp_path):
    (tmp_path / "pairs.tsv").write_text("ein Hund\ta dog\nzwei Katzen\ttwo cats\n")
    assert "nothing to complain of" in command("check", tmp_path / "pairs.tsv").out


@pytest.mark.parametrize("name", ["pairs.jsonl", "pairs.txt"])
def test_one_file_has_any_form(name, command, tmp_path):
    line = '{"translation": {"de": "ein Hund", "en": "a dog"}}' if name.endswith("l") else "ein Hund ||| a dog"
    (tmp_path / name).write_text(f"{line}\n" * 3)
    ended = command("check", tmp_path / name)
    assert ended.code == 0, ended.err
    assert "3 pairs" in ended.out


def test_files_of_different_length_are_refused_with_the_line_at_which_they_part(command, tmp_path):
    pairs = list(generate(source="de", target="en", num_pairs=160, split="train", seed=1))
    files = tmp_path / "a.de", tmp_path / "a.en"
    files[0].write_text("".join(f"{pair.source}\n" for pair in pairs))
    files[1].write_text("".join(f"{pair.target}\n" for pair in [*pairs[:60], *pairs[61:]]))
    ended = command("check", *files)
    assert ended.code == 2
    assert "160 lines" in ended.err
    (place,) = re.findall(r"a\.de:(\d+): from about here on, line i of the source fits line i - 1", ended.err)
    assert abs(int(place) - 61) <= 20


def test_a_recipe_is_told_what_its_splits_share_and_what_its_filter_leaves_out(command, corpus, tmp_path):
    (tmp_path / "test.tsv").write_text("ein kleiner Satz Nummer 7\ta small sentence number 7\nneu\tnew\n")
    recipe = tmp_path / "own.yaml"
    data = "kind: files, source: de, target: en, train: {source: train.de, target: train.en}, valid: 2"
    recipe.write_text(f"data: {{{data}, test: {{pairs: test.tsv}}}}\ntraining: {{max_steps: 500}}\n")
    found = json.loads(command("check", recipe, "--json").out)["data"]
    assert list(found) == ["train", "valid", "test"]
    assert found["test"]["findings"]["overlap"]["places"][0]["where"] == "test.tsv:1"
    assert found["test"]["findings"]["overlap"]["places"][0]["note"] == "train.de:8"
    recipe.write_text(recipe.read_text().replace("valid: 2", "valid: 2, filter: {duplicates: true, overlap: true}"))
    ended = command("check", recipe)
    assert "1 pair left out by data.filter: duplicate" in ended.out
    assert "1 pair left out by data.filter: overlap" in ended.out
    assert "trained on too" not in ended.out


def test_each_of_several_corpora_is_described(command, corpus, tmp_path):
    (tmp_path / "more.tsv").write_text("neu\tnew <b>\n")
    recipe = tmp_path / "own.yaml"
    train = "[{source: train.de, target: train.en}, {pairs: more.tsv, weight: 2.0}]"
    recipe.write_text(
        f"data: {{kind: files, source: de, target: en, train: {train}, valid: 2}}\ntraining: {{max_steps: 500}}\n"
    )
    ended = command("check", recipe)
    assert ended.code == 0, ended.err
    assert "train: train.de:\n" in ended.out
    assert "train: more.tsv:\n" in ended.out
    assert "more.tsv:1  new <b>" in ended.out


@pytest.fixture
def text_recipe(tmp_path):
    """A recipe of a language model with its texts and vectors."""
    (tmp_path / "train.txt").write_text("the cat sat\nthe dog ran\n")
    (tmp_path / "valid.txt").write_text("the zebra\n")
    (tmp_path / "vectors.txt").write_text("dog 1 2\n")
    path = tmp_path / "text.yaml"
    path.write_text(
        "task: {kind: language_model}\ndata: {kind: text, train: train.txt, valid: valid.txt}\n"
        "model: {kind: recurrent, embedding: 2, vectors: {file: vectors.txt}}\ntraining: {max_steps: 500}\n"
    )
    return path


def test_the_sizes_of_a_text_and_what_is_unknown_of_it_are_told(command, text_recipe):
    ended = command("check", text_recipe)
    assert ended.code == 0, ended.err
    assert "vocabulary: 9 tokens" in ended.out
    assert "train: 2 lines, 8 tokens, 6 words, 24 bytes; 0.0 % unknown" in ended.out
    assert "valid: 1 lines, 3 tokens, 2 words, 10 bytes; 33.3 % unknown" in ended.out
    assert "vectors: 1 of 9 tokens have one" in ended.out
    found = json.loads(command("check", text_recipe, "--json").out)["data"]
    assert (found["vocabulary"], found["valid"]["unknown"]) == (9, 1)


def test_what_is_wrong_with_a_text_is_told_beforehand(command, text_recipe):
    (text_recipe.parent / "valid.txt").write_text("the cat sat\nthe dog ran\n")
    assert "the text to validate on is the text to train on" in command("check", text_recipe).err
    (text_recipe.parent / "valid.txt").write_bytes(b"a\0b")
    ended = command("check", text_recipe)
    assert ended.code == 2
    assert "valid.txt:1: the line holds a NUL byte" in ended.err


def test_a_recipe_is_checked_with_its_data(command, corpus, tmp_path):
    recipe = tmp_path / "own.yaml"
    files = "{source: train.de, target: train.en}"
    recipe.write_text(
        f"data: {{kind: files, source: de, target: en, train: {files}, valid: 2}}\ntraining: {{max_steps: 1}}\n"
    )
    ended = command("check", recipe)
    assert ended.code == 0, ended.err
    assert "a valid recipe" in ended.out
    assert "37 pairs in" in ended.out
    assert "2 pairs split off the training pairs" in ended.out
    corpus[0].unlink()
    ended = command("check", recipe)
    assert ended.code == 2
    assert "no such file" in ended.err


def test_a_recipe_of_generated_data_has_no_files_to_read(command, tmp_path):
    recipe = tmp_path / "own.yaml"
    recipe.write_text("data: {kind: grammar}\ntraining: {max_steps: 1}\n")
    ended = command("check", recipe)
    assert ended.code == 0
    assert "generated" in ended.out


def test_a_recipe_of_programs_shows_one(command):
    ended = command("check", "programs/addition")
    assert ended.code == 0, ended.err
    assert "its data are drawn as they are needed" in ended.out
    (one, other, answer) = re.search(r"print\((\d+)\+(\d+)\)\n  answer: (\d+)\n", ended.out).groups()
    assert int(one) + int(other) == int(answer)
    found = json.loads(command("check", "programs/addition", "--json").out)["data"]
    assert found["example"] == {"program": f"print({one}+{other})", "read": found["example"]["read"], "answer": answer}


def test_a_recipe_of_programs_tells_how_the_network_reads_them_and_what_there_is_none_of(command, tmp_path):
    recipe = tmp_path / "own.yaml"
    problem = "task: {kind: execution}\ntraining: {max_steps: 500}\nseed: 3\ndata: {kind: memorisation, "
    recipe.write_text(problem + "length: 3, inversion: true}\n")
    ended = command("check", recipe)
    digits = re.search(r"for example:\n  (\d{3})\n", ended.out)[1]
    assert f"  which the network reads as: '{digits[::-1]}'\n  answer: {digits}\n" in ended.out
    recipe.write_text(problem + "length: 1}\n")
    ended = command("check", recipe)
    assert (ended.code, ended.out) == (2, "")
    assert "of one digit there are too few to hold some out" in ended.err


def test_a_recipe_of_episodes_tells_their_sizes_and_a_memory_that_is_too_small(command, tmp_path):
    ended = command("check", "memory/copy")
    assert ended.code == 0, ended.err
    for told in (
        "its data are drawn as they are needed",
        "episodes of copy: length 1 to 20; 3 to 41 steps",
        "at each step 9 numbers are read and 8 written",
        "for example, length 20: 41 steps, of which 20 count",
    ):
        assert told in ended.out
    assert "the memory has" not in ended.out
    recipe = tmp_path / "own.yaml"
    recipe.write_text(
        "task: {kind: transduction}\ndata: {kind: associative_recall}\ntraining: {max_steps: 500}\n"
        "model: {kind: turing_machine, memory: {locations: 9}}\n"
    )
    told = (
        "the memory has 9 locations, and the largest episodes ask to keep 18 vectors: "
        "set model.memory.locations to at least 18"
    )
    assert told in command("check", recipe).out
    found = json.loads(command("check", recipe, "--json").out)["data"]
    assert found["remarks"] == [told]
    assert found["example"] == {"items": 6, "steps": 32, "counted": 3}


def test_every_kind_of_recipe_can_be_checked():
    assert checking_recipes._OF_KIND.keys() == families._FAMILIES.keys()


def test_an_intact_run_passes(command, run):
    ended = command("check", run)
    assert ended.code == 0
    assert "every file is as it was written" in ended.out
    assert json.loads(command("check", run, "--json").out)["kind"] == "run"


def test_the_findings_kept_in_a_run_are_shown(command, tmp_path):
    place = {"where": "train.de:3", "text": "a <b>", "note": ""}
    findings = {"markup": {"title": "", "advice": "", "level": "look", "count": 7, "share": 0.002, "places": [place]}}
    report = json.dumps({"train": {"kept": 9, "findings": findings}, "valid": {"kept": 2, "findings": {}}})
    RunFolder.create(tmp_path / "run", files={"data-report.json": report}, about={})
    ended = command("check", tmp_path / "run")
    assert "train:\n  look: 7 pairs (0.2 %): a text holds HTML" in ended.out
    assert "train.de:3  a <b>" in ended.out
    assert "valid" not in ended.out
    assert json.loads(command("check", tmp_path / "run", "--json").out)["data"]["train"]["findings"] == findings


def test_an_altered_file_of_a_run_is_named(command, run):
    (run / "recipe.yaml").write_text("seed: 2\n")
    ended = command("check", run)
    assert (ended.code, ended.out) == (2, "")
    assert "recipe.yaml" in ended.err


@pytest.mark.parametrize(("words", "told"), [(["no/such/thing"], "no/such/thing"), (["a", "b", "c"], "two files")])
def test_what_is_nothing_is_refused(words, told, command):
    ended = command("check", *words)
    assert ended.code == 2
    assert told in ended.err


def test_a_folder_that_is_no_run_is_refused(command, tmp_path):
    ended = command("check", tmp_path)
    assert ended.code == 2
    assert "not a run folder" in ended.err


def test_one_of_two_files_is_told_of_the_other(command, corpus, tmp_path):
    ended = command("check", corpus[0])
    assert ended.code == 2
    assert f"softsearch check {corpus[0]} {corpus[1]}" in ended.err


@pytest.fixture
def trained(tmp_path):
    """A run with a recipe that may be changed, a checkpoint without files, and a journal."""
    recipe = load_recipe("translate/builtin")
    about = {"status": "finished", "recipe": recipe.model_dump(mode="json")}
    files = {"recipe.yaml": dump_recipe(recipe)}
    folder = RunFolder.create(tmp_path / "run", files=files, about=about, editable={"recipe.yaml"})
    path = folder.checkpoint_path(40)
    path.mkdir(parents=True)
    (path / "state.json").write_text(seal({"format_version": 1, "files": {}}))
    folder.point_to(last=40, best=40, kept=[], averaged=[])
    (folder.path / "metrics.jsonl").write_text('{"step": 20}\n{"step": 40}\n')
    return folder.path


def test_a_run_as_it_was_left_has_nothing_said_of_recipe_and_journal(command, trained):
    ended = command("check", trained)
    assert (ended.code, len(ended.out.splitlines())) == (0, 2)
    found = json.loads(command("check", trained, "--json").out)
    assert (found["changes"], found["journal"]) == ([], None)


def test_the_changed_fields_of_a_runs_recipe_are_listed(command, trained):
    text = (trained / "recipe.yaml").read_text()
    (trained / "recipe.yaml").write_text(text.replace("beam: 5", "beam: 4"))
    ended = command("check", trained)
    assert ended.code == 0
    assert "every other file is as it was written" in ended.out
    assert "recipe.yaml differs from the recipe that the run was trained with\n  decoding.beam: 5 -> 4\n" in ended.out


def test_a_runs_recipe_that_is_no_longer_valid_is_damage(command, trained):
    text = (trained / "recipe.yaml").read_text()
    (trained / "recipe.yaml").write_text(text.replace("beam: 5", "beam: five"))
    ended = command("check", trained)
    assert (ended.code, ended.out) == (2, "")
    assert "was changed and is no longer valid" in ended.err
    assert "decoding.beam" in ended.err


@pytest.mark.parametrize(
    ("journal", "told"),
    [
        ('{"step": 20}\n{"step": 4', "the last line is cut short"),
        ('{"step": 20}\n', "it ends at step 20, and the training went on to step 40"),
        (None, "missing"),
    ],
)
def test_a_journal_that_is_cut_is_told(journal, told, command, trained):
    (trained / "metrics.jsonl").unlink()
    if journal is not None:
        (trained / "metrics.jsonl").write_text(journal)
    ended = command("check", trained)
    assert ended.code == 0
    assert f"metrics.jsonl: {told}" in ended.out.replace("cut short: it", "it")


def test_a_line_inside_the_journal_that_is_damaged_is_damage(command, trained):
    (trained / "metrics.jsonl").write_text('{"step": 2\n{"step": 40}\n')
    ended = command("check", trained)
    assert ended.code == 2
    assert "metrics.jsonl:1: damaged" in ended.err


def test_checkpoints_that_are_gone_are_damage(command, trained):
    shutil.rmtree(trained / "checkpoints")
    ended = command("check", trained)
    assert ended.code == 2
    assert "all checkpoints of this run are missing" in ended.err

"""`softsearch look` at real, hardly trained runs of each kind."""

from __future__ import annotations

import json
import re
import warnings

import pytest

from softsearch import runs
from softsearch.recipes import load_recipe
from tests.runs.test_runs import SIZES, SMALL

PNG = b"\x89PNG\r\n"
TEXT = 'He said: "the cat (a small one) sat".\n  Then it\tslept,\n\nand "woke (up)".\n' * 12
WIDTHS = "embedding: 6, hidden: 6, layers: 2"
SHORT = ["training.max_steps=2", "training.validate_every=2 steps", "training.max_epochs=null", "training.budget=null"]
SHORT += ["training.threads=1", "training.schedule.warmup_steps=1", "decoding.max_length=5"]
MODELS = {
    "characters": f"tokenizer: {{kind: characters}}\nmodel: {{kind: recurrent, {WIDTHS}}}\n",
    "words": f"tokenizer: {{kind: words}}\nmodel: {{kind: recurrent, cell: gru, {WIDTHS}}}\n",
    "subwords": f"tokenizer: {{kind: sentencepiece, size: 60}}\nmodel: {{kind: recurrent, cell: rnn, {WIDTHS}}}\n",
    "bytes": f"tokenizer: {{kind: bytes}}\nmodel: {{kind: recurrent, cell: mlstm, {WIDTHS}}}\n",
    "transformer": "tokenizer: {kind: characters}\n"
    "model: {kind: transformer, width: 8, heads: 2, hidden: 8, layers: 2}\n",
    "feed_forward": "tokenizer: {kind: characters}\nmodel: {kind: feed_forward, embedding: 4, hidden: 4}\n",
}


def quietly_trained(out, recipe, *changes):
    """Return the run of a recipe, whose warnings are no matter here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return runs.train(load_recipe(recipe, changes), out, live=False)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a function that makes the run of a language model by its name, once."""
    base, made = tmp_path_factory.mktemp("texts"), {}
    (base / "text.txt").write_text(TEXT)

    def get(name):
        if name not in made:
            recipe = base / f"{name}.yaml"
            recipe.write_text(
                "task: {kind: language_model, window: 8}\ndata: {kind: text, train: text.txt, valid: text.txt}\n"
                "training: {batch_tokens: 64, max_steps: 2, threads: 1, schedule: {kind: constant, warmup_steps: 0}}\n"
                + MODELS[name]
            )
            made[name] = quietly_trained(base / name, recipe)
        return made[name]

    return get


@pytest.fixture(scope="module")
def translator(tmp_path_factory):
    model = "model={kind: transformer, width: 16, heads: 2, hidden: 16, encoder_layers: 1, decoder_layers: 2}"
    return quietly_trained(tmp_path_factory.mktemp("pairs") / "run", "translate/builtin", *SIZES, *SHORT, model)


def test_cells_that_follow_a_text_are_searched_for_and_drawn(run, command, tmp_path):
    ended = command("look", run("characters"), "--cells", "--tokens", 250, "--out", tmp_path / "cells.png")
    assert ended.code == 0, ended.err
    assert re.search(r"inside quotes +[12]:[1-6] +[+-]\d\.\d\d +[+-]\d\.\d\d +[+-]\d\.\d\d", ended.out)
    for path in tmp_path.glob("*.png"):
        assert path.read_bytes().startswith(PNG)
        assert str(path) in ended.out
    assert (tmp_path / "cells-position-in-line.png").exists()


@pytest.mark.parametrize("name", ["words", "subwords", "bytes"])
def test_cells_are_found_whatever_the_tokens_are(name, run, command, tmp_path):
    ended = command("look", run(name), "--cells", "--tokens", 250, "--json", "--out", tmp_path / "cells.html")
    assert ended.code == 0, ended.err
    assert {"inside quotes", "position in line"} < set(json.loads(ended.out)["cells"])


def test_a_page_of_cells_and_figures_for_programs(run, command, tmp_path):
    page = tmp_path / "new" / "cells.html"
    ended = command("look", run("characters"), "--cells", "--json", "--tokens", 300, "--out", page)
    found = json.loads(ended.out)
    assert found["written"] == [str(page)]
    assert found["tokens"] == 300
    assert set(found["cells"]["inside quotes"]) == {"layer", "unit", "chosen_by", "judged_by", "untrained"}
    assert "inside quotes: layer" in page.read_text(encoding="utf-8")
    assert "up to line" in ended.err


def test_the_untrained_network_has_the_same_shape_and_other_weights(run, command, tmp_path):
    found = json.loads(
        command("look", run("characters"), "--cells", "--json", "--tokens", 250, "--out", tmp_path / "c.html").out
    )
    assert any(abs(each["untrained"] - each["judged_by"]) > 1e-3 for each in found["cells"].values())


def test_what_never_changes_in_a_text_is_not_searched_for(run, command, tmp_path):
    out = tmp_path / "cells.html"
    ended = command("look", run("characters"), "--cells", "--text", "cat sat at " * 9, "--out", out)
    assert ended.code == 0
    assert "inside quotes: not searched for" in ended.err
    ended = command("look", run("characters"), "--cells", "--text", "a", "--out", out)
    assert (ended.code, "longer text" in ended.err) == (2, True)


@pytest.mark.parametrize("name", ["characters", "words"])
@pytest.mark.parametrize("suffix", ["png", "html"])
def test_a_text_is_coloured_by_one_cell(name, suffix, run, command, tmp_path):
    out = tmp_path / f"cell.{suffix}"
    ended = command("look", run(name), "--cell", "2:6", "--text", "He said: the cat <b>.\n", "--out", out)
    assert ended.code == 0, ended.err
    assert ended.out.strip() == str(out)
    if suffix == "html":
        plain = re.sub("<[^>]*>", "", out.read_text(encoding="utf-8"))
        assert "layer 2, unit 6" in plain
        assert "&lt;b&gt;" in plain
        assert ("tanh(c)" if name == "characters" else "h after") in plain
    else:
        assert out.read_bytes().startswith(PNG)


@pytest.mark.parametrize("wanted", ["3:1", "0:1", "1:7", "1:0", "1", "a:b", ":", "-1:2", "1:²"])
def test_a_cell_that_is_not_there_is_refused_with_those_that_are(wanted, run, command):
    ended = command("look", run("characters"), f"--cell={wanted}")
    assert ended.code == 2
    assert "layers 1 to 2, units 1 to 6" in ended.err


@pytest.mark.parametrize("name", ["characters", "words", "transformer", "feed_forward"])
def test_what_was_expected_is_drawn_for_every_language_model(name, run, command, tmp_path):
    out = tmp_path / "next.png"
    ended = command("look", run(name), "--next", "--top", 3, "--tokens", 40, "--out", out)
    assert ended.code == 0, ended.err
    assert out.read_bytes().startswith(PNG)


def test_as_many_of_the_likeliest_are_drawn_as_are_asked_for(run, command, monkeypatch, tmp_path):
    seen = []
    monkeypatch.setattr("softsearch.pictures.save_png", lambda figure, path: seen.append(figure))
    for more in ([], ["--top", 2]):
        command("look", run("characters"), "--next", "--text", "cat", *more)
    assert [len(figure.axes[0].texts) for figure in seen] == [1 + 4 + 3 * (5 + 3), 1 + 4 + 3 * (2 + 3)]


def test_a_text_file_is_looked_at_and_said_to_be_cut(run, command, tmp_path):
    file = tmp_path / "text.txt"
    file.write_text("the cat\nsat\n" * 1000)
    ended = command("look", run("characters"), "--next", "--file", file, "--tokens", 20, "--out", tmp_path / "a.png")
    assert ended.code == 0
    assert "the first 20 tokens are looked at, up to line 4" in ended.err


def test_a_transformer_draws_its_heads_as_it_reads_up_to_its_context(run, command, tmp_path):
    out = tmp_path / "heads.png"
    ended = command("look", run("transformer"), "--attention", "the cat sat\nand the cat woke", "--out", out)
    assert ended.code == 0, ended.err
    assert out.read_bytes().startswith(PNG)
    assert "the first 7 tokens are looked at, up to line 1 (the model's context)" in ended.err


@pytest.mark.parametrize("where", ["source", "encoder", "decoder"])
def test_a_translator_draws_its_heads(where, translator, command, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr("softsearch.pictures.save_png", lambda figure, path: seen.append(figure))
    ended = command("look", translator, "--attention", "der Hund schläft .", "--by-head", where, "--out", "a.png")
    assert ended.code == 0, ended.err
    assert len(seen[0].axes) == {"source": 4, "encoder": 2, "decoder": 4}[where]


def test_each_head_is_scored_as_an_aligner(translator, command):
    ended = command("look", translator, "--heads")
    assert ended.code == 0, ended.err
    assert re.search(r"layer +links +head 1 +head 2 +mean", ended.out)
    assert len(re.findall(r"^[12] +(?:writes|reads)(?: +\d\.\d{3}\*?){3}", ended.out, re.MULTILINE)) == 4
    assert len(re.findall(r"\d\.\d{3}\*", ended.out)) == 1  # the best
    assert "the diagonal" in ended.out


def test_heads_are_judged_on_the_data_that_are_named(translator, command):
    found = json.loads(command("look", translator, "--heads", "--on", "test", "--json").out)
    assert (found["chosen_on"], found["judged_on"]) == ("valid", "test")
    assert len(found["aer"]) == 2 * 3 * 2
    assert set(found["summary"]) == {"best", "evaluate", "blind", "diagonal"}
    assert found["summary"]["diagonal"]["low"] < found["summary"]["diagonal"]["value"]


def test_gold_links_of_a_file(translator, command, tmp_path):
    (tmp_path / "pairs.tsv").write_text("der Hund\tthe dog\nein Hund\ta dog\n" * 2)
    (tmp_path / "links").write_text("0-0 1-1\n" * 4)
    named = ["--on", tmp_path / "pairs.tsv", "--gold", tmp_path / "links"]
    ended = command("look", translator, "--heads", *named, "--gold-format", "pharaoh")
    assert ended.code == 0, ended.err
    ended = command("look", translator, "--heads", "--on", tmp_path / "pairs.tsv")
    assert "no gold links" in ended.err
    ended = command("look", translator, "--heads", "--gold-format", "pharaoh")
    assert "--gold-format has no effect without --gold" in ended.err


@pytest.mark.parametrize(
    ("name", "words", "told"),
    [
        ("characters", [], "--next"),
        ("characters", ["--cells", "--next"], "--cells and --next are both given"),
        ("characters", ["--cells", "--top", 3], "--top has no effect with --cells"),
        ("characters", ["--cell", "1:1", "--json"], "--json has no effect with --cell"),
        ("characters", ["--next", "--by-head", "source"], "--by-head has no effect with --next"),
        ("characters", ["--heads"], "--heads does not go with this run"),
        ("characters", ["--attention", "the cat"], "no attention"),
        ("transformer", ["--cells"], "not recurrent"),
        ("transformer", ["--cell", "1:1"], "--attention"),
        ("feed_forward", ["--cells"], "--next"),
        ("characters", ["--next", "--text", ""], "no text"),
        ("characters", ["--next", "--text", " \n"], "no text"),
        ("characters", ["--cells", "--text", "ΩΩΩΩ"], "knows none"),
        ("characters", ["--next", "--text", "a", "--file", "b"], "--text and --file are both given"),
        ("characters", ["--next", "--file", "no-such-file"], "no such file"),
        ("characters", ["--next", "--tokens", 2], "at least 8"),
        ("characters", ["--next", "--top", 0], "1 to 50"),
        ("characters", ["--next", "--out", "a.html"], ".png"),
        ("characters", ["--cells", "--out", "a.txt"], ".png or .html"),
    ],
)
def test_what_does_not_go_together_is_refused_with_what_does(name, words, told, run, command):
    ended = command("look", run(name), *words)
    assert ended.code == 2
    assert told in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("characters", "allowed: --cell, --cells, --next, --gradients\n"),
        ("transformer", "allowed: --attention, --next\n"),
    ],
)
def test_attention_and_gradients_are_offered_where_there_are_any(name, told, run, command):
    assert told in command("look", run(name)).err
    assert told in command("look", run(name), "--heads").err


def test_where_one_output_per_word_looks_is_offered_and_drawn(command, tmp_path):
    model = "model={kind: one_per_word, embedding: 8, encoder: {cell: gru, hidden: 8}, readout: 8}"
    run = quietly_trained(tmp_path / "run", "translate/builtin", *SIZES, model, *SHORT)
    assert "allowed: --attention, --gradients\n" in command("look", run).err
    assert command("look", run, "--attention", "der Hund", "--out", tmp_path / "looked.png").code == 0
    assert (tmp_path / "looked.png").exists()


def test_of_counted_n_grams_what_was_expected_is_offered(run, command, tmp_path):
    recipe = run("characters").with_suffix(".yaml")
    counted = quietly_trained(tmp_path / "run", recipe, "model={kind: ngram, order: 2}", "training=null")
    assert "allowed: --next\n" in command("look", counted).err


@pytest.mark.parametrize("words", [["--cells"], ["--cell", "1:1"], ["--next"]])
def test_a_translator_has_no_cells_and_expects_no_text(words, translator, command):
    ended = command("look", translator, *words)
    assert ended.code == 2
    assert "it is a translator" in ended.err


def test_a_recurrent_translator_has_no_heads(command, tmp_path):
    run = quietly_trained(tmp_path / "run", "translate/builtin", *SIZES, *SMALL, *SHORT)
    assert "allowed: --attention, --gradients\n" in command("look", run).err
    for words in (["--heads"], ["--attention", "der Hund", "--by-head", "source"]):
        ended = command("look", run, *words)
        assert ended.code == 2
        assert "no Transformer" in ended.err


def test_unknown_tokens_are_counted(run, command, tmp_path):
    ended = command("look", run("words"), "--next", "--text", "the Ω cat", "--out", tmp_path / "a.png")
    assert "1 of 3 tokens are unknown" in ended.err

"""From a run to an exported folder: what is checked, what is refused, and that nothing is left of what went wrong."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

import softsearch
from softsearch import portable
from softsearch.data.running import RunningText, TextFile
from softsearch.data.tokenizers import VerbatimTokenizer
from softsearch.decoding.settings import Generation, Search
from softsearch.errors import RunError, SoftsearchError
from softsearch.export import agreement, export
from softsearch.portable.writer import Writer
from softsearch.recipes import schema
from softsearch.tasks import writer as tasks
from tests.export.networks import TRANSFORMER, make_translator, shapes_unchecked
from tests.portable.unrecorded import UnrecordedText
from tests.tasks.language_models import network

RUN = Path(__file__).parent.parent / "formats" / "format-1"
LETTERS = VerbatimTokenizer(["\n", *"abcdefghij "])


@pytest.fixture(scope="module")
def translator():
    """Return a Transformer that fits the tokenizer of the run."""
    recipe = schema.Transformer.model_validate({"kind": "transformer", **TRANSFORMER})
    made = make_translator(recipe, softsearch.load(RUN).tokenizer, Search(beam=2, length_penalty=1.0, max_ratio=1.0))
    made.max_tokens = 40
    return made


@pytest.fixture
def loaded(translator, monkeypatch):
    """Let the run hold a Transformer."""
    pytest.importorskip("ctranslate2")
    monkeypatch.setattr("softsearch.export.exporting.load", lambda run: translator)
    return translator


def test_the_exported_folder_translates_as_the_run_does_and_says_how_far(loaded, tmp_path):
    found = export(RUN, to="ctranslate2", out=tmp_path / "out")
    assert found.folder == tmp_path / "out"
    assert found.agreement.tokens > 100
    assert 0 <= found.agreement.mean_difference <= found.agreement.largest_difference < 1e-4
    assert found.agreement.texts > 15
    assert found.bytes == sum(file.stat().st_size for file in found.folder.iterdir())
    texts = [each.text for each in loaded.translate(["Der Hund schläft."], beam=1)]
    assert portable.load(found.folder).translate(["Der Hund schläft."], beam=1) == texts


def test_its_name_is_that_of_the_run_with_the_target_behind(loaded, tmp_path, monkeypatch):
    shutil.copytree(RUN, tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    assert export("run", to="ctranslate2").folder == Path("run-ctranslate2")
    assert export("run", to="ctranslate2", quantization="int8").folder == Path("run-ctranslate2-int8")


def test_what_differs_from_the_run_is_refused_and_nothing_is_left_behind(loaded, tmp_path, monkeypatch):
    costs = agreement.write

    def dearer(*given):
        return [each._replace(log_probs=[cost - 1.5 for cost in each.log_probs]) for each in costs(*given)]

    monkeypatch.setattr(agreement, "write", dearer)
    with pytest.raises(RunError, match="is not what the run computes") as refused:
        export(RUN, to="ctranslate2", out=tmp_path / "out")
    assert "allowed: up to 0.001" in str(refused.value)
    assert list(tmp_path.iterdir()) == []
    found = export(RUN, to="ctranslate2", quantization="int8", out=tmp_path / "out")
    assert found.agreement.largest_difference > 1  # of 8 bits it is told, and left to the user


def test_a_folder_that_is_not_empty_is_kept(loaded, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(RunError, match="not empty") as refused:
        export(RUN, to="ctranslate2", out=tmp_path)
    assert "--out" in str(refused.value)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_that_unknown_words_are_not_replaced_is_said(translator, tmp_path, monkeypatch):
    pytest.importorskip("ctranslate2")
    other = softsearch.Translator(
        translator.model,
        translator.tokenizer,
        search=Search(beam=1, length_penalty=1.0, max_ratio=0.5, replace_unknown=True),
        max_tokens=40,
        dictionary={},
    )
    monkeypatch.setattr("softsearch.export.exporting.load", lambda run: other)
    found = export(RUN, to="ctranslate2", out=tmp_path / "out")
    assert "replace_unknown" in found.left_out[0]
    assert found.agreement.equal == found.agreement.texts


@pytest.mark.parametrize("kind", ["recurrent translator", "language model"])
def test_a_target_that_cannot_express_the_model_is_refused_with_one_that_can(kind, tmp_path, monkeypatch):
    if kind == "language model":
        writer = tasks.Writer(network("transformer", LETTERS.size), LETTERS, generation=Generation(), by_line=False)
        monkeypatch.setattr("softsearch.export.exporting.load", lambda run: writer)
    with pytest.raises(RunError, match=f"this is a {kind}") as refused:
        export(RUN, to="ctranslate2", out=tmp_path / "out")
    assert (refused.value.allowed, refused.value.fix) == ("onnx", f"softsearch export {RUN} --to onnx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("to", ["ctranslate2", "onnx"])
def test_counted_n_grams_are_refused_whatever_the_target(to, tmp_path, monkeypatch):
    writer = tasks.Writer(network("ngram", LETTERS.size), LETTERS, generation=Generation(), by_line=False)
    monkeypatch.setattr("softsearch.export.exporting.load", lambda run: writer)
    with pytest.raises(RunError, match="counted n-grams"):
        export(RUN, to=to, out=tmp_path / "out")


@pytest.mark.parametrize(("to", "missing"), [("ctranslate2", "ctranslate2"), ("onnx", "onnxscript")])
def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it(
    to, missing, translator, tmp_path, monkeypatch
):
    monkeypatch.setattr("softsearch.export.exporting.load", lambda run: translator)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(SoftsearchError, match=missing) as refused:
        export(RUN, to=to, out=tmp_path / "out")
    assert refused.value.fix == 'pip install "softsearch[export]"'
    assert not list(tmp_path.iterdir())


def test_language_models_are_compared_on_the_text_that_they_were_validated_on(tmp_path, monkeypatch):
    monkeypatch.setattr(agreement, "_NEW_TOKENS", 8)
    model = network("odd transformer", LETTERS.size)
    step = UnrecordedText(model)
    generation = Generation(temperature=2.0)
    exported = Writer(step, step.start, LETTERS, generation=generation, context=model.context, by_line=False)
    run = tasks.Writer(model, LETTERS, generation=generation, by_line=False)
    text = RunningText.write(tmp_path / "text", [TextFile("x", ["ab cd", "ef gh ij"] * 5)], LETTERS)
    found = agreement.writers_agree(run, exported, text)
    assert (found.tokens, found.texts, found.equal) == (len(text), 8, 8)
    assert found.largest_difference < 1e-9
    other = tasks.Writer(network("recurrent", LETTERS.size), LETTERS, generation=generation, by_line=False)
    found = agreement.writers_agree(other, exported, text)
    assert found.largest_difference > 0.1
    assert found.equal < 8


@pytest.mark.slow
def test_a_run_of_the_first_format_becomes_graphs(tmp_path):
    pytest.importorskip("onnxscript")
    with shapes_unchecked():
        found = export(RUN, to="onnx", out=tmp_path / "out")
    assert found.agreement.equal == found.agreement.texts == 20
    assert found.agreement.largest_difference < 1e-4

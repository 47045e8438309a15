import contextlib
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from softsearch.errors import RecipeError
from softsearch.recipes import anchored, dump_recipe, load_recipe
from softsearch.recipes.fields import paths
from softsearch.recipes.schema import Additive, Files, Grammar, Mean, NoAttention, Table, TwoFiles
from softsearch.recipes.schema import TranslationRecipe as Recipe

SMALL = "data: {kind: grammar}\ntraining: {max_steps: 1000}\n"
FILES = """\
data: {kind: files, source: de, target: en, train: {source: a.de, target: a.en}}
training: {max_steps: 1000}
"""
TABLES = FILES.replace("train: {source: a.de, target: a.en}", "train: {pairs: a}, test: {pairs: b}, valid: 7")

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(text: str, name: str = "my.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def refusal(path: Path | str, *overrides: str) -> RecipeError:
    with pytest.raises(RecipeError) as caught:
        load_recipe(path, overrides)
    return caught.value


def test_a_short_recipe_gets_every_default(write: Write) -> None:
    recipe = load_recipe(write(SMALL))
    assert recipe.seed == 1
    assert recipe.model.attention == Additive(kind="additive", hidden=512)
    assert recipe.training.validate_every.unit == "epochs"


def test_a_recipe_knows_its_file_and_its_name(write: Write) -> None:
    path = write(SMALL, "my-model.yaml")
    recipe = load_recipe(path)
    assert recipe.path == path
    assert recipe.name == "my-model"


def test_where_a_recipe_was_read_does_not_matter_to_equality(write: Write) -> None:
    assert load_recipe(write(SMALL, "a.yaml")) == load_recipe(write(SMALL, "b.yaml"))
    assert load_recipe(write(SMALL, "a.yaml")) != load_recipe(write(SMALL, "b.yaml"), ["seed=2"])


def test_a_part_given_without_its_kind_changes_the_default_kind(write: Write) -> None:
    recipe = load_recipe(write("data: {kind: grammar}\ntraining: {max_steps: 9, schedule: {warmup_steps: 3}}\n"))
    assert (recipe.training.schedule.kind, recipe.training.schedule.warmup_steps) == ("linear", 3)


# What is wrong, where, and what would be right


@pytest.mark.parametrize(
    ("text", "line", "nearest"),
    [
        ("trainig: {max_steps: 1}", 3, "training"),
        ("model: {dropot: 0.1}", 3, "model.dropout"),
        ("model:\n  encoder:\n    hiden: 3", 5, "model.encoder.hidden"),
        ("model: {bridge: lerned}", 3, "learned"),
        ("model: {attention: {kind: additiv}}", 3, "additive"),
        ("model: {encoder: {cell: gruu}}", 3, "gru"),
        ("task: {kind: translate}", 3, "translation"),
        ("tokenizer: {kind: sentencpiece}", 3, "sentencepiece"),
        ("extend: translate/builtin", 3, "extends"),
        ("decoding: {lenght_penalty: 1.0}", 3, "decoding.length_penalty"),
        ("decoding: {lp: 1.0}", 3, "decoding.length_penalty"),
    ],
)
def test_a_misspelt_word_is_refused_with_its_line_and_the_nearest_right_one(
    write: Write, text: str, line: int, nearest: str
) -> None:
    error = refusal(write(SMALL + text))
    assert (error.line, error.nearest) == (line, nearest)
    assert error.allowed


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("max_steps: 3", "under `training`"),
        ("model: {seed: 3}", "at the top"),
        ("decoding: {betas: [0.9, 0.9]}", "under `training.optimizer`"),
        ("model: {lowercase: true}", "under `tokenizer`"),
        ("model: {attention: {kind: mean, hidden: 3}}", "to kind additive"),
        ("model: {attention: dot}", "write {kind: dot}"),
        ("tokenizer: word", "write {kind: words}"),
    ],
)
def test_what_stands_in_the_wrong_place_or_form_is_told_what_to_write(write: Write, text: str, place: str) -> None:
    assert place in str(refusal(write(SMALL + text)).fix)


def test_an_option_of_another_kind_of_data_is_refused(write: Write) -> None:
    error = refusal(write("data:\n  kind: grammar\n  folder: x\ntraining: {max_steps: 3}\n"))
    assert (error.line, error.fix) == (3, "`folder` belongs to kind files")


@pytest.mark.parametrize(
    "text",
    [
        "seed: -1",
        "seed: 1.5",
        "seed: one",
        "seed: true",
        "seed: null",
        "seed: '1'",
        "task: {kind: translation, label_smoothing: 1.0}",
        "tokenizer: words",
        "tokenizer: [words]",
        "tokenizer: {kind: words, size: 0}",
        "tokenizer: {kind: words, lowercase: 'yes'}",
        "model: {kind: null}",
        "model: []",
        "model: {dropout: 1}",
        "model: {dropout: -0.1}",
        "model: {embedding: 1000000000000}",
        "model: {encoder: [1]}",
        "model: {encoder: {layers: 0}}",
        "model: {tie_embeddings: 1}",
        "decoding: {beam: 0}",
        "decoding: {max_ratio: 0}",
        "decoding: {length_penalty: -1}",
    ],
)
def test_a_value_of_the_wrong_type_or_range_is_refused_with_its_line(write: Write, text: str) -> None:
    error = refusal(write(SMALL + text))
    assert error.line == 3
    assert error.allowed


@pytest.mark.parametrize(
    "text",
    [
        "clip_norm: 0",
        "batch_tokens: 0",
        "budget: 3 epochs",
        "budget: 30",
        "validate_every: 2 minutes",
        "checkpoint_every: 3 weeks",
        "threads: 0",
        "optimizer: {learning_rate: 0}",
        "optimizer: {betas: [0.9, 1.0]}",
        "optimizer: {betas: [0.9]}",
        "optimizer: {betas: [0.9, 0.9, 0.9]}",
        "optimizer: {betas: 0.9}",
        "optimizer: {kind: adam}",
        "schedule: {warmup_steps: -1}",
        "stop: {on: blue}",
        "stop: {patience: 0}",
    ],
)
def test_a_wrong_value_in_training_is_refused_with_its_line(write: Write, text: str) -> None:
    error = refusal(write(f"data: {{kind: grammar}}\ntraining:\n  max_steps: 3\n  {text}\n"))
    assert error.line == 4
    assert error.path is not None


def test_a_training_without_an_end_is_refused(write: Write) -> None:
    error = refusal(write("data: {kind: grammar}\ntraining: {batch_tokens: 9}\n"))
    assert error.line == 2
    assert "max_steps, max_epochs, budget" in str(error)


@pytest.mark.parametrize("limit", ["max_steps: 9", "max_epochs: 2", "budget: 5 minutes", "max_steps: 9, budget: 1 h"])
def test_one_limit_is_enough_and_several_may_stand_together(write: Write, limit: str) -> None:
    text = f"data: {{kind: grammar}}\ntraining: {{{limit}, schedule: {{warmup_steps: 0}}}}\n"
    assert load_recipe(write(text)).training.schedule.warmup_steps == 0


def test_a_tied_output_layer_needs_a_readout_of_the_embeddings_width(write: Write) -> None:
    error = refusal(write(SMALL + "model:\n  embedding: 128\n  readout: 512\n"))
    assert error.line == 5
    assert "readout (512) must equal embedding (128)" in str(error)
    text = SMALL + "model: {embedding: 128, readout: 512, tie_embeddings: false}\n"
    assert load_recipe(write(text)).model.readout == 512


@pytest.mark.parametrize("missing", ["data", "training"])
def test_a_missing_section_is_named(write: Write, missing: str) -> None:
    lines = [line for line in SMALL.splitlines() if not line.startswith(missing)]
    error = refusal(write("\n".join(lines)))
    assert f"`{missing}` is missing" in str(error)
    assert error.fix


def test_a_missing_kind_and_a_missing_file_are_named(write: Write) -> None:
    assert "files, grammar" in str(refusal(write("data: {source: de}\ntraining: {max_steps: 3}\n")))
    text = "data: {kind: files, source: de, target: en, train: {source: a.de}}\ntraining: {max_steps: 3}\n"
    assert "`data.train.target` is missing" in str(refusal(write(text)))


def test_a_misspelt_key_of_a_pair_of_files_is_refused(write: Write) -> None:
    text = "data: {kind: files, source: de, target: en, train: {pair: a}}\ntraining: {max_steps: 3}\n"
    assert "data.train.pairs?" in str(refusal(write(text)))


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(write: Write) -> None:
    text = "seed: x\ndata: {kind: grammar}\ntraining: {max_steps: 0}\nmodel: {dropot: 1}\ndecoding: {beam: 0}\n"
    path = write(text)
    told = str(refusal(path))
    places = [told.index(f"{path}:{line}: ") for line in (1, 3, 4, 5)]
    assert places == sorted(places)
    assert "4 mistakes" in told


@pytest.mark.parametrize(
    ("content", "line", "word"),
    [
        (b"", None, "empty"),
        (b"# only words\n", None, "empty"),
        (b"- 1\n", 1, "mapping"),
        (b"words\n", 1, "mapping"),
        (b"seed: 1\nname: \xff\n", 2, "UTF-8"),
        (b"\xff\xfes\x00", 1, "UTF-8"),
        (b"seed: 1\nmodel:\n\tdropout: 0\n", 3, "tab"),
        (b"seed: 1\nseed: 2\n", 2, "twice"),
        (b"#" * 1_000_001, None, "too long"),
    ],
)
def test_a_file_that_is_no_recipe_is_refused(tmp_path: Path, content: bytes, line: int | None, word: str) -> None:
    path = tmp_path / "my.yaml"
    path.write_bytes(content)
    error = refusal(path)
    assert (error.path, error.line) == (path, line)
    assert word in str(error)


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load_recipe(path).training.max_steps == 1000


# Names


def test_an_unknown_name_gets_the_nearest_shipped_one() -> None:
    assert refusal("translate/buildin").nearest == "translate/builtin"
    assert refusal("multi30k").nearest == "translate/multi30k"


def test_a_missing_file_gets_the_nearest_beside_it(write: Write) -> None:
    path = write(SMALL, "german.yaml")
    assert refusal(path.with_name("germn.yaml")).nearest == str(path)


def test_a_folder_is_refused_and_a_runs_recipe_is_pointed_at(write: Write) -> None:
    path = write(SMALL, "run/recipe.yaml")
    assert str(path) in str(refusal(path.parent).fix)
    assert "folder" in str(refusal(path.parent.parent))


@pytest.mark.parametrize("name", ["", "\0", "x" * 5000, "/nowhere/at/all.yaml", "~nobody-here/x"])
def test_an_impossible_name_is_refused(name: str) -> None:
    refusal(name)


# Extending


def test_a_recipe_that_extends_changes_single_fields(write: Write) -> None:
    write(SMALL + "model: {dropout: 0.1, encoder: {hidden: 32}}\n", "base.yaml")
    recipe = load_recipe(write("extends: base.yaml\nmodel: {encoder: {layers: 2}}\n"))
    assert (recipe.model.dropout, recipe.model.encoder.hidden, recipe.model.encoder.layers) == (0.1, 32, 2)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("task: {kind: image_classification}\nmodel: {kind: resnet}", "residual"),
        ("task: {kind: sentence_classification}\nmodel: {kind: lstm}", "recurrent"),
        ("tokenizer: {kind: bpe}", "sentencepiece"),
        ("model: {attention: {kind: bahdanau}}", "additive"),
    ],
)
def test_what_others_call_a_kind_leads_to_its_name(text: str, wanted: str, write: Write) -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe(write(f"{text}\ntraining: {{max_steps: 9}}\n"))
    assert f"did you mean: {wanted}?" in str(caught.value)


def test_changing_a_kind_drops_inherited_fields_that_it_does_not_have(write: Write) -> None:
    write(SMALL + "model: {attention: {kind: additive, hidden: 32}}\n", "base.yaml")
    recipe = load_recipe(write("extends: base.yaml\nmodel: {attention: {kind: mean}}\n"))
    assert recipe.model.attention == Mean(kind="mean")
    error = refusal(write("extends: base.yaml\nmodel: {attention: {kind: mean, hidden: 3}}\n"))
    assert error.line == 2


def test_a_mistake_in_the_extended_recipe_is_placed_there(write: Write) -> None:
    base = write(SMALL + "seed: x\n", "base.yaml")
    error = refusal(write("extends: base.yaml\n"))
    assert (error.path, error.line) == (base, 3)


@pytest.mark.parametrize(
    ("extends", "word"),
    [
        ("missing.yaml", "no recipe has this name"),
        ("my.yaml", "cannot extend itself"),
        ("second.yaml", "over one file only"),
        ("[base.yaml, base.yaml]", "one recipe"),
        ("null", "one recipe"),
        (".", "folder"),
        ("base.yaml\nextends: base.yaml", "twice"),
    ],
)
def test_extends_takes_one_recipe_that_extends_none(write: Write, extends: str, word: str) -> None:
    write(SMALL, "base.yaml")
    write("extends: my.yaml\n", "second.yaml")
    assert word in str(refusal(write(f"seed: 2\nextends: {extends}\n")))


def test_a_name_that_is_not_there_is_told_with_the_nearest_and_where_all_are_listed() -> None:
    error = refusal("memory/cpoy")
    assert (error.nearest, error.allowed) == ("memory/copy", "a file, or a name that softsearch recipes lists")


# Overrides


@pytest.mark.parametrize(
    ("name", "override", "told"),
    [
        ("memory/copy", "task=execution", "task=execution: `task`: a mapping of keys to values is needed"),
        ("memory/copy", "task=execution", "fix: write {kind: execution}"),
        ("programs/addition", "task=transductio", "fix: write {kind: transduction}"),
        ("memory/copy", "task=null", "task=null: `task`: a mapping of keys to values is needed"),
        ("memory/copy", "training.batch_size=65537", "less than or equal to 65536"),
        ("programs/addition", "training.batch_size=65537", "less than or equal to 65536"),
        ("memory/associative-recall", "data.items=[1,2]", "allowed: from 2 on"),
    ],
)
def test_a_mistake_in_an_override_of_what_is_drawn_is_told(name: str, override: str, told: str) -> None:
    assert told in str(refusal(name, override))


@pytest.mark.parametrize(
    ("name", "override"), [("memory/copy", "model.controller=linear"), ("memory/sum", "model.cell=linaer")]
)
def test_a_mistake_that_each_member_of_a_union_finds_is_told_once(name: str, override: str) -> None:
    assert str(refusal(name, override)).count("none of the words") == 1


def test_compiling_what_has_no_memory_is_warned_of() -> None:
    with pytest.warns(match="training.compiled has no effect with model.kind recurrent"):
        load_recipe("memory/sum", ["training.compiled=true"])


def test_an_override_changes_a_field_and_the_last_one_wins(write: Write) -> None:
    overrides = ["seed=3", "training.optimizer.learning_rate=5e-4", "seed=4", "training.budget=1 h"]
    recipe = load_recipe(write(SMALL), overrides)
    assert (recipe.seed, recipe.training.optimizer.learning_rate, str(recipe.training.budget)) == (4, 5e-4, "1 hour")


def test_an_override_can_take_a_limit_away_and_give_another(write: Write) -> None:
    training = load_recipe(write(SMALL), ["training.max_steps=null", "training.max_epochs=2"]).training
    assert (training.max_steps, training.max_epochs) == (None, 2)


def test_an_overridden_kind_drops_what_the_file_said_of_the_other(write: Write) -> None:
    path = write(SMALL + "model: {attention: {kind: additive, hidden: 32}}\n")
    assert load_recipe(path, ["model.attention.kind=none"]).model.attention == NoAttention(kind="none")
    assert load_recipe(path, ["model.attention={kind: none}"]).model.attention == NoAttention(kind="none")


def test_what_another_kind_cannot_use_is_named_when_it_is_dropped(write: Write) -> None:
    path = write(SMALL + "model: {decoder: {hidden: 32}, attention: {kind: additive, hidden: 32}}\n")
    with pytest.warns(UserWarning, match=r"model\.kind=one_per_word: .* encoder_decoder is left out: decoder, att"):
        load_recipe(path, ["model.kind=one_per_word"])


@pytest.mark.parametrize("kind_first", [True, False])
def test_an_overridden_kind_does_not_drop_what_another_override_said(write: Write, kind_first: bool) -> None:
    path = write(SMALL + "model: {attention: {kind: additive, hidden: 32}}\n")
    overrides = ["model.attention.kind=none", "model.attention.hidden=3"]
    error = refusal(path, *(overrides if kind_first else reversed(overrides)))
    assert "model.attention.hidden=3: " in str(error)


def test_an_override_reaches_into_a_default(write: Write) -> None:
    model = load_recipe(write(SMALL), ["model.attention.hidden=64"]).model
    assert model.attention == Additive(kind="additive", hidden=64)


def test_an_override_exchanges_two_files_for_one_table(write: Write) -> None:
    data = load_recipe(write(FILES), ["data.train.pairs=/x.tsv"]).data
    assert isinstance(data, Files)
    assert data.train == Table(pairs="/x.tsv")


def test_an_override_exchanges_files_for_the_grammar(write: Write) -> None:
    assert load_recipe(write(FILES), ["data.kind=grammar"]).data == Grammar(kind="grammar")


@pytest.mark.parametrize(
    ("override", "word"),
    [
        ("seed", "FIELD=VALUE"),
        ("=3", "FIELD=VALUE"),
        ("training..max_steps=3", "FIELD=VALUE"),
        ("trainng.max_steps=3", "did you mean: training?"),
        ("training.max_stps=3", "did you mean: training.max_steps?"),
        ("budget=3 h", "belongs under `training`"),
        ("seed.x=3", "`seed`: not a value"),
        ("seed=[1", "not closed"),
        ("seed=", "this is null"),
        ("model.attention.kind=addtive", "did you mean: additive?"),
        ("learning_rat=3", "did you mean: training.optimizer.learning_rate?"),
    ],
)
def test_a_wrong_override_is_refused_by_its_text(write: Write, override: str, word: str) -> None:
    told = str(refusal(write(SMALL), override))
    assert f"{override}: " in told
    assert word in told


def test_a_key_that_is_like_none_is_not_taken_for_one_of_another_part(write: Write) -> None:
    assert "did you mean" not in str(refusal(write(SMALL), "data.beds=1"))


def test_data_of_another_task_say_which_task_is_missing(write: Write) -> None:
    told = str(refusal(write("data: {kind: text, train: a.txt, valid: b.txt}\ntraining: {max_steps: 3}\n")))
    assert "my.yaml:1" in told
    assert "fix: add `task: {kind: language_model}`" in told


# The data's folder


def test_file_names_are_relative_to_the_recipe_that_names_them(write: Write) -> None:
    base = write(FILES, "there/base.yaml")
    data = load_recipe(write("extends: ../there/base.yaml\nseed: 3\n", "here/my.yaml")).data
    assert isinstance(data, Files)
    assert Path(data.folder or "").resolve() == base.parent.resolve()
    assert data.train == TwoFiles(source="a.de", target="a.en")


def test_a_relative_folder_becomes_absolute(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(FILES.replace("kind: files", "kind: files, folder: corpus"))
    monkeypatch.chdir(path.parent)
    data = load_recipe(path.name).data
    assert isinstance(data, Files)
    assert data.folder == str(path.parent / "corpus")


TEXTS = """\
task: {kind: language_model}
data: {kind: text, train: '${MY_CORPORA}/train.txt', valid: ~/valid.txt, test: test.txt}
training: {max_steps: 9}
"""


def test_a_recipe_that_changes_a_field_of_the_task_changes_other_parts_of_that_task_too(write: Write) -> None:
    write(TEXTS.replace("${MY_CORPORA}/", "") + "model: {kind: recurrent, layers: 2}\n")
    own = write("extends: my.yaml\ntask: {window: 9}\nmodel: {kind: transformer}\n", name="own.yaml")
    recipe = load_recipe(own)
    assert (recipe.task.kind, recipe.task.window) == ("language_model", 9)
    assert (recipe.model.kind, recipe.model.layers) == ("transformer", 2)


def test_the_names_of_text_files_are_expanded(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_CORPORA", "/corpora")
    monkeypatch.setenv("HOME", "/home/me")
    path = write(TEXTS)
    data = load_recipe(path).data
    assert (data.folder, data.train, data.valid, data.test) == (
        str(path.parent), "/corpora/train.txt", "/home/me/valid.txt", "test.txt"
    )  # fmt: skip


@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_a_name_in_an_override_is_relative_to_where_the_command_runs_and_the_others_stay(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, split: str
) -> None:
    path = write(TEXTS.replace("${MY_CORPORA}/", "").replace("~/", ""))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    data = load_recipe(path, [f"data.{split}=mine.txt"]).data
    places = {name: Path(data.folder) / getattr(data, name) for name in ("train", "valid", "test")}
    wanted = {name: path.parent / f"{name}.txt" for name in places} | {split: tmp_path / "work" / "mine.txt"}
    assert places == wanted


def test_a_recipe_made_in_python_is_anchored_to_the_current_folder(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(TEXTS.replace("${MY_CORPORA}/", "").replace("~/", ""))
    monkeypatch.chdir(path.parent)
    loaded = load_recipe(path)
    made = type(loaded).model_validate({**loaded.model_dump(), "data": {**loaded.data.model_dump(), "folder": None}})
    assert anchored(made) == anchored(loaded) == loaded
    assert anchored(loaded).path == path


def test_an_overridden_folder_is_relative_to_where_the_command_runs(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(FILES, "deep/my.yaml")
    monkeypatch.chdir(tmp_path)
    data = load_recipe(path, ["data.folder=corpus"]).data
    assert isinstance(data, Files)
    assert data.folder == str(tmp_path / "corpus")


def test_home_and_variables_are_expanded(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_CORPORA", "/corpora")
    monkeypatch.setenv("HOME", "/home/me")
    text = FILES.replace("kind: files", "kind: files, folder: '${MY_CORPORA}/x'").replace("a.de", "~/a.de")
    data = load_recipe(write(text)).data
    assert isinstance(data, Files)
    assert (data.folder, data.train) == ("/corpora/x", TwoFiles(source="/home/me/a.de", target="a.en"))


def test_a_variable_that_is_not_set_is_named_with_its_line(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_CORPORA", raising=False)
    path = write(FILES.replace("kind: files", "kind: files, folder: '${MY_CORPORA}'"))
    error = refusal(path)
    assert (error.path, error.line) == (path, 1)
    assert "MY_CORPORA is not set" in str(error)
    assert isinstance(load_recipe(path, ["data.folder=/x"]).data, Files)


# Options without effect


@pytest.mark.parametrize(
    ("overrides", "word"),
    [
        (["decoding.beam=1", "decoding.length_penalty=0.6"], "length_penalty has no effect"),
        (["training.max_steps=100"], r"it never reaches .* set a smaller training\.schedule\.warmup_steps"),
        (
            ["training.schedule={kind: one_cycle}", "training.optimizer={kind: sgd, momentum: 0.5}"],
            r"optimizer\.momentum",
        ),
        (["training.schedule={kind: one_cycle}", "training.optimizer={kind: adamw, betas: [0.8, 0.9]}"], r"betas\[0\]"),
        (
            ["training.schedule={kind: one_cycle}", "training.optimizer={kind: rmsprop, momentum: 0.5}"],
            r"optimizer\.momentum has no effect",
        ),
        (
            ["training.schedule={kind: one_cycle, momentum: [0.5, 0.6]}", "training.optimizer={kind: rmsprop}"],
            r"schedule\.momentum has no effect",
        ),
        (
            ["training.schedule={kind: one_cycle, momentum: [0.5, 0.6]}", "training.optimizer={kind: sgd}"],
            r"schedule\.momentum has no effect",
        ),
    ],
)
def test_an_option_without_effect_warns(write: Write, overrides: list[str], word: str) -> None:
    with pytest.warns(UserWarning, match=word):
        load_recipe(write(SMALL), overrides)


def test_one_cycle_with_the_usual_momentum_warns_of_nothing(write: Write, recwarn: pytest.WarningsRecorder) -> None:
    for optimizer in ("{kind: sgd, momentum: 0.9}", "{kind: sgd}", "{kind: adamw, betas: [0.9, 0.99]}"):
        load_recipe(write(SMALL), ["training.schedule={kind: one_cycle}", f"training.optimizer={optimizer}"])
    schedule = "training.schedule={kind: one_cycle, momentum: [0.5, 0.6]}"
    load_recipe(write(SMALL), [schedule, "training.optimizer={kind: rmsprop, momentum: 0.9}"])
    assert not recwarn.list


def test_the_momentum_of_one_cycle_rises_from_its_least(write: Write) -> None:
    with pytest.raises(RecipeError, match="the greatest comes before the least"):
        load_recipe(write(SMALL), ["training.schedule={kind: one_cycle, momentum: [0.95, 0.85]}"])


def test_the_mean_of_weights_goes_with_no_batch_norm(write: Write) -> None:
    text = "task: {kind: image_classification}\ntraining: {max_steps: 9, optimizer: {kind: averaged_sgd}}\n"
    with pytest.raises(RecipeError, match="statistics that batch norm keeps"):
        load_recipe(write(text))
    load_recipe(write(text), ["model={kind: lenet}"])


def test_a_number_is_needed_for_each_colour(write: Write) -> None:
    text = "task: {kind: image_classification, mean: [0.5]}\ntraining: {max_steps: 9}\n"
    with pytest.raises(RecipeError, match=r"task\.mean needs a number for each colour"):
        load_recipe(write(text))


# Back to text


@pytest.mark.parametrize("text", [SMALL, FILES, TABLES])
def test_a_dumped_recipe_reads_back_equal_from_anywhere(write: Write, text: str) -> None:
    recipe = load_recipe(write(text), ["training.budget=100 seconds", "training.optimizer.learning_rate=1e-7"])
    dumped = load_recipe(write(dump_recipe(recipe), "elsewhere/recipe.yaml"))
    assert dumped == recipe


def test_a_dumped_recipe_holds_every_field(write: Write) -> None:
    recipe = load_recipe(write(SMALL))
    written = YAML(typ="safe").load(dump_recipe(recipe))
    assert written == recipe.model_dump(mode="json")
    assert set(written) == set(Recipe.model_fields)


names = st.text(st.characters(exclude_characters="$~/\0", exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=9)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names, names)
def test_any_file_name_survives_being_dumped(write: Write, language: str, name: str) -> None:
    data = {"kind": "files", "source": language, "target": "no", "train": {"pairs": name}, "folder": "/x"}
    recipe = Recipe.model_validate({"data": data, "training": {"max_epochs": 1}})
    assert load_recipe(write(dump_recipe(recipe))) == recipe


# Nothing but RecipeError


KEYS = sorted({key for path in paths(Recipe) for key in path.split(".")} | {"extends", "x"})
WORDS = ["files", "grammar", "words", "none", "mean", "linear", "1 epoch", "3 minutes", "de", "my.yaml"]
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(WORDS),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)
SECTIONS = dict.fromkeys([*Recipe.model_fields, "extends"], values)
yaml_like = st.text("ab:-[]{}'\"#&*!|>%@`,?\n\t 01.<~$", max_size=60)


def accept_or_refuse(path: Path, *overrides: str) -> None:
    with warnings.catch_warnings(), contextlib.suppress(RecipeError):
        warnings.simplefilter("ignore")
        assert isinstance(load_recipe(path, overrides), Recipe)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({}, optional=SECTIONS))
def test_no_mapping_raises_anything_but_a_recipe_error(tmp_path: Path, document: dict[str, object]) -> None:
    path = tmp_path / "my.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(document, file)
    accept_or_refuse(path)


override_texts = st.builds(
    "{}={}".format,
    st.sampled_from(sorted(paths(Recipe))),
    st.sampled_from([*WORDS, "", "3", "0.5", "[1]", "{kind: none}", "{pairs: x}", "{x: 1}", "true"])
    | st.text(max_size=6),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([SMALL, FILES, TABLES]), st.lists(override_texts, max_size=6))
@example(TABLES, ["data.test={kind: none}"])  # where the forms have no kind
def test_no_override_raises_anything_but_a_recipe_error(write: Write, text: str, overrides: list[str]) -> None:
    accept_or_refuse(write(text), *overrides)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | yaml_like.map(str.encode), st.text(max_size=20))
def test_no_text_raises_anything_but_a_recipe_error(tmp_path: Path, content: bytes, override: str) -> None:
    path = tmp_path / "my.yaml"
    path.write_bytes(content)
    accept_or_refuse(path, override)
    accept_or_refuse(path, f"model.attention={override}")


def test_reading_recipes_needs_no_torch() -> None:
    code = "import sys, softsearch.recipes; assert not {'torch', 'numpy'} & set(sys.modules), 'imported'"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})

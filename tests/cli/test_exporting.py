"""`softsearch export`, around what it calls."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from softsearch.export import Exported
from softsearch.export.agreement import Agreement

AGREEMENT = Agreement(tokens=612, largest_difference=2.4e-06, mean_difference=4.5e-07, texts=50, equal=49)


@pytest.fixture
def asked(monkeypatch):
    """Keep what an export was asked for, and return one that went well."""
    calls = []

    def export(run, **options):
        calls.append((run, options))
        return Exported(Path("runs/de-en-onnx"), 48_200_000, AGREEMENT, ["decoding.replace_unknown: not written"])

    monkeypatch.setattr("softsearch.export.export", export)
    return calls


def test_it_says_where_how_large_and_how_far_from_the_run(command, asked):
    ended = command("export", "runs/de-en", "--to", "onnx")
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "runs/de-en-onnx: 48.2 MB, float32",
        "log-probabilities of 612 given tokens differ by 2.4e-06 nats at most, 4.5e-07 on average",
        "49 of 50 texts written are the same",
    ]
    assert "left out: decoding.replace_unknown" in ended.err
    assert "next: python -m softsearch.portable runs/de-en-onnx" in ended.err
    assert asked == [(Path("runs/de-en"), {"to": "onnx", "quantization": "float32", "out": None})]


def test_every_option_is_passed_on_and_json_is_one_value(command, asked):
    words = ["--to", "ctranslate2", "--quantization", "int8", "--out", "there", "--json"]
    found = json.loads(command("export", "runs/de-en", *words).out)
    assert asked[0][1] == {"to": "ctranslate2", "quantization": "int8", "out": Path("there")}
    assert found["agreement"] == AGREEMENT._asdict()
    assert {name: found[name] for name in ("folder", "target", "quantization", "bytes")} == {
        "folder": "runs/de-en-onnx",
        "target": "ctranslate2",
        "quantization": "int8",
        "bytes": 48_200_000,
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run"], "Missing option '--to'"),
        (["run", "--to", "tensorrt"], "value: 'tensorrt'\n  allowed: ctranslate2, onnx\n"),
        (["run", "--to", "onnx", "--quantization", "int4"], "allowed: float32, int8\n"),
        (["one", "two", "--to", "onnx"], "2 runs are given: an exported folder holds one network, no ensemble"),
        (["no-such-run", "--to", "onnx"], "no-such-run: there is no such run folder"),
    ],
)
def test_a_mistake_is_exit_code_2_and_says_what_is_wrong(words, told, command):
    ended = command("export", *words)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err

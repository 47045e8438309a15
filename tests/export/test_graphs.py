"""Recorded networks, computed by ONNX Runtime, against the networks themselves."""

from __future__ import annotations

import json

import numpy as np
import pytest

from softsearch import portable
from softsearch.decoding.settings import Generation
from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.nn.cells import CellKind
from softsearch.recipes import schema
from softsearch.tasks.reading import log_probs
from softsearch.tasks.writer import Writer
from tests.export.networks import RECURRENT, SEARCH, SOURCES, TARGETS, make_recurrent, make_transformer, make_translator
from tests.models.test_every_network import EVERY

pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")
from softsearch.export.writing import write


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    tr = make_recurrent(attention={"kind": "additive", "hidden": 7, "coverage": True})
    f = tmp_path_factory.mktemp("o")
    write(tr, f, to="onnx", quantization="float32")
    return tr, portable.load(f, threads=1)


def test_x(recorded):
    tr, o = recorded
    for a, b in zip(tr.score(SOURCES, TARGETS), o.score(SOURCES, TARGETS), strict=True):
        assert abs(a.log_prob - sum(b)) < 1e-5
    assert [t.text for t in tr.translate(SOURCES)] == o.translate(SOURCES)

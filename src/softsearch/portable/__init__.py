"""Predicting from a folder that ``softsearch export`` wrote, without torch.

>>> from softsearch import portable
>>> translator = portable.load("runs/de-en-onnx")  # doctest: +SKIP
>>> translator.translate(["Guten Morgen"])  # doctest: +SKIP

Needed are NumPy, sentencepiece, and ONNX Runtime or CTranslate2; nothing that is imported here may need more.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from softsearch.data.tokenizers import load_tokenizer
from softsearch.decoding.settings import Generation
from softsearch.portable.ctranslate import CTranslate2
from softsearch.portable.manifest import Manifest
from softsearch.portable.network import START, STEP, TOKENIZER, Graph
from softsearch.portable.translator import OnnxEngine, Translator
from softsearch.portable.writer import Writer

__all__ = ["Translator", "Writer", "load"]


def load(folder: Path | str, *, threads: int = 0) -> Translator | Writer:
    """Return the translator or the language model of an exported folder.

    Parameters
    ----------
    threads
        Of a computation; 0 for what the runtime thinks best.

    Raises
    ------
    RunError
        Not an exported folder, damaged, altered, or written by a newer softsearch.
    SoftsearchError
        What computes it is not installed.
    """
    folder = Path(folder)
    manifest, tokenizer = Manifest.read(folder), load_tokenizer(folder / TOKENIZER)
    if isinstance(manifest.decoding, Generation):
        with np.load(folder / START) as arrays:
            start = dict(arrays)
        return Writer(
            Graph(folder / STEP, threads=threads),
            start,
            tokenizer,
            generation=manifest.decoding,
            context=manifest.context,
            by_line=manifest.by_line,
        )
    engine = CTranslate2 if manifest.target == "ctranslate2" else OnnxEngine
    assert manifest.max_tokens is not None
    return Translator(
        engine(folder, threads=threads), tokenizer, search=manifest.decoding, max_tokens=manifest.max_tokens
    )

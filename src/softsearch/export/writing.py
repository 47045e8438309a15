"""What an exported folder holds: the network for its runtime, the tokenizer, and the manifest."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import cast

from softsearch import __version__
from softsearch.models.sequence_model import SequenceModel
from softsearch.models.transformer import Transformer
from softsearch.portable.manifest import Manifest, Quantization, Target
from softsearch.portable.network import TOKENIZER
from softsearch.tasks.translator import Translator
from softsearch.tasks.writer import Writer

_MIN_PLACES = 1024


def write(loaded: Translator | Writer, folder: Path, *, to: Target, quantization: Quantization) -> None:
    """Write a translator or a language model, which `to` can express, into an empty folder."""
    (folder / TOKENIZER).write_bytes(loaded.tokenizer.to_bytes())
    if isinstance(loaded, Translator):
        manifest = _translator(loaded, folder, to, quantization)
    else:
        manifest = _language_model(loaded, folder, quantization)
    manifest.write(folder)


def _translator(translator: Translator, folder: Path, to: Target, quantization: Quantization) -> Manifest:
    """Write a translator's network, and return the manifest."""
    # What replaces an unknown word is found by torch's side: without it, only words that are known are written.
    search = dataclasses.replace(translator.search, replace_unknown=False)
    if to == "ctranslate2":
        from softsearch.export.ctranslate import export_transformer

        longest = max(translator.max_tokens, search.limit(translator.max_tokens, 0))
        places = max(_MIN_PLACES, longest + 2)
        model = cast("Transformer", translator.model)
        export_transformer(model, translator.tokenizer, folder, quantization=quantization, places=places)
    else:
        from softsearch.export.graphs import export_translator

        export_translator(cast("SequenceModel", translator.model), folder, with_weights=bool(search.coverage_penalty))
        _quantise(folder, quantization)
    return Manifest(
        kind="translation",
        target=to,
        quantization=quantization,
        softsearch=__version__,
        decoding=search,
        max_tokens=translator.max_tokens,
    )


def _language_model(writer: Writer, folder: Path, quantization: Quantization) -> Manifest:
    """Write a language model's network, and return the manifest."""
    from softsearch.export.graphs import export_language_model

    export_language_model(writer.model, folder)
    _quantise(folder, quantization)
    return Manifest(
        kind="language_model",
        target="onnx",
        quantization=quantization,
        softsearch=__version__,
        decoding=writer.generation,
        context=writer.model.context,
        by_line=writer.by_line,
    )


def _quantise(folder: Path, quantization: Quantization) -> None:
    if quantization == "int8":
        from softsearch.export.quantising import quantise

        for graph in folder.glob("*.onnx"):
            quantise(graph)

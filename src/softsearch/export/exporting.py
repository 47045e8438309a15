"""From a run to a folder that predicts without torch, after a check that the two agree."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from softsearch import portable
from softsearch.build.scored import pairs_to_score
from softsearch.data.running import RunningText
from softsearch.errors import RunError, SoftsearchError
from softsearch.export.agreement import TOLERANCE, Agreement, translators_agree, writers_agree
from softsearch.export.writing import write
from softsearch.files import folder_written_atomically
from softsearch.models.language_model import LanguageModel
from softsearch.models.ngram import NGramLanguageModel
from softsearch.models.transformer import Transformer
from softsearch.portable.manifest import Quantization, Target
from softsearch.runs import called, load
from softsearch.runs.folders import real
from softsearch.tasks.translator import Translator
from softsearch.tasks.writer import Writer
from softsearch.training.folder import RunFolder, refuse_taken

_PACKAGES = {"ctranslate2": ["ctranslate2"], "onnx": ["onnx", "onnxscript", "onnxruntime"]}


class Exported(NamedTuple):
    """What was written: where, how large it is, how far it agrees with the run, and what it leaves out."""

    folder: Path
    bytes: int
    agreement: Agreement
    left_out: list[str]


def export(
    run: Path | str, *, to: Target, quantization: Quantization = "float32", out: Path | str | None = None
) -> Exported:
    """Write the best weights of a run for another runtime, with all that is needed to use them.

    Parameters
    ----------
    to
        "onnx", or "ctranslate2" for a Transformer that translates.
    quantization
        Of the weights: "float32", which must do what the run does, or "int8", smaller and faster, and a little worse.
    out
        A folder that is empty or not there yet; by default beside the run, its name with the target behind it.

    Raises
    ------
    RunError
        The run cannot be read, or the target cannot express its model; the folder is taken; what was exported does not
        do what the run does.
    SoftsearchError
        A package that is needed is not installed.
    """
    run = Path(run)
    folder = _beside(run, to, quantization) if out is None else real(Path(out))
    refuse_taken(folder, fix="choose another folder with --out, or delete that one")
    loaded = load(run)
    if not isinstance(loaded, Translator | Writer):
        allowed = "runs of translators and of language models"
        raise RunError(f"{called(run)} cannot be exported yet", path=run, allowed=allowed, fix="use the run itself")
    _refuse_inexpressible(loaded.model, run, to)
    _require(to)
    with folder_written_atomically(folder) as temporary:
        write(loaded, temporary, to=to, quantization=quantization)
        agreement = _agreement(loaded, portable.load(temporary), RunFolder.open(run))
        if quantization == "float32" and not agreement.largest_difference <= TOLERANCE:
            raise _differs(run, agreement)
        size = sum(file.stat().st_size for file in temporary.iterdir())
    return Exported(folder, size, agreement, list(_left_out(loaded)))


def _beside(run: Path, to: Target, quantization: Quantization) -> Path:
    path = real(run)
    return path.with_name("-".join([path.name, to, *([] if quantization == "float32" else [quantization])]))


def _refuse_inexpressible(model: Any, run: Path, to: Target) -> None:
    if isinstance(model, NGramLanguageModel):
        fix = f"use the run itself: softsearch predict {run}"
        raise RunError("counted n-grams are tables, no network that could be exported", path=run, fix=fix)
    if to == "ctranslate2" and not isinstance(model, Transformer):
        kind = "language model" if isinstance(model, LanguageModel) else "recurrent translator"
        raise RunError(
            f"CTranslate2 is for Transformers that translate, and this is a {kind}",
            path=run,
            value=to,
            allowed="onnx",
            fix=f"softsearch export {run} --to onnx",
        )


def _require(to: Target) -> None:
    for name in _PACKAGES[to]:
        try:
            importlib.import_module(name)
        except ImportError as error:
            problem = f"exporting to {to} needs a package that cannot be imported: {error}"
            raise SoftsearchError(problem, fix='pip install "softsearch[export]"') from error


def _agreement(
    loaded: Translator | Writer, exported: portable.Translator | portable.Writer, folder: RunFolder
) -> Agreement:
    if isinstance(loaded, Translator):
        assert isinstance(exported, portable.Translator)
        languages = folder.about.get("languages") or {}
        names = languages.get("source", "source"), languages.get("target", "target")
        return translators_agree(loaded, exported, pairs_to_score("valid", folder.data, languages=names).pairs)
    assert isinstance(exported, portable.Writer)
    return writers_agree(loaded, exported, RunningText(folder.data / "valid"))


def _differs(run: Path, agreement: Agreement) -> RunError:
    found = agreement.largest_difference
    return RunError(
        f"what was exported is not what the run computes: log-probabilities of {agreement.tokens} tokens of the"
        f" validation data differ by up to {found:.3g} nats, and nothing was kept",
        path=run,
        value=found,
        allowed=f"up to {TOLERANCE:g}",
        fix="export to another target, and report this together with the run's recipe.yaml",
    )


def _left_out(loaded: Translator | Writer) -> Iterator[str]:
    if isinstance(loaded, Translator) and loaded.search.replace_unknown:
        yield "decoding.replace_unknown: words that the model does not know are not written at all"

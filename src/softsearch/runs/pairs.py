"""From the runs of translators to their scores on pairs of sentences, and to what sets them apart."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from softsearch.build.scored import OWN, ToScore, digest, num_trained_on, pairs_to_score
from softsearch.data.pairs.alignments import GoldFormat
from softsearch.data.pairs.pair import Pair
from softsearch.errors import RunError
from softsearch.metrics.score import Statistics
from softsearch.models.sequence_model import SequenceModel
from softsearch.runs.loading import kind_of, load
from softsearch.runs.parts import keep_evaluation
from softsearch.runs.translation_scoring import Outputs, differences, outputs_of, scores, statistics
from softsearch.tasks.translation import HeldOutPairs
from softsearch.tasks.translator import Translator
from softsearch.times import now
from softsearch.training.folder import RunFolder


class Evaluated(NamedTuple):
    """What a model wrote, what its scores are computed from, and the evaluation as it is kept."""

    outputs: Outputs
    statistics: dict[str, Statistics]
    evaluation: dict[str, Any]


def evaluate_pairs(
    folder: RunFolder,
    *,
    on: str | Path | None = None,
    gold: str | Path | None = None,
    gold_format: GoldFormat | None = None,
    beam: int | None = None,
    with_ter: bool = False,
    members: Sequence[Path | str] = (),
    model: SequenceModel | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Score the best weights of a run on pairs, and keep the result.

    The parameters and errors are those of :func:`~softsearch.runs.evaluate`.
    """
    data = _pairs(folder, on, gold, gold_format)
    translator = load([folder.path, *members] if members else folder.path, model=model)
    others = [Path(member).resolve().name for member in members]
    scored = score(folder, translator, data, members=others, beam=beam, with_ter=with_ter, on_progress=on_progress)
    if gold is not None and "aer" not in scored.evaluation["metrics"]:
        warnings.warn(f"{gold}: has no effect: the model looks at no word in particular", stacklevel=3)
    return scored.evaluation


def score_validation(folder: RunFolder, translator: Translator, valid: HeldOutPairs) -> None:
    """Score the pairs that a run was validated on, and keep the result."""
    score(folder, translator, ToScore("valid", "valid", valid.pairs))


def compare(
    runs: Sequence[Path | str],
    *,
    on: str | Path | None = None,
    gold: str | Path | None = None,
    gold_format: GoldFormat | None = None,
    beam: int | None = None,
    with_ter: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Score several translators on the same pairs, and test how each differs from the first.

    Each run keeps its own evaluation, and the comparison under ``evaluations/comparisons/``. Where one of the runs
    ignores case, all are compared without regard to it. The parameters are those of
    :func:`~softsearch.runs.evaluate`.

    Raises
    ------
    RunError, DataError
        As in :func:`~softsearch.runs.evaluate`; a run is given twice; the runs have different pairs of their own, or do
        not translate.
    """
    folders = [RunFolder.open(Path(run)) for run in runs]
    for folder in folders:
        if kind_of(folder) != "translation":
            fix = f"evaluate one at a time: softsearch evaluate {folder.path}"
            raise RunError("only translators are compared by a test yet", path=folder.path, fix=fix)
    _refuse_itself(folders)
    named = [_pairs(folder, on, gold, gold_format) for folder in folders]
    data, pairs = named[0], named[0].pairs
    _require_same(folders, [own.pairs for own in named])
    scored = []
    for number, (run, folder) in enumerate(zip(runs, folders, strict=True)):
        count = _from(number * len(pairs), on_progress)
        scored.append(score(folder, load(run), data, beam=beam, with_ter=with_ter, on_progress=count))
    lowercase = any(map(_ignores_case, folders))
    found = [
        each.statistics
        if _ignores_case(folder) == lowercase
        else statistics(pairs, each.outputs, lowercase=lowercase, with_ter=with_ter)
        for folder, each in zip(folders, scored, strict=True)
    ]
    names = _names(runs)
    comparisons = [
        {"system": system, "baseline": names[0], "metric": metric, **difference.to_dict()}
        for system, own in zip(names[1:], found[1:], strict=True)
        for metric, difference in differences(own, found[0]).items()
    ]
    about = {"data": data.name, "date": now(), "num_sentences": len(pairs)}
    file = _file_of_comparison(folders, data, beam)
    for folder, each in zip(folders, scored, strict=True):
        kept = {**about, "steps": each.evaluation["steps"], "systems": names, "comparisons": comparisons}
        keep_evaluation(folder.path / "evaluations" / "comparisons" / file, kept)
    systems = [{"name": one, **each.evaluation} for one, each in zip(names, scored, strict=True)]
    return {**about, "systems": systems, "comparisons": comparisons}


def score(
    folder: RunFolder,
    translator: Translator,
    data: ToScore,
    *,
    members: Sequence[str] = (),
    beam: int | None = None,
    with_ter: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Evaluated:
    """Translate and score pairs, and keep the result in the run folder; `members` names those that write together."""
    about = {
        "data": data.name,
        "data_id": data.file,
        "steps": folder.in_use,  # before the search, which a training that goes on does not wait for
        "members": list(members),
        "overfit": folder.about.get("overfit"),
        "trained_on": _trained_on(folder, translator, data),
    }
    outputs = outputs_of(translator, data.pairs, beam=beam, on_progress=on_progress)
    lowercase = _ignores_case(folder)
    counts = statistics(data.pairs, outputs, lowercase=lowercase, with_ter=with_ter)
    found = scores(data.pairs, outputs, counts, tokenizer=translator.tokenizer, lowercase=lowercase)
    evaluation = {**about, "date": now(), **found}
    file = "-with-".join([data.file, *members])
    file += "" if outputs.search.beam == translator.search.beam else f"-beam{beam}"
    keep_evaluation(folder.path / "evaluations" / f"{file}.json", evaluation)
    return Evaluated(outputs, counts, evaluation)


def _trained_on(folder: RunFolder, translator: Translator, data: ToScore) -> int:
    """Return how many of the pairs of others the run was trained on, and warn of them."""
    if data.file in OWN:  # of which the preparation has warned
        return 0
    count = num_trained_on(data.pairs, folder.path / "data" / "train", translator.tokenizer)
    if count:
        warnings.warn(
            f"{count:,} of these {len(data.pairs):,} pairs are training pairs of {folder.path}: "
            "what it scores there says little of new sentences",
            stacklevel=4,
        )
    return count


def _ignores_case(folder: RunFolder) -> bool:
    return bool(folder.about["task"]["lowercase"])


def _pairs(
    folder: RunFolder, on: str | Path | None, gold: str | Path | None, gold_format: GoldFormat | None
) -> ToScore:
    if gold_format is not None and gold is None:
        warnings.warn("--gold-format has no effect without --gold", stacklevel=3)
    about = folder.about.get("languages") or {}
    languages = about.get("source", "source"), about.get("target", "target")
    data = folder.data if on in (None, *OWN) else folder.path
    return pairs_to_score(on, data, languages=languages, gold=gold, gold_format=gold_format)


def _refuse_itself(folders: Sequence[RunFolder]) -> None:
    places = [folder.path.resolve() for folder in folders]
    for number, folder in enumerate(folders):
        if places[number] in places[:number]:
            raise RunError("this run is given twice: it does not differ from itself", path=folder.path, fix="name two")


def _file_of_comparison(folders: Sequence[RunFolder], data: ToScore, beam: int | None) -> str:
    """Return a name that no comparison of other runs, or on other data, has."""
    runs = digest(*(folder.path.resolve() for folder in folders))
    return f"{data.file}{'' if beam is None else f'-beam{beam}'}-{runs}.json"


def _require_same(folders: Sequence[RunFolder], pairs: Sequence[list[Pair]]) -> None:
    texts = [[(pair.source, pair.target) for pair in own] for own in pairs]
    for folder, own in zip(folders, texts, strict=True):
        if own != texts[0]:
            raise RunError(
                f"its own pairs are not those of {folders[0].path}: scores on different pairs do not compare",
                path=folder.path,
                fix=f"name the pairs to score all runs on, for example --on {folders[0].data / 'test.tsv'}",
            )


def _names(runs: Sequence[Path | str]) -> list[str]:
    """Return the names of the folders, or where two are called alike, their paths."""
    names = [Path(run).resolve().name for run in runs]
    return names if len(set(names)) == len(names) else [str(run) for run in runs]


def _from(done: int, on_progress: Callable[[int], None] | None) -> Callable[[int], None] | None:
    return None if on_progress is None else lambda count: on_progress(done + count)

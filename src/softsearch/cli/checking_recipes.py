"""`softsearch check` of a recipe: what its data hold, as training reads them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from softsearch.cli.survey import Survey
    from softsearch.recipes.schema import (
        ExecutionRecipe,
        Files,
        LanguageRecipe,
        Recipe,
        TransducerRecipe,
        TranslationRecipe,
    )

_CLASSES = 12  # that are named


class Examined(NamedTuple):
    """What was found in a recipe's data: as JSON has it, and line by line."""

    data: dict[str, Any]
    lines: list[str]


def examine(name: str) -> tuple[dict[str, Any], list[str]]:
    """Return what is to be said of a recipe, a file or one that ships, as JSON has it and line by line."""
    from softsearch.recipes.reading import load_recipe

    recipe = load_recipe(name)
    found = _OF_KIND[recipe.kind](recipe)
    lines = [f"{recipe.path}: a valid recipe", *found.lines]
    return {"kind": "recipe", "path": str(recipe.path), "data": found.data}, lines


def _of_translation(recipe: TranslationRecipe) -> Examined:
    from softsearch.cli.survey import described
    from softsearch.recipes.schema import Files

    if not isinstance(recipe.data, Files):
        return Examined({}, ["its data are generated: there are no files to read"])
    data, lines = {}, []
    for split, survey in _splits(recipe.data, seed=recipe.seed):
        data[split] = survey.to_dict()
        lines += [f"{split}:", *(f"  {line}" for line in described(survey))]
    return Examined(data, lines)


def _of_text(recipe: LanguageRecipe) -> Examined:
    from softsearch.build.texts import materialise

    with tempfile.TemporaryDirectory() as temporary:
        prepared = materialise(recipe, Path(temporary), overfit=None, tokenizer=None)
    data = {"vocabulary": prepared.tokenizer.size, **prepared.report}
    return Examined(data, list(_sizes(data)))


def _of_classes(recipe: Recipe) -> Examined:
    data = _prepared(recipe)
    return Examined(data, list(_classes(data)))


def _of_captions(recipe: Recipe) -> Examined:
    data = _prepared(recipe)
    return Examined(data, list(_captions(data)))


def _of_episodes(recipe: TransducerRecipe) -> Examined:
    import numpy as np

    from softsearch.build.transduction import algorithm_of, largest_of, ranges_of

    algorithm, ranges, largest = algorithm_of(recipe.data), ranges_of(recipe.data), largest_of(recipe.data)
    shortest = algorithm.extent({name: least for name, (least, _) in ranges.items()}).steps
    episode = algorithm.draw(np.random.default_rng(recipe.seed), batch=1, sizes=largest)
    longest, counted = episode.mask.shape[1], int(episode.mask.sum())
    remarks = _remarks(recipe)
    data = {
        "drawn": True,
        "sizes": {name: list(each) for name, each in ranges.items()},
        "steps": [shortest, longest],
        "inputs": algorithm.inputs,
        "outputs": algorithm.outputs,
        "example": {**largest, "steps": longest, "counted": counted},
        "remarks": remarks,
    }
    sizes = ", ".join(f"{name} {least:,} to {most:,}" for name, (least, most) in ranges.items())
    one = ", ".join(f"{name} {size:,}" for name, size in largest.items())
    lines = [
        _DRAWN,
        f"episodes of {recipe.data.kind}: {sizes}; {shortest:,} to {longest:,} steps",
        f"at each step {algorithm.inputs} numbers are read and {algorithm.outputs} written",
        f"for example, {one}: {longest:,} steps, of which {counted:,} count",
        *remarks,
    ]
    return Examined(data, lines)


def _of_programs(recipe: ExecutionRecipe) -> Examined:
    from softsearch.build.execution import problem_of
    from softsearch.data.programs.batches import held_out_levels

    last = held_out_levels(problem_of(recipe), count=1, seed=recipe.seed, split="valid")[-1]
    exercise = last.exercises[0]
    example = {"program": exercise.drawn, "read": exercise.source, "answer": exercise.target}
    remarks = _remarks(recipe)
    data = {"drawn": True, **last.level._asdict(), "example": example, "remarks": remarks}
    level = f"length up to {last.level.length}"
    if recipe.data.kind == "programs":
        level += f", nesting up to {last.level.nesting}"
    read = [] if exercise.source == exercise.drawn else [f"  which the network reads as: {exercise.source!r}"]
    lines = [
        _DRAWN,
        f"exercises of {recipe.data.kind}: {level}",
        "for example:",
        *(f"  {line}" for line in exercise.drawn.split("\n")),
        *read,
        f"  answer: {exercise.target}",
        *remarks,
    ]
    return Examined(data, lines)


_DRAWN = "its data are drawn as they are needed: there are no files to read"
_OF_KIND: dict[str, Callable[[Any], Examined]] = {
    "translation": _of_translation,
    "language_model": _of_text,
    "image_classification": _of_classes,
    "sentence_classification": _of_classes,
    "image_captioning": _of_captions,
    "transduction": _of_episodes,
    "execution": _of_programs,
}


def _sizes(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"vocabulary: {found['vocabulary']:,} tokens"
    for split in ("train", "valid", "test"):
        if split in found:
            own = found[split]
            read = ", ".join(f"{own[what]:,} {what}" for what in ("tokens", "words", "bytes"))
            yield f"{split}: {own['kept']:,} lines, {read}; {100 * own['unknown'] / own['tokens']:.1f} % unknown"
    if "vectors" in found["train"]:
        yield f"vectors: {found['train']['vectors']['found']:,} of {found['vocabulary']:,} tokens have one"


def _prepared(recipe: Recipe) -> dict[str, Any]:
    """Return what each split of a recipe's data holds, as training reads it."""
    from softsearch.build.families import family_of

    with tempfile.TemporaryDirectory() as temporary:
        return dict(family_of(recipe).materialise(recipe, Path(temporary) / "data", overfit=None, base=None).report)


def _remarks(recipe: Recipe) -> list[str]:
    """Return what training would say first."""
    from softsearch.build.families import family_of

    return list(family_of(recipe).remarks(recipe, {}))


def _classes(found: Mapping[str, Any]) -> Iterator[str]:
    for split, own in found.items():
        most = sorted(own["classes"].items(), key=lambda each: -each[1])
        shown = ", ".join(f"{name} {count:,}" for name, count in most[:_CLASSES])
        more = f" and {len(most) - _CLASSES:,} more classes" if len(most) > _CLASSES else ""
        unknown = (
            f"; {100 * own['unknown'] / max(1, own['tokens']):.1f} % of the tokens unknown" if "tokens" in own else ""
        )
        yield f"{split}: {own['kept']:,} ({shown}{more}){unknown}"


def _captions(found: Mapping[str, Any]) -> Iterator[str]:
    from softsearch.build.captions import LACKING

    for split, own in found.items():
        yield f"{split}: {own['kept']:,} images with {own['captions']:,} captions"
        for name, told in LACKING.items():
            names = own["names"][name]
            yield from [f"  {own[name]:,} {told}:", *(f"    {each}" for each in names)] if names else []
            yield from ["    …"] if own[name] > len(names) else []


def _splits(data: Files, *, seed: int) -> Iterator[tuple[str, Survey]]:
    """Yield what each split holds, as training reads it: first the corpora to train on, then what is held out."""
    from softsearch.build import examination
    from softsearch.build.corpus import build_corpus
    from softsearch.cli.survey import Part, survey
    from softsearch.data.pairs.doctor.findings import worst_first
    from softsearch.data.pairs.pair import PairReport

    corpus = build_corpus(data, seed=seed)
    shared = examination.overlaps(data, corpus)
    for portion, names in zip(corpus.train, examination.train_names(data), strict=True):
        report = PairReport()
        pairs = examination.compared(portion.read(report), shared, name=names[0])
        yield f"train: {names[0]}" if len(corpus.train) > 1 else "train", survey([Part(pairs, report, names)])
    for split, held_out in examination.held_out(corpus).items():
        read = corpus.reports.get(split) or PairReport(read=len(held_out), kept=len(held_out))
        found = survey([Part(held_out, read, examination.held_out_names(data, split))])
        yield split, replace(found, findings=worst_first([*shared[split].findings(), *found.findings]))

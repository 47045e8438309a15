"""Evaluations and comparisons as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from softsearch.cli.console import say, table
from softsearch.inspection.files import (
    COLUMNS_OF_WORDS,
    FEW,
    SHARES,
    about_items,
    about_programs,
    columns_of_episodes,
    distinct_shown,
    rows_of_episodes,
    rows_of_words,
    scores_of_captions,
    scores_of_classes,
    scores_of_programs,
    scores_of_text,
    share_shown,
    title,
)


def name_of(evaluation: Mapping[str, Any]) -> str:
    """Return what an evaluation is called, with the width of its search."""
    if "kind" in evaluation:
        return title(evaluation)
    return f"{title(evaluation)} (beam {evaluation['decoding']['beam']})"


def scores_table(evaluation: Mapping[str, Any]) -> None:
    """Print the scores of one evaluation, with intervals and signatures, and what else is known of it."""
    if "kind" in evaluation:
        _TABLES[evaluation["kind"]](evaluation)
        return
    say(f"{evaluation['num_sentences']} sentences of {name_of(evaluation)}")
    if evaluation.get("overfit"):
        say(f"trained with --overfit: the {evaluation['overfit']} pairs trained on are its valid data too")
    rows = [[name, *_numbers(score, name), score["signature"]] for name, score in evaluation["metrics"].items()]
    table(["score", "value", "95 % interval", "signature"], rows)
    if evaluation["by_length"]:
        say("")
        table(["source words", "sentences", "bleu", "95 % interval"], [_length_row(b) for b in evaluation["by_length"]])
    if "unknown" in evaluation:
        _unknown_table(evaluation["unknown"], evaluation)
    if "attention" in evaluation:
        say("")
        _say_attention(evaluation["attention"])


def _text_table(evaluation: Mapping[str, Any]) -> None:
    words, num_bytes = f"{evaluation['num_words']:,} words", f"{evaluation['num_bytes']:,} bytes"
    say(f"{evaluation['num_tokens']:,} tokens ({words}, {num_bytes}) of {evaluation['data']}")
    if evaluation["num_unknown"]:
        say(f"{evaluation['num_unknown']:,} of them are unknown to the model, and all alike to it")
    if evaluation.get("overfit"):
        say(f"trained with --overfit: the {evaluation['overfit']:,} lines trained on are its valid text too")
    table(["score", "value"], [list(row) for row in scores_of_text(evaluation).items()])


def _class_table(evaluation: Mapping[str, Any]) -> None:
    say(about_items(evaluation))
    if evaluation.get("overfit"):
        trained_on = f"{evaluation['overfit']:,} {evaluation['kind']}"
        say(f"trained with --overfit: the {trained_on} trained on are its valid data too")
        if evaluation["metrics"]["error"]["value"] > 0:
            say("they are not all learnt by heart: train longer (training.max_steps), or look for what is wrong")
    rows = [[name.replace("_", " "), *score] for name, score in scores_of_classes(evaluation).items()]
    table(["score", "value", "95 % interval"], rows)


def _caption_table(evaluation: Mapping[str, Any]) -> None:
    say(about_items(evaluation))
    if evaluation.get("overfit"):
        say(f"trained with --overfit: the {evaluation['overfit']:,} images trained on are its valid data too")
    metrics = evaluation["metrics"]
    rows = [[name, *shown, metrics[name]["signature"]] for name, shown in scores_of_captions(evaluation).items()]
    table(["score", "value", "95 % interval", "blind", "signature"], rows)
    say("blind: the same captions, each held against the references of another image")
    say(distinct_shown(evaluation))
    if (pointing := evaluation["pointing"]) is not None:
        share, interval = share_shown(pointing)
        chance = f"{100 * pointing['chance']:.2f} %"
        say(f"attention on the thing that a word names: {share} ({interval}; if it were even: {chance})")
    if found := rows_of_words(evaluation):
        say("")
        table(COLUMNS_OF_WORDS, found)


def _episode_table(evaluation: Mapping[str, Any]) -> None:
    say(about_items(evaluation))
    if evaluation.get("overfit"):
        say(f"trained with --overfit: the {evaluation['overfit']:,} episodes trained on are its valid data too")
    table(list(columns_of_episodes(evaluation)), [list(row) for row in rows_of_episodes(evaluation)])
    say("in brackets: 95 % interval; blind: the same answers, each held against another episode of its size")


def _program_table(evaluation: Mapping[str, Any]) -> None:
    say(about_programs(evaluation))
    if evaluation.get("overfit"):
        say(f"trained with --overfit: the {evaluation['overfit']:,} programs trained on are its valid data too")
    table(["score", "value", "95 % interval"], [list(row) for row in scores_of_programs(evaluation)])
    say("")
    rows = [
        [
            *(str(level[name]) for name in ("nesting", "length")),
            *(f"{100 * level[name]:.1f} %" for name in ("accuracy", "exact")),
            f"{level['count']:,}",
        ]
        for level in evaluation["levels"]
    ]
    table(["nesting", "length", "characters right, teacher-forced", "answers right, free-running", "programs"], rows)


_TABLES = {
    "text": _text_table,
    "images": _class_table,
    "sentences": _class_table,
    "captions": _caption_table,
    "episodes": _episode_table,
    "programs": _program_table,
}


def comparison_table(comparison: Mapping[str, Any]) -> None:
    """Print how far each system lies from the first, and how likely that is between equals."""
    say(f"against {comparison['systems'][0]['name']}, on the same {comparison['num_sentences']} sentences:")
    rows = [
        [each["system"], each["metric"], _signed(each, "value"), f"{_signed(each, 'low')} to {_signed(each, 'high')}"]
        + [f"{each[name]:.4f}" for name in ("p_bootstrap", "p_randomisation")]
        for each in comparison["comparisons"]
    ]
    table(["system", "score", "difference", "95 % interval", "p (bootstrap)", "p (randomisation)"], rows)


def _unknown_table(unknown: Mapping[str, Any], evaluation: Mapping[str, Any]) -> None:
    known = f"{unknown['num_known']} of {evaluation['num_sentences']} pairs without unknown words"
    written = f"unknown words written in {unknown.get('num_written')} sentences"
    names = {"bleu_known": known, "bleu_unreplaced": f"{written}, as they are", "bleu_replaced": f"{written}, replaced"}
    rows = [[label, *_numbers(unknown[name], name)] for name, label in names.items() if unknown.get(name)]
    if rows:
        say("")
        table(["unknown words", "bleu", "95 % interval"], rows)


def _say_attention(attention: Mapping[str, Any]) -> None:
    spread = attention["effective_words"]
    say(f"a word attends to {spread['mean']:.2f} of {spread['of']:.1f} source words (median {spread['median']:.2f})")
    if "crossing" in attention:
        gold, predicted, recall = (
            f"{100 * attention['crossing'][name]:.1f} %" for name in ("gold", "predicted", "recall")
        )
        say(f"links that cross others: {gold} of the gold ones, {recall} of which are found; {predicted} of the found")
    if "tags" in attention:
        match, chance = (f"{100 * attention['tags']['overall'][name]:.1f} %" for name in ("match", "chance"))
        say(f"words that look most at their own part of speech: {match} (by chance {chance})")


def _length_row(bucket: Mapping[str, Any]) -> list[str]:
    words = f"{bucket['low']} to {bucket['high']}"
    value, interval = _numbers(bucket["bleu"], "bleu")
    return [words, str(bucket["count"]), value, interval if bucket["count"] >= FEW else "–"]


def _numbers(score: Mapping[str, Any], metric: str) -> list[str]:
    low, value, high = (f"{score[name]:.{_digits(metric)}f}" for name in ("low", "value", "high"))
    return [value, f"{low} to {high}"]


def _signed(each: Mapping[str, Any], name: str) -> str:
    return f"{each[name]:+.{_digits(each['metric'])}f}"


def _digits(metric: str) -> int:
    return 3 if metric in SHARES else 2

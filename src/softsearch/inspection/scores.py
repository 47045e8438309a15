"""The parts of a report that are about scores: how high, against whom, on which lengths, with which unknown words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from softsearch.inspection.files import FEW, SHARES, Row, newest, outdated, scores_of_text, title
from softsearch.inspection.html import escape, grid, mark, paragraph, picture, side_by_side
from softsearch.pictures import length_chart

_NAMES = {
    "bleu": "BLEU",
    "bleu_lowercase": "BLEU, lower-cased",
    "chrf": "chrF",
    "ter": "Translation edit rate",
    "aer": "Alignment error rate",
    "link_precision": "Precision of links",
    "link_recall": "Recall of links",
}
_LOW_IS_GOOD = frozenset({"aer", "ter"})
_OFF = (0, None, False)  # settings of the search that are not at work


def scores_part(evaluations: Mapping[str, Row], comparisons: Mapping[str, Row], *, in_use: Sequence[int]) -> list[str]:
    """Return the scores of a run, whose weights of the steps `in_use` are its best, and comparisons with other runs.

    The newest evaluation of each data set has cards and what is known of unknown words, the others a line.
    """
    if not evaluations:
        return [paragraph("This run has not been evaluated yet: softsearch evaluate does it.")]
    full = newest(evaluations, in_use)
    parts = [part for evaluation in full.values() for part in _in_full(evaluation, in_use)]
    parts.append(paragraph("In brackets: 95 % interval, from resampling the sentences (bootstrap)."))
    parts += _others([each for name, each in evaluations.items() if name not in full], in_use)
    for comparison in comparisons.values():
        parts += _comparison(comparison, in_use)
    return parts


def text_scores_part(evaluations: Mapping[str, Row], *, in_use: Sequence[int]) -> list[str]:
    """Return what a language model makes of texts."""
    if not evaluations:
        return [paragraph("This run has not been evaluated yet: softsearch evaluate does it.")]
    parts = []
    for evaluation in evaluations.values():
        about = f"{evaluation['num_tokens']:,} tokens, {evaluation['num_words']:,} words, {_moment(evaluation)}"
        cards = "".join(
            f'<div class="score">{escape(name)}<b>{value}</b></div>'
            for name, value in scores_of_text(evaluation).items()
        )
        parts += [f"<h3>On {escape(title(evaluation))}</h3>", *_stale(evaluation, in_use), paragraph(about)]
        if evaluation.get("overfit"):
            count = f"{evaluation['overfit']:,}"
            parts.append(paragraph(f"Trained with --overfit: the {count} lines trained on are its valid text too."))
        parts.append(f'<div class="scores">{cards}</div>')
    return parts


def _in_full(evaluation: Row, in_use: Sequence[int]) -> list[str]:
    about = f"{evaluation['num_sentences']:,} sentences, {_decoding(evaluation)}, {_moment(evaluation)}"
    parts = [f"<h3>On {escape(title(evaluation))}</h3>", *_stale(evaluation, in_use), paragraph(about)]
    if evaluation.get("overfit"):
        count = f"{evaluation['overfit']:,}"
        parts.append(paragraph(f"Trained with --overfit: the {count} pairs trained on are its valid data too."))
    if evaluation.get("trained_on"):
        parts.append(mark(f"{evaluation['trained_on']:,} of these pairs are training pairs of this run."))
    cards = "".join(_card(metric, score) for metric, score in evaluation["metrics"].items())
    return [*parts, f'<div class="scores">{cards}</div>', *_unknown(evaluation)]


def _others(evaluations: Sequence[Row], in_use: Sequence[int]) -> list[str]:
    if not evaluations:
        return []
    metrics = list(dict.fromkeys(metric for each in evaluations for metric in each["metrics"]))
    columns = ("data", "decoding", "weights", "date", *(_NAMES.get(metric, metric) for metric in metrics))
    rows = [
        (title(each), _decoding(each), _weights(each, in_use), _moment(each), *_values(each, metrics))
        for each in evaluations
    ]
    return ["<h3>Other evaluations of the same data</h3>", grid(columns, rows)]


def _weights(evaluation: Row, in_use: Sequence[int]) -> str:
    return outdated(evaluation, in_use) or ("the best" if evaluation.get("steps") else "not recorded")


def _values(evaluation: Row, metrics: Sequence[str]) -> list[str]:
    found = evaluation["metrics"]
    return [_number(found[metric], metric) if metric in found else "–" for metric in metrics]


def _decoding(evaluation: Row) -> str:
    used = {key: value for key, value in evaluation["decoding"].items() if value not in _OFF}
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in used.items())


def _stale(row: Row, in_use: Sequence[int]) -> list[str]:
    said = outdated(row, in_use)
    return [] if said is None else [mark(f"Stale: {said}.")]


def length_part(evaluations: Mapping[str, Row]) -> list[str]:
    """Return charts of BLEU by the length of the source."""
    charts = []
    for evaluation in evaluations.values():
        buckets = [
            (bucket["low"], bucket["high"], bucket["count"], *_ends(bucket["bleu"], bucket["count"]))
            for bucket in evaluation["by_length"]
        ]
        name = title(evaluation)
        if buckets:
            chart = picture(length_chart({name: buckets}), alt=f"BLEU by length on {name}")
            charts.append(f"<div><h3>On {escape(name)}</h3>{chart}</div>")
    return [side_by_side(charts)] if charts else [paragraph("Scores by length come with an evaluation.")]


def _ends(score: Row, count: int) -> tuple[float, float, float]:
    """Return a score and the ends of its interval, which is drawn as nothing where it says nothing."""
    low, high = ("low", "high") if count >= FEW else ("value", "value")
    return score["value"], score[low], score[high]


def _moment(row: Row) -> str:
    """Return date and time to the minute; all that is kept is in UTC."""
    return f"{row['date'][:16].replace('T', ' ')} UTC"


def _number(score: Row, metric: str, key: str = "value") -> str:
    return f"{score[key]:.{3 if metric in SHARES else 1}f}"


def _card(metric: str, score: Row) -> str:
    value, low, high = (_number(score, metric, key) for key in ("value", "low", "high"))
    remark = ", 0 is best" if metric in _LOW_IS_GOOD else ""
    return (
        f'<div class="score">{escape(_NAMES.get(metric, metric))}<b>{value}</b>'
        f"[{low} – {high}]{remark}<code>{escape(score['signature']).replace('|', '|<wbr>')}</code></div>"
    )


def _unknown(evaluation: Row) -> list[str]:
    unknown = evaluation.get("unknown") or {}
    rows = [
        ("without an unknown word in source or reference", unknown.get("num_known"), unknown.get("bleu_known")),
        ("all, unknown words as the model writes them", evaluation["num_sentences"], unknown.get("bleu_unreplaced")),
        ("all, unknown words replaced", evaluation["num_sentences"], unknown.get("bleu_replaced")),
    ]
    shown = [(name, f"{count:,}", *_value(score, 1)) for name, count, score in rows if score]
    if not shown:
        return []
    said = f"Unknown words are written in {unknown['num_written']:,} sentences." if "num_written" in unknown else ""
    return [f"<h3>Unknown words</h3>{grid(('pairs', 'number', 'BLEU', '95 % interval'), shown)}", paragraph(said)]


def _comparison(comparison: Row, in_use: Sequence[int]) -> list[str]:
    rows = [_compared(each) for each in comparison["comparisons"]]
    columns = ("run", "less the run", "score", "difference", "95 % interval", "p (bootstrap)", "p (randomisation)")
    about = f"On the same {comparison['num_sentences']:,} sentences, {_moment(comparison)}. "
    tests = "Both tests are paired and two-sided (Koehn 2004; Riezler and Maxwell 2005)."
    heading = f"<h3>Compared on {escape(comparison['data'])}: {escape(' and '.join(comparison['systems']))}</h3>"
    return [heading, *_stale(comparison, in_use), grid(columns, rows), paragraph(about + tests)]


def _compared(each: Row) -> tuple[str, ...]:
    metric = each["metric"]
    digits = 3 if metric in SHARES else 2
    p_values = (f"{each[test]:.4f}" for test in ("p_bootstrap", "p_randomisation"))
    return each["system"], each["baseline"], _NAMES.get(metric, metric), *_value(each, digits, "+"), *p_values


def _value(score: Row, digits: int, sign: str = "") -> tuple[str, str]:
    value, low, high = (f"{score[key]:{sign}.{digits}f}" for key in ("value", "low", "high"))
    return value, f"{low} to {high}"

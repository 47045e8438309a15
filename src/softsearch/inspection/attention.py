"""The parts of a report that are about attention: single sentences, and what it does over a whole corpus."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from softsearch.inspection.files import Row, title
from softsearch.inspection.html import escape, facts, grid, mark, paragraph, picture, sentence
from softsearch.pictures import attention_map


def attention_part(evaluations: Mapping[str, Row]) -> list[str]:
    """Return how sharp attention is, how it reorders, and which parts of speech look at which."""
    described = [(title(each), each["attention"]) for each in evaluations.values() if each.get("attention")]
    if not described:
        return [paragraph("What attention does as a whole comes with an evaluation on pairs with gold links or tags.")]
    parts = []
    for name, attention in described:
        parts += [f"<h3>On {escape(name)}</h3>", facts(_in_words(attention))]
        if "tags" in attention:
            parts += _tags(attention["tags"], name)
    return parts


def sentences_part(evaluations: Mapping[str, Row]) -> list[str]:
    """Return the best and the worst sentences of the first evaluation that has some."""
    scored = [(title(each), each["sentences"]) for each in evaluations.values() if each["sentences"]]
    if not scored:
        return [paragraph("Sentences come with an evaluation.")]
    name, sentences = scored[0]
    ordered = sorted(sentences, key=lambda entry: -entry["score"])
    half = (len(ordered) + 1) // 2
    best, worst = ordered[:half], ordered[half:][::-1]
    parts = [paragraph(f"Of {name}, by the chrF of each sentence. Darker: looked at more.")]
    if any(entry.get("confidence") for entry in sentences):
        legend = " ".join(
            f'<span class="doubt-{doubt}">below {edge}</span>' for doubt, edge in ((1, 0.8), (2, 0.5), (3, 0.2))
        )
        parts.append(f'<p class="note">Underlined: words to which the model gave a probability {legend}</p>')
    for heading, chosen in (("Best", best), ("Worst", worst)):
        parts += [f"<h3>{heading}</h3>" if chosen else "", *(_sentence(entry) for entry in chosen)]
    return parts


def _in_words(attention: Row) -> dict[str, str]:
    spread = attention["effective_words"]
    found = {
        "source words that a word attends to": f"{spread['mean']:.2f} of {spread['of']:.1f} on average, "
        f"{spread['median']:.2f} in the median (perplexity)"
    }
    if "crossing" in attention:
        crossing = attention["crossing"]
        found["gold links that cross another"] = (
            f"{_percent(crossing['gold'])}, found of them: {_percent(crossing['recall'])}"
        )
        found["links of attention that cross another"] = _percent(crossing["predicted"])
    if "tags" in attention:
        overall = attention["tags"]["overall"]
        chance = f"(by chance {_percent(overall['chance'])})"
        found["words that look most at their own part of speech"] = f"{_percent(overall['match'])} {chance}"
    return found


def _tags(tags: Row, name: str) -> list[str]:
    mass = np.array(tags["mass"])
    rows, columns = np.flatnonzero(tags["counts"]), np.flatnonzero(mass.sum(axis=0))
    across, down = ([tags["tags"][place] for place in places] for places in (columns, rows))
    figure = attention_map(across, down, mass[np.ix_(rows, columns)], title="target (rows) to source (columns)")
    table = [
        (tags["tags"][row], f"{tags['counts'][row]:,}", _percent(tags["match"][row]), _percent(tags["chance"][row]))
        for row in rows
    ]
    said = "Each row says how a target word of that part of speech spreads its attention over those of the source."
    return [
        paragraph(said),
        picture(figure, alt=f"Attention by part of speech on {name}", wide=True),
        grid(("part of speech", "target words", "look most at the same", "by chance"), table),
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _sentence(entry: Row) -> str:
    lines = "".join(sentence(name, entry[name]) for name in ("source", "reference"))
    lines += sentence("translation", entry["translation"], entry.get("confidence") or ())
    score = mark(f"chrF {entry['score']:.1f}")
    return f"<article>{score}<dl>{lines}</dl>{_map(entry)}</article>"


def _map(entry: Row) -> str:
    if not (entry["weights"] and entry["source_pieces"]):
        return paragraph("No attention to show.")
    gold = [(source, target) for source, target in entry["gold"]] if entry["gold"] else None
    figure = attention_map(entry["source_pieces"], entry["target_pieces"], np.array(entry["weights"]), gold=gold)
    return picture(figure, alt=f"Attention: {entry['source']} to {entry['translation']}", wide=True)

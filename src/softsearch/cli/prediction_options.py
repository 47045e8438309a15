"""The options of `softsearch predict`, each with its range and its help."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

_WIDEST = 1_000
_LONGEST = 10_000
_MOST_TOKENS = 100_000


class Format(StrEnum):
    """How a translation or a continuation is written."""

    text = "text"
    jsonl = "jsonl"
    pharaoh = "pharaoh"


def _search(text: str, *names: str, **limits: Any) -> Any:
    return typer.Option(*names, rich_help_panel="Search", help=text, **limits)


def _drawing(text: str, *names: str, **limits: Any) -> Any:
    return typer.Option(*names, rich_help_panel="Drawing", help=text, **limits)


def _unknown(text: str) -> Any:
    return typer.Option(rich_help_panel="Unknown words", help=text)


def _text(text: str, **limits: Any) -> Any:
    return typer.Option(rich_help_panel="Language models", help=text, **limits)


_FORMAT = "Text; JSON lines with scores, alignments, probabilities; or word links such as 0-0 1-2."
_FILES = (
    "Files with a sentence a line, or for a language model a prompt each; - or nothing: standard input. For a "
    "network that looks at images: pictures, or folders of them. For an executor: a program each; for a transducer: a "
    "sequence a line, as JSON."
)
_SCORE = "Score given translations, of FILES line by line or source TAB target; or the lines of a text."
_ALTERNATIVES = "Show each token's probability and so many likeliest in its place; with jsonl 5 by default."

Run = Annotated[Path, typer.Argument(help="A run folder.")]
Files = Annotated[list[str] | None, typer.Argument(help=_FILES)]
Form = Annotated[Format, typer.Option("--format", help=_FORMAT)]
Score = Annotated[Path | None, typer.Option(metavar="FILE", help=_SCORE)]
Others = Annotated[
    list[Path] | None,
    typer.Option("--with", metavar="RUN", help="Another run to translate together with; may be given several times."),
]
Nbest = Annotated[int, typer.Option(min=1, max=_WIDEST, help="Translations per sentence.")]

Beam = Annotated[int | None, _search("Width of the beam.", min=1, max=_WIDEST)]
LengthPenalty = Annotated[float | None, _search("Exponent of the length that scores are divided by.", min=0, max=10)]
CoveragePenalty = Annotated[float | None, _search("Weight of the penalty on words that were not read.", min=0, max=10)]
MinLength = Annotated[int | None, _search("Tokens at least.", min=0, max=_LONGEST)]
MaxLength = Annotated[int | None, _search("Tokens at most.", min=1)]
MaxRatio = Annotated[float | None, _search("Tokens at most for each source token, and ten more.", min=0, max=100)]
NoRepeatNgrams = Annotated[
    int | None, _search("Write no sequence of so many tokens twice; 0: no such rule.", min=0, max=100)
]
Prefix = Annotated[str | None, _search("What every translation begins with.")]
Prefixes = Annotated[Path | None, _search("A file: what each translation begins with.")]

Sample = Annotated[bool, _drawing("Draw translations instead of looking for the best.", "--sample")]
Temperature = Annotated[
    float | None, _drawing("Below 1 likely tokens become likelier; 0: the likeliest is written; default 1.")
]
TopK = Annotated[int | None, _drawing("Draw among so many likeliest tokens.", min=1)]
TopP = Annotated[float | None, _drawing("Draw among the likeliest with this share; default 1.", min=0, max=1)]
MinP = Annotated[
    float | None, _drawing("Draw among those with this share of the likeliest's probability.", min=0, max=0.999)
]
Seed = Annotated[int | None, _drawing("Of the draws; default 1.", min=0, max=2**63 - 1)]

ReplaceUnknown = Annotated[bool | None, _unknown("Put the source word that was read in place of an unknown word.")]
Dictionary = Annotated[Path | None, _unknown("A file of source word TAB translation, to put in its place.")]

Prompt = Annotated[str | None, _text("Text to go on with.")]
MaxTokens = Annotated[int | None, _text("Tokens to write; default 200.", min=1, max=_MOST_TOKENS)]
Stop = Annotated[list[str] | None, _text("Text that ends it; may be given several times.")]
Samples = Annotated[int | None, _text("Continuations of each prompt; default 1.", min=1, max=_WIDEST)]
Alternatives = Annotated[int | None, _text(_ALTERNATIVES, min=0, max=_WIDEST)]
RepetitionPenalty = Annotated[
    float | None, _text("Divides the scores of tokens that were there; default 1: none.", min=1, max=100)
]
RepetitionWindow = Annotated[int | None, _text("So many last tokens count as there; default: all.", min=1)]

Flips = Annotated[
    bool, typer.Option("--flips", rich_help_panel="Images", help="Take the mean with the mirror image of each.")
]
Overlay = Annotated[
    Path | None,
    typer.Option(
        "--overlay", metavar="FOLDER", rich_help_panel="Images", help="Draw where a captioner looks for each word."
    ),
]

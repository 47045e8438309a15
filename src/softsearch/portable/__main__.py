"""``python -m softsearch.portable FOLDER [FILES]``: lines in, translations out; or a prompt in, more text out."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from softsearch.data.text import decode_line, read_lines, standard_input
from softsearch.errors import SoftsearchError
from softsearch.portable import Translator, Writer, load

_BAD_INPUT, _INTERRUPTED, _PIPE_CLOSED = 2, 130, 141
_MAX_TOKENS = 200


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_intermixed_args(arguments)  # FILES may stand behind options
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    try:
        model = load(options.folder, threads=options.threads)
        for text in _translated(model, options) if isinstance(model, Translator) else _written(model, options):
            sys.stdout.write(text)
            sys.stdout.flush()
    except SoftsearchError as error:
        print(error, file=sys.stderr)
        return _BAD_INPUT
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes again when it ends
        return _PIPE_CLOSED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m softsearch.portable", description=__doc__)
    parser.add_argument("folder", type=Path, help="what softsearch export wrote")
    parser.add_argument("files", nargs="*", help="files with one sentence per line; - or nothing: standard input")
    parser.add_argument("--threads", type=int, default=0, help="of a computation; default: as many as are useful")
    parser.add_argument("--beam", type=int, help="width of the beam; default: that of the run")
    text = parser.add_argument_group("language models")
    text.add_argument("--prompt", help="text to go on with; default: standard input")
    text.add_argument("--max-tokens", type=int, help=f"tokens to write; default {_MAX_TOKENS}")
    text.add_argument(
        "--temperature", type=float, help="below 1 likely tokens become likelier, at 0 the likeliest is taken"
    )
    text.add_argument("--top-k", type=int, help="draw among so many likeliest tokens")
    text.add_argument("--top-p", type=float, help="draw among the likeliest with this share")
    text.add_argument("--min-p", type=float, help="draw among those with this share of the likeliest's probability")
    text.add_argument("--seed", type=int, help="of the draws")
    text.add_argument("--stop", action="append", help="text that ends it; may be given several times")
    return parser


def _translated(model: Translator, options: argparse.Namespace) -> Iterator[str]:
    writing = ("prompt", "max_tokens", "temperature", "top_k", "top_p", "min_p", "seed", "stop")
    _refuse(options, writing, "this model translates, and this has no effect")
    lines = chain.from_iterable(_lines(name) for name in options.files or ["-"])
    if not options.files and standard_input().isatty():
        for line in lines:
            yield f"{model.translate(line, beam=options.beam)[0]}\n"
        return
    for translation in model.stream(lines, beam=options.beam):
        yield f"{translation}\n"


def _written(model: Writer, options: argparse.Namespace) -> Iterator[str]:
    _refuse(options, ("beam",), "this model goes on with a text, and this has no effect")
    _refuse(options, ("files",), "this model goes on with a text: give --prompt, or the text on standard input")
    prompt = options.prompt
    if prompt is None:
        prompt = "\n".join(_lines("-"))
    pieces = model.write(
        prompt,
        max_tokens=_MAX_TOKENS if options.max_tokens is None else options.max_tokens,
        temperature=options.temperature,
        top_k=options.top_k,
        top_p=options.top_p,
        min_p=options.min_p,
        seed=options.seed,
        stop=options.stop or (),
    )
    yield prompt
    yield from pieces
    yield "\n"


def _lines(name: str) -> Iterator[str]:
    if name != "-":
        return read_lines(Path(name))
    raw_lines = enumerate(standard_input().buffer, start=1)
    return (decode_line(raw, path=Path("<stdin>"), number=number) for number, raw in raw_lines)


def _refuse(options: argparse.Namespace, names: Sequence[str], problem: str) -> None:
    """Raise an error where options are given that could have no effect."""
    given = [name for name in names if getattr(options, name) not in (None, [])]
    if given:
        named = ", ".join("FILES" if name == "files" else f"--{name.replace('_', '-')}" for name in given)
        raise SoftsearchError(f"{problem}: {named}", fix="leave it out")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

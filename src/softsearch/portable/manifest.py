"""The index of an exported folder: what it holds, how it is decoded, and the checksum of every file."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from softsearch.data.tokenizers import BOS, EOS, PAD, UNK
from softsearch.decoding.settings import Generation, Search
from softsearch.errors import RunError
from softsearch.files import sha256

FORMAT_VERSION = 1
MANIFEST = "manifest.json"
_FIX = "copy the folder again from where it came from, or export the run again"

Target = Literal["onnx", "ctranslate2"]
Quantization = Literal["float32", "int8"]


@dataclass(frozen=True)
class Manifest:
    """What an exported folder says of itself.

    Attributes
    ----------
    kind
        "translation" or "language_model".
    target
        What computes it.
    quantization
        Of the weights.
    softsearch
        The version that wrote it.
    decoding
        How translations are looked for, or how a text is gone on with.
    max_tokens
        Of a translator: sources with more tokens are translated in parts.
    context
        Of a language model: the tokens that it can look back; None for any number.
    by_line
        Of a language model: whether each line is a text of its own.
    """

    kind: Literal["translation", "language_model"]
    target: Target
    quantization: Quantization
    softsearch: str
    decoding: Search | Generation
    max_tokens: int | None = None
    context: int | None = None
    by_line: bool = False

    def write(self, folder: Path) -> None:
        """Write it into a folder whose other files are there, with their checksums."""
        content = {
            "format_version": FORMAT_VERSION,
            **dataclasses.asdict(self),
            "special": {"pad": PAD, "unknown": UNK, "begin": BOS, "end": EOS},
            "files": {path.name: sha256(path) for path in sorted(folder.iterdir())},
        }
        (folder / MANIFEST).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Return the manifest of a folder after a check of its files.

        Raises
        ------
        RunError
            Not an exported folder, damaged, altered, or written by a newer softsearch.
        """
        content = _content(folder)
        try:
            for name, checksum in content["files"].items():
                _check(folder / name, checksum)
            settings = Generation if content["kind"] == "language_model" else Search
            fields = {field.name: content[field.name] for field in dataclasses.fields(cls)}
            return cls(**{**fields, "decoding": settings(**content["decoding"])})
        except (KeyError, TypeError, AttributeError) as error:
            raise RunError(f"damaged: {error!r}", path=folder / MANIFEST, fix=_FIX) from error


def _content(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not folder.is_dir():
        raise RunError("there is no such folder", path=folder, fix="give the folder that softsearch export wrote")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problem = f"not an exported folder: it has no {MANIFEST}"
        raise RunError(problem, path=folder, fix="give the folder that softsearch export wrote") from None
    except (OSError, ValueError) as error:
        raise RunError(f"cannot be read: {error}", path=path, fix=_FIX) from error
    version = content.get("format_version") if isinstance(content, dict) else None
    if not isinstance(version, int):
        raise RunError("damaged: it has no format_version", path=path, fix=_FIX)
    if version > FORMAT_VERSION:
        allowed = f"format_version up to {FORMAT_VERSION}"
        raise RunError(
            "written by a newer softsearch", path=path, value=version, allowed=allowed, fix="upgrade softsearch"
        )
    return content


def _check(path: Path, checksum: str) -> None:
    if not path.is_file():
        raise RunError("this file is missing", path=path, fix=_FIX)
    if sha256(path) != checksum:
        raise RunError("damaged or altered: its checksum does not fit", path=path, fix=_FIX)

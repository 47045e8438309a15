"""JSON files that carry their own checksum and the version of their format."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from softsearch.errors import RunError

FORMAT_VERSION = 1


def seal(content: Mapping[str, Any]) -> str:
    """Return `content` as JSON that carries its own checksum."""
    return json.dumps({**content, "checksum": _checksum(content)}, indent=1, ensure_ascii=False) + "\n"


def unseal(path: Path, *, fix: str) -> dict[str, Any]:
    """Return what :func:`seal` wrote to `path`.

    Raises
    ------
    RunError
        The file is missing, unreadable, cut short, altered, or of a newer format.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError("this file is missing", path=path, fix=fix) from None
    except OSError as error:
        raise RunError(f"cannot be read: {error.strerror}", path=path, fix=fix) from error
    except ValueError as error:
        raise RunError(f"damaged or cut short: {error}", path=path, fix=fix) from error
    if not isinstance(content, dict):
        raise RunError("damaged: not a JSON object", path=path, fix=fix)
    version = content.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        allowed = f"format_version up to {FORMAT_VERSION}"
        raise RunError(
            "written by a newer softsearch", path=path, value=version, allowed=allowed, fix="upgrade softsearch"
        )
    checksum = content.pop("checksum", None)
    if checksum != _checksum(content):
        raise RunError("altered since it was written: its checksum does not fit", path=path, fix=fix)
    return content


def _checksum(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()

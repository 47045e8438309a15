"""The commands. Importing this package loads neither torch nor numpy: a command imports what it needs when it runs."""

from __future__ import annotations

import sys
from typing import NoReturn

from softsearch.cli import interruption


def main() -> NoReturn:
    """Run the command that was typed, and leave with its exit code."""
    interruption.expect()
    try:
        from softsearch.cli.app import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # between two of its lines
        interruption.say()
        code = interruption.exit_code()
    interruption.leave()
    sys.exit(code)


__all__ = ["main"]

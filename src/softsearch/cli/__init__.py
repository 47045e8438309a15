"""The commands. Importing this package loads neither torch nor numpy: a command imports what it needs when it runs."""

from softsearch.cli.app import main

__all__ = ["main"]

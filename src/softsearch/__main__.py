"""``python -m softsearch``: the same as the command ``softsearch``."""

from softsearch.cli import main

main()

"""Random streams: each is a function of the recipe's seed, its name and the step, so that a resumed run repeats it."""

from __future__ import annotations

import hashlib


def derive(seed: int, *names: str | int) -> int:
    """Return the 63-bit seed of one stream, such as ``derive(seed, "dropout", step)``.

    Streams of different names are independent; the same names always give the same seed, on every machine.
    """
    text = "/".join(str(part) for part in (seed, *names))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") >> 1

"""Dates, and lengths of time in words."""

from __future__ import annotations

import datetime


def now() -> str:
    """Return the date and time, to the second, in UTC."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def duration(seconds: float) -> str:
    """Return seconds in words of at most two units: "2 h 05 min", "3 min 20 s", "42 s"."""
    whole = max(0, round(seconds))
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"

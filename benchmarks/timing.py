"""What the benchmarks share: taking turns, medians, and how a result is printed."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import re
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from softsearch.machine import processor

RESULTS = Path(__file__).parent / "results"


def in_turns(ways: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, list[float]]:
    """Return the seconds that each way took in each round, after one round that is not counted."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for counted in range(-1, rounds):
        for name, work in ways.items():
            begin = time.perf_counter()
            work()
            if counted >= 0:
                times[name].append(time.perf_counter() - begin)
    return times


def ratio(slow: list[float], fast: list[float]) -> float:
    """Return how many times faster `fast` is: the median over rounds of the ratio within a round."""
    return statistics.median(a / b for a, b in zip(slow, fast, strict=True))


def hardware() -> str:
    """Return the processor, the threads used and the version of torch."""
    return f"{processor()}, {torch.get_num_threads()} of {os.cpu_count()} threads, torch {torch.__version__}"


def keep(name: str, result: Mapping[str, Any]) -> None:
    """Keep a result in ``benchmarks/results``, named by hardware and date."""
    place = re.sub(r"[^a-z0-9]+", "-", f"{name} {hardware()} {today()}".lower())
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{place}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def today() -> str:
    """Return the date, in UTC."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def report(
    name: str,
    *,
    ratios: Mapping[str, float],
    absolute: Mapping[str, float],
    unit: str,
    once: Mapping[str, float] = MappingProxyType({}),
    arguments: Sequence[str] | None = None,
) -> None:
    """Print a result, as a table or one JSON object, and keep it in ``benchmarks/results`` if asked to.

    Parameters
    ----------
    once
        Seconds that something takes which is done once, before.
    arguments
        The words of the command line that say so; None for all of them.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--save", action="store_true", help="keep it, named by hardware and date")
    options = parser.parse_args(arguments)
    result: dict[str, Any] = {
        "ratios": {name: round(value, 3) for name, value in ratios.items()},
        unit.replace(" ", "_"): {name: round(value) for name, value in absolute.items()},
        **({"seconds_once": {name: round(value, 1) for name, value in once.items()}} if once else {}),
        "hardware": hardware(),
        "date": today(),
    }
    if options.save:
        keep(name, result)
    if options.json:
        print(json.dumps(result, indent=1))
        return
    print(f"{result['hardware']}, {result['date']}")
    for way, value in absolute.items():
        print(f"  {way:<40} {value:>10,.0f} {unit}")
    for way, value in ratios.items():
        print(f"  {way:<40} {value:>10.2f} times")
    for what, value in once.items():
        print(f"  {what:<40} {value:>10.1f} s, once")

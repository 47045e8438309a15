"""What the benchmarks share: taking turns, medians, and how a result is printed."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import torch


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
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    name = next(names, platform.processor() or platform.machine())
    return f"{name}, {torch.get_num_threads()} of {os.cpu_count()} threads, torch {torch.__version__}"


def report(*, ratios: Mapping[str, float], absolute: Mapping[str, float], unit: str) -> None:
    """Print a result: one JSON object with ``--json``, else a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    result = {
        "ratios": {name: round(value, 3) for name, value in ratios.items()},
        unit.replace(" ", "_"): {name: round(value) for name, value in absolute.items()},
        "hardware": hardware(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }
    if parser.parse_args().json:
        print(json.dumps(result, indent=1))
        return
    print(f"{result['hardware']}, {result['date']}")
    for name, value in absolute.items():
        print(f"  {name:<40} {value:>10,.0f} {unit}")
    for name, value in ratios.items():
        print(f"  {name:<40} {value:>10.2f} times")

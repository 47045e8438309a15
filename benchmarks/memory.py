"""Memory and time from a file of millions of pairs to the first training steps, in a process of its own.

Peak memory is the resident set as the kernel counts it (VmHWM). It includes the pages of memory-mapped files that
happen to be cached, which the kernel takes back when it needs them: the process could do with less.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from benchmarks.timing import hardware, keep, today
from softsearch.build.model import build_model
from softsearch.machine import peak_memory_bytes
from softsearch.recipes import Recipe, load_recipe
from softsearch.runs.fitting import prepare

WORDS, CHUNK, STEPS = 50_000, 50_000, 5
RECIPE = """
data: {{kind: files, source: de, target: en, train: {{pairs: pairs.tsv}}}}
tokenizer: {{kind: sentencepiece{sample}}}
training: {{max_epochs: 1}}
"""


def write_corpus(path: Path, num_pairs: int) -> None:
    """Write pairs of random words, as frequent as in a language, in sentences as long as in a corpus."""
    random = np.random.default_rng(1)
    letters = np.array(list("aaabcdeeeeefghiiiklmnnnooprrrsssttttuvwyz"))
    words = ["".join(random.choice(letters, length)) for length in random.integers(2, 11, WORDS)]
    cumulative = np.cumsum(1 / np.arange(1, WORDS + 1))
    cumulative /= cumulative[-1]
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, num_pairs, CHUNK):
            lengths = random.integers(4, 31, (min(CHUNK, num_pairs - start), 2))
            drawn = iter(np.searchsorted(cumulative, random.random(int(lengths.sum()))).tolist())
            for source, target in lengths.tolist():
                sides = [" ".join(words[next(drawn)] for _ in range(length)) for length in (source, target)]
                file.write("\t".join(sides) + "\n")


def measure(recipe: Recipe, folder: Path, results: multiprocessing.Queue[dict[str, dict[str, float]]]) -> None:
    """Put the seconds of each phase, and the peak memory after it, into `results`."""
    seconds: dict[str, float] = {}
    peaks: dict[str, float] = {}

    def phase(name: str, work: Callable[[], object]) -> None:
        begin = time.perf_counter()
        work()
        seconds[name] = round(time.perf_counter() - begin, 1)
        peaks[name] = round((peak_memory_bytes() or 0) / 2**20)

    phase("start", lambda: None)
    prepared = []
    phase("prepare: read, learn subwords, encode", lambda: prepared.extend(prepare(recipe, folder)))
    task, data, _ = prepared
    model = build_model(recipe.model, vocabulary=task.tokenizer.size, seed=1)
    optimizer = torch.optim.AdamW(model.parameters())
    plan: list[np.ndarray] = []
    phase("plan an epoch", lambda: plan.extend(data.plan(0)))

    def step(rows: np.ndarray) -> None:
        optimizer.zero_grad(set_to_none=True)
        (term,) = task.loss(model, data.batch(rows), {})[0].values()
        (term.total / term.count).backward()
        optimizer.step()

    phase(f"{STEPS} training steps", lambda: [step(rows) for rows in plan[:STEPS]])
    results.put({"seconds": seconds, "peak_mib": peaks})


def main() -> None:
    """Write the corpus, measure in a fresh process, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5_000_000)
    parser.add_argument("--sample", action="store_true", help="with subword sampling, which keeps the texts")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--save", action="store_true", help="keep it, named by hardware and date")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_corpus(folder / "pairs.tsv", options.pairs)
        sample = ", sample: 0.2" if options.sample else ""
        (folder / "recipe.yaml").write_text(RECIPE.format(sample=sample), encoding="utf-8")
        spawning = multiprocessing.get_context("spawn")
        results = spawning.Queue()
        arguments = (load_recipe(folder / "recipe.yaml"), folder / "data", results)
        child = spawning.Process(target=measure, args=arguments)
        child.start()
        child.join()
        if child.exitcode:
            sys.exit(child.exitcode)
        found = {"pairs": options.pairs, **results.get(), "hardware": hardware(), "date": today()}
    if options.save:
        keep("memory", found)
    if options.json:
        print(json.dumps(found, indent=1))
        return
    print(f"{found['pairs']:,} pairs; {found['hardware']}")
    for name, seconds in found["seconds"].items():
        print(f"  {name:<40} {seconds:>8.1f} s {found['peak_mib'][name]:>8,} MiB at most")


if __name__ == "__main__":
    main()

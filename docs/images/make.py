"""Draw the picture at the head of the README: ``python docs/images/make.py runs/demo``.

Of the run's test sentences that have 9 to 13 words and are translated as in their reference, it shows the one in
which the most links cross: words are followed to where they stand.
"""

import sys
from itertools import combinations
from pathlib import Path

import softsearch
from softsearch.data.pairs.one_file import read_one_file
from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.pictures import attention_map, save_png


def num_crossings(pair: Pair) -> int:
    """Return how many pairs of links cross."""
    return sum((i - k) * (j - m) < 0 for (i, j), (k, m) in combinations(pair.links, 2))


def main(run: Path) -> None:
    """Translate, choose and draw."""
    model = softsearch.load(run)
    pairs = [pair for pair in read_one_file(run / "data" / "test.tsv", report=PairReport()) if pair.links]
    pairs = sorted((pair for pair in pairs if 9 <= len(pair.source.split()) <= 13), key=num_crossings, reverse=True)
    translations = model.translate([pair.source for pair in pairs])
    pair, translation = next(
        (pair, translation)
        for pair, translation in zip(pairs, translations, strict=True)
        if translation.text == pair.target
    )
    ids = [model.tokenizer.encode(text) for text in (pair.source, pair.target)]
    source, target = (model.tokenizer.word_ids(each) for each in ids)
    gold = [(i, j) for i, k in enumerate(source) for j, m in enumerate(target) if (k, m) in pair.links]
    figure = attention_map(translation.source_pieces, translation.target_pieces, translation.weights, gold=gold)
    save_png(figure, Path(__file__).parent / "alignment.png")
    print(pair.source, pair.target, sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

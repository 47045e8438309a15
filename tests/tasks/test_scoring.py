"""What an evaluation says beside its scores."""

from __future__ import annotations

from softsearch.data.parallel import Pair
from softsearch.data.tokenizers import WordTokenizer
from softsearch.tasks.scoring import scores
from softsearch.tasks.translator import Translation


class Halves(WordTokenizer):
    """Two pieces a word."""

    def encode(self, text):
        return [piece for index in super().encode(text) for piece in (index, index)]

    def word_ids(self, ids):
        return [place // 2 for place in range(len(ids))]


def test_a_gold_link_between_words_joins_all_of_their_pieces():
    tokenizer = Halves(["a", "b"], lowercase=False)
    pair = Pair("a b", "b", 1, frozenset({(1, 0)}))
    scored = scores([pair], [Translation("a b", "b", -1.0)], None, tokenizer=tokenizer, lowercase=False)
    assert scored["sentences"][0]["gold"] == [[2, 0], [2, 1], [3, 0], [3, 1]]

"""Text from an exported folder, against the text that the run itself would write."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from softsearch.data.tokenizers import ByteTokenizer, VerbatimTokenizer, WordTokenizer
from softsearch.decoding.settings import Generation
from softsearch.errors import SoftsearchError
from softsearch.portable.writer import Writer
from softsearch.tasks import writer as tasks
from softsearch.tasks.context import log_probs
from tests.portable.unrecorded import UnrecordedText
from tests.tasks.language_models import network

TOKENIZERS = {
    "bytes": ByteTokenizer(),
    "characters": VerbatimTokenizer(["\n", *"abcdefgh "]),
    "words": WordTokenizer(["a", "b", "c", "￭.", "￭,"], lowercase=False, split_punctuation=True),
}
SETTINGS = {
    "as it is": {},
    "sharper": {"temperature": 0.5, "seed": 7},
    "the likeliest": {"temperature": 0.0},
    "some": {"top_k": 3},
    "the nucleus": {"top_p": 0.6, "temperature": 2.0},
    "not the unlikely": {"min_p": 0.3},
}
RULES = {
    "no penalty": {},
    "penalty": {"repetition_penalty": 1.5},
    "penalty on the last": {"repetition_penalty": 3.0, "repetition_window": 2},
    "no pairs twice": {"no_repeat_ngrams": 2},
    "no token twice": {"no_repeat_ngrams": 1},
}
KINDS = ["recurrent", "feed_forward", "transformer", "odd transformer"]


def both(kind, tokenizer, generation=None, *, by_line=False):
    """Return the writer of a run, and that of an exported folder."""
    model, generation = network(kind, tokenizer.size), generation or Generation()
    step = UnrecordedText(model)
    own = Writer(step, step.start, tokenizer, generation=generation, context=model.context, by_line=by_line)
    return tasks.Writer(model, tokenizer, generation=generation, by_line=by_line), own


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prompt", ["", "ab c", "ab\nc\n" * 9])
def test_a_text_goes_on_as_the_run_would_go_on_whatever_it_can_look_back(kind, prompt):
    wanted, own = both(kind, TOKENIZERS["characters"])
    assert "".join(own.write(prompt, max_tokens=40)) == wanted.write(prompt, max_tokens=40)[0].text


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("rules", RULES)
def test_tokens_are_drawn_as_the_run_draws_them(name, rules):
    generation = Generation(**RULES[rules])
    wanted, own = both("recurrent", TOKENIZERS["characters"], generation)
    text = wanted.write("ab", generation=dataclasses.replace(generation, **SETTINGS[name]), max_tokens=30)[0].text
    assert "".join(own.write("ab", max_tokens=30, **SETTINGS[name])) == text


@pytest.mark.parametrize("name", TOKENIZERS)
@pytest.mark.parametrize("by_line", [False, True])
def test_every_tokenizer_spells_as_in_the_run(name, by_line):
    wanted, own = both("recurrent", TOKENIZERS[name], by_line=by_line)
    for seed in range(4):
        generation = dataclasses.replace(wanted.generation, seed=seed)
        pieces = list(own.write("a b\nc ", max_tokens=30, seed=seed))
        assert "".join(pieces) == wanted.write("a b\nc ", generation=generation, max_tokens=30)[0].text


def test_a_stop_string_ends_a_text_and_is_not_shown():
    _, own = both("recurrent", TOKENIZERS["characters"])
    whole = "".join(own.write("a", max_tokens=40))
    stop = whole[10:12]
    for asked in ([stop], stop):
        assert "".join(own.write("a", max_tokens=40, stop=asked)) == whole[: whole.index(stop)]
    with pytest.raises(SoftsearchError, match="stop string is empty"):
        own.write("a", stop=[""])


@pytest.mark.parametrize("asked", [{"prompt": "\udcff"}, {"max_tokens": 0}])
def test_what_cannot_be_gone_on_with_is_told_at_once(asked):
    with pytest.raises(SoftsearchError, match=r"not UTF-8|no tokens"):
        both("recurrent", TOKENIZERS["characters"])[1].write(**asked)


@pytest.mark.parametrize("kind", KINDS)
def test_a_given_text_costs_what_it_costs_the_run(kind):
    wanted, own = both(kind, TOKENIZERS["characters"])
    ids = np.random.default_rng(1).integers(4, wanted.tokenizer.size, 40).tolist()
    np.testing.assert_allclose(own.score(ids), log_probs(wanted.model, [ids])[0], atol=1e-9)


def test_a_value_out_of_its_range_is_refused_before_anything_is_written():
    _, own = both("feed_forward", TOKENIZERS["characters"])
    with pytest.raises(SoftsearchError, match="temperature is negative"):
        own.write("a", temperature=-1.0)

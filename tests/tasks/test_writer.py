"""What a language model writes: whole characters, as drawn, until a stop string; and what it makes of a text."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from softsearch.data.tokenizers import NUM_SPECIAL, ByteTokenizer, Tokenizer, WordTokenizer, train_verbatim
from softsearch.decoding.settings import Sampling
from softsearch.models.language_model import LanguageModel
from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.models.transformer_language_model import TransformerLanguageModel
from softsearch.nn.heads import SoftmaxHead
from softsearch.nn.recurrent import Layers
from softsearch.tasks.writer import Writer

SAMPLING = Sampling(temperature=1.0, top_k=None, top_p=1.0, seed=1)


class Script(LanguageModel):
    """Writes a given sequence of tokens after the prompt, whatever the prompt is."""

    def __init__(self, tokens: list[int], vocabulary: int) -> None:
        super().__init__()
        self.tokens, self.vocabulary, self.calls = tokens, vocabulary, 0
        self.head = nn.LogSoftmax(dim=1)

    def start(self, batch: int) -> tuple[()]:
        return ()

    def forward(self, tokens: torch.Tensor, state: tuple[()]) -> tuple[torch.Tensor, tuple[()]]:
        logits = torch.full((*tokens.shape, self.vocabulary), -50.0)
        logits[:, -1, self.tokens[min(self.calls, len(self.tokens) - 1)]] = 50.0
        self.calls += 1
        return logits, ()


def script(text: str, tokenizer: Tokenizer) -> Writer:
    tokens = Writer(None, tokenizer, sampling=SAMPLING).encoded(text)[1:]
    return Writer(Script([*tokens, tokenizer.line_end], tokenizer.size), tokenizer, sampling=SAMPLING)


TEXTS = ["Grüße aus 東京.\nZwei  Wörter 🎈", "a"]
TOKENIZERS = {
    "bytes": ByteTokenizer(),
    "characters": train_verbatim(["".join(TEXTS).replace("\n", "")], size=100),
}


@pytest.mark.parametrize("kind", TOKENIZERS)
@pytest.mark.parametrize("text", TEXTS)
def test_the_pieces_are_the_text_and_none_is_half_a_character(kind, text):
    writer = script(text, TOKENIZERS[kind])
    number = len(writer.encoded(text)) - 1
    pieces = [each.text for each in writer.write("x", max_tokens=number)]
    assert "".join(pieces) == text
    assert not any("\ufffd" in piece for piece in pieces)


def test_bytes_that_never_become_a_character_are_told_at_the_end_only():
    tokenizer = ByteTokenizer()
    writer = Writer(Script([NUM_SPECIAL + 0xE6], tokenizer.size), tokenizer, sampling=SAMPLING)
    assert [each.text for each in writer.write(max_tokens=2)][:1] == [""]
    assert "".join(each.text for each in writer.write(max_tokens=1)) == "\ufffd"


def test_words_are_joined_with_spaces_and_punctuation_without():
    tokenizer = WordTokenizer(["￭.", "the", "dog", "￭(￭", "￭)"], lowercase=False, split_punctuation=True)
    pieces = [each.text for each in script("the dog.", tokenizer).write(max_tokens=3)]
    assert pieces == ["the", " dog", "."]


@pytest.mark.parametrize(("stop", "wanted"), [(("cd",), "ab"), (("zz", "b"), "a"), (("x",), "abcabd"), ((), "abcabd")])
def test_a_stop_string_ends_it_and_nothing_of_it_is_shown(stop, wanted):
    writer = script("abcabd" if "cd" not in stop else "abcd", TOKENIZERS["bytes"])
    pieces = [each.text for each in writer.write(stop=stop, max_tokens=6)]
    assert "".join(pieces) == wanted


def test_what_may_become_a_stop_string_waits_until_it_does_not():
    pieces = [each.text for each in script("abcabd", TOKENIZERS["bytes"]).write(stop=("abd",), max_tokens=6)]
    assert pieces == ["", "", "abc", "", "", ""]


def network(kind: str, vocabulary: int) -> LanguageModel:
    torch.manual_seed(0)
    head = SoftmaxHead(features=8, vocabulary=vocabulary)
    if kind == "recurrent":
        layers = Layers("lstm", 8, 2, residual=False)
        fields = {
            "embedding": 8,
            "layers": layers,
            "head": head,
            "dropout": nn.Dropout(0.0),
            "tie_embeddings": True,
            "init": 0.5,
        }
        return RecurrentLanguageModel(vocabulary=vocabulary, **fields).eval()
    fields = {
        "width": 8,
        "heads": 2,
        "layers": 2,
        "hidden": 16,
        "context": 12,
        "dropout": 0.0,
    }
    model = TransformerLanguageModel(vocabulary=vocabulary, head=head, tie_embeddings=False, **fields).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model


@pytest.mark.parametrize("kind", ["recurrent", "transformer"])
def test_what_is_drawn_follows_from_the_seed_and_its_probabilities_are_those_of_scoring(kind):
    tokenizer = ByteTokenizer()
    writer = Writer(network(kind, tokenizer.size), tokenizer, sampling=SAMPLING)
    first, again = (list(writer.write("ab", max_tokens=6, alternatives=3)) for _ in range(2))
    assert first == again
    other = Sampling(temperature=1.0, top_k=None, top_p=1.0, seed=2)
    assert [each.piece for each in writer.write("ab", sampling=other, max_tokens=6)] != [each.piece for each in first]
    for each in first:
        assert len(each.alternatives) == 3
        assert each.alternatives[0][1] >= each.log_prob


@pytest.mark.parametrize("kind", ["recurrent", "transformer"])
def test_a_text_is_worth_the_sum_of_its_tokens_however_long_it_is(kind):
    tokenizer = ByteTokenizer()
    model = network(kind, tokenizer.size)
    writer = Writer(model, tokenizer, sampling=SAMPLING)
    ids = [tokenizer.line_end, *tokenizer.encode("abcdefgh")]
    with torch.inference_mode():
        features, _ = model(torch.tensor([ids[:-1]]), model.start(1))
        log_probs = model.head(features[0])
    wanted = sum(float(log_probs[place, token]) for place, token in enumerate(ids[1:]))
    scored = writer.score("abcdefgh")
    assert scored.log_prob == pytest.approx(wanted, rel=1e-5)
    assert (scored.tokens, scored.words, scored.bytes, scored.unknown) == (8, 1, 8, 0)
    assert math.isfinite(writer.score("abcdefgh" * 10).log_prob)


def test_a_transformer_goes_on_beyond_its_context_as_if_it_had_read_its_last_half():
    tokenizer = ByteTokenizer()
    writer = Writer(network("transformer", tokenizer.size), tokenizer, sampling=SAMPLING)
    assert len(list(writer.write("a" * 40, max_tokens=30))) >= 30

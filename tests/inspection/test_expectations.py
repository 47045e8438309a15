"""What was expected at each place is what the model says of the whole text, and nothing of the token itself."""

from __future__ import annotations

import copy

import pytest
import torch

from softsearch.data.tokenizers import train_verbatim
from softsearch.decoding.settings import Generation
from softsearch.inspection.expectations import expectations
from softsearch.inspection.texts import of_lines
from softsearch.models.transformer_language_model import TransformerLanguageModel
from softsearch.nn.heads import SoftmaxHead
from softsearch.tasks.writer import Writer

LINES = ["the cat sat", "on a mat"]
TOKENIZER = train_verbatim(LINES, size=50)


@pytest.fixture(scope="module")
def writer() -> Writer:
    torch.manual_seed(1)
    model = TransformerLanguageModel(
        vocabulary=TOKENIZER.size,
        width=8,
        heads=2,
        layers=2,
        hidden=12,
        context=12,
        head=SoftmaxHead(features=8, vocabulary=TOKENIZER.size),
        dropout=0.5,
        tie_embeddings=False,
    )
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    generation = Generation(
        temperature=1.0, top_k=None, top_p=1.0, min_p=0.0, repetition_penalty=1.0, no_repeat_ngrams=0, seed=1
    )
    return Writer(model.eval(), TOKENIZER, generation=generation, by_line=False)


@torch.no_grad()
def said(writer: Writer, ids: list[int]) -> torch.Tensor:
    features, _ = writer.model(torch.tensor([ids]), writer.model.start(1))
    return writer.model.head(features[0])


def test_each_place_has_the_probability_and_the_rank_of_its_token_and_the_likeliest(writer: Writer) -> None:
    text = of_lines(LINES[:1], TOKENIZER, most=99, by_line=False)
    found = expectations(writer, text, top=3)
    assert [place.token for place in found] == list("the␣cat␣sat")
    for place, token, row in zip(found, text.ids[1:], said(writer, text.ids), strict=False):
        order = row.argsort(descending=True).tolist()
        assert place.probability == pytest.approx(float(row[token].exp()), rel=1e-5)
        assert place.rank == 1 + order.index(token)
        assert [piece for piece, _ in place.likeliest] == TOKENIZER.pieces(order[:3])
        assert [share for _, share in place.likeliest] == pytest.approx(row[order[:3]].exp().tolist(), rel=1e-5)


def test_among_equally_likely_tokens_the_rank_is_the_place_in_the_list(writer: Writer) -> None:
    model = copy.deepcopy(writer.model)
    with torch.no_grad():
        model.head.layer.weight.zero_()
    text = of_lines(LINES[:1], TOKENIZER, most=99, by_line=False)
    for place in expectations(Writer(model, TOKENIZER, generation=writer.generation, by_line=False), text, top=50):
        assert place.likeliest[place.rank - 1][0] == place.token


def test_a_text_longer_than_the_context_has_all_its_places(writer: Writer) -> None:
    text = of_lines(LINES, TOKENIZER, most=99, by_line=False)
    assert [place.token for place in expectations(writer, text, top=1)] == list("the␣cat␣sat↵on␣a␣mat")


def test_no_more_than_the_vocabulary_is_expected(writer: Writer) -> None:
    text = of_lines(["the"], TOKENIZER, most=99, by_line=False)
    assert len(expectations(writer, text, top=50)[0].likeliest) == TOKENIZER.size


def test_a_line_that_is_a_text_of_its_own_is_expected_without_those_before_it(writer: Writer) -> None:
    both = expectations(writer, of_lines(LINES, TOKENIZER, most=99, by_line=True), top=2)
    alone = expectations(writer, of_lines(LINES[1:], TOKENIZER, most=99, by_line=True), top=2)
    assert [place.token for place in both] == list("the␣cat␣sat↵on␣a␣mat")
    assert both[-8:] == alone

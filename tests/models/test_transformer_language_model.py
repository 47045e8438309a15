"""The Transformer as a language model is its equations, and begins with GPT-2's weights."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from softsearch.models.transformer_language_model import TransformerLanguageModel
from softsearch.nn.heads import SoftmaxHead

WIDTH, HEADS, LAYERS = 8, 2, 3


def make(width: int = WIDTH, *, tied: bool = True) -> TransformerLanguageModel:
    torch.manual_seed(1)
    return TransformerLanguageModel(
        vocabulary=20,
        width=width,
        heads=HEADS,
        layers=LAYERS,
        hidden=4 * width,
        context=9,
        head=SoftmaxHead(features=width, vocabulary=20),
        dropout=0.0,
        tie_embeddings=tied,
    ).eval()


def read(model: TransformerLanguageModel, tokens: list[int]) -> torch.Tensor:
    """Return the log-probabilities of what follows the last token, as the equations have it, one place at a time."""

    def linear(name, values):
        return functional.linear(values, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def norm(name, values):
        return functional.layer_norm(values, (WIDTH,), weights[f"{name}.weight"], weights[f"{name}.bias"])

    weights = dict(model.state_dict())
    xs = [weights["embedding.weight"][token] + weights["places.weight"][t] for t, token in enumerate(tokens)]
    for number in range(LAYERS):
        name = f"blocks.{number}"
        normed = [norm(f"{name}.own_norm", x) for x in xs]
        queries = [linear(f"{name}.own.query", x) for x in normed]
        keys, values = zip(*(linear(f"{name}.own.key_value", x).chunk(2) for x in normed), strict=True)
        for t, query in enumerate(queries):
            found = []
            for head in range(HEADS):
                part = slice(head * WIDTH // HEADS, (head + 1) * WIDTH // HEADS)
                scores = [query[part] @ key[part] / math.sqrt(WIDTH // HEADS) for key in keys[: t + 1]]
                shares = torch.stack(scores).softmax(0)
                found.append(sum(share * value[part] for share, value in zip(shares, values, strict=False)))
            xs[t] = xs[t] + linear(f"{name}.own.output", torch.cat(found))
        for t, x in enumerate(xs):
            wide = functional.gelu(linear(f"{name}.feed_forward.wide", norm(f"{name}.feed_forward_norm", x)))
            xs[t] = x + linear(f"{name}.feed_forward.narrow", wide)
    return linear("head.layer", norm("norm", xs[-1])).log_softmax(0)


def test_it_is_the_equations_of_its_docstring():
    model = make().double()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    tokens = [3, 17, 3, 5, 0]
    features, _ = model(torch.tensor([tokens]), model.start(1))
    torch.testing.assert_close(model.head(features[0])[-1], read(model, tokens), rtol=0, atol=1e-10)


def test_its_first_weights_are_gpt_2s():
    model = make(width=128, tied=False)
    for name, parameter in model.named_parameters():
        added = name.endswith(("own.output.weight", "narrow.weight"))
        expected = 0.02 / math.sqrt(2 * LAYERS) if added else 0.02
        if parameter.dim() == 2:
            assert parameter.std().item() == pytest.approx(expected, rel=0.1), name
        elif name.endswith("bias"):
            assert not parameter.any(), name
        else:
            assert (parameter == 1).all(), name

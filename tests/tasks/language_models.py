"""Tiny language models of every kind in float64, and one that writes what it is told."""

from __future__ import annotations

import torch
from torch import nn

from softsearch.data.tokenizers import Tokenizer
from softsearch.decoding.settings import Generation
from softsearch.models.feed_forward_language_model import FeedForwardLanguageModel
from softsearch.models.language_model import LanguageModel
from softsearch.models.ngram import NGramLanguageModel
from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.models.transformer_language_model import TransformerLanguageModel
from softsearch.nn.heads import SoftmaxHead
from softsearch.nn.recurrent import Layers
from softsearch.tasks.writer import Writer

KINDS = ["recurrent", "feed_forward", "ngram", "transformer", "odd transformer"]
CONTEXTS = {"transformer": 12, "odd transformer": 7}


def network(kind: str, vocabulary: int) -> LanguageModel:
    torch.manual_seed(0)
    if kind == "ngram":
        return NGramLanguageModel.count(
            torch.randint(vocabulary, (2_000,)), order=3, vocabulary=vocabulary, boundary=None
        )
    head = SoftmaxHead(features=8, vocabulary=vocabulary)
    if kind == "recurrent":
        layers = Layers("lstm", 8, 2, residual=False)
        fields = {"embedding": 8, "layers": layers, "dropout": nn.Dropout(0.0), "tie_embeddings": True, "init": 0.5}
        model = RecurrentLanguageModel(vocabulary=vocabulary, head=head, lags=0, decay=1.0, **fields)
    elif kind == "feed_forward":
        fields = {"embedding": 5, "hidden": 8, "order": 4, "dropout": 0.0, "direct": False}
        model = FeedForwardLanguageModel(vocabulary=vocabulary, head=head, **fields)
    else:
        fields = {"width": 8, "heads": 2, "layers": 2, "hidden": 16, "dropout": 0.0, "tie_embeddings": False}
        model = TransformerLanguageModel(vocabulary=vocabulary, head=head, context=CONTEXTS[kind], **fields)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.4)
    return model.double().eval()


def one_by_one(model: LanguageModel, ids: list[int]) -> list[float]:
    """Return the log-probability of each token but the first, each from all that may be seen before it, read anew."""
    found = []
    for place in range(1, len(ids)):
        start = 0
        while model.context is not None and place - start > model.context:
            start += model.context - model.context // 2
        with torch.no_grad():
            features, _ = model(torch.tensor([ids[start:place]]), model.start(1))
            found.append(float(model.head(features[:, -1])[0, ids[place]]))
    return found


class Script(LanguageModel):
    """Writes a given sequence of tokens after the prompt, whatever the prompt is; then always its last one."""

    def __init__(self, tokens: list[int], vocabulary: int) -> None:
        super().__init__()
        self.tokens, self.calls = tokens, 0
        self.head = nn.LogSoftmax(dim=1)
        self.register_buffer("nothing", torch.full((vocabulary,), -50.0))

    def start(self, batch: int) -> tuple[()]:
        return ()

    def forward(self, tokens: torch.Tensor, state: tuple[()]) -> tuple[torch.Tensor, tuple[()]]:
        logits = self.nothing.repeat(*tokens.shape, 1)
        logits[:, -1, self.tokens[min(self.calls, len(self.tokens) - 1)]] = 50.0
        self.calls += 1
        return logits, ()


def writer(model: LanguageModel, tokenizer: Tokenizer, *, by_line: bool = False, **generation: object) -> Writer:
    return Writer(model, tokenizer, generation=Generation(**generation), by_line=by_line)


def script(text: str, tokenizer: Tokenizer, **options: object) -> Writer:
    """Return what writes a text, token by token, and line ends after it."""
    tokens = writer(None, tokenizer).encoded(text)[1:]
    return writer(Script([*tokens, tokenizer.line_end], tokenizer.size), tokenizer, **options)

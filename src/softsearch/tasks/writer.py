"""A prompt in, more text out: a trained language model with all that it needs to be used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from softsearch.data.tokenizers import BOS, EOS, PAD, UNK, ByteTokenizer, Tokenizer
from softsearch.decoding.sampling import draw
from softsearch.decoding.settings import Sampling
from softsearch.models.language_model import LanguageModel
from softsearch.shapes import Float, Tensor

_BROKEN = "\ufffd"  # what stands for bytes that are no character


class Written(NamedTuple):
    """One token of what was written.

    `text` is what it adds to the text: nothing, where it is half a character or may be the beginning of a stop string.
    `alternatives` are the likeliest tokens in its place, each with its log-probability in nats.
    """

    text: str
    piece: str
    log_prob: float
    alternatives: list[tuple[str, float]]


class TextScore(NamedTuple):
    """What a model makes of a text: its log-probability in nats, and what that is spread over."""

    log_prob: float
    tokens: int
    words: int
    bytes: int
    unknown: int


class Writer:
    """A language model and its tokenizer.

    Parameters
    ----------
    sampling
        How tokens are drawn, where a call does not say otherwise.
    """

    def __init__(self, model: LanguageModel, tokenizer: Tokenizer, *, sampling: Sampling) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.sampling = sampling

    def write(
        self,
        prompt: str = "",
        *,
        sampling: Sampling | None = None,
        max_tokens: int = 200,
        stop: Sequence[str] = (),
        alternatives: int = 0,
    ) -> Iterator[Written]:
        """Yield what follows a prompt, token by token, each as soon as it is drawn.

        Parameters
        ----------
        max_tokens
            The most tokens to write.
        stop
            Texts that end it; they are not part of what is written.
        alternatives
            How many likeliest tokens to report in the place of each.
        """
        sampling = sampling or self.sampling
        random = np.random.default_rng(sampling.seed)
        ids, text = self.encoded(prompt), _Text(self.tokenizer, stop)
        reader = _Reader(self.model)
        log_probs = reader.read(ids)
        for _ in range(max_tokens):
            number = torch.tensor([random.random()])
            token = int(draw(self._allowed(log_probs, ids, sampling), number, sampling)[0])
            best = log_probs[0].topk(alternatives) if alternatives else None
            pairs = [] if best is None else zip(best.indices.tolist(), best.values.tolist(), strict=True)
            others = [(self.tokenizer.pieces([other])[0], log_prob) for other, log_prob in pairs]
            piece = self.tokenizer.pieces([token])[0]
            yield Written(text.add(token), piece, float(log_probs[0, token]), others)
            if text.is_stopped:
                return
            ids.append(token)
            log_probs = reader.read([token])
        if rest := text.rest():
            yield Written(rest, "", 0.0, [])

    def score(self, text: str) -> TextScore:
        """Return the log-probability of a text, of each line with its end."""
        ids = [self.tokenizer.line_end, *self.encoded(text)[1:]]
        reader, total = _Reader(self.model), 0.0
        for start in range(0, len(ids) - 1, reader.most):
            window = ids[start : start + reader.most + 1]
            total += reader.score(window[:-1], window[1:])
        return TextScore(
            total, len(ids) - 1, len(text.split()), len(text.encode("utf-8", "replace")), ids[1:].count(UNK)
        )

    def encoded(self, text: str) -> list[int]:
        """Return the ids of a text, a line end before the first and between the lines."""
        ids: list[int] = []
        for line in self.tokenizer.encode_batch(text.split("\n")):
            ids += [self.tokenizer.line_end, *line]
        return ids

    def unknown(self, text: str) -> int:
        """Return how many tokens of a text the model does not know."""
        return self.encoded(text).count(UNK)

    def _allowed(self, log_probs: Tensor, ids: Sequence[int], sampling: Sampling) -> Tensor:
        """Return the log-probabilities without tokens that are no text."""
        never = [token for token in (PAD, BOS, UNK, EOS) if token != self.tokenizer.line_end]
        return log_probs.index_fill(1, torch.tensor(never), float("-inf"))


class _Reader:
    """Reads a text in pieces; where the model's context is full, it goes on from the last half of it."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model
        self.context = model.context
        self.most = self.context or 1_000
        self.state: Any = model.start(1)
        self.read_ids: list[int] = []

    @torch.inference_mode()
    def read(self, ids: Sequence[int]) -> Float[Tensor, "1 vocabulary"]:
        """Read more; return the log-probabilities of what may follow."""
        return self.model.head(self._features(ids)[:, -1])

    @torch.inference_mode()
    def score(self, ids: Sequence[int], targets: Sequence[int]) -> float:
        """Read more; return the log-probability of the token after each."""
        log_probs = self.model.head(self._features(ids)[0])
        return float(log_probs.gather(1, torch.tensor(targets).unsqueeze(1)).double().sum())

    def _features(self, ids: Sequence[int]) -> Float[Tensor, "1 length features"]:
        ids = list(ids)
        if self.context is None:
            features, self.state = self.model(torch.tensor([ids]), self.state)
            return features
        if len(self.read_ids) + len(ids) > self.context:
            kept = self.read_ids[len(self.read_ids) - max(0, min(self.context // 2, self.context - len(ids))) :]
            self.read_ids, self.state = [], self.model.start(1)
            if kept:
                self._features(kept)
        ids = ids[-self.context :]
        features, self.state = self.model(torch.tensor([ids]), self.state)
        self.read_ids += ids
        return features


class _Text:
    """Tokens become text as they come: whole characters only, and nothing of a stop string."""

    def __init__(self, tokenizer: Tokenizer, stop: Sequence[str]) -> None:
        self.tokenizer, self.stop = tokenizer, [text for text in stop if text]
        self.line: list[int] = []
        self.shown = ""  # of the line
        self.waiting = ""  # text that may be the beginning of a stop string
        self.is_stopped = False

    def add(self, token: int) -> str:
        """Return the text that a token adds, or lets go."""
        if token == self.tokenizer.line_end:
            new, self.line, self.shown = self._unshown(final=True) + "\n", [], ""
        else:
            self.line.append(token)
            new = self._unshown(final=False)
        return self._released(new)

    def rest(self) -> str:
        """Return what was held back, now that nothing more comes."""
        return "" if self.is_stopped else self.waiting + self._unshown(final=True)

    def _unshown(self, *, final: bool) -> str:
        text = self.tokenizer.decode(self.line)
        if not final and isinstance(self.tokenizer, ByteTokenizer):
            text = text.rstrip(_BROKEN)  # the bytes to come may make a character of it
        if not text.startswith(self.shown):
            return ""
        new, self.shown = text[len(self.shown) :], text
        return new

    def _released(self, new: str) -> str:
        text = self.waiting + new
        places = [text.index(stop) for stop in self.stop if stop in text]
        if places:
            self.is_stopped, self.waiting = True, ""
            return text[: min(places)]
        longest = max((_overlap(text, stop) for stop in self.stop), default=0)
        self.waiting = text[len(text) - longest :]
        return text[: len(text) - longest]


def _overlap(text: str, stop: str) -> int:
    """Return how many characters at the end of a text are the beginning of a stop string."""
    return next((length for length in range(min(len(text), len(stop)), 0, -1) if text.endswith(stop[:length])), 0)

"""A prompt in, more text out: a trained language model with all that it needs to be used."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch

from softsearch.data.tokenizers import BOS, EOS, PAD, UNK, Tokenizer, WordTokenizer
from softsearch.decoding.sampling import draw, without_repetition
from softsearch.decoding.settings import Generation
from softsearch.errors import SoftsearchError
from softsearch.models.language_model import LanguageModel
from softsearch.seeding import derive
from softsearch.shapes import Float, Int, Shaped, Tensor
from softsearch.tasks.by_length import by_length
from softsearch.tasks.context import begin, log_probs, read
from softsearch.tasks.spelling import Spelling, require_writable
from softsearch.tasks.task import device_of
from softsearch.tasks.written import Continuation, Cost, Ending, ScoredText, WrittenToken
from softsearch.trees import select

_AT_ONCE = 64  # samples to draw, and rows to score


class _Asked(NamedTuple):
    """How to go on in one call; the names are those of :meth:`Writer.write`."""

    generation: Generation
    max_tokens: int
    stop: Sequence[str]
    alternatives: int


class Writer:
    """A language model and its tokenizer.

    Parameters
    ----------
    model
        In evaluation mode.
    tokenizer
        Of the texts.
    generation
        How tokens are drawn, where a call does not say otherwise.
    by_line
        Whether each line is a text of its own: of a prompt the last one is read, and a line end is the end.
    """

    def __init__(self, model: LanguageModel, tokenizer: Tokenizer, *, generation: Generation, by_line: bool) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.generation = generation
        self.by_line = by_line

    def write(
        self,
        prompt: str = "",
        *,
        samples: int = 1,
        generation: Generation | None = None,
        max_tokens: int = 200,
        stop: Sequence[str] | str = (),
        alternatives: int = 0,
        number: int = 0,
    ) -> list[Continuation]:
        """Return what follows a prompt, several times over.

        Parameters
        ----------
        samples
            How many continuations to draw.
        generation
            Other than the writer's own; ``dataclasses.replace(writer.generation, temperature=0.8)``.
        max_tokens
            The most tokens to write.
        stop
            Texts that end it; they are not part of what is written.
        alternatives
            How many likeliest tokens to report in the place of each.
        number
            Of the prompt. What is drawn is a function of the seed, this number and the number of the sample.

        Raises
        ------
        SoftsearchError
            A stop string is empty, the prompt is not Unicode, or `max_tokens` is less than 1.
        ValueError
            `samples` is less than 1.
        """
        asked = self._asked(prompt, generation, max_tokens, stop, alternatives)
        if samples < 1:
            raise ValueError(f"samples is at least 1, not {samples}")
        found: list[Continuation] = []
        for first in range(0, samples, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, samples))
            some = [self._sample(prompt, asked, number, each) for each in numbers]
            for _ in self._grown(some, prompt, asked):
                pass
            found += [Continuation(prompt, sample.tokens, sample.ended_by or "max_tokens") for sample in some]
        return found

    def stream(
        self,
        prompt: str = "",
        *,
        generation: Generation | None = None,
        max_tokens: int = 200,
        stop: Sequence[str] | str = (),
        alternatives: int = 0,
        number: int = 0,
    ) -> Iterator[WrittenToken]:
        """Return the tokens of the first continuation, each as soon as it is drawn.

        Parameters and errors are those of :meth:`write`.
        """
        asked = self._asked(prompt, generation, max_tokens, stop, alternatives)
        sample = self._sample(prompt, asked, number, 0)
        return (sample.tokens[-1] for _ in self._grown([sample], prompt, asked))

    def score(self, texts: Sequence[str] | str) -> list[ScoredText]:
        """Return what texts cost the model, in their order, each read by itself; every line with its end."""
        texts = [texts] if isinstance(texts, str) else texts
        rows = [self._rows(text) for text in texts]
        flat = list(itertools.chain.from_iterable(rows))
        lengths = list(map(len, flat))
        costs = iter(by_length(lengths, _AT_ONCE, lambda some: log_probs(self.model, [flat[row] for row in some])))
        return [self._scored(text, own, [next(costs) for _ in own]) for text, own in zip(texts, rows, strict=True)]

    def encoded(self, prompt: str) -> list[int]:
        """Return the ids that the model reads of a prompt, a line end before each line."""
        lines = prompt.split("\n")
        lines = lines[-1:] if self.by_line else lines
        return [token for line in self.tokenizer.encode_batch(lines) for token in (self.tokenizer.line_end, *line)]

    def unknown(self, prompt: str) -> list[str]:
        """Return the words of a prompt, or its characters where the tokens are smaller, that the model does not know.

        Of subwords it is the characters that are unknown by themselves, where any token of the prompt is.
        """
        if UNK not in self.encoded(prompt):
            return []
        text = prompt.rpartition("\n")[2] if self.by_line else prompt
        parts = text.split() if isinstance(self.tokenizer, WordTokenizer) else list(text.replace("\n", ""))
        parts = list(dict.fromkeys(parts))
        return [part for part, ids in zip(parts, self.tokenizer.encode_batch(parts), strict=True) if UNK in ids]

    def _asked(
        self, prompt: str, generation: Generation | None, max_tokens: int, stop: Sequence[str], alternatives: int
    ) -> _Asked:
        stop = (stop,) if isinstance(stop, str) else stop
        require_writable(prompt, stop=stop, max_tokens=max_tokens)
        alternatives = min(alternatives, self.tokenizer.size)
        return _Asked(generation or self.generation, max_tokens, stop, alternatives)

    def _sample(self, prompt: str, asked: _Asked, number: int, place: int) -> _Sample:
        seed = derive(asked.generation.seed, "sample", number, place)
        return _Sample(Spelling(self.tokenizer, prompt, asked.stop), seed=seed, max_tokens=asked.max_tokens)

    def _grown(self, samples: list[_Sample], prompt: str, asked: _Asked) -> Iterator[None]:
        """Let samples grow side by side, a token at a time, until all have ended."""
        history = torch.tensor([self.encoded(prompt)], device=device_of(self.model))
        read_so_far = read(self.model, history, begin(self.model, 1))
        begins = torch.zeros(len(samples), dtype=torch.long, device=history.device)
        features, reading, history = select((*read_so_far, history), begins)
        while True:
            new = self._draw(features, history, samples, asked)
            yield
            alive = [row for row, sample in enumerate(samples) if sample.ended_by is None]
            if not alive:
                return
            if len(alive) < len(samples):
                samples = [samples[row] for row in alive]
                reading, history, new = select((reading, history, new), torch.tensor(alive, device=new.device))
            history = torch.cat([history, new], dim=1)
            features, reading = read(self.model, new, reading)

    @torch.inference_mode()
    def _draw(
        self,
        features: Shaped[Tensor, "rows features"],
        history: Int[Tensor, "rows length"],
        samples: Sequence[_Sample],
        asked: _Asked,
    ) -> Int[Tensor, "rows 1"]:
        """Draw a token for each sample, and hand it over."""
        own = self.model.head(features)
        if own.isnan().any():
            raise _no_probabilities()
        scores = without_repetition(
            self._possible(own, samples), history, asked.generation, line_end=self.tokenizer.line_end
        )
        numbers = torch.tensor([sample.random.random() for sample in samples], dtype=torch.float64, device=own.device)
        tokens = draw(scores, numbers, asked.generation).unsqueeze(1)
        best, costs = own.topk(asked.alternatives), own.gather(1, tokens).squeeze(1).tolist()
        others = [self.tokenizer.pieces_of_text(row) for row in best.indices.tolist()]
        for sample, token, cost, *likeliest in zip(
            samples, tokens.squeeze(1).tolist(), costs, others, best.values.tolist(), strict=True
        ):
            alternatives = list(zip(*likeliest, strict=True))
            piece = self.tokenizer.pieces_of_text([token])[0]
            is_end = self.by_line and token == self.tokenizer.line_end
            sample.take(token, piece, cost, alternatives, is_end=is_end)
        return tokens

    def _possible(
        self, log_probs: Float[Tensor, "rows vocabulary"], samples: Sequence[_Sample]
    ) -> Float[Tensor, "rows vocabulary"]:
        """Return log-probabilities, ``-inf`` for tokens that are no text or do not fit what was written."""
        never = [token for token in (PAD, BOS, UNK, EOS) if token != self.tokenizer.line_end]
        possible = log_probs.index_fill(1, torch.tensor(never, device=log_probs.device), float("-inf"))
        for row, sample in zip(possible, samples, strict=True):
            if (fitting := sample.spelling.possible()) is not None:
                kept = row[fitting]
                row.fill_(float("-inf"))[fitting] = kept
        return possible

    def _rows(self, text: str) -> list[list[int]]:
        """Return the ids of each text that is read by itself: all lines with their ends, after a line end."""
        end = self.tokenizer.line_end
        lines = [[*line, end] for line in self.tokenizer.encode_batch(text.removesuffix("\n").split("\n"))]
        return [[end, *line] for line in lines] if self.by_line else [[end, *itertools.chain.from_iterable(lines)]]

    def _scored(self, text: str, rows: list[list[int]], found: list[list[float]]) -> ScoredText:
        ids = [token for row in rows for token in row[1:]]
        costs = list(itertools.chain.from_iterable(found))
        if any(map(math.isnan, costs)):
            raise _no_probabilities()
        whole = text.removesuffix("\n") + "\n"
        cost = Cost(
            nats=-math.fsum(costs),
            tokens=len(ids),
            words=len(text.split()),
            lines=whole.count("\n"),
            bytes=len(whole.encode("utf-8", "surrogatepass")),
            unknown=ids.count(UNK),
        )
        return ScoredText(text, self.tokenizer.pieces_of_text(ids), costs, cost)


def _no_probabilities() -> SoftsearchError:
    fix = "train again with a smaller learning rate, or with training.clip_norm"
    return SoftsearchError("the model gives no probabilities: its weights are far too large", fix=fix)


class _Sample:
    """A continuation that grows."""

    def __init__(self, spelling: Spelling, *, seed: int, max_tokens: int) -> None:
        self.spelling = spelling
        self.random = np.random.default_rng(seed)
        self.max_tokens = max_tokens
        self.tokens: list[WrittenToken] = []
        self.ended_by: Ending | None = None

    def take(
        self, token: int, piece: str, log_prob: float, alternatives: list[tuple[str, float]], *, is_end: bool
    ) -> None:
        """Append a token that was drawn."""
        text = "" if is_end else self.spelling.add(token)
        if self.spelling.is_stopped:
            self.ended_by = "stop"
        elif is_end or len(self.tokens) + 1 == self.max_tokens:
            self.ended_by = "end" if is_end else "max_tokens"
            text += self.spelling.rest()
        self.tokens.append(WrittenToken(text, piece, log_prob, alternatives))

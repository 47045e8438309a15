"""A prompt in, more text out, from an exported folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from softsearch.data.tokenizers import BOS, EOS, PAD, UNK, Tokenizer
from softsearch.decoding.settings import Generation
from softsearch.portable.network import NEXT, Arrays, Graph
from softsearch.portable.sampling import draw, without_repetition
from softsearch.seeding import derive
from softsearch.tasks.spelling import Spelling, require_writable


class Writer:
    """An exported language model and its tokenizer.

    Parameters
    ----------
    step
        Its graph.
    start
        The state before a text.
    generation
        How tokens are drawn, where a call does not say otherwise.
    context
        The tokens that it can look back; None for any number.
    by_line
        Whether each line is a text of its own: of a prompt the last one is read, and a line end is the end.
    """

    def __init__(
        self,
        step: Graph,
        start: Arrays,
        tokenizer: Tokenizer,
        *,
        generation: Generation,
        context: int | None,
        by_line: bool,
    ) -> None:
        self._step = step
        self._start = start
        self.tokenizer = tokenizer
        self.generation = generation
        self.context = context
        self.by_line = by_line

    def write(
        self,
        prompt: str = "",
        *,
        max_tokens: int = 200,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        seed: int | None = None,
        stop: Sequence[str] | str = (),
    ) -> Iterator[str]:
        """Return what follows a prompt, piece by piece, each as soon as it is drawn.

        Parameters
        ----------
        max_tokens
            The most tokens to write.
        temperature, top_k, top_p, min_p, seed
            See :class:`~softsearch.decoding.settings.Sampling`; None for the writer's own.
        stop
            Texts that end it; they are not part of what is written.

        Raises
        ------
        SoftsearchError
            A value is out of its range, a stop string is empty, or the prompt is not Unicode.
        """
        stop = (stop,) if isinstance(stop, str) else stop
        require_writable(prompt, stop=stop, max_tokens=max_tokens)
        own = self.generation
        generation = replace(
            own,
            temperature=own.temperature if temperature is None else temperature,
            top_k=own.top_k if top_k is None else top_k,
            top_p=own.top_p if top_p is None else top_p,
            min_p=own.min_p if min_p is None else min_p,
            seed=own.seed if seed is None else seed,
        )
        return self._written(prompt, generation, max_tokens, stop)

    def score(self, ids: Sequence[int]) -> list[float]:
        """Return the log-probability of each token of a text but the first, in nats."""
        reader = _Reader(self._step, self._start, self.context)
        return [float(reader.read(before)[token]) for before, token in pairwise(ids)]

    def _written(self, prompt: str, generation: Generation, max_tokens: int, stop: Sequence[str]) -> Iterator[str]:
        random = np.random.default_rng(derive(generation.seed, "sample", 0, 0))
        spelling, reader = Spelling(self.tokenizer, prompt, stop), _Reader(self._step, self._start, self.context)
        history = self._encoded(prompt)
        log_probs = reader.begin(history)
        for _ in range(max_tokens):
            possible = self._possible(log_probs, spelling)
            scores = without_repetition(possible, history, generation, line_end=self.tokenizer.line_end)
            token = draw(scores, random.random(), generation)
            if self.by_line and token == self.tokenizer.line_end:
                break
            yield spelling.add(token)
            if spelling.is_stopped:
                return
            history.append(token)
            log_probs = reader.read(token)
        yield spelling.rest()

    def _encoded(self, prompt: str) -> list[int]:
        lines = prompt.split("\n")[-1:] if self.by_line else prompt.split("\n")
        return [token for line in self.tokenizer.encode_batch(lines) for token in (self.tokenizer.line_end, *line)]

    def _possible(self, log_probs: np.ndarray, spelling: Spelling) -> np.ndarray:
        """Return log-probabilities, ``-inf`` for tokens that are no text or do not fit what was written."""
        possible = log_probs.copy()
        possible[[token for token in (PAD, BOS, UNK, EOS) if token != self.tokenizer.line_end]] = -np.inf
        if (fitting := spelling.possible()) is not None:
            kept = possible[fitting]
            possible[:] = -np.inf
            possible[fitting] = kept
        return possible


class _Reader:
    """Reads a text token by token; where the context is full, the last half of it is read again."""

    def __init__(self, step: Graph, start: Arrays, context: int | None) -> None:
        self._step, self._start, self._context = step, start, context
        self._stride = 1 if context is None else context - context // 2
        self._state = start
        self._window: list[int] = []

    def begin(self, ids: Sequence[int]) -> np.ndarray:
        """Return the log-probabilities of what follows the first tokens of a text."""
        over = 0 if self._context is None else max(0, len(ids) - self._context)
        for token in ids[-(-over // self._stride) * self._stride :]:
            log_probs = self.read(token)
        return log_probs

    def read(self, token: int) -> np.ndarray:
        """Return the log-probabilities of what follows a text's next token."""
        if self._context is not None and len(self._window) == self._context:
            again, self._window, self._state = self._window[self._stride :], [], self._start
            for before in again:
                self.read(before)
        self._window.append(token)
        found = self._step({"tokens": np.array([token]), **self._state})
        self._state = {name.removeprefix(NEXT): value for name, value in found.items() if name.startswith(NEXT)}
        return found["log_probs"][0]

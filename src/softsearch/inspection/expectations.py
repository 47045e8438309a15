"""What a language model expects at each place of a text, before it has read what stands there."""

from __future__ import annotations

import torch

from softsearch.inspection.texts import TokenText
from softsearch.pictures.next_tokens import Expected
from softsearch.tasks.context import read_along
from softsearch.tasks.writer import Writer


@torch.inference_mode()
def expectations(writer: Writer, text: TokenText, *, top: int) -> list[Expected]:
    """Return for each token of a text its probability, its rank and the `top` likeliest tokens in its place."""
    found = []
    for each in (part for ids in text.texts for part in read_along(writer.model, [ids])):
        log_probs = writer.model.head(each.features)
        own = log_probs.gather(1, each.targets.unsqueeze(1)).exp().squeeze(1)
        ranked, tokens = log_probs.sort(dim=1, descending=True, stable=True)
        ranks = 1 + (tokens == each.targets.unsqueeze(1)).int().argmax(dim=1)
        columns = (each.targets, own, ranks, tokens[:, :top], ranked[:, :top].exp())
        for token, probability, rank, others, shares in zip(*(column.tolist() for column in columns), strict=True):
            own_name, *others = writer.tokenizer.pieces_of_text([token, *others])
            found.append(Expected(own_name, probability, rank, list(zip(others, shares, strict=True))))
    return found

"""A network of one's own, trained, kept, loaded and used by softsearch: ``python examples/own_network.py FOLDER``.

softsearch asks five things of a network: `encode`, `start` and `step` to write with, `forward` and `output` to learn.
"""

import sys
from pathlib import Path

import torch
from torch import nn

import softsearch
from softsearch.data.batches import PairData
from softsearch.data.grammar import generate
from softsearch.data.parallel import PairReport
from softsearch.data.store import TokenStore
from softsearch.data.tokenizers import train_words
from softsearch.tasks.translation import HeldOut, TranslationTask


class DotAttention(nn.Module):
    def __init__(self, vocabulary, width=64):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.encoder = nn.GRU(width, width, batch_first=True)
        self.decoder = nn.GRU(width, width, batch_first=True)
        self.output = nn.Linear(2 * width, vocabulary)

    def encode(self, source, source_mask):
        return self.encoder(self.embedding(source))[0], source_mask

    def start(self, source):
        return (torch.zeros_like(source[0][:, 0]),)

    def step(self, tokens, state, source):
        each = [part.repeat_interleave(len(tokens) // len(part), dim=0) for part in source]  # for each hypothesis
        features, state, weights = self.write(tokens[:, None], state, *each)
        return self.output(features[:, 0]), state, weights[:, 0]

    def forward(self, source, source_mask, target_input, target_mask):
        encoded = self.encode(source, source_mask)
        return self.write(target_input, self.start(encoded), *encoded)[0][target_mask]

    def write(self, tokens, state, values, mask):
        hidden, last = self.decoder(self.embedding(tokens), state[0][None])
        weights = (hidden @ values.transpose(1, 2)).masked_fill(~mask[:, None], -1e9).softmax(dim=2)
        return torch.cat([hidden, weights @ values], dim=2), (last[0],), weights


def main(folder: Path) -> None:
    train, valid = (
        list(generate(source="de", target="en", num_pairs=300, split=part, seed=1)) for part in ("train", "valid")
    )
    tokenizer = train_words((text for pair in train for text in (pair.source, pair.target)), size=2000, lowercase=False)
    store, held_out = (
        TokenStore.write(folder / name, pairs, tokenizer, max_tokens=100, report=PairReport())
        for name, pairs in (("train", train), ("valid", valid))
    )
    search = {"beam": 3, "length_penalty": 1.0, "max_ratio": 2.0, "max_tokens": 100}
    task = TranslationTask(tokenizer, label_smoothing=0.0, lowercase=False, **search)
    data = PairData(store, name="built-in corpus", batch_tokens=1024, seed=1)
    network = DotAttention(tokenizer.size)
    softsearch.fit(
        network, task, data, folder / "run", valid=HeldOut("valid", valid, held_out), training={"max_steps": 60}
    )
    (translation,) = softsearch.load(folder / "run", model=DotAttention(tokenizer.size)).translate(train[0].source)
    print(f"{translation.source} -> {translation.text}   ({translation.pharaoh()})")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

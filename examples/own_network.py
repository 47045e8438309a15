"""A network of one's own, trained, kept, loaded and used by softsearch: ``python examples/own_network.py [FOLDER]``.

It reads with `encode` and writes with `start` and `step`; it learns with `forward` and `output`.
"""

import sys
from pathlib import Path

import torch
from torch import nn

import softsearch


class DotAttention(softsearch.SequenceModel):
    """Two recurrent nets; what is written finds what was read by a dot product (Luong et al. 2015)."""

    def __init__(self, vocabulary, width=64):
        super().__init__()
        self.embedding, self.output = nn.Embedding(vocabulary, width), nn.Linear(2 * width, vocabulary)
        self.encoder, self.decoder = (nn.GRU(width, width, batch_first=True) for _ in range(2))

    def encode(self, source, source_mask):
        return self.encoder(self.embedding(source))[0], source_mask

    def start(self, source):
        return (torch.zeros_like(source[0][:, 0]),)

    def step(self, tokens, state, source):
        rows = [part.repeat_interleave(len(tokens) // len(part), dim=0) for part in source]  # one for each hypothesis
        features, state, weights = self.write(tokens[:, None], state, *rows)
        return self.output(features[:, 0]), state, weights[:, 0]

    def forward(self, source, source_mask, target_input, target_mask):
        encoded = self.encode(source, source_mask)
        return self.write(target_input, self.start(encoded), *encoded)[0][target_mask]

    def write(self, tokens, state, values, mask):
        hidden, last = self.decoder(self.embedding(tokens), state[0][None])
        weights = (hidden @ values.transpose(1, 2)).masked_fill(~mask[:, None], -1e9).softmax(dim=2)
        return torch.cat([hidden, weights @ values], dim=2), (last[0],), weights


def main(folder: Path, *changes: str) -> None:
    recipe = softsearch.load_recipe("translate/builtin", ["data.num_train=500", "training.max_steps=100", *changes])
    task, data, valid = softsearch.prepare(recipe, folder / "data")
    network = DotAttention(task.tokenizer.size)
    out = folder / "run"
    softsearch.fit(network, task, data, out, valid=valid, training=recipe.training, seed=recipe.seed)
    (translation,) = softsearch.load(out, model=network).translate("Der Hund schläft.")
    print(f"{translation.source} -> {translation.text}   ({translation.pharaoh()})")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "runs/own-network"))

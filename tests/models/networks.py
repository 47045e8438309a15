"""Small networks of every kind, by the fields of a recipe, and what is asked of all of them."""

from __future__ import annotations

import torch
from torch import nn

from softsearch.build.model import build_model
from softsearch.recipes import schema

VOCABULARY, EMBEDDING = 11, 6
SOURCES, TARGETS = (4, 1, 6), (3, 5, 2)
EXACT = {"rtol": 1e-12, "atol": 1e-12}


PARTS = {
    "encoder_decoder": {
        "encoder": {"hidden": 4},
        "decoder": {"hidden": 8},
        "attention": {"kind": "additive", "hidden": 7},
    },
    "one_per_word": {"encoder": {"hidden": 4}},
    "transformer": {"width": 8, "heads": 2, "hidden": 10, "encoder_layers": 2, "decoder_layers": 2},
}
SCHEMA = {
    "encoder_decoder": schema.EncoderDecoder,
    "one_per_word": schema.OnePerWord,
    "transformer": schema.Transformer,
}


def make_model(*, kind="encoder_decoder", dtype=torch.float64, **changes):
    """Return the network of a recipe's `model`, given some of its fields; no two parts agree by accident."""
    widths = {} if kind == "transformer" else {"embedding": EMBEDDING, "readout": EMBEDDING}
    fields = {"kind": kind, **widths, "dropout": 0.0, **PARTS[kind], **changes}
    for part in ("encoder", "decoder"):
        if part in PARTS[kind]:
            fields[part] = {**PARTS[kind][part], **fields[part]}
        elif kind == "transformer":
            fields.pop(part, None)
    model = build_model(SCHEMA[kind].model_validate(fields), vocabulary=VOCABULARY, seed=1)
    torch.manual_seed(0)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.5)  # no bias is zero
    return model.to(dtype)


def make_batch(sources=SOURCES, targets=TARGETS):
    """Return source, source mask, target and target mask; padding is 0, every other token at least 2."""
    torch.manual_seed(1)
    batch = []
    for lengths in (sources, targets):
        mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
        ids = torch.randint(2, VOCABULARY, (len(lengths), 20))[:, : max(lengths)]
        batch += [ids * mask, mask]
    return batch


def logits_of(model, batch) -> torch.Tensor:
    return model.output(model(*batch))


def step_by_step(model, source, source_mask, target, target_mask) -> torch.Tensor:
    """Return the logits of `forward`, from one call of `step` for each word."""
    encoded = model.encode(source, source_mask)
    state, steps = model.start(encoded), []
    for tokens in target.unbind(1):
        logits, state, _ = model.step(tokens, state, encoded)
        steps.append(logits)
    return torch.stack(steps, 1)[target_mask]


def gradients(model, logits) -> dict[str, torch.Tensor]:
    model.zero_grad()
    (2 * logits).sin().sum().backward()
    return {name: parameter.grad for name, parameter in model.named_parameters()}


def assert_same_gradients(model, left, right) -> None:
    found, wanted = gradients(model, left), gradients(model, right)
    for name in wanted:
        torch.testing.assert_close(found[name], wanted[name], **EXACT, msg=lambda text, name=name: f"{name}: {text}")

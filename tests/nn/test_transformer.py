"""Transformer blocks against torch's, and read in pieces against read at once."""

import pytest
import torch
from torch import nn

from softsearch.nn.transformer import Block, Blocks, KeysValues, MultiHeadAttention, causal_mask, sinusoids

WIDTH, HEADS, HIDDEN = 12, 3, 20


def block(norm: str, *, reads_source: bool = False) -> Block:
    torch.manual_seed(0)
    return Block(Blocks(WIDTH, HEADS, HIDDEN, "relu", norm, 0.0), reads_source=reads_source).double()


def torchs(own: Block, norm: str) -> nn.TransformerEncoderLayer | nn.TransformerDecoderLayer:
    """torch's own layer with the same weights."""
    kind = nn.TransformerDecoderLayer if own.source else nn.TransformerEncoderLayer
    layer = kind(WIDTH, HEADS, HIDDEN, dropout=0.0, batch_first=True, norm_first=norm == "before").double()
    parts = [(own.own, layer.self_attn), *([(own.source, layer.multihead_attn)] if own.source else [])]
    norms = [own.own_norm, *([own.source_norm] if own.source else []), own.feed_forward_norm]
    with torch.no_grad():
        for mine, theirs in parts:
            theirs.in_proj_weight.copy_(torch.cat([mine.query.weight, mine.key_value.weight]))
            theirs.in_proj_bias.copy_(torch.cat([mine.query.bias, mine.key_value.bias]))
            theirs.out_proj.load_state_dict(mine.output.state_dict())
        layer.linear1.load_state_dict(own.feed_forward.wide.state_dict())
        layer.linear2.load_state_dict(own.feed_forward.narrow.state_dict())
        for number, mine in enumerate(norms, start=1):
            getattr(layer, f"norm{number}").load_state_dict(mine.state_dict())
    return layer


@pytest.mark.parametrize("norm", ["before", "after"])
def test_a_block_equals_torchs_forward_and_backward(norm):
    own = block(norm)
    layer, inputs = torchs(own, norm), torch.randn(2, 5, WIDTH, dtype=torch.float64)
    mask = causal_mask(5, 0, inputs.device)
    mine, theirs = inputs.clone().requires_grad_(), inputs.clone().requires_grad_()
    found, wanted = own(mine, None, mask)[0], layer(theirs, src_mask=~mask[0, 0])
    torch.testing.assert_close(found, wanted, rtol=1e-10, atol=1e-12)
    seen = torch.randn_like(found)
    found.backward(seen)
    wanted.backward(seen)
    torch.testing.assert_close(mine.grad, theirs.grad, rtol=1e-9, atol=1e-11)
    torch.testing.assert_close(own.feed_forward.wide.weight.grad, layer.linear1.weight.grad, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("norm", ["before", "after"])
def test_a_block_that_reads_a_source_equals_torchs(norm):
    own = block(norm, reads_source=True)
    layer = torchs(own, norm)
    inputs, source = (torch.randn(2, length, WIDTH, dtype=torch.float64) for length in (4, 6))
    real = torch.tensor([[True] * 6, [True] * 3 + [False] * 3])
    mask = causal_mask(4, 0, inputs.device)
    found = own(inputs, None, mask, own.source.project(source), real[:, None, None])[0]
    wanted = layer(inputs, source, tgt_mask=~mask[0, 0], memory_key_padding_mask=~real)
    torch.testing.assert_close(found, wanted, rtol=1e-10, atol=1e-12)


def test_read_in_pieces_is_read_at_once():
    own, inputs = block("before"), torch.randn(2, 7, WIDTH, dtype=torch.float64)
    whole = own(inputs, None, causal_mask(7, 0, inputs.device)).outputs
    past, pieces = None, []
    for start, end in ((0, 3), (3, 4), (4, 7)):
        seen = 0 if past is None else past.keys.shape[2]
        found, past, _ = own(inputs[:, start:end], past, causal_mask(end - start, seen, inputs.device))
        pieces.append(found)
    torch.testing.assert_close(torch.cat(pieces, dim=1), whole, rtol=1e-10, atol=1e-12)


def test_hypotheses_about_one_source_read_it_without_a_copy():
    own = block("before", reads_source=True)
    source, inputs = torch.randn(2, 6, WIDTH, dtype=torch.float64), torch.randn(6, 1, WIDTH, dtype=torch.float64)
    real = torch.tensor([[True] * 6, [True] * 4 + [False] * 2])
    read = own.source.project(source)
    copied = KeysValues(*(part.repeat_interleave(3, 0) for part in read))
    found = own(inputs, None, None, read, real[:, None, None])[0]
    wanted = own(inputs, None, None, copied, real.repeat_interleave(3, 0)[:, None, None])[0]
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=1e-14)


def test_the_weights_are_those_that_are_read_with():
    torch.manual_seed(0)
    attention = MultiHeadAttention(width=WIDTH, heads=HEADS).double()
    queries, source = (torch.randn(2, length, WIDTH, dtype=torch.float64) for length in (3, 5))
    mask = torch.tensor([[True] * 5, [True] * 2 + [False] * 3])[:, None, None]
    read = attention.project(source)
    weights = attention.weights(queries, read, mask)
    torch.testing.assert_close(weights.sum(3), torch.ones(2, HEADS, 3, dtype=torch.float64))
    assert not weights[1, :, :, 2:].any()
    found = attention.output((weights @ read.values).transpose(1, 2).flatten(2))
    torch.testing.assert_close(attention(queries, read, mask), found, rtol=1e-10, atol=1e-12)


def test_places_are_told_apart_by_sines_of_many_periods():
    found = sinusoids(torch.tensor([0, 1, 50]), 6)
    assert found[0].tolist() == [0.0, 1.0] * 3
    rates = [10_000 ** (-pair / 6) for pair in (0, 2, 4)]
    wanted = torch.tensor(
        [part for rate in rates for part in (torch.tensor(50 * rate).sin(), torch.tensor(50 * rate).cos())]
    )
    torch.testing.assert_close(found[2], wanted, rtol=1e-4, atol=1e-5)

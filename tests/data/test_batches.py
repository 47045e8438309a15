import itertools
import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softsearch.data.batches import PairData, make_batch, pad_sources, plan_epoch, plan_in_order
from softsearch.data.parallel import Pair, PairReport
from softsearch.data.store import TokenStore
from softsearch.data.tokenizers import BOS, EOS, PAD, train_words


def stored(folder, lengths) -> TokenStore:
    tokenizer = train_words(["a b c d e"], size=100, lowercase=False)
    stream = random.Random(0)

    def text(length: int) -> str:
        return " ".join(stream.choice("abcde") for _ in range(length))

    pairs = [Pair(text(source), text(target), 10 + row) for row, (source, target) in enumerate(lengths)]
    return TokenStore.write(folder, pairs, tokenizer, max_tokens=10_000, report=PairReport())


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> TokenStore:
    stream = random.Random(0)
    lengths = [(stream.randint(1, 40), stream.randint(1, 40)) for _ in range(2000)]
    return stored(tmp_path_factory.mktemp("batches") / "train", lengths)


def assert_each_row_once_within_budget(plan, store, batch_tokens) -> None:
    assert sorted(np.concatenate(plan).tolist()) == list(range(len(store)))
    for rows in plan:
        longest = 1 + max(store.source_lengths[rows].max(), store.target_lengths[rows].max())
        assert len(rows) == 1 or len(rows) * longest <= batch_tokens


def as_lists(plan) -> list[list[int]]:
    return [rows.tolist() for rows in plan]


def test_a_batch_holds_the_stored_ids_with_begin_and_end(store):
    rows = np.array([5, 3, 1999])
    batch = make_batch(store, rows)
    for index, row in enumerate(rows):
        source, target = store.source(row).tolist(), store.target(row).tolist()
        assert batch.source[index][batch.source_mask[index]].tolist() == [*source, EOS]
        assert batch.target_input[index][batch.target_mask[index]].tolist() == [BOS, *target]
        assert batch.target_output[index][batch.target_mask[index]].tolist() == [*target, EOS]
    assert batch.rows.tolist() == rows.tolist()


def test_padding_comes_after_the_text_and_is_masked(store):
    batch = make_batch(store, np.arange(50))
    for ids, mask in (
        (batch.source, batch.source_mask),
        (batch.target_input, batch.target_mask),
        (batch.target_output, batch.target_mask),
    ):
        assert mask.dtype == torch.bool
        assert torch.equal(mask, ids != PAD)
        assert torch.equal(mask, mask.cummin(dim=1).values)
        assert mask.any(dim=0).all(), "no column is padding alone"


def test_items_are_the_real_target_positions(store):
    rows = np.arange(50)
    assert make_batch(store, rows).num_items == int((store.target_lengths[rows] + 1).sum())


def test_a_batch_moves_as_a_whole(store):
    moved = make_batch(store, np.arange(3)).to("meta")
    assert {value.device.type for value in vars(moved).values()} == {"meta"}


def test_an_empty_source_still_has_a_position():
    source, mask = pad_sources([[], [7, 8]])
    assert source.tolist() == [[EOS, PAD, PAD], [7, 8, EOS]]
    assert mask.tolist() == [[True, False, False], [True, True, True]]


def test_sources_padded_alone_equal_those_of_a_batch(store):
    rows = np.array([4, 9, 2])
    source, mask = pad_sources([store.source(row).tolist() for row in rows])
    batch = make_batch(store, rows)
    assert torch.equal(source, batch.source)
    assert torch.equal(mask, batch.source_mask)


@pytest.mark.parametrize("batch_tokens", [1, 41, 100, 2048, 10**6])
def test_an_epoch_visits_each_row_once_within_budget(store, batch_tokens):
    assert_each_row_once_within_budget(
        plan_epoch(store, batch_tokens=batch_tokens, seed=1, epoch=0), store, batch_tokens
    )
    assert_each_row_once_within_budget(plan_in_order(store, batch_tokens=batch_tokens), store, batch_tokens)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=60).filter(
        lambda lengths: any(a for a, _ in lengths) and any(b for _, b in lengths)
    ),
    st.integers(1, 200),
)
def test_any_lengths_are_visited_once_within_budget(tmp_path_factory, lengths, batch_tokens):
    store = stored(tmp_path_factory.mktemp("any") / "train", lengths)
    plan = plan_epoch(store, batch_tokens=batch_tokens, seed=3, epoch=1)
    assert_each_row_once_within_budget(plan, store, batch_tokens)
    # Greedy: what comes next in order would not have fitted.
    in_order = plan_in_order(store, batch_tokens=batch_tokens)
    for rows, following in itertools.pairwise(in_order):
        joined = np.append(rows, following[0])
        longest = 1 + max(store.source_lengths[joined].max(), store.target_lengths[joined].max())
        assert len(joined) * longest > batch_tokens


def test_a_pair_longer_than_the_budget_is_a_batch_of_its_own(tmp_path):
    store = stored(tmp_path / "train", [(3, 3), (500, 2), (3, 3), (2, 500)])
    plan = plan_epoch(store, batch_tokens=20, seed=1, epoch=0)
    assert [1] in as_lists(plan)
    assert [3] in as_lists(plan)


def test_a_plan_is_a_function_of_seed_and_epoch(store):
    def plan(seed, epoch):
        return as_lists(plan_epoch(store, batch_tokens=500, seed=seed, epoch=epoch))

    np.random.seed(1)
    first = plan(1, 4)
    np.random.seed(2)
    plan(1, 3)
    assert plan(1, 4) == first


def test_epochs_and_seeds_differ_in_order_and_in_company(store):
    plans = [as_lists(plan_epoch(store, batch_tokens=500, seed=seed, epoch=e)) for seed, e in [(1, 0), (1, 1), (2, 0)]]
    companies = [{frozenset(rows) for rows in plan} for plan in plans]
    for one, other in [(0, 1), (0, 2), (1, 2)]:
        assert plans[one] != plans[other]
        assert len(companies[one] & companies[other]) < len(companies[one]) / 4


def test_pairs_of_equal_lengths_meet_at_random(tmp_path):
    store = stored(tmp_path / "train", [(5, 5)] * 200)
    plan = plan_epoch(store, batch_tokens=120, seed=1, epoch=0)
    assert not any((np.diff(rows) > 0).all() for rows in plan)


def test_batches_come_in_random_order_of_length(store):
    plan = plan_epoch(store, batch_tokens=500, seed=1, epoch=0)
    lengths = [store.target_lengths[rows].mean() for rows in plan]
    assert abs(np.corrcoef(lengths, np.arange(len(plan)))[0, 1]) < 0.3


def test_little_of_a_batch_is_padding(store):
    plan = plan_epoch(store, batch_tokens=1000, seed=1, epoch=0)
    padded = sum(len(rows) * (store.target_lengths[rows].max() + 1) for rows in plan)
    assert (store.target_lengths + 1).sum() / padded > 0.9


def test_the_plan_in_order_goes_from_short_to_long(store):
    lengths = store.target_lengths[np.concatenate(plan_in_order(store, batch_tokens=500))]
    assert (np.diff(lengths) >= 0).all()


def test_pair_data_plans_batches_and_names_its_lines(store):
    data = PairData(store, name="train.tsv", batch_tokens=500, seed=7)
    assert len(data) == len(store)
    plan = data.plan(2)
    assert as_lists(plan) == as_lists(plan_epoch(store, batch_tokens=500, seed=7, epoch=2))
    assert torch.equal(data.batch(plan[0]).target_output, make_batch(store, plan[0]).target_output)
    assert data.describe(np.array([0, 7])) == ["train.tsv:10", "train.tsv:17"]

import itertools
import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softsearch.data.batches import pad
from softsearch.data.pairs.batches import CorpusRows, PairData, epoch_visits, make_batch, plan_epoch, plan_in_order
from softsearch.data.pairs.pair import Pair, PairReport
from softsearch.data.pairs.store import TokenStore
from softsearch.data.tokenizers import BOS, EOS, PAD, train_words


def stored(folder, lengths) -> TokenStore:
    tokenizer = train_words(["a b c d e"], size=100, lowercase=False, split_punctuation=False)
    stream = random.Random(0)

    def text(length: int) -> str:
        return " ".join(stream.choice("abcde") for _ in range(length))

    pairs = [Pair(text(source), text(target), 10 + row) for row, (source, target) in enumerate(lengths)]
    return TokenStore.write(folder, [(pairs, PairReport())], tokenizer, max_tokens=10_000, keep_texts=True)


def whole_epoch(store, *, batch_tokens, seed, epoch) -> list[np.ndarray]:
    return plan_epoch(store, np.arange(len(store)), batch_tokens=batch_tokens, seed=seed, epoch=epoch)


def pair_data(store, *, corpora=None, batch_tokens=500, seed=7, segment=None) -> PairData:
    corpora = corpora or [CorpusRows("train.tsv", 1.0, len(store))]
    return PairData(store, corpora=corpora, batch_tokens=batch_tokens, seed=seed, segment=segment)


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> TokenStore:
    stream = random.Random(0)
    lengths = [(stream.randint(1, 40), stream.randint(1, 40)) for _ in range(2000)]
    return stored(tmp_path_factory.mktemp("batches") / "train", lengths)


def assert_each_row_once_within_budget(plan, store, batch_tokens) -> None:
    assert sorted(np.concatenate(plan).tolist()) == list(range(len(store)))
    for rows in plan:
        longest = 1 + max(store.source.lengths[rows].max(), store.target.lengths[rows].max())
        assert len(rows) == 1 or len(rows) * longest <= batch_tokens


def as_lists(plan) -> list[list[int]]:
    return [rows.tolist() for rows in plan]


def test_a_batch_holds_the_stored_ids_with_begin_and_end(store):
    rows = np.array([5, 3, 1999])
    batch = make_batch(store, rows)
    for index, row in enumerate(rows):
        source, target = store.source[row].tolist(), store.target[row].tolist()
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
    assert make_batch(store, rows).num_items == int((store.target.lengths[rows] + 1).sum())


def test_a_batch_moves_as_a_whole(store):
    moved = make_batch(store, np.arange(3)).to("meta")
    assert {value.device.type for value in vars(moved).values()} == {"meta"}


def test_an_empty_source_still_has_a_position():
    source, mask = pad([[], [7, 8]])
    assert source.tolist() == [[EOS, PAD, PAD], [7, 8, EOS]]
    assert mask.tolist() == [[True, False, False], [True, True, True]]


def test_sources_padded_alone_equal_those_of_a_batch(store):
    rows = np.array([4, 9, 2])
    source, mask = pad([store.source[row].tolist() for row in rows])
    batch = make_batch(store, rows)
    assert torch.equal(source, batch.source)
    assert torch.equal(mask, batch.source_mask)


@pytest.mark.parametrize("batch_tokens", [1, 41, 100, 2048, 10**6])
def test_an_epoch_visits_each_row_once_within_budget(store, batch_tokens):
    assert_each_row_once_within_budget(
        whole_epoch(store, batch_tokens=batch_tokens, seed=1, epoch=0), store, batch_tokens
    )
    assert_each_row_once_within_budget(plan_in_order(store, batch_tokens=batch_tokens), store, batch_tokens)


@settings(max_examples=8)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=60).filter(
        lambda lengths: any(a for a, _ in lengths) and any(b for _, b in lengths)
    ),
    st.integers(1, 200),
)
def test_any_lengths_are_visited_once_within_budget(tmp_path_factory, lengths, batch_tokens):
    store = stored(tmp_path_factory.mktemp("any") / "train", lengths)
    plan = whole_epoch(store, batch_tokens=batch_tokens, seed=3, epoch=1)
    assert_each_row_once_within_budget(plan, store, batch_tokens)
    # Greedy: what comes next in order would not have fitted.
    in_order = plan_in_order(store, batch_tokens=batch_tokens)
    for rows, following in itertools.pairwise(in_order):
        joined = np.append(rows, following[0])
        longest = 1 + max(store.source.lengths[joined].max(), store.target.lengths[joined].max())
        assert len(joined) * longest > batch_tokens


def test_a_pair_longer_than_the_budget_is_a_batch_of_its_own(tmp_path):
    store = stored(tmp_path / "train", [(3, 3), (500, 2), (3, 3), (2, 500)])
    plan = whole_epoch(store, batch_tokens=20, seed=1, epoch=0)
    assert [1] in as_lists(plan)
    assert [3] in as_lists(plan)


def test_a_plan_is_a_function_of_seed_and_epoch(store):
    def plan(seed, epoch):
        return as_lists(whole_epoch(store, batch_tokens=500, seed=seed, epoch=epoch))

    np.random.seed(1)
    first = plan(1, 4)
    np.random.seed(2)
    plan(1, 3)
    assert plan(1, 4) == first


def test_epochs_and_seeds_differ_in_order_and_in_company(store):
    plans = [as_lists(whole_epoch(store, batch_tokens=500, seed=seed, epoch=e)) for seed, e in [(1, 0), (1, 1), (2, 0)]]
    companies = [{frozenset(rows) for rows in plan} for plan in plans]
    for one, other in [(0, 1), (0, 2), (1, 2)]:
        assert plans[one] != plans[other]
        assert len(companies[one] & companies[other]) < len(companies[one]) / 4


def test_pairs_of_equal_lengths_meet_at_random(tmp_path):
    store = stored(tmp_path / "train", [(5, 5)] * 200)
    plan = whole_epoch(store, batch_tokens=120, seed=1, epoch=0)
    assert not any((np.diff(rows) > 0).all() for rows in plan)


def test_batches_come_in_random_order_of_length(store):
    plan = whole_epoch(store, batch_tokens=500, seed=1, epoch=0)
    lengths = [store.target.lengths[rows].mean() for rows in plan]
    assert abs(np.corrcoef(lengths, np.arange(len(plan)))[0, 1]) < 0.3


def test_little_of_a_batch_is_padding(store):
    plan = whole_epoch(store, batch_tokens=1000, seed=1, epoch=0)
    padded = sum(len(rows) * (store.target.lengths[rows].max() + 1) for rows in plan)
    assert (store.target.lengths + 1).sum() / padded > 0.9


def test_the_plan_in_order_goes_from_short_to_long(store):
    lengths = store.target.lengths[np.concatenate(plan_in_order(store, batch_tokens=500))]
    assert (np.diff(lengths) >= 0).all()


def test_pair_data_plans_batches_and_names_its_lines(store):
    data = pair_data(store)
    assert len(data) == len(store)
    plan = data.plan(0)
    assert as_lists(plan) == as_lists(whole_epoch(store, batch_tokens=500, seed=7, epoch=0))
    assert torch.equal(data.batch(plan[0]).target_output, make_batch(store, plan[0]).target_output)
    assert data.describe(np.array([0, 7])) == ["train.tsv:10", "train.tsv:17"]


def test_a_later_epoch_visits_the_same_rows_under_other_numbers(store):
    data, num = pair_data(store), len(store)
    plan = data.plan(2)
    rows = [visits - 2 * num for visits in plan]
    assert as_lists(rows) == as_lists(whole_epoch(store, batch_tokens=500, seed=7, epoch=2))
    assert torch.equal(data.batch(plan[0]).target_output, make_batch(store, rows[0]).target_output)
    assert data.batch(plan[0]).rows.tolist() == rows[0].tolist()
    assert data.describe(np.array([2 * num + 7])) == ["train.tsv:17"]


def test_a_pair_takes_the_positions_of_its_longer_side(store):
    visits = np.array([3, 5, 5 + len(store)])
    batch = make_batch(store, visits % len(store))
    longest = torch.maximum(batch.source_mask.sum(dim=1), batch.target_mask.sum(dim=1))
    assert pair_data(store).lengths(visits).tolist() == longest.tolist()


CORPORA = [CorpusRows("a.tsv", 2.0, 50), CorpusRows("b.de", 0.3, 1000), CorpusRows("c.tsv", 1.5, 10)]


def visited(epoch: int, seed: int = 1) -> np.ndarray:
    """Return how often each row is visited."""
    visits = epoch_visits(CORPORA, seed=seed, epoch=epoch)
    assert len(set(visits.tolist())) == len(visits)
    assert visits.min() // 1060 >= 2 * epoch, "no number was given in an earlier epoch"
    assert visits.max() // 1060 < 2 * (epoch + 1)
    return np.bincount(visits % 1060, minlength=1060)


def test_an_epoch_visits_a_corpus_as_often_as_its_weight_says():
    counts = visited(0)
    assert set(counts[:50]) == {2}
    assert set(counts[50:1050]) == {0, 1}
    assert counts[50:1050].sum() == 300
    assert sorted(counts[1050:]) == [1] * 5 + [2] * 5


def test_part_of_a_corpus_is_drawn_anew_for_each_epoch():
    drawn = [set(np.flatnonzero(visited(epoch)[50:1050])) for epoch in range(3)]
    for one, other in itertools.combinations(drawn, 2):
        assert 40 < len(one & other) < 150, "about 90 of 300 by chance"
    assert drawn[1] == set(np.flatnonzero(visited(1)[50:1050]))
    assert drawn[1] != set(np.flatnonzero(visited(1, seed=2)[50:1050]))


def test_a_share_of_few_pairs_is_right_on_average():
    corpora = [CorpusRows("a", 1.0, 5), CorpusRows("b", 0.25, 2)]
    sizes = [len(epoch_visits(corpora, seed=1, epoch=epoch)) - 5 for epoch in range(400)]
    assert set(sizes) == {0, 1}
    assert 160 < sum(sizes) < 240


def test_pairs_of_several_corpora_meet_in_batches_and_keep_their_names(tmp_path):
    store = stored(tmp_path / "train", [(4, 4)] * 30)
    data = pair_data(store, corpora=[CorpusRows("a.tsv", 1.0, 10), CorpusRows("b.de", 2.0, 20)], batch_tokens=100)
    plan = data.plan(3)
    assert sum(map(len, plan)) == 10 + 2 * 20
    assert len({name.split(":")[0] for name in data.describe(plan[0])}) == 2
    assert data.describe(np.array([9, 10, 29 + 30])) == ["a.tsv:19", "b.de:20", "b.de:39"]


def reversed_words(texts, seed) -> list[list[int]]:
    """A segmentation that tells which texts and which seed it was given."""
    return [[4 + seed % 5] * len(text.split()) + [4] for text in texts]


def test_sampled_batches_come_from_the_texts_and_are_a_function_of_the_visit(store):
    data, num = pair_data(store, segment=reversed_words), len(store)
    visits = np.array([5, 3, 1999])
    batch = data.batch(visits)
    assert (batch.source_mask.sum(dim=1) - 2).tolist() == store.source.lengths[visits].tolist()
    assert (batch.target_mask.sum(dim=1) - 2).tolist() == store.target.lengths[visits].tolist()
    assert batch.target_input[:, 0].tolist() == [BOS] * 3
    assert torch.equal(data.batch(visits).source, batch.source)
    seen = {int(data.batch(visits + epoch * num).source[0, 0]) for epoch in range(12)}
    assert len(seen) > 2

"""The claims about language models, on models made to look so many tokens back, or to be so good."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from torch import nn

from softsearch.build.families import family_of
from softsearch.claims import c17_context as c17
from softsearch.claims import c18_in_parallel as c18
from softsearch.claims import c19_more_data as c19
from softsearch.claims import c38_last_words as c38
from softsearch.claims import c39_characters as c39
from softsearch.claims import c44_simplified_lstm as c44
from softsearch.claims.language_models import Measured, recipe_of
from softsearch.models.language_model import LanguageModel
from softsearch.nn.heads import SoftmaxHead
from tests.claims.made_language_models import (
    TINY,
    VOCABULARY,
    Looking,
    figures_of,
    made,
    repeating,
    seen,
)


@pytest.fixture(autouse=True)
def _nothing_is_remembered():
    for cached in (c17._losses, c18._times, c38._gradients, c39._bits):
        cached.cache_clear()


def check(module, figures):
    """Hold a claim to what all have in common; return whether it holds."""
    assert set(module.CLAIM.expected) <= set(figures)
    assert isinstance(module.picture(1), Figure)
    return module.verdict(figures) == "holds"


# C17


@pytest.fixture
def contexts(monkeypatch):
    """Networks of C17 that look six words back, and others that look two back."""
    ids = repeating(6)
    models = dict.fromkeys(c17.LONG, made(Looking(6), ids)) | dict.fromkeys(c17.FIXED, made(Looking(2), ids))
    monkeypatch.setattr(c17, "measured", lambda setting, name, seed: models[name])
    return models


def test_c17_holds_where_the_networks_see_further_than_the_window(contexts):
    figures = figures_of(c17.measure)
    assert check(c17, figures)
    assert figures["gain_lstm"].mean > 1
    assert figures["gain_blind_lstm"].mean < 0
    assert figures["gain_bigram"].mean == pytest.approx(0, abs=1e-6)
    assert figures["perplexity_unigram"].mean > VOCABULARY > figures["perplexity_lstm"].mean


@pytest.mark.parametrize("name", c17.LONG)
def test_c17_fails_where_one_network_sees_no_further(name, contexts):
    contexts[name] = contexts["bigram"]
    assert c17.verdict(figures_of(c17.measure)) == "fails"


@pytest.mark.parametrize("name", c17.FIXED)
def test_c17_fails_where_a_window_is_none(name, contexts):
    contexts[name] = contexts["transformer"]
    assert c17.verdict(figures_of(c17.measure)) == "fails"


def test_c17_fails_where_other_words_help_as_well_or_a_window_reads_best(contexts):
    figures = figures_of(c17.measure)
    assert c17.verdict(seen(figures, gain_over_other_words_gru=(-0.1, 0.0, 0.1))) == "fails"
    contexts["kneser_ney"] = contexts["kneser_ney"]._replace(loss=0.1)
    assert c17.verdict(figures_of(c17.measure)) == "fails"


# C18


def taking(monkeypatch, seconds):
    """Let each case take so many seconds, times whatever else the machine does in a round."""
    shapes = [*((1, length) for length in c18.LENGTHS), (c18.SEQUENCES, c18.LENGTHS[0])]
    cases = [(name, *shape, threads) for name in c18.NETWORKS for shape in shapes for threads in c18.THREADS]
    times = {case: [seconds(*case) * busy for busy in (1.0, 3.0, 2.0)] for case in cases}
    monkeypatch.setattr(c18, "_times", lambda seed: times)


def waiting(network, sequences, length, threads):
    if network == "transformer":
        return 0.001 * sequences * length / threads
    return 0.002 * length * (1 if sequences == 1 else sequences / threads)


def test_c18_holds_where_a_second_thread_helps_the_lstm_with_many_sequences_only(monkeypatch):
    taking(monkeypatch, waiting)
    figures = figures_of(c18.measure)
    assert check(c18, figures)
    assert figures["lstm_over_transformer_at_64"].mean == pytest.approx(4)
    assert figures["speed_up_of_transformer_at_1024"].mean == pytest.approx(2)
    assert figures["steps_in_a_row_of_lstm_at_1024"].mean == 1026


def test_c18_fails_where_a_second_thread_helps_both_or_nothing(monkeypatch):
    for seconds in (lambda *case: waiting(*case[:3], 1) / case[3], lambda *case: waiting(*case[:3], 1)):
        taking(monkeypatch, seconds)
        assert c18.verdict(figures_of(c18.measure)) == "fails"


def test_c18_takes_the_times_of_real_networks_and_leaves_the_threads_as_they_were(monkeypatch):
    monkeypatch.setattr(c18, "WIDTH", 8)
    monkeypatch.setattr(c18, "ROUNDS", 1)
    monkeypatch.setattr(c18, "LENGTHS", (2, 1_024))
    monkeypatch.setattr(c18, "SEQUENCES", 2)
    before = torch.get_num_threads()
    figures = c18.measure(1)
    assert torch.get_num_threads() == before
    assert all(value > 0 for value in figures.values())


def test_c18_compares_layers_of_as_many_weights():
    lstm, transformer = c18._lstm(), c18._transformer()
    sizes = [
        sum(
            weight.numel() for name, weight in model.named_parameters() if weight.dim() == 2 and "embedding" not in name
        )
        for model in (lstm, transformer)
    ]
    places = c18.LENGTHS[-1] * c18.WIDTH
    assert sizes[0] == sizes[1] - places == 3 * 8 * 256**2 + 256**2


# C19


def reading(monkeypatch, surely):
    """Let a model expect the byte that comes so surely, by the size of the text that it has learnt from."""
    ids = repeating(3)
    models = {size: made(Looking(3, surely=surely(number)), ids) for number, size in enumerate(c19.SIZES)}
    monkeypatch.setattr(c19, "measured", lambda setting, network, seed: models[setting.characters])


def test_c19_holds_where_each_doubling_helps(monkeypatch):
    reading(monkeypatch, lambda number: 0.4 + 0.1 * number)
    figures = figures_of(c19.measure)
    assert check(c19, figures)
    losses = [figures[f"loss_at_{size}_characters"].mean for size in c19.SIZES]
    assert figures["smallest_gain_of_a_doubling"].mean == pytest.approx(min(-np.diff(losses)))
    assert figures["slope_of_frequencies"].mean == pytest.approx(0, abs=1e-12)


def test_c19_fails_where_one_doubling_or_the_context_does_not_help(monkeypatch):
    reading(monkeypatch, lambda number: (0.4, 0.6, 0.6, 0.7, 0.8)[number])
    assert c19.verdict(figures_of(c19.measure)) == "fails"
    reading(monkeypatch, lambda number: 0.4 + 0.1 * number)
    figures = figures_of(c19.measure)
    assert c19.verdict(seen(figures, loss_blind=(0.1, 0.1, 0.1))) == "fails"
    assert c19.verdict(seen(figures, slope_less_that_of_frequencies=(-0.1, 0.0, 0.1))) == "fails"


def test_a_slope_is_the_power_with_which_the_loss_falls():
    assert c19._slope([7.0 * size**-0.25 for size in c19.SIZES]) == pytest.approx(-0.25)


# C38


class LastWord(LanguageModel):
    """Its state is the embedding of the word that it has read last."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, 4)
        self.head = SoftmaxHead(features=4, vocabulary=VOCABULARY)

    def start(self, batch):
        return ()

    def forward(self, tokens, state):
        return self.embedding(tokens), state


@pytest.fixture
def words():
    random = np.random.default_rng(1)
    return [torch.from_numpy(random.integers(VOCABULARY, size=(30, 10))) for _ in range(2)]


@pytest.fixture
def networks(monkeypatch):
    ids = np.random.default_rng(2).integers(VOCABULARY, size=1_500)

    def measured(setting, cell, seed):
        recipe = recipe_of(TINY, cell, seed)
        return Measured(
            family_of(recipe).model(recipe, sizes={"vocabulary": VOCABULARY}).eval(), ids, ids[:700], ids[700:], 1.0
        )

    monkeypatch.setattr(c38, "measured", measured)
    monkeypatch.setattr(c38, "WORDS", TINY)
    monkeypatch.setattr(c38, "PLACES", 20)
    monkeypatch.setattr(c38, "FREQUENT", 5)


def holding(back, ids):
    """Return states that hold the word so many places back and nothing else."""
    states = torch.zeros(len(ids), VOCABULARY)
    states[torch.arange(back - 1, len(ids)), torch.from_numpy(ids[: len(ids) - back + 1])] = 1.0
    return states


def test_c38_the_mean_of_the_words_weighs_all_alike_and_a_last_word_is_alone(words):
    torch.manual_seed(1)
    mean = c38.MeanOfWords(nn.Embedding(VOCABULARY, 6))
    assert c38.gradients(mean, words[0], 1).tolist() == pytest.approx([0.1] * 10, rel=1e-4)
    assert c38.effects(mean, *words).max() < 0.25
    for shares in (c38.gradients(LastWord(), words[0], 1), c38.effects(LastWord(), *words)):
        assert shares.tolist() == [1.0, *[0.0] * 9]


def test_c38_the_gradient_is_that_of_the_last_state(words):
    recipe = recipe_of(TINY, "gru", 1)
    model = family_of(recipe).model(recipe, sizes={"vocabulary": VOCABULARY})
    direction = torch.randn(recipe.model.hidden, generator=torch.Generator().manual_seed(c38.derive(1, "direction")))

    def last(embedded):
        return model.first(embedded.unsqueeze(0))[0][0, -1]

    norms = torch.zeros(10)
    for row in words[0]:
        jacobian = torch.autograd.functional.jacobian(last, model.embedding(row).detach())
        norms += torch.einsum("h,hte->te", direction, jacobian).norm(dim=1).flip(0)
    torch.testing.assert_close(c38.gradients(model, words[0], 1), norms / norms.sum())


def test_c38_a_mean_is_the_same_however_its_text_is_cut(words):
    mean = c38.MeanOfWords(nn.Embedding(VOCABULARY, 6))
    whole, _ = mean(words[0], mean.start(30))
    _, state = mean(words[0][:, :4], mean.start(30))
    torch.testing.assert_close(mean(words[0][:, 4:], state)[0], whole[:, 4:])


def test_c38_words_are_recovered_from_a_state_that_holds_them_and_from_no_other():
    ids = np.random.default_rng(3).integers(VOCABULARY, size=3_000)
    kept = np.array([3, 7, 5])
    found = {back: c38.recovered(*[(holding(4, ids), ids)] * 2, back=back, words=kept) for back in (1, 3, 4, 5)}
    assert found[4] == 1.0
    assert max(found[1], found[3], found[5]) < 0.5
    nothing = torch.zeros(len(ids), 0)
    counts = np.bincount(ids)[kept]
    frequency = c38.recovered((nothing, ids), (nothing, ids), back=1, words=kept)
    assert frequency == pytest.approx(counts.max() / counts.sum())


def test_c38_is_measured_and_drawn(networks):
    figures = figures_of(c38.measure)
    check(c38, figures)
    assert figures["gradient_of_the_last_five_mean"].mean == pytest.approx(0.1, rel=1e-4)
    assert figures["recovered_1_back_lstm"].mean == figures["recovered_1_back_lstm_untrained"].mean
    assert 0.1 < figures["recovered_1_back_by_frequency"].mean < 0.3


def test_c38_holds_where_the_last_words_lead_and_the_first_are_lost(networks):
    most = {name: (0.8, 0.8, 0.8) for name in c38.CLAIM.expected if "last_five" in name and "mean" not in name}
    lost = {f"kept_50_back_{cell}": (0.01, 0.0, -0.01) for cell in c38.CELLS}
    finds = {f"recovered_1_back_{cell}": (0.9, 0.9, 0.9) for cell in c38.CELLS}
    equal = {"effect_of_the_last_five_mean": (0.1, 0.1, 0.1)}
    figures = seen(figures_of(c38.measure), **most, **lost, **finds, **equal)
    assert c38.verdict(figures) == "holds"
    for otherwise in (
        {"gradient_of_the_last_five_rnn": (0.4, 0.4, 0.4)},
        {"effect_of_the_last_five_lstm": (0.3, 0.6, 0.9)},
        {"kept_50_back_gru": (0.2, 0.2, 0.2)},
        {"recovered_1_back_lstm": (0.3, 0.9, 0.9)},
        {"gradient_of_the_last_five_mean": (0.8, 0.8, 0.8)},
    ):
        assert c38.verdict(seen(figures, **otherwise)) == "fails"


# C39


@pytest.fixture
def characters(monkeypatch):
    """Networks that look twenty characters back, the multiplicative ones better than the others."""
    ids = repeating(20)
    plain, better = (made(Looking(20), ids, loss=loss) for loss in (1.0, 0.9))
    models = {"rnn": plain, "mrnn": better, "lstm": plain, "mlstm": better}
    monkeypatch.setattr(c39, "measured", lambda setting, cell, seed: models[cell])
    return models


def test_c39_holds_where_a_long_memory_and_multiplying_help(characters):
    figures = figures_of(c39.measure)
    assert check(c39, figures)
    assert figures["mlstm_less_lstm"].mean == pytest.approx(-0.1 / np.log(2))
    assert figures["gain_lstm"].mean > 1
    assert figures["gain_blind_lstm"].mean < 0


@pytest.mark.parametrize("cell", c39.MEMORIES)
def test_c39_fails_where_a_long_memory_does_not_help(cell, characters):
    characters[cell] = characters[cell]._replace(model=Looking(2))
    assert c39.verdict(figures_of(c39.measure)) == "fails"


@pytest.mark.parametrize("cell", ["mrnn", "mlstm"])
def test_c39_fails_where_multiplying_does_not_help(cell, characters):
    characters[cell] = characters["rnn"]
    assert c39.verdict(figures_of(c39.measure)) == "fails"


# C44


@pytest.fixture
def losses(monkeypatch):
    """Losses by task and cell: the LSTM's is 1, as is that of each simpler one, and the control's is more."""
    found = {(task, cell): 1.0 for task in c44.TASKS for cell in ("lstm", *c44.SIMPLER)}
    found |= {(task, c44.CONTROL): 1.3 for task in c44.TASKS}
    ids = repeating(2)
    monkeypatch.setattr(
        c44, "measured", lambda setting, cell, seed: made(Looking(2), ids, loss=found[setting.name, cell])
    )
    return found


def test_c44_holds_where_no_simpler_cell_leads_on_both_tasks(losses):
    losses["words", "gru"] = 0.8
    figures = figures_of(c44.measure)
    assert check(c44, figures)
    assert figures["gru_less_lstm_words"].mean == pytest.approx(-0.2)
    assert figures["rnn_less_lstm_characters"].mean == pytest.approx(0.3)


def test_c44_fails_where_one_leads_on_both_or_the_control_is_no_worse(losses):
    losses["characters", c44.CONTROL] = 1.0
    assert c44.verdict(figures_of(c44.measure)) == "fails"
    losses["characters", c44.CONTROL] = 1.3
    losses["words", "lstm_coupled"] = losses["characters", "lstm_coupled"] = 0.9
    figures = figures_of(c44.measure)
    assert c44.verdict(figures) == "fails"
    assert c44.verdict(seen(figures, lstm_coupled_less_lstm_words=(-0.1, 0.0, -0.2))) == "holds"

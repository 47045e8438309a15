"""The decaying sum that the output layer may read."""

import pytest
import torch

from softsearch.models.recurrent_language_model import RecurrentLanguageModel
from softsearch.nn.dropout import Dropout
from softsearch.nn.heads import SoftmaxHead
from softsearch.nn.recurrent import Layers

VOCABULARY, HIDDEN, LAGS, DECAY = 7, 5, 3, 0.6


def make_model(lags: int) -> RecurrentLanguageModel:
    torch.manual_seed(0)
    model = RecurrentLanguageModel(
        vocabulary=VOCABULARY,
        embedding=4,
        layers=Layers("gru", HIDDEN, 2, residual=False),
        head=SoftmaxHead(features=HIDDEN * (lags + 1), vocabulary=VOCABULARY),
        lags=lags,
        decay=DECAY,
        dropout=Dropout(0.0),
        tie_embeddings=False,
        init=0.5,
    )
    return model.double()


def test_the_scores_are_a_decaying_sum_over_the_last_states():
    model, plain, tokens = make_model(LAGS), make_model(0), torch.randint(VOCABULARY, (2, 6))
    plain.load_state_dict(model.state_dict() | {"head.layer.weight": model.head.layer.weight[:, :HIDDEN]})
    states, _ = plain(tokens, plain.start(2))
    matrices = model.head.layer.weight.split(HIDDEN, dim=1)
    features, _ = model(tokens, model.start(2))
    found = model.head.layer(features)
    for step in range(6):
        wanted = model.head.layer.bias.expand(2, -1)
        for lag in range(min(step, LAGS) + 1):
            wanted = wanted + DECAY**lag * states[:, step - lag] @ matrices[lag].t()
        torch.testing.assert_close(found[:, step], wanted)


@pytest.mark.parametrize("cut", [1, 2, 4])
def test_the_last_states_are_carried_from_window_to_window(cut):
    model, tokens = make_model(LAGS), torch.randint(VOCABULARY, (2, 6))
    whole, _ = model(tokens, model.start(2))
    first, state = model(tokens[:, :cut], model.start(2))
    second, _ = model(tokens[:, cut:], state)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole)

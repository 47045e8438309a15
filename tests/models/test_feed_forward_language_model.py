"""The feed-forward net against Bengio et al. (2003), equation by equation."""

import pytest
import torch

from softsearch.models.feed_forward_language_model import FeedForwardLanguageModel
from softsearch.nn.heads import SoftmaxHead

VOCABULARY, EMBEDDING, HIDDEN, ORDER = 11, 4, 6, 4


def make(*, direct: bool) -> FeedForwardLanguageModel:
    torch.manual_seed(0)
    head = SoftmaxHead(features=HIDDEN + direct * (ORDER - 1) * EMBEDDING, vocabulary=VOCABULARY)
    fields = {"embedding": EMBEDDING, "hidden": HIDDEN, "order": ORDER, "direct": direct, "dropout": 0.0}
    return FeedForwardLanguageModel(vocabulary=VOCABULARY, head=head, **fields).double()


@pytest.mark.parametrize("direct", [False, True])
def test_a_word_is_predicted_from_the_embeddings_of_those_before_it(direct):
    model, words = make(direct=direct), [3, 1, 4, 1, 5, 9, 2, 6]
    state, found = model.start(1), []
    for window in (words[:1], words[1:6], words[6:]):
        features, state = model(torch.tensor([window]), state)
        found.append(model.head(features[0]))
    table, output = model.embedding.weight, model.head.layer
    for place, log_probs in enumerate(torch.cat(found)):
        last = ([VOCABULARY] * ORDER + words[: place + 1])[-(ORDER - 1) :]
        x = torch.cat([table[word] for word in last])
        y = output.bias + output.weight[:, :HIDDEN] @ torch.tanh(model.hidden.bias + model.hidden.weight @ x)
        if direct:
            y = y + output.weight[:, HIDDEN:] @ x
        torch.testing.assert_close(log_probs, y.log_softmax(0))

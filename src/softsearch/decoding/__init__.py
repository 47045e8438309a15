"""From a network's probabilities to sequences: searches that know of a model only how to start and to take a step."""

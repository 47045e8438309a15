"""Random trees that make sense, from noun phrases up to whole sentences: each module builds on the one before."""

from softsearch.data.grammar.sampling.sentences import Sampler

__all__ = ["Sampler"]

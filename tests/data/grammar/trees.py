"""What trees are made of by hand: concepts by their keys, and nodes, each with a number of its own."""

from __future__ import annotations

from itertools import count

from softsearch.data.grammar import lexicon
from softsearch.data.grammar.tree import Adjunct, Pronoun

NOUNS = {noun.key: noun for noun in lexicon.NOUNS}
VERBS = {verb.key: verb for verb in lexicon.VERBS} | {"be": lexicon.BE, "exist": lexicon.EXIST}
ADJECTIVES = {adjective.key: adjective for adjective in lexicon.ADJECTIVES}
FIXED = {phrase.key: phrase for phrase in (*lexicon.TIMES, *lexicon.FREQUENCIES, *lexicon.MEANS, lexicon.AT_HOME)}
ids = count(1)


def pronoun(key: str, *antecedents: str) -> Pronoun:
    return Pronoun(next(ids), key, tuple(NOUNS[noun] for noun in antecedents))


def fixed(key: str) -> Adjunct:
    return Adjunct(next(ids), FIXED[key])

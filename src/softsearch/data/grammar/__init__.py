"""The built-in corpus: a synchronous grammar of German and English with gold word links.

A small tree of concepts, drawn at random (:mod:`sampling`), is spoken by one lineariser per language (:mod:`de`,
:mod:`en`). Words that realise the same concept are linked, so the alignment is known and not guessed. Each language
has one way to say a tree and each sentence one tree up to its translation, so that translating is a function.
"""

from softsearch.data.grammar.generation import LANGUAGES, SPLITS, generate

__all__ = ["LANGUAGES", "SPLITS", "generate"]

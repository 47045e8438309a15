"""The built-in corpus: a synchronous grammar of German, English and French with gold word links and parts of speech.

A tree of concepts, drawn at random, is spoken by one lineariser per language. Words that realise the same concept are
linked, so the alignment is known and not guessed. Each language has one way to say a tree and each sentence one tree up
to its translation, so that translating is a function in all six directions: whom "you" means, for instance, is told by
the name that is called first.

========================================  ============================================================================
:mod:`generation`, :mod:`structures`      pairs in splits that share nothing; which combinations the test split keeps
:mod:`tree`                               the nodes of a tree, which belong to no language
:mod:`sampling`                           random trees: choices and noun `phrases`, `roles` of the verb, times and
                                          places, `clauses`, `joining` and asking, whole `sentences`
:mod:`german`, :mod:`english`,            the linearisers: word order, verbs, questions, orders
:mod:`french`
``*_phrases``, :mod:`french_verbs`        what they put together: any other node of a tree; verbs with their clitics;
                                          words by themselves: conjugation, declension, numbers
:mod:`text`                               words with what they realise, and how a stream of them becomes a sentence
:mod:`lexicon`                            concepts with their forms, and words with a grammatical task, read from the
                                          tables in the folder `words`
========================================  ============================================================================
"""

from softsearch.data.grammar.generation import LANGUAGES, generate

__all__ = ["LANGUAGES", "generate"]

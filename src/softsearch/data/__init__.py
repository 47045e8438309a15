"""Data: reading, checking, tokenising, storing and batching them. Knows no network and no recipe.

==========================================  =========================================================================
`pairs`                                     parallel text
`running`, `windows`, `library`             running text, batches cut from it, and the built-in one
`sentences`, `images`                       sentences and images with a class
`captions`                                  images with what is said of them
`episodes`, `programs`                      problems for a memory, and programs, drawn while they are needed
`grammar`                                   a grammar that makes pairs and sentences instead of reading them
`tokenizers`, `vectors`                     from text to ids and back; word vectors from a file
`text`, `rows`, `labels`                    lines of a file; rows with named fields; names of classes
`stored`, `batches`                         what all stores share, and all batches
`splits`, `word_tables`                     splits of what is drawn; tables of words that are shipped as text
==========================================  =========================================================================
"""

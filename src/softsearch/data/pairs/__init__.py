"""Parallel text: pairs of a source and its translation.

============================  =======================================================================================
`pair`                        what a pair is, and what is counted of those that are read
`two_files`, `one_file`       readers: line by line from two files; from one, of columns or of JSON
`word_marks`, `alignments`    word links and parts of speech; files of links that people have drawn
`dictionary`                  what stands for a word that a translator does not know
`doctor`                      what is wrong with pairs, and what is left out of training
`store`, `batches`            token ids on the disk; padded batches of them, and their order
============================  =======================================================================================
"""

"""Parallel text: reading, checking, tokenising, storing and batching it. Knows no network and no recipe.

The order in which a corpus passes: `text` (lines of a file), `parallel` (pairs of lines), `tokenizers` (ids),
`store` (ids in memory-mapped files), `batches` (padded tensors); `grammar` makes a corpus instead of reading one.
"""

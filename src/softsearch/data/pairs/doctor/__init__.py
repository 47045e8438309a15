"""What is wrong with a parallel corpus, found in one pass over it that keeps none of its texts.

`profile` looks at one pair, `repeats` for pairs that occurred before or are held out, `shift` at the order of
the lines. `examiner` puts them together into the `findings` that a person reads; `filtering` leaves out of training
what a recipe asks for.
"""

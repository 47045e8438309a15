"""Sequences of numbers, drawn here, and what is to be written at each of their steps."""

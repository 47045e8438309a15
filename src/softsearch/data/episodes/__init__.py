"""Sequences of numbers, drawn here or read from files, and what is to be written at each of their steps."""

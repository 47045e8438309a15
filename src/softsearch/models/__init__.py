"""Whole networks, each one file that reads from top to bottom in the order the data flow."""

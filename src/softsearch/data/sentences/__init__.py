"""Sentences with a class: read from the forms in which they are published, stored as token ids, cut into batches."""

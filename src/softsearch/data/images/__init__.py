"""Images with a class: read from wherever they are, stored at one size, augmented in batches."""

"""One loop for every task: steps, validations, checkpoints, and going on after any interruption."""

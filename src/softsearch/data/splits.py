"""The splits of what is drawn here: to train on, to validate on, to be tested on."""

from typing import Literal, get_args

Split = Literal["train", "valid", "test"]
SPLITS: tuple[str, ...] = get_args(Split)

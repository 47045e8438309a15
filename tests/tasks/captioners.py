"""Tiny captioners of both kinds, and a store of images with captions of every awkward number and length."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from softsearch.data.captions.captioned import CaptionedImage
from softsearch.data.captions.store import CaptionStore
from softsearch.data.tokenizers import EOS, Tokenizer, WordTokenizer
from softsearch.decoding.settings import Search
from softsearch.models.captioner import Captioner
from softsearch.models.captioning_transformer import CaptioningTransformer
from softsearch.models.parts import Decoder
from softsearch.models.residual_net import ResidualNet
from softsearch.nn.attention import AdditiveAttention, FixedContext, HardAttention
from softsearch.nn.recurrent import Layers
from softsearch.tasks.caption_writer import CaptioningModel
from softsearch.tasks.captions import AttentionTerms, CaptionTask
from softsearch.tasks.image_input import ImageInput

KINDS = ["soft", "hard", "none", "transformer"]
SIZE, MAPS, PLACES, HIDDEN = 8, 8, 4, 6
WORDS = WordTokenizer(["a", "red", "blue", "dot", "box"], lowercase=False, split_punctuation=False)
SAID = [("a red dot", "a dot"), ("a blue box",), ("", "a box a box a box", "red"), ("dot",), ("a zebra",)]
IMAGES = ImageInput((0.4, 0.5, 0.6), (0.2, 0.3, 0.25), SIZE)
SEARCH = Search(beam=3, length_penalty=1.0, max_ratio=0.0, min_length=2, max_length=7, no_repeat_ngrams=2)


def network(kind: str, *, vocabulary: int = WORDS.size, dropout: float = 0.0, expected: float = 0.5) -> CaptioningModel:
    """Return a captioner of eight-by-eight images, of which four places are left; what it says depends on them."""
    torch.manual_seed(3)
    encoder = ResidualNet(
        channels=3, classes=4, stem="cifar", block="basic", shortcut="A", residual=True, counts=(1, 1, 1), width=2
    )
    encoder.lose_head()
    written = {"vocabulary": vocabulary, "dropout": dropout, "tie_embeddings": False}
    model: CaptioningModel
    if kind == "transformer":
        fields = {"width": 6, "heads": 2, "hidden": 8, "layers": 1, "activation": "relu", "norm": "before"}
        model = CaptioningTransformer(encoder=encoder, annotation=MAPS, **written, **fields)
    else:
        widths = {"query": HIDDEN, "annotation": MAPS + 2, "hidden": 5}
        attention = {
            "soft": lambda: AdditiveAttention(**widths, coverage=False),
            "hard": lambda: HardAttention(**widths, expected=expected),
            "none": FixedContext,
        }[kind]()
        layers = Layers("gru", HIDDEN, 1, residual=False)
        decoder = Decoder(embedding=5, layers=layers, attention=attention, bridge="learned", readout=5, **written)
        model = Captioner(decoder, encoder=encoder, annotation=MAPS, places=True, gated=True)
    for name, parameter in model.named_parameters():
        if not name.startswith("encoder"):
            nn.init.normal_(parameter, std=1.0)
    with torch.no_grad():
        model.output.bias[EOS] += 1.0
    return model


def task(*, tokenizer: Tokenizer = WORDS, doubly_stochastic: float = 0.5, smoothing: float = 0.0) -> CaptionTask:
    terms = AttentionTerms(doubly_stochastic=doubly_stochastic, reward=0.8, entropy=0.1, baseline=0.75)
    return CaptionTask(tokenizer, images=IMAGES, label_smoothing=smoothing, attention=terms, search=SEARCH)


def pixels(number: int) -> np.ndarray:
    """Return an image of four squares of different colours."""
    squares = np.random.default_rng(number).integers(256, size=(2, 2, 3)).astype(np.uint8)
    return squares.repeat(SIZE // 2, axis=0).repeat(SIZE // 2, axis=1)


def store(folder: Path, *, tokenizer: Tokenizer = WORDS) -> CaptionStore:
    images = (CaptionedImage(pixels(number), said, f"{number}.png") for number, said in enumerate(SAID))
    return CaptionStore.write(folder, images, tokenizer, size=SIZE, channels=3, skip=False)

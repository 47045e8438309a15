"""Every field of a recipe, its type, its range and its default: the one place where defaults live.

A kind of part (a tokenizer, an attention, …) is a class here; where several kinds can stand, the recipe names one in
``kind``. Field names are the keywords of the objects that are built from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from softsearch.errors import RecipeError
from softsearch.recipes.duration import UNIT_WORDS, Duration, Unit

Count = Annotated[int, Field(ge=1, le=10**12)]
Width = Annotated[int, Field(ge=1, le=65_536)]
Share = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Text = Annotated[str, Field(min_length=1, pattern=r"^\S(.*\S)?$")]


def mistake(problem: str, *, key: str = "", allowed: str = "", nearest: str = "", fix: str = "") -> PydanticCustomError:
    """Return an error that a validator raises; `key` is the field below the validated model that is to blame."""
    context = {"problem": problem, "key": key, "allowed": allowed, "nearest": nearest, "fix": fix}
    return PydanticCustomError("mistake", "{problem}", context)


def _duration_in(*units: Unit) -> Callable[[object], Duration]:
    words = [word for unit in units for word in UNIT_WORDS[unit]]
    allowed = f"a number and a unit: {', '.join(words)}"

    def parse(value: object) -> Duration:
        try:
            duration = value if isinstance(value, Duration) else Duration.parse(value)
        except RecipeError as error:
            close = error.nearest if error.nearest in words else ""
            raise mistake(error.problem, allowed=allowed, nearest=close or "", fix=error.fix or "") from None
        if duration.unit not in units:
            raise mistake(f"a duration in {duration.unit} cannot stand here", allowed=allowed)
        return duration

    return parse


Time = Annotated[Duration, PlainValidator(_duration_in("seconds")), PlainSerializer(str)]
Progress = Annotated[Duration, PlainValidator(_duration_in("steps", "epochs")), PlainSerializer(str)]
TimeOrProgress = Annotated[Duration, PlainValidator(_duration_in("steps", "epochs", "seconds")), PlainSerializer(str)]


class Part(BaseModel):
    """What all parts of a recipe share: no unknown keys, no silent conversions, no changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Translation(Part):
    """Sentences of one language in, sentences of another out."""

    kind: Literal["translation"]
    label_smoothing: Share = 0.1


class Table(Part):
    """Pairs in one file: source, tab, target; optionally a third column with word links."""

    pairs: Text


class TwoFiles(Part):
    """Pairs in two files: line i of one translates line i of the other."""

    source: Text
    target: Text


def _form(value: object) -> str:
    is_table = isinstance(value, Table) or (isinstance(value, Mapping) and "pairs" in value)
    return "table" if is_table else "two files"


def _form_or_number(value: object) -> str:
    return "number" if isinstance(value, int) and not isinstance(value, bool) else _form(value)


# softsearch.recipes.fields.chosen makes the same choice: the first member that has one of the keys, else the last.
Pairs = Annotated[Annotated[Table, Tag("table")] | Annotated[TwoFiles, Tag("two files")], Discriminator(_form)]
PairsOrNumber = Annotated[
    Annotated[Table, Tag("table")] | Annotated[TwoFiles, Tag("two files")] | Annotated[Count, Tag("number")],
    Discriminator(_form_or_number),
]


class Files(Part):
    """Parallel text of the user's own.

    Attributes
    ----------
    folder
        Base of the relative file names below; :func:`~softsearch.recipes.load_recipe` makes it absolute.
    valid
        Files, or how many pairs to split off the training pairs at random.
    max_tokens
        Training pairs with a longer side are left out and counted.
    """

    kind: Literal["files"]
    folder: Text | None = None
    source: Text
    target: Text
    train: Pairs
    valid: PairsOrNumber = 500
    test: Pairs | None = None
    max_tokens: Count = 100


class Grammar(Part):
    """The built-in corpus, generated from a synchronous grammar with its true word links."""

    kind: Literal["grammar"]
    source: Literal["de", "en"] = "de"
    target: Literal["de", "en"] = "en"
    num_train: Count = 20_000
    num_valid: Count = 500
    num_test: Count = 1_000


class Sentencepiece(Part):
    """Subwords, trained on both languages together. `size` is the vocabulary at most."""

    kind: Literal["sentencepiece"]
    size: Count = 8_000
    lowercase: bool = False


class Words(Part):
    """White-space words, the most frequent `size` of both languages together."""

    kind: Literal["words"]
    size: Count = 10_000
    lowercase: bool = False


class Additive(Part):
    """Bahdanau's attention: a small network scores each annotation against the decoder's state."""

    kind: Literal["additive"]
    hidden: Width = 512


class Mean(Part):
    """The average of all annotations, whatever is being written."""

    kind: Literal["mean"]


class NoAttention(Part):
    """No annotations are read: the decoder gets the encoder's last states, the same at every step."""

    kind: Literal["none"]


Attention = Annotated[Additive | Mean | NoAttention, Field(discriminator="kind")]


class Encoder(Part):
    """A bidirectional recurrent network; `hidden` is the width of each direction."""

    cell: Literal["gru", "lstm"] = "gru"
    hidden: Width = 256
    layers: Annotated[int, Field(ge=1, le=64)] = 1


class Decoder(Part):
    """A recurrent network that writes one token at a time."""

    cell: Literal["gru", "lstm"] = "gru"
    hidden: Width = 512


class EncoderDecoder(Part):
    """Encoder, attention, decoder.

    Attributes
    ----------
    bridge
        The decoder's first state: computed from the encoder's last states ("learned"), or "zeros".
    readout
        Width of the layer before the output layer.
    tie_embeddings
        The output layer shares its weights with the embeddings: `readout` must equal `embedding`.
    """

    kind: Literal["encoder_decoder"]
    embedding: Width = 256
    encoder: Encoder = Encoder()
    decoder: Decoder = Decoder()
    attention: Attention = Additive(kind="additive")
    bridge: Literal["learned", "zeros"] = "learned"
    readout: Width = 256
    dropout: Share = 0.3
    tie_embeddings: bool = True

    @model_validator(mode="after")
    def _tied_widths_are_equal(self) -> EncoderDecoder:
        if self.tie_embeddings and self.readout != self.embedding:
            problem = f"with tie_embeddings, readout ({self.readout}) must equal embedding ({self.embedding})"
            fix = f"set readout: {self.embedding}, or tie_embeddings: false"
            raise mistake(problem, key="readout", allowed=str(self.embedding), fix=fix)
        return self


class AdamW(Part):
    """Adam with decoupled weight decay."""

    kind: Literal["adamw"]
    learning_rate: Positive = 1e-3
    weight_decay: NotNegative = 0.0
    betas: Annotated[tuple[Share, Share], Field(strict=False)] = (0.9, 0.98)


class Linear(Part):
    """Warm up, then fall in a straight line to zero at the end of the training."""

    kind: Literal["linear"]
    warmup_steps: Annotated[int, Field(ge=0, le=10**12)] = 200


class Constant(Part):
    """Warm up, then stay."""

    kind: Literal["constant"]
    warmup_steps: Annotated[int, Field(ge=0, le=10**12)] = 200


Schedule = Annotated[Linear | Constant, Field(discriminator="kind")]


class Stop(Part):
    """What decides which checkpoint is best, and when to give up.

    Attributes
    ----------
    patience
        So many validations without a better one end the training; null: none do.
    """

    on: Literal["loss", "bleu"] = "loss"
    patience: Count | None = 5


class Training(Part):
    """How to train, and when to stop: at the first of the limits that is reached.

    Attributes
    ----------
    batch_tokens
        Padded tokens in a batch, on either side.
    clip_norm
        Longer gradients are cut to this length; null: none are.
    threads
        Processor cores to use; null: all.
    """

    batch_tokens: Count = 2_048
    optimizer: AdamW = AdamW(kind="adamw")
    schedule: Schedule = Linear(kind="linear")
    clip_norm: Positive | None = 1.0
    max_steps: Count | None = None
    max_epochs: Count | None = None
    budget: Time | None = None
    validate_every: Progress = Duration(1, "epochs")
    checkpoint_every: TimeOrProgress = Duration(120.0, "seconds")
    stop: Stop = Stop()
    threads: Annotated[int, Field(ge=1, le=1_024)] | None = None

    @model_validator(mode="after")
    def _it_ends(self) -> Training:
        if self.max_steps is None and self.max_epochs is None and self.budget is None:
            fix = "add, for instance, budget: 30 minutes"
            raise mistake("training has no end", allowed="at least one of max_steps, max_epochs, budget", fix=fix)
        return self


class Decoding(Part):
    """Beam search. Scores are divided by length ** `length_penalty`.

    Attributes
    ----------
    max_ratio
        A translation has at most this many times its source's tokens, and ten more.
    """

    beam: Annotated[int, Field(ge=1, le=1_000)] = 5
    length_penalty: Annotated[float, Field(ge=0, le=10)] = 1.0
    max_ratio: Annotated[float, Field(gt=0, le=100)] = 2.0


class Recipe(Part):
    """All that decides a training. Read one with :func:`~softsearch.recipes.load_recipe`."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    task: Translation = Translation(kind="translation")
    data: Annotated[Files | Grammar, Field(discriminator="kind")]
    tokenizer: Annotated[Sentencepiece | Words, Field(discriminator="kind")] = Sentencepiece(kind="sentencepiece")
    model: EncoderDecoder = EncoderDecoder(kind="encoder_decoder")
    training: Training
    decoding: Decoding = Decoding()

    _path: Path | None = PrivateAttr(default=None)

    @property
    def path(self) -> Path | None:
        """The file it was read from; None for a recipe made in Python."""
        return self._path

    @property
    def name(self) -> str:
        """The file's name without its ending, or "recipe"."""
        return "recipe" if self._path is None else self._path.stem

    def __eq__(self, other: object) -> bool:
        """Compare the fields: where a recipe was read from does not count."""
        return isinstance(other, Recipe) and self.model_dump() == other.model_dump()

    __hash__ = None  # type: ignore[assignment]

"""The words that name a tensor's axes in every public signature, and the types they are written with.

``Float[Tensor, "batch src hidden"]`` is a tensor of floats with three axes. In one call a word stands for one size, so
two arguments that share a word must agree; ``*`` before a word takes any number of axes, ``#`` also an axis of size 1,
``_`` one axis of any size, a number is itself. While the tests run every such signature is checked
(``tests/conftest.py``); otherwise it costs nothing.

=============  =====================================================================
word           what is counted along the axis
=============  =====================================================================
batch          the items of a batch
src            positions of the source, its end mark among them
tgt            positions of the target
length         positions of a hypothesis so far
rows           hypotheses or items that are treated alike, such as batch times beam
beam           hypotheses of one source
embedding      components of a token's embedding
heads, head    attentions side by side, and the components of what each of them reads
hidden         components of a recurrent state
gates          components of all gates of a recurrent cell, one gate after the other
input          components of what a layer reads
query          components of what attention is asked with
readout        components of the layer below the output layer
annotation     components of one annotation of the source
attention      components in which attention compares query and annotation
features       components of a vector whose meaning the function does not care about
width          a padded length or a vector's width, where it does not matter which
in, out        what a linear map reads and writes
new            positions that are picked from others
vocabulary     token ids
channels       maps of an image: colours, or what a layer has written
height         rows of an image, a map or a kernel; its columns are counted along `width`
classes        kinds of things that are told apart
filters        what a layer of filters writes
number         images of a store
captions       captions of the images of a batch or a store, several of each
locations, word    vectors that a memory keeps, and their components
moves          ways in which a head may move in a step
=============  =====================================================================
"""

from __future__ import annotations

from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

AXES = (
    "batch",
    "src",
    "tgt",
    "length",
    "rows",
    "beam",
    "embedding",
    "heads",
    "head",
    "hidden",
    "gates",
    "input",
    "query",
    "readout",
    "annotation",
    "attention",
    "features",
    "width",
    "in",
    "out",
    "new",
    "vocabulary",
    "channels",
    "height",
    "classes",
    "filters",
    "number",
    "captions",
    "locations",
    "word",
    "moves",
)

__all__ = ["AXES", "Bool", "Float", "Int", "Shaped", "Tensor"]

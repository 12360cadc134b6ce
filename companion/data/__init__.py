"""Pictures to diffuse: digits, photographs, drawn scenes, your own folder.

One convention for every image of the book:

    range    values in [-1, 1]: black is -1, white is 1
    dtype    float32
    layout   (N, C, H, W) for a set, (C, H, W) for one image, C = 1 (grey) or 3 (RGB)

So the data has the scale that the forward process ends on, a variance of about 1 or
less, and grey is 0. A folder's set is kept as bytes, at a quarter of the memory, and `as_floats`
makes floats of a batch of it. `from_uint8` brings pixels into the convention and `to_uint8` takes
an image out of it, to be shown. The files of digits and photographs come with the
installed libraries. Only `hub`, which nothing else calls, asks for a network.
"""

from companion.data.boxes import Box, boxes, layout
from companion.data.captions import kept_back, other_way
from companion.data.digits import Digits, LabelledImages, digits
from companion.data.encoders import find_encoder, frozen_tokens, token_count
from companion.data.fingerprint import changed, fingerprint
from companion.data.folder import Folder, folder, held_out, split
from companion.data.hub import hub, hub_names
from companion.data.labels import Labels, label_files, labels
from companion.data.names import shown_name
from companion.data.photos import Crops, photo, photo_crops, photo_names
from companion.data.pixels import as_bytes, as_floats, from_uint8, to_uint8
from companion.data.reading import picture, picture_size
from companion.data.scenes import (
    COLOURS,
    SHAPES,
    Scene,
    Scenes,
    Shape,
    caption,
    draw,
    scenes,
)
from companion.data.vocabulary import SCENE_WORDS, Vocabulary

__all__ = [
    "COLOURS",
    "Box",
    "Crops",
    "Digits",
    "Folder",
    "Labels",
    "LabelledImages",
    "SCENE_WORDS",
    "SHAPES",
    "Scene",
    "Scenes",
    "Shape",
    "Vocabulary",
    "as_bytes",
    "as_floats",
    "boxes",
    "caption",
    "changed",
    "digits",
    "draw",
    "find_encoder",
    "fingerprint",
    "folder",
    "from_uint8",
    "frozen_tokens",
    "held_out",
    "hub",
    "hub_names",
    "kept_back",
    "label_files",
    "labels",
    "layout",
    "other_way",
    "photo",
    "photo_crops",
    "photo_names",
    "picture",
    "picture_size",
    "scenes",
    "shown_name",
    "split",
    "to_uint8",
    "token_count",
]

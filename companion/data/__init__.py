"""Pictures to diffuse: the digits of scikit-learn, photographs of scikit-image.

One convention for every image of the book:

    range    values in [-1, 1]: black is -1, white is 1
    dtype    float32
    layout   (N, C, H, W) for a set, (C, H, W) for one image, C = 1 (grey) or 3 (RGB)

So the data has the scale that the forward process ends on, a variance of about 1 or
less, and grey is 0. `from_uint8` brings pixels into the convention and `to_uint8` takes
an image out of it, to be shown. All files come with the installed libraries: nothing
here asks for a network.
"""

from companion.data.digits import Digits, LabelledImages, digits
from companion.data.photos import photo, photo_names
from companion.data.pixels import from_uint8, to_uint8

__all__ = [
    "Digits",
    "LabelledImages",
    "digits",
    "from_uint8",
    "photo",
    "photo_names",
    "to_uint8",
]

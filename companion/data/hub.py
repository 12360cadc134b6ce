"""Three well-known sets of images from the Hugging Face hub: an extra, and online."""

import numpy as np
import torch
import torch.nn.functional as F

from companion.data.digits import Digits, LabelledImages
from companion.data.pixels import from_uint8

# name -> (on the hub, the column of images, the column of labels)
_SETS = {
    "mnist": ("ylecun/mnist", "image", "label"),
    "fashion-mnist": ("zalando-datasets/fashion_mnist", "image", "label"),
    "cifar-10": ("uoft-cs/cifar10", "img", "label"),
}


def hub_names() -> tuple[str, ...]:
    """The names that `hub` knows."""
    return tuple(_SETS)


def hub(name: str, count: int | None = None) -> Digits:
    """One of the sets, 32 by 32 pixels; the parts called train and test by its makers.

    MNIST and Fashion-MNIST have 28 pixels a side and get a margin of black.

    Args:
        name: one of `hub_names()`.
        count: only so many images of each part; None for all.

    Returns:
        The images and labels of both parts.

    Raises:
        ValueError: For an unknown name.
        ImportError: Without the library `datasets`.
        ConnectionError: Where the set is neither on this machine nor to be had.
    """
    if name not in _SETS:
        raise ValueError(f"name: got {name!r}, expected one of {', '.join(_SETS)}")
    try:
        from datasets import load_dataset
    except ImportError:
        raise ImportError(
            f"{name} is read with the library datasets, which is not installed: "
            "pip install 'companion[hub]'. The digits and the photographs need no network"
        ) from None
    where, image, label = _SETS[name]
    parts = []
    for part in ("train", "test"):
        limit = "" if count is None else f"[:{count}]"
        try:
            rows = load_dataset(where, split=part + limit)
        except Exception as error:  # its errors offline are of many kinds
            words = (str(error).splitlines() or [type(error).__name__])[0]
            raise ConnectionError(
                f"{name}: could not read {where} from the hub ({words}). It needs the "
                "network once; after that a copy is kept. The digits and the "
                "photographs need none"
            ) from error
        images = torch.stack([from_uint8(np.asarray(x)) for x in rows[image]])
        margin = (32 - images.shape[-1]) // 2
        images = F.pad(images, [margin] * 4, value=-1.0)  # (N, C, 32, 32)
        labels = torch.tensor(rows[label], dtype=torch.int64)
        parts.append(LabelledImages(images, labels))
    return Digits(*parts)

"""What is drawn by default, from where, and for whom: `lib` has digits, photos and the hub.

`lib` has the public names of `companion.data.digits`, `photos` and `hub`.
"""

import sys
import types
from unittest.mock import patch

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

LEARNED = ("astronaut", "chelsea", "china", "coffee", "hubble_deep_field", "motorcycle")
HELD_OUT = ("flower", "rocket")
HIGH, WIDE = 70, 90


def told_apart(name):
    """A photograph whose pixels say which it is and where they are: (3, 70, 90)."""
    which = (*LEARNED, *HELD_OUT).index(name) / 10
    y, x = torch.meshgrid(torch.linspace(-1, 1, HIGH), torch.linspace(-1, 1, WIDE), indexing="ij")
    return torch.stack([torch.full_like(x, which), y, x])


def crops_of_such(lib, *numbers):
    with patch.dict(lib.photo_crops.__globals__, photo=told_apart):
        return lib.photo_crops(*numbers)


def crops_come_evenly_from_the_photographs_of_their_side(lib):
    crops = crops_of_such(lib, 8, 1500, 500)
    for part, names in ((crops.train, LEARNED), (crops.held_out, HELD_OUT)):
        which = (part[:, 0].mean(dim=(1, 2)) * 10).round().int().tolist()
        assert (part[:, 0] * 10 - part[:, 0].mean(dim=(1, 2), keepdim=True) * 10).abs().max() < 1e-3
        first = 0 if names is LEARNED else len(LEARNED)
        assert set(which) == set(range(first, first + len(names)))
        for one in set(which):
            assert abs(which.count(one) / len(which) - 1 / len(names)) < 0.05


def crops_come_evenly_from_all_sizes_and_reach_every_edge(lib):
    """The shorter side is 4 crops, twice that, and the full one: 32, 64 and 70 pixels."""
    train = crops_of_such(lib, 8, 3000, 1).train
    step = (train[:, 1, 5, 4] - train[:, 1, 3, 4]) / 2  # from one row to the next
    sides = torch.tensor([32, 64, HIGH])  # a row of so many is 70 / side rows of the full one
    off = (2 / step * HIGH / (HIGH - 1) - sides[:, None]).abs()  # (3, N)
    assert off.min(dim=0).values.max() < 4  # a filter's weights differ from row to row
    shares = off.argmin(dim=0).bincount(minlength=3) / len(step)
    assert (shares - 1 / 3).abs().max() < 0.05
    full = off[2] < 0.05
    for axis, length in ((1, HIGH), (2, WIDE)):
        corner = (train[full, axis, 0, 0] + 1) / 2 * (length - 1)
        places = corner.round().int().tolist()
        assert set(places) == set(range(length - 8 + 1))


def crops_are_by_default_those_of_the_book(lib):
    train, held_out = lib.photo_crops()
    assert train.shape == (2000, 3, 32, 32) and held_out.shape == (400, 3, 32, 32)
    again = lib.photo_crops(32, 20, 20, 0)
    assert torch.equal(train[:20], again.train) and torch.equal(held_out[:20], again.held_out)


def crops_have_their_limits(lib):
    for name, low, high in (("size", 8, 128), ("count", 1, 10**6), ("held_out", 1, 10**6)):
        for bad in (low - 1, high + 1):
            try:
                lib.photo_crops(**{"size": 8, "count": 1, "held_out": 1, name: bad})
            except Exception as error:
                assert str(error) == f"{name}: got {bad}, expected a whole number in {low}..{high}"
            else:
                raise AssertionError(f"{name}: {bad} was taken")
    for size in (8, 128):
        assert lib.photo_crops(size, 1, 1).train.shape == (1, 3, size, size)


def the_middle_of_a_photograph_is_taken_both_ways(lib):
    for turn in (False, True):
        pixels = np.zeros((4, 10, 3), np.uint8)
        pixels[:, 3:7] = 255
        pixels = pixels.swapaxes(0, 1) if turn else pixels
        with patch.dict(lib.photo.__globals__, imread=lambda _, found=pixels: found):
            assert lib.photo("china", 4).eq(1).all()
            assert lib.photo("china", 1).min() > 0.999


def digits_are_split_as_the_shipped_weights_have_it(lib):
    """By scikit-learn with the seed 0: another split would show them what they are measured on."""
    counts, labels = load_digits(return_X_y=True)
    train, held_out = train_test_split(
        np.arange(1797), test_size=359, stratify=labels, random_state=0
    )
    for part, rows in zip(lib.digits(), (train, held_out), strict=True):
        assert part.labels.tolist() == labels[rows].tolist()
        expected = torch.tensor(counts[rows]).reshape(-1, 1, 8, 8) / 8 - 1
        assert torch.equal(part.images, expected.float())


def an_enlarged_digit_is_smooth_and_keeps_its_place(lib):
    small, large = lib.digits().held_out.images, lib.digits(16).held_out.images
    linear = torch.nn.functional.interpolate(small, size=(16, 16), mode="bilinear")
    cubic = torch.nn.functional.interpolate(small, size=(16, 16), mode="bicubic")
    assert large.min() == -1 and large.max() == 1
    assert torch.equal(large, cubic.clamp(-1, 1)) and not torch.equal(large, linear)


def asked_of_the_hub(lib, name, pixels, **options):
    """What comes of a set whose images are all the same, and what was asked for."""
    asked = []

    def load_dataset(where, split):
        asked.append((where, split))
        column = "img" if name == "cifar-10" else "image"
        first = 0 if split.startswith("train") else 5
        return {column: [Image.fromarray(pixels)] * 2, "label": [first, first + 1]}

    module = types.ModuleType("datasets")
    module.load_dataset = load_dataset
    with patch.dict(sys.modules, datasets=module):
        return lib.hub(name, **options), asked


def a_set_of_the_hub_is_in_the_middle_of_black(lib):
    pixels = np.full((28, 28), 255, np.uint8)
    for name, where in (
        ("mnist", "ylecun/mnist"),
        ("fashion-mnist", "zalando-datasets/fashion_mnist"),
    ):
        (train, test), asked = asked_of_the_hub(lib, name, pixels)
        assert asked == [(where, "train"), (where, "test")]  # all of both parts
        assert train.images.shape == (2, 1, 32, 32)
        assert train.images[..., 2:30, 2:30].eq(1).all() and train.images.eq(1).sum() == 2 * 28**2
        assert train.images.eq(-1).sum() == 2 * (32**2 - 28**2)
        assert train.labels.tolist() == [0, 1] and test.labels.tolist() == [5, 6]
        assert train.labels.dtype == torch.int64


def a_colour_set_of_the_hub_has_no_margin(lib):
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    (train, _), asked = asked_of_the_hub(lib, "cifar-10", pixels, count=7)
    assert asked == [("uoft-cs/cifar10", "train[:7]"), ("uoft-cs/cifar10", "test[:7]")]
    expected = torch.tensor(pixels).permute(2, 0, 1).float() / 127.5 - 1
    assert torch.equal(train.images[1], expected)


PROPERTIES = (
    crops_come_evenly_from_the_photographs_of_their_side,
    crops_come_evenly_from_all_sizes_and_reach_every_edge,
    crops_are_by_default_those_of_the_book,
    crops_have_their_limits,
    the_middle_of_a_photograph_is_taken_both_ways,
    digits_are_split_as_the_shipped_weights_have_it,
    an_enlarged_digit_is_smooth_and_keeps_its_place,
    a_set_of_the_hub_is_in_the_middle_of_black,
    a_colour_set_of_the_hub_has_no_margin,
)

"""The digits and photographs: one convention, nothing from the network."""

import inspect
import socket

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits, load_sample_image

from companion import data

GREY = {"camera", "coins", "moon"}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Whoever opens a connection here fails."""

    def refuse(*arguments, **options):
        raise AssertionError("a data function asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def in_the_convention(images, channels):
    assert images.dtype == torch.float32
    assert images.shape[-3] == channels
    assert images.min() >= -1
    assert images.max() <= 1


# ---- digits


def test_digits_in_the_convention():
    digits = data.digits()
    for part, n in ((digits.train, 1438), (digits.held_out, 359)):
        assert part.images.shape == (n, 1, 8, 8)
        assert part.labels.shape == (n,)
        assert part.labels.dtype == torch.int64
        in_the_convention(part.images, 1)
        assert part.images.min() == -1
        assert part.images.max() == 1


def test_digits_are_those_of_scikit_learn_each_once():
    """Both parts together are the 1797 of the source, 0..16 as -1..1, with labels."""
    digits = data.digits()
    counts, labels = load_digits(return_X_y=True)
    found = sorted(
        (*((image.flatten() + 1) * 8).tolist(), label.item())
        for part in digits
        for image, label in zip(part.images, part.labels, strict=True)
    )
    expected = sorted((*c, y) for c, y in zip(counts.tolist(), labels, strict=True))
    assert found == [tuple(row) for row in expected]


def test_both_parts_have_the_same_mix_of_labels():
    digits = data.digits()
    train, held_out = (part.labels.bincount() for part in digits)
    expected = (train + held_out) * 359 / 1797
    assert (held_out - expected).abs().max() < 1


def test_the_split_is_the_same_each_time_whatever_the_global_seed():
    np.random.seed(1)
    first = data.digits()
    np.random.seed(2)
    second = data.digits()
    assert torch.equal(first.train.images, second.train.images)
    assert torch.equal(first.held_out.labels, second.held_out.labels)


# ---- photographs


@pytest.mark.parametrize("name", data.photo_names())
def test_photo_as_it_is(name):
    photo = data.photo(name)
    in_the_convention(photo, 1 if name in GREY else 3)
    assert min(photo.shape[1:]) >= 300
    assert photo.std() > 0.05


def test_colour_and_layout_are_those_of_the_file():
    pixels = load_sample_image("china.jpg")  # (H, W, 3), uint8
    photo = data.photo("china")
    assert photo.shape == (3, 427, 640)
    expected = torch.tensor(pixels).permute(2, 0, 1).float() / 127.5 - 1
    assert torch.equal(photo, expected)


@pytest.mark.parametrize("size", [1, 28, 64, 300])
def test_photo_as_a_square(size):
    for name in ("chelsea", "moon"):
        photo = data.photo(name, size)
        in_the_convention(photo, 1 if name in GREY else 3)
        assert photo.shape[1:] == (size, size)


def test_every_photo_stays_in_range_when_small():
    for name in data.photo_names():
        in_the_convention(data.photo(name, 48), 1 if name in GREY else 3)


def test_the_square_is_the_middle():
    """At the full side it is the crop, untouched: 300 of 300 by 451."""
    photo = data.photo("chelsea")
    assert torch.equal(data.photo("chelsea", 300), photo[:, :, 75:375])


def test_smaller_without_aliasing():
    """A pixel of the small photo averages a block of the large one.

    Taking every eighth pixel instead would be off by far more than a blur is.
    """
    large = data.photo("coffee", 400)
    small = data.photo("coffee", 50)
    blocks = torch.nn.functional.avg_pool2d(large, 8)
    picked = large[:, 4::8, 4::8]
    assert (small - blocks).abs().mean() < 0.3 * (picked - blocks).abs().mean()
    assert abs(small.mean() - large.mean()) < 0.01


def test_names_are_sorted_and_have_both_kinds():
    names = data.photo_names()
    assert list(names) == sorted(names)
    assert set(names) > GREY | {"china", "flower", "astronaut", "chelsea", "coffee"}


@pytest.mark.parametrize("name", ["cat", "China", "", None, 3, "../moon", ["moon"]])
def test_unknown_photo_lists_the_names(name):
    with pytest.raises(ValueError, match="^name: got .* expected one of ") as caught:
        data.photo(name)
    assert all(known in str(caught.value) for known in data.photo_names())


@pytest.mark.parametrize("size", [0, -1, 301, 1.5, "64", True, (64, 64)])
def test_bad_size(size):
    message = r"^size: got .*, expected a whole number in 1\.\.300"
    with pytest.raises(ValueError, match=message):
        data.photo("chelsea", size)


# ---- pixels


def test_bytes_of_a_batch_are_the_floats_of_its_pictures_and_floats_pass_through():
    levels = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)
    floats = data.as_floats(levels)
    assert floats.dtype == torch.float32
    assert torch.equal(floats[0], data.from_uint8(levels[0, 0].numpy()))
    assert data.as_floats(floats) is floats


def test_every_level_comes_back():
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    image = data.from_uint8(levels)
    in_the_convention(image, 1)
    assert (image.min(), image.max()) == (-1, 1)
    assert np.array_equal(data.to_uint8(image), levels)


def test_colour_comes_back():
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    image = data.from_uint8(pixels)
    assert image.shape == (3, 5, 7)
    assert np.array_equal(data.to_uint8(image), pixels)
    both = data.to_uint8(torch.stack([image, -image]))
    assert both.shape == (2, 5, 7, 3)
    assert np.array_equal(both[0], pixels)
    assert np.array_equal(both[1], 255 - pixels)


def test_a_set_of_grey_images():
    images = data.digits().held_out.images[:4]
    pixels = data.to_uint8(images)
    assert pixels.shape == (4, 8, 8)
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, data.to_uint8(images.to(torch.float64)))


def test_noise_outside_the_range_is_cut_off():
    image = torch.tensor([[[-7.0, -1.0, 0.0, 1.0, 7.0]]], requires_grad=True)
    assert data.to_uint8(image).tolist() == [[0, 0, 128, 255, 255]]


def test_pixels_are_copied():
    pixels = np.zeros((2, 2), dtype=np.uint8)
    image = data.from_uint8(pixels)
    pixels[:] = 255
    assert image.eq(-1).all()


@pytest.mark.parametrize(
    ("pixels", "came"),
    [
        (np.zeros((2, 2)), "dtype float64"),
        (np.zeros((2, 2, 4), dtype=np.uint8), r"shape \(2, 2, 4\)"),
        (np.zeros(4, dtype=np.uint8), r"shape \(4,\)"),
        (np.zeros((0, 2), dtype=np.uint8), r"shape \(0, 2\)"),
    ],
)
def test_bad_pixels(pixels, came):
    with pytest.raises(ValueError, match=f"^pixels: got {came}, expected"):
        data.from_uint8(pixels)


@pytest.mark.parametrize(
    ("images", "came"),
    [
        (torch.zeros(8, 8), r"shape \(8, 8\)"),
        (torch.zeros(2, 8, 8), r"shape \(2, 8, 8\)"),
        (torch.zeros(1, 1, 1, 8, 8), "shape"),
        (torch.zeros(1, 8, 8, dtype=torch.uint8), "dtype torch.uint8"),
        (torch.full((1, 2, 2), float("nan")), "4 of 4 values NaN"),
        (np.zeros((1, 2, 2)), "ndarray"),
    ],
)
def test_bad_images(images, came):
    with pytest.raises(ValueError, match=f"^images: got {came}.*expected"):
        data.to_uint8(images)


def test_the_convention_is_stated_where_the_package_is():
    words = inspect.getdoc(data)
    assert all(w in words for w in ("[-1, 1]", "float32", "(N, C, H, W)", "(C, H, W)"))


# ---- enlarged digits, crops, points


@pytest.mark.parametrize("size", [16, 32])
def test_enlarged_digits_are_the_same_digits(size):
    small, large = data.digits(), data.digits(size)
    for one, other in zip(small, large, strict=True):
        in_the_convention(other.images, 1)
        assert other.images.shape == (len(one.images), 1, size, size)
        assert torch.equal(one.labels, other.labels)
        back = torch.nn.functional.avg_pool2d(other.images, size // 8)
        assert (back - one.images).abs().mean() < 0.15
    with pytest.raises(ValueError, match="size: got 9, expected 8, 16 or 32"):
        data.digits(9)


def test_crops_of_photographs_hold_whole_photographs_out():
    """A held-out crop is nowhere in the photographs that are learned from."""
    crops = data.photo_crops(16, count=300, held_out=60, seed=1)
    assert crops.train.shape == (300, 3, 16, 16)
    assert crops.held_out.shape == (60, 3, 16, 16)
    for part in crops:
        in_the_convention(part, 3)
    from companion.data import photos

    assert not set(photos._LEARNED) & set(photos._HELD_OUT)
    assert set(photos._LEARNED + photos._HELD_OUT) <= set(data.photo_names())
    again, other = (data.photo_crops(16, 300, 60, seed=s) for s in (1, 2))
    assert torch.equal(again.train, crops.train)
    assert not torch.equal(other.train, crops.train)
    fewer, larger = data.photo_crops(16, 20, 60, 1), data.photo_crops(16, 300, 90, 1)
    assert torch.equal(fewer.held_out, crops.held_out)
    assert torch.equal(fewer.train, crops.train[:20])
    assert torch.equal(larger.train, crops.train)
    assert torch.equal(larger.held_out[:60], crops.held_out)
    for bad in ({"size": 4}, {"count": 0}, {"held_out": 0}):
        with pytest.raises(ValueError, match=f"{[*bad][0]}: got"):
            data.photo_crops(**bad)

"""A folder as people have them: every format, and files that are no pictures."""

import hashlib
import sys
import types
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from companion.data import Folder, as_floats, folder, hub, picture, split


def drawn(mode, size, colour, path, **options):
    Image.new(mode, size, colour).save(path, **options)
    return path


@pytest.fixture
def mixed(tmp_path):
    """Good pictures of each kind, and files that are broken in each way."""
    drawn("RGB", (40, 20), (255, 0, 0), tmp_path / "a-wide.png")
    drawn("L", (9, 9), 128, tmp_path / "b-grey.jpg")
    drawn("RGBA", (12, 12), (0, 0, 255, 0), tmp_path / "c-clear.png")
    drawn("CMYK", (12, 12), (0, 255, 255, 0), tmp_path / "d-print.jpg", quality=98)
    drawn("RGB", (1, 1), (0, 255, 0), tmp_path / "e-one-pixel.bmp")
    drawn("P", (8, 8), 3, tmp_path / "f-palette.gif")
    drawn("1", (8, 8), 1, tmp_path / "g-bits.png")
    drawn("LA", (8, 8), (0, 255), tmp_path / "h-grey-alpha.png")
    drawn("RGB", (4000, 3000), (0, 0, 255), tmp_path / "i-huge.jpg")
    deep = np.full((10, 10), 65535 // 2, np.uint16)
    Image.fromarray(deep).save(tmp_path / "j-deep.png")
    (tmp_path / "in").mkdir()
    drawn("RGB", (8, 8), (255, 255, 255), tmp_path / "in" / "k.webp", lossless=True)
    good = (tmp_path / "a-wide.png").read_bytes()
    (tmp_path / "x-half.png").write_bytes(good[: len(good) // 2])
    (tmp_path / "y-empty.jpg").write_bytes(b"")
    (tmp_path / "z-notes.txt").write_text("not a picture")
    (tmp_path / ".hidden.png").write_bytes(good)
    return tmp_path


def test_every_kind_is_read_and_every_broken_file_named(mixed):
    found = folder(mixed, 8)
    assert found.images.shape == (11, 3, 8, 8)
    assert found.images.dtype == torch.uint8 and found.images.is_contiguous()
    assert list(found.files) == sorted(found.files)
    assert found.names[0] == "a-wide.png" and "in/k.webp" in found.names
    assert found.files == tuple(mixed / name for name in found.names)
    names = {file.name for file, _ in found.skipped}
    assert names == {"x-half.png", "y-empty.jpg", "z-notes.txt"}
    assert all(reason for _, reason in found.skipped)


def test_colours_come_out_as_they_went_in(mixed):
    found = folder(mixed, 8)
    mean = {
        f.stem: image.mean(dim=(1, 2)).tolist()
        for f, image in zip(found.files, as_floats(found.images), strict=True)
    }
    expected = {
        "a-wide": (1, -1, -1),
        "b-grey": (0, 0, 0),
        "c-clear": (1, 1, 1),  # on white
        "e-one-pixel": (-1, 1, -1),
        "g-bits": (1, 1, 1),
        "h-grey-alpha": (-1, -1, -1),
        "i-huge": (-1, -1, 1),
        "j-deep": (0, 0, 0),
        "k": (1, 1, 1),
    }
    for name, colour in expected.items():
        assert mean[name] == pytest.approx(colour, abs=0.02), name
    assert mean["d-print"] == pytest.approx((1, -1, -1), abs=0.1)


def test_grey_on_request(mixed):
    assert folder(mixed, 16, channels=1).images.shape == (11, 1, 16, 16)


def test_the_middle_square_is_taken(tmp_path):
    pixels = np.zeros((20, 60, 3), np.uint8)
    pixels[:, 20:40] = 255
    Image.fromarray(pixels).save(tmp_path / "stripe.png")
    assert folder(tmp_path, 10).images.min() > 235  # the filter reads over the edge


def test_a_picture_is_turned_as_the_camera_says(tmp_path):
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[:8] = 255
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    image = folder(tmp_path, 16).images[0]
    assert image[:, :7].max() < 127 < image[:, 9:].min()


def test_a_bomb_is_skipped(tmp_path, monkeypatch):
    drawn("RGB", (64, 64), (0, 0, 0), tmp_path / "a.png")
    drawn("RGB", (8, 8), (0, 0, 0), tmp_path / "b.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    found = folder(tmp_path, 8)
    assert [f.name for f in found.files] == ["b.png"]
    assert "decompression bomb" in found.skipped[0][1]


def test_a_picture_comes_whole_and_upright(tmp_path):
    pixels = np.zeros((6, 9, 3), np.uint8)
    pixels[0] = 255  # a line at the top, which the camera says is on the right
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    for channels in (3, 1):
        whole = picture(tmp_path / "a.png", channels)
        assert whole.shape == (channels, 9, 6)
        assert whole[..., -1].min() == 1 and whole[..., :-1].max() == -1
    for name in ("nothing.png", "."):
        with pytest.raises(ValueError, match="path: got .*, expected an image file"):
            picture(tmp_path / name)
    (tmp_path / "b.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"no image that can be read \(its bytes are no"):
        picture(tmp_path / "b.png")
    with pytest.raises(ValueError, match="channels: got 4, expected 1 or 3"):
        picture(tmp_path / "a.png", 4)


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda p: p / "missing", "nothing there; expected a folder"),
        (lambda p: drawn("L", (2, 2), 0, p / "a.png"), "a file; expected a folder"),
        (lambda p: p, "with no file; expected at least one image"),
    ],
)
def test_what_is_no_folder_of_images_is_refused(tmp_path, make, words):
    with pytest.raises(ValueError, match=f"path: got .*{words}"):
        folder(make(tmp_path), 8)


def test_a_folder_of_broken_files_is_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="with 1 files that cannot be read"):
        folder(tmp_path, 8)


@pytest.mark.parametrize("size, channels", [(0, 3), (2000, 3), (8, 2), (8.0, 3)])
def test_sizes_and_channels_are_checked(tmp_path, size, channels):
    with pytest.raises(ValueError, match="size: got|channels: got"):
        folder(tmp_path, size, channels)


def test_a_picture_that_is_smaller_is_named(tmp_path):
    """By its shorter side, and not by the pixels that the middle square has left."""
    for name, size in {
        "a.jpg": (640, 480),
        "b.jpg": (31, 480),
        "c.png": (32, 32),
        "d.png": (33, 31),
    }.items():
        drawn("RGB", size, (0, 0, 0), tmp_path / name)
    assert [file.name for file in folder(tmp_path, 32).enlarged] == ["b.jpg", "d.png"]
    assert folder(tmp_path, 31).enlarged == ()


# ---------------------------------------------------------- learned from, and held out


def named(*names):
    """A folder of one-pixel images, each the number of its place in the given order."""
    images = torch.arange(float(len(names))).reshape(-1, 1, 1, 1)
    return Folder(images, (), (), names, (), (), False, Path())


def number(name):
    return int(hashlib.sha256(name.encode()).hexdigest()[:16], 16) / 16**16


def sides(names, share=0.1):
    """The names of the images learned from, and of those held out."""
    parts = split(named(*names), share)
    return [[names[int(n)] for n in part.flatten()] for part in parts]


MANY = [f"{n}.png" for n in range(2000)]
LOW = [name for name in MANY if number(name) < 0.1][:4]
HIGH = [name for name in MANY if number(name) >= 0.1][:8]


def test_a_name_below_the_share_is_held_out():
    for share in (0.1, 0.3):
        learned, held_out = sides(MANY, share)
        assert held_out == [name for name in MANY if number(name) < share]
        assert learned == [name for name in MANY if number(name) >= share]
        assert len(held_out) == pytest.approx(2000 * share, rel=0.1)


def test_no_image_that_was_learned_from_is_held_out_when_others_come():
    few = sorted(LOW + HIGH, key=number)
    mixed = [name for four in zip(HIGH[::2], LOW, HIGH[1::2], strict=True) for name in four]
    for names in (few[::-1], mixed, HIGH + LOW, HIGH[:1] + LOW + HIGH[1:]):
        before = []
        for n in range(2, len(names) + 1):
            learned, held_out = sides(names[:n])
            assert set(before) <= {*learned} and held_out
            before = learned


def test_each_side_has_an_image():
    for two in combinations(HIGH, 2):  # the smallest is held out
        assert sides([*two]) == [[max(two, key=number)], [min(two, key=number)]]
    largest = max(LOW, key=number)  # and here the largest is learned from
    assert sides(LOW) == [[largest], [name for name in LOW if name != largest]]
    assert sides([*LOW, HIGH[0]]) == [[HIGH[0]], LOW]


def test_a_split_goes_by_the_name_inside_the_folder(tmp_path):
    outside, inside = "7.png", "in/7.png"
    for place in ("one", "two/three"):
        (tmp_path / place / "in").mkdir(parents=True)
        for n, name in enumerate((outside, inside)):
            drawn("L", (8, 8), 255 * n, tmp_path / place / name)
        found = folder(tmp_path / place, 8)
        assert found.names == (outside, inside)
        held_out = min(found.names, key=number)
        assert split(found)[1].max() == (255 if held_out == inside else 0)


def test_a_name_that_is_no_text_has_its_side():
    assert [len(part) for part in split(named("a\udcff.png", "b.png"))] == [1, 1]


def test_what_cannot_be_split_is_refused():
    with pytest.raises(ValueError, match="found: got 1 images, expected at least 2"):
        split(named("a.png"))
    for share in (0.0, 1.0, float("nan")):
        with pytest.raises(ValueError, match=r"share: got .*inside \(0, 1\)"):
            split(named("a.png", "b.png"), share)


# ----------------------------------------------------------------------------- the hub


def planted(monkeypatch, load_dataset):
    module = types.ModuleType("datasets")
    module.load_dataset = load_dataset
    monkeypatch.setitem(sys.modules, "datasets", module)


@pytest.mark.parametrize("name, shape", [("mnist", (28, 28)), ("cifar-10", (32, 32, 3))])
def test_a_set_of_the_hub_comes_in_the_convention(monkeypatch, name, shape):
    image = Image.fromarray(np.full(shape, 255, np.uint8))
    column = "img" if name == "cifar-10" else "image"
    asked = []

    def load_dataset(where, split):
        asked.append((where, split))
        return {column: [image] * 3, "label": [1, 2, 3]}

    planted(monkeypatch, load_dataset)
    train, held_out = hub(name, count=3)
    assert [part for _, part in asked] == ["train[:3]", "test[:3]"]
    assert train.images.shape == (3, len(shape) == 3 and 3 or 1, 32, 32)
    assert train.images[..., 16, 16].min() == 1
    assert held_out.labels.tolist() == [1, 2, 3]
    if name == "mnist":
        assert train.images[..., 0, :].max() == -1


def test_the_hub_without_its_library_and_offline(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(ImportError, match=r"pip install 'companion\[hub\]'"):
        hub("mnist")

    def offline(where, split):
        raise OSError("Couldn't reach the hub")

    planted(monkeypatch, offline)
    with pytest.raises(ConnectionError, match="mnist: could not read .*needs the"):
        hub("mnist")
    with pytest.raises(ValueError, match="expected one of mnist, fashion-mnist"):
        hub("imagenet")

"""What holds for a folder of pictures, as functions of the library under test.

`lib` has the public names of `companion.data.listing`, `folder` and `fingerprint`, and
those that they stand on.
"""

import json
import os
import shutil
import tracemalloc
import unicodedata
from unittest.mock import patch

import numpy as np
import torch
from PIL import Image

from tests.data.picture_properties import (
    a_place,
    photo,
    png_header,
    refusal,
    tiff,
    turned,
)


def drawn(path, colour="red", size=(8, 8)):
    """A picture of one colour, in folders that are made for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


def reasons(found, place):
    """What was skipped, by its name inside the folder."""
    return {file.relative_to(place).as_posix(): why for file, why in found.skipped}


# ------------------------------------------------------------------- which files there are


def links_to_folders_are_followed_once(lib):
    with a_place() as place:
        here, there = place / "here", place / "there"
        drawn(here / "z" / "a.png")
        drawn(there / "b.png")
        drawn(there / "in" / "c.png")
        (here / "a").symlink_to("z")  # sorted before the folder that it leads to
        (here / "far").symlink_to(there)
        (here / "later").symlink_to(there / "in")  # read as far/in already
        (here / "one.png").symlink_to(there / "b.png")
        found = lib.folder(here, 8)
        assert found.names == ("far/b.png", "far/in/c.png", "one.png", "z/a.png")
        twice = "a folder that was read already, under another name"
        assert reasons(found, here) == {"a": twice, "later": twice}


def a_folder_that_is_a_link_is_read(lib):
    with a_place() as place:
        drawn(place / "real" / "a.png")
        (place / "link").symlink_to("real")
        assert lib.folder(place / "link", 8).names == ("a.png",)


def circles_of_links_are_named(lib):
    with a_place() as place:
        here = place / "here"
        drawn(here / "in" / "a.png")
        drawn(place / "beside.png")
        (here / "in" / "self").symlink_to(".")
        (here / "in" / "up").symlink_to("..")
        (here / "out").symlink_to(place)  # all that lies beside the folder
        (here / "one").symlink_to("two")
        (here / "two").symlink_to("one")
        found = lib.folder(here, 8)
        assert found.names == ("in/a.png",)
        why = reasons(found, here)
        real = os.path.realpath(place)
        assert why["in/self"] == f"a link in a circle, to {real}/here/in, which it lies in"
        assert why["in/up"] == f"a link in a circle, to {real}/here, which it lies in"
        assert why["out"] == f"a link in a circle, to {real}, which it lies in"
        assert why["one"].startswith("a link to two, Too many levels of symbolic links")
        assert set(why) == {"in/self", "in/up", "out", "one", "two"}


def two_folders_that_link_to_each_other_come_to_an_end(lib):
    with a_place() as place:
        for one, other in ("ab", "ba"):
            drawn(place / one / f"{one}.png")
            (place / one / "other").symlink_to(place / other)
        found = lib.folder(place / "a", 8)
        assert found.names == ("a.png", "other/b.png")
        assert [*reasons(found, place)] == ["a/other/other"]


def what_leads_nowhere_and_what_is_no_file_is_named(lib):
    with a_place() as place:
        drawn(place / "a.png")
        (place / "dangling\n.png").symlink_to("gone\n")
        os.mkfifo(place / "pipe.png")
        (place / "device").symlink_to("/dev/null")
        found = lib.folder(place, 8)
        assert found.names == ("a.png",)
        assert reasons(found, place) == {
            "dangling\n.png": r"a link to gone\n, No such file or directory",
            "pipe.png": "a pipe, no regular file",
            "device": "a device, no regular file",
        }


def what_may_not_be_opened_is_named(lib):
    """Root may open everything, so the system's answer is given in its place."""
    with a_place() as place:
        drawn(place / "a.png")
        drawn(place / "closed" / "b.png")
        drawn(place / "c.png")

        def listdir(path, ask=os.listdir):
            if str(path).endswith("closed"):
                raise PermissionError(13, "Permission denied", str(path))
            return ask(path)

        def opened(path, ask=Image.open):
            if str(path).endswith("c.png"):
                raise PermissionError(13, "Permission denied", str(path))
            return ask(path)

        with patch("os.listdir", listdir), patch.object(Image, "open", opened):
            found = lib.folder(place, 8)
            assert found.names == ("a.png",)
            assert reasons(found, place) == {
                "closed": "a folder that cannot be opened (Permission denied)",
                "c.png": "Permission denied",
            }
            said = refusal(lib.folder, place / "closed", 8)
            assert "with 1 files that cannot be read: 1 (a folder that cannot be opened" in said


def what_is_hidden_is_passed_over(lib):
    with a_place() as place:
        here, there = place / "here", place / "there"
        drawn(here / "a.png")
        drawn(here / ".b.png")
        drawn(here / ".in" / "c.png")
        drawn(here / "in" / ".d" / "e" / "f.png")
        drawn(there / ".g.png")
        drawn(there / ".in" / "h.png")
        drawn(there / "i.png")
        drawn(place / "other" / "j.png")
        (here / "seen").symlink_to(there)
        (here / ".unseen").symlink_to(place / "other")
        (here / ".k.png").symlink_to(there / "i.png")
        found = lib.folder(here, 8)
        assert found.names == ("a.png", "seen/i.png") and found.skipped == ()
        assert lib.folder(here / ".in", 8).names == ("c.png",)  # asked for by its name


def names_have_one_order_on_every_system(lib):
    """By the parts of a name, composed: a folder stays together."""
    apart = [unicodedata.normalize("NFD", name) for name in ("é.png", "zé/b.png", "za/b.png")]
    names = ["a.png", "a/b.png", "e.png", "f.png", "z.png", "z/b.png", *apart, "ê.png"]
    with a_place() as place:
        for name in names:
            drawn(place / name)
        found = [unicodedata.normalize("NFC", name) for name in lib.folder(place, 8).names]
        expected = ["a/b.png", "a.png", "e.png", "f.png", "z/b.png", "z.png", "za/b.png"]
        assert found == [*expected, "zé/b.png", "é.png", "ê.png"]


def two_names_that_look_alike_are_both_kept(lib):
    with a_place() as place:
        for form, colour in (("NFC", "black"), ("NFD", "white")):
            drawn(place / unicodedata.normalize(form, "é.png"), colour)
        found = lib.folder(place, 8)
        assert len(set(found.names)) == 2
        assert {int(image.float().mean()) for image in found.images} == {0, 255}


def the_form_of_a_name_changes_no_side(lib):
    names = [f"é{n}.png" for n in range(40)]
    with a_place() as place:
        for form in ("NFC", "NFD"):
            for n, name in enumerate(names):
                drawn(place / form / unicodedata.normalize(form, name), (n, n, n), (1, 1))
        one, other = (lib.split(lib.folder(place / form, 1)) for form in ("NFC", "NFD"))
        assert 0 < len(one[1]) < 20
        for a, b in zip(one, other, strict=True):
            assert a.flatten().tolist() == b.flatten().tolist()


# ----------------------------------------------------------------------- what comes out


def the_bytes_are_those_of_the_files_and_stay_bytes(lib):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), np.uint8)
    with a_place() as place:
        for n, image in enumerate(pixels):
            Image.fromarray(image).save(place / f"{n}.png")
        found = lib.folder(place, 8)
        assert found.images.dtype == torch.uint8
        assert np.array_equal(found.images.numpy(), pixels.transpose(0, 3, 1, 2))
        learned, held_out = lib.split(found)
        assert learned.dtype == held_out.dtype == found.images.dtype
        assert len(learned) + len(held_out) == 3
        grey = lib.folder(place, 8, channels=1).images
        expected = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in pixels])
        assert np.array_equal(grey[:, 0].numpy(), expected)


def pictures_are_read_into_memory_once(lib):
    with a_place() as place:
        photo(128, 128).save(place / "0.jpg")
        for n in range(1, 60):
            shutil.copy(place / "0.jpg", place / f"{n}.jpg")
        lib.folder(place, 8)
        tracemalloc.start()
        found = lib.folder(place, 256)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 1.2 * found.images.numel()


def memory_that_is_not_there_is_said(lib):
    with a_place() as place:
        drawn(place / "a.png")

        def empty(*_):
            raise MemoryError

        with patch.object(np, "empty", empty):
            said = refusal(lib.folder, place, 1000)
        assert said.startswith("size: got 1000, and 1 files take 0.0 GB, more than there is")


def the_middle_is_taken_or_all_of_it(lib):
    """A picture of three stripes, wide and high, with odd sides and even ones."""
    stripes = np.zeros((10, 30, 3), np.uint8)
    stripes[:, :10, 0], stripes[:, 10:20, 1], stripes[:, 20:, 2] = 255, 255, 255
    with a_place() as place:
        Image.fromarray(stripes).save(place / "a.png")
        Image.fromarray(stripes.swapaxes(0, 1)).save(place / "b.png")
        wide, high = lib.folder(place, 10).images.numpy()
        for cropped in (wide, high.swapaxes(1, 2)):
            assert (cropped[1] == 255).mean() >= 0.6  # the filter reads over the edge
            assert not (cropped == 255).all(axis=0).any()  # nothing is white
            assert np.array_equal(cropped[0, :, 0], cropped[2, :, -1])
        for size, height, top in ((30, 10, 10), (60, 20, 20), (16, 5, 5), (15, 5, 5)):
            wide, high = lib.folder(place, size, fit="pad").images.numpy()
            for whole in (wide, high.swapaxes(1, 2)):
                inside = whole[:, top : top + height]
                outside = np.delete(whole, slice(top, top + height), axis=1)
                assert (outside == 255).all() and outside.shape[1] == size - height
                third = size // 6
                middles = inside[:, height // 2, [third, size // 2, -third]]
                assert np.abs(middles - np.eye(3) * 255).max() < 40  # the filter rings
        wide = lib.folder(place, 30, fit="pad").images[0].numpy()
        assert np.array_equal(wide[:, 10:20], stripes.transpose(2, 0, 1))
    assert (
        refusal(lib.folder, ".", 8, fit="stretch")
        == "fit: got 'stretch', expected one of crop, pad"
    )


def a_picture_of_one_line_is_padded_and_cropped(lib):
    with a_place() as place:
        drawn(place / "a.png", "black", (1000, 1))
        drawn(place / "b.png", "black", (1, 1000))
        drawn(place / "c.png", "black", (1, 1))
        for fit, black in (("crop", [64, 64, 64]), ("pad", [8, 8, 64])):
            images = lib.folder(place, 8, channels=1, fit=fit).images
            assert images.eq(0).sum(dim=(1, 2, 3)).tolist() == black


def a_turned_picture_is_fitted_as_the_upright_one(lib):
    image = photo(41, 23)
    with a_place() as place:
        for orientation in range(1, 9):
            turned(place / f"{orientation}.png", image, orientation)
        for fit in ("crop", "pad"):
            images = lib.folder(place, 16, fit=fit).images.int()
            assert (images - images[0]).abs().max() <= 1, fit


def sides_that_were_lost_or_added_are_named(lib):
    with a_place() as place:
        for name, size in (("a", (32, 32)), ("b", (32, 33)), ("c", (40, 31)), ("d", (31, 30))):
            drawn(place / f"{name}.jpg", size=size)
        for fit, enlarged in (("crop", "cd"), ("pad", "d")):
            found = lib.folder(place, 32, fit=fit)
            assert [file.stem for file in found.not_square] == ["b", "c", "d"]
            assert "".join(file.stem for file in found.enlarged) == enlarged
        assert lib.folder(place, 30, fit="pad").enlarged == ()


def pictures_without_colour_are_found(lib):
    with a_place() as place:
        drawn(place / "a.png", (9, 9, 9))
        drawn(place / "b.jpg", (200, 200, 200))
        Image.new("L", (8, 8), 7).save(place / "c.png")
        assert lib.folder(place, 8).all_grey
        assert not lib.folder(place, 8, channels=1).all_grey
        for colour in ((9, 9, 10), (9, 10, 9), (10, 9, 9)):
            image = Image.new("RGB", (8, 8), (9, 9, 9))
            image.putpixel((7, 7), colour)
            for name in ("0.png", "z.png"):  # the first, and the last
                image.save(place / name)
                assert not lib.folder(place, 8).all_grey
                (place / name).unlink()


def what_cannot_be_read_is_skipped_and_named(lib):
    with a_place() as place:
        drawn(place / "a.png")
        png_header(place / "bomb.png", 13300, 13300)
        floats = np.array([0, 100, 255], "<f4")
        tiff(place / "f.tiff", (floats.tobytes(), 3, 1), 32, 1, 3)
        (place / "empty.jpg").write_bytes(b"")
        (place / "half.png").write_bytes((place / "a.png").read_bytes()[:-30])
        found = lib.folder(place, 8)
        why = reasons(found, place)
        assert found.names == ("a.png",) and found.images.shape == (1, 3, 8, 8)
        assert list(why) == ["bomb.png", "empty.jpg", "f.tiff", "half.png"]
        assert why["bomb.png"].startswith("13300 by 13300 pixels are 176.9 million")
        assert why["f.tiff"].startswith("numbers from 0 to 255, expected 0 (black) to 1")
        assert why["empty.jpg"] == "an empty file, of 0 bytes"
        assert "truncated" in why["half.png"] or "broken" in why["half.png"]


def a_folder_with_nothing_to_read_says_what_it_holds(lib):
    with a_place() as place:
        for n in range(20):
            (place / f"{n}.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
        said = refusal(lib.folder, place, 8)
        assert said == (
            f"path: got {place}, with 20 files that cannot be read: 20 .heic (no kind of picture "
            "that Pillow reads); expected at least one image"
        )
        for name, n in (("zip", 9), ("txt", 8), ("", 7), ("csv", 1)):
            for k in range(n):
                (place / f"x{k}.{name}").write_bytes(b"words")
        said = refusal(lib.folder, place, 8)
        assert "with 45 files that cannot be read: 20 .heic (no" in said
        assert "), 9 .zip (an archive: unpack it), 8 .txt (no" in said and "), 8 others;" in said


def what_is_no_folder_is_told_what_it_is(lib):
    with a_place() as place:
        drawn(place / "a.png")
        (place / "z.zip").write_bytes(b"PK")
        os.mkfifo(place / "p\n")
        for name, words in (
            ("a.png", "a file; expected a folder of images, such as the one that it is in"),
            ("z.zip", "a file; expected a folder of images; an archive has to be unpacked first"),
            ("gone", "nothing there; expected a folder of images"),
        ):
            assert refusal(lib.folder, place / name, 8) == f"path: got {place / name}, {words}"
        assert refusal(lib.folder, place / "p\n", 8).startswith(f"path: got {place}/p\\n, a file")
        assert refusal(lib.folder, "", 8).startswith("path: got an empty name, nothing there")
        (place / "empty").mkdir()
        assert "with no file; expected at least one" in refusal(lib.folder, place / "empty", 8)


# ------------------------------------------------------------------- a run's own pictures


def a_fingerprint_tells_what_has_changed(lib):
    with a_place() as place:
        here = place / "here"
        for n in range(3):
            drawn(here / f"é{n}.png", (n, 0, 0))
        then = json.loads(json.dumps(lib.fingerprint(lib.folder(here, 8))))
        assert set(then) == {"place", "count", "names", "pixels"}
        assert then["place"] == os.path.realpath(here) and then["count"] == 3

        def now(folder=here):
            return lib.changed(then, lib.fingerprint(lib.folder(folder, 8)))

        assert now() == ""
        (place / "link").symlink_to("here")
        assert now(place / "link") == ""  # it is the same place
        shutil.copytree(here, place / "copy")
        moved = f"in {os.path.realpath(place)}/copy where it was in {os.path.realpath(place)}/here"
        assert now(place / "copy") == moved
        (here / "é0.png").rename(here / unicodedata.normalize("NFD", "é0.png"))
        assert now() == ""  # another form of the same name
        drawn(here / "more.png")
        assert now() == "4 pictures where it had 3"
        assert now(place / "copy") == moved
        (here / "more.png").unlink()
        drawn(here / "é1.png", (1, 0, 1))
        assert now() == "the same names, but other pixels"
        (here / "é1.png").rename(here / "other.png")
        assert now() == "3 pictures as before, but under other names"
        (place / "copy" / "é1.png").unlink()
        assert now(place / "copy") == f"2 pictures where it had 3; {moved}"
        for bad in (None, {}, {"count": 3}):
            assert refusal(lib.changed, bad, then).startswith("then: got ")
            assert refusal(lib.changed, then, bad).startswith("now: got ")


def a_fingerprint_hangs_on_names_and_pixels_and_their_order(lib):
    def told(*colours, names=("a.png", "b.png")):
        with a_place() as place:
            for name, colour in zip(names, colours, strict=True):
                drawn(place / name, colour)
            one = lib.fingerprint(lib.folder(place, 8))
            return one["names"], one["pixels"]

    one = told("red", "blue")
    assert one == told("red", "blue")
    assert one[0] == told("blue", "red")[0] and one[1] != told("blue", "red")[1]
    other = told("red", "blue", names=("a.png", "c.png"))
    assert one[0] != other[0]


def every_picture_has_its_part_in_the_fingerprint(lib):
    with a_place() as place, patch.dict(lib.fingerprint.__globals__, _PART=2):
        seen = set()
        for other in range(-1, 5):
            for n in range(5):
                drawn(place / f"{n}.png", "red" if n == other else "blue")
            seen.add(lib.fingerprint(lib.folder(place, 8))["pixels"])
        assert len(seen) == 6


PROPERTIES = (
    links_to_folders_are_followed_once,
    a_folder_that_is_a_link_is_read,
    circles_of_links_are_named,
    two_folders_that_link_to_each_other_come_to_an_end,
    what_leads_nowhere_and_what_is_no_file_is_named,
    what_may_not_be_opened_is_named,
    what_is_hidden_is_passed_over,
    names_have_one_order_on_every_system,
    two_names_that_look_alike_are_both_kept,
    the_form_of_a_name_changes_no_side,
    the_bytes_are_those_of_the_files_and_stay_bytes,
    pictures_are_read_into_memory_once,
    memory_that_is_not_there_is_said,
    the_middle_is_taken_or_all_of_it,
    a_picture_of_one_line_is_padded_and_cropped,
    a_turned_picture_is_fitted_as_the_upright_one,
    sides_that_were_lost_or_added_are_named,
    pictures_without_colour_are_found,
    what_cannot_be_read_is_skipped_and_named,
    a_folder_with_nothing_to_read_says_what_it_holds,
    what_is_no_folder_is_told_what_it_is,
    a_fingerprint_tells_what_has_changed,
    a_fingerprint_hangs_on_names_and_pixels_and_their_order,
    every_picture_has_its_part_in_the_fingerprint,
)

"""What holds for sheets and animations in files: `lib` has `companion.plots.files`."""

import os
import resource
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
import torch
from PIL import Image

from companion.data import as_floats
from tests.data.picture_properties import a_place, refusal, taken


def failure(ask, *arguments):
    """The words of the OSError that was raised."""
    try:
        ask(*arguments)
    except OSError as error:
        return str(error)
    return "nothing failed"


@contextmanager
def a_full_disk(most=100):
    """No file may have more bytes than that: the system itself refuses to write more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def noise(count):
    """So many different states of a trajectory, each of two small images."""
    return torch.rand(count, 2, 3, 4, 4, generator=torch.Generator().manual_seed(0)) * 2 - 1


def durations(path):
    """Milliseconds that each picture of an animation is shown."""
    found = []
    with Image.open(path) as film:
        for n in range(film.n_frames):
            film.seek(n)
            found.append(film.info["duration"])
    return found


def an_animation_lasts_as_long_as_it_says(lib):
    small = patch.dict(lib.save_animation.__globals__, _SIDE=8)  # which is sooner done
    with a_place() as place, small:
        for count in (1, 2, 3, 6, 26, 135):
            assert lib.save_animation(noise(count), place / "a.gif") == min(count, 134)
            times = durations(place / "a.gif")
            assert sum(times) == 4000 and min(times) >= 20, count
            assert len(times) == min(count, 134)
            if count > 1:
                assert times[-1] == 1330 and max(times[:-1]) - min(times[:-1]) <= 10
        for seconds in (0.11, 0.5, 1, 7.13, 599.99):
            lib.save_animation(noise(3), place / "a.gif", seconds)
            assert sum(durations(place / "a.gif")) == round(100 * seconds) * 10
        lib.save_animation(noise(1).repeat(9, 1, 1, 1, 1), place / "a.gif")
        assert sum(durations(place / "a.gif")) == 4000  # one picture, and no film


def an_animation_begins_and_ends_as_the_trajectory_does(lib):
    greys = torch.linspace(-1, 1, 256)[:, None, None, None, None].expand(256, 1, 1, 4, 4)
    small = patch.dict(lib.save_animation.__globals__, _SIDE=8)
    with a_place() as place, small:
        lib.save_animation(greys, place / "a.gif")
        with Image.open(place / "a.gif") as film:
            shown = []
            for n in range(film.n_frames):
                film.seek(n)
                shown.append(film.convert("L").getpixel((0, 0)))
            assert film.info["loop"] == 0
    assert shown[0] == 0 and shown[-1] == 255 and len(shown) == 134
    assert set(np.diff(shown)) == {1, 2}  # evenly


def what_is_no_animation_is_refused(lib):
    with a_place() as place:
        for name in ("a.png", "a", "a.gi"):
            said = refusal(lib.save_animation, noise(2), place / name)
            assert said == f"path: got {place / name}, expected a name that ends in .gif"
        assert refusal(lib.save_animation, [], place / "a.gif").startswith("trajectory: got no")
        for seconds in (0.1, 600, -1, float("nan")):
            said = refusal(lib.save_animation, noise(2), place / "a.gif", seconds)
            assert said.startswith("seconds: got ")
        for name in ("a", "a.xyz", "a.html", "a.ras"):  # Pillow reads the last one only
            said = refusal(lib.save_sheet, noise(1)[0], place / name)
            assert said == (
                f"path: got {place / name}, expected a name that ends in a format, such as .png"
            )
        assert os.listdir(place) == []
        assert taken(lib.save_animation, noise(2), place / "b.GIF") == 2
        taken(lib.save_sheet, noise(1)[0], place / "b.PNG")


def a_sheet_is_large_enough_and_in_order(lib):
    images = torch.linspace(-1, 1, 5)[:, None, None, None].expand(5, 1, 8, 8)
    with a_place() as place:
        lib.save_sheet(images, place / "a.png")
        with Image.open(place / "a.png") as sheet:  # 26 by 17 pixels, 24 times
            assert sheet.size == (26 * 24, 17 * 24)
            places = [(9 * x + 4, 9 * y + 4) for y in (0, 1) for x in (0, 1, 2)]
            cells = [sheet.getpixel((24 * x, 24 * y)) for x, y in places]
            assert cells == [0, 64, 128, 191, 255, 76]
            assert set(sheet.get_flattened_data()) <= {*cells}
        lib.save_sheet(torch.zeros(1, 3, 700, 20), place / "b.jpg")
        with Image.open(place / "b.jpg") as sheet:
            assert sheet.size == (20, 700) and sheet.format == "JPEG"


def a_picture_is_written_pixel_for_pixel(lib):
    levels = torch.arange(3 * 5 * 7, dtype=torch.uint8).reshape(3, 5, 7)
    for channels in (3, 1):
        with a_place() as place:
            lib.save_picture(as_floats(levels[:channels]), place / "a.png")
            with Image.open(place / "a.png") as found:
                assert found.size == (7, 5)
                pixels = np.asarray(found).reshape(5, 7, channels)
            assert (pixels == levels[:channels].movedim(0, -1).numpy()).all()
            said = refusal(lib.save_picture, as_floats(levels[:channels]), place / "a.text")
            assert said.endswith("expected a name that ends in a format, such as .png")


def a_full_disk_leaves_what_was_there(lib):
    for name, what, save in (
        ("a.png", "picture", lambda lib, path: lib.save_picture(noise(1)[0, 0], path)),
        ("a.png", "sheet", save_a_sheet),
        ("a.gif", "animation", save_a_trajectory),
    ):
        for before in (None, b"what was there"):
            with a_place() as place:
                if before:
                    (place / name).write_bytes(before)
                with a_full_disk():
                    said = failure(save, lib, place / name)
                assert said == f"the {what} could not be written to {place / name}: File too large"
                assert os.listdir(place) == ([name] if before else [])
                assert not before or (place / name).read_bytes() == before


def save_a_sheet(lib, path):
    lib.save_sheet(noise(1)[0], path)


def save_a_trajectory(lib, path):
    lib.save_animation(noise(3), path)


def a_disk_that_is_full_only_at_the_end_leaves_nothing(lib):
    """Some file systems take everything and fail when it is to be on the disk."""

    def full(_):
        raise OSError(28, "No space left on device")

    with a_place() as place:
        for name, save in (("a.png", save_a_sheet), ("a.gif", save_a_trajectory)):
            with patch("os.fsync", full):
                assert failure(save, lib, place / name).endswith(f"{name}: No space left on device")
            with patch("os.replace", side_effect=KeyboardInterrupt):
                try:
                    save(lib, place / name)
                except KeyboardInterrupt:
                    pass
            assert os.listdir(place) == []


def a_file_appears_whole(lib):
    """Until it is renamed, nothing stands under its name."""
    seen = []

    def replace(part, path, rename=os.replace):
        seen.append(os.path.exists(path))
        with Image.open(part) as image:
            image.load()
        rename(part, path)

    with a_place() as place, patch("os.replace", replace):
        save_a_sheet(lib, place / "a.png")
        save_a_trajectory(lib, place / "a.gif")
        assert seen == [False, False] and sorted(os.listdir(place)) == ["a.gif", "a.png"]
        assert (place / "a.png").stat().st_mode & 0o777 == 0o666 & ~umask()


def umask():
    """What the system takes away from the rights of a new file."""
    now = os.umask(0)
    os.umask(now)
    return now


def what_cannot_be_written_to_is_named(lib):
    with a_place() as place:
        os.mkfifo(place / "pipe.png")
        (place / "folder.png").mkdir()
        (place / "kept.png").write_bytes(b"x")
        ask = os.access

        def access(path, how):
            return ask(path, how) and not str(path).endswith("kept.png")

        with patch("os.access", access):
            for name in ("pipe.png", "folder.png", "kept.png"):
                said = failure(save_a_sheet, lib, place / name)
                assert said == (
                    f"the sheet could not be written to {place / name}: "
                    "what stands there cannot be replaced"
                )
        said = failure(save_a_sheet, lib, place / "no\n" / "a.png")
        assert (
            said
            == f"the sheet could not be written to {place}/no\\n/a.png: No such file or directory"
        )
        assert sorted(os.listdir(place)) == ["folder.png", "kept.png", "pipe.png"]


def a_link_stays_a_link(lib):
    with a_place() as place:
        (place / "in").mkdir()
        (place / "a.png").symlink_to("in/b.png")
        save_a_sheet(lib, place / "a.png")
        assert (place / "a.png").is_symlink() and os.listdir(place / "in") == ["b.png"]


PROPERTIES = (
    an_animation_lasts_as_long_as_it_says,
    an_animation_begins_and_ends_as_the_trajectory_does,
    what_is_no_animation_is_refused,
    a_sheet_is_large_enough_and_in_order,
    a_picture_is_written_pixel_for_pixel,
    a_full_disk_leaves_what_was_there,
    a_disk_that_is_full_only_at_the_end_leaves_nothing,
    a_file_appears_whole,
    what_cannot_be_written_to_is_named,
    a_link_stays_a_link,
)

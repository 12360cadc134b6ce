"""What holds for a picture that is read, as functions of the library under test.

`lib` has the public names of `companion.data.names`, `levels` and `reading`: the
package's own, or a copy with one line broken. `folder` of pictures has a file of its own.
"""

import os
import socket
import struct
import unicodedata
import zlib
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
import torch
from PIL import Image


@contextmanager
def a_place():
    """A folder for a while."""
    with TemporaryDirectory() as name:
        yield Path(name)


def refusal(ask, *arguments, **options):
    """The words of the ValueError that was raised; other errors pass."""
    try:
        ask(*arguments, **options)
    except ValueError as error:
        return str(error)
    return "nothing was refused"


def taken(ask, *arguments, **options):
    """What comes of it; that it is refused is a failure."""
    try:
        return ask(*arguments, **options)
    except ValueError as error:
        raise AssertionError(f"refused: {error}") from error


def in_bytes(image):
    """A float image as (C, H, W) in 0..255, exactly, or not at all."""
    levels = (image + 1) * 127.5
    assert (levels - levels.round()).abs().max() < 1e-4
    return levels.round().to(torch.uint8).numpy()


def tiff(path, pixels, bits, photometric=1, kind=1):
    """A TIFF of one channel written by hand, since Pillow writes few of those it reads.

    pixels: bytes.   bits: of a pixel.   photometric: 0 where zero is white.
    kind: 1 whole numbers, 2 whole numbers with a sign, 3 floats.
    """
    data, width, height = pixels
    tags = [
        *((256, width), (257, height), (258, bits), (259, 1), (262, photometric)),
        *((273, 8), (277, 1), (278, height), (279, len(data)), (339, kind)),
    ]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    table = struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)
    data += b"\0" * (len(data) % 2)
    path.write_bytes(b"II*\0" + struct.pack("<I", 8 + len(data)) + data + table)
    return path


def a_row(values, dtype):
    """A row of numbers for `tiff`."""
    values = np.asarray(values, dtype)
    return values.tobytes(), values.size, 1


def png_header(path, width, height):
    """A PNG that says how large it is and has no pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    start = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + start + struct.pack(">I", 99) + b"IDAT\x78\x9c")
    return path


# ------------------------------------------------------------------ what numbers mean

# mode -> a pixel, and the colour that it is on white, by hand
MODES = {
    "1": (1, (255, 255, 255)),
    "L": (100, (100, 100, 100)),
    "LA": ((100, 51), (224, 224, 224)),  # 0.2 * 100 + 0.8 * 255
    "La": ((20, 51), (224, 224, 224)),  # the same, multiplied by its alpha
    "P": (7, (10, 20, 30)),
    "PA": ((7, 51), (206, 208, 210)),  # 0.2 * (10, 20, 30) + 0.8 * 255
    "RGB": ((1, 2, 3), (1, 2, 3)),
    "RGBA": ((255, 0, 100, 51), (255, 204, 224)),
    "RGBa": ((51, 0, 20, 51), (255, 204, 224)),
    "RGBX": ((1, 2, 3, 4), (1, 2, 3)),
    "CMYK": ((0, 255, 255, 0), (255, 0, 0)),
    "YCbCr": ((76, 85, 255), (254, 0, 0)),  # 76 + 1.402 * 127
    "LAB": ((255, 128, 128), (255, 255, 255)),
    "HSV": ((85, 255, 255), (0, 255, 0)),  # a third of the way round
    "F": (0.4, (102, 102, 102)),
    "I;16": (51 * 257, (51, 51, 51)),
    "I;16L": (51 * 257, (51, 51, 51)),
    "I;16B": (51 * 257, (51, 51, 51)),
    "I;16N": (51 * 257, (51, 51, 51)),
}


def every_mode_of_pillow_is_shown_as_its_colour(lib):
    assert {*MODES, "I"} == {*Image.MODES}, "Pillow has a mode that nobody thought of"
    for mode, (pixel, expected) in MODES.items():
        image = Image.new(mode, (3, 2), pixel)
        if mode in ("P", "PA"):
            image.putpalette([0] * 21 + [10, 20, 30])
            image = (
                image
                if mode == "P"
                else Image.merge("PA", [image.getchannel(0), image.getchannel(1)])
            )
            image.putpalette([0] * 21 + [10, 20, 30])
        shown = taken(lib.levels, image)
        assert shown.mode in ("L", "LA", "RGB", "RGBA"), mode
        white = Image.new("RGBA", shown.size, "white")
        colour = Image.alpha_composite(white, shown.convert("RGBA")).getpixel((2, 1))
        assert np.abs(np.subtract(colour[:3], expected)).max() <= 1, (mode, colour)


def all_numbers_of_16_bits_have_their_level(lib):
    numbers = np.arange(65536)
    for mode, order in (("I;16", "<u2"), ("I;16B", ">u2")):
        data = numbers.astype(order).tobytes()
        grey = lib.levels(Image.frombytes(mode, (256, 256), data))
        assert np.array_equal(np.asarray(grey).ravel(), np.rint(numbers / 257))


def large_pictures_have_the_levels_of_small_ones(lib):
    """They are converted a few rows at a time: here two, and then one."""
    numbers = np.arange(65536).astype("<u2")
    image = Image.frombytes("I;16", (256, 256), numbers.tobytes()).crop((0, 0, 256, 255))
    with patch.dict(lib.levels.__globals__, _ROWS=513):
        grey = lib.levels(image)
    assert np.array_equal(np.asarray(grey), np.rint(numbers / 257).reshape(256, 256)[:255])


def a_tiff_says_its_bits_and_which_end_is_white(lib):
    wide, floats = [0, 257, 65535], [0.0, 0.2, 1.0]
    twelve = bytes([0x00, 0x0F, 0xFF, 0x10, 0x10, 0x00])  # 0, 4095, 257, 0
    with a_place() as place:
        for name, pixels, bits, zero_is_white, kind, expected in (
            ("a", a_row(wide, "<u2"), 16, 0, 1, [0, 1, 255]),
            ("b", a_row(wide, "<u2"), 16, 1, 1, [255, 254, 0]),
            ("c", a_row(floats, "<f4"), 32, 0, 3, [0, 51, 255]),
            ("d", a_row(floats, "<f4"), 32, 1, 3, [255, 204, 0]),
            ("e", (twelve, 4, 1), 12, 0, 1, [0, 255, 16, 0]),
        ):
            file = tiff(place / f"{name}.tiff", pixels, bits, 1 - zero_is_white, kind)
            assert in_bytes(lib.picture(file, 1)).ravel().tolist() == expected, name


def a_pgm_says_what_is_white(lib):
    """Its numbers of more than 8 bits come as mode I, which else has no white."""
    with a_place() as place:
        for white in (65535, 4095):
            row = np.array([0, white // 5, white], ">u2").tobytes()
            (place / "a.pgm").write_bytes(b"P5 3 1 %d\n" % white + row)
            assert in_bytes(taken(lib.picture, place / "a.pgm", 1)).ravel().tolist() == [0, 51, 255]


def half_a_level_beyond_is_rounding(lib):
    with a_place() as place:
        file = tiff(place / "a.tiff", a_row([-0.0019, 0.5, 1.0019], "<f4"), 32, 1, 3)
        assert in_bytes(taken(lib.picture, file, 1)).ravel().tolist() == [0, 128, 255]


def numbers_that_are_no_picture_s_are_refused_with_their_range(lib):
    nan, inf = float("nan"), float("inf")
    with a_place() as place:
        for numbers, words in (
            ([0, 100, 255], "numbers from 0 to 255, expected 0 (black) to 1 (white)"),
            ([-1, 0, 1], "numbers from -1 to 1, expected 0 (black)"),
            ([0, 0.5, 1.003], "numbers from 0 to 1.003, expected"),
            ([-0.003, 0.5, 1], "numbers from -0.003 to 1, expected"),
            ([0.5, nan, 1], "NaN or infinite"),
            ([nan, 0, 1], "NaN or infinite"),
            ([0, 1, inf], "NaN or infinite"),
            ([-inf, 1, 0], "NaN or infinite"),
        ):
            file = tiff(place / "a.tiff", a_row(numbers, "<f4"), 32, 1, 3)
            assert words in refusal(lib.picture, file), numbers
        for dtype, bits, kind in (("<i4", 32, 2), ("<u4", 32, 1), ("<i2", 16, 2)):
            file = tiff(place / "a.tiff", a_row([0, 100, 255], dtype), bits, 1, kind)
            assert "does not say what is white: save it with 8 or 16" in refusal(lib.picture, file)
        cards = [
            b"SIMPLE  = T",
            b"BITPIX  = 16",
            b"NAXIS   = 2",
            b"NAXIS1  = 2",
            b"NAXIS2  = 1",
            b"END",
        ]
        (place / "a.fits").write_bytes(
            b"".join(c.ljust(80) for c in cards).ljust(2880) + bytes(2880)
        )
        assert "FITS with more than 8 bits" in refusal(lib.picture, place / "a.fits")


def what_is_transparent_is_white_in_every_format(lib):
    palette = Image.new("P", (2, 1), 1)
    palette.putpalette([255, 0, 0, 0, 0, 255])
    palette.putpixel((0, 0), 0)
    with a_place() as place:
        palette.save(place / "p.png", transparency=0)
        palette.save(place / "p.gif", transparency=0)
        assert lib.picture(place / "p.gif")[:, 0, 0].tolist() == [1, 1, 1]
        assert lib.picture(place / "p.png").tolist() == [[[1, -1]], [[1, -1]], [[1, 1]]]
        palette.save(place / "half.png", transparency=bytes([51, 255]))  # red, at a fifth
        assert in_bytes(lib.picture(place / "half.png"))[:, 0, 0].tolist() == [255, 204, 204]
        deep = Image.frombytes("I;16", (3, 1), np.array([0, 257, 65535], "<u2").tobytes())
        deep.save(place / "deep.png", transparency=257)
        assert in_bytes(lib.picture(place / "deep.png", 1)).ravel().tolist() == [0, 255, 255]
        Image.new("RGB", (2, 1), (9, 9, 9)).save(place / "key.png", transparency=(9, 9, 9))
        assert lib.picture(place / "key.png").eq(1).all()


# ------------------------------------------------------------------- a picture, whole


def photo(width, height, seed=0):
    """Smooth colours, which no filter changes much."""
    small = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def turned(path, image, orientation):
    """A file whose camera says how to turn it, such that it comes out as `image`."""
    back = {
        1: lambda x: x,
        2: lambda x: x[:, ::-1],
        3: lambda x: x[::-1, ::-1],
        4: lambda x: x[::-1],
        5: lambda x: x.swapaxes(0, 1),
        6: lambda x: np.rot90(x),
        7: lambda x: np.rot90(x, 2).swapaxes(0, 1),
        8: lambda x: np.rot90(x, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(back(np.asarray(image)))).save(path, exif=exif)
    return path


def a_picture_is_turned_in_all_eight_ways(lib):
    image = photo(40, 23)
    with a_place() as place:
        for orientation in range(1, 9):
            file = turned(place / "a.png", image, orientation)
            whole = in_bytes(lib.picture(file))
            assert np.array_equal(whole, np.asarray(image).transpose(2, 0, 1)), orientation
            assert lib.picture_size(file) == (23, 40)
            assert lib.picture(file, longest=20).shape == (3, 12, 20)
            file = turned(place / "a.tiff", image, orientation)
            assert np.array_equal(in_bytes(lib.picture(file)), whole), orientation
            assert lib.picture_size(file) == (23, 40)
            assert lib.picture(file, longest=20).shape == (3, 12, 20)


def a_picture_is_as_long_as_was_asked(lib):
    with a_place() as place:
        for size, longest, shape in (
            ((1000, 333), 100, (33, 100)),
            ((333, 1000), 100, (100, 33)),
            ((60, 40), 60, (40, 60)),
            ((60, 40), 61, (40, 60)),  # never enlarged
            ((1000, 2), 10, (1, 10)),  # and never nothing
            ((7, 5), 1, (1, 1)),
        ):
            for ends in ("png", "jpg"):
                photo(*size).save(place / f"a.{ends}", quality=95)
                small = taken(lib.picture, place / f"a.{ends}", longest=longest)
                assert small.shape == (3, *shape), (size, longest)
                assert lib.picture_size(place / f"a.{ends}") == size[::-1]
        fine = Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8))
        fine.save(place / "a.png")
        small = in_bytes(lib.picture(place / "a.png", longest=15)).transpose(1, 2, 0)
        assert np.array_equal(small, np.asarray(fine.resize((15, 10), Image.Resampling.LANCZOS)))
        photo(1000, 700).save(place / "a.png")
        small = lib.picture(place / "a.png", longest=50)
        expected = np.asarray(photo(1000, 700).resize((50, 35), Image.Resampling.BOX))
        assert np.abs(in_bytes(small) - expected.transpose(2, 0, 1).astype(float)).mean() < 2
    words = "longest: got 0, expected a whole number in 1..32768"
    assert refusal(lib.picture, "a.png", longest=0) == words


def a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(lib):
    with a_place() as place:
        bomb = png_header(place / "a.png", 13300, 13300)
        words = "13300 by 13300 pixels are 176.9 million, expected at most 100 million"
        assert words in refusal(lib.picture, bomb)
        assert words in refusal(lib.picture, bomb, longest=8)
        assert words in refusal(lib.picture_size, bomb)
        assert words in refusal(lib.square, bomb, 8, 3, "crop")
        assert "pixels are" in refusal(lib.picture, png_header(bomb, 10001, 10000))
        assert "pixels are" not in refusal(lib.picture, png_header(bomb, 10000, 10000), longest=8)
        assert "limit of" in refusal(lib.picture, png_header(bomb, 30000, 30000))  # Pillow's


def a_large_jpeg_is_decoded_no_larger_than_it_has_to_be(lib):
    with a_place() as place, patch.dict(lib.picture.__globals__, MOST_PIXELS=20_000):
        photo(400, 200).save(place / "a.jpg", quality=95)
        photo(400, 200).save(place / "a.png")
        assert taken(lib.picture, place / "a.jpg", longest=100).shape == (3, 50, 100)
        for fit in ("crop", "pad"):
            assert lib.square(place / "a.jpg", 50, 3, fit)[0].shape == (3, 50, 50)
        assert lib.picture_size(place / "a.jpg") == (200, 400)
        assert "0.1 million" in refusal(lib.picture, place / "a.jpg")
        assert "0.1 million" in refusal(lib.picture, place / "a.png", longest=100)


def what_is_no_regular_file_is_refused_and_not_waited_for(lib):
    with a_place() as place, patch.object(Image, "open", side_effect=OSError) as waiting:
        os.mkfifo(place / "pipe.png")
        (place / "link.png").symlink_to("pipe.png")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(place / "s"))
            for name, what in (
                *((place / "pipe.png", "a pipe"), (place / "link.png", "a pipe")),
                *((place / "s", "a socket"), ("/dev/null", "a device"), (place, "a folder")),
            ):
                expected = f"path: got {name}, {what}, expected an image file"
                for ask in (lib.picture, lib.picture_size):
                    assert refusal(ask, name) == expected
        assert not waiting.called


def what_cannot_be_read_is_told_why(lib):
    with a_place() as place:
        photo(9, 9).save(place / "good.png")
        good = (place / "good.png").read_bytes()
        for name, content, words in (
            ("a.png", b"", "an empty file, of 0 bytes"),
            ("a.png", good[:-40], "image file is truncated"),
            ("a.png", b"text", "its bytes are no picture of any kind that Pillow reads"),
            ("a.heic", b"text", "no kind of picture that Pillow reads"),
            ("a.ZIP", b"PK\3\4", "an archive: unpack it"),
        ):
            (place / name).write_bytes(content)
            said = refusal(lib.picture, place / name)
            assert said.startswith(
                f"path: got {place / name}, no image that can be read ({words}"
            ), said
            assert said.endswith(")") and said.count(str(place)) == 1
        said = refusal(lib.picture, place / "no\nthing.png")
        assert said == (
            f"path: got {place}/no\\nthing.png, expected an image file (No such file or directory)"
        )


def any_error_is_one_line_without_control_characters(lib):
    for error, words in (
        (MemoryError(), "there is not enough memory for it"),
        (RuntimeError(), "RuntimeError"),
        (RuntimeError("one\x1b[2J\ntwo"), "one\\x1b[2J"),
        (PermissionError(13, "Permission denied", "a\nb"), "Permission denied"),
    ):
        assert lib.reason("a.png", error) == words


def the_first_picture_of_an_animation_is_taken(lib):
    one, other = (Image.new("RGB", (5, 4), colour) for colour in ("red", "blue"))
    with a_place() as place:
        for name in ("a.gif", "a.png", "a.webp", "a.tiff"):
            options = {"lossless": True} if name == "a.webp" else {}
            one.save(place / name, save_all=True, append_images=[other], **options)
            assert lib.picture(place / name)[:, 2, 2].tolist() == [1, -1, -1], name


# ------------------------------------------------------------------------------ names


def a_name_is_shown_in_one_line(lib):
    for name, shown in (
        ("a b\u3000c", "a b\u3000c"),  # a wide space prints
        ("größe 猫.png", "größe 猫.png"),
        ("a\nb\r\x1b[2J\t\x7f", r"a\nb\r\x1b[2J\t\x7f"),
        ("x\u202egnp.exe\u2028\u200b", r"x\u202egnp.exe\u2028\u200b"),
        ("a\udc80\udcffb", r"a\x80\xffb"),
        ("a\ud800b\udc7f", r"a\ud800b\udc7f"),
    ):
        assert lib.shown_name(name) == shown
        assert lib.shown_name(Path(name)) == shown
        lib.shown_name(name).encode("utf-8")


def a_name_has_the_same_number_on_every_system(lib):
    composed = "café/über.png"
    apart = unicodedata.normalize("NFD", composed)
    assert composed != apart
    assert lib.name_number(composed) == lib.name_number(apart)
    assert lib.name_bytes(apart) == composed.encode()
    assert lib.name_number("a.png") != lib.name_number("b.png")
    assert 0 <= lib.name_number("a\udcff\ud800.png") < 1
    # SHA-256 of "abc", from FIPS 180-4, in its first 53 bits
    assert lib.name_number("abc") == (0xBA7816BF8F01CFEA >> 11) / 2**53


PROPERTIES = (
    every_mode_of_pillow_is_shown_as_its_colour,
    all_numbers_of_16_bits_have_their_level,
    large_pictures_have_the_levels_of_small_ones,
    a_tiff_says_its_bits_and_which_end_is_white,
    a_pgm_says_what_is_white,
    half_a_level_beyond_is_rounding,
    numbers_that_are_no_picture_s_are_refused_with_their_range,
    what_is_transparent_is_white_in_every_format,
    a_picture_is_turned_in_all_eight_ways,
    a_picture_is_as_long_as_was_asked,
    a_picture_with_too_many_pixels_is_refused_before_it_is_decoded,
    a_large_jpeg_is_decoded_no_larger_than_it_has_to_be,
    what_is_no_regular_file_is_refused_and_not_waited_for,
    what_cannot_be_read_is_told_why,
    any_error_is_one_line_without_control_characters,
    the_first_picture_of_an_animation_is_taken,
    a_name_is_shown_in_one_line,
    a_name_has_the_same_number_on_every_system,
)

"""Reading pictures and folders, and writing them, broken on purpose and caught."""

from tests.data import folder_properties as f
from tests.data import picture_properties as p
from tests.data.test_pictures import MODULES
from tests.mutations.mutation import Mutation
from tests.mutations.suite import suite

ROWS = {
    "data.names": (
        (
            "names as they are",
            'unicodedata.normalize("NFC", name)',
            "name",
            p.a_name_has_the_same_number_on_every_system,
        ),
        (
            "a number of another hash",
            "hashlib.sha256(name_bytes",
            "hashlib.sha512(name_bytes",
            p.a_name_has_the_same_number_on_every_system,
        ),
        (
            "control characters are printed",
            "if letter.isprintable() or",
            "if True or",
            p.a_name_is_shown_in_one_line,
        ),
        (
            "wide spaces are not",
            'unicodedata.category(letter) == "Zs"',
            "False",
            p.a_name_is_shown_in_one_line,
        ),
        (
            "all surrogates are bytes",
            '"\\udc80" <= letter',
            '"\\ud800" <= letter',
            p.a_name_is_shown_in_one_line,
        ),
    ),
    "data.levels": (
        ("12 bits as 16", "4095 if", "65535 if", p.a_tiff_says_its_bits_and_which_end_is_white),
        (
            "16 bits end at 65536",
            "== (12,) else 65535",
            "== (12,) else 65536",
            p.all_numbers_of_16_bits_have_their_level,
        ),
        (
            "white is never zero",
            "tags.get(_WHITE_IS_ZERO) == 0",
            "False",
            p.a_tiff_says_its_bits_and_which_end_is_white,
        ),
        (
            "cut off and not rounded",
            "np.rint(part)",
            "part",
            p.all_numbers_of_16_bits_have_their_level,
        ),
        (
            "32 bits have a white",
            'image.mode == "I" and',
            "False and",
            p.numbers_that_are_no_picture_s_are_refused_with_their_range,
        ),
        ("so has PGM not", '("PPM", "PNG")', '("PNG",)', p.a_pgm_says_what_is_white),
        (
            "FITS is read",
            'image.format == "FITS"',
            "False",
            p.numbers_that_are_no_picture_s_are_refused_with_their_range,
        ),
        (
            "NaN is a number",
            "if not np.isfinite([lowest, highest]).all():",
            "if False:",
            p.numbers_that_are_no_picture_s_are_refused_with_their_range,
        ),
        (
            "below black is black",
            "lowest < -half",
            "False",
            p.numbers_that_are_no_picture_s_are_refused_with_their_range,
        ),
        (
            "beyond white is white",
            "highest > white + half",
            "False",
            p.numbers_that_are_no_picture_s_are_refused_with_their_range,
        ),
        (
            "rounding is refused",
            "half = white / 255 / 2",
            "half = 0",
            p.half_a_level_beyond_is_rounding,
        ),
        (
            "rounding of two levels",
            "half = white / 255 / 2",
            "half = white / 255 * 2",
            p.numbers_that_are_no_picture_s_are_refused_with_their_range,
        ),
        (
            "the last rows stay black",
            "range(0, image.height, rows)",
            "range(0, image.height - rows, rows)",
            p.large_pictures_have_the_levels_of_small_ones,
        ),
        (
            "deep pictures are opaque",
            'if "transparency" in image.info:',
            "if False:",
            p.what_is_transparent_is_white_in_every_format,
        ),
        (
            "what is multiplied by alpha is unknown",
            'image.mode in ("La", "RGBa")',
            "False",
            p.every_mode_of_pillow_is_shown_as_its_colour,
        ),
        (
            "a colour that is clear stays",
            "if image.has_transparency_data:",
            "if False:",
            p.what_is_transparent_is_white_in_every_format,
        ),
    ),
    "data.reading": (
        (
            "any number of pixels",
            "if pixels > MOST_PIXELS:",
            "if False:",
            p.a_picture_with_too_many_pixels_is_refused_before_it_is_decoded,
        ),
        (
            "one pixel fewer",
            "if pixels > MOST_PIXELS:",
            "if pixels >= MOST_PIXELS:",
            p.a_picture_with_too_many_pixels_is_refused_before_it_is_decoded,
        ),
        (
            "another limit",
            "MOST_PIXELS = 100_000_000",
            "MOST_PIXELS = 101_000_000",
            p.a_picture_with_too_many_pixels_is_refused_before_it_is_decoded,
        ),
        (
            "a JPEG is decoded in full",
            '    image.draft("RGB", smallest)\n',
            "",
            p.a_large_jpeg_is_decoded_no_larger_than_it_has_to_be,
        ),
        (
            "turned TIFFs are turned twice",
            'if image.format == "TIFF":',
            "if False:",
            p.a_picture_is_turned_in_all_eight_ways,
        ),
        (
            "lying pictures stand",
            "image.getexif().get(_ORIENTATION, 1) >= 5",
            "image.getexif().get(_ORIENTATION, 1) > 5",
            p.a_picture_is_turned_in_all_eight_ways,
        ),
        (
            "the camera is not asked",
            "    ImageOps.exif_transpose(image, in_place=True)\n",
            "",
            p.a_picture_is_turned_in_all_eight_ways,
        ),
        (
            "the shorter side",
            "round(side * longest / max(size))",
            "round(side * longest / min(size))",
            p.a_picture_is_as_long_as_was_asked,
        ),
        (
            "a side of nothing",
            "/ max(size)), 1)",
            "/ max(size)), 0)",
            p.a_picture_is_as_long_as_was_asked,
        ),
        (
            "small ones are enlarged",
            "max(size) <= longest and not enlarge",
            "max(size) == longest and not enlarge",
            p.a_picture_is_as_long_as_was_asked,
        ),
        (
            "the nearest pixel",
            "Resampling.LANCZOS",
            "Resampling.NEAREST",
            p.a_picture_is_as_long_as_was_asked,
        ),
        (
            "a pipe is waited for",
            "if not stat.S_ISREG(found.st_mode):",
            "if False:",
            p.what_is_no_regular_file_is_refused_and_not_waited_for,
        ),
        (
            "nothing is a picture",
            "if not found.st_size:",
            "if False:",
            p.what_cannot_be_read_is_told_why,
        ),
        (
            "the name is printed raw",
            "name = shown_name(path)",
            "name = str(path)",
            p.what_cannot_be_read_is_told_why,
        ),
        (
            "all lines of a reason",
            "words.splitlines()[0]",
            "words",
            p.any_error_is_one_line_without_control_characters,
        ),
        (
            "black behind it",
            'image.size, "white"',
            'image.size, "black"',
            p.what_is_transparent_is_white_in_every_format,
        ),
        (
            "padded with black",
            "np.full((channels, size, size), 255,",
            "np.full((channels, size, size), 0,",
            f.the_middle_is_taken_or_all_of_it,
        ),
        (
            "padded below only",
            "(size - H) // 2, (size - W) // 2",
            "0, 0",
            f.the_middle_is_taken_or_all_of_it,
        ),
        (
            "the first square",
            "(length - side) / 2",
            "(length - side) * 0",
            f.the_middle_is_taken_or_all_of_it,
        ),
        (
            "a turned picture is squeezed",
            "whole[::-1] if sideways else whole",
            "whole",
            f.a_turned_picture_is_fitted_as_the_upright_one,
        ),
        (
            "padded pictures stay small",
            "within(full, size, enlarge=True)",
            "within(full, size)",
            f.the_middle_is_taken_or_all_of_it,
        ),
    ),
    "data.listing": (
        (
            "hidden files are read",
            'if not name.startswith(".")',
            "if True",
            f.what_is_hidden_is_passed_over,
        ),
        (
            "links first",
            "(links if path.is_symlink() else folders)",
            "folders",
            f.links_to_folders_are_followed_once,
        ),
        (
            "links to folders are not followed",
            "(links if path.is_symlink() else folders).append(path)",
            "() if path.is_symlink() else folders.append(path)",
            f.links_to_folders_are_followed_once,
        ),
        (
            "read twice",
            "        read.add((known.st_dev, known.st_ino))\n",
            "",
            f.links_to_folders_are_followed_once,
        ),
        (
            "out and around",
            "not in (here, *here.parents)",
            "not in (here,)",
            f.circles_of_links_are_named,
        ),
        (
            "only far circles",
            "not in (here, *here.parents)",
            "not in here.parents",
            f.circles_of_links_are_named,
        ),
        (
            "pipes in silence",
            'skipped.append((path, f"{no_file(mode)}, no regular file"))',
            "pass",
            f.what_leads_nowhere_and_what_is_no_file_is_named,
        ),
        (
            "dangling links in silence",
            '                skipped.append((path, f"{what}{reason(path, error)}"))\n',
            "",
            f.what_leads_nowhere_and_what_is_no_file_is_named,
        ),
        (
            "closed folders in silence",
            '            skipped.append((here, f"a folder that cannot be opened '
            '({reason(here, error)})"))\n',
            "",
            f.what_may_not_be_opened_is_named,
        ),
        (
            "sorted as they are",
            "return normalised(name), name",
            "return name, name",
            f.names_have_one_order_on_every_system,
        ),
        (
            "sorted by all of it",
            "[_order(part) for part in file.parts[depth:]]",
            "_order(str(file))",
            f.names_have_one_order_on_every_system,
        ),
    ),
    "data.folder": (
        (
            "kept twice",
            "torch.from_numpy(images[: len(files)])",
            "torch.from_numpy(np.stack([*images[: len(files)]]))",
            f.pictures_are_read_into_memory_once,
        ),
        (
            "kept as floats",
            "torch.from_numpy(images[: len(files)])",
            "torch.from_numpy(images[: len(files)]).float()",
            f.the_bytes_are_those_of_the_files_and_stay_bytes,
        ),
        (
            "with what was skipped",
            "images[: len(files)])",
            "images)",
            f.what_cannot_be_read_is_skipped_and_named,
        ),
        (
            "the longer side when cropped",
            'min if fit == "crop" else max',
            "max",
            f.sides_that_were_lost_or_added_are_named,
        ),
        (
            "the shorter side when padded",
            'min if fit == "crop" else max',
            "min",
            f.sides_that_were_lost_or_added_are_named,
        ),
        (
            "equal is enlarged",
            "needed(sides) < size",
            "needed(sides) <= size",
            f.sides_that_were_lost_or_added_are_named,
        ),
        (
            "all are square",
            "if sides[0] != sides[1]",
            "if False",
            f.sides_that_were_lost_or_added_are_named,
        ),
        (
            "the last one decides on grey",
            "all_grey and bool",
            "bool",
            f.pictures_without_colour_are_found,
        ),
        (
            "one pixel decides on grey",
            "(image == image[0]).all()",
            "(image == image[0]).any()",
            f.pictures_without_colour_are_found,
        ),
        (
            "grey by channels",
            "all_grey = channels == 3",
            "all_grey = True",
            f.pictures_without_colour_are_found,
        ),
        (
            "the ending as it is",
            "(file.suffix.lower(), why)",
            "(file.suffix, why)",
            f.a_folder_with_nothing_to_read_says_what_it_holds,
        ),
        (
            "no current folder",
            "if name and path.is_dir():",
            "if path.is_dir():",
            f.what_is_no_folder_is_told_what_it_is,
        ),
        (
            "cropped whatever one says",
            "square(file, size, channels, fit)",
            'square(file, size, channels, "crop")',
            f.the_middle_is_taken_or_all_of_it,
        ),
        (
            "padded by default",
            'fit: str = "crop"',
            'fit: str = "pad"',
            f.the_middle_is_taken_or_all_of_it,
        ),
    ),
    "data.fingerprint": (
        (
            "only the first images",
            "found.images.split(_PART)",
            "found.images.split(_PART)[:1]",
            f.every_picture_has_its_part_in_the_fingerprint,
        ),
        (
            "names in any form",
            "map(name_bytes, found.names)",
            "map(str.encode, found.names)",
            f.a_fingerprint_tells_what_has_changed,
        ),
        (
            "the place as it was said",
            "os.path.realpath(found.place)",
            "str(found.place)",
            f.a_fingerprint_tells_what_has_changed,
        ),
        (
            "counts are not compared",
            'now["count"] != then["count"]',
            "False",
            f.a_fingerprint_tells_what_has_changed,
        ),
        (
            "pixels are not compared",
            'now["pixels"] != then["pixels"]',
            "False",
            f.a_fingerprint_tells_what_has_changed,
        ),
        (
            "places are not compared",
            'now["place"] != then["place"]',
            "False",
            f.a_fingerprint_tells_what_has_changed,
        ),
        ("then for now", "(now, then))", "(then, now))", f.a_fingerprint_tells_what_has_changed),
        (
            "names are of no account",
            "names.update(",
            "len(",
            f.a_fingerprint_hangs_on_names_and_pixels_and_their_order,
        ),
    ),
}
TABLE = [(module, Mutation(*row)) for module, rows in ROWS.items() for row in rows]
USED = {row.caught_by for _, row in TABLE}
(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(MODULES, [holds for holds in p.PROPERTIES + f.PROPERTIES if holds in USED], TABLE)

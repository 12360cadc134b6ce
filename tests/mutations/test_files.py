"""Writing sheets and animations, broken on purpose and caught."""

from tests.mutations.mutation import Mutation
from tests.mutations.suite import suite
from tests.plots import files_properties as p

LENGTH = p.an_animation_lasts_as_long_as_it_says
WHOLE = p.a_full_disk_leaves_what_was_there
ROWS = (
    ("a sixth for the last picture", "_REST = 3", "_REST = 6", LENGTH),
    ("pictures too short to be shown", "_SHORTEST = 2", "_SHORTEST = 1", LENGTH),
    ("as many as there are", "min(count, moving // _SHORTEST + 1)", "count", LENGTH),
    ("one picture fewer", "moving // _SHORTEST + 1", "moving // _SHORTEST", LENGTH),
    (
        "each the same time",
        "round(k * moving / (n - 1)) for",
        "k * (moving // (n - 1)) for",
        LENGTH,
    ),
    (
        "a single one rests only",
        "[count - 1], [hundredths]",
        "[count - 1], [hundredths - moving]",
        LENGTH,
    ),
    ("hundredths as thousandths", "duration=[10 * each", "duration=[each", LENGTH),
    ("five seconds", "seconds: float = 4", "seconds: float = 5", LENGTH),
    (
        "the first ones only",
        "round(k * (count - 1) / (n - 1)) for",
        "k for",
        p.an_animation_begins_and_ends_as_the_trajectory_does,
    ),
    ("shown once", "loop=0", "loop=1", p.an_animation_begins_and_ends_as_the_trajectory_does),
    ("any ending", 'path.suffix.lower() != ".gif"', "False", p.what_is_no_animation_is_refused),
    (
        "small endings only",
        'path.suffix.lower() != ".gif"',
        'path.suffix != ".gif"',
        p.what_is_no_animation_is_refused,
    ),
    (
        "a picture is enlarged",
        "Image.fromarray(to_uint8(image)).save(whole, format)",
        "_picture(image[None]).save(whole, format)",
        p.a_picture_is_written_pixel_for_pixel,
    ),
    ("smaller sheets", "_SIDE = 640", "_SIDE = 620", p.a_sheet_is_large_enough_and_in_order),
    (
        "smooth sheets",
        "Resampling.NEAREST",
        "Resampling.BILINEAR",
        p.a_sheet_is_large_enough_and_in_order,
    ),
    (
        "fewer columns",
        "math.ceil(math.sqrt",
        "math.floor(math.sqrt",
        p.a_sheet_is_large_enough_and_in_order,
    ),
    (
        "enlarged by the shorter side",
        "max(whole.size), 1)",
        "min(whole.size), 1)",
        p.a_sheet_is_large_enough_and_in_order,
    ),
    ("no file is named", "to {shown_name(path)}: {error.strerror", "{error.strerror", WHOLE),
    ("pipes are replaced", "path.is_file() and os", "os", p.what_cannot_be_written_to_is_named),
    (
        "files that may not be written",
        "and os.access(path, os.W_OK)",
        "",
        p.what_cannot_be_written_to_is_named,
    ),
)
WRITING = (
    (
        "half a file stays",
        "went well\n            beside.unlink()\n",
        "went well\n            pass\n",
        WHOLE,
    ),
    ("written in place", "beside = path.with_name", "beside = path  # .with_name", WHOLE),
    (
        "not seen to be on the disk",
        "            os.fsync(file.fileno())\n",
        "",
        p.a_disk_that_is_full_only_at_the_end_leaves_nothing,
    ),
    (
        "for its owner only",
        'open(beside, "xb")',
        'os.fdopen(os.open(beside, os.O_CREAT | os.O_WRONLY, 0o600), "wb")',
        p.a_file_appears_whole,
    ),
    (
        "a link is replaced",
        "path = Path(os.path.realpath(path))\n    beside =",
        "path = Path(path)\n    beside =",
        p.a_link_stays_a_link,
    ),
)
(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(
    ["files", "plots.files"],
    p.PROPERTIES,
    [
        *(("plots.files", Mutation(*row)) for row in ROWS),
        *(("files", Mutation(*row)) for row in WRITING),
    ],
)

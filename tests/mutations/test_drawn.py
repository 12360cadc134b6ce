"""What is drawn by default, from where, and for whom: broken on purpose and caught."""

from tests.data import drawn_properties as p
from tests.data.test_drawn import MODULES
from tests.mutations.mutation import Mutation
from tests.mutations.suite import suite

SIDES = p.crops_come_evenly_from_the_photographs_of_their_side
SIZES = p.crops_come_evenly_from_all_sizes_and_reach_every_edge
BOOK = p.crops_are_by_default_those_of_the_book
LIMITS = p.crops_have_their_limits
MIDDLE = p.the_middle_of_a_photograph_is_taken_both_ways
SPLIT = p.digits_are_split_as_the_shipped_weights_have_it
BLACK = p.a_set_of_the_hub_is_in_the_middle_of_black
ROWS = {
    "data.photos": (
        (
            "held out of those learned from",
            '"held_out", held_out, _HELD_OUT',
            '"held_out", held_out, _LEARNED',
            SIDES,
        ),
        (
            "never the last photograph",
            "pictures[upto(len(pictures))]",
            "pictures[upto(len(pictures) - 1)]",
            SIDES,
        ),
        ("always the largest", "sizes[upto(len(sizes))]", "sizes[-1]", SIZES),
        ("from three crops", "4 * size)", "3 * size)", SIZES),
        ("four times as large each time", "side *= 2", "side *= 4", SIZES),
        ("the full one is left out", "return [*sizes, image]", "return sizes", SIZES),
        ("the last row is left out", "upto(length - size + 1)", "upto(length - size)", SIZES),
        ("one corner", "upto(length - size + 1)", "0 * upto(length - size + 1)", SIZES),
        ("fewer crops", "count: int = 2000", "count: int = 1000", BOOK),
        ("more held out", "held_out: int = 400", "held_out: int = 500", BOOK),
        ("another seed", "seed: int = 0", "seed: int = 1", BOOK),
        ("smaller crops", "size: int = 32, count", "size: int = 16, count", BOOK),
        ("crops of 7", '"size", size, 8, 128', '"size", size, 7, 128', LIMITS),
        ("crops of 129", '"size", size, 8, 128', '"size", size, 8, 129', LIMITS),
        ("no crop at all", "n, 1, 10**6", "n, 0, 10**6", LIMITS),
        ("ten million", "n, 1, 10**6", "n, 1, 10**7", LIMITS),
        ("from the left", "(W - side) // 2", "0", MIDDLE),
        ("from the top", "(H - side) // 2", "0", MIDDLE),
    ),
    "data.digits": (
        ("another split", "random_state=0", "random_state=1", SPLIT),
        ("more held out", "test_size=359", "test_size=360", SPLIT),
        ("any mix of labels", "stratify=labels, ", "", SPLIT),
        ("two pixels are white", "/ 8 - 1", "/ 7.5 - 1", SPLIT),
        ("larger by default", "size: int = 8", "size: int = 16", SPLIT),
        (
            "not so smooth",
            '"bicubic"',
            '"bilinear"',
            p.an_enlarged_digit_is_smooth_and_keeps_its_place,
        ),
        ("beyond white", ".clamp(-1, 1)", "", p.an_enlarged_digit_is_smooth_and_keeps_its_place),
    ),
    "data.hub": (
        ("a grey margin", "value=-1.0", "value=0.0", BLACK),
        ("a margin on one side", "[margin] * 4", "[2 * margin, 0, 2 * margin, 0]", BLACK),
        (
            "never all of it",
            'limit = "" if count is None',
            'limit = "[:9]" if count is None',
            BLACK,
        ),
        ("the test images twice", '("train", "test")', '("test", "test")', BLACK),
        ("always all of it", 'f"[:{count}]"', '""', p.a_colour_set_of_the_hub_has_no_margin),
    ),
}
TABLE = [(module, Mutation(*row)) for module, rows in ROWS.items() for row in rows]
(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(MODULES, p.PROPERTIES, TABLE)

"""The court broken on purpose, and caught."""

from tests.evaluation import court_properties as p
from tests.mutations.mutation import Mutation
from tests.mutations.suite import suite

MODULES = ["data.captions", "evaluation.scene_reader", "evaluation.obedience"]
CHANGED = p.a_changed_word_of_a_shape_is_named
RELATION = p.a_changed_relation_is_named
ADDED = p.a_shape_left_out_or_added_is_named
GIVEN = p.words_given_to_the_other_shape_are_present_and_not_bound
COLOUR = p.two_shapes_of_one_colour_are_told_apart
NONE = p.what_is_no_scene_is_not_read_as_one
READ = p.a_drawn_scene_is_read_to_a_third_of_a_pixel
ROWS = {
    "data.captions": (
        (
            "both shapes are the first",
            "Description((one, other), relation)",
            "Description((one, one), relation)",
            p.a_caption_is_taken_apart,
        ),
    ),
    "evaluation.scene_reader": (
        (
            "any form is a shape",
            "self.misfit <= LARGEST_MISFIT and",
            "",
            p.a_half_drawn_shape_is_not_read_as_one,
        ),
        ("any picture is a scene", " and self.error <= LARGEST_ERROR", "", NONE),
        ("no scene is too many", "len(self.seen) in (1, 2) and", "", NONE),
        ("all is one shape", "LARGEST_WIDTH = 0.5", "LARGEST_WIDTH = 2", NONE),
        ("down is across", "at - x, at[:, None] - y", "at - y, at[:, None] - x", READ),
        ("a triangle is where its mass is", "y = y - width / 6", "y = y + width", READ),
        ("large from 0.2 on", "self.width >= LARGE_FROM", "self.width >= 0.2", CHANGED),
        ("grey is white", "(A @ ends)[:, None]", "(A @ ends)[:, None] + 1", READ),
    ),
    "evaluation.obedience": (
        ("down is up", '"above" if down > 0', '"above" if down < 0', RELATION),
        ("the other axis", "abs(down) > abs(across)", "abs(down) < abs(across)", RELATION),
        ("mirrored", "across > 0", "across < 0", p.a_mirrored_picture_swaps_left_and_right),
        ("whole without all words", " and all(w.kept for w in words)", "", RELATION),
        (
            "whole without a scene",
            "whole=reading.is_scene and",
            "whole=",
            p.a_smudge_beside_all_the_words_is_not_the_whole,
        ),
        (
            "once is twice",
            "present=described <= seen",
            "present=set(described) <= set(seen)",
            GIVEN,
        ),
        (
            "bound by words",
            "bound=Counter(expected.shapes) <=",
            "bound=described <= seen or Counter(expected.shapes) <=",
            GIVEN,
        ),
        ("by the other words alone", "return colours, others,", "return 0, others,", GIVEN),
        ("colours do not count", "return colours, others,", "return colours, 0,", COLOUR),
        ("count of what is asked", "str(len(reading.seen))", "str(len(expected.shapes))", ADDED),
        (
            "of pictures alone",
            "sum(values) / len(values)",
            "sum(values) / len(found)",
            p.rates_are_shares_of_the_words_of_a_kind,
        ),
    ),
}
TABLE = [(module, Mutation(*row)) for module, rows in ROWS.items() for row in rows]
PROPERTIES = [holds for holds in p.ALL if holds in {row.caught_by for _, row in TABLE}]
(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(MODULES, PROPERTIES, TABLE)

"""Conditions that are images: broken on purpose and caught."""

from tests.mutations.mutation import Mutation
from tests.mutations.suite import suite
from tests.tasks import picture_properties as p

MODULES = ("data.boxes", "tasks.pictures")
BOX = p.a_box_is_just_as_large_as_its_shape
SHARE = p.a_layout_says_colour_and_share_of_each_place
AREA = p.the_covered_shares_add_up_to_the_area
MIX = p.two_boxes_in_a_place_are_mixed_by_area
HOLES = p.holes_are_boxes_of_a_quarter_to_three_quarters
NEAREST, FIT = p.matched_images_are_the_nearest_that_fit, p.matched_images_stay_in_range_and_fit
ROWS = {
    "data.boxes": (
        ("half a box", "s.x + s.size / 2", "s.x", BOX),
        ("turned", "s.y - s.size / 2", "s.x - s.size / 2", BOX),
        ("x for y", "torch.outer(down, across)", "torch.outer(across, down)", SHARE),
        ("black boxes", "paint / cover.clamp(min=1e-12)", "0 * paint", SHARE),
        ("touched is covered", ".clamp(min=0) * side", ".clamp(min=0).sign()", AREA),
        ("pixels in place of shares", ".clamp(min=0) * side", ".clamp(min=0)", AREA),
        ("more than all", "cover.clamp(max=1).float()", "cover.float()", MIX),
        ("the last one's colour", "paint[n] += ", "paint[n] = ", MIX),
    ),
    "tasks.pictures": (
        (
            "every f-th pixel",
            "return avg_pool2d(images, f)",
            "return images[:, :, ::f, ::f]",
            p.a_small_picture_is_the_mean_of_its_blocks,
        ),
        (
            "given nowhere",
            "torch.ones_like(small[:, :1])",
            "torch.zeros_like(small[:, :1])",
            p.a_small_picture_is_the_mean_of_its_blocks,
        ),
        (
            "it sees the hole",
            "codec.encode(torch.where(given, images, 0))",
            "codec.encode(images)",
            p.a_hole_hides_all_that_is_in_it,
        ),
        (
            "it sees the hole alone",
            "codec.encode(torch.where(given, images, 0))",
            "codec.encode(torch.where(given, 0, images))",
            p.a_hole_hides_all_that_is_in_it,
        ),
        (
            "the mask of the hole",
            "avg_pool2d(given.to(z.dtype)",
            "avg_pool2d((~given).to(z.dtype)",
            p.the_mask_is_the_share_of_a_place_that_is_given,
        ),
        ("a hole for the picture", "return ~(inside", "return (inside", HOLES),
        ("never three quarters", "3 * size // 4 + 1", "3 * size // 4", HOLES),
        ("smaller holes", "torch.randint(size // 4,", "torch.randint(size // 8,", HOLES),
        ("the corner", "start = (torch.rand(", "start = (0 * torch.rand(", HOLES),
        (
            "of torch's own generator",
            "(count, 2), generator=generator)",
            "(count, 2))",
            p.holes_come_of_the_generator,
        ),
        ("half the way", "interpolate(missing, ", "interpolate(missing / 2, ", FIT),
        ("away from it", "(images + interpolate", "(images - interpolate", NEAREST),
        ("once", "_ROUNDS = 20", "_ROUNDS = 1", FIT),
        ("out of range", ".clamp(-1, 1)\n    return images\n", "\n    return images\n", FIT),
    ),
}

TABLE = [(module, Mutation(*row)) for module, rows in ROWS.items() for row in rows]
(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(MODULES, p.PROPERTIES, TABLE)

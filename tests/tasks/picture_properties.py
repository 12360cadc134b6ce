"""What holds for conditions that are images, of the library and of copies of it."""

from functools import cache
from types import SimpleNamespace

import torch
from torch import Tensor
from torch.testing import assert_close

from companion.data import COLOURS, Scenes, scenes
from companion.tasks import RECIPES, Latents
from companion.tasks.models import latents

DRAWN = scenes(12, 32, seed=4)


@cache
def codec() -> Latents:
    return latents("scenes-kl", RECIPES["scenes-words"].codec.scale)


@cache
def many() -> Scenes:
    return scenes(40, 64, seed=6)


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def a_box_is_just_as_large_as_its_shape(lib: SimpleNamespace) -> None:
    for image, scene in zip(*many(), strict=True):
        grey = torch.linspace(scene.top, scene.bottom, 64)[:, None]
        inside = (image - grey).abs().amax(0) > 0.25  # (64, 64), where a shape is
        found = lib.boxes(scene)
        assert [box.colour for box in found] == [shape.colour for shape in scene.shapes]
        for low, high, axis in (("left", "right", 0), ("top", "bottom", 1)):
            at = inside.any(axis).nonzero()
            assert abs(at.min() / 64 - min(getattr(box, low) for box in found)) < 0.04
            assert abs((at.max() + 1) / 64 - max(getattr(box, high) for box in found)) < 0.04


def a_layout_says_colour_and_share_of_each_place(lib: SimpleNamespace) -> None:
    colour, cover = lib.layout([[lib.Box("red", 0.25, 0.0, 1.0, 0.5)], []], 2)
    assert_close(cover[0, 0], torch.tensor([[0.5, 1.0], [0, 0]]))
    assert_close(colour[0, :, 0], torch.tensor(COLOURS["red"])[:, None].expand(3, 2))
    assert not colour[0, :, 1].any() and not colour[1].any() and not cover[1].any()


def the_covered_shares_add_up_to_the_area(lib: SimpleNamespace) -> None:
    _, cover = lib.layout([lib.boxes(scene) for scene in many().scenes], 8)
    areas = [sum(shape.size**2 for shape in scene.shapes) for scene in many().scenes]
    assert_close(cover.mean((1, 2, 3)), torch.tensor(areas))


def two_boxes_in_a_place_are_mixed_by_area(lib: SimpleNamespace) -> None:
    both = [lib.Box("red", 0, 0, 0.75, 1), lib.Box("blue", 0.75, 0, 1, 1)]
    colour, cover = lib.layout([both], 1)
    red, blue = (torch.tensor(COLOURS[name]) for name in ("red", "blue"))
    assert_close(colour[0, :, 0, 0], 0.75 * red + 0.25 * blue)
    _, twice = lib.layout([both[:1] * 2], 1)
    assert cover.item() == twice.item() == 1


def a_small_picture_is_the_mean_of_its_blocks(lib: SimpleNamespace) -> None:
    blocks = DRAWN.images.reshape(12, 3, 8, 4, 8, 4)
    small = lib.downsample(DRAWN.images, 4)
    assert_close(small, blocks.mean((3, 5)))
    y = lib.small_condition(small)
    assert (y[:, 0] == 1).all() and torch.equal(y[:, 1:], small)


def a_hole_hides_all_that_is_in_it(lib: SimpleNamespace) -> None:
    given = lib.box_holes(12, 32, _generator(1))
    y = lib.hole_condition(codec(), DRAWN.images, given)
    other = torch.where(given, DRAWN.images, torch.rand_like(DRAWN.images))
    assert torch.equal(y, lib.hole_condition(codec(), other, given))
    seen = torch.where(given, DRAWN.images - 0.1, DRAWN.images)
    assert not torch.equal(y, lib.hole_condition(codec(), seen, given))


def the_mask_is_the_share_of_a_place_that_is_given(lib: SimpleNamespace) -> None:
    given = lib.box_holes(12, 32, _generator(1))
    y = lib.hole_condition(codec(), DRAWN.images, given)
    assert_close(y[:, 0], given.float().reshape(12, 8, 4, 8, 4).mean((2, 4)))


def holes_are_boxes_of_a_quarter_to_three_quarters(lib: SimpleNamespace) -> None:
    given = lib.box_holes(400, 32, _generator(2))
    down, across = (~given[:, 0].all(axis) for axis in (2, 1))  # where each row has a hole
    assert torch.equal(~given[:, 0], down[:, :, None] & across[:, None, :])
    sides = torch.stack([down.sum(1), across.sum(1)])
    assert sides.min() == 8 and sides.max() == 24
    for side in (down, across):  # without a gap, and anywhere
        assert ((side[:, 1:] != side[:, :-1]).sum(1) <= 2).all()
        assert side.any(0).all()


def holes_come_of_the_generator(lib: SimpleNamespace) -> None:
    one, same, other = (lib.box_holes(9, 32, _generator(seed)) for seed in (3, 3, 4))
    assert torch.equal(one, same) and not torch.equal(one, other)


def _block_means() -> Tensor:
    """Of 4 by 4 numbers, the means of 2 by 2: (4, 16)."""
    rows = torch.zeros(4, 4, 4).double()
    for n in range(4):
        rows[n, 2 * (n // 2) : 2 * (n // 2) + 2, 2 * (n % 2) : 2 * (n % 2) + 2] = 1 / 4
    return rows.flatten(1)


def matched_images_are_the_nearest_that_fit(lib: SimpleNamespace) -> None:
    """Against least squares, where nothing leaves the range."""
    g, D = _generator(5), _block_means()
    images = 0.2 * torch.randn(1, 1, 4, 4, generator=g).double()
    small = 0.2 * torch.randn(1, 1, 2, 2, generator=g).double()
    x, y = images.flatten(), small.flatten()
    nearest = x + torch.linalg.pinv(D) @ (y - D @ x)
    assert_close(lib.matched(images, small).flatten(), nearest)


def matched_images_stay_in_range_and_fit(lib: SimpleNamespace) -> None:
    small = lib.downsample(DRAWN.images, 4)
    noise = 0.3 * torch.randn(12, 3, 32, 32, generator=_generator(6))
    found = lib.matched(DRAWN.images + noise, small)
    assert found.min() >= -1 and found.max() <= 1
    apart = 127.5 * (lib.downsample(found, 4) - small).abs()  # in grey levels of 8 bits
    assert apart.max() < 1 and apart.mean() < 0.02


PROPERTIES = (
    a_box_is_just_as_large_as_its_shape,
    a_layout_says_colour_and_share_of_each_place,
    the_covered_shares_add_up_to_the_area,
    two_boxes_in_a_place_are_mixed_by_area,
    a_small_picture_is_the_mean_of_its_blocks,
    a_hole_hides_all_that_is_in_it,
    the_mask_is_the_share_of_a_place_that_is_given,
    holes_are_boxes_of_a_quarter_to_three_quarters,
    holes_come_of_the_generator,
    matched_images_are_the_nearest_that_fit,
    matched_images_stay_in_range_and_fit,
)

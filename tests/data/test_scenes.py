"""Drawn scenes: what a caption says is what the pixels show."""

import math
import re

import pytest
import torch

from companion import data
from companion.data import COLOURS, Scene, Shape, caption, draw, scenes

WORDS = re.compile(
    r"a (large|small) (\w+) (\w+)(?: (above|below|left of|right of) "
    r"a (large|small) (\w+) (\w+))?"
)
SHARES = {"circle": math.pi / 4, "square": 1, "triangle": 1 / 2}
RED = Shape("circle", "red", 0.4, 0.5, 0.5)


def seen(image, colour):
    """Where a colour shows on a picture, and how much of each pixel it covers: (H, W).

    A pixel is a mixture of the grey behind it and one colour. Grey has no difference
    between channels, so that the share is that of the pixel's differences.
    """
    pure = torch.tensor(COLOURS[colour])
    there, here = pure - pure.mean(), image - image.mean(dim=0)
    share = torch.einsum("c,chw->hw", there, here) / there.square().sum()
    only = (here - there[:, None, None] * share).norm(dim=0) < 1e-3
    return share * only * (share > 1e-3)


def middle(share):
    """The middle of the box around what shows: (x, y), in 0..1."""
    rows, columns = share.sum(dim=1).nonzero(), share.sum(dim=0).nonzero()
    return [(v.min() + v.max() + 1).item() / 2 / len(share) for v in (columns, rows)]


def looked_at(image):
    """The colours on a picture, each with width, shape and middle, from pixels alone.

    Three quarters of a triangle lie in the lower half of its box, and half of the
    others; of these a square fills its box, as high and wide as its widest row.
    """
    found = {}
    for colour in COLOURS:
        share = seen(image, colour)
        if share.sum() < 4:
            continue
        x, y = middle(share)
        rows = share.sum(dim=1)
        edges = torch.arange(len(rows)) + 1 - len(rows) * y  # of rows, from the middle
        low = (rows * edges.clamp(0, 1)).sum() / rows.sum()
        if low > 0.62:
            shape, width = "triangle", (2 * rows.sum()).sqrt()
        else:
            width = rows.max()
            shape = "square" if rows.sum() / width**2 > 0.89 else "circle"
        found[colour] = (width.item() / len(share), shape, (x, y))
    return found


def words_of(image, first):
    """A caption made from a picture, which begins with the shape of one colour."""
    found = looked_at(image)
    order = sorted(found, key=lambda colour: colour != first)
    words = [f"a {'large' if found[c][0] > 0.3 else 'small'} {c} {found[c][1]}" for c in order]
    if len(words) == 1:
        return words[0]
    (x1, y1), (x2, y2) = (found[c][2] for c in order)
    if abs(y2 - y1) > abs(x2 - x1):
        place = "above" if y1 < y2 else "below"
    else:
        place = "left of" if x1 < x2 else "right of"
    return f"{words[0]} {place} {words[1]}"


# ---------------------------------------------------------- the caption and the pixels


@pytest.mark.parametrize(("size", "count"), [(32, 400), (64, 100), (96, 50)])
def test_a_caption_can_be_read_off_the_picture(size, count):
    """Every word of it, by one who sees pixels only."""
    drawn = scenes(count, size, seed=size)
    for image, scene in zip(drawn.images, drawn.scenes, strict=True):
        words = caption(scene)
        assert words_of(image, first=WORDS.fullmatch(words)[2]) == words


@pytest.mark.parametrize("seed", range(3))
def test_colour_area_and_place_are_those_of_the_scene(seed):
    drawn = scenes(60, 64, seed)
    for image, scene in zip(drawn.images, drawn.scenes, strict=True):
        for shape in scene.shapes:
            share = seen(image, shape.colour)
            area = share.sum().item() / 64**2
            assert area == pytest.approx(SHARES[shape.shape] * shape.size**2, rel=0.05, abs=0.001)
            x, y = middle(share)
            assert (x, y) == pytest.approx((shape.x, shape.y), abs=1 / 64)
            pixel = image[:, int(shape.y * 64), int(shape.x * 64)]
            assert pixel.tolist() == pytest.approx(COLOURS[shape.colour], abs=1e-6)


def test_there_is_nothing_else_on_the_picture():
    """Colour covers what the shapes do; all the rest is the grey of the background."""
    drawn = scenes(100, 32, seed=4)
    for image, scene in zip(drawn.images, drawn.scenes, strict=True):
        colours = {shape.colour for shape in scene.shapes}
        assert set(looked_at(image)) == colours
        outside = torch.ones(32, 32, dtype=torch.bool)
        at = (torch.arange(32) + 0.5) / 32
        for s in scene.shapes:
            near = s.size / 2 + 1 / 32
            outside &= ~(((at - s.x).abs() <= near)[None] & ((at - s.y).abs() <= near)[:, None])
        grey = scene.top + (scene.bottom - scene.top) * at[:, None]
        assert (image - grey)[:, outside].abs().max() < 1e-5


def test_shapes_do_not_touch_and_lie_clearly_one_way():
    pairs = [s.shapes for s in scenes(1000, 16, seed=2).scenes if len(s.shapes) == 2]
    for one, other in pairs:
        near, far = sorted((abs(one.x - other.x), abs(one.y - other.y)))
        assert far >= (one.size + other.size) / 2 + 0.04 - 1e-9
        assert near <= far / 2 + 1e-9
        assert one.colour != other.colour
        for s in (one, other):
            assert min(s.x, s.y) - s.size / 2 >= 0.04 - 1e-9
            assert max(s.x, s.y) + s.size / 2 <= 0.96 + 1e-9


def test_all_that_can_be_said_is_said_and_evenly():
    said = scenes(3000, 16, seed=1).scenes
    words = [WORDS.fullmatch(caption(scene)).groups() for scene in said]
    one = sum(w[3] is None for w in words) / len(words)
    assert one == pytest.approx(0.5, abs=0.04)
    for place, choices in ((0, 2), (1, 6), (2, 3), (3, 4), (4, 2), (5, 6), (6, 3)):
        given = [w[place] for w in words if w[place]]
        assert len(set(given)) == choices
        counts = [given.count(word) / len(given) for word in set(given)]
        assert counts == pytest.approx([1 / choices] * choices, abs=0.05)
    plain = sum(scene.top == scene.bottom for scene in said) / len(said)
    assert plain == pytest.approx(0.5, abs=0.04)


# ------------------------------------------------------------------------- by one scene


def test_captions_word_for_word():
    small = Shape("square", "blue", 0.2, 0.5, 0.85)
    at = {"above": (0.5, 0.85), "left of": (0.85, 0.5), "below": (0.5, 0.15)}
    at["right of"] = (0.15, 0.5)
    assert caption(Scene((RED,), 0, 0)) == "a large red circle"
    for place, (x, y) in at.items():
        pair = (RED, small._replace(x=x, y=y))
        assert caption(Scene(pair, 0, 0)) == (f"a large red circle {place} a small blue square")
    assert caption(Scene((small, RED), 0, 0)) == ("a small blue square below a large red circle")


@pytest.mark.parametrize("size", [16, 32, 256])
@pytest.mark.parametrize("shape", data.SHAPES)
def test_edges_are_smooth_and_areas_right(shape, size):
    """Supersampling: the covered area, to a fraction of the pixels on the edge."""
    image = draw(Scene((RED._replace(shape=shape, size=0.53, x=0.47),), -1, -1), size)
    share = seen(image, "red")
    assert share.sum().item() == pytest.approx(
        SHARES[shape] * 0.53**2 * size**2, rel=0.05 if size == 16 else 0.03
    )
    partly = (share > 0.01) & (share < 0.99)
    assert size / 4 < partly.sum() < 4 * size


def test_a_triangle_points_up():
    share = seen(draw(Scene((RED._replace(shape="triangle"),), 0, 0), 64), "red")
    rows = share.sum(dim=1)[share.sum(dim=1) > 0]
    assert rows[0] < 3 and rows[-2] > 24 and (rows[1:-1].diff() >= 0).all()


def test_the_background_is_shaded_from_top_to_bottom():
    image = draw(Scene((RED._replace(size=0.1),), -1.0, 0.5), 32)
    edge = image[:, :, 0]  # (3, 32)
    expected = -1 + 1.5 * (torch.arange(32) + 0.5) / 32
    assert (edge - expected).abs().max() < 1e-6


def test_the_later_shape_covers_the_earlier():
    blue = RED._replace(colour="blue", size=0.2)
    image = draw(Scene((RED, blue), 0, 0), 32)
    assert image[:, 16, 16].tolist() == pytest.approx(COLOURS["blue"])
    image = draw(Scene((blue, RED), 0, 0), 32)
    assert image[:, 16, 16].tolist() == pytest.approx(COLOURS["red"])


def test_the_colours_are_far_from_each_other_and_from_grey():
    colours = torch.tensor(list(COLOURS.values()))
    apart = torch.cdist(colours, colours) + 9 * torch.eye(len(colours))
    assert apart.min() > 0.75
    assert (colours - colours.mean(dim=1, keepdim=True)).norm(dim=1).min() > 0.9


# --------------------------------------------------------------------- seeds and ranges


def test_the_seed_decides_and_nothing_else():
    torch.manual_seed(1)
    one = scenes(20, seed=3)
    torch.manual_seed(2)
    again, more, large = scenes(20, seed=3), scenes(30, seed=3), scenes(20, 64, seed=3)
    assert torch.equal(one.images, again.images) and one.scenes == again.scenes
    assert one.scenes == more.scenes[:20] == large.scenes
    assert torch.equal(one.images, more.images[:20])
    assert one.scenes != scenes(20, seed=4).scenes


def test_a_scene_is_drawn_alone_as_in_a_set():
    images, found = scenes(5, 32, seed=6)
    for image, scene in zip(images, found, strict=True):
        assert torch.equal(draw(scene), image)


@pytest.mark.parametrize("size", [16, 32, 64])
def test_scenes_are_in_the_convention(size):
    images, found = scenes(50, size)
    assert images.shape == (50, 3, size, size) and len(found) == 50
    assert images.dtype == torch.float32
    assert images.min() >= -1 and images.max() <= 1
    assert images.is_contiguous()


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        *(("count", bad) for bad in (0, -1, 1.5, "9", True)),
        *(("size", bad) for bad in (15, 257, 32.0, None)),
    ],
)
def test_bad_numbers(name, bad):
    with pytest.raises(ValueError, match=f"^{name}: got .*, expected a whole number"):
        scenes(**({"count": 2} | {name: bad}))
    if name == "size":
        with pytest.raises(ValueError, match="^size: got"):
            draw(Scene((RED,), 0, 0), bad)


@pytest.mark.parametrize("use", [draw, caption])
@pytest.mark.parametrize(
    ("scene", "came"),
    [
        (RED, "Shape|shape"),
        (None, "None"),
        (Scene((), 0, 0), "Scene"),
        (Scene((RED,) * 3, 0, 0), "Scene"),
        (Scene((RED._replace(shape="star"),), 0, 0), "a red star"),
        (Scene((RED._replace(colour="pink"),), 0, 0), "a pink circle"),
        (Scene((RED._replace(x=0.1),), 0, 0), "a circle of size 0.4 at .0.1, 0.5."),
        (Scene((RED._replace(y=0.9),), 0, 0), "a circle of size 0.4 at .0.5, 0.9."),
        (Scene((RED._replace(size=0),), 0, 0), "a circle of size 0"),
        (Scene((RED._replace(x=math.nan),), 0, 0), "a circle of size 0.4 at .nan"),
        (Scene((RED,), -1.1, 0), "a background of -1.1"),
        (Scene((RED,), 0, 1.1), "a background of 0..1.1"),
        (Scene((RED,), 0, math.nan), "a background of 0..nan"),
    ],
)
def test_a_bad_scene(use, scene, came):
    with pytest.raises(ValueError, match=f"^scene: got .*({came}).*expected"):
        use(scene)


def test_shapes_that_overlap_have_no_caption():
    other = Shape("square", "blue", 0.2, 0.75, 0.75)
    with pytest.raises(ValueError, match="scene: got shapes whose middles are 0.25 apa"):
        caption(Scene((RED, other), 0, 0))

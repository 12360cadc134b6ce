"""What holds for the court: scenes are read from pixels, and words compared with them.

`lib` has the public names of `companion.data.captions` and of `scene_reader` and `obedience` in
`companion.evaluation`: the package's own, or a copy with one line broken.
"""

from functools import cache

import pytest
import torch

from companion.data import COLOURS, SHAPES, Scene, Shape, caption, draw, scenes

SEED = 2024  # nothing was tuned on it
GREY = (-0.6, -0.2)
RED = Shape("circle", "red", 0.4, 0.27, 0.3)
BLUE = Shape("square", "blue", 0.22, 0.35, 0.72)
TEXT = "a large red circle above a small blue square"
WIDTHS = {"small": 0.22, "large": 0.4}


def picture(*shapes, size=32):
    return draw(Scene(shapes, *GREY), size)


def pasted(image, shape):
    """A third shape, which `draw` would refuse."""
    alone, empty = picture(shape), background()
    return torch.where((alone - empty).abs().amax(dim=0) > 0.01, alone, image)


def background(size=32):
    down = (torch.arange(size) + 0.5) / size
    grey = GREY[0] + (GREY[1] - GREY[0]) * down
    return grey[None, :, None].expand(3, size, size).clone()


@cache
def drawn(count=40, size=32):
    return scenes(count, size, SEED)


def wrong(found):
    """The words that are not kept: kind, asked, seen."""
    return [tuple(word) for word in found.words if not word.kept]


def size_of(shape):
    return "large" if shape.size > 0.31 else "small"


def a_drawn_scene_is_read_to_a_third_of_a_pixel(lib):
    for size in (32, 48):
        data = drawn(40, size)
        for scene, reading in zip(data.scenes, lib.read_scenes(data.images), strict=True):
            assert reading.is_scene
            assert reading.error < (0.05 if size == 32 else 0.1)
            for shape, seen in zip(
                sorted(scene.shapes, key=lambda s: s.x), reading.seen, strict=True
            ):
                assert (seen.shape, seen.colour, seen.size) == (*shape[:2], size_of(shape))
                off = shape.x - seen.x, shape.y - seen.y, shape.size - seen.width
                assert max(map(abs, off)) < 1 / 3 / 32


def a_drawn_scene_keeps_its_caption(lib):
    data = drawn()
    for found in lib.obedience(data.images, [caption(s) for s in data.scenes]):
        assert found.whole and found.present and found.bound and found.relation in (True, None)
        assert wrong(found) == []


def a_caption_is_taken_apart(lib):
    assert lib.parse(TEXT) == (
        (("large", "red", "circle"), ("small", "blue", "square")),
        "above",
    )
    assert lib.parse(" A small  green triangle ") == ((("small", "green", "triangle"),), None)
    for scene in drawn().scenes:
        told = lib.parse(caption(scene))
        assert told.shapes == tuple((size_of(s), s.colour, s.shape) for s in scene.shapes)
        assert (told.relation is None) == (len(scene.shapes) == 1)
    for relation in ("left of", "right of", "below"):
        assert lib.parse(TEXT.replace("above", relation)).relation == relation


def a_changed_word_of_a_shape_is_named(lib):
    """Each of the two, each of its words, each other word for it."""
    images, expected = [], []
    for i, shape in enumerate((RED, BLUE)):
        other = (BLUE, RED)[i]
        small = size_of(shape) == "small"
        there = "large" if small else "small"
        changes = [("size", size_of(shape), there, shape._replace(size=WIDTHS[there]))]
        changes += [
            ("colour", shape.colour, c, shape._replace(colour=c))
            for c in COLOURS
            if c != shape.colour
        ]
        changes += [
            ("shape", shape.shape, s, shape._replace(shape=s)) for s in SHAPES if s != shape.shape
        ]
        for *change, changed in changes:
            images.append(picture(*((changed, other) if i == 0 else (other, changed))))
            expected.append([tuple(change)])
    assert len(images) == 2 * 8
    found = lib.obedience(torch.stack(images), [TEXT] * len(images))
    assert [wrong(one) for one in found] == expected
    assert not any(one.whole or one.bound for one in found)


def a_changed_relation_is_named(lib):
    """Both shapes stay as they are, in one of four places; each is compared with four captions."""
    one, other = (s._replace(x=0.5, y=0.5) for s in (RED, BLUE))
    places = {"above": (0.05, 0.23), "left of": (0.23, 0.05)}
    images, relations = [], ("above", "below", "left of", "right of")
    for relation in relations:
        sign = 1 if relation in places else -1
        x, y = places["above" if relation in ("above", "below") else "left of"]
        images.append(
            picture(
                one._replace(x=0.5 - sign * x, y=0.5 - sign * y),
                other._replace(x=0.5 + sign * x, y=0.5 + sign * y),
            )
        )
    for seen, image in zip(relations, images, strict=True):
        for asked in relations:
            found = lib.obeys(image, TEXT.replace("above", asked))
            assert found.present and found.bound
            assert found.relation == found.whole == (asked == seen)
            assert wrong(found) == ([] if asked == seen else [("relation", asked, seen)])


def a_shape_left_out_or_added_is_named(lib):
    first = [("count", "2", "1")]
    for shape, other in ((RED, BLUE), (BLUE, RED)):
        found = lib.obeys(picture(shape), TEXT)
        missing = (size_of(other), other.colour, other.shape)
        none = list(zip(("size", "colour", "shape"), missing, [None] * 3, strict=True))
        assert wrong(found) == [*first, *none, ("relation", "above", None)]
        assert (found.present, found.bound, found.relation, found.whole) == (False,) * 3 + (False,)
    alone = lib.obeys(picture(RED, BLUE), "a large red circle")
    assert wrong(alone) == [("count", "1", "2")]
    assert alone.present and alone.bound and alone.relation is None and not alone.whole
    three = lib.obeys(pasted(picture(RED, BLUE), Shape("triangle", "green", 0.24, 0.75, 0.5)), TEXT)
    assert wrong(three) == [("count", "2", "3")]
    assert three.present and three.bound and three.relation and not three.whole
    assert not three.reading.is_scene and len(three.reading.seen) == 3


def words_given_to_the_other_shape_are_present_and_not_bound(lib):
    sizes = picture(RED._replace(size=0.22), BLUE._replace(size=0.4, x=0.3))
    shapes = picture(RED._replace(shape="square"), BLUE._replace(shape="circle"))
    for image, kind in ((sizes, "size"), (shapes, "shape")):
        found = lib.obeys(image, TEXT)
        assert (found.present, found.bound, found.relation, found.whole) == (1, 0, 1, 0)
        assert [word[0] for word in wrong(found)] == [kind, kind]
    all_else = picture(
        RED._replace(size=0.22, shape="square"), BLUE._replace(shape="circle", size=0.4)
    )
    found = lib.obeys(all_else, TEXT)  # a shape is told by its colour first
    assert [word[0] for word in wrong(found)] == ["size", "shape"] * 2
    assert found.present and found.relation and not found.bound
    twice = lib.obeys(picture(RED, BLUE._replace(shape="circle")), TEXT)
    assert not twice.present  # two circles are no circle and square
    both = "a large red circle above a small blue circle"
    assert not lib.obeys(picture(RED, BLUE), both).present  # one circle is not two


def two_shapes_of_one_colour_are_told_apart(lib):
    red = picture(RED, BLUE._replace(colour="red"))
    found = lib.obeys(red, TEXT)
    assert wrong(found) == [("colour", "blue", "red")]
    assert lib.obeys(red, TEXT.replace("blue", "red")).whole
    turned = lib.obeys(red, "a small red square above a large red circle")
    assert turned.bound and wrong(turned) == [("relation", "above", "below")]


def a_mirrored_picture_swaps_left_and_right(lib):
    data = drawn()
    mirrored = lib.read_scenes(data.images.flip(3))
    for there, here in zip(mirrored, lib.read_scenes(data.images), strict=True):
        for one, other in zip(there.seen, here.seen[::-1], strict=True):
            assert one[:2] == other[:2] and one.size == other.size
            assert one.x == pytest.approx(1 - other.x, abs=0.002)
            assert one.y == pytest.approx(other.y, abs=0.002)
    swapped = {"left of": "right of", "right of": "left of"}
    for scene, image in zip(data.scenes, data.images, strict=True):
        if len(scene.shapes) == 2:
            text = caption(scene)
            relation = lib.parse(text).relation
            new = text.replace(relation, swapped.get(relation, relation))
            assert lib.obeys(image.flip(2), new).whole


def what_is_no_scene_is_not_read_as_one(lib):
    g = torch.Generator().manual_seed(0)
    empty = background()
    circle, red = picture(RED), picture(RED, BLUE)
    pictures = {
        "noise": torch.randn(3, 32, 32, generator=g),
        "grey noise": torch.randn(1, 32, 32, generator=g).expand(3, 32, 32),
        "blank": torch.zeros(3, 32, 32),
        "all of one colour": torch.tensor(COLOURS["red"])[:, None, None].expand(3, 32, 32),
        "a gradient": empty,
        "a gradient of colours": torch.linspace(-1, 1, 3 * 1024).reshape(3, 32, 32),
        "half contrast": (circle + empty) / 2,
        "one of two at half contrast": (red + circle) / 2,
        "two at once": (picture(RED) + picture(RED._replace(x=0.6, colour="green"))) / 2,
        "too large": picture(Shape("circle", "red", 0.7, 0.5, 0.5)),
        "negative": -red,
        "a small one with its colours exchanged": picture(Shape("triangle", "red", 0.2, 0.5, 0.5))[
            [1, 2, 0]
        ],
        "noisy": red + 0.5 * torch.randn(3, 32, 32, generator=g),
        "smeared": torch.nn.functional.avg_pool2d(red, 7, 1, 3, count_include_pad=False),
        "sheared": torch.stack([row.roll(n // 4, 1) for n, row in enumerate(red.unbind(1))], 1),
        "a white square": torch.where((picture(BLUE) - empty).abs().sum(0) > 0.1, 1.0, empty),
        "overlapping": picture(RED._replace(y=0.5), BLUE._replace(x=0.4, y=0.6)),
    }
    for name, colour in {
        "pink": (1, 0.3, 0.3),
        "brown": (0, -0.5, -0.9),
        "cyan": (-1, 1, 1),
    }.items():
        pure = torch.tensor(colour)[:, None, None].float()
        covered = (circle - empty)[:1] / (0.8 - empty[:1])
        pictures[name] = empty + covered * (pure - empty)
    readings = lib.read_scenes(torch.stack(list(pictures.values())))
    assert [n for n, r in zip(pictures, readings, strict=True) if r.is_scene] == []
    seen = {n: len(r.seen) for n, r in zip(pictures, readings, strict=True)}
    assert [seen[n] for n in ("noise", "grey noise", "blank", "a gradient")] == [0] * 4


def a_smudge_beside_all_the_words_is_not_the_whole(lib):
    smudged = picture(RED, BLUE)
    smudged[:, 2:8, 24:30] = 1
    found = lib.obeys(smudged, TEXT)
    assert wrong(found) == [] and found.bound and not found.whole


def a_half_drawn_shape_is_not_read_as_one(lib):
    """Each shape, in each size and colour, cut through its middle; the lower half of a triangle."""
    empty, images = background(), []
    for colour in COLOURS:
        for shape in SHAPES:
            for size in WIDTHS.values():
                whole = picture(Shape(shape, colour, size, 0.5, 0.5))
                left, low = whole.clone(), whole.clone()
                left[:, :, 16:] = empty[:, :, 16:]
                low[:, :16] = empty[:, :16]
                images += [left, low]
    readings = lib.read_scenes(torch.stack(images))
    assert len(readings) == 72 and not any(r.is_scene for r in readings)
    assert all(not one.clear for r in readings for one in r.seen)


def half_of_another_picture_is_not_read_as_either(lib):
    """The seam runs through a shape, or the grey of the two halves differs."""
    data = drawn()
    for scene, one, other in zip(data.scenes, data.images, data.images.roll(1, 0), strict=True):
        half = torch.cat([one[:, :, :16], other[:, :, 16:]], dim=2)
        if any(abs(s.x - 0.5) < s.size / 6 for s in scene.shapes):
            assert not lib.obeys(half, caption(scene)).whole


def rates_are_shares_of_the_words_of_a_kind(lib):
    images = [picture(RED, BLUE), picture(RED, BLUE._replace(colour="green")), picture(RED)]
    found = lib.obedience(torch.stack(images), [TEXT, TEXT, "a small red circle"])
    assert lib.rates(found) == pytest.approx(
        {
            "count": 1,
            "size": 4 / 5,
            "colour": 4 / 5,
            "shape": 1,
            "relation": 1,
            "present": 1 / 3,
            "bound": 1 / 3,
            "whole": 1 / 3,
        }
    )
    assert "relation" not in lib.rates(found[2:])


ALL = (
    a_drawn_scene_is_read_to_a_third_of_a_pixel,
    a_drawn_scene_keeps_its_caption,
    a_caption_is_taken_apart,
    a_changed_word_of_a_shape_is_named,
    a_changed_relation_is_named,
    a_shape_left_out_or_added_is_named,
    words_given_to_the_other_shape_are_present_and_not_bound,
    two_shapes_of_one_colour_are_told_apart,
    a_mirrored_picture_swaps_left_and_right,
    what_is_no_scene_is_not_read_as_one,
    a_smudge_beside_all_the_words_is_not_the_whole,
    a_half_drawn_shape_is_not_read_as_one,
    half_of_another_picture_is_not_read_as_either,
    rates_are_shares_of_the_words_of_a_kind,
)

"""The court: a program that reads scenes from pixels, and says which words are kept."""

import re
from types import SimpleNamespace

import pytest
import torch

from companion.data import caption, captions, scenes
from companion.evaluation import obedience, obeys, read_scenes, scene_reader
from companion.evaluation.obedience import compared, rates
from tests.evaluation import court_properties as p
from tests.evaluation.court_properties import RED, TEXT, picture

PACKAGE = SimpleNamespace(
    parse=captions.parse,
    read_scenes=read_scenes,
    obeys=obeys,
    obedience=obedience,
    compared=compared,
    rates=rates,
)


@pytest.mark.parametrize("holds", p.ALL, ids=lambda holds: holds.__name__)
def test_property(holds):
    holds(PACKAGE)


def whole(data, images=None):
    texts = [caption(s) for s in data.scenes]
    return sum(o.whole for o in obedience(data.images if images is None else images, texts))


@pytest.mark.parametrize(("size", "count", "least"), [(32, 200, 200), (16, 50, 47), (64, 20, 20)])
def test_drawn_scenes_are_read_whole(size, count, least):
    assert whole(scenes(count, size, p.SEED)) >= least


@pytest.mark.parametrize("noise", [0.05, 0.1])
def test_scenes_in_a_little_noise_are_read_whole(noise):
    data = p.drawn(100)
    g = torch.Generator().manual_seed(0)
    assert whole(data, data.images + noise * torch.randn(100, 3, 32, 32, generator=g)) >= 99


def test_soft_edges_and_colours_a_little_off_are_read_whole():
    data = p.drawn(100)
    soft = torch.nn.functional.avg_pool2d(data.images, 3, 1, 1, count_include_pad=False)
    assert whole(data, soft * 0.95 + 0.03) >= 99
    assert whole(data, (data.images + 1).mul(127.5).round().div(127.5) - 1) == 100


def test_a_picture_is_read_by_itself_and_left_as_it_was():
    images = p.drawn().images[:5]
    before = images.clone()
    together = read_scenes(images.requires_grad_())
    for image, found in zip(images, together, strict=True):
        (alone,) = read_scenes(image[None].double())
        assert str(alone) == str(found)
        assert alone.error == pytest.approx(found.error, abs=1e-4)
        assert [s.x for s in alone.seen] == pytest.approx([s.x for s in found.seen], abs=1e-4)
    assert torch.equal(images, before)


def test_values_beyond_black_and_white_are_cut_off():
    yellow = picture(RED._replace(colour="yellow"))
    beyond = torch.where(yellow > 0.95, 5.0, yellow)
    assert beyond.max() == 5 and obeys(beyond, "a large yellow circle").whole


def test_what_was_found_reads_well():
    found = obeys(picture(RED), TEXT)
    assert str(found) == (
        "a large red circle\n    count: asked for 2, seen 1\n"
        "    size: asked for small, seen nothing\n"
        "    colour: asked for blue, seen nothing\n    shape: asked for square, seen nothing\n"
        "    relation: asked for above, seen nothing"
    )
    assert str(read_scenes(torch.zeros(1, 3, 32, 32))[0]) == "no scene: nothing"
    half = picture(RED)
    half[:, :, 9:] = p.background()[:, :, 9:]
    assert str(read_scenes(half[None])[0]) == "no scene: a large red thing"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "caption: got its end, expected 'a'"),
        ("red circle", "caption: got 'red' (str), expected 'a'"),
        ("a big red circle", "caption: got 'big' (str), expected 'small' or 'large'"),
        ("a large red", "caption: got its end, expected 'circle' or 'square' or 'triangle'"),
        ("a large pink circle", "caption: got 'pink' (str), expected 'red' or 'orange'"),
        ("a large red dot", "caption: got 'dot' (str), expected 'circle'"),
        ("a large red circle.", "caption: got 'circle.' (str), expected 'circle'"),
        (TEXT.replace("above", "near"), "caption: got 'near' (str), expected 'above' or 'below'"),
        (TEXT.replace("above", "left"), "caption: got 'a' (str), expected 'of'"),
        (TEXT + " above", "caption: got 'above' (str) after two shapes, expected its end"),
        (None, "caption: got None (NoneType), expected words"),
    ],
)
def test_other_captions_are_refused(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        captions.parse(text)
    with pytest.raises(ValueError, match=re.escape(message)):
        obeys(picture(RED), text)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: read_scenes(torch.zeros(3, 32, 32)), "images: got shape (3, 32, 32), expected"),
        (lambda: read_scenes(torch.zeros(2, 1, 32, 32)), "images: got shape (2, 1, 32, 32)"),
        (lambda: read_scenes(torch.zeros(2, 3, 32, 16)), "images: got shape (2, 3, 32, 16)"),
        (lambda: read_scenes(torch.zeros(1, 3, 8, 8)), "size of images: got 8, expected"),
        (lambda: read_scenes(torch.full((1, 3, 32, 32), torch.nan)), "images: got 3072 of 3072"),
        (lambda: read_scenes(torch.zeros(1, 3, 32, 32, dtype=torch.uint8)), "images: got dtype"),
        (lambda: read_scenes([1]), "images: got list, expected a torch.Tensor"),
        (lambda: obeys(torch.zeros(1, 3, 32, 32), TEXT), "image: got shape (1, 3, 32, 32)"),
        (lambda: obeys("a", TEXT), "image: got str, expected a torch.Tensor"),
        (lambda: obedience(torch.zeros(1, 3, 32, 32), TEXT), "captions: got 'a large red"),
        (lambda: obedience(torch.zeros(1, 3, 32, 32), []), "captions: got 0, expected 1, one"),
        (lambda: rates([]), "found: got nothing, expected at least one Obedience"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_many_pieces_are_no_trouble():
    """Confetti: all that is seen is counted."""
    g = torch.Generator().manual_seed(0)
    blocks = torch.randint(6, (4, 8, 8), generator=g)
    palette = torch.tensor(list(p.COLOURS.values()))
    images = palette[blocks].permute(0, 3, 1, 2).repeat_interleave(4, 2).repeat_interleave(4, 3)
    for found in obedience(images, [TEXT] * 4):
        assert not found.whole and len(found.reading.seen) > 10


def test_the_largest_errors_are_far_from_those_of_drawings():
    """So that a network's pictures, a little off, are read too."""
    readings = read_scenes(p.drawn(100).images)
    assert max(r.error for r in readings) < scene_reader.LARGEST_ERROR / 4
    assert max(s.misfit for r in readings for s in r.seen) < scene_reader.LARGEST_MISFIT / 1.25

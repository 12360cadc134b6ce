"""`edit`, `inpaint`, `upscale`: a picture is changed as it is typed, and what is to stay stays."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from companion.commands.drawing import generator_of
from companion.commands.saved import read_run
from companion.data import picture, to_uint8
from companion.diffusion import ddim
from companion.tasks import RECIPES, DiffusionRecipe, edit, inpaint, upscale
from companion.training import save, start
from tests.commands.asking import asked

QUICK = ("--steps", 6, "--sampler", "ddim", "--seed", 4)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A run that hears, a picture of its size, a larger one, and a mask for each."""
    monkeypatch.chdir(tmp_path)
    recipe = DiffusionRecipe().override(width=8, T=20, dim=8, depth=1, size=16, channels=3)
    session = start(recipe.override(condition_type="words", words="red blue", length=4))
    torch.manual_seed(0)
    for parameter in session.ema_model.parameters():
        parameter.data = 0.2 * torch.randn(parameter.shape)
    save(session, "run")
    save(start(recipe), "deaf")
    rng = np.random.default_rng(0)
    for name, (W, H) in (("small", (16, 16)), ("large", (50, 40))):
        Image.fromarray(rng.integers(0, 256, (H, W, 3), np.uint8)).save(f"{name}.png")
        mask = np.zeros((H, W), np.uint8)
        mask[4:11, 7:13] = 255
        Image.fromarray(mask).save(f"{name}-mask.png")
    return tmp_path


def pixels(name):
    with Image.open(name) as found:
        return np.asarray(found.convert("RGB"))


def test_an_edit_is_that_of_the_package(here):
    words = ("blue", "--strength", 0.5, "--scale", 2, "--not", "red")
    said = asked("edit", "run", "small.png", *words, *QUICK)
    assert said == "the picture in edited.png\n"
    model, x = read_run("run").model, picture("small.png")[None]
    how = {"scale": 2.0, "against": "red", "steps": 6, "sampler": ddim(0), "clip": True}
    made = edit(model, x, "blue", strength=0.5, generator=generator_of(4, 0), **how)
    assert (pixels("edited.png") == to_uint8(made[0])).all()
    asked("edit", "run", "small.png", *words, *QUICK, "--count", 3, "--separate", "each")
    assert (pixels("each/4-000.png") == to_uint8(made[0])).all()
    assert (pixels("each/4-001.png") != pixels("each/4-000.png")).any()
    assert len([*Path("each").iterdir()]) == 3


def test_the_strength_is_what_is_typed_and_three_fifths_where_nothing_is(here):
    for words in (["--strength", 0.3], ["--strength", 0.6], []):
        asked(
            "edit",
            "run",
            "small.png",
            "red",
            *QUICK,
            *words,
            "--out",
            f"{len(words) and words[1]}.png",
        )
    assert (pixels("0.png") == pixels("0.6.png")).all()
    assert (pixels("0.png") != pixels("0.3.png")).any()


def test_of_a_large_picture_the_middle_square_is_edited(here):
    said = asked("edit", "run", "large.png", *QUICK)
    assert "large.png: the middle square, of 40 pixels, is made 16 by 16 for the network" in said
    assert pixels("edited.png").shape == (16, 16, 3)
    Image.open("large.png").crop((5, 0, 45, 40)).save("square.png")
    asked("edit", "run", "square.png", *QUICK, "--out", "same.png")
    assert (pixels("same.png") == pixels("edited.png")).all()


def test_what_is_black_in_the_mask_stays_to_the_bit(here):
    for name in ("small", "large"):
        files = (f"{name}.png", f"{name}-mask.png")
        said = asked("inpaint", "run", *files, "red", *QUICK)
        assert ("made 16 by 16" in said) is (name == "large")
        black = pixels(files[1])[..., 0] == 0
        made, before = pixels("inpainted.png"), pixels(files[0])
        assert made.shape == before.shape and (made == before)[black].all()
        assert (made != before)[~black].any(axis=-1).mean() > 0.9


def test_what_is_under_the_white_has_no_influence(here):
    """Though there a pixel of the network is only touched, and its neighbours are near."""
    mask = np.zeros((40, 50), np.uint8)
    mask[20, 20:23] = 255
    Image.fromarray(mask).save("thin.png")
    made = []
    for colour in (0, 255):
        changed = pixels("large.png").copy()
        changed[mask > 0] = colour
        Image.fromarray(changed).save("changed.png")
        asked("inpaint", "run", "changed.png", "thin.png", *QUICK)
        made.append(pixels("inpainted.png"))
    assert (made[0] == made[1]).all()


def test_what_is_filled_in_is_that_of_the_package(here):
    words = ("blue", "--scale", 2, "--not", "red", "--repeats", 2)
    asked(
        "inpaint",
        "run",
        "small.png",
        "small-mask.png",
        *words,
        *QUICK,
        "--count",
        2,
        "--separate",
        "each",
    )
    model, x = read_run("run").model, picture("small.png")[None]
    given = torch.tensor(pixels("small-mask.png")[..., 0] == 0)[None, None]
    how = {"scale": 2.0, "against": "red", "steps": 6, "sampler": ddim(0), "clip": True}
    for n in range(2):
        made = inpaint(model, x, given, "blue", repeats=2, generator=generator_of(4, n), **how)
        assert (pixels(f"each/4-00{n}.png") == to_uint8(made[0])).all()


def test_the_picture_that_is_read_is_not_replaced(here):
    for words in (["edit", "run", "small.png"], ["inpaint", "run", "small.png", "small-mask.png"]):
        said = asked(*words, *QUICK, "--out", words[-1], code=1)
        assert f"--out: got {words[-1]}, which is {words[-1]} that is read" in said


@pytest.fixture
def larger(here):
    """A run that was begun for making 8 pixels 32, and a picture of 8."""
    save(start(RECIPES["scenes-upscale"].override(width=8, T=20)), "larger")
    rng = np.random.default_rng(1)
    Image.fromarray(rng.integers(60, 196, (8, 8, 3), np.uint8)).save("tiny.png")


def test_a_small_picture_is_made_large_and_made_small_again_is_the_given_one(larger):
    words = ("--count", 2, "--separate", "each")
    said = asked("upscale", "larger", "tiny.png", *QUICK, *words)
    assert said.startswith("2 pictures in upscaled.png\n")
    x = picture("tiny.png")[None]
    for n in range(2):
        made = upscale(
            *(read_run("larger").model, x), steps=6, sampler=ddim(0), generator=generator_of(4, n)
        )
        found = pixels(f"each/4-00{n}.png")
        assert (found == to_uint8(made[0])).all() and found.shape == (32, 32, 3)
        again = found.reshape(8, 4, 8, 4, 3).mean(axis=(1, 3))
        assert abs(again - pixels("tiny.png")).mean() < 1
    assert (pixels("each/4-000.png") != pixels("each/4-001.png")).any()
    assert "the middle square, of 16 pixels, is made 8 by 8" in asked(
        "upscale", "larger", "small.png", *QUICK
    )


def masked(mask):
    return ["inpaint", "run", "large.png", mask]


@pytest.mark.parametrize(
    "words, said",
    [
        (["edit", "no", "small.png"], "RUN: got no, expected a saved run or one of"),
        (["edit", "photos-kl", "small.png"], "RUN: got photos-kl, an autoencoder, expected"),
        (["edit", "run", "no.png"], "PICTURE: got 'no.png', expected the file of an image"),
        (["edit", "run", "run"], "path: got run, no image that can be read"),
        (["edit", "run", "small.png", "green"], "captions: got 'green', expected words of red"),
        (["edit", "deaf", "small.png", "red"], "this model was trained without conditions"),
        (["edit", "run", "small.png", "--steps", 21], "--steps: got 21, expected at most 20"),
        (["inpaint", "run", "small.png", "no.png"], "MASK: got 'no.png', expected the file of"),
        (
            masked("small-mask.png"),
            "MASK: got small-mask.png, of 16 by 16 pixels, expected 50 by 40",
        ),
        (masked("black.png"), "MASK: got black.png, without white, expected it where something"),
        (masked("white.png"), "MASK: got white.png, with white outside of the middle square"),
        (["upscale", "run", "small.png"], "RUN: got run, which has not learned to make small"),
        (["upscale", "run", "no.png"], "PICTURE: got 'no.png', expected the file of an image"),
        (["edit", "run", "small.png", "--out", "no/a.png"], "there is no folder no"),
        (["edit", "run", "small.png", "--separate", "no/a"], "there is no folder no"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(here, words, said):
    for name, colour in (("black", 0), ("white", 255)):
        Image.new("L", (50, 40), colour).save(f"{name}.png")
    output = asked(*words, *(QUICK if "--steps" not in words else ()), code=1)
    assert said in output and output.splitlines()[-1].startswith("Error: ")
    assert not Path("edited.png").exists() and not Path("inpainted.png").exists()


@pytest.mark.parametrize("strength, code", [(0, 2), (1.1, 2), (-1, 2), ("nan", 1)])
def test_a_strength_is_a_share(here, strength, code):
    said = asked("edit", "run", "small.png", "--strength", strength, *QUICK, code=code)
    assert "strength" in said

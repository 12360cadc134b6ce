"""A run knows its pictures: where they are, how made square, and whether still the same."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from companion.commands import learning
from companion.data import fingerprint, folder, split
from companion.tasks import load
from companion.training import save
from tests.commands.asking import asked

SMALL = ["--size", 16, "--width", 8, "--steps", 1]
KINDS = [
    (["train"], "mine.safetensors"),
    (["train", "autoencoder"], "mine-autoencoder.safetensors"),
]
kinds = pytest.mark.parametrize("before, out", KINDS, ids=["denoiser", "autoencoder"])


def learned(monkeypatch):
    """The images that are handed to a training, instead of training on them."""
    seen = []

    def note(out, run, images, *_, **__):
        seen.append(images)

    monkeypatch.setattr(learning, "train_to", note)
    return seen


@kinds
def test_a_run_keeps_the_place_and_the_fingerprint(mine, before, out):
    asked(*before, "./mine/../mine/", *SMALL)
    run = load(out)
    assert run.recipe.data.source == str(mine / "mine")
    assert run.source == {"fit": "crop", "pictures": fingerprint(folder("mine", 16))}
    assert "have changed" not in asked(*before, out, "--steps", 2)
    assert load(out).source == run.source


@kinds
def test_a_folder_of_that_name_elsewhere_is_another(mine, monkeypatch, before, out):
    """It used to be taken without a word."""
    asked(*before, "mine", *SMALL)
    Path("else/mine").mkdir(parents=True)
    shutil.copy("mine/0.png", "else/mine")
    monkeypatch.chdir("else")
    assert "11 images" not in asked(*before, f"../{out}") and "have changed" not in asked(
        *before, f"../{out}"
    )
    os.rename("../mine", "../moved")
    said = (
        f"the pictures of the run were in {mine / 'mine'}, where no folder is now, "
        "expected it there, or with"
    )
    for words in ([*before, f"../{out}"], ["evaluate", f"../{out}"]):
        assert said in asked(*words, code=1)
    words = asked(*before, f"../{out}", "--pictures", "../moved")
    assert f"have changed: in {mine / 'moved'} where it was in {mine / 'mine'}" in words
    assert load(f"../{out}").recipe.data.source == str(mine / "moved")
    assert "have changed" not in asked(*before, f"../{out}")


@kinds
def test_pictures_that_have_changed_are_named_and_then_known(mine, before, out):
    """A run went on with 39 pictures where it had 36."""
    asked(*before, "mine", *SMALL)
    for n in range(3):
        shutil.copy(f"mine/{n}.png", f"mine/new{n}.png")
    words = asked(*before, out)
    assert "the pictures of the run have changed: 15 pictures where it had 12\n" in words
    assert load(out).source["pictures"]["count"] == 15 and "changed" not in asked(*before, out)
    Image.new("RGB", (40, 40), "red").save("mine/0.png")
    assert "have changed: the same names, but other pixels\n" in asked(*before, out)


def test_evaluate_says_it_too_and_takes_the_new_place(mine):
    asked("train", "autoencoder", "mine", *SMALL)
    out = "mine-autoencoder.safetensors"
    os.rename("mine", "moved")
    before = Path(out).read_bytes()
    words = asked("evaluate", out, "--pictures", "moved")
    assert words.startswith(
        f"the pictures of the run have changed: in {mine / 'moved'} where it was in "
    )
    assert Path(out).read_bytes() == before
    Path("moved/0.png").unlink()
    assert "have changed: 11 pictures where it had 12; in " in asked(
        "evaluate", out, "--pictures", "moved"
    )


def test_evaluate_of_a_denoiser_says_it_too(mine):
    for n in range(600):
        shutil.copy(f"mine/{n % 12}.png", f"mine/more{n}.png")
    asked("train", "mine", *SMALL)
    os.rename("mine", "moved")
    few = ["--count", 50, "--steps", 1, "--seeds", 1]
    words = asked("evaluate", "mine.safetensors", "--pictures", "moved", *few)
    assert words.startswith(
        f"the pictures of the run have changed: in {mine / 'moved'} where it was in "
    )


@pytest.mark.parametrize(
    "words, said",
    [
        (
            ["train", "mine", "--pictures", "mine"],
            "expected it only with a saved run: of a new one it is DATA",
        ),
        (
            ["train", "digits", "--pictures", "mine"],
            "--pictures: got mine, expected it only with a saved run",
        ),
        (
            ["train", "digits.safetensors", "--pictures", "mine"],
            "expected none: digits.safetensors learns from digits",
        ),
        (
            ["evaluate", "digits-v", "--pictures", "mine"],
            "expected none: digits-v learns from digits",
        ),
        (
            ["evaluate", "photos-kl", "--pictures", "mine"],
            "expected none: photos-kl learns from photos",
        ),
        (
            ["train", "mine.safetensors", "--pictures", "no"],
            "--pictures: got no, expected a folder",
        ),
        (
            ["train", "mine.safetensors", "--pictures", "mine/0.png"],
            "--pictures: got mine/0.png, expected a folder",
        ),
        (
            ["evaluate", "mine.safetensors", "--pictures", ""],
            "--pictures: got an empty name, expected a folder",
        ),
        (
            ["train", "old", "--steps", 2],
            "only that their folder is called mine, expected also --pictures FOLDER",
        ),
        (
            ["train", "digits", "--fit", "pad"],
            "--fit: got pad for digits, expected it only for a folder",
        ),
        (
            ["train", "autoencoder", "photos-kl", "--fit", "crop"],
            "--fit: got crop for photos-kl, expected it only for",
        ),
        (
            ["train", "photos", "--grey"],
            "--grey: the images of photos are as they are, expected it only for a folder",
        ),
        (
            ["train", "autoencoder", "scenes", "--grey"],
            "--grey: the images of scenes are as they are",
        ),
        (
            ["train", "autoencoder", "mine", "--grey", "--adversarial"],
            "--grey: got 32 pixels in 1 channels, expected",
        ),
    ],
)
def test_what_is_not_for_it_is_refused(mine, words, said):
    asked("train", "mine", *SMALL)
    if words[1] == "digits.safetensors":
        asked("train", "digits", *SMALL)
    if words[1] == "old":  # as a person may save one, without the command line
        run = load("mine.safetensors")
        run.recipe, run.source = run.recipe.override(source="mine"), None
        save(run, "old")
    assert f"{said}" in asked(*words, code=1)


def test_a_run_without_a_fingerprint_gets_one(mine):
    asked("train", "mine", *SMALL)
    run = load("mine.safetensors")
    known, run.source = run.source, None
    save(run, "mine.safetensors")
    asked("train", "mine.safetensors")
    assert load("mine.safetensors").source == known


# ---------------------------------------------------------------- square, and in colour


@kinds
@pytest.mark.parametrize("fit", [None, "crop", "pad"])
def test_pictures_that_are_not_square_are_counted_and_fitted(mine, monkeypatch, before, out, fit):
    for n in (0, 3, 6):
        with Image.open(f"mine/{n}.png") as image:
            image.resize((20, 40)).save(f"mine/{n}.png")
    options = [] if fit is None else ["--fit", fit]
    words = asked(*before, "mine", *SMALL, *options)
    how = {
        "pad": "each gets a margin (--fit crop takes the middle square)",
        "crop": "the middle square of each is taken (--fit pad takes all of it, with a margin)",
    }[fit or "crop"]
    assert f"3 of 12 images are not square: {how}\n" in words
    assert load(out).source["fit"] == (fit or "crop")
    seen = learned(monkeypatch)
    again_said = asked(*before, out)  # a run that goes on reads them as it began
    assert how in again_said and "have changed" not in again_said
    expected, _ = split(folder("mine", 16, fit=fit or "crop"))
    assert torch.equal(seen[0], expected)


@kinds
def test_grey_pictures_get_a_hint_and_can_be_learned_in_grey(mine, monkeypatch, before, out):
    hint = "all images are grey, and are learned in colour: with --grey what is made is grey too"
    assert "all images are grey" not in asked(*before, "mine", *SMALL, "--out", "coloured")
    for n in range(12):
        with Image.open(f"mine/{n}.png") as image:
            Image.fromarray(np.asarray(image.convert("L"))).save(f"mine/{n}.png")
    assert hint in asked(*before, "mine", *SMALL, "--out", "a")
    assert load("a").recipe.data.channels == 3
    assert "all images are grey" not in asked(*before, "mine", *SMALL, "--grey")
    run = load(out)
    assert run.recipe.data.channels == 1
    seen = learned(monkeypatch)
    asked(*before, out)
    assert torch.equal(seen[0], split(folder("mine", 16, channels=1))[0])


def test_grey_goes_before_the_channels_of_a_recipe(mine):
    Path("own.json").write_text('{"channels": 3, "steps": 1, "width": 8, "size": 16}', "utf-8-sig")
    for before, out in KINDS:
        asked(*before, "mine", "--recipe", "own.json", "--grey")
        assert load(out).recipe.data.channels == 1


def test_channels_that_the_data_does_not_have_are_refused(mine):
    Path("own.json").write_text('{"channels": 3, "steps": 1, "width": 8}')
    said = "Error: channels: got 3, expected 1: those of digits\n"
    assert said in asked("train", "digits", "--recipe", "own.json", code=1)
    assert not Path("digits.safetensors").exists()


def test_a_recipe_that_is_no_text_is_named(mine):
    Path("own.json").write_bytes(b"\xff\xfe\x00")
    assert "--recipe: got own.json, expected text in UTF-8" in asked(
        "train", "mine", "--recipe", "own.json", code=1
    )

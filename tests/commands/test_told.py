"""`sample` with words: what it is told is drawn, and what it cannot be told is answered."""

import re

import pytest
import torch

from companion.commands.drawing import draw
from companion.commands.saved import read_run
from companion.evaluation import digit_classifier
from companion.tasks import DiffusionRecipe
from companion.training import save, start
from tests.commands.asking import asked

QUICK = ("--steps", 4, "--sampler", "ddim", "--count", 2)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    small = DiffusionRecipe().override(width=8, T=20, steps=1, dim=8, depth=1)
    told = small.override(condition_type="words", words="red blue", length=4)
    for name, recipe in (("told", told), ("deaf", small)):
        session = start(recipe)
        for parameter in session.ema_model.parameters():
            parameter.data = 0.2 * torch.randn(parameter.shape)
        save(session, tmp_path / f"{name}.safetensors")
    return tmp_path


def test_a_digit_is_drawn_by_its_class():
    images, _ = draw(read_run("digits-class").model, 40, seed=0, steps=15, sampler="ddim", cond="3")
    named = digit_classifier()(images).argmax(dim=1)
    assert (named == 3).sum() >= 38


def pixels(here, *words):
    asked("sample", "told.safetensors", *words, *QUICK, "--out", "a.png")
    return (here / "a.png").read_bytes()


def test_words_scale_and_what_is_not_wanted_move_the_picture(here):
    plain, red = pixels(here), pixels(here, "red")
    assert red != plain
    assert pixels(here, "red", "--scale", 0) == plain
    assert pixels(here, "Red", "--scale", 1) == red
    assert pixels(here, "red", "--scale", 3) != red
    assert pixels(here, "blue", "--scale", 0, "--not", "red") == red
    assert pixels(here, "--scale", 3, "--not", "red") not in (plain, red)


@pytest.mark.parametrize(
    "words, message",
    [
        (["told.safetensors", "red green"], "captions: got 'green', expected words of red, blue"),
        (["told.safetensors", "red " * 10_000], "captions: got 10000 words, expected at most 3"),
        (["told.safetensors", "red", "--not", "tea"], "captions: got 'tea'"),
        (["deaf.safetensors", "red"], "this model was trained without conditions"),
        (["digits-class", "three"], "WORDS: got 'three', expected a class, 0..9"),
        (["digits-class", "10"], "cond: got 10 .*expected classes 0..9"),
        (["told.safetensors", "red", "--scale", "much"], "not a valid float"),
    ],
)
def test_what_cannot_be_told_is_answered(here, words, message):
    code = 2 if "much" in words else 1  # click's own answer, and ours
    assert re.search(message, asked("sample", *words, *QUICK, code=code))
    assert not (here / "samples.png").exists()


def test_an_empty_caption_is_a_caption(here):
    assert pixels(here, "") == pixels(here, "  ")

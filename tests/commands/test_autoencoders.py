"""Autoencoders at the command line: trained, asked for images of any kind, measured."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from companion.commands.autoencoders import autoencoder_recipe
from companion.commands.sources import images_for
from companion.data import as_floats, photo, picture, to_uint8
from companion.tasks import (
    RECIPES,
    DiffusionRecipe,
    load,
    recipes_of,
    shipped,
    with_both_terms,
)
from companion.training import save, start
from tests.commands.asking import asked

SMALL = ["--size", "16", "--width", "8", "--steps", "4"]
PHOTOS = RECIPES["photos-kl"]


@pytest.fixture
def trained(mine):
    """A run of four steps on the folder."""
    asked("train", "autoencoder", "mine", *SMALL)
    return "mine-autoencoder.safetensors"


def test_a_folder_is_learned_reconstructed_and_measured(mine):
    words = asked(
        *("train", "autoencoder", "mine/", *SMALL, "--bottleneck", "vq"),
        *("--f", 8, "--adversarial", "--seed", 3, "--out", "own.safetensors"),
    )
    assert "skipped mine/notes.txt: no kind of picture" in words
    assert "9 images, 4 steps on" in words and "saved own.safetensors" in words
    assert "companion reconstruct own.safetensors" in words
    run = load("own.safetensors")
    assert run.step == 4 and "discriminator" in run.networks
    told = {"f": 8, "size": 16, "seed": 3, "width": 8, "steps": 4}
    told["source"] = str(mine / "mine")
    assert run.recipe == with_both_terms(RECIPES["photos-vq"].override(**told))
    words = asked("reconstruct", "own.safetensors", "mine/0.png", "--out", "a.png")
    assert "3 x 32 x 32 numbers became 4 x 4 x 4 = 64, 48.0 times fewer" in words
    assert Path("a.png").exists()
    words = asked("evaluate", "own.safetensors")
    assert "held out: 3 reconstructions" in words and "scale factor" in words
    assert "of 512 codes used" in words


def test_a_saved_run_goes_on_to_the_same_bits_and_without_options(trained):
    assert "0 steps on" in asked("train", "autoencoder", trained)
    words = asked("train", "autoencoder", trained, "--adversarial", code=1)
    assert "holds its recipe: it goes on without --adversarial" in words
    whole = load(trained)
    from companion.training import running

    with pytest.MonkeyPatch.context() as patch:
        full = running.with_bar
        patch.setattr(running, "with_bar", lambda p, n: stopping(full(p, n)))
        Path(trained).unlink()
        asked("train", "autoencoder", "mine", *SMALL, "--every", 1, code=1)
    assert load(trained).step == 2
    assert "2 steps on" in asked("train", trained)
    again = load(trained)
    assert again.step == 4
    for one, other in zip(again.ema_model.parameters(), whole.ema_model.parameters(), strict=True):
        assert torch.equal(one, other)


def stopping(steps):
    """An error from somewhere else after two steps."""
    for now in steps:
        yield now
        if now.step == 2:
            raise OSError("the plug was pulled")


def test_a_recipe_of_ones_own(mine):
    Path("own.json").write_text(json.dumps({"steps": 2, "width": 8, "latent": 3}))
    asked("train", "autoencoder", "mine", "--recipe", "own.json", "--out", "a")
    run = load("a")
    found = run.step, run.recipe.network.latent_channels, run.recipe.data.source
    assert found == (2, 3, str(mine / "mine"))


def test_names_and_changes_make_the_recipe():
    for name, recipe in recipes_of("autoencoder").items():
        assert autoencoder_recipe(name) == recipe
    assert autoencoder_recipe("photos", bottleneck="vq") == RECIPES["photos-vq"]
    scenes = autoencoder_recipe("scenes", changed={"seed": 2})
    assert scenes == RECIPES["scenes-kl"].override(seed=2)
    judged = autoencoder_recipe("photos-kl", adversarial=True)
    assert judged == RECIPES["photos-kl-gan"]
    shorter = autoencoder_recipe("photos-kl-gan", changed={"steps": 100})
    assert shorter.steps == 100
    begin = judged.discriminator.disc_start * 100 // judged.steps
    assert shorter.discriminator.disc_start == begin > 0


@pytest.mark.parametrize("data", ["photos", "scenes"])
def test_there_are_many_images_and_others_held_out(monkeypatch, data):
    from companion.commands import sources

    monkeypatch.setattr(sources, "MANY", 40)
    monkeypatch.setattr(sources, "SCENES", {"autoencoder": 40})
    recipe = PHOTOS.override(source=data, size=16)
    images = images_for(recipe)
    learned, held_out, skipped = images[:3]
    assert images.count == 440 and not images.alone
    assert learned.shape == (40, 3, 16, 16) and held_out.shape == (400, 3, 16, 16)
    learned = as_floats(learned)
    assert skipped == () and torch.cdist(*(x.flatten(1) for x in (learned, held_out))).min() > 0
    assert len(images_for(recipe.override(size=64))[0]) == 10


# --------------------------------------------------------------------- any image at all


def written(name, mode, size):
    """A photograph as a file."""
    whole = Image.fromarray(to_uint8(photo("chelsea")))
    image = whole.convert(mode) if mode != "I;16" else whole.convert("L")
    image = image.resize(size)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    image.save(name)
    return name


@pytest.mark.parametrize(
    "name, mode, size, left",
    [
        ("a.png", "RGB", (48, 32), (48, 32)),
        ("a.png", "L", (33, 47), (32, 44)),
        ("a.png", "RGBA", (40, 40), (40, 40)),
        ("a.png", "P", (41, 40), (40, 40)),
        ("a.png", "I;16", (40, 40), (40, 40)),
        ("a.png", "1", (40, 40), (40, 40)),
        ("a.jpg", "CMYK", (64, 60), (64, 60)),
        ("a.webp", "RGB", (5, 4), (4, 4)),
        ("a.tiff", "RGB", (1024, 511), (512, 256)),
        ("a.gif", "L", (700, 30), (512, 20)),
    ],
)
def test_any_image_comes_back(tmp_path, monkeypatch, name, mode, size, left):
    monkeypatch.chdir(tmp_path)
    words = asked("reconstruct", "photos-kl", written(name, mode, size))
    w, h = left
    assert ("made 512 by" in words) is (max(size) > 512)
    made = re.search(r"made (\d+) by (\d+)", words)
    before = tuple(map(int, made.groups())) if made else size
    assert (f"cropped to {w} by {h} pixels, multiples of f = 4" in words) is (before != left)
    assert f"3 x {h} x {w} numbers became 4 x {h // 4} x {w // 4} = {w * h // 4}" in words
    assert "12.0 times fewer" in words and "codes" not in words
    with Image.open("reconstructed.png") as sheet:
        line = (w, 2 * h + 2) if w > h else (2 * w + 2, h)
        larger = max(640 // max(line), 1)
        assert sheet.format == "PNG" and sheet.size == tuple(larger * n for n in line)


def test_an_odd_image_is_cropped_in_the_middle(tmp_path, monkeypatch):
    """Of 33 by 47 pixels 0 and 1 are lost on the left and right, 1 and 2 above and below."""
    monkeypatch.chdir(tmp_path)
    name = written("a.png", "RGB", (33, 47))
    network = shipped("photos-kl").network
    x = picture(name)[None, :, 1:45, 0:32]
    with torch.no_grad():
        halves = [network(half)[0] for half in (x[..., :24, :], x[..., 24:, :])]
    again = torch.cat(halves, dim=2).clamp(-1, 1)
    error = (x - again).square().mean()
    words = asked("reconstruct", "photos-kl", name)
    assert f"a.png: PSNR {10 * torch.log10(4 / error).item():.2f} dB\n" in words
    line = np.full((44, 2, 3), 255, np.uint8)
    sides = [to_uint8(x[0]), line, to_uint8(again[0])]
    by = 640 // 66
    expected = np.concatenate(sides, axis=1).repeat(by, axis=0).repeat(by, axis=1)
    with Image.open("reconstructed.png") as sheet:
        np.testing.assert_array_equal(np.asarray(sheet), expected)


def whole(network, x):
    return network(x)


def four_tiles(network, x):
    """56 by 40 pixels in four tiles of 28 by 20, none of them larger than 32 by 32."""
    parts = [
        network(x[..., top : top + 20, left : left + 28]) for top in (0, 20) for left in (0, 28)
    ]
    again = x.new_empty(x.shape)
    codes = torch.empty(1, 10, 14, dtype=torch.long)
    for n, (tile, latent) in enumerate(parts):
        top, left = divmod(n, 2)
        again[..., 20 * top :, 28 * left :][..., :20, :28] = tile
        codes[:, 5 * top :, 7 * left :][..., :5, :7] = latent.info["indices"]
    return again, SimpleNamespace(info={"indices": codes})


@pytest.mark.parametrize("how, by_hand", [("--whole", whole), ("--tiles", four_tiles)])
def test_the_figures_are_those_of_the_network(tmp_path, monkeypatch, how, by_hand):
    monkeypatch.chdir(tmp_path)
    name = written("a.png", "RGB", (56, 40))
    network = shipped("photos-vq").network
    x = picture(name)[None]
    with torch.no_grad():
        again, latent = by_hand(network, x)
    error = (x - again.clamp(-1, 1)).square().mean()
    words = asked("reconstruct", "photos-vq", name, "--out", "b.png", how)
    assert f"PSNR {10 * torch.log10(4 / error).item():.2f} dB" in words
    used = len({*latent.info["indices"].flatten().tolist()})
    assert f"{used} of 512 codes used; 140 codes of 9 bits are 1260 bits" in words
    assert f"those of the image {8 * 3 * 56 * 40}" in words
    with Image.open("b.png") as sheet:  # above each other, enlarged by whole numbers
        by = sheet.width // 56
        small = np.asarray(sheet)[::by, ::by]
    np.testing.assert_array_equal(small[:40], to_uint8(x[0]))
    np.testing.assert_array_equal(small[42:], to_uint8(again[0]))


def test_tiles_are_what_one_gets_unless_one_says_otherwise(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = written("a.png", "RGB", (56, 40))
    unsaid = asked("reconstruct", "photos-kl", name)
    assert unsaid == asked("reconstruct", "photos-kl", name, "--tiles")
    assert unsaid != asked("reconstruct", "photos-kl", name, "--whole")


def test_several_images_share_a_sheet(trained):
    names = [written(f"{n}.png", "RGB", (30 + n, 40)) for n in range(3)]
    words = asked("reconstruct", trained, *names)
    assert words.count("PSNR") == 3
    assert "originals and reconstructions in reconstructed.png" in words


def test_a_grey_autoencoder_sees_colours_in_grey(mine):
    Path("grey.json").write_text('{"channels": 1, "width": 8, "steps": 2, "size": 16}')
    asked("train", "autoencoder", "mine", "--recipe", "grey.json", "--out", "grey")
    assert load("grey").network.encoder.channels == 1
    assert "1 x 32 x 32 numbers" in asked("reconstruct", "grey", "mine/0.png")
    assert "perceptual" not in asked("evaluate", "grey")


# -------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    "words, said",
    [
        (["train", "autoencoder", "nowhere"], "DATA: got nowhere, expected a folder, a"),
        (
            ["train", "autoencoder", "digits-v"],
            "DATA: got digits-v, a recipe of a denoising network, expected python -m companion "
            "train digits-v, or after the word autoencoder one of photos, scenes, photos-kl, ",
        ),
        (
            ["train", "denoiser", "photos-vq"],
            "DATA: got photos-vq, a recipe of an autoencoder, expected python -m companion "
            "train photos-vq, or after the word denoiser one of digits, digits-v, ",
        ),
        (["train", "autoencoder", "mnist"], "DATA: got mnist, expected a folder, a saved run"),
        (["train", "autoencoder", "empty"], "/empty, with no file; expected at least one"),
        (["train", "autoencoder", "broken"], "path: got broken, no checkpoint of a run"),
        (
            ["train", "autoencoder", "other"],
            "DATA: got other, a run of a denoising network, expected one of an autoencoder "
            "after the word autoencoder; or: python -m companion train other\n",
        ),
        (
            ["train", "denoiser", "mine-autoencoder.safetensors"],
            "a run of an autoencoder, expected one of a denoising network after the word ",
        ),
        (
            ["train", "mine", "--bottleneck", "vq"],
            "--bottleneck: mine is learned by a denoising network, expected it only after the "
            "word autoencoder: python -m companion train autoencoder mine --bottleneck\n",
        ),
        (["train", "digits", "--f", "4"], "--f: digits is learned by a denoising network, "),
        (["train", "mine", "--adversarial"], "--adversarial: mine is learned by a denoising "),
        (["train", "photos-kl", "--size", "8"], "Error: --size: got 8, expected at least 16\n"),
        (["train", "autoencoder", "mine", "--size", "18"], "Error: --size: got 18, expe"),
        (["train", "autoencoder", "mine", "--f", "3"], ": --f: got 3, expected a power of two\n"),
        (
            ["train", "autoencoder", "mine", "--size", "20", "--adversarial"],
            "--size: got 20 pixels in 3 channels, expected a multiple of 8 in 3",
        ),
        (["train", "autoencoder", "mine", "--recipe", "typo.json"], "recipe: got stepps"),
        (["reconstruct", "nothing", "mine/0.png"], "RUN: got nothing, nothing of that n"),
        (
            ["reconstruct", "digits-v", "mine/0.png"],
            "got digits-v, a denoising network, expected a saved run of an autoenc",
        ),
        (
            ["reconstruct", "evaluation-features", "mine/0.png"],
            "evaluation-features, of the kind features, exp",
        ),
        (["reconstruct", "broken", "mine/0.png"], "path: got broken, no checkpoint of"),
        (["reconstruct", "other", "mine/0.png"], "got other, a denoising network, expected a"),
        (
            ["reconstruct", "photos-kl", "gone.png"],
            "IMAGE: got 'gone.png', expected the file of an",
        ),
        (["reconstruct", "photos-kl", "mine"], "IMAGE: got 'mine', expected the file of an image"),
        (
            ["reconstruct", "photos-kl", "mine/notes.txt"],
            "got mine/notes.txt, no image that can be read (no kind of",
        ),
        (["reconstruct", "photos-kl", "cut.png"], "got cut.png, no image that can be"),
        (
            ["reconstruct", "photos-kl", "tiny.png"],
            "tiny.png: got 3 by 9 pixels, expected at least 4 by 4",
        ),
        (["sample", "mine-autoencoder.safetensors"], "an autoencoder, expected a denois"),
        (["evaluate", "photos-kl", "--count", "60"], "it takes no options"),
        (["evaluate", "photos-kl", "--sampler", "ddim"], "it takes no options"),
        (["evaluate", "photo-features"], "which is not a denoising network"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(trained, words, said):
    Path("empty").mkdir()
    Path("broken").write_bytes(b"x")
    Path("typo.json").write_text('{"stepps": 3}')
    save(start(DiffusionRecipe().override(width=8)), "other")
    Path("cut.png").write_bytes(Path("mine/0.png").read_bytes()[:-300])
    Image.new("RGB", (3, 9)).save("tiny.png")
    output = asked(*words, code=1)
    assert said in output and "Traceback" not in output
    before = ("skipped", "mine/0.png: ")
    lines = [line for line in output.splitlines() if not line.startswith(before)]
    assert lines[0].startswith("Error: ") and len(lines) == 1


@pytest.mark.parametrize("option", [["--bottleneck", "vae"], ["--f", "0"], ["--gray"]])
def test_an_option_that_there_is_not_is_refused(mine, option):
    assert "Error: " in asked("train", "autoencoder", "mine", *option, code=2)

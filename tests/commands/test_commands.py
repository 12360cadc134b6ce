"""The command line as a reader uses it: their own folder in, a grid and a GIF out."""

import json
import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

import companion.plots
from companion.commands import drawing, pairs
from companion.tasks import load
from tests.commands.asking import asked

SMALL = ["--size", "8", "--width", "8", "--steps", "4"]


def test_a_folder_is_learned_sampled_and_measured(mine):
    words = asked("train", "mine/", *SMALL)
    assert "skipped mine/notes.txt: no kind of picture" in words
    assert "9 images, 4 steps on" in words and "saved mine.safetensors" in words
    assert "enlarged" not in words
    run = load("mine.safetensors")
    assert run.step == 4 and run.recipe.data.size == 8 and run.recipe.data.channels == 3
    words = asked(
        "sample",
        "mine.safetensors",
        "--count",
        5,
        "--steps",
        3,
        "--out",
        "grid.png",
        "--animation",
        "walk.gif",
    )
    assert "5 samples of seed 0 in grid.png" in words
    with Image.open("grid.png") as grid:
        assert grid.format == "PNG" and min(grid.size) > 300
    with Image.open("walk.gif") as walk:
        assert walk.n_frames == 4
    asking = ["evaluate", "mine.safetensors", "--count", 50, "--steps", 2, "--seeds", 1]
    said = (
        "RUN: got mine.safetensors, with {} images held out, expected at least 50: "
        "with fewer, chance decides"
    )
    assert said.format("3 of 12") in asked(*asking, code=1)
    for n in range(1, 12):
        Path(f"mine/{n}.png").unlink()
    assert said.format("0 of 1") in asked(*asking, code=1)


def test_the_same_seed_gives_the_same_grid(mine):
    asked("train", "mine", "--grey", *SMALL)
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        asked(
            "sample",
            "mine.safetensors",
            "--steps",
            2,
            "--count",
            4,
            "--seed",
            seed,
            "--out",
            f"{name}.png",
        )
    a, b, c = (Path(f"{name}.png").read_bytes() for name in "abc")
    assert a == b != c
    assert load("mine.safetensors").recipe.data.channels == 1


@pytest.mark.parametrize("sampler", ["ancestral", "ddim", "dpm"])
def test_shipped_weights_are_sampled_and_measured(tmp_path, sampler):
    out = tmp_path / "grid.png"
    asked(
        "sample",
        "digits-v",
        "--count",
        4,
        "--steps",
        4,
        "--sampler",
        sampler,
        "--out",
        out,
    )
    assert out.exists()
    words = asked(
        "evaluate",
        "digits-v",
        "--count",
        50,
        "--seeds",
        2,
        "--steps",
        4,
        "--sampler",
        sampler,
    )
    assert "seed 0: 50 samples" in words and "seed 1: 50 samples" in words
    assert "Frechet distance of 50 images each: samples " in words and " (2 seeds), real " in words


ALL_WEIGHTS = (
    "RUN: got photos-lk, expected a saved run or one of digits-class, digits-classifier, "
    "digits-eps, digits-v, digits-x0, evaluation-features, photo-features, photos-kl-gan, "
    "photos-kl, photos-vq-gan, photos-vq"
)


@pytest.mark.parametrize(
    "words, said",
    [
        (["train", "nowhere"], "DATA: got nowhere, expected a folder, a saved run"),
        (["train", "mine", "--size", "10"], "--size: got 10, expected a multiple of 4"),
        (["train", "mnist", "--size", "16"], "--size: got 16, expected 32"),
        (["train", "empty"], "/empty, with no file; expected at least one image"),
        (["train", "broken"], "path: got broken, no checkpoint of a run"),
        (
            ["train", "mine", "--recipe", "typo.json"],
            "recipe: got stepps, expected only",
        ),
        (["train", "digits", "mine"], "Got unexpected extra arguments (mine)"),
        (["sample", "photos-kl"], "RUN: got photos-kl, an autoencoder, expected a den"),
        (["sample", "nothing"], "RUN: got nothing, expected a saved run or one of"),
        (["sample", "digits-v", "--steps", "2000"], "--steps: got 2000, expected at"),
        (["evaluate", "photos-lk"], ALL_WEIGHTS),
        (["train", "digits", "--size", "12"], "--size: got 12, expected 8, 16 or 32"),
        (["train", "mine", "--recipe", "kind.json"], "Error: steps: got 'many', exp"),
        (["train", "digits", "--recipe", "12.json"], "Error: size: got 12, expected 8"),
        (
            ["train", "mine", "--out", "no/a"],
            "--out: got no/a, expected a file in a fo",
        ),
        (["sample", "digits-classifier"], "which is not a denoising network"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(mine, words, said):
    Path("empty").mkdir()
    Path("broken").write_bytes(b"x")
    Path("typo.json").write_text('{"stepps": 3}')
    Path("12.json").write_text('{"size": 12}')
    Path("kind.json").write_text('{"steps": "many"}')
    output = asked(*words, code=2 if "Got" in said else 1)
    assert said in output and "Traceback" not in output
    if "Got" not in said:  # of click's own, after the usage
        assert output.strip().startswith("Error: ") and output.count("\n") <= 2


def test_a_recipe_of_ones_own(mine):
    Path("own.json").write_text(json.dumps({"steps": 3, "width": 8, "channels": 3}))
    asked("train", "mine", "--recipe", "own.json", "--out", "own.safetensors")
    run = load("own.safetensors")
    assert run.step == 3 and run.recipe.data.source == str(mine / "mine")


# -------------------------------------------------------------- where the output goes


@pytest.fixture
def untouched(mine, monkeypatch):
    """Pictures by several names, in a folder where no command may do any work."""
    monkeypatch.setattr(companion.plots, "save_sheet", None)
    for module in (drawing, pairs):
        monkeypatch.setattr(module, "best_device", None)
    shutil.copy("mine/0.png", "reconstructed.png")
    shutil.copy("mine/0.png", "self.PNG")
    Path("link.png").symlink_to("self.PNG")
    os.link("self.PNG", "hard.png")
    Path("run.png").write_bytes(b"a run of a strange name")
    return {path: path.read_bytes() for path in mine.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "words, said",
    [
        (["photos-kl", "self.PNG", "--out", "self.PNG"], "self.PNG, which is self.PNG"),
        (["photos-kl", "self.PNG", "--out", "./mine/../self.PNG"], "which is self.PNG"),
        (["photos-kl", "self.PNG", "--out", "link.png"], "link.png, which is self.PNG"),
        (["photos-kl", "link.png", "--out", "self.PNG"], "self.PNG, which is link.png"),
        (["photos-kl", "self.PNG", "--out", "hard.png"], "hard.png, which is self.PNG"),
        (["photos-kl", "mine/1.png", "mine/2.png", "--out", "mine/2.png"], "is mine/2"),
        (["photos-kl", "reconstructed.png"], "reconstructed.png, which is reconstruct"),
        (
            ["run.png", "mine/1.png", "--out", "run.png"],
            "run.png, which is run.png that",
        ),
        (
            ["photos-kl", "self.PNG", "--out", "x.xyz"],
            "x.xyz, expected a name that ends",
        ),
        (
            ["photos-kl", "self.PNG", "--out", "png"],
            "png, expected a name that ends in",
        ),
        (
            ["photos-kl", "self.PNG", "--out", "no/x.png"],
            "no/x.png, expected a file in",
        ),
    ],
)
def test_a_sheet_goes_where_it_can_and_replaces_no_input(untouched, words, said):
    output = asked("reconstruct", *words, code=1)
    assert output.startswith("Error: --out: got ") and said in output
    assert {path: path.read_bytes() for path in untouched} == untouched


@pytest.mark.parametrize(
    "words, said",
    [
        (["--out", "x.xyz"], "--out: got x.xyz, expected a name that ends in .png"),
        (
            ["--out", "no/x.png"],
            "--out: got no/x.png, expected a file in a folder that",
        ),
        (
            ["--animation", "x.png"],
            "--animation: got x.png, expected a name that ends ",
        ),
        (
            ["--animation", "no/x.gif"],
            "--animation: got no/x.gif, expected a file in a",
        ),
    ],
)
def test_samples_go_where_they_can(untouched, words, said):
    output = asked("sample", "digits-v", *words, code=1)
    assert output.startswith(f"Error: {said}")
    output = asked("sample", "run.png", "--out", "run.png", code=1)
    assert "--out: got run.png, which is run.png that is read" in output
    assert {path: path.read_bytes() for path in untouched} == untouched


def test_an_earlier_sheet_is_replaced(mine):
    for seed in (0, 1):
        words = ["sample", "digits-v", "--steps", 1, "--count", 1, "--seed", seed]
        asked(*words, "--out", "A.PNG", "--animation", "A.GIF")
    with Image.open("A.PNG") as sheet, Image.open("A.GIF") as walk:
        assert sheet.format == "PNG" and walk.format == "GIF"


@pytest.mark.parametrize(
    "before, out",
    [
        (["train"], "mine.safetensors"),
        (["train", "autoencoder"], "mine-autoencoder.safetensors"),
    ],
)
def test_a_new_run_replaces_no_file(mine, before, out):
    small = ["--size", 16, "--width", 8, "--steps", 1]
    asked(*before, "mine", *small)
    kept = Path(out).read_bytes()
    Path("notes").write_bytes(b"no run")
    refused = f"Error: --out: got {out}, which exists already, expected a new file"
    how = f". To go on with that run: python -m companion train {out}\n"
    assert asked(*before, "mine", *small, code=1) == refused + how
    assert asked(*before, "mine", *small, "--out", out, code=1) == refused + how
    other = ["train"] if "autoencoder" in before else ["train", "autoencoder"]
    assert how in asked(*other, "mine", *small, "--out", out, code=1)
    assert Path(out).read_bytes() == kept
    for words in (["mine", *small], [out]):
        output = asked(*before, *words, "--out", "notes", code=1)
        assert output == refused.replace(out, "notes") + "\n"
    assert Path("notes").read_bytes() == b"no run"
    # A saved run goes on in its own file, or in a new one.
    assert f"saved {out}" in asked(*before, out, "--out", f"mine/../{out}")
    assert "saved new" in asked(*before, out, "--out", "new")
    assert Path("new").exists()


def test_images_that_are_enlarged_are_counted(mine):
    with Image.open("mine/3.png") as image:
        image.resize((40, 15)).save("mine/3.png")  # learned from
        image.resize((15, 15)).save("mine/6.png")  # held out
    words = asked("train", "mine", "--size", 16, "--width", 8, "--steps", 1)
    assert "2 of 12 images are smaller than 16 pixels and are enlarged\n" in words


@pytest.mark.parametrize("command", [["train"], ["train", "autoencoder"], ["sample"]])
@pytest.mark.parametrize("seed", [-1, 2**63, 99999999999999999999])
def test_a_seed_is_what_a_generator_takes(mine, command, seed):
    output = asked(*command, "digits", "--seed", seed, code=2)
    assert f"{seed} is not in the range 0<=x<={2**63 - 1}" in output


def test_the_largest_seed_is_one(mine):
    words = ["--seed", 2**63 - 1, "--steps", 1]
    asked("train", "digits", *words, "--width", 8, "--size", 8, "--out", "a")
    asked("train", "autoencoder", "mine", *words, "--width", 8, "--size", 16, "--out", "b")
    assert f"samples of seed {2**63 - 1}" in asked("sample", "a", *words, "--count", 1)
    assert f"seed {2**63}: " in asked("evaluate", "a", *words, "--seeds", 2, "--count", 50)


def test_train_explains_both_kinds():
    words = asked("train", "--help")
    for said in ("my-images/", "train autoencoder", "--grey", "--bottleneck", "--f"):
        assert said in words
    assert "train [OPTIONS] [denoiser|autoencoder|latent] [DATA]" in words
    assert all(said in words for said in ("--precision", "--compile", "told again"))
    assert asked("train", "mine", "--help") == asked("train", "denoiser", "--help") == words

"""The command line as a reader uses it: their own folder in, a grid and a GIF out."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from companion.autoencoder import load_autoencoder
from companion.commands import main
from companion.training import load
from tests.commands.asking import asked

ROOT = Path(__file__).parents[2]
SMALL = ["--size", "8", "--width", "8", "--steps", "4"]


def test_a_folder_is_learned_sampled_and_measured(mine):
    words = asked("train", "mine/", *SMALL)
    assert "skipped mine/notes.txt: cannot identify" in words
    assert "11 images, 4 steps on" in words and "saved mine.safetensors" in words
    run = load("mine.safetensors")
    assert run.step == 4 and run.recipe.size == 8 and run.recipe.channels == 3
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
    # A tenth of twelve is one: too few to measure by.
    words = asked("evaluate", "mine.safetensors", "--count", 10, "--steps", 2, code=1)
    assert "expected (N, D), N at least 2" in words


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
    assert load("mine.safetensors").recipe.channels == 1


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
        40,
        "--seeds",
        2,
        "--steps",
        4,
        "--sampler",
        sampler,
    )
    assert "seed 0: 40 samples" in words and "seed 1: 40 samples" in words
    assert "(2 seeds), floor 0.55, 40 samples each" in words


@pytest.mark.parametrize(
    "words, said",
    [
        (["train", "nowhere"], "DATA: got nowhere, expected a folder, a saved run"),
        (["train", "mine", "--size", "10"], "--size: got 10, expected a multiple of 4"),
        (["train", "empty"], "path: got empty, with no file; expected at least one"),
        (["train", "broken"], "path: got broken, no checkpoint of a run"),
        (
            ["train", "mine", "--recipe", "typo.json"],
            "recipe: got stepps, expected only",
        ),
        (["train", "mine", "--recipe", "kind.json"], "steps: got 'many', expected a"),
        (["train", "photos-kl"], "expected one of a denoising network; or: train auto"),
        (["sample", "photos-kl"], "RUN: got photos-kl, an autoencoder, expected a den"),
        (["sample", "nothing"], "RUN: got nothing, expected a saved run or one of"),
        (["sample", "digits-v", "--steps", "2000"], "--steps: got 2000, expected at"),
        (["sample", "digits-v", "--steps", "1", "--out", "a.nonsense"], "extension"),
        (["sample", "digits-classifier"], "which is not a denoising network"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(mine, words, said):
    Path("empty").mkdir()
    Path("broken").write_bytes(b"x")
    Path("typo.json").write_text('{"stepps": 3}')
    Path("kind.json").write_text('{"steps": "many"}')
    output = asked(*words, code=1)
    assert said in output and "Traceback" not in output
    assert output.strip().startswith("Error: ") and output.count("\n") <= 2


def test_a_recipe_of_ones_own(mine):
    Path("own.json").write_text(json.dumps({"steps": 3, "width": 8, "channels": 3}))
    asked("train", "mine", "--recipe", "own.json", "--out", "own.safetensors")
    run = load("own.safetensors")
    assert run.step == 3 and run.recipe.data == "mine"


def test_a_saved_run_goes_on_only_as_it_was_begun(mine):
    asked("train", "mine", *SMALL)
    assert "0 steps on" in asked("train", "mine.safetensors")
    words = asked("train", "mine.safetensors", "--steps", 9, code=1)
    assert "holds its recipe: it goes on without options" in words


def test_what_there_is_and_where_it_runs():
    words = asked("recipes")
    assert "digits-x0" in words and "weights: digits" in words
    assert "photos-vq-gan" in words and "weights: photos-kl" in words
    assert "classifier" not in words and "features" not in words
    assert "PyTorch" in asked("device")


TRAINING = [["train", kind] for kind in main.commands["train"].commands]


@pytest.mark.parametrize("command", [[], *([c] for c in main.commands), *TRAINING])
def test_each_command_explains_itself(command):
    words = asked(*command, "--help")
    assert "Usage:" in words and len(words) > 100


def test_train_explains_both_kinds():
    words = asked("train", "--help")
    for said in ("my-images/", "train autoencoder", "--grey", "--bottleneck", "--f"):
        assert said in words
    assert words.index("Options of denoiser") < words.index("Options of autoencoder")
    assert asked("train", "mine", "--help") == asked("train", "denoiser", "--help")


@pytest.mark.parametrize(
    "before, kind", [(["train"], "digits"), (["train", "autoencoder"], "photos-kl")]
)
def test_ctrl_c_saves_and_says_how_to_go_on(mine, before, kind):
    """In a process of its own, since a signal goes to the whole of one."""
    command = [sys.executable, "-m", "companion", *before, kind, "--width", "8"]
    command += ["--steps", "100000", "--out", "run.safetensors"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for _ in range(600):
        if Path("run.safetensors").exists():
            break
        time.sleep(0.1)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    words, _ = process.communicate(timeout=60)
    assert process.returncode == 1 and "Traceback" not in words
    going_on = " ".join([*before, "run.safetensors"])
    assert f"To go on: python -m companion {going_on}" in words
    again = load_autoencoder if "autoencoder" in before else load
    assert again("run.safetensors").step > 0

"""`sample --separate`: each image as a file of its own, and no file of the user's replaced."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from companion.commands.drawing import draw
from companion.commands.saved import read_run
from companion.data import to_uint8
from tests.commands.asking import asked

QUICK = ("--steps", 2, "--sampler", "ddim")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_image_is_a_file_pixel_for_pixel_beside_the_sheet(here):
    said = asked("sample", "digits-v", "--count", 3, "--seed", 5, *QUICK, "--separate", "each")
    assert said.endswith("each of them in each, 5-000.png to 5-002.png\n")
    assert Path("samples.png").exists()
    images, _ = draw(read_run("digits-v").model, 3, seed=5, steps=2, sampler="ddim")
    for n, image in enumerate(images):
        with Image.open(f"each/5-{n:03}.png") as found:
            assert (np.asarray(found) == to_uint8(image)).all()
    assert len([*Path("each").iterdir()]) == 3


def test_another_seed_goes_into_the_same_folder_and_the_same_one_does_not(here):
    for seed in (0, 1):
        asked("sample", "digits-v", "--count", 1, "--seed", seed, *QUICK, "--separate", "each")
    assert sorted(path.name for path in Path("each").iterdir()) == ["0-000.png", "1-000.png"]
    kept = Path("each/1-000.png").read_bytes()
    words = ["--count", 2, "--seed", 1, *QUICK, "--out", "b.png", "--separate", "each"]
    assert "--separate: got each, where 1-000.png is already and would be replaced" in asked(
        "sample", "digits-v", *words, code=1
    )
    assert Path("each/1-000.png").read_bytes() == kept and not Path("b.png").exists()


@pytest.mark.parametrize(
    "place, said, code",
    [
        ("no/each", "--separate: got no/each, expected a file in a folder that exists", 1),
        ("file", "is a file", 2),
        ("/proc/each", "--separate: got /proc/each, expected a place where", 1),
    ],
)
def test_a_place_that_cannot_be_is_answered_before_anything_is_drawn(here, place, said, code):
    Path("file").write_text("x")
    assert said in asked("sample", "digits-v", *QUICK, "--separate", place, code=code)
    assert sorted(path.name for path in here.iterdir()) == ["file"]

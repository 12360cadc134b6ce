"""What the tests of commands share."""

from pathlib import Path

import pytest
from PIL import Image

from companion.data import photo_crops, to_uint8


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A folder of twelve pictures and a file that is none, in the working folder."""
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    for n, image in enumerate(photo_crops(32, count=12, held_out=1).train):
        Image.fromarray(to_uint8(image)).save(f"mine/{n}.png")
    Path("mine/notes.txt").write_text("no picture")
    return tmp_path

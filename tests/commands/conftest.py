"""What the tests of commands share."""

from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from companion.data import photo_crops, to_uint8


@cache
def pictures() -> tuple[bytes, ...]:
    """Twelve crops of photographs as files: to cut them takes longer than many a test."""
    found = []
    for image in photo_crops(32, count=12, held_out=1).train:
        file = BytesIO()
        Image.fromarray(to_uint8(image)).save(file, "png")
        found.append(file.getvalue())
    return tuple(found)


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A folder of twelve pictures and a file that is none, in the working folder."""
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    for n, content in enumerate(pictures()):
        Path(f"mine/{n}.png").write_bytes(content)
    Path("mine/notes.txt").write_text("no picture")
    return tmp_path

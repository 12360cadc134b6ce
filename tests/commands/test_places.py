"""Where a command writes is tried before there is any work, and really."""

import os
from pathlib import Path

import pytest

from companion.commands import outputs
from tests.commands.asking import asked

LONG = "n" * 252
SMALL = ["--size", 16, "--width", 8, "--steps", 1]


@pytest.fixture
def idle(mine, monkeypatch):
    """A folder where no command may read a picture, a network, or draw anything."""
    from companion.commands import drawing, learning, pairs, saved

    asked("train", "mine", *SMALL, "--out", "run")
    Path("notes.losses.csv").mkdir()
    Path("old").write_bytes(b"")
    Path("gone.png").symlink_to("no/x.png")
    Path("gone").symlink_to("no/x")
    for module, work in (
        (saved, "read_run"),
        (drawing, "draw"),
        (pairs, "rebuilt"),
        (learning, "images_for"),
    ):
        monkeypatch.setattr(module, work, None)
    return mine


NOWHERE = "expected a place where a file can be written ("
PNG = [
    ("/proc/x.png", NOWHERE),
    (f"{LONG}.png", f"{NOWHERE}File name too long)"),
    ("mine/0.png/x.png", "expected a file in a folder that exists"),
    ("no/x.png", "expected a file in a folder that exists; there is no folder no\n"),
    ("gone.png", "expected a file in a folder that exists; there is no folder "),
    ("/dev/null.png/x.png", "expected a file in a folder that exists"),
]


@pytest.mark.parametrize("out, said", PNG)
@pytest.mark.parametrize(
    "words, option",
    [
        (["sample", "digits-v"], "--out"),
        (["sample", "digits-v"], "--animation"),
        (["reconstruct", "photos-kl", "mine/0.png"], "--out"),
    ],
)
def test_a_place_for_a_picture_is_tried_first(idle, words, option, out, said):
    if option == "--animation":
        out = out[:-3] + "gif"
        Path("gone.gif").symlink_to("no/x.gif")
    output = asked(*words, option, out, code=1)
    assert output.startswith(f"Error: {option}: got {out}, ") and said in output


@pytest.mark.parametrize("before", [["train"], ["train", "autoencoder"]])
@pytest.mark.parametrize(
    "out, said",
    [
        ("/proc/run", NOWHERE),
        (LONG, f"{NOWHERE}File name too long)"),
        ("no/run", "expected a file in a folder that exists; there is no folder no\n"),
        ("mine/0.png/run", "expected a file in a folder that exists"),
        ("notes.safetensors", "notes.losses.csv, which is there and is no file, expected a file\n"),
        ("gone", "gone, expected a file in a folder that exists; there is no folder /"),
        ("old", "old, which exists already, expected a new file\n"),
    ],
)
def test_a_place_for_a_run_is_tried_first(idle, before, out, said):
    for words in (["mine", *SMALL], ["run"] if before == ["train"] else ["mine", *SMALL]):
        output = asked(*before, *words, "--out", out, code=1)
        assert output.startswith("Error: --out: got ") and said in output


def test_a_run_that_goes_on_needs_its_own_place(idle):
    os.rename("run.losses.csv", "kept")
    Path("run.losses.csv").mkdir()
    assert "run.losses.csv, which is there and is no file" in asked("train", "run", code=1)


def test_trying_leaves_nothing_behind(mine):
    before = sorted(mine.iterdir())
    for _ in range(2):
        outputs.check_writable("--out", Path("x.png"))
    assert sorted(mine.iterdir()) == before
    Path("x.png").write_bytes(b"kept")
    outputs.check_writable("--out", Path("x.png"))
    assert Path("x.png").read_bytes() == b"kept"


def test_a_protected_file_is_not_replaced(mine, monkeypatch):
    """Told by the system's own answer, for the tests may run as one who may do anything."""
    Path("x.png").write_bytes(b"kept")
    os.chmod("x.png", 0o444)
    monkeypatch.setattr(
        os, "access", lambda path, mode: not (mode & os.W_OK and Path(path).name == "x.png")
    )
    said = "--out: got x.png, which is protected from writing, expected another file"
    assert said in asked("sample", "digits-v", "--out", "x.png", code=1)


def test_a_first_run_that_is_refused_leaves_the_place_free(mine, monkeypatch):
    """The step that fails is the first: nothing was learned, and the name is not taken."""
    from companion.tasks import diffusion

    def refused(*_, **__):
        raise ValueError("images: got none that are liked")

    with monkeypatch.context() as patch:
        patch.setattr(diffusion, "marginal", refused)
        assert "none that are liked" in asked("train", "mine", *SMALL, code=1)
    assert not Path("mine.safetensors").exists() and not Path("mine.losses.csv").exists()
    assert "saved mine.safetensors" in asked("train", "mine", *SMALL)

"""What a word at the command line stands for, and what a new run is called."""

import os
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from companion.commands import autoencoders, denoisers, sources
from companion.commands.outputs import name_for
from companion.commands.saved import meant
from companion.tasks import load, recipes_of
from companion.training import names
from tests.commands.asking import asked

SMALL = ["--width", 8, "--steps", 1]


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Forty pictures where the course has thousands: which ones are meant is asked here."""
    monkeypatch.setattr(sources, "MANY", 40)
    monkeypatch.setattr(sources, "HELD_OUT", 4)
    monkeypatch.setattr(sources, "SCENES", {"autoencoder": 40, "diffusion": 40})


def test_a_name_or_a_place_and_never_both(mine):
    Path("both").mkdir()
    Path("file").write_text("")
    known = ["both", "file", "name"]
    assert meant("DATA", "name", known) == meant("DATA", "course:name", known) == "name"
    assert meant("DATA", "course:both", known) == "both"
    for place in (
        "./both",
        "both/",
        "./file",
        "elsewhere",
        str(Path("both").absolute()),
        ":",
        "course",
    ):
        assert meant("DATA", place, known) == place
    for name, kind in (("both", "folder"), ("file", "file")):
        said = (
            f"^DATA: got {name}, a name of the course and also a {kind} here, "
            f"expected ./{name} for the {kind}, or "
        )
        with pytest.raises(ValueError, match=f"{said}course:{name}$"):
            meant("DATA", name, known)
    with pytest.raises(
        ValueError, match="^RUN: got an empty name, expected a file or folder, or one of both, file"
    ):
        meant("RUN", "", known)
    with pytest.raises(
        ValueError, match="^DATA: got course:mine, expected one of both, file, name after course:"
    ):
        meant("DATA", "course:mine", known)


def test_what_a_name_can_be():
    assert denoisers.NAMES[:2] == ("digits", "digits-v") and denoisers.NAMES[-1] == "cifar-10"
    assert {*autoencoders.NAMES} == {"photos", "scenes", *recipes_of("autoencoder")}


@pytest.mark.parametrize(
    "before, name",
    [
        (["train"], "photos"),
        (["train"], "digits"),
        (["train"], "mnist"),
        (["train", "autoencoder"], "photos"),
        (["train", "autoencoder"], "scenes"),
        (["train", "autoencoder"], "photos-vq"),
    ],
)
def test_a_folder_of_the_name_of_a_recipe_is_asked_back(mine, before, name):
    """`train photos` with ./photos beside it learned from the course's photographs."""
    os.rename("mine", name)
    said = (
        f"Error: DATA: got {name}, a name of the course and also a folder here, "
        f"expected ./{name} for the folder"
    )
    assert asked(*before, name, *SMALL, code=1) == f"{said}, or course:{name}\n"
    assert f"saved {name}" in asked(*before, f"./{name}", "--size", 16, *SMALL)
    run = next(Path().glob("*.safetensors"))
    assert load(run).recipe.data.source == str(Path(name).absolute())
    run.unlink()
    if name != "mnist":
        asked(*before, f"course:{name}", "--size", 16, *SMALL)
        assert load(run).recipe.data.source in ("photos", "digits", "scenes")


def test_the_recipe_that_is_meant_where_none_is_named_may_be_a_folder_too(mine):
    os.rename("mine", "digits")
    assert "DATA: got digits, a name of the course and also a folder" in asked(
        "train", *SMALL, code=1
    )


@pytest.mark.parametrize("kind, default", [("autoencoder", "photos-kl"), ("denoiser", "digits")])
def test_the_word_for_a_kind_may_be_a_folder_too(mine, kind, default):
    os.rename("mine", kind)
    said = (
        f"the word {kind} is also a folder or file here, "
        f"expected ./{kind} for that, or {kind} {default}"
    )
    assert said in asked("train", kind, *SMALL, code=1)
    assert f"saved {kind}" in asked("train", f"./{kind}", *SMALL, "--size", 16)
    asked("train", kind, f"./{kind}", *SMALL, "--size", 16, "--out", "a")
    if kind == "denoiser":  # nobody has typed the word
        assert "saved digits.safetensors" in asked("train", *SMALL)


@pytest.mark.parametrize("command", [["sample"], ["evaluate"], ["reconstruct"]])
def test_a_file_of_the_name_of_weights_is_asked_back(mine, command):
    name = "photos-kl" if command == ["reconstruct"] else "digits-v"
    before = ["train", "autoencoder"] if command == ["reconstruct"] else ["train"]
    asked(*before, "mine", *SMALL, "--size", 16, "--out", name)
    more = ["mine/0.png"] if command == ["reconstruct"] else []
    few = ["--count", 50, "--steps", 1]
    more += few if command != ["reconstruct"] else []
    said = (
        f"got {name}, a name of the course and also a file here, "
        f"expected ./{name} for the file, or course:{name}"
    )
    assert said in asked(*command, name, *more, code=1)
    asked(*command, f"course:{name}", *more)
    shutil.copy("mine/0.png", "digits-v")
    if command == ["sample"]:
        assert "RUN: got ./digits-v, a picture, expected a saved run" in asked(
            "sample", "./digits-v", *more, code=1
        )


@pytest.mark.parametrize(
    "command", [["train"], ["train", "autoencoder"], ["sample"], ["evaluate"], ["reconstruct"]]
)
def test_an_empty_name_is_refused(mine, command):
    """`train ""` used to learn from the working folder."""
    more = ["mine/0.png"] if command == ["reconstruct"] else []
    assert ": got an empty name, expected a " in asked(*command, "", *more, code=1)
    assert [*Path().glob("*.safetensors")] == []


def test_an_image_without_a_name_is_refused(mine):
    assert "IMAGE: got '', expected the file of an image" in asked(
        "reconstruct", "photos-kl", "", code=1
    )


# ------------------------------------------------------------------- what a run is called


@pytest.mark.parametrize(
    "data, name",
    [
        ("mine", "mine"),
        ("mine/", "mine"),
        ("./mine", "mine"),
        ("mine/.", "mine"),
        ("mine/../mine", "mine"),
        (".", "here"),
        ("mine/..", "here"),
        ("-x", "x"),
        ("--size", "size"),
        (".hidden", "hidden"),
        ("-.-a.b", "a.b"),
        ("a b", "a b"),
        ("/tmp/..//tmp", "tmp"),
    ],
)
def test_a_new_run_is_called_by_the_folder_itself(tmp_path, monkeypatch, data, name):
    """`train .` saved a hidden .safetensors, `train autoencoder .` an -autoencoder.safetensors."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert name_for(data, ".safetensors") == Path(f"{name}.safetensors")
    assert name_for(data, "-autoencoder.safetensors") == Path(f"{name}-autoencoder.safetensors")


@pytest.mark.parametrize("data", ["/", "...", "-"])
def test_a_place_without_a_name_needs_one(data):
    with pytest.raises(
        ValueError, match=f"^DATA: got {data}, which has no name to call the run by, expected "
    ):
        name_for(data, "")


@pytest.mark.parametrize("data, name", [(".", "mine"), ("..", None), ("./-x", "x"), ("./.y", "y")])
def test_a_run_of_a_folder_of_any_name_is_found(mine, monkeypatch, data, name):
    monkeypatch.chdir("mine")
    for other in ("-x", ".y"):
        Path(other).mkdir()
        shutil.copy("0.png", other)
    name = name or mine.name
    for before, ends in ((["train"], ""), (["train", "autoencoder"], "-autoencoder")):
        out = f"{name}{ends}.safetensors"
        assert f"saved {out}. To see" in asked(*before, data, *SMALL, "--size", 16)
        assert Path(out).exists()


# ------------------------------------------------------------------------ what is none


@pytest.mark.parametrize(
    "command", [["train"], ["train", "autoencoder"], ["sample"], ["evaluate"], ["reconstruct"]]
)
@pytest.mark.parametrize(
    "name, said",
    [
        ("a.png", "a.png, a picture, expected a saved run, or a folder of pictures"),
        ("z.zip", "z.zip, an archive, expected a saved run; or unpack it, and give the folder"),
        ("z.tgz", "z.tgz, an archive, expected a saved run; or unpack it, and give the folder"),
        (
            "w.pt",
            "w.pt, perhaps a pickle, which is not opened here: it can run anything; "
            "expected a saved run",
        ),
        ("notes.txt", "notes.txt, no checkpoint of a run ("),
        ("empty", "empty, no checkpoint of a run ("),
    ],
)
def test_a_file_that_is_no_run_is_called_what_it_is(mine, command, name, said):
    shutil.copy("mine/0.png", "a.png")
    shutil.copy("mine/notes.txt", "notes.txt")
    Path("empty").write_bytes(b"")
    for archive in ("z.zip", "w.pt"):
        with zipfile.ZipFile(archive, "w") as file:
            file.write("a.png")
    with tarfile.open("z.tgz", "w:gz") as file:
        file.add("a.png")
    more = ["mine/0.png"] if command == ["reconstruct"] else []
    assert f": got {said}" in asked(*command, name, *more, code=1)


def test_a_folder_of_one_unreadable_kind_says_which(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("raw").mkdir()
    for n in range(3):
        Path(f"raw/{n}.cr2").write_bytes(b"no picture")
    words = asked("train", "raw", *SMALL, code=1)
    assert "3 files that cannot be read: 3 .cr2 (" in words and words.count("\n") == 1
    assert [*Path().glob("*.safetensors")] == []


@pytest.mark.parametrize(
    "words, said",
    [
        (["sample", "pipe"], "RUN: got pipe, expected a saved run or one of"),
        (["evaluate", "pipe"], "RUN: got pipe, expected a saved run or one of"),
        (["train", "pipe"], "DATA: got pipe, expected a folder, a saved run, or one of"),
        (
            ["train", "autoencoder", "pipe"],
            "DATA: got pipe, expected a folder, a saved run, or one of",
        ),
        (
            ["train", "mine", "--recipe", "pipe"],
            "--recipe: got pipe, expected a file, and no pipe or device",
        ),
        (
            ["train", "mine", "--out", "pipe"],
            "--out: got pipe, which is there and is no file, expected a file",
        ),
        (["reconstruct", "photos-kl", "pipe"], "IMAGE: got 'pipe', expected the file of an image"),
        (["reconstruct", "pipe", "mine/0.png"], "RUN: got pipe, nothing of that name"),
        (
            ["sample", "digits-v", "--out", "pipe.png"],
            "--out: got pipe.png, which is there and is no file",
        ),
        (
            ["sample", "digits-v", "--animation", "pipe.gif"],
            "--animation: got pipe.gif, which is there and is no",
        ),
    ],
)
def test_a_pipe_is_refused_and_not_waited_for(mine, words, said):
    for name in ("pipe", "pipe.png", "pipe.gif"):
        os.mkfifo(name)
    assert f"Error: {said}" in asked(*words, code=1)


def test_all_weights_are_names_of_runs(mine):
    for name in names():
        Path(name).write_text("")
        assert f"got {name}, a name of the course and also a file here" in asked(
            "sample", name, code=1
        )

"""`train latent FOLDER --encoder`: captions read by an encoder from outside, by a stand-in here."""

import shutil
import sys
from pathlib import Path

import pytest

from companion.commands import latents
from companion.data import encoders, find_encoder, frozen_tokens, labels
from companion.data import folder as folder_read
from companion.tasks import load
from tests.commands.asking import asked
from tests.commands.test_latent import SAMPLE, SMALL, heard, say_of
from tests.data import test_encoders as stand_in
from tests.data.test_encoders import forget, outside  # noqa: F401

RUN = "mine-latent.safetensors"
TRAIN = ("train", "latent", "mine", *SMALL, "--steps", 1, "--autoencoder", "photos-kl")


@pytest.fixture
def told(outside, mine):  # noqa: F811
    """A folder with captions, and an encoder in another folder."""
    say_of("mine")
    Path("clip").mkdir()
    Path("clip/config.json").write_text("{}")
    return mine


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A place for a run that several tests look at."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def run(told, kept):
    """A run of one step whose captions the encoder reads, trained once, and what was said of it."""
    if not (kept / "said").exists():
        (kept / "said").write_text(asked(*TRAIN, "--encoder", "./clip"))
        (kept / "place").write_text(str(told / "clip"))
        heard(RUN)
        shutil.copy(RUN, kept)
    shutil.copy(kept / RUN, told)  # the encoder is found beside the run
    return kept


def picture(*words):
    """The samples of the run, as the bytes of their file."""
    asked("sample", RUN, *words, *SAMPLE, "--out", "a.png")
    return Path("a.png").read_bytes()


def test_the_captions_of_a_folder_are_read_by_an_encoder_from_outside(run, told):
    said = (run / "said").read_text()
    assert "9 captions to learn from, of metadata.csv, read by ./clip: at most 5 tokens in " in said
    assert said.endswith("To see: python -m companion sample mine-latent.safetensors WORDS\n")
    condition = load(RUN).recipe.condition
    assert (condition.condition_type, condition.given) == ("frozen", stand_in.D)
    assert (condition.encoder, condition.length) == ((run / "place").read_text(), 5)
    assert condition.encoder_sum == find_encoder("./clip").sum


def test_what_is_learned_is_each_picture_with_its_tokens(told, monkeypatch):
    seen = []
    monkeypatch.setattr(
        "companion.commands.learning.train_to", lambda *args, **_: seen.append(args)
    )
    asked(*TRAIN, "--encoder", "a/b")
    ((_, session, data, *_),) = seen
    assert session.recipe.condition.encoder == "a/b"
    said = [one for one in labels(folder_read("mine", 16)).said if one]
    rows = {tuple(row.flatten().tolist()) for row in frozen_tokens(said, "a/b", 5)}
    assert data.cond.shape == (9, 5, 1 + stand_in.D)
    assert {tuple(row.flatten().tolist()) for row in data.cond} <= rows and len(rows) == 4


def test_samples_and_further_steps_are_told_by_the_same_encoder(run):
    asked("train", RUN, "--steps", 2)
    assert load(RUN).step == 2
    nothing, tree, zebra = (picture(*words) for words in ([], ["a dark tree"], ["a zebra"]))
    assert len({nothing, tree, zebra}) == 3  # it reads words that no caption had
    assert picture("a zebra", "--scale", 3, "--not", "a tree") not in (nothing, tree, zebra)
    said = asked("sample", RUN, "a dark dark tree", *SAMPLE, code=1)
    assert "captions: got 'a dark dark tree' (str), expected at most 5 tokens" in said


def test_an_encoder_that_moves_with_its_run_is_found_beside_it(run):
    before = picture("a dark tree")
    Path("other").mkdir()
    for name in (RUN, "clip"):
        shutil.move(name, "other")
    shutil.rmtree((run / "place").read_text(), ignore_errors=True)
    forget()
    asked("sample", "other/mine-latent.safetensors", "a dark tree", *SAMPLE, "--out", "b.png")
    assert Path("b.png").read_bytes() == before
    shutil.rmtree("other/clip")
    forget()
    said = asked("sample", "other/mine-latent.safetensors", "a dark tree", *SAMPLE, code=1)
    assert "clip, where no folder is, expected one with an encoder" in said


@pytest.mark.parametrize("words", [["sample"], ["train"]])
def test_an_encoder_that_is_another_since_is_not_used(run, words, monkeypatch):
    monkeypatch.setattr(stand_in, "TABLE", stand_in.TABLE + 1)
    forget()
    more = ["a dark tree", *SAMPLE] if words == ["sample"] else ["--steps", 2]
    said = asked(*words, RUN, *more, code=1)
    assert "clip, which has other weights since, expected those that read the captions" in said


@pytest.mark.parametrize(
    "words, said",
    [
        (["--encoder", "gone"], "Error: encoder: could not read gone from the hub (gone is not"),
        (["--encoder", "./gone"], "Error: --encoder: got ./gone, where no folder is, expected"),
        (["--encoder", "mine"], "Error: --encoder: got mine, a folder that holds no text encoder"),
        (["--encoder", ""], "Error: --encoder: got an empty name, expected one on the hub, or a"),
        (["--encoder", "a/b", "--upscale"], "Error: --encoder: got it with --upscale, which"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_trained(told, words, said, monkeypatch):
    monkeypatch.setattr(latents, "train_to", None)
    output = asked("train", "latent", "mine", *SMALL, *words, code=1)
    assert output.splitlines()[-1].startswith(said)


def test_without_the_library_it_says_what_to_install_before_anything_is_trained(told, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    monkeypatch.setattr(latents, "train_to", None)
    said = asked("train", "latent", "mine", *SMALL, "--encoder", "a/b", code=1).splitlines()[-1]
    assert said.startswith("Error: a/b is read with the library transformers, which is not inst")
    assert "pip install 'companion[clip]'" in said


def test_a_caption_that_is_longer_than_the_encoder_reads_is_named(told, monkeypatch):
    monkeypatch.setattr(stand_in.Tokenizer, "model_max_length", 4)
    said = asked(*TRAIN, "--encoder", "a/b", code=1)
    assert "metadata.csv: got a caption of 5 tokens, 'a " in said
    assert "expected at most 4, which is all that a/b reads" in said


def test_a_folder_without_captions_needs_none(told):
    Path("mine/metadata.csv").unlink()
    said = asked(*TRAIN, "--encoder", "a/b", code=1)
    assert "--encoder: got it for a folder with nothing said of its pictures, expected one" in said
    for n in range(12):
        place = Path("mine", ("even", "odd")[n % 2])
        place.mkdir(exist_ok=True)
        shutil.move(f"mine/{n}.png", place)
    said = asked(*TRAIN, "--encoder", "a/b", code=1)
    assert "--encoder: got it for a folder with classes, expected one with captions" in said
    assert encoders._encoder.cache_info().misses == 0


def test_elsewhere_it_is_refused(mine):
    said = "--encoder: got it for digits, expected it only for a folder after the word latent"
    assert said in asked("train", "digits", "--encoder", "a/b", code=1)

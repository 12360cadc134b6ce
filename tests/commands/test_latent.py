"""`train latent FOLDER`: an autoencoder, then a network in its latent, told of its pictures."""

import os
import re
import shutil
import signal
import socket
from pathlib import Path

import pytest
import torch

from companion.commands import autoencoders, latents, learning
from companion.data import as_floats, folder, held_out
from companion.evaluation import scale_factor
from companion.tasks import VAERecipe, load, model_of
from companion.training import running, start
from tests.commands.asking import asked, called_in
from tests.training.processes import apart

SMALL = ("--size", 16, "--width", 8)
QUICK = (*SMALL, "--steps", 2, "--autoencoder-steps", 1)
SAMPLE = ("--count", 2, "--steps", 2, "--sampler", "ddim")
WORDS = ["a bright house", "a dark tree", "a bright tree", "a dark house"]


def say_of(place):
    """A caption for each of twelve pictures."""
    rows = "".join(f"{n}.png,{WORDS[n % 4]}\n" for n in range(12))
    Path(place, "metadata.csv").write_text(f"file_name,text\n{rows}")


@pytest.fixture
def told(mine, monkeypatch):
    """A folder with captions, and a small autoencoder."""
    say_of("mine")
    small = autoencoders.FOLDER.override(width=8, blocks=1)
    monkeypatch.setattr(autoencoders, "FOLDER", small)
    return mine


@pytest.fixture
def in_classes(mine):
    """The same pictures in two subfolders."""
    for n in range(12):
        place = Path("mine", ("even", "odd")[n % 2])
        place.mkdir(exist_ok=True)
        os.rename(f"mine/{n}.png", place / f"{n}.png")
    return mine


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A place for a run that several tests look at."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def run(told, kept):
    """A small run, trained once, and its autoencoder beside it."""
    if not (kept / "mine-latent.safetensors").exists():
        (kept / "said").write_text(asked("train", "latent", "mine", *QUICK))
        for file in ("mine-latent.safetensors", "mine-autoencoder.safetensors"):
            shutil.copy(file, kept)
    for file in ("mine-latent.safetensors", "mine-autoencoder.safetensors"):
        shutil.copy(kept / file, told)  # the autoencoder is found beside the run
    return (kept / "said").read_text()


def test_a_folder_is_learned_in_the_latent_of_its_own_autoencoder(run):
    said = run.splitlines()
    assert re.search("^9 captions to learn from, of metadata.csv: 5 words .* at most 3 in", run)
    assert "first an autoencoder: 9 images, 1 steps on cpu" in said
    assert said[-1].endswith("sample mine-latent.safetensors WORDS")
    first, then = (load(f"mine-{one}.safetensors") for one in ("autoencoder", "latent"))
    assert (first.recipe.KIND, first.step, then.step) == ("autoencoder", 1, 2)
    codec, condition = then.recipe.codec, then.recipe.condition
    assert (codec.f, codec.latent_channels) == (4, first.recipe.network.latent_channels)
    assert Path(codec.autoencoder).name == "mine-autoencoder.safetensors"
    assert (condition.condition_type, condition.length) == ("words", 4)
    found = folder("mine", 16)
    z = model_of(first).network.encode(as_floats(found.images[~held_out(found)])).z
    assert abs(codec.scale - scale_factor(z)) < 1e-3
    assert then.source["captions"] and then.source["pictures"] == first.source["pictures"]


def heard(place):
    """The run with numbers that let it hear: a fresh network adds nothing of what it is told."""
    session = load(place)
    torch.manual_seed(0)
    for parameter in session.ema_model.parameters():
        parameter.data = 0.2 * torch.randn(parameter.shape)
    running.save(session, place)


def test_what_it_is_told_is_drawn_with_nothing_but_its_two_files(run):
    shutil.rmtree("mine")
    heard("mine-latent.safetensors")
    before = asked("sample", "mine-latent.safetensors", *SAMPLE, "--out", "a.png")
    assert before == "2 samples of seed 0 in a.png\n"
    for words in (["A  Dark tree"], ["a dark tree", "--scale", 3, "--not", "a bright house"]):
        asked("sample", "mine-latent.safetensors", *words, *SAMPLE, "--out", "b.png")
        assert Path("b.png").read_bytes() != Path("a.png").read_bytes()


@pytest.mark.parametrize(
    "words, said",
    [
        ("a dark zebra", "captions: got 'zebra', expected words that its captions had, such as "),
        ("", "captions: got an empty one, expected words"),
        ("dark " * 10_000, "captions: got 10000 pieces of words, expected at most 3"),
    ],
)
def test_what_it_cannot_be_told_is_answered(run, words, said):
    assert said in asked("sample", "mine-latent.safetensors", words, *SAMPLE, code=1)


def test_an_autoencoder_that_is_gone_or_another_is_missed(run, kept):
    place = load("mine-latent.safetensors").recipe.codec.autoencoder
    for words in (["sample"], ["train"]):
        with_it = [*words, "mine-latent.safetensors"]
        session = load("mine-autoencoder.safetensors")
        next(session.ema_model.parameters()).data += 1
        running.save(session, place)
        assert "which has other weights since, expected" in asked(*with_it, code=1)
        os.remove(place)
        gone = Path("mine-autoencoder.safetensors")
        gone.unlink(missing_ok=True)
        assert f"was in {place}, where no file is now, expected" in asked(*with_it, code=1)
        shutil.copy(kept / gone.name, gone)


def test_of_two_processes_one_writes_and_both_learn(in_classes):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {"WORLD_SIZE": 2, "LOCAL_WORLD_SIZE": 2, "MASTER_ADDR": "127.0.0.1"}
    told |= {"MASTER_PORT": port, "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": 1}
    words = ["train", "latent", "mine", *QUICK]
    ranks = [told | {"RANK": n, "LOCAL_RANK": n} for n in range(2)]
    with apart(called_in, ranks[0], in_classes, words) as one:
        with apart(called_in, ranks[1], in_classes, words) as other:
            done = one.ended(), other.ended()
    assert [code for code, _, _ in done] == [0, 0], done
    assert all("saved mine-latent.safetensors" in out for _, out, _ in done)
    first, then = (load(f"mine-{one}.safetensors") for one in ("autoencoder", "latent"))
    assert (first.step, then.step) == (1, 2)
    assert then.recipe.codec.autoencoder == str(in_classes / "mine-autoencoder.safetensors")


def test_no_process_looks_for_the_autoencoder_before_it_is_written(told, monkeypatch):
    found = []

    def waited(accelerator):
        found.append(load("mine-autoencoder.safetensors").step)

    monkeypatch.setattr(latents.Accelerator, "wait_for_everyone", waited)
    asked("train", "latent", "mine", *QUICK)
    assert found == [1]


class Interrupted:
    """Ctrl-C in these steps, counted over everything that is trained."""

    def __init__(self, monkeypatch, *steps):
        self.done, note = 0, running.Record.note

        def noted(record, *args):
            note(record, *args)
            self.done += 1
            if self.done in steps:
                os.kill(os.getpid(), signal.SIGINT)

        monkeypatch.setattr(running.Record, "note", noted)


def test_it_is_stopped_and_gone_on_with_to_the_same_bits(told, monkeypatch):
    quick = (*SMALL, "--steps", 3, "--autoencoder-steps", 3)
    asked("train", "latent", "mine", *quick, "--out", "whole.safetensors")
    Interrupted(monkeypatch, 2, 5)  # once in the autoencoder, once in what follows
    command = ("train", "latent", "mine", *quick, "--out", "part.safetensors")
    said = asked(*command, code=1)
    assert "To go on: the same command once more" in said and not Path("part.safetensors").exists()
    said = asked(*command, code=1)
    assert "To go on: python -m companion train part.safetensors" in said
    assert (load("part-autoencoder.safetensors").step, load("part.safetensors").step) == (3, 2)
    assert "9 images, 1 steps on cpu" in asked("train", "part.safetensors")
    for name in ("{}.safetensors", "{}-autoencoder.safetensors"):
        one, other = (load(name.format(place)) for place in ("whole", "part"))
        assert torch.equal(one.generator.get_state(), other.generator.get_state())
        for a, b in ((one.network, other.network), (one.ema_model, other.ema_model)):
            assert all(
                torch.equal(x, y)
                for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True)
            )


@pytest.fixture
def begun(mine, monkeypatch):
    """What is handed to the training in the latent."""
    seen = []
    monkeypatch.setattr(learning, "train_to", lambda *args, **how: seen.append(args))
    return seen


def test_one_that_is_trained_is_taken(begun):
    say_of("mine")
    for name, channels, f in (("photos-kl", 4, 4), ("scenes-kl", 8, 4)):
        said = asked("train", "latent", "mine", *SMALL, "--autoencoder", name, "--out", name)
        assert "an autoencoder" not in said
        recipe = begun[-1][1].recipe
        assert recipe.codec.autoencoder == name and recipe.data.size == 16
        assert (recipe.codec.latent_channels, recipe.codec.f) == (channels, f)
        assert begun[-1][2].x.shape == (9, channels, 4, 4)


def test_one_of_your_own_is_taken_by_its_path_and_one_beside_the_run_by_itself(told):
    small = ("--size", 16, "--width", 8)
    asked("train", "autoencoder", "mine", *small, "--steps", 1, "--bottleneck", "vq")
    own = "mine-autoencoder.safetensors"
    for more in (["--autoencoder", own, "--out", "a.safetensors"], []):
        said = asked("train", "latent", "mine", *SMALL, "--steps", 1, *more)
        assert "first an autoencoder" not in said
        assert ("the autoencoder is in mine-autoencoder.safetensors. To see" in said) is not more
        session = load(more[3] if more else "mine-latent.safetensors")
        assert session.recipe.codec.autoencoder == str(told / own)


@pytest.mark.parametrize(
    "words, said",
    [
        (["--autoencoder", "no"], "--autoencoder: got no, nothing of that name; expected a saved"),
        (["--autoencoder", "digits-v"], "--autoencoder: got digits-v, nothing of that name"),
        (["--autoencoder", "run"], "--autoencoder: got run, of the kind vae, expected an auto"),
        (["--autoencoder", "mine/0.png"], "--autoencoder: got mine/0.png, a picture, expected"),
        (["--autoencoder", "photos-kl", "--f", 2], "--f: got it with --autoencoder, expected it"),
        (["--autoencoder", "photos-kl", "--adversarial"], "--adversarial: got it with --auto"),
        (["--autoencoder", "photos-kl", "--autoencoder-steps", 2], "--autoencoder-steps: got it"),
        (["--autoencoder", "photos-kl", "--grey"], "one for images of 3 channels, expected 1"),
        (["--autoencoder", "photos-kl", "--size", 12], "--size: got 12, expected a multiple of 8"),
        (["--f", 16, "--size", 16], "--size: got 16, expected a multiple of 32: the autoencoder"),
        (["--out", "other.safetensors"], "other-autoencoder.safetensors is there, and is no auto"),
        (["--out", "old"], "--out: got old, which exists already"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_trained(told, words, said, monkeypatch):
    running.save(start(VAERecipe()), "run")
    shutil.copy("run", "other-autoencoder.safetensors")
    Path("old").write_text("")
    monkeypatch.setattr(latents, "train_to", None)
    output = asked("train", "latent", "mine", *SMALL, "--steps", 1, *words, code=1)
    assert said in output and output.splitlines()[-1].startswith("Error: ")


@pytest.mark.parametrize(
    "words", [["mine", "--autoencoder", "photos-kl"], ["digits", "--autoencoder-steps", 2]]
)
def test_options_of_a_latent_are_refused_elsewhere(mine, words):
    said = f"{words[1]}: got it for {words[0]}, expected it only for a folder after the word latent"
    assert said in asked("train", *words, code=1)


def test_an_autoencoder_beside_it_that_was_begun_with_other_options_is_kept(told):
    asked("train", "autoencoder", "mine", *SMALL, "--steps", 1)
    before = Path("mine-autoencoder.safetensors").read_bytes()
    said = asked("train", "latent", "mine", *QUICK, "--f", 2, code=1)
    assert "mine-autoencoder.safetensors is there and was begun with other options" in said
    said = asked("train", "latent", "mine", "--size", 32, "--width", 8, code=1)
    assert "is there, and is no autoencoder of these pictures in this size" in said
    assert Path("mine-autoencoder.safetensors").read_bytes() == before


def test_a_picture_without_a_caption_is_left_out_and_a_caption_without_a_picture_refused(told):
    rows = Path("mine/metadata.csv").read_text().splitlines(keepends=True)
    quick = ("train", "latent", "mine", *SMALL, "--steps", 1, "--autoencoder", "photos-kl")
    away = next(n for n, out in enumerate(held_out(folder("mine", 16)).tolist()) if not out)
    name = folder("mine", 16).names[away]
    fewer = [row for row in rows if not row.startswith(f"{name},")]
    Path("mine/metadata.csv").write_text("".join(fewer))
    said = asked(*quick)
    assert f"skipped mine/{name}: no caption\n" in said and "\n8 images, 1 steps on cpu\n" in said
    assert "skipped mine/metadata.csv" not in said
    Path("mine/metadata.csv").write_text("".join([*rows, "gone.png,a tree\n"]))
    assert "line 14: got the file_name 'gone.png'" in asked(*quick, "--out", "b", code=1)
    Path("mine/metadata.csv").write_text(rows[0])
    assert "got a caption for none of the pictures" in asked(*quick, "--out", "b", code=1)
    Path("mine/metadata.csv").write_text("".join([*rows[:-1], f"11.png,{'tree ' * 10_000}"]))
    if held_out(folder("mine", 16))[folder("mine", 16).names.index("11.png")]:
        pytest.fail("another picture has to get the long caption")
    assert "got a caption of 10000 pieces of words" in asked(*quick, "--out", "b", code=1)


def test_captions_that_have_changed_are_noticed_when_it_goes_on(run, told):
    text = Path("mine/metadata.csv").read_text()
    Path("mine/metadata.csv").write_text(text.replace("a bright tree", "a tree"))
    said = asked("train", "mine-latent.safetensors", "--steps", 3, "--pictures", "mine")
    assert "the pictures of the run have changed: " in said and "other captions\n" in said
    Path("mine/metadata.csv").unlink()
    said = asked("train", "mine-latent.safetensors", "--steps", 4, code=1)
    assert "got nothing is said of them, expected captions, by which it learns" in said


def test_subfolders_are_classes_by_name(in_classes):
    said = asked("train", "latent", "mine", *SMALL, "--steps", 1, "--autoencoder", "photos-kl")
    assert "2 classes, by the names of its subfolders: even, odd\n" in said
    session = load("mine-latent.safetensors")
    assert (session.recipe.condition.classes, session.recipe.condition.names) == (2, "even/odd")
    heard("mine-latent.safetensors")
    pictures = []
    for words in ("odd", "1", "even"):
        asked("sample", "mine-latent.safetensors", words, *SAMPLE, "--out", "a.png")
        pictures.append(Path("a.png").read_bytes())
    assert pictures[0] == pictures[1] != pictures[2]
    assert "WORDS: got 'two', expected a class, 0..1: even, odd\n" in asked(
        "sample", "mine-latent.safetensors", "two", *SAMPLE, code=1
    )


def test_it_can_learn_to_make_small_pictures_large(begun):
    say_of("mine")  # which is not heard then
    said = asked("train", "latent", "mine", *SMALL, "--autoencoder", "photos-kl", "--upscale")
    assert "it learns to make pictures of 4 pixels 16 large\n" in said
    assert said.endswith("To see: python -m companion upscale mine-latent.safetensors PICTURE\n")
    _, session, data, *_ = begun[0]
    assert session.recipe.condition.image_task == "upscale"
    found = folder("mine", 16)
    images = as_floats(found.images[~held_out(found)])
    assert torch.equal(data.cond[:, 1:], torch.nn.functional.avg_pool2d(images, 4))
    assert data.cond.shape == (9, 4, 4, 4) and data.cond[:, 0].min() == 1


def test_a_folder_that_says_nothing_is_learned_without_words(begun):
    said = asked("train", "latent", "mine", *SMALL, "--autoencoder", "photos-kl")
    assert "nothing is said of the pictures: no metadata.csv, " in said
    assert begun[0][1].recipe.condition.condition_type == "none"
    assert begun[0][2].shape == (9, 4, 4, 4)

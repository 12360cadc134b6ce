"""`train latent FOLDER`, broken on purpose: what is begun is looked at, and nothing is trained."""

from functools import partial
from pathlib import Path

import pytest

from companion.data import as_floats, folder, held_out
from companion.evaluation import scale_factor
from companion.tasks.models import latents
from tests.commands import asking
from tests.commands.conftest import mine  # noqa: F401
from tests.commands.test_latent import SMALL
from tests.mutations.mutation import Mutation
from tests.mutations.test_commands import broken, given, idle  # noqa: F401

TAKEN = ["train", "latent", "mine", *SMALL, "--autoencoder", "photos-kl"]


def captions(*said):
    """A caption for each of so many pictures."""
    rows = "".join(f"{n}.png,{text}\n" for n, text in enumerate(said))
    Path("mine/metadata.csv").write_text(f"file_name,text\n{rows}")


def enlarging(patch):
    captions(*"abcdefghijkl")
    run, _ = given([*TAKEN, "--upscale"], patch)
    assert run.recipe.condition.image_task == "upscale"


def its_captions(patch):
    """The words of the pictures that are learned from, and of no other; as long as the longest."""
    captions(*"abcdefghijk", "l l l")
    run, _ = given(TAKEN, patch)
    found = folder("mine", 16)
    away = zip(found.names, held_out(found).tolist(), strict=True)
    learned = {"abcdefghijkl"[int(Path(name).stem)] for name, out in away if not out}
    assert set(run.recipe.condition.words.replace("▁", "").split()) == learned
    assert 0 < len(learned) < 12 and "l" in learned
    assert run.recipe.condition.length == 4  # a start, and three words of one piece


def its_scale(patch):
    run, _ = given(TAKEN, patch)
    found = folder("mine", 16)
    z = latents("photos-kl", 1.0).encode(as_floats(found.images[~held_out(found)]))
    assert abs(run.recipe.codec.scale - scale_factor(z)) < 1e-3


def its_classes(patch):
    for n in range(12):
        place = Path("mine", ("even", "odd")[n % 2])
        place.mkdir(exist_ok=True)
        Path(f"mine/{n}.png").rename(place / f"{n}.png")
    condition = given(TAKEN, patch)[0].recipe.condition
    assert (condition.classes, condition.names) == (2, "even/odd")


def refused(more, said, patch):
    idle(patch)
    Path("old").write_text("")
    assert said in asking.asked(*TAKEN, *more, code=1)


mixed = partial(refused, ["--f", 2], "--f: got it with --autoencoder, expected it for a new one")
odd = partial(refused, ["--size", 12], "--size: got 12, expected a multiple of 8")
there = partial(refused, ["--out", "old"], "--out: got old, which exists already")
ROWS = {
    "commands.latents": (
        ("it never learns to enlarge", "    if upscale:\n", "    if False:\n", enlarging),
        ("not scaled", "scale=scale_factor(z)", "scale=1.0", its_scale),
        ("options of a new autoencoder", "    if coder and for_it:\n", "    if False:\n", mixed),
        ("any size", "if size % (divisor := recipe.network.divisor * f):\n", "if False:\n", odd),
        ("a run is lost", "    check_new_run(out)\n", "", there),
    ),
    "commands.telling": (
        ("captions of pictures held out", "if one and not away]", "if one]", its_captions),
        ("too short for a caption", "length=most + 1", "length=most", its_captions),
        ("classes without their names", 'names="/".join(classes)', 'names=""', its_classes),
    ),
}
TABLE = [(module, Mutation(*row)) for module, rows in ROWS.items() for row in rows]
CAUGHT_BY = {row.caught_by: row.breaks for _, row in TABLE}


@pytest.mark.parametrize("holds", CAUGHT_BY, ids=CAUGHT_BY.values())
def test_a_copy_with_nothing_broken_passes(holds, broken, monkeypatch):  # noqa: F811
    broken()
    holds(monkeypatch)


@pytest.mark.parametrize(("module", "row"), TABLE, ids=[row.breaks for _, row in TABLE])
def test_mutant_is_caught(module, row, broken, monkeypatch):  # noqa: F811
    broken(module, row.before, row.after)
    with pytest.raises(AssertionError):
        row.caught_by(monkeypatch)

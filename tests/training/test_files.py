"""Runs on disk: the same to the byte, whole or not there, checked, and let go of."""

import json
import os
import re
import resource
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest
import torch
from safetensors.torch import save as to_bytes

from companion.files import replaced, sweep
from companion.tasks import DiffusionRecipe, load
from companion.training import Diverged, kind_of, pack, save, start, train
from companion.training.files import SUM, checksum, in_pieces, unpacked
from tests.autoencoder import runs
from tests.training.processes import ROOT, apart

SMALL = DiffusionRecipe().override(steps=12, batch_size=8, width=8, warmup=3, T=50)


def begun(steps=2, recipe=SMALL):
    run = start(recipe)
    for progress in train(run, torch.rand(9, 1, 8, 8)):
        if progress.step == steps:
            break
    return run


def autoencoder_run():
    return runs.start(runs.LIBRARY, bottleneck_type="vq")


@pytest.fixture(params=["denoiser", "autoencoder"])
def kind(request):
    """Of each kind of run: one, and how it is saved, loaded and packed."""
    if request.param == "denoiser":
        return start(SMALL), save, load, pack
    return autoencoder_run(), save, load, pack


# ------------------------------------------------------------------- the same to the byte


def test_a_run_saved_often_is_one_file_to_the_byte(kind, tmp_path):
    run, save_it, load_it, pack_it = kind
    run.source = {"place": "/a/b", "count": 3, "prints": ["x", "y"], "z": None}
    found, packed = set(), set()
    for n in range(30):
        save_it(run, tmp_path / f"{n}.safetensors")
        found.add((tmp_path / f"{n}.safetensors").read_bytes())
        packed.add(pack_it(run))
    save_it(load_it(tmp_path / "0.safetensors"), tmp_path / "again.safetensors")
    found.add((tmp_path / "again.safetensors").read_bytes())
    assert len(found) == len(packed) == 1


SAVES = """
import sys
from companion.tasks import DiffusionRecipe
from companion.training import pack, save, start
run = start(DiffusionRecipe().override(width=8, steps=12))
run.source = {"b": 1, "a": {"d": 2, "c": [3]}}
save(run, sys.argv[1])
packed = pack(run)
sys.stdout.buffer.write(packed)
"""


def test_it_is_the_same_file_in_every_process(tmp_path):
    """In a new one and in this one, which have each their own order of sets."""
    found, path = set(), tmp_path / "there"
    environment = os.environ | {
        "PYTHONHASHSEED": "77",
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
    }
    packed = subprocess.run(
        [sys.executable, "-c", SAVES, path],
        env=environment,
        capture_output=True,
        check=True,
        timeout=120,
    ).stdout
    found.add((sha256(path.read_bytes()).hexdigest(), sha256(packed).hexdigest()))
    names = {}
    with patch.object(sys, "argv", ["", tmp_path / "here"]), patch.object(sys, "stdout"):
        exec(SAVES, names)
    here = (tmp_path / "here").read_bytes()
    found.add((sha256(here).hexdigest(), sha256(names["packed"]).hexdigest()))
    assert len(found) == 1


def test_notes_stand_in_the_order_of_their_names(tmp_path):
    """The library alone writes them in any order: with eight, one of 40320."""
    notes = {name: name for name in "hgfedcba"}
    content = b"".join(
        in_pieces({"a": torch.zeros(3), "b": torch.ones(2, dtype=torch.uint8)}, notes)
    )
    length = int.from_bytes(content[:8], "little")
    assert length % 8 == 0
    assert [*json.loads(content[8 : 8 + length])["__metadata__"]] == [*"abcdefgh"]
    (tmp_path / "a").write_bytes(content)
    tensors, found = unpacked(tmp_path / "a")
    assert (
        found == notes
        and torch.equal(tensors["a"], torch.zeros(3))
        and tensors["b"].tolist() == [1, 1]
    )


# ------------------------------------------------------------------- whole or not there


def saved_where_no_file_grows(path, limit):
    run = start(SMALL)
    run.step = 7
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    save(run, path)


@pytest.mark.parametrize("limit", [1000, 20_000])
def test_a_disk_that_is_full_is_said_with_file_and_step(tmp_path, limit):
    """A real one: the system lets no file of this process grow any further."""
    path = tmp_path / "run.safetensors"
    path.write_bytes(b"as it was")
    with apart(saved_where_no_file_grows, path, limit) as other:
        code, _, complaints = other.ended()
    assert code == 1
    (words,) = [line for line in complaints.splitlines() if line.startswith("OSError")]
    assert (
        f"File too large: step 7 of the run could not be saved in {path}, where nothing has changed"
        in words
    )
    assert path.read_bytes() == b"as it was" and os.listdir(tmp_path) == [path.name]


def test_a_file_is_written_where_a_link_points(tmp_path):
    (tmp_path / "there").mkdir()
    real, link = tmp_path / "there" / "real.safetensors", tmp_path / "link.safetensors"
    link.symlink_to(real)
    save(start(SMALL), link)
    assert link.is_symlink() and real.is_file() and load(link).step == load(real).step == 0


def test_what_is_interrupted_while_it_writes_leaves_nothing(tmp_path):
    def pieces():
        yield b"half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replaced(tmp_path / "a", pieces())
    assert os.listdir(tmp_path) == []


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    """The second one writes the whole while the first is at it; both are whole."""
    path, seen = tmp_path / "a", []

    def pieces():
        yield b"first, "
        replaced(path, [b"second"])
        seen.append(path.read_bytes())
        yield b"to the end"

    replaced(path, pieces())
    assert seen == [b"second"] and path.read_bytes() == b"first, to the end"
    assert os.listdir(tmp_path) == ["a"]


def test_new_files_have_the_rights_that_all_have(tmp_path):
    (tmp_path / "other").touch()
    save(start(SMALL), tmp_path / "run.safetensors")
    rights = {p.stat().st_mode for p in tmp_path.iterdir()}
    assert len(rights) == 1


def test_what_a_killed_writer_left_is_swept_away(tmp_path):
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True
    )
    names = [
        f"run.safetensors.{dead.stdout.strip()}-3.part",
        f"run.safetensors.{os.getpid()}-4.part",
    ]
    names += [
        f"other.safetensors.{dead.stdout.strip()}-3.part",
        "run.safetensors.x.part",
        "run.safetensors",
    ]
    for name in names:
        (tmp_path / name).touch()
    sweep(tmp_path / "run.safetensors")
    assert sorted(os.listdir(tmp_path)) == sorted(names[1:])


# ------------------------------------------------------------------------------ checked


def flipped(content, place, bit):
    return content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]


def test_a_flipped_bit_is_noticed_wherever_it_is(kind, tmp_path):
    run, save_it, load_it, _ = kind
    run.source = {"place": "there"}
    path, random = tmp_path / "run.safetensors", Random(3)
    save_it(run, path)
    content = path.read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")
    places = [
        *range(0, 10),
        *random.sample(range(10, end), 60),
        *random.sample(range(end, len(content)), 40),
    ]
    notes = content.index(b"__metadata__")
    places += random.sample(range(notes, content.index(b"}", notes + 20)), 30)
    for place in places:
        path.write_bytes(flipped(content, place, random.randrange(8)))
        with pytest.raises(ValueError, match=f"path: got {path}, no checkpoint of a run") as error:
            load_it(path)
        assert "\n" not in str(error.value)
    path.write_bytes(flipped(content, end + 5, 0))
    with pytest.raises(
        ValueError, match="it has changed since it was written: its checksum is another"
    ):
        load_it(path)


def test_a_file_without_a_checksum_is_taken(kind, tmp_path):
    """As they were written at first, by the library alone."""
    run, save_it, load_it, _ = kind
    save_it(run, tmp_path / "new")
    tensors, notes = unpacked(tmp_path / "new")
    del notes[SUM]
    (tmp_path / "old").write_bytes(to_bytes(tensors, metadata=notes))
    again = load_it(tmp_path / "old")
    save_it(again, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "new").read_bytes()


def test_the_checksum_is_of_names_kinds_shapes_bytes_and_notes():
    one = {"a": torch.zeros(2, 3), "b": torch.ones(2)}
    others = [
        {"a": torch.zeros(3, 2), "b": torch.ones(2)},
        {"a": torch.zeros(2, 3, dtype=torch.int32), "b": torch.ones(2)},
        {"c": torch.zeros(2, 3), "b": torch.ones(2)},
        {"a": -torch.zeros(2, 3), "b": torch.ones(2)},
        {"a": torch.zeros(2, 3)},
    ]
    sums = [checksum(tensors, {"step": "3"}) for tensors in (one, *others)]
    assert len({*sums, checksum(one, {"step": "4"}), checksum(one, {})}) == 8
    assert checksum({"b": one["b"], "a": one["a"]}, {"step": "3", SUM: "x"}) == sums[0]


def test_a_run_that_is_not_finite_is_not_saved(tmp_path):
    run = begun()
    save(run, tmp_path / "run")
    before = (tmp_path / "run").read_bytes()
    run.ema_model.conv_out.bias.data.fill_(torch.nan)
    with pytest.raises(
        Diverged,
        match="^ema_network.conv_out.bias is not finite after step 2, which is not saved$",
    ):
        save(run, tmp_path / "run")
    assert (tmp_path / "run").read_bytes() == before and os.listdir(tmp_path) == ["run"]


# --------------------------------------------------------------------------- let go of


def mapped(path):
    maps = Path("/proc/self/maps")
    if not maps.exists():
        pytest.fail("this test reads /proc/self/maps")
    return str(path) in maps.read_text()


def test_a_run_does_not_refer_to_its_file(tmp_path):
    """The file is overwritten where it stands, and cut off: the run goes on to the same bits."""
    path, x = tmp_path / "run.safetensors", torch.rand(9, 1, 8, 8)
    save(begun(3), path)
    one, other = load(path), load(path)
    kind_of(path)
    assert not mapped(path)
    with open(path, "r+b") as file:
        file.write(b"\xff" * 1000)
        file.truncate(2000)
    os.truncate(path, 0)
    save(one, tmp_path / "other")
    path.write_bytes((tmp_path / "other").read_bytes())
    ends = []
    for run in (one, other, load(path)):
        assert len([*train(run, x)]) == 9
        save(run, tmp_path / "end")
        ends.append((tmp_path / "end").read_bytes())
    assert len({*ends}) == 1


# ------------------------------------------------------------------------------- source


def test_a_source_comes_back(kind, tmp_path):
    run, save_it, load_it, _ = kind
    save_it(run, tmp_path / "none")
    assert load_it(tmp_path / "none").source is None
    for source in (
        {},
        {"place": "/ä/\n", "count": 3, "prints": {"a.png": "0f", "b": [1.5, None, True]}},
    ):
        run.source = source
        save_it(run, tmp_path / "run")
        assert load_it(tmp_path / "run").source == source


@pytest.mark.parametrize(
    "source",
    [[1], "a", {"a": {1}}, {1: 2}, {"a": (1, 2)}, {"a": float("nan")}, {"a": torch.zeros(2)}],
)
def test_a_source_that_is_no_object_of_json_is_refused(source, kind, tmp_path):
    run, save_it, _, _ = kind
    run.source = source
    with pytest.raises(
        ValueError,
        match=f"^source: got {re.escape(repr(source)[:3])}.*, expected an object of JSON",
    ):
        save_it(run, tmp_path / "run")
    assert os.listdir(tmp_path) == []

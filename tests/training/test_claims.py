"""A run is trained by one process at a time, and what comes of a refusal blocks nobody."""

import os
import signal
import threading
import time

import pytest
import torch

from companion.tasks import DiffusionRecipe, load
from companion.training import Diverged, claimed, claims, start, train_to
from tests.autoencoder import runs
from tests.training.processes import apart

SMALL = DiffusionRecipe().override(steps=4, batch_size=4, width=8, warmup=2, T=50)


def holds(path):
    with claimed(path):
        print("held", flush=True)
        time.sleep(100)


@pytest.fixture
def other(tmp_path):
    """Another process that holds a run."""
    path = tmp_path / "run.safetensors"
    with apart(holds, path) as other:
        assert other.out.readline() == "held\n"
        yield path, other.process


def pictures():
    return torch.rand(5, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def in_use(path):
    return pytest.raises(
        ValueError,
        match=f"^path: got {path}, which another process is training just now, expected a",
    )


def test_a_run_in_use_is_refused_until_the_other_is_killed(other, tmp_path):
    path, process = other
    link = tmp_path / "link.safetensors"
    link.symlink_to(path)
    before = sorted(os.listdir(tmp_path))
    with in_use(path):
        train_to(path, start(SMALL), pictures())
    with in_use(path):
        train_to(link, start(SMALL), pictures())
    with in_use(path):
        train_to(path, runs.start(runs.LIBRARY, perceptual=0.0), runs.images())
    assert sorted(os.listdir(tmp_path)) == before and not path.exists()
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert path.with_name("run.safetensors.lock").exists()  # left over, and in nobody's way
    train_to(path, start(SMALL), pictures(), new=True)
    assert load(path).step == 4
    assert sorted(os.listdir(tmp_path)) == ["link.safetensors", "run.losses.csv", "run.safetensors"]


def test_another_run_in_the_same_folder_is_not_in_use(other, tmp_path):
    with claimed(tmp_path / "other.safetensors"), claimed(tmp_path / "run"):
        pass


def test_a_thread_may_claim_again_what_it_has_and_another_may_not(tmp_path):
    path, said = tmp_path / "run", []

    def claim():
        try:
            with claimed(path):
                said.append("had")
        except ValueError as error:
            said.append(str(error))

    with claimed(path):
        with claimed(path):
            pass
        thread = threading.Thread(target=claim)
        thread.start()
        thread.join()
        assert "another process is training" in said.pop()
    claim()
    assert said == ["had"] and os.listdir(tmp_path) == []


def test_a_lock_that_was_removed_meanwhile_is_taken_again(tmp_path, monkeypatch):
    """Between opening the file and locking it its holder goes, and removes it."""
    path, real, times = tmp_path / "run", claims._lock, []

    def late(lock, of):
        if not times:
            (tmp_path / "run.lock").unlink()
        times.append(lock)
        real(lock, of)

    monkeypatch.setattr(claims, "_lock", late)
    with claimed(path):
        assert len(times) == 2 and os.path.samestat(
            os.stat(tmp_path / "run.lock"), os.fstat(times[1])
        )


def test_where_there_are_no_locks_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(claims, "fcntl", None)
    with pytest.warns(
        UserWarning,
        match="no lock keeps other processes from training .*run .this system has none.",
    ):
        with claimed(tmp_path / "run"):
            pass
    assert os.listdir(tmp_path) == []


# ------------------------------------------------------------------------------ new runs


def both_kinds(path, **how):
    """A new run of each kind, to be trained there."""
    small = runs.start(runs.LIBRARY, perceptual=0.0)
    return (
        lambda images: train_to(path, start(SMALL), images, **how),
        lambda images: train_to(path, small, images, **how),
    )


def test_a_new_run_replaces_no_file(tmp_path):
    path = tmp_path / "run.safetensors"
    path.write_bytes(b"precious")
    for learn, images in zip(both_kinds(path, new=True), (pictures(), runs.images()), strict=True):
        with pytest.raises(
            ValueError, match=f"path: got {path}, which exists already, expected a new file"
        ):
            learn(images)
    assert path.read_bytes() == b"precious" and os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("kind", [0, 1])
def test_a_refused_first_run_blocks_no_second_try(kind, tmp_path):
    path = tmp_path / "run.safetensors"
    shapes = ((5, 1, 8, 8), (5, 3, 16, 16))
    bad = [
        torch.full(shapes[kind], torch.nan),
        torch.zeros(shapes[kind])[:, :, :-1],
        torch.zeros(2, 7, 8, 8),
    ]
    for images in bad:
        with pytest.raises(ValueError):
            both_kinds(path, new=True)[kind](images)
        assert os.listdir(tmp_path) == []
    for every in (0, "a"):
        with pytest.raises(ValueError, match="every: got"):
            both_kinds(path, new=True, every=every)[kind](pictures())
        assert os.listdir(tmp_path) == []
    both_kinds(path, new=True)[kind]((pictures(), runs.images())[kind])
    assert path.exists()


def test_a_first_step_that_fails_leaves_nothing_and_a_later_one_the_checkpoint(tmp_path):
    path = tmp_path / "run.safetensors"
    run = start(SMALL)
    run.network.conv_out.bias.register_hook(lambda slope: slope * torch.nan)
    with pytest.raises(Diverged, match="^the gradient of step 1 is not finite.*may help$"):
        train_to(path, run, pictures(), new=True)
    assert os.listdir(tmp_path) == []
    train_to(path, start(SMALL), pictures(), new=True)
    before = path.read_bytes()
    with pytest.raises(ValueError):
        train_to(path, start(SMALL), pictures()[:, :, :7])
    assert load(path).step == 0 and path.read_bytes() != before  # it was there, and is there


def test_a_file_beside_it_that_is_no_record_is_kept(tmp_path):
    (tmp_path / "run.losses.csv").write_text("my own, table\n1,2\n")
    with pytest.raises(
        ValueError, match="path: got a run beside which .*run.losses.csv is something else than its"
    ):
        train_to(tmp_path / "run.safetensors", start(SMALL), pictures(), new=True)
    assert os.listdir(tmp_path) == ["run.losses.csv"]
    assert (tmp_path / "run.losses.csv").read_text() == "my own, table\n1,2\n"

"""What holds for runs on disk, of both kinds, as functions of the library under test.

`lib` has the names of `companion.training` and `companion.autoencoder`: the package's
own, or a copy with one line broken.
"""

import math
import os
import signal
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from unittest.mock import patch

import torch
from accelerate import Accelerator
from safetensors.torch import save as to_bytes

from companion.data import digits
from companion.training import NotFinite, Recipe
from tests.autoencoder.loss_properties import distance
from tests.autoencoder.runs import KINDS, images, same, start, state, train

HARD = {"begin": 2, "alternate": True, "decay": 0.5, "restart": 0.9, "steps": 8}
DENOISER = Recipe(steps=6, batch_size=8, width=8, warmup=3, T=50)


@contextmanager
def somewhere():
    """A path in an empty folder."""
    with TemporaryDirectory() as folder:
        yield Path(folder) / "run.safetensors"


def everything(run):
    """All that an autoencoder's run knows, as tensors."""
    networks = (run.network, run.average, run.discriminator)
    return [
        *state(*(network for network in networks if network is not None)),
        *remembered(run.optimizer),
        *remembered(run.discriminator_optimizer),
        run.generator.get_state(),
        torch.tensor(run.step),
    ]


def remembered(optimizer):
    if optimizer is None:
        return []
    held = optimizer.state_dict()["state"]
    return [held[n][key] for n in sorted(held) for key in sorted(held[n])]


def refused(call, error, *words):
    try:
        call()
    except error as found:
        assert all(each in str(found) for each in words), str(found)
    else:
        raise AssertionError(f"nothing was refused: {words}")


def a_stopped_run_goes_on_to_the_same_bits(lib):
    for kind in (*KINDS, {"adversarial": 0.0}, {"bottleneck": "plain"}):
        whole = start(lib, **HARD | kind)
        train(lib, whole)
        for stop in (0, 3, 6):
            stopped = start(lib, **HARD | kind)
            if stop:
                train(lib, stopped, stop)
            with somewhere() as path:
                lib.save_autoencoder(stopped, path)
                again = lib.load_autoencoder(path)
            assert again.step == stop and again.recipe == stopped.recipe
            assert same(everything(again), everything(stopped))
            train(lib, again)
            assert same(everything(again), everything(whole))


def a_denoiser_goes_on_to_the_same_bits(lib):
    data = digits().train.images[:64]

    def steps(run, last):
        for now in lib.train(run, data):
            if now.step == last:
                break
        return run

    whole = steps(lib.start(DENOISER), 6)
    with somewhere() as path:
        lib.save(steps(lib.start(DENOISER), 3), path)
        again = steps(lib.load(path), 6)
    assert same(state(again.network, again.average), state(whole.network, whole.average))


def the_two_kinds_of_run_are_told_apart(lib):
    with somewhere() as path:
        lib.save_autoencoder(start(lib), path)
        assert lib.kind_of(path) == lib.AUTOENCODER
        words = f"path: got {path}, a run of an autoencoder, expected one of a denoising"
        refused(lambda: lib.load(path), ValueError, words)
        lib.save(lib.start(DENOISER), path)
        assert lib.kind_of(path) == lib.DENOISER
        words = f"path: got {path}, a run of a denoising network, expected one of an auto"
        refused(lambda: lib.load_autoencoder(path), ValueError, words)
        for content in (b"", b"nonsense", to_bytes({"a": torch.zeros(2)})):
            path.write_bytes(content)
            for ask in (lib.kind_of, lib.load, lib.load_autoencoder):
                refused(lambda ask=ask: ask(path), ValueError, "no checkpoint of a run")


def a_full_disk_leaves_the_old_checkpoint(lib):
    run = start(lib)
    with somewhere() as path:
        lib.save_autoencoder(run, path)
        before = path.read_bytes()
        train(lib, run, 2)
        for broken in ("fsync", "replace"):
            full = OSError(28, "No space left on device")
            with patch.object(os, broken, side_effect=full):
                refused(lambda: lib.save_autoencoder(run, path), OSError, "No space")
            assert [p.name for p in path.parent.iterdir()] == [path.name]
            assert path.read_bytes() == before


def the_file_is_of_the_last_step_but_some(lib):
    """Before the first step, every so many, and at the end."""
    before = signal.getsignal(signal.SIGINT)
    with somewhere() as path:
        seen = []

        def looking(x, again):
            assert path.exists()
            seen.append(lib.load_autoencoder(path).step)
            return distance(x, again)

        try:
            lib.train_autoencoder_to(path, start(lib), images(), looking, every=4)
            assert signal.getsignal(signal.SIGINT) is before
        finally:
            signal.signal(signal.SIGINT, before)
        assert seen == [0, 0, 0, 0, 4, 4]
        assert lib.load_autoencoder(path).step == 6
        none = lambda: lib.train_autoencoder_to(  # noqa: E731
            path, start(lib), images(), distance, every=0
        )
        refused(none, ValueError, "every: got 0")


def ctrl_c_finishes_the_step_and_saves(lib):
    before, whole = signal.getsignal(signal.SIGINT), start(lib)
    train(lib, whole)
    with somewhere() as path:
        calls = []

        def interrupting(x, again):
            calls.append(1)
            if len(calls) == 2:
                os.kill(os.getpid(), signal.SIGINT)
            return distance(x, again)

        refused(
            lambda: lib.train_autoencoder_to(path, start(lib), images(), interrupting),
            lib.Stopped,
            f"stopped after step 2, saved in {path}",
        )
        assert signal.getsignal(signal.SIGINT) is before
        again = lib.load_autoencoder(path)
        assert again.step == 2
        lib.train_autoencoder_to(path, again, images(), distance)
        assert same(everything(lib.load_autoencoder(path)), everything(whole))


def what_is_not_finite_names_the_last_good_checkpoint(lib):
    with somewhere() as path:
        calls = []

        def spoiling(x, again):
            calls.append(1)
            return distance(x, again) * (math.inf if len(calls) == 4 else 1)

        refused(
            lambda: lib.train_autoencoder_to(
                path, start(lib), images(), spoiling, every=2
            ),
            NotFinite,
            "the loss of step 4 is not finite",
            f"last good checkpoint is that of step 2, in {path}",
        )
        assert lib.load_autoencoder(path).step == 2


class Counting(Accelerator):
    """Notes the gradients that are asked of it."""

    def __init__(self):
        super().__init__(cpu=True)
        self.asked = []

    def backward(self, loss, **how):
        self.asked.append(len(how["inputs"]))
        super().backward(loss, **how)


def all_gradients_are_the_accelerators(lib):
    """And the bits are those of PyTorch's own backward."""
    for kind in KINDS:
        run, alone, counting = start(lib, **kind), start(lib, **kind), Counting()
        found = [*lib.train_autoencoder(run, images(), distance, counting)]
        learned = [
            sum(p.requires_grad for p in network.parameters())
            for network in (run.network, run.discriminator)
        ]
        assert counting.asked == learned * 6
        assert found == train(lib, alone)
        assert same(everything(run), everything(alone))
        # A single update asks no accelerator, and is the same.
        one, other = start(lib, **kind), start(lib, **kind)
        first = train(lib, one, 1)[0].parts["total"]
        x = images()[torch.randint(32, (4,), generator=other.generator)]
        mirrored = torch.rand(4, generator=other.generator) < 0.5
        x[mirrored] = x[mirrored].flip(3)
        _, parts = lib.update_autoencoder(other, x, distance)
        assert other.accelerator is None and parts.total.item() == first
        assert same(state(one.network), state(other.network))


def one_process_of_full_precision_is_asked_for(lib):
    for processes, precision in ((2, "no"), (1, "bf16")):
        several = SimpleNamespace(
            num_processes=processes,
            mixed_precision=precision,
            device="cpu",
            prepare=lambda *parts: parts,
            backward=torch.Tensor.backward,
        )
        steps = lib.train_autoencoder(start(lib), images(), distance, several)
        refused(
            lambda steps=steps: next(steps),
            ValueError,
            f"accelerator: got {processes} processes and mixed precision '{precision}'",
        )


ALL = (
    a_stopped_run_goes_on_to_the_same_bits,
    a_denoiser_goes_on_to_the_same_bits,
    the_two_kinds_of_run_are_told_apart,
    a_full_disk_leaves_the_old_checkpoint,
    the_file_is_of_the_last_step_but_some,
    ctrl_c_finishes_the_step_and_saves,
    what_is_not_finite_names_the_last_good_checkpoint,
    all_gradients_are_the_accelerators,
    one_process_of_full_precision_is_asked_for,
)

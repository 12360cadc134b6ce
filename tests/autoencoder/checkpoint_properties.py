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
from threading import Thread
from types import SimpleNamespace
from unittest.mock import patch

import torch
from accelerate import Accelerator
from safetensors.torch import save as to_bytes

from companion.data import digits
from companion.tasks import DiffusionRecipe
from companion.training import NotFinite, claimed
from companion.training.files import SUM, checksum, unpacked
from tests.autoencoder.loss_properties import distance
from tests.autoencoder.runs import KINDS, images, same, start, state, train

HARD = {
    "disc_start": 2,
    "alternate_updates": True,
    "decay": 0.5,
    "dead_code_threshold": 0.9,
    "steps": 8,
}
DENOISER = DiffusionRecipe().override(steps=6, batch_size=8, width=8, warmup=3, T=50)


@contextmanager
def somewhere():
    """A path in an empty folder."""
    with TemporaryDirectory() as folder:
        yield Path(folder) / "run.safetensors"


def everything(run):
    """All that an autoencoder's run knows, as tensors."""
    networks = (run.network, run.ema_model, run.networks["discriminator"])
    return [
        *state(*(network for network in networks if network is not None)),
        *remembered(run.optimizers["network"]),
        *remembered(run.optimizers["discriminator"]),
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


def taken(load, path):
    """What is loaded; a file of our own that is refused is a failure."""
    try:
        return load(path)
    except ValueError as error:
        raise AssertionError(error) from error


def altered(path, changes=None, without="", **notes):
    """The same file with tensors and notes changed, and a checksum that is right."""
    tensors, told = unpacked(path.read_bytes())
    tensors |= {name: change(tensors[name]) for name, change in (changes or {}).items()}
    tensors = {name: value.clone() for name, value in tensors.items() if name != without}
    told |= notes
    told[SUM] = checksum(tensors, told)
    path.write_bytes(to_bytes(tensors, metadata=told))


def a_stopped_run_goes_on_to_the_same_bits(lib):
    for kind in (*KINDS, {"adversarial": 0.0}, {"bottleneck_type": "plain"}):
        whole = start(lib, **HARD | kind)
        train(lib, whole)
        for stop in (0, 3, 6):
            stopped = start(lib, **HARD | kind)
            if stop:
                train(lib, stopped, stop)
            with somewhere() as path:
                lib.save(stopped, path)
                again = taken(lib.load, path)
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
        again = steps(taken(lib.load, path), 6)
    assert same(state(again.network, again.ema_model), state(whole.network, whole.ema_model))


def the_two_kinds_of_run_are_told_apart(lib):
    with somewhere() as path:
        lib.save(start(lib), path)
        assert lib.kind_of(path) == lib.AUTOENCODER
        words = f"path: got {path}, a run of an autoencoder, expected one of a denoising"
        refused(lambda: lib.load(path), ValueError, words)
        lib.save(lib.start(DENOISER), path)
        assert lib.kind_of(path) == lib.DENOISER
        words = f"path: got {path}, a run of a denoising network, expected one of an auto"
        refused(lambda: lib.load(path), ValueError, words)
        for content in (b"", b"nonsense", to_bytes({"a": torch.zeros(2)})):
            path.write_bytes(content)
            for ask in (lib.kind_of, lib.load, lib.load):
                refused(lambda ask=ask: ask(path), ValueError, "no checkpoint of a run")


def a_full_disk_leaves_the_old_checkpoint(lib):
    run = start(lib)
    with somewhere() as path:
        lib.save(run, path)
        assert path.exists()
        before = path.read_bytes()
        train(lib, run, 2)
        for broken in ("fsync", "replace"):
            full = OSError(28, "No space left on device")
            with patch.object(os, broken, side_effect=full):
                words = f"No space left on device: step 2 of the run could not be saved in {path}, where nothing"
                refused(lambda: lib.save(run, path), OSError, words)
            assert [p.name for p in path.parent.iterdir()] == [path.name]
            assert path.read_bytes() == before


def a_changed_file_is_refused(lib):
    """A number, the step, the recipe: each by a bit."""
    run = start(lib)
    with somewhere() as path:
        lib.save(run, path)
        content = path.read_bytes()
        at = content.index(b'"step":"0"') + 8
        seed = content.index(b'seed\\": 0') + 8
        assert content[at : at + 1] == content[seed : seed + 1] == b"0"
        for place in (-5, at, seed):
            changed = bytearray(content)
            changed[place] ^= 1
            path.write_bytes(bytes(changed))
            words = "no checkpoint of a run (it has changed since it was written: its checksum is another)"
            refused(lambda: lib.load(path), ValueError, f"path: got {path}, {words}")
        path.write_bytes(content)
        taken(lib.load, path)


def a_run_is_one_file_to_the_byte(lib):
    run = start(lib)
    run.source = {"b": 1, "a": 2}
    with somewhere() as path:
        found = set()
        for _ in range(12):
            lib.save(run, path)
            found.add(path.read_bytes())
        assert len(found) == 1


def what_is_not_finite_is_neither_saved_nor_loaded(lib):
    run = start(lib)
    with somewhere() as path:
        lib.save(run, path)
        altered(path, {"average.encoder.conv_out.2.bias": lambda bias: bias * math.nan})
        words = (
            "(average.encoder.conv_out.2.bias: got a NaN or an infinity, expected finite numbers)"
        )
        refused(lambda: lib.load(path), ValueError, words)
        path.unlink()
        run.ema_model.encoder.conv_out[2].bias.fill_(math.inf)
        words = "average.encoder.conv_out.2.bias is not finite after step 0, which is not saved"
        refused(lambda: lib.save(run, path), NotFinite, words)
        assert not path.exists()


def what_does_not_fit_is_refused(lib):
    run = start(lib)
    train(lib, run, 2)
    moment = "optimizer.0.exp_avg"
    with somewhere() as path:
        lib.save(run, path)
        whole = path.read_bytes()
        for change, words in (
            ({"changes": {moment: lambda m: m[:1]}}, f"{moment}: got shape (1"),
            (
                {"changes": {moment: lambda m: m.long()}},
                f"{moment}: got dtype torch.int64, expected torch.float32",
            ),
            ({"without": moment}, f"it has no {moment}"),
            (
                {"without": "discriminator_optimizer.3.step"},
                "it has no discriminator_optimizer.3.step",
            ),
            ({"step": "0"}, "its recipe has no discriminator_optimizer.0.exp_avg and "),
            ({"step": "1"}, "optimizer.0.step: got 2.0, expected 1..1"),
            ({"step": "7"}, "step: got '7', expected a whole number in 0..6"),
            (
                {"changes": {"optimizer.0.exp_avg_sq": lambda m: m - 1}},
                "optimizer.0.exp_avg_sq: got -1",
            ),
        ):
            path.write_bytes(whole)
            altered(path, **change)
            refused(
                lambda: lib.load(path),
                ValueError,
                f"path: got {path}, no checkpoint",
                words,
            )


def a_source_comes_back(lib):
    run, small = start(lib), lib.start(DENOISER)
    run.source = small.source = {"place": "there", "prints": [1, None]}
    with somewhere() as path:
        lib.save(run, path)
        assert taken(lib.load, path).source == run.source
        lib.save(small, path)
        assert taken(lib.load, path).source == run.source


def what_is_restored_is_nobody_elses(lib):
    """What was read from a file can be changed, and the optimiser does not see it."""
    run = start(lib)
    train(lib, run, 1)
    moments = {
        name: value.clone() for name, value in lib.moments(run.optimizers["network"]).items()
    }
    fresh = start(lib)
    lib.restore(fresh.optimizers["network"], moments)
    for value in moments.values():
        value.fill_(7)
    assert same(remembered(fresh.optimizers["network"]), remembered(run.optimizers["network"]))


def a_run_in_use_is_refused(lib):
    """Here by another thread; by another process in `test_claims`."""
    said = []
    with somewhere() as path, claimed(path):

        def learn():
            try:
                lib.train_to(path, start(lib), images(), distance)
            except ValueError as error:
                said.append(str(error))

        thread = Thread(target=learn)
        thread.start()
        thread.join()
        assert len(said) == 1 and f"got {path}, which another process is training" in said[0]
        assert not path.exists()


def a_new_run_replaces_none_and_leaves_none(lib):
    def learn(path, x, new):
        lib.train_to(path, start(lib), x, distance, new=new)

    nothing = images()[:, :, :7]
    with somewhere() as path:
        refused(lambda: learn(path, nothing, True), ValueError, "x: got")
        assert not [*path.parent.iterdir()]
        learn(path, images(), True)
        before = path.read_bytes()
        refused(
            lambda: learn(path, images(), True),
            ValueError,
            f"path: got {path}, which exists already",
        )
        assert path.read_bytes() == before
        refused(lambda: learn(path, nothing, False), ValueError, "x: got")
        assert path.exists()


def the_losses_are_kept(lib):
    """And those behind the checkpoint come again."""
    with somewhere() as path:
        found = train(lib, start(lib))
        lib.train_to(path, start(lib), images(), distance)
        whole = path.with_name("run.losses.csv").read_text()
        head, *rows = whole.splitlines()
        assert (
            head
            == "step,loss,pixel,perceptual,adversarial,regulariser,adaptive,total,discriminator"
        )
        assert rows == [",".join(map(repr, [n.step, n.loss, *n.parts.values()])) for n in found]
        again = start(lib)
        train(lib, again, 2)
        lib.train_to(path, again, images(), distance)
        assert path.with_name("run.losses.csv").read_text() == whole


def the_file_is_of_the_last_step_but_some(lib):
    """Before the first step, every so many, and at the end."""
    before = signal.getsignal(signal.SIGINT)
    term = signal.getsignal(signal.SIGTERM)
    with somewhere() as path:
        seen = []

        def looking(x, again):
            assert path.exists()
            assert signal.getsignal(signal.SIGTERM) is not term
            seen.append(lib.load(path).step)
            return distance(x, again)

        try:
            lib.train_to(path, start(lib), images(), looking, every=4)
            assert signal.getsignal(signal.SIGINT) is before
            assert signal.getsignal(signal.SIGTERM) is term
        finally:
            signal.signal(signal.SIGINT, before)
            signal.signal(signal.SIGTERM, term)
        assert seen == [0, 0, 0, 0, 4, 4]
        assert lib.load(path).step == 6
        none = lambda: lib.train_to(  # noqa: E731
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
            lambda: lib.train_to(path, start(lib), images(), interrupting),
            lib.Stopped,
            f"stopped after step 2, saved in {path}",
        )
        assert signal.getsignal(signal.SIGINT) is before
        again = lib.load(path)
        assert again.step == 2
        lib.train_to(path, again, images(), distance)
        assert same(everything(lib.load(path)), everything(whole))


def what_is_not_finite_names_the_last_good_checkpoint(lib):
    with somewhere() as path:
        calls = []

        def spoiling(x, again):
            calls.append(1)
            return distance(x, again) * (math.inf if len(calls) == 4 else 1)

        refused(
            lambda: lib.train_to(path, start(lib), images(), spoiling, every=2),
            NotFinite,
            "the loss of step 4 is not finite",
            f"last good checkpoint is that of step 2, in {path}",
        )
        assert lib.load(path).step == 2


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
        found = [*lib.train(run, images(), distance, counting)]
        learned = [
            sum(p.requires_grad for p in network.parameters())
            for network in (run.network, run.networks["discriminator"])
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
        steps = lib.train(start(lib), images(), distance, several)
        refused(
            lambda steps=steps: next(steps),
            ValueError,
            f"accelerator: got {processes} processes and mixed precision '{precision}'",
        )


ALL = (
    a_stopped_run_goes_on_to_the_same_bits,
    a_denoiser_goes_on_to_the_same_bits,
    the_two_kinds_of_run_are_told_apart,
    a_changed_file_is_refused,
    a_run_is_one_file_to_the_byte,
    what_is_not_finite_is_neither_saved_nor_loaded,
    what_does_not_fit_is_refused,
    a_source_comes_back,
    what_is_restored_is_nobody_elses,
    a_run_in_use_is_refused,
    a_new_run_replaces_none_and_leaves_none,
    the_losses_are_kept,
    a_full_disk_leaves_the_old_checkpoint,
    the_file_is_of_the_last_step_but_some,
    ctrl_c_finishes_the_step_and_saves,
    what_is_not_finite_names_the_last_good_checkpoint,
    all_gradients_are_the_accelerators,
    one_process_of_full_precision_is_asked_for,
)

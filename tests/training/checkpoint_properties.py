"""What holds for runs on disk, of every kind, as functions of the library under test.

`lib` has the names of `companion.training`, `load(path, kinds)` among them: the package's
own, or a copy with one line broken.
"""

import math
import os
import signal
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from unittest.mock import patch

import torch
from accelerate import Accelerator
from safetensors.torch import save as to_bytes

from companion import training
from companion.training import Diverged, claimed
from companion.training.files import SUM, checksum, unpacked
from tests.autoencoder.loss_properties import distance
from tests.autoencoder.runs import images, same, train
from tests.training.kinds import (
    KINDS,
    RECIPES,
    STEPS,
    begun,
    everything,
    go_on,
    prepared,
    remembered,
    start,
)


@contextmanager
def somewhere():
    """A path in an empty folder."""
    with TemporaryDirectory() as folder:
        yield Path(folder) / "run.safetensors"


def refused(call, error, *words):
    try:
        call()
    except error as found:
        assert all(each in str(found) for each in words), str(found)
    else:
        raise AssertionError(f"nothing was refused: {words}")


def taken(lib, path):
    """What is loaded; a file of our own that is refused is a failure."""
    try:
        return prepared(lib.load(path, RECIPES))
    except ValueError as error:
        raise AssertionError(error) from error


def altered(path, changes=None, without="", **notes):
    """The same file with tensors and notes changed, and a checksum that is right."""
    tensors, told = unpacked(path)
    tensors |= {name: change(tensors[name]) for name, change in (changes or {}).items()}
    tensors = {name: value.clone() for name, value in tensors.items() if name != without}
    told |= notes
    told[SUM] = checksum(tensors, told)
    path.write_bytes(to_bytes(tensors, metadata=told))


@cache
def unstopped(name):
    """All that a run of this kind knows in the end that nobody stopped: the package's own run."""
    return everything(begun(training, KINDS[name], STEPS))


def a_stopped_run_goes_on_to_the_same_bits(lib):
    """Of every kind: a run that is stopped before its first step, in the middle, and at its end."""
    for name, kind in KINDS.items():
        session = begun(lib, kind)
        for stop in (0, 3, STEPS):
            go_on(lib, kind, session, stop)
            with somewhere() as path:
                lib.save(session, path)
                again = taken(lib, path)
            assert again.step == stop and again.recipe == session.recipe, name
            assert same(everything(again), everything(session)), name
            session = again
        assert same(everything(session), unstopped(name)), name


def a_file_says_its_kind(lib):
    for kind in KINDS.values():
        with somewhere() as path:
            lib.save(begun(lib, kind), path)
            assert lib.kind_of(path) == kind.recipe.KIND
            others = {n: r for n, r in RECIPES.items() if n != kind.recipe.KIND}
            words = f"(it is of the kind {kind.recipe.KIND}, expected one of "
            refused(lambda p=path, o=others: lib.load(p, o), ValueError, words)
    with somewhere() as path:
        for content in (b"", b"nonsense", to_bytes({"a": torch.zeros(2)})):
            path.write_bytes(content)
            for ask in (lib.kind_of, lambda p: lib.load(p, RECIPES)):
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
                words = (
                    "No space left on device: step 2 of the run could not be saved in "
                    f"{path}, where nothing"
                )
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
            words = "(it has changed since it was written: its checksum is another)"
            refused(
                lambda: lib.load(path, RECIPES),
                ValueError,
                f"path: got {path}, no checkpoint of a run {words}",
            )
        path.write_bytes(content)
        taken(lib, path)


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
    name = "ema_network.encoder.conv_out.2.bias"
    with somewhere() as path:
        lib.save(run, path)
        altered(path, {name: lambda bias: bias * math.nan})
        words = f"({name}: got a NaN or an infinity, expected finite numbers)"
        refused(lambda: lib.load(path, RECIPES), ValueError, words)
        path.unlink()
        run.ema_model.encoder.conv_out[2].bias.fill_(math.inf)
        words = f"{name} is not finite after step 0, which is not saved"
        refused(lambda: lib.save(run, path), Diverged, words)
        assert not path.exists()


def what_does_not_fit_is_refused(lib):
    run = start(lib)
    train(lib, run, 2)
    moment, of_d = "network_optimizer.0.exp_avg", "discriminator_optimizer"
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
            ({"without": f"{of_d}.3.step"}, f"it has no {of_d}.3.step"),
            ({"step": "0"}, f"its recipe has no {of_d}.0.exp_avg and "),
            ({"step": "1"}, "network_optimizer.0.step: got 2.0, expected 1..1"),
            ({"step": "7"}, "step: got '7', expected a whole number in 0..6"),
            ({"changes": {f"{moment}_sq": lambda m: m - 1}}, f"{moment}_sq: got -1"),
        ):
            path.write_bytes(whole)
            altered(path, **change)
            words = f"path: got {path}, no checkpoint", words
            refused(lambda: lib.load(path, RECIPES), ValueError, *words)


def a_source_comes_back(lib):
    for kind in (KINDS["diffusion"], KINDS["kl"]):
        run = begun(lib, kind)
        run.source = {"place": "there", "prints": [1, None]}
        with somewhere() as path:
            lib.save(run, path)
            assert taken(lib, path).source == run.source


def what_is_restored_is_nobody_elses(lib):
    """What was read from a file can be changed, and the optimiser does not see it."""
    run = start(lib)
    train(lib, run, 1)
    kept = {name: value.clone() for name, value in lib.moments(run.optimizers["network"]).items()}
    fresh = start(lib)
    lib.restore(fresh.optimizers["network"], kept)
    for value in kept.values():
        value.fill_(7)
    assert same(remembered(fresh.optimizers["network"]), remembered(run.optimizers["network"]))


def a_run_in_use_is_refused(lib):
    """Here by another thread; by another process in `test_claims`."""
    said = []
    with somewhere() as path, claimed(path):

        def learn():
            try:
                lib.train_to(path, start(lib), images())
            except ValueError as error:
                said.append(str(error))

        thread = Thread(target=learn)
        thread.start()
        thread.join()
        assert len(said) == 1 and f"got {path}, which another process is training" in said[0]
        assert not path.exists()


def a_new_run_replaces_none_and_leaves_none(lib):
    def learn(path, x, new):
        lib.train_to(path, start(lib), x, new=new)

    def fails(x, recon):
        raise ValueError("the first step fails")

    with somewhere() as path:
        broken = start(lib)
        broken.task.perceptual_loss = fails
        refused(lambda: lib.train_to(path, broken, images(), new=True), ValueError, "first step")
        assert not [*path.parent.iterdir()]
        learn(path, images(), True)
        before = path.read_bytes()
        words = f"path: got {path}, which exists already"
        refused(lambda: learn(path, images(), True), ValueError, words)
        assert path.read_bytes() == before
        again = start(lib)
        again.task.perceptual_loss = fails
        refused(lambda: lib.train_to(path, again, images()), ValueError, "first step")
        assert path.exists()


def the_losses_are_kept(lib):
    """And those behind the checkpoint come again."""
    with somewhere() as path:
        found = train(lib, start(lib))
        lib.train_to(path, start(lib), images())
        whole = path.with_name("run.losses.csv").read_text()
        head, *rows = whole.splitlines()
        terms = "pixel,perceptual,adversarial,regulariser,adaptive,total,discriminator"
        assert head == f"step,loss,{terms}"
        assert rows == [",".join(map(repr, [n.step, n.loss, *n.parts.values()])) for n in found]
        again = start(lib)
        train(lib, again, 2)
        lib.train_to(path, again, images())
        assert path.with_name("run.losses.csv").read_text() == whole


def the_file_is_of_the_last_step_but_some(lib):
    """Before the first step, every so many, and at the end."""
    before = signal.getsignal(signal.SIGINT)
    term = signal.getsignal(signal.SIGTERM)
    with somewhere() as path:
        seen, run = [], start(lib)

        def looking(x, recon):
            assert path.exists()
            assert signal.getsignal(signal.SIGTERM) is not term
            seen.append(lib.load(path, RECIPES).step)
            return distance(x, recon)

        run.task.perceptual_loss = looking
        try:
            lib.train_to(path, run, images(), every=4)
            assert signal.getsignal(signal.SIGINT) is before
            assert signal.getsignal(signal.SIGTERM) is term
        finally:
            signal.signal(signal.SIGINT, before)
            signal.signal(signal.SIGTERM, term)
        assert seen == [0, 0, 0, 0, 4, 4]
        assert lib.load(path, RECIPES).step == 6
        none = lambda: lib.train_to(path, start(lib), images(), every=0)  # noqa: E731
        refused(none, ValueError, "every: got 0")


def ctrl_c_finishes_the_step_and_saves(lib):
    before, whole = signal.getsignal(signal.SIGINT), start(lib)
    train(lib, whole)
    with somewhere() as path:
        calls, run = [], start(lib)

        def interrupting(x, recon):
            calls.append(1)
            if len(calls) == 2:
                os.kill(os.getpid(), signal.SIGINT)
            return distance(x, recon)

        run.task.perceptual_loss = interrupting
        refused(
            lambda: lib.train_to(path, run, images()),
            lib.Stopped,
            f"stopped after step 2, saved in {path}",
        )
        assert signal.getsignal(signal.SIGINT) is before
        again = taken(lib, path)
        assert again.step == 2
        lib.train_to(path, again, images())
        assert same(everything(taken(lib, path)), everything(whole))


def what_is_not_finite_names_the_last_good_checkpoint(lib):
    with somewhere() as path:
        calls, run = [], start(lib)

        def spoiling(x, recon):
            calls.append(1)
            return distance(x, recon) * (math.inf if len(calls) == 4 else 1)

        run.task.perceptual_loss = spoiling
        refused(
            lambda: lib.train_to(path, run, images(), every=2),
            Diverged,
            "the loss of step 4 is not finite",
            f"last good checkpoint is that of step 2, in {path}",
        )
        assert lib.load(path, RECIPES).step == 2


class Counting(Accelerator):
    """Notes the gradients that are asked of it."""

    def __init__(self):
        super().__init__(cpu=True)
        self.asked = []

    def backward(self, loss, **how):
        self.asked.append(len(how["inputs"]))
        super().backward(loss, **how)


def all_gradients_are_the_accelerators(lib):
    """Each of its own player, and the bits are those without one."""
    for name, kind in KINDS.items():
        run, counting = begun(lib, kind), Counting()
        for _ in lib.train(run, kind.data(), counting):
            pass
        own = {
            name: sum(p.requires_grad for p in network.parameters())
            for name, network in run.networks.items()
        }
        learned = [own[p] for step in range(STEPS) for p in run.task.learners(step)]
        assert counting.asked == learned and run.accelerator is counting
        assert same(everything(run), unstopped(name))


def nobody_learns_where_one_fails(lib):
    """Of every kind each player, by its loss or by its gradient; the step can be done again.

    As it is: one session fails for all of these reasons, one after the other.
    """
    for name, kind in KINDS.items():
        session = begun(lib, kind, 3)
        for player in kind.players:
            for spoil in ("loss", "gradient"):
                before, weight = everything(session), next(weights_of(session, player))
                with spoiled(session, player, weight, spoil):
                    steps = lib.train(session, kind.data())
                    try:
                        for _ in range(2):  # in turns, it is not everybody's
                            before = everything(session)
                            next(steps)
                    except lib.Diverged as error:
                        whose = "" if player == "network" else f"{player}'s "
                        told = f"the {whose}{spoil} of step {session.step + 1} is not finite"
                        assert str(error).startswith(told), (name, error)
                    else:
                        raise AssertionError(f"nothing was noticed: {name}, {player}, {spoil}")
                after = everything(session)
                generator = len(after) - 2  # it has gone on: the batch is another one
                for n, (a, b) in enumerate(zip(after, before, strict=True)):
                    assert n == generator or torch.equal(a, b), (name, player, spoil, n)
                networks = session.networks.values()
                grads = [p.grad for network in networks for p in network.parameters()]
                assert not any(grad is not None and grad.any() for grad in grads)


def weights_of(session, player):
    return (p for p in session.networks[player].parameters() if p.requires_grad)


@contextmanager
def spoiled(session, player, weight, spoil):
    """In the block this player's loss is infinite, or its gradient is."""
    if spoil == "gradient":
        hook = weight.register_hook(lambda slope: slope * math.nan)
        yield
        hook.remove()
        return
    honest = session.task.losses

    def dishonest(*arguments):
        for who, loss, parts in honest(*arguments):
            yield who, loss * (math.inf if who == player else 1), parts

    with patch.object(session.task, "losses", dishonest):
        yield


def averages_go_along_with_who_has_learned(lib):
    """And with nobody else: in turns, every other step leaves them alone."""
    for name in ("kl", "kl, in turns", "gan"):
        kind = KINDS[name]
        session, before = begun(lib, kind), None
        for now in lib.train(session, kind.data()):
            after = [value.clone() for value in session.ema_model.state_dict().values()]
            learned = "network" in session.task.learners(now.step - 1)
            if before is not None:
                assert same(before, after) is not learned, (name, now.step)
            before = after


ALL = (
    averages_go_along_with_who_has_learned,
    a_stopped_run_goes_on_to_the_same_bits,
    a_file_says_its_kind,
    a_changed_file_is_refused,
    a_full_disk_leaves_the_old_checkpoint,
    a_run_is_one_file_to_the_byte,
    what_is_not_finite_is_neither_saved_nor_loaded,
    what_does_not_fit_is_refused,
    a_source_comes_back,
    what_is_restored_is_nobody_elses,
    a_run_in_use_is_refused,
    a_new_run_replaces_none_and_leaves_none,
    the_losses_are_kept,
    the_file_is_of_the_last_step_but_some,
    ctrl_c_finishes_the_step_and_saves,
    what_is_not_finite_names_the_last_good_checkpoint,
    all_gradients_are_the_accelerators,
    nobody_learns_where_one_fails,
)

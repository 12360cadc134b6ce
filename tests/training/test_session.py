"""A run that is killed, interrupted or broken goes on as if nothing had happened."""

import io
import os
import re
import signal
import sys
from functools import cache
from random import Random
from types import SimpleNamespace

import pytest

from companion import training
from companion.data import digits
from companion.tasks import load
from companion.training import (
    Diverged,
    Stopped,
    checkpoints,
    running,
    start,
    train,
    train_to,
    with_bar,
)
from tests.autoencoder.runs import same
from tests.mutations.suite import strangers
from tests.mutations.test_checkpoints import MODULES
from tests.training.kinds import KINDS, RECIPES, begun, everything, prepared
from tests.training.processes import stopped_after
from tests.training.stoppable import STEPS, longer

STOPPABLE = "tests.training.stoppable"
RECIPE = KINDS["diffusion"].recipe.override(steps=40)
LIBRARY = SimpleNamespace(**vars(checkpoints) | vars(training) | {"load": checkpoints.load})


@pytest.fixture(scope="module")
def images():
    return digits().train.images[:200]


def test_the_package_is_what_the_properties_hold_for():
    """They hold for a copy (`tests/mutations/test_checkpoints.py`) of these very functions."""
    assert strangers(MODULES, LIBRARY) == []
    assert {"start", "train", "train_to", "save", "load", "restore"} <= {*vars(LIBRARY)}


@cache
def finished(name):
    """All that the run knows in the end that nobody stopped."""
    return everything(begun(training, longer(name), STEPS))


def gone_on(path, name):
    session = prepared(checkpoints.load(path, RECIPES))
    train_to(path, session, longer(name).data())
    return everything(checkpoints.load(path, RECIPES))


@pytest.mark.parametrize("name", KINDS)
def test_a_run_killed_at_a_random_step_goes_on_to_the_same_bits(tmp_path, name):
    path = tmp_path / "run.safetensors"
    code, _ = stopped_after(
        STOPPABLE, Random(name).randint(1, STEPS - 5), signal.SIGKILL, path, name
    )
    assert code == -signal.SIGKILL
    step = checkpoints.load(path, RECIPES).step
    assert step < STEPS and step % 3 == 0
    assert same(gone_on(path, name), finished(name))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", ["diffusion", "vq, in turns"])
def test_a_signal_to_stop_saves_the_step_it_is_at(tmp_path, name, how):
    path = tmp_path / "run.safetensors"
    code, words = stopped_after(STOPPABLE, 4, how, path, name)
    assert code != 0 and "Stopped: stopped after step" in words and str(path) in words
    assert 4 <= checkpoints.load(path, RECIPES).step < STEPS
    assert same(gone_on(path, name), finished(name))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_the_handlers_as_they_were(images, tmp_path, how):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    run, path = start(RECIPE), tmp_path / "run.safetensors"

    def interrupting():
        for progress in train(run, images):
            os.kill(os.getpid(), how)
            yield progress

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "train", lambda *_: interrupting())
        with pytest.raises(Stopped, match="stopped after step 1, saved in"):
            train_to(path, run, images)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    assert load(path).step == 1


def test_a_loss_that_is_not_finite_names_the_last_good_checkpoint(images, tmp_path):
    run, path = start(RECIPE), tmp_path / "run.safetensors"
    for progress in train(run, images):
        if progress.step == 4:
            break
    run.network.conv_out.bias.data.fill_(1e30)
    with pytest.raises(Diverged, match="good checkpoint is that of step 4, in .*run"):
        train_to(path, run, images)


def test_no_number_of_steps_between_checkpoints_below_one(images, tmp_path):
    with pytest.raises(ValueError, match="every: got 0"):
        train_to(
            tmp_path / "a",
            start(RECIPE),
            images,
            every=0,
        )


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_shows_loss_and_speed_where_somebody_watches(images, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert [p.step for p in with_bar(train(start(RECIPE), images), 40)] == [*range(1, 41)]
    text = sys.stderr.getvalue()
    assert "40/40" in text and "loss " in text and "step/s" in text and "step 40 of" not in text


def test_where_nobody_watches_lines_say_the_same(images, monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert [p.step for p in with_bar(train(start(RECIPE), images), 40)] == [*range(1, 41)]
    lines = sys.stderr.getvalue().splitlines()
    said = re.compile(r"step (\d+) of 40   loss 0\.\d{3}   [\d.]+ steps/s   \d\d:\d\d left")
    assert [int(said.fullmatch(line)[1]) for line in lines] == [*range(2, 41, 2)]
    assert lines[-1].endswith("00:00 left")


@pytest.mark.parametrize("closed", [None, "closed"])
def test_an_error_stream_that_is_closed_ends_no_run(images, monkeypatch, closed):
    stream = closed and io.StringIO()
    if stream:
        stream.close()
        stream.isatty = lambda: False
    monkeypatch.setattr(sys, "stderr", stream)
    assert len([*with_bar(train(start(RECIPE.override(steps=2)), images), 2)]) == 2

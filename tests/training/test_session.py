"""A run that is killed, interrupted or broken goes on as if nothing had happened."""

import io
import os
import re
import signal
import sys
from random import Random

import pytest
import torch

from companion.data import digits
from companion.tasks import load
from companion.training import NotFinite, Stopped, start, train, train_to, with_bar
from tests.training.processes import stopped_after
from tests.training.stoppable import RECIPE

STOPPABLE = "tests.training.stoppable"


@pytest.fixture(scope="module")
def images():
    return digits().train.images[:200]


def weights(run):
    return torch.cat([p.detach().flatten() for p in run.ema_model.parameters()])


@pytest.fixture(scope="module")
def whole(images):
    """The weights of the run that nobody stopped."""
    run = start(RECIPE)
    for _ in train(run, images):
        pass
    return weights(run)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_run_killed_at_a_random_step_goes_on_to_the_same_bits(images, whole, tmp_path, seed):
    path, random = tmp_path / "run.safetensors", Random(seed)
    code, _ = stopped_after(STOPPABLE, random.randint(1, 35), signal.SIGKILL, path)
    assert code == -signal.SIGKILL
    run = load(path)
    assert run.step < 40 and run.step % 3 == 0
    train_to(path, run, images)
    assert torch.equal(weights(load(path)), whole)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_stop_saves_the_step_it_is_at(images, whole, tmp_path, how):
    path = tmp_path / "run.safetensors"
    code, words = stopped_after(STOPPABLE, 10, how, path)
    assert code != 0 and "Stopped: stopped after step" in words and str(path) in words
    run = load(path)
    assert 10 <= run.step < 40
    train_to(path, run, images)
    assert torch.equal(weights(load(path)), whole)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_the_handlers_as_they_were(images, tmp_path, how):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    run, path = start(RECIPE), tmp_path / "run.safetensors"

    def interrupting():
        for progress in train(run, images):
            os.kill(os.getpid(), how)
            yield progress

    from companion.training import session

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "train", lambda *_: interrupting())
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
    with pytest.raises(NotFinite, match="good checkpoint is that of step 4, in .*run"):
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

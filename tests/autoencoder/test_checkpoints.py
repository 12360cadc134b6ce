"""Runs of autoencoders: on disk, killed, on a device; and the recipes by name."""

import signal
from random import Random
from types import SimpleNamespace

import pytest
from accelerate import Accelerator
from accelerate.state import AcceleratorState

from companion import autoencoder, training
from companion.tasks import RECIPES, load, with_both_terms, with_bottleneck
from companion.training import names, train, train_to
from tests.autoencoder import checkpoint_properties as p
from tests.autoencoder.loss_properties import distance
from tests.autoencoder.runs import images, same, start, train
from tests.autoencoder.stoppable import begun
from tests.training.processes import stopped_after

STOPPABLE = "tests.autoencoder.stoppable"
BOTH = SimpleNamespace(**vars(training.checkpoints) | vars(training) | vars(autoencoder))


@pytest.mark.parametrize("holds", p.ALL, ids=lambda holds: holds.__name__)
def test_property(holds):
    holds(BOTH)


@pytest.fixture(scope="module", params=["kl", "vq"])
def whole(request):
    """A bottleneck, and the run that nobody stopped."""
    run = begun(request.param)
    train(autoencoder, run)
    return request.param, run


def test_a_run_killed_at_a_random_step_goes_on_to_the_same_bits(whole, tmp_path):
    bottleneck, unstopped = whole
    path, step = tmp_path / "run.safetensors", Random(bottleneck).randint(1, 25)
    code, _ = stopped_after(STOPPABLE, step, signal.SIGKILL, path, bottleneck)
    assert code == -signal.SIGKILL
    run = load(path)
    assert run.step < 30 and run.step % 3 == 0
    train_to(path, run, images(), distance)
    assert same(p.everything(load(path)), p.everything(unstopped))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_stop_saves_the_step_it_is_at(whole, tmp_path, how):
    bottleneck, unstopped = whole
    path = tmp_path / "run.safetensors"
    code, words = stopped_after(STOPPABLE, 10, how, path, bottleneck)
    assert code != 0 and "Stopped: stopped after step" in words and str(path) in words
    run = load(path)
    assert 10 <= run.step < 30
    train_to(path, run, images(), distance)
    assert same(p.everything(load(path)), p.everything(unstopped))


def test_no_file_is_said_as_such(tmp_path):
    with pytest.raises(OSError):
        load(tmp_path / "nothing")


@pytest.fixture
def accelerator(device):
    """One for each device; Accelerate has one state a process, so it is reset."""
    AcceleratorState._reset_state(reset_partial_state=True)
    yield Accelerator(cpu=device == "cpu")
    AcceleratorState._reset_state(reset_partial_state=True)


@pytest.mark.parametrize("bottleneck", ["kl", "vq"])
def test_it_runs_where_the_accelerator_says(accelerator, bottleneck, tmp_path):
    """A run that was saved goes on there, both optimisers' memory too."""
    path = tmp_path / "run.safetensors"
    run = start(autoencoder, bottleneck=bottleneck)
    train_to(path, run, images(), distance, accelerator)
    here = accelerator.device.type
    for network in (run.network, run.ema_model, run.networks["discriminator"]):
        assert {q.device.type for q in network.parameters()} == {here}
    stopped = start(autoencoder, bottleneck=bottleneck)
    for now in train(stopped, images(), distance, accelerator):
        if now.step == 3:
            break
    autoencoder.save(stopped, path)
    again = load(path)
    assert {q.device.type for q in again.network.parameters()} == {"cpu"}
    train_to(path, again, images(), distance, accelerator)
    for optimizer in (again.optimizers["network"], again.optimizers["discriminator"]):
        assert {value.device.type for value in p.remembered(optimizer)} == {here}
    assert again.step == 6
    if here == "cpu":
        assert same(p.everything(again), p.everything(run))


# ----------------------------------------------------------------------- named recipes


def test_the_shipped_weights_are_those_of_the_recipes_so_called():
    shipped = [name for name in names() if name in RECIPES]
    assert {"photos-kl", "photos-vq"} <= {*shipped}
    for name in shipped:
        assert shipped(name)[1] == RECIPES[name]


def test_the_discriminator_begins_late_and_a_bottleneck_has_its_numbers():
    kl, vq = RECIPES["photos-kl"], RECIPES["photos-vq"]
    assert with_bottleneck(kl, "vq") == vq and vq.regulariser == 1
    back = with_bottleneck(vq, "kl")
    assert (back.bottleneck, back.regulariser) == ("kl", kl.regulariser)
    for name, alone in (("photos-kl", kl), ("photos-vq", vq)):
        both = RECIPES[f"{name}-gan"]
        assert both == with_both_terms(alone)
        assert alone.steps / 3 < both.begin < alone.steps
        assert both.perceptual > 0 and both.adversarial > 0
    with pytest.raises(ValueError, match="bottleneck: got 'vae', expected one of"):
        with_bottleneck(kl, "vae")
    assert RECIPES["scenes-kl"].data == "scenes"

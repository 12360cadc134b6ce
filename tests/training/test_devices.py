"""A session runs where its accelerator says, and the recipes of the book are what is shipped."""

import pytest
from accelerate import Accelerator
from accelerate.state import AcceleratorState

from companion import training
from companion.tasks import RECIPES, load, shipped, with_both_terms, with_bottleneck
from companion.training import names, save, train, train_to
from tests.autoencoder.runs import same
from tests.training.kinds import KINDS, begun, everything, prepared, remembered


@pytest.fixture
def accelerator(device):
    """One for each device; Accelerate has one state a process, so it is reset."""
    AcceleratorState._reset_state(reset_partial_state=True)
    yield Accelerator(cpu=device == "cpu")
    AcceleratorState._reset_state(reset_partial_state=True)


@pytest.mark.parametrize("name", ["diffusion", "kl", "vq, in turns", "vae", "gan", "classifier"])
def test_it_runs_where_the_accelerator_says(accelerator, name, tmp_path):
    """A run that was saved goes on there, the memory of its optimisers too."""
    kind, path, here = KINDS[name], tmp_path / "run.safetensors", accelerator.device.type
    whole = begun(training, kind)
    train_to(path, whole, kind.data(), accelerator)
    for network in (*whole.networks.values(), *whole.averages.values()):
        assert {p.device.type for p in network.parameters()} == {here}
    stopped = begun(training, kind)
    for now in train(stopped, kind.data(), accelerator):
        if now.step == 3:
            break
    save(stopped, path)
    again = prepared(load(path))
    assert {p.device.type for p in again.network.parameters()} == {"cpu"}
    train_to(path, again, kind.data(), accelerator)
    for optimizer in again.optimizers.values():
        assert {value.device.type for value in remembered(optimizer)} == {here}
    assert again.step == again.recipe.steps
    if here == "cpu":
        assert same(everything(again), everything(whole))


# ----------------------------------------------------------------------- named recipes


def test_the_shipped_weights_are_those_of_the_recipes_so_called():
    found = [name for name in names() if name in RECIPES]
    assert {"photos-kl", "photos-vq", "digits-v"} <= {*found}
    for name in found:
        assert shipped(name).recipe == RECIPES[name]


def test_the_discriminator_begins_late_and_a_bottleneck_has_its_numbers():
    kl, vq = RECIPES["photos-kl"], RECIPES["photos-vq"]
    assert with_bottleneck(kl, "vq") == vq and vq.loss.regulariser == 1
    back = with_bottleneck(vq, "kl")
    assert back.bottleneck.bottleneck_type == "kl"
    assert back.loss.regulariser == kl.loss.regulariser
    for name, alone in (("photos-kl", kl), ("photos-vq", vq)):
        both = RECIPES[f"{name}-gan"]
        assert both == with_both_terms(alone)
        assert alone.steps / 3 < both.discriminator.disc_start < alone.steps
        assert both.loss.perceptual > 0 and both.loss.adversarial > 0
    with pytest.raises(ValueError, match="bottleneck_type: got 'vae', expected one of"):
        with_bottleneck(kl, "vae")
    assert RECIPES["scenes-kl"].data.source == "scenes"

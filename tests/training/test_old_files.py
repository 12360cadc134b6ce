"""Checkpoints of the first version, from before there was one session for every model.

Two runs were stopped after two of four steps, and their last two steps noted: `old/` has the
files, this module what came of them.
"""

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from companion.tasks import load
from companion.training import kind_of, save, train

OLD = Path(__file__).parent / "old"

# By the code that wrote the files: the losses of steps 3 and 4, and of the weights after
# them the sum, and the sum of the absolute values. On the machine that wrote them the
# weights were the same to the bit; another one may round otherwise.
AFTERWARDS = {
    "denoiser": (
        (0.7307413816452026, 0.6522166728973389),
        {
            "network": (33.60456903357408, 217.85477897449164),
            "average": (33.605790186875765, 217.80004279982813),
        },
    ),
    "autoencoder": (
        (0.47161373496055603, 0.503616213798523),
        {
            "network": (63.97278606715372, 258.70585926926105),
            "average": (63.96959791435958, 258.66197406589777),
            "discriminator": (21.392553758545546, 141.78716230532154),
        },
    ),
}
THEIR_FIELDS = {
    "denoiser": {"width": 4, "prediction_type": "v", "source": "digits", "ema_decay": 0.995},
    "autoencoder": {
        **{"source": "photos", "latent_channels": 2, "bottleneck_type": "vq", "num_codes": 16},
        **{"disc_start": 1, "disc_width": 4, "ema_decay": 0.9, "dead_code_threshold": 0.1},
        **{"adversarial": 0.3, "lr": 1e-3, "max_grad_norm": 1.0, "channel_shuffle": False},
    },
}
kinds = pytest.mark.parametrize("name", AFTERWARDS)


def pictures(name):
    """What both runs learned from: noise."""
    g = torch.Generator().manual_seed(0)
    grey = torch.rand(12, 1, 8, 8, generator=g) * 2 - 1
    return grey if name == "denoiser" else torch.rand(12, 3, 8, 8, generator=g) * 2 - 1


def sums(network):
    """Of all its numbers, and of their absolute values."""
    values = torch.cat([v.double().flatten() for v in network.state_dict().values()])
    return values.sum().item(), values.abs().sum().item()


@kinds
def test_the_file_is_of_the_old_form(name):
    """Or this module would test nothing."""
    with safe_open(OLD / f"{name}.safetensors", framework="pt") as file:
        notes, tensors = file.metadata(), {*file.keys()}
    assert "kind" not in notes and '"rate": ' in notes["recipe" if name == "denoiser" else name]
    assert any(tensor.startswith("average.") for tensor in tensors)


@kinds
def test_an_old_file_is_read_with_the_names_of_today(name):
    session = load(OLD / f"{name}.safetensors")
    assert kind_of(OLD / f"{name}.safetensors") == session.recipe.KIND
    assert (session.step, session.recipe.steps, session.recipe.seed) == (2, 4, 3)
    assert session.recipe == session.recipe.override(**THEIR_FIELDS[name])
    assert session.source == ({"fit": "crop"} if name == "denoiser" else None)


@kinds
def test_an_old_run_goes_on_as_it_would_have_gone(name):
    losses, weights = AFTERWARDS[name]
    session = load(OLD / f"{name}.safetensors")
    assert [now.loss for now in train(session, pictures(name))] == pytest.approx(losses, rel=1e-4)
    networks = session.networks | {"average": session.ema_model}
    for player, expected in weights.items():
        assert sums(networks[player]) == pytest.approx(expected, rel=1e-5), player


@kinds
def test_saved_again_it_is_of_the_new_form_and_goes_on_to_the_same_bits(name, tmp_path):
    old, again = OLD / f"{name}.safetensors", tmp_path / "again"
    save(load(old), again)
    with safe_open(again, framework="pt") as file:
        assert file.metadata()["kind"] == load(old).recipe.KIND
        assert not any(tensor.startswith("average.") for tensor in file.keys())
    sessions = [load(path) for path in (old, again)]
    for session in sessions:
        assert [now.step for now in train(session, pictures(name))] == [3, 4]
        save(session, tmp_path / f"{len([*tmp_path.iterdir()])}")
    for one, other in pairwise(path.read_bytes() for path in sorted(tmp_path.glob("[0-9]"))):
        assert one == other
    assert len([*tmp_path.glob("[0-9]")]) == 2


@kinds
def test_an_old_file_that_was_changed_is_refused(name, tmp_path):
    content = bytearray((OLD / f"{name}.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "changed").write_bytes(content)
    with pytest.raises(ValueError, match="no checkpoint of a run"):
        load(tmp_path / "changed")

"""Files of the old form: their tensors under the names of today."""

import pytest
import torch
from torch.testing import assert_close

from companion.evaluation import digit_classifier
from companion.networks import UNet, with_new_names
from companion.tasks import RECIPES, autoencoder_of
from tests.networks.test_networks import awake

# As they stood in files, each with the place of today, written down by hand.
UNET = {
    "time.mlp.0.weight": "time.mlp.0.weight",
    "first.weight": "conv_in.weight",
    "down.0.0.0.norm1.bias": "down.0.0.0.norm1.bias",
    "down.0.0.0.embed.weight": "down.0.0.0.emb_proj.weight",
    "down.1.0.0.around.weight": "down.1.0.0.shortcut.weight",
    "shrink.1.conv.weight": "downsample.1.conv.weight",
    "grow.0.conv.bias": "upsample.0.conv.bias",
    "last.bias": "conv_out.bias",
    "norm.weight": "norm.weight",
}
CHECKPOINT = {
    "network.encoder.first.1.weight": "network.encoder.conv_in.1.weight",
    "average.encoder.last.2.bias": "average.encoder.conv_out.2.bias",
    "average.decoder.first.weight": "average.decoder.conv_in.weight",
    "average.bottleneck.codebook": "average.bottleneck.codebook",
    "discriminator.layers.0.weight": "discriminator.layers.0.weight",
    "optimizer.0.exp_avg": "optimizer.0.exp_avg",
    "generator": "generator",
}
OLD = {"shortcut": "around", "emb_proj": "embed", "conv_in": "first"}
OLD |= {"upsample": "grow", "conv_out": "last", "downsample": "shrink"}


def with_old_names(tensors):
    return {".".join(OLD.get(p, p) for p in name.split(".")): t for name, t in tensors.items()}


@pytest.mark.parametrize("table", [UNET, CHECKPOINT])
def test_each_name_by_hand(table):
    tensors = {name: torch.zeros(()) for name in table}
    found = with_new_names(tensors)
    assert [*found] == [*table.values()]
    assert all(found[new] is tensors[old] for old, new in table.items())


def test_the_names_of_today_stay():
    for network in (
        UNet(3, 8, (1, 2, 2), 2, (1,)),
        autoencoder_of(RECIPES["photos-vq"]),
        digit_classifier(),
    ):
        state = network.state_dict()
        assert [*with_new_names(state)] == [*state]


def test_a_network_of_the_old_form_is_read_and_says_the_same():
    network = awake(UNet(1, 8, (1, 2), 1, (1,)))
    old = with_old_names(network.state_dict())
    assert {"first.weight", "down.1.0.0.around.bias", "shrink.1.conv.bias"} < {*old}
    other = UNet(1, 8, (1, 2), 1, (1,))
    other.load_state_dict(with_new_names(old))
    xt, t = torch.randn(2, 1, 8, 8), torch.tensor([1, 900])
    assert_close(other(xt, t), network(xt, t), rtol=0, atol=0)

"""The cost of a network, against costs counted by hand."""

import pytest
import torch
from torch import nn

from companion.networks import UNet, summary


class OneLayer(nn.Module):
    """A 3 by 3 convolution: 3 * 5 * 9 multiply-adds a pixel."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3, padding=1)

    def forward(self, xt, t):
        return self.conv(xt).square()


def test_a_convolution_counted_by_hand():
    found = summary(OneLayer(), (3, 8, 8), batch=4)
    assert found.weights == 3 * 5 * 9 + 5
    assert found.multiply_adds == 3 * 5 * 9 * 64
    # Kept: the input, and what is squared. And five times the weights.
    assert found.memory == 4 * (4 * 3 * 64 + 4 * 5 * 64) + 5 * 4 * found.weights


def test_twice_the_side_costs_four_times_and_twice_the_width_nearly_so():
    small, large = (summary(UNet(), (1, side, side)) for side in (8, 16))
    wide = summary(UNet(width=64), (1, 8, 8))
    assert small.weights == large.weights
    assert 3.8 < large.multiply_adds / small.multiply_adds < 4.001
    assert 3.5 < wide.multiply_adds / small.multiply_adds < 4
    assert large.memory > 2 * small.memory


def test_the_network_is_left_as_it_was():
    network = UNet(width=8).train()
    before = [p.clone() for p in network.parameters()]
    text = str(summary(network, (1, 8, 8), batch=2))
    assert "weights" in text and "multiply-adds" in text and "MiB" in text
    assert network.training and all(p.grad is None for p in network.parameters())
    for one, other in zip(before, network.parameters(), strict=True):
        assert torch.equal(one, other)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="batch: got 0"):
        summary(UNet(width=8), (1, 8, 8), batch=0)
    with pytest.raises(ValueError, match="xt: got 7 by 7 pixels"):
        summary(UNet(width=8), (1, 7, 7))

"""The networks: shapes at every size, what they depend on, and bad input."""

import math

import pytest
import torch
from torch.testing import assert_close

from companion.networks import (
    Attention,
    Downsample,
    ResBlock,
    TimeEmbedding,
    UNet,
    Upsample,
    sinusoidal_embedding,
)


def awake(module, seed=0):
    """The module with random weights everywhere: nothing starts at zero."""
    g = torch.Generator().manual_seed(seed)
    for parameter in module.parameters():
        parameter.data = 0.2 * torch.randn(parameter.shape, generator=g)
    return module


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [8, 16, 32, 64])
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"multipliers": (1,)},
        {"multipliers": (1, 2, 2), "blocks": 2, "attention": (1, 2)},
    ],
)
def test_the_output_has_the_shape_of_the_input(channels, size, arguments, device):
    network = UNet(channels, width=8, **arguments).to(device)
    xt = torch.randn(2, channels, size, size, device=device)
    out = network(xt, torch.tensor([1, 7], device=device))
    assert out.shape == xt.shape and out.device == xt.device


def test_an_image_need_not_be_a_square():
    assert UNet(width=8)(torch.randn(1, 1, 8, 12), torch.tensor([1])).shape[2:] == (
        8,
        12,
    )


def test_a_fresh_network_returns_zero_and_learns_from_it():
    network = UNet(width=8)
    out = network(torch.randn(2, 1, 8, 8), torch.tensor([1, 2]))
    assert out.eq(0).all()
    (out - 1).square().mean().backward()
    assert network.conv_out.weight.grad.ne(0).any()


def test_every_parameter_takes_part():
    network = awake(UNet(width=8, multipliers=(1, 2), attention=(1,)))
    network(torch.randn(2, 1, 8, 8), torch.tensor([1, 9])).square().sum().backward()
    idle = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert idle == []


def test_the_network_knows_the_time():
    network, xt = awake(UNet(width=8)), torch.randn(1, 1, 8, 8)
    one, other = (network(xt, torch.tensor([t])) for t in (1, 500))
    assert not torch.allclose(one, other)


def test_each_image_is_by_itself():
    network = awake(UNet(width=8, attention=(1,))).eval()
    xt, t = torch.randn(3, 1, 8, 8), torch.tensor([1, 30, 900])
    together = network(xt, t)
    for row in range(3):
        alone = network(xt[row : row + 1], t[row : row + 1])
        assert_close(together[row], alone[0], rtol=1e-4, atol=1e-4)


def test_the_skip_connections_carry_what_the_middle_loses():
    """Two images that are alike when halved are told apart."""
    network = awake(UNet(width=8))
    for module in (*network.downsample, network.middle):
        for parameter in module.parameters():
            parameter.data.zero_()
    t = torch.tensor([3])
    one, other = (network(torch.randn(1, 1, 8, 8), t) for _ in range(2))
    assert not torch.allclose(one, other)


def test_more_arguments_make_a_larger_network():
    def size(**arguments):
        return sum(p.numel() for p in UNet(**arguments).parameters())

    small = size(width=8)
    for larger in (
        {"width": 16},
        {"blocks": 2},
        {"multipliers": (1, 2, 4)},
        {"attention": (1,)},
    ):
        assert size(**{"width": 8} | larger) > small
    assert 250_000 < size() < 350_000  # the book's network for the digits


def test_sinusoids_are_sines_and_cosines_of_t():
    t = torch.tensor([0.0, 1.0, 500.0])
    waves = sinusoidal_embedding(t, 8)
    for k in range(4):
        frequency = 10_000 ** (-k / 3)
        assert_close(waves[:, k], (t * frequency).sin(), rtol=1e-4, atol=1e-4)
        assert_close(waves[:, 4 + k], (t * frequency).cos(), rtol=1e-4, atol=1e-4)


def test_no_two_times_look_alike():
    waves = sinusoidal_embedding(torch.arange(1001), 32)
    distances = torch.cdist(waves, waves) + 9 * torch.eye(1001)
    assert distances.min() > 0.05


def test_attention_is_softmax_of_the_products():
    block, x = awake(Attention(8, heads=2)), torch.randn(1, 8, 2, 3)
    q, k, v = block.qkv(block.norm(x)).reshape(3, 2, 4, 6)
    h = torch.stack([v[n] @ (q[n].T @ k[n] / math.sqrt(4)).softmax(-1).T for n in range(2)])
    assert_close(block(x), x + block.out(h.reshape(1, 8, 2, 3)), rtol=1e-4, atol=1e-4)


def test_attention_does_not_see_the_order_of_the_pixels():
    block, x = awake(Attention(8)), torch.randn(1, 8, 2, 2)
    assert_close(block(x.flip(3)).flip(3), block(x), rtol=1e-4, atol=1e-4)


def test_a_block_without_time_needs_none():
    x = torch.randn(1, 8, 4, 4)
    assert_close(ResBlock(8, 8)(x), x)
    assert ResBlock(8, 16)(x).shape == (1, 16, 4, 4)


def test_down_and_up_halve_and_double():
    x = torch.randn(1, 8, 4, 6)
    assert Downsample(8)(x).shape == (1, 8, 2, 3)
    assert Upsample(8)(x).shape == (1, 8, 8, 12)


def test_up_doubles_pixels_and_does_not_mix_them():
    """With a convolution that hands on what it gets: each pixel four times."""
    up, x = Upsample(3), torch.randn(2, 3, 4, 6)
    torch.nn.init.dirac_(up.conv.weight)
    torch.nn.init.zeros_(up.conv.bias)
    assert torch.equal(up(x), x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3))


@pytest.mark.parametrize(
    "xt, t, words",
    [
        (torch.ones(1, 1, 6, 7), [1], "xt: got 6 by 7 pixels, expected multiples of 2"),
        (
            torch.ones(1, 3, 8, 8),
            [1],
            "xt: got shape (1, 3, 8, 8), expected (B, 1, H, W)",
        ),
        (torch.ones(1, 8, 8), [1], "xt: got shape (1, 8, 8)"),
        (torch.ones(2, 1, 8, 8), [1], "t: got shape (1,), expected (2,)"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(xt, t, words):
    with pytest.raises(ValueError) as error:
        UNet(width=8)(xt, torch.tensor(t))
    assert words in str(error.value)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="heads: got 3"):
        Attention(8, heads=3)
    with pytest.raises(ValueError, match="dim: got 7"):
        sinusoidal_embedding(torch.zeros(2), 7)
    with pytest.raises(ValueError, match="t: got shape"):
        TimeEmbedding(8)(torch.zeros(2, 1))

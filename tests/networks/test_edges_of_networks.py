"""What a whole network computes, put together again from its parts; defaults and limits."""

import re
from dataclasses import FrozenInstanceError

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from companion.autoencoder import FeatureNet
from companion.diffusion import EPS, X0, V, cosine, marginal
from companion.networks import (
    Attention,
    DiT,
    ImageDecoder,
    ImageEncoder,
    ResBlock,
    UNet,
    denoiser,
    sinusoidal_embedding,
    summary,
)
from companion.networks.classifier import Classifier
from companion.networks.conditions import (
    BagOfWords,
    ClassCondition,
    GivenTokens,
    ImageCondition,
    WordCondition,
)
from companion.networks.dit_blocks import AdaLNZeroBlock
from companion.networks.embeddings import TimeEmbedding
from tests.networks.test_networks import awake


def image(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def shapes(network):
    return {name: tuple(p.shape) for name, p in network.named_parameters()}


def unet_by_hand(network, xt, t, levels, blocks, attention):
    """Down, through the middle and up: the list of what is kept is the list of skip connections."""

    def level(stages, h, here):
        assert len(stages) == blocks
        for stage in stages:
            kinds = [ResBlock, Attention] if here in attention else [ResBlock]
            assert [type(block) for block in stage] == kinds
            h = stage[0](h, emb)
            for look in stage[1:]:
                h = look(h)
        return h

    emb = network.time.mlp(sinusoidal_embedding(t, 32))
    h, kept = network.conv_in(xt), []
    for here in range(levels):
        if here:
            conv = network.downsample[here].conv
            h = F.conv2d(h, conv.weight, conv.bias, stride=2, padding=1)
        h = level(network.down[here], h, here)
        kept.append(h)
    h = network.middle[0](h, emb)
    if levels - 1 in attention:
        h = network.middle[1](h)
    for number, here in enumerate(reversed(range(levels))):
        h = level(network.up[number], torch.cat([h, kept[here]], dim=1), here)
        if here:
            conv = network.upsample[number].conv
            doubled = h.repeat_interleave(2, 2).repeat_interleave(2, 3)
            h = F.conv2d(doubled, conv.weight, conv.bias, padding=1)
    return network.conv_out(F.silu(network.norm(h)))


@pytest.mark.parametrize(
    ("multipliers", "blocks", "attention"),
    [((1, 2), 1, ()), ((1, 2, 3), 2, (1,)), ((2, 1), 1, (0, 1)), ((1,), 1, (0,))],
)
def test_the_unet_is_its_parts_in_their_order(multipliers, blocks, attention):
    network = awake(UNet(3, 8, multipliers, blocks, attention))
    xt, t = image(2, 3, 8, 12), torch.tensor([3, 700])
    expected = unet_by_hand(network, xt, t, len(multipliers), blocks, attention)
    assert_close(network(xt, t), expected, rtol=1e-4, atol=1e-4)


def test_the_width_of_every_level():
    """What goes in and out of each block: the skip connection doubles what comes up."""
    network = UNet(3, 8, (1, 2, 3), 2, (1,))
    widths = {
        name: (block.conv1.in_channels, block.conv1.out_channels)
        for name, block in network.named_modules()
        if isinstance(block, ResBlock)
    }
    assert widths == {
        "down.0.0.0": (8, 8),
        "down.0.1.0": (8, 8),
        "down.1.0.0": (8, 16),
        "down.1.1.0": (16, 16),
        "down.2.0.0": (16, 24),
        "down.2.1.0": (24, 24),
        "middle.0": (24, 24),
        "up.0.0.0": (48, 16),
        "up.0.1.0": (16, 16),
        "up.1.0.0": (32, 8),
        "up.1.1.0": (8, 8),
        "up.2.0.0": (16, 8),
        "up.2.1.0": (8, 8),
    }
    assert network.time.mlp[0].in_features == 32
    assert [network.time.mlp[n].out_features for n in (0, 2)] == [32, 32]
    assert network.down[0][0][0].emb_proj.in_features == 32


def test_the_numbers_of_the_defaults():
    assert shapes(UNet()) == shapes(UNet(1, 32, (1, 2), 1, ()))
    assert shapes(DiT()) == shapes(DiT(1, 128, 6, 4, (2, 2), AdaLNZeroBlock))
    assert {own.attention.heads for own in DiT().blocks} == {4}
    assert shapes(ImageDecoder()) == shapes(ImageDecoder(8, 1, 16, 32))
    assert shapes(ImageEncoder(5)) == shapes(ImageEncoder(5, 8, 1, 32))
    network = UNet(width=8)
    assert summary(network, (1, 8, 8)) == summary(network, (1, 8, 8), batch=64)


def test_an_image_is_halved_as_often_as_there_are_levels_but_one():
    network, t = UNet(1, 8, (1, 1, 1)), torch.tensor([1])
    assert network(torch.zeros(1, 1, 4, 8), t).shape == (1, 1, 4, 8)
    for h, w in ((6, 8), (8, 6)):
        words = f"xt: got {h} by {w} pixels, expected multiples of 4: the network halves an "
        words += "image 2 times"
        with pytest.raises(ValueError, match=re.escape(words)):
            network(torch.zeros(1, 1, h, w), t)


@pytest.mark.parametrize(
    ("xt", "t", "words"),
    [
        (torch.zeros(1, 8, 8), [1], "xt: got shape (1, 8, 8), expected (B, 1, H, W)"),
        (torch.zeros(2, 1, 8), [1, 2], "xt: got shape (2, 1, 8), expected (B, 1, H, W)"),
        (torch.zeros(1, 1, 8, 8, 8), [1], "xt: got shape (1, 1, 8, 8, 8), expected (B, 1, H, W)"),
        (torch.zeros(2, 2, 8, 8), [1, 2], "xt: got shape (2, 2, 8, 8), expected (B, 1, H, W)"),
        (torch.zeros(2, 1, 8, 8), [1], "t: got shape (1,), expected (2,), one an image"),
        (torch.zeros(0, 1, 8, 8), [], "xt: got shape (0, 1, 8, 8), expected (B, 1, H, W)"),
        (torch.zeros(1, 1, 8, 8).int(), [1], "xt: got dtype torch.int32, expected float64"),
        ([[0.0]], [1], "xt: got list, expected a torch.Tensor of shape (B, 1, H, W)"),
    ],
)
@pytest.mark.parametrize("make", [lambda: UNet(width=8), lambda: DiT(width=8)])
def test_what_a_network_can_not_take_is_refused(make, xt, t, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        make()(xt, torch.tensor(t))


@pytest.mark.parametrize("make", [UNet, DiT])
def test_times_are_a_tensor_and_an_image_beside_is_as_large(make):
    with pytest.raises(ValueError, match=r"t: got list, expected a torch.Tensor of shape \(2,\)"):
        make(width=8)(torch.zeros(2, 1, 8, 8), [1, 2])
    network = make(width=8, condition=ImageCondition(1, 8))
    words = r"xt: got sides \(16, 8\), expected \(8, 8\), as large as the image of its condition"
    with pytest.raises(ValueError, match=words):
        network(torch.zeros(2, 1, 16, 8), torch.tensor([1, 2]))


def test_waves_of_a_time_are_an_even_number():
    with pytest.raises(ValueError, match="waves: got 3, expected an even number"):
        TimeEmbedding(8, waves=3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"multipliers": ()}, "multipliers: got 0 numbers"),
        ({"multipliers": (0,)}, "multipliers: got 0, expected"),
        ({"attention": (2,)}, "attention: got 2, expected"),
        ({"attention": (-1,)}, "attention: got -1, expected"),
    ],
)
def test_levels_that_are_none_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        UNet(width=8, **arguments)


# ---------------------------------------------------------------------------- one shot


def test_the_generator_is_its_parts():
    network = awake(ImageDecoder(size=6, channels=3, latent=5, width=8))
    z = image(4, 5)
    one, up, two, norm, _, last = network.body
    assert [one.conv1.in_channels, one.conv1.out_channels, two.conv1.out_channels] == [16, 16, 8]
    h = one(network.proj_in(z).reshape(4, 16, 3, 3))
    h = F.conv2d(
        h.repeat_interleave(2, 2).repeat_interleave(2, 3), up.conv.weight, up.conv.bias, padding=1
    )
    h = norm(two(h))
    expected = last(h * h.sigmoid()).tanh()
    assert_close(network(z), expected, rtol=1e-4, atol=1e-4)
    assert network(z).shape == (4, 3, 6, 6)


def test_the_reader_is_its_parts():
    network = awake(ImageEncoder(7, size=6, channels=3, width=8))
    x = image(4, 3, 6, 6)
    first, one, down, two = network.body
    assert [one.conv1.out_channels, two.conv1.in_channels, two.conv1.out_channels] == [8, 8, 16]
    assert first.kernel_size == one.conv1.kernel_size == (3, 3)
    h = two(F.conv2d(one(first(x)), down.conv.weight, down.conv.bias, stride=2, padding=1))
    h = (h * h.sigmoid()).reshape(4, -1)
    assert_close(
        network(x), h @ network.proj_out.weight.T + network.proj_out.bias, rtol=1e-4, atol=1e-4
    )
    assert network.proj_out.in_features == 16 * 9


@pytest.mark.parametrize(
    "make", [lambda size: ImageDecoder(size), lambda size: ImageEncoder(1, size)]
)
@pytest.mark.parametrize("size", [-2, 0, 1, 3])
def test_a_side_is_an_even_number_from_two_up(make, size):
    assert make(2) is not None
    with pytest.raises(ValueError, match=f"size: got {size}, expected an even number from 2 up"):
        make(size)


def test_numbers_and_images_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"z: got shape \(1, 15\), expected \(B, 16\)"):
        ImageDecoder()(torch.zeros(1, 15))
    with pytest.raises(ValueError, match=r"images: got shape \(1, 8, 8\), .* \(B, 1, 8, 8\)"):
        ImageEncoder(1)(torch.zeros(1, 8, 8))


# ---------------------------------------------------------------------------- denoiser


class Told(nn.Module):
    """A network that says what it was shown, and notes how it was asked."""

    def __init__(self, answer):
        super().__init__()
        self.answer, self.seen = answer, []
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, xt, t):
        self.seen.append((t, self.training, torch.is_grad_enabled()))
        return self.weight * self.answer


@pytest.mark.parametrize("was_training", [True, False])
def test_the_network_is_asked_in_peace_and_left_as_it_was(was_training):
    network = Told(image(3, 2, 4)).train(was_training)
    guess = denoiser(network, cosine(20), V)(image(3, 2, 4, seed=1), 7)
    ((t, training, gradients),) = network.seen
    assert t.tolist() == [7, 7, 7] and t.dtype == torch.int64
    assert not training and not gradients and network.training == was_training
    assert not guess.x0.requires_grad and torch.is_grad_enabled()


class Conditional(nn.Module):
    """A network that says its condition."""

    def forward(self, xt, t, cond=None):
        return xt * 0 + (2.0 if cond is None else cond[:, None])


def test_a_condition_is_bound_for_every_call():
    """And without one the network is asked with two arguments, as one of a reader's own."""
    xt, cond = image(3, 4), torch.tensor([0.1, 0.2, 0.3])
    ask = denoiser(Conditional(), cosine(20), X0, cond=cond)
    for t in (20, 3):
        assert torch.equal(ask(xt, t).x0, cond[:, None].expand(3, 4))
    assert denoiser(Conditional(), cosine(20), X0)(xt, 3).x0.eq(2).all()
    assert denoiser(Told(xt), cosine(20), X0)(xt, 3).x0.equal(xt)


@pytest.mark.parametrize("cond", [torch.tensor([1]), 0, "a cat"])
def test_a_network_without_conditions_refuses_one(cond):
    network = UNet(width=8).train()
    words = r"cond: got .*, expected None: this network was built without conditions"
    with pytest.raises(ValueError, match=words):
        denoiser(network, cosine(20), V, cond=cond)(image(1, 1, 8, 8), 3)
    assert network.training  # as it was, also after a refusal
    with pytest.raises(ValueError, match=words):
        network(image(1, 1, 8, 8), torch.tensor([3]), cond)
    assert network(image(1, 1, 8, 8), torch.tensor([3]), None).shape == (1, 1, 8, 8)


def test_what_is_not_finite_is_refused_before_the_network_is_asked():
    network = Told(image(1, 1, 8, 8))
    with pytest.raises(ValueError, match="xt: got 64 of 64 values NaN"):
        denoiser(network, cosine(20), V)(torch.full((1, 1, 8, 8), torch.nan), 3)
    assert not network.seen


def test_a_guess_beyond_the_pixels_is_cut_only_if_asked():
    """Cut at -1 and 1 exactly, and the noise is the one that makes x_t of the cut guess."""
    schedule, t = cosine(20), 9
    x0 = torch.tensor([[-1.7, -1.0, -0.99, 0.3, 0.99, 1.0, 1.04]], dtype=torch.float64)
    eps = image(1, 7).double()
    xt = marginal(schedule, x0, t).sample(eps)
    plain = denoiser(Told(eps), schedule, EPS)(xt, t)
    assert_close(plain.x0, x0)
    assert_close(plain.eps, eps)
    cut = denoiser(Told(eps), schedule, EPS, clip=True)(xt, t)
    assert_close(cut.x0, x0.clamp(-1, 1))
    assert_close(marginal(schedule, cut.x0, t).sample(cut.eps), xt)
    assert_close(cut.eps[0, 1:-1], eps[0, 1:-1])
    assert not torch.allclose(cut.eps[0, 0], eps[0, 0])


# ---------------------------------------------------------------------------- its cost


def test_what_is_kept_for_the_gradient_is_counted_once():
    """A product keeps both its factors; a factor that it shares with another, once."""

    class Products(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(3, 1, 1))

        def forward(self, xt, t):
            half = xt * self.scale
            return half.square() * half

    found = summary(Products(), (3, 4, 4), batch=5)
    a_batch = 4 * 5 * 3 * 16  # xt, half and its square
    assert found.memory == 3 * a_batch + 5 * 4 * 3
    assert found.weights == 3


def test_the_figures_in_a_line():
    found = summary(UNet(width=8), (1, 8, 8), batch=2)
    assert str(found) == (
        f"{found.weights:,} weights, {found.multiply_adds / 10**6:.1f} million multiply-adds "
        f"an image, {found.memory / 1024 / 1024:.0f} MiB a training step"
    )


def test_a_network_is_asked_for_times_of_1_and_nothing_is_printed(capsys):
    seen = []

    class Looking(nn.Module):
        def forward(self, xt, t):
            seen.append((tuple(xt.shape), t.tolist(), t.dtype))
            return xt

    found = summary(Looking(), (2, 4, 6), batch=3)
    one, three = ((1, 2, 4, 6), [1]), ((3, 2, 4, 6), [1, 1, 1])
    assert seen == [(*one, torch.int64), (*three, torch.int64)]
    assert capsys.readouterr().out == ""
    assert summary(Looking(), (2, 4, 6), batch=1) == found  # nothing is kept
    with pytest.raises(FrozenInstanceError):
        found.weights = 0


@pytest.mark.parametrize("batch", [0, 65537])
def test_a_batch_has_its_limits(batch):
    with pytest.raises(
        ValueError, match=f"batch: got {batch}, expected a whole number in 1..65536"
    ):
        summary(nn.Identity(), (1, 8, 8), batch=batch)


SIZES = {  # each class with what it takes, and which of that are sizes
    UNet: {"channels": 1, "width": 8, "blocks": 1},
    TimeEmbedding: {"dim": 8, "waves": 8},
    ImageDecoder: {"channels": 1, "latent": 2, "width": 8},
    ImageEncoder: {"numbers": 2, "channels": 1, "width": 8},
    Classifier: {"features": 4, "classes": 3},
    ClassCondition: {"classes": 3, "dim": 4},
    WordCondition: {"words": 5, "length": 4, "dim": 8},
    BagOfWords: {"words": 5, "length": 4, "dim": 8},
    ImageCondition: {"channels": 1, "size": 8},
    GivenTokens: {"length": 4, "given": 3, "dim": 8},
    FeatureNet: {"photographs": 3},
}


@pytest.mark.parametrize("size", [0, -2, 2.5, True])
@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, sizes in SIZES.items() for name in sizes]
)
def test_sizes_are_positive_whole_numbers(kind, name, size):
    with pytest.raises(
        ValueError, match=rf"^{name}: got .*{size}.*, expected a whole number in 1\.\."
    ):
        kind(**SIZES[kind] | {name: size})


def test_such_sizes_are_taken():
    for kind, sizes in SIZES.items():
        assert isinstance(kind(**sizes), nn.Module)
    assert len(WordCondition(5, 4, 8, depth=0).blocks) == 0
    with pytest.raises(ValueError, match="^depth: got -1"):
        WordCondition(5, 4, 8, depth=-1)
    with pytest.raises(ValueError, match="^widths: got 0"):
        FeatureNet((8, 0, 8))


@pytest.mark.parametrize("heads", [0, -4, 2.0])
def test_heads_are_a_positive_whole_number(heads):
    with pytest.raises(ValueError, match=f"^heads: got .*{heads}.*, expected a whole number"):
        Attention(8, heads)

"""Encoder, decoder and the autoencoder of both: equation 2-1 as a contract."""

from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from companion.autoencoder import KL, VQ, Autoencoder, Decoder, Encoder, Identity, SkipAutoencoder
from companion.networks import Attention, Downsample, ResBlock, Upsample
from tests.networks.test_networks import awake


def make(bottleneck=None, kind=Autoencoder, **sizes):
    bottleneck = bottleneck or Identity(4)
    sizes = {"width": 8} | sizes
    return kind(
        Encoder(latent=bottleneck.channels_in, **sizes),
        bottleneck,
        Decoder(latent=bottleneck.channels, **sizes),
    )


def pixels(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return 2 * torch.rand(shape, generator=generator) - 1


# -------------------------------------------------------------------- equation 2-1


@pytest.mark.parametrize("bottleneck", [lambda: Identity(4), lambda: KL(4), lambda: VQ(9)])
@pytest.mark.parametrize("f", [2, 4, 8])
@pytest.mark.parametrize("size", [16, 32, 64])
def test_the_latent_is_f_times_smaller(bottleneck, f, size, device):
    model = make(bottleneck(), f=f).to(device)
    x = pixels(2, 3, size, size).to(device)
    reconstruction, latent = model(x)
    assert model.f == f and f * latent.z.shape[2] == size
    assert latent.z.shape == (2, 4, size // f, size // f)
    assert reconstruction.shape == x.shape and reconstruction.device == x.device
    assert latent.loss.shape == (2,)


@pytest.mark.parametrize("levels, f", [(1, 1), (1, 4), (2, 2), (2, 8), (3, 4), (4, 8)])
def test_levels_halve_and_the_first_layer_folds_what_is_left(levels, f):
    multipliers = (1, 2, 2, 3)[:levels]
    model = make(f=f, multipliers=multipliers, attention=(levels - 1,), blocks=2)
    assert model.encoder.patch * 2 ** (levels - 1) == f
    reconstruction, latent = model(pixels(1, 3, 16, 24))
    assert latent.z.shape[2:] == (16 // f, 24 // f)
    assert reconstruction.shape == (1, 3, 16, 24)


@given(
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(0, 3),
    st.integers(1, 3),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
)
def test_every_size_that_f_divides_comes_back(channels, latent, m, levels, size):
    f = 2 ** max(m, levels - 1)
    h, w = size
    sizes = {"channels": channels, "f": f, "multipliers": (1,) * levels, "width": 4}
    model = make(KL(latent), **sizes)
    x = pixels(1, channels, f * h, f * w)
    reconstruction, found = model(x, torch.Generator().manual_seed(0))
    assert reconstruction.shape == x.shape and found.z.shape == (1, latent, h, w)


def test_forward_is_encode_then_decode():
    model = awake(make(KL(4)))
    x, seed = pixels(2, 3, 16, 16), torch.Generator().manual_seed
    reconstruction, latent = model(x, seed(1))
    again = model.encode(x, seed(1))
    assert_close(latent.z, again.z, rtol=0, atol=0)
    assert_close(reconstruction, model.decode(again.z), rtol=0, atol=0)
    assert_close(model.decoder(again.z), reconstruction, rtol=0, atol=0)
    assert not torch.equal(model.encode(x, seed(2)).z, latent.z)


# ------------------------------------------------------------- what it is made of


def test_it_is_built_of_the_blocks_of_the_other_networks():
    model = make(attention=(1,))
    kinds = {type(m) for m in model.modules()}
    assert {ResBlock, Downsample, Upsample, Attention} <= kinds
    known = {"companion.networks.blocks", "companion.autoencoder.coder"}
    ours = {k.__module__ for k in kinds if k.__module__.startswith("companion")}
    assert ours - {"companion.autoencoder.bottlenecks"} == known


def test_folding_loses_no_pixel():
    fold, unfold = make().encoder.conv_in[0], make().decoder.conv_out[3]
    x = pixels(2, 3, 8, 8)
    assert fold(x).shape == (2, 12, 4, 4)
    assert_close(unfold(fold(x)), x, rtol=0, atol=0)


def test_every_parameter_takes_part():
    for kind in (Autoencoder, SkipAutoencoder):
        model = awake(make(KL(4), kind, attention=(1,)))
        reconstruction, latent = model(pixels(2, 3, 16, 16))
        (reconstruction.square().sum() + latent.loss.sum()).backward()
        idle = [n for n, p in model.named_parameters() if p.grad is None or not p.grad.any()]
        assert idle == []


def test_a_fresh_one_learns_everywhere_within_two_steps():
    """The blocks start at nothing, but the way from pixels to pixels is open."""
    model = make(KL(4), attention=(1,))
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(3):
        optimizer.zero_grad()
        reconstruction, _ = model(pixels(2, 3, 16, 16))
        (reconstruction - pixels(2, 3, 16, 16)).square().mean().backward()
        optimizer.step()
    assert all(p.grad.any() for p in model.parameters())


def test_each_image_is_by_itself():
    model = awake(make(attention=(1,))).eval()
    x = pixels(3, 3, 16, 16)
    together, _ = model(x)
    for row in range(3):
        alone, _ = model(x[row : row + 1])
        assert_close(together[row], alone[0], rtol=1e-4, atol=1e-3)


def test_the_last_weight_is_where_every_gradient_comes_in():
    """What is set to zero there is seen by no pixel."""
    model = awake(make())
    assert isinstance(model.decoder.last_weight, nn.Parameter)
    model.decoder.last_weight.data.zero_()
    one, other = (model(pixels(1, 3, 16, 16, seed=seed))[0] for seed in (1, 2))
    assert_close(one, other, rtol=0, atol=0)


def test_more_arguments_make_a_larger_network():
    def size(**sizes):
        return sum(p.numel() for p in make(**sizes).parameters())

    for larger in (
        {"width": 16},
        {"blocks": 2},
        {"multipliers": (1, 2, 2)},
        {"attention": (1,)},
    ):
        assert size(**larger) > size()
    assert 300_000 < size(width=48) < 400_000  # the book's network for photographs


def test_a_picture_is_learned():
    torch.manual_seed(0)
    model, x = make(KL(4), width=16), pixels(1, 3, 4, 4).repeat(1, 1, 4, 4)
    optimizer = torch.optim.Adam(model.parameters(), 5e-3)
    losses = []
    for step in range(60):
        reconstruction, latent = model(x, torch.Generator().manual_seed(step))
        loss = (reconstruction - x).square().mean() + 1e-6 * latent.loss.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.2 * losses[0]


# ---------------------------------------------------------- the bridge around z


def nothing_gets_through(model):
    """The model with an encoder that says the same of every image."""
    last = model.encoder.conv_out[2]
    last.weight.data.zero_(), last.bias.data.zero_()
    return model


def test_without_a_bridge_the_decoder_sees_z_alone():
    model = nothing_gets_through(awake(make()))
    one, other = (model(pixels(1, 3, 16, 16, seed=seed))[0] for seed in (1, 2))
    assert_close(one, other, rtol=0, atol=0)


def test_with_a_bridge_pixels_go_around():
    model = nothing_gets_through(awake(make(kind=SkipAutoencoder)))
    one, other = (model(pixels(1, 3, 16, 16, seed=seed)) for seed in (1, 2))
    assert_close(one[1].z, other[1].z, rtol=0, atol=0)
    assert not torch.allclose(one[0], other[0], atol=0.1)


def test_the_bridge_has_no_weights_of_its_own():
    plain, bridged = make(), make(kind=SkipAutoencoder)
    bridged.load_state_dict(plain.state_dict())
    z = pixels(1, 4, 4, 4)
    assert_close(bridged.decode(z), plain.decode(z), rtol=0, atol=0)


# ---------------------------------------------------------------------------- bad input


@pytest.mark.parametrize("part", [Encoder, Decoder])
@pytest.mark.parametrize(
    "sizes, words",
    [
        ({"width": -8}, "width: got -8, expected a whole number in 1..4096"),
        ({"width": 1.5}, "width: got 1.5 (float), expected a whole number in 1..4096"),
        ({"width": 0}, "width: got 0, expected a whole number in 1..4096"),
        ({"latent": 0}, "latent: got 0, expected a whole number in 1..131072"),
        ({"channels": 0}, "channels: got 0, expected a whole number in 1..1024"),
        ({"channels": "3"}, "channels: got '3' (str), expected a whole number"),
        (
            {"multipliers": (0,)},
            "multipliers: got 0, expected a whole number in 1..4096",
        ),
        ({"multipliers": (1, "a")}, "multipliers: got 'a' (str), expected a whole num"),
        ({"multipliers": ()}, "multipliers: got 0 numbers, expected 1 to 10, one a le"),
        ({"attention": (2,)}, "attention: got 2, expected a whole number in 0..1"),
    ],
)
def test_bad_sizes_are_refused_by_each_part(part, sizes, words):
    with pytest.raises(ValueError) as error:
        part(**sizes)
    assert str(error.value).startswith(words)


@pytest.mark.parametrize(
    "z, x, words",
    [
        (
            (2, 4, 4, 4),
            (2, 3, 16, 20),
            "x: got shape (2, 3, 16, 20), expected (2, 3, 16, 1",
        ),
        (
            (2, 4, 4, 4),
            (1, 3, 16, 16),
            "x: got shape (1, 3, 16, 16), expected (2, 3, 16, 1",
        ),
        (
            (2, 4, 4, 4),
            (2, 1, 16, 16),
            "x: got shape (2, 1, 16, 16), expected (2, 3, 16, 1",
        ),
        (
            (2, 4, 4, 4),
            (3, 16, 16),
            "x: got shape (3, 16, 16), expected (2, 3, 16, 16)",
        ),
        (
            (2, 3, 4, 4),
            (2, 3, 16, 16),
            "z: got shape (2, 3, 4, 4), expected (B, 4, h, w)",
        ),
        ((4, 4, 4), (2, 3, 16, 16), "z: got shape (4, 4, 4), expected (B, 4, h, w)"),
    ],
)
def test_a_bridge_from_an_image_of_another_shape_is_refused(z, x, words):
    with pytest.raises(ValueError) as error:
        make(kind=SkipAutoencoder).decode_beside(torch.zeros(z), torch.zeros(x))
    assert words in str(error.value)


@pytest.mark.parametrize(
    "x, words",
    [
        (
            torch.ones(1, 3, 16, 18),
            "x: got 16 by 18 pixels, expected multiples of 4: with f = 4",
        ),
        (torch.ones(1, 3, 2, 4), "x: got 2 by 4 pixels, expected multiples of 4: with f = 4"),
        (
            torch.ones(1, 1, 16, 16),
            "x: got shape (1, 1, 16, 16), expected (B, 3, H, W)",
        ),
        (torch.ones(3, 16, 16), "x: got shape (3, 16, 16), expected (B, 3, H, W)"),
        (torch.ones(1, 3, 8, 8, dtype=torch.uint8), "x: got dtype torch.uint8"),
    ],
)
def test_a_bad_image_is_refused_in_one_sentence(x, words):
    for kind, ask in product((Autoencoder, SkipAutoencoder), ("encode", "forward")):
        with pytest.raises(ValueError) as error:
            getattr(make(kind=kind), ask)(x)
        assert words in str(error.value)


def test_what_is_not_finite_is_refused_at_the_door():
    for kind in (Autoencoder, SkipAutoencoder):
        with pytest.raises(ValueError, match="x: got 192 of 192 values NaN"):
            make(kind=kind).encode(torch.full((1, 3, 8, 8), torch.nan))
        with pytest.raises(ValueError, match="z: got 16 of 16 values NaN"):
            make(kind=kind).decode(torch.full((1, 4, 2, 2), torch.nan))


@pytest.mark.parametrize(
    "z, words",
    [
        (torch.ones(1, 3, 4, 4), "z: got shape (1, 3, 4, 4), expected (B, 4, h, w)"),
        (torch.ones(4, 4, 4), "z: got shape (4, 4, 4), expected (B, 4, h, w)"),
        (torch.full((1, 4, 2, 2), torch.inf), "z: got 16 of 16 values NaN or infinite"),
    ],
)
def test_a_bad_latent_is_refused_in_one_sentence(z, words):
    with pytest.raises(ValueError) as error:
        make().decode(z)
    assert words in str(error.value)


@pytest.mark.parametrize(
    "call, words",
    [
        (
            lambda: make(f=6),
            "f: got 6, expected a power of two of at least 2: 2 levels",
        ),
        (lambda: make(f=1), "f: got 1, expected a power of two of at least 2"),
        (lambda: make(blocks=0), "blocks: got 0, expected a whole number in 1.."),
        (lambda: make(multipliers=()), "multipliers: got 0 numbers, expected 1 to 10"),
        (lambda: make(f=4.0), "f: got 4.0 (float), expected a whole number"),
        (
            lambda: Autoencoder(Encoder(), KL(4), Decoder()),
            "encoder: got latent = 4, ex",
        ),
        (
            lambda: Autoencoder(Encoder(), Identity(4), Decoder(latent=8)),
            "decoder: got latent = 8, expected 4, the channels of Identity",
        ),
        (
            lambda: Autoencoder(Encoder(f=8), Identity(4), Decoder()),
            "decoder: got f = 4, expected 8, the f of Encoder",
        ),
        (
            lambda: Autoencoder(Encoder(), Identity(4), Decoder(channels=1)),
            "decoder: got channels = 1, expected 3, the channels of Encoder",
        ),
        (
            lambda: SkipAutoencoder(Encoder(), Identity(4), Decoder(width=8)),
            "decoder: got width = 8, expected 48, the width of Encoder",
        ),
        (
            lambda: SkipAutoencoder(Encoder(), Identity(4), Decoder(multipliers=(1, 1, 1))),
            "decoder: got patch = 1, expected 2, the patch of Encoder",
        ),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(call, words):
    with pytest.raises(ValueError) as error:
        call()
    assert words in str(error.value)

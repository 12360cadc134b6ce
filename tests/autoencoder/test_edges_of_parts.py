"""Encoder, decoder, skip connection, features, losses put together again, at limits, by default."""

import inspect
import math
import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from companion.autoencoder import (
    KL,
    Autoencoder,
    Decoder,
    Encoder,
    Identity,
    SkipAutoencoder,
    Weights,
    adaptive_weight,
    autoencoder_loss,
    discriminator_loss,
    hinge_d,
    hinge_g,
    pixel_loss,
)
from companion.autoencoder.adversarial import PatchDiscriminator
from companion.autoencoder.coder import patch_size, stages
from companion.autoencoder.features import DETAIL, FeatureNet
from companion.autoencoder.pretext import damaged, pretext_task
from companion.networks import Attention, Downsample, ResBlock, Upsample
from companion.tasks import evaluation_features, photo_features, train_features
from companion.training import read
from tests.networks.test_networks import awake


def pixels(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return 2 * torch.rand(shape, generator=generator) - 1


def shapes(network):
    return {name: tuple(p.shape) for name, p in network.named_parameters()}


def through(layers, h):
    """h through a row of layers, written out for all that have no skill of their own."""
    for layer in layers:
        if isinstance(layer, Downsample):
            h = F.conv2d(h, layer.conv.weight, layer.conv.bias, stride=2, padding=1)
        elif isinstance(layer, Upsample):
            doubled = h.repeat_interleave(2, 2).repeat_interleave(2, 3)
            h = F.conv2d(doubled, layer.conv.weight, layer.conv.bias, padding=1)
        else:
            assert isinstance(layer, ResBlock | Attention)
            h = layer(h)
    return h


# -------------------------------------------------------------------------- encoder and decoder

SIZES = {"latent": 5, "f": 8, "width": 8, "multipliers": (1, 2, 3), "blocks": 2, "attention": (1,)}


def kinds_and_widths(layers):
    names = {Downsample: "half", Upsample: "double", Attention: "look"}
    return [
        (layer.conv1.in_channels, layer.conv1.out_channels)
        if isinstance(layer, ResBlock)
        else names[type(layer)]
        for layer in layers
    ]


def test_the_encoder_folds_halves_and_ends_in_a_norm():
    encoder, x = awake(Encoder(**SIZES)), pixels(2, 3, 16, 24)
    look, half = "look", "half"
    expected = [(8, 8), (8, 8), half, (8, 16), look, (16, 16), look, half, (16, 24), (24, 24)]
    assert kinds_and_widths(encoder.down) == expected
    fold, first = encoder.conv_in
    norm, _, last = encoder.conv_out
    assert first.kernel_size == last.kernel_size == (3, 3) and norm.num_groups == 3
    h = first(F.pixel_unshuffle(x, 2))
    h = norm(through(encoder.down, h))
    assert_close(encoder(x), last(h * h.sigmoid()), rtol=1e-4, atol=1e-4)
    assert encoder(x).shape == (2, 5, 2, 3)


def test_the_decoder_is_the_mirror_image():
    decoder, z = awake(Decoder(**SIZES)), pixels(2, 5, 2, 3)
    look, double = "look", "double"
    expected = [(24, 16), (16, 16), double, (16, 8), look, (8, 8), look, double, (8, 8), (8, 8)]
    assert kinds_and_widths(decoder.up) == expected
    norm, _, last, unfold = decoder.conv_out
    assert decoder.conv_in.out_channels == 24 and norm.num_groups == 1
    h = norm(through(decoder.up, decoder.conv_in(z)))
    expected = F.pixel_shuffle(last(h * h.sigmoid()), 2)
    assert_close(decoder(z), expected, rtol=1e-4, atol=1e-4)
    assert decoder(z).shape == (2, 3, 16, 24) and decoder.last_weight is last.weight


@pytest.mark.parametrize("part", [Encoder, Decoder])
def test_the_numbers_of_the_defaults(part):
    assert shapes(part()) == shapes(part(3, 4, 4, 48, (1, 2), 1, ()))
    assert (part().patch, part().f) == (2, 4)


@pytest.mark.parametrize(
    ("f", "levels", "patch"), [(1, 1, 1), (1024, 1, 1024), (512, 10, 1), (8, 3, 2), (2, 2, 1)]
)
def test_the_patch_is_what_is_left_of_f(f, levels, patch):
    assert patch_size(f, levels) == patch


@pytest.mark.parametrize(
    ("f", "levels", "words"),
    [
        (0, 1, "f: got 0, expected a whole number in 1..1024"),
        (2048, 1, "f: got 2048, expected a whole number in 1..1024"),
        (4, 0, "levels: got 0, expected a whole number in 1..10"),
        (1024, 11, "levels: got 11, expected a whole number in 1..10"),
        (4, 4, "f: got 4, expected a power of two of at least 8: 4 levels halve the image 3 times"),
        (12, 2, "f: got 12, expected a power of two of at least 2"),
    ],
)
def test_another_patch_is_refused(f, levels, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        patch_size(f, levels)


@pytest.mark.parametrize("attention", [False, True])
def test_the_stages_of_a_level(attention):
    look = ["look"] * attention
    assert kinds_and_widths(stages(4, 6, 1, attention)) == [(4, 6), *look]
    assert kinds_and_widths(stages(4, 6, 3, attention)) == [
        (4, 6),
        *look,
        (6, 6),
        *look,
        (6, 6),
        *look,
    ]
    for blocks in (0, 1025):
        with pytest.raises(
            ValueError, match=f"blocks: got {blocks}, expected a whole number in 1..1024"
        ):
            stages(4, 6, blocks, attention)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: Encoder(width=8)(torch.zeros(2, 3, 16)),
            "x: got shape (2, 3, 16), expected (B, 3",
        ),
        (lambda: Encoder(width=8)(torch.zeros(2, 3, 18, 16)), "x: got 18 by 16 pixels"),
        (lambda: Encoder(width=8)(torch.zeros(2, 3, 16, 18)), "x: got 16 by 18 pixels"),
        (lambda: Decoder(width=8)(torch.zeros(2, 4, 8)), "z: got shape (2, 4, 8), expected (B, 4"),
        (lambda: Encoder(channels=1025), "channels: got 1025, expected a whole number in 1..1024"),
        (
            lambda: Encoder(latent=131073),
            "latent: got 131073, expected a whole number in 1..131072",
        ),
        (lambda: Encoder(width=4097), "width: got 4097, expected a whole number in 1..4096"),
        (
            lambda: skipping().decode_beside(torch.zeros(1, 4, 2, 2), torch.zeros(1, 3, 8, 9)),
            "x: got shape (1, 3, 8, 9), expected (1, 3, 8, 8)",
        ),
        (
            lambda: skipping().decode_beside(torch.zeros(1, 3, 2, 2), torch.zeros(1, 3, 8, 8)),
            "z: got shape (1, 3, 2, 2), expected (B, 4, h, w)",
        ),
        (
            lambda: skipping(Encoder(width=8), Decoder(width=16)),
            "decoder: got width = 16, expected 8",
        ),
        (
            lambda: skipping(Encoder(width=8), Decoder(width=8, multipliers=(1, 1, 1))),
            "decoder: got patch = 1, expected 2, the patch of Encoder",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        call()


def skipping(encoder=None, decoder=None):
    return SkipAutoencoder(encoder or Encoder(width=8), Identity(4), decoder or Decoder(width=8))


def test_the_skip_connection_is_added_before_the_last_layer():
    model = awake(skipping())
    x, z = pixels(2, 3, 8, 12), pixels(2, 4, 2, 3, seed=1)
    h = through(model.decoder.up, model.decoder.conv_in(z)) + model.encoder.conv_in(x)
    assert_close(model.decode_beside(z, x), model.decoder.conv_out(h), rtol=1e-4, atol=1e-4)
    again, latent = model(x)
    assert_close(again, model.decode_beside(latent.z, x))


@pytest.mark.parametrize("kind", [Autoencoder, SkipAutoencoder])
def test_the_draw_of_the_bottleneck_is_from_the_generator(kind):
    model = awake(kind(Encoder(width=8, latent=8), KL(4), Decoder(width=8)))
    x = pixels(2, 3, 8, 8)
    torch.manual_seed(0)
    before = torch.get_rng_state()
    seeded = torch.Generator().manual_seed
    one, same, other = (model(x, seeded(n))[0] for n in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert torch.equal(torch.get_rng_state(), before)


# ---------------------------------------------------------------------------------- features


def test_the_feature_network_is_its_formula():
    """Each pixel beside five times what is left of it without its neighbours."""
    network, x = awake(FeatureNet((8, 16, 24), photographs=3)), pixels(2, 3, 16, 32)
    count = F.conv2d(torch.ones(1, 1, 16, 32), torch.ones(1, 1, 3, 3), padding=1)
    total = F.conv2d(x, torch.ones(3, 1, 3, 3), padding=1, groups=3)
    both = torch.cat([x, 5 * (x - total / count)], dim=1)
    one = network.level1(both)
    assert network.level1.kernel_size == (4, 4) and network.level1.stride == (2, 2)
    one = one * one.sigmoid()
    maps = [one]
    for level in (network.level2, network.level3):
        h = maps[-1]
        halved = (h[..., ::2, ::2] + h[..., 1::2, ::2] + h[..., ::2, 1::2] + h[..., 1::2, 1::2]) / 4
        h = level[1](halved)
        maps.append(h * h.sigmoid())
    assert DETAIL == 5
    for found, expected in zip(network(x), maps, strict=True):
        assert_close(found, expected, rtol=1e-4, atol=1e-4)
    network.scale.fill_(3.0)
    assert_close(network.pooled(x), 3 * maps[2].flatten(2).mean(2), rtol=1e-4, atol=1e-4)
    quarters = []
    for h in maps:
        top, bottom = h.chunk(2, 2)
        parts = [part.mean(dim=(2, 3)) for row in (top, bottom) for part in row.chunk(2, 3)]
        quarters.append(torch.stack(parts, dim=2).flatten(1))
    logits = torch.cat(quarters, 1) @ network.answers.weight.T + network.answers.bias
    found = network.predict(x)
    assert [part.shape[1] for part in found] == [3, 4, 4]
    assert_close(torch.cat(found, 1), logits, rtol=1e-3, atol=1e-3)


def test_the_numbers_of_the_feature_network():
    assert shapes(FeatureNet()) == shapes(FeatureNet((32, 64, 96), 9))
    assert FeatureNet().scale.item() == 1


def test_each_damage_is_its_formula():
    """The strength between a half and all of it, one for each image, from one generator."""
    x = pixels(200, 2, 6, 4) * 0.5
    how = torch.arange(200) % 4
    found = damaged(x, how, torch.Generator().manual_seed(3))
    g = torch.Generator().manual_seed(3)
    strength = torch.rand(200, 1, 1, 1, generator=g)
    noise = torch.randn(x.shape, generator=g)
    edged = torch.cat([x[:, :, :1], x, x[:, :, -1:]], dim=2)
    edged = torch.cat([edged[..., :1], edged, edged[..., -1:]], dim=3)
    blurred = sum(edged[:, :, i : i + 6, j : j + 4] for i in range(3) for j in range(3)) / 9
    squares = (x[..., ::2, ::2] + x[..., 1::2, ::2] + x[..., ::2, 1::2] + x[..., 1::2, 1::2]) / 4
    blocky = squares.repeat_interleave(2, 2).repeat_interleave(2, 3)
    share = 0.5 + strength / 2
    done = [
        x,
        x + share * (blurred - x),
        x + (0.05 + 0.2 * strength) * noise,
        x + share * (blocky - x),
    ]
    for n in range(200):
        assert_close(found[n], done[n % 4][n], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("sides", [((16, 20), (24, 16)), ((40, 30), (35, 50)), ((60, 70),)])
def test_a_puzzle_is_its_recipe_draw_by_draw(sides):
    """Facts, a side for all, a place for each crop; then grey, contrast, light and damage."""
    pictures = [pixels(3, h, w, seed=n) for n, (h, w) in enumerate(sides)]
    for seed in range(3):
        x, facts = pretext_task(pictures, 6, 16, torch.Generator().manual_seed(seed))
        g = torch.Generator().manual_seed(seed)
        asked = [torch.randint(n, (6,), generator=g) for n in (len(sides), 4, 4)]
        assert torch.equal(facts, torch.stack(asked, dim=1))
        most = min(32, *(side for pair in sides for side in pair))
        side = 16 + int(torch.randint(most - 16 + 1, (), generator=g))
        crops = []
        for number, turns in zip(*(fact.tolist() for fact in asked[:2]), strict=True):
            h, w = sides[number]
            top = int(torch.randint(h - side + 1, (), generator=g))
            left = int(torch.randint(w - side + 1, (), generator=g))
            crop = pictures[number][:, top : top + side, left : left + side]
            for _ in range(turns):  # a quarter turn: columns, from the last, become rows
                crop = crop.transpose(1, 2).flip(1)
            crops.append(crop)
        small = F.interpolate(torch.stack(crops), (16, 16), mode="bilinear", antialias=True)
        grey, contrast, light = torch.rand(3, 6, 1, 1, 1, generator=g)
        mean = small.mean(dim=1, keepdim=True)
        coloured = (1 - grey**2) * small + grey**2 * mean
        lit = (0.7 + 0.6 * contrast) * coloured + 0.4 * (light - 0.5)
        expected = damaged(lit, asked[2], g).clamp(-1, 1)
        assert_close(x, expected, rtol=1e-4, atol=1e-4)


def test_features_are_trained_as_the_recipe_says():
    """Two steps by hand: 64 crops, AdamW, a rate that falls as a cosine; then the scale."""
    pictures = [pixels(3, 20, 24, seed=n) for n in range(2)]
    found = train_features(pictures, steps=2, size=8, seed=5)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        network = FeatureNet(photographs=2)
    g = torch.Generator().manual_seed(5)
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=0.05)
    for rate in (3e-3, 1.5e-3):
        optimizer.param_groups[0]["lr"] = rate
        x, facts = pretext_task(pictures, 64, 8, g)
        optimizer.zero_grad()
        logits = zip(network.predict(x), facts.unbind(1), strict=True)
        right = [part.log_softmax(1).gather(1, fact[:, None]) for part, fact in logits]
        (-torch.cat(right, dim=1).mean(dim=0).sum()).backward()
        optimizer.step()
    for name, value in network.named_parameters():
        assert_close(found.get_parameter(name), value, rtol=1e-3, atol=1e-4)
        assert not found.get_parameter(name).requires_grad
    crops, _ = pretext_task(pictures, 1000, 8, g)
    spread = network(crops)[-1].mean(dim=(2, 3)).var(dim=0).sum()
    assert found.scale.item() == pytest.approx(10 / math.sqrt(spread.item()), rel=1e-2)
    assert not found.training


def test_what_a_puzzle_can_not_be_made_of_is_refused():
    good, g = pixels(3, 16, 16), torch.Generator()
    assert pretext_task([good], 1, 16, g)[0].shape == (1, 3, 16, 16)
    for bad, words in (
        (
            pixels(3, 15, 16),
            "pictures: got shape (3, 15, 16), expected (3, H, W), sides of at least 16",
        ),
        (pixels(3, 16, 15), "pictures: got shape (3, 16, 15)"),
        (pixels(1, 3, 16, 16), "pictures: got shape (1, 3, 16, 16)"),
        (pixels(4, 16, 16), "pictures: got shape (4, 16, 16)"),
        (good / 0, "pictures: got"),
    ):
        with pytest.raises(ValueError, match=re.escape(words)):
            pretext_task([good, bad], 1, 16, g)
    for arguments, words in (
        ({"size": 4}, "size: got 4, expected a whole number in 8..1024"),
        ({"size": 1032}, "size: got 1032, expected a whole number in 8..1024"),
        ({"steps": 10**6 + 1}, "steps: got 1000001, expected a whole number in 1..1000000"),
    ):
        with pytest.raises(ValueError, match=re.escape(words)):
            train_features([good], **arguments)
    shape = inspect.signature(train_features).parameters
    assert [shape[name].default for name in ("steps", "size", "seed")] == [3000, 32, 0]


@pytest.mark.parametrize(
    "shape", [(1, 3, 8, 12), (1, 3, 12, 8), (3, 8, 8), (1, 4, 8, 8), (1, 3, 8, 8, 8)]
)
def test_the_feature_network_takes_eights(shape):
    words = f"x: got shape {shape}, expected (B, 3, H, W)"
    if len(shape) == 4 and shape[1] == 3:
        words = f"x: got {shape[2]} by {shape[3]} pixels, expected multiples of 8: the maps are"
    with pytest.raises(ValueError, match=re.escape(words)):
        FeatureNet()(torch.zeros(shape))


def test_the_two_shipped_networks_are_two_and_frozen():
    features, judge = photo_features(), evaluation_features()
    for network, name in ((features, "photo-features"), (judge, "evaluation-features")):
        tensors, _ = read(name)
        assert tensors.keys() == network.state_dict().keys()
        for key, value in network.state_dict().items():
            assert torch.equal(value, tensors[key].to(value))
        assert not network.training and not any(p.requires_grad for p in network.parameters())
    assert not torch.equal(features.level1.weight, judge.level1.weight)


# ------------------------------------------------------------------------- adversarial, losses


def test_the_discriminator_s_numbers_of_the_defaults():
    assert shapes(PatchDiscriminator()) == shapes(PatchDiscriminator(3, 32))


@pytest.mark.parametrize(
    "shape", [(2, 3, 8), (2, 3, 8, 8, 8), (2, 2, 8, 8), (2, 3, 3, 8), (2, 3, 8, 3)]
)
def test_the_discriminator_takes_images_of_four_pixels_or_more(shape):
    discriminator = PatchDiscriminator(width=4)
    assert discriminator(torch.zeros(2, 3, 4, 4)).shape == (2, 1, 1, 1)
    with pytest.raises(ValueError, match=re.escape(f"x: got shape {shape}, expected (B, 3, H, W)")):
        discriminator(torch.zeros(shape))
    for arguments, words in (
        ({"channels": 0}, "channels: got 0"),
        ({"channels": 1025}, "channels: got 1025"),
        ({"width": 0}, "width: got 0"),
        ({"width": 4097}, "width: got 4097"),
    ):
        with pytest.raises(ValueError, match=words):
            PatchDiscriminator(**arguments)


def test_logits_have_two_axes_and_are_finite():
    good = torch.zeros(2, 3)
    for bad in (torch.zeros(2), torch.full((2, 3), math.nan)):
        for name, call in (
            ("real", lambda bad=bad: hinge_d(bad, good)),
            ("fake", lambda bad=bad: hinge_d(good, bad)),
            ("fake", lambda bad=bad: hinge_g(bad)),
        ):
            with pytest.raises(ValueError, match=f"{name}: got"):
                call()
    assert hinge_g(torch.tensor([[1.0, 2.0]])).tolist() == [-1.5]


def test_the_adaptive_weight_is_at_most_ten_thousand_and_its_floor_a_ten_thousandth():
    weight = torch.ones((), requires_grad=True)
    assert adaptive_weight(7e4 * weight, 0 * weight, weight).item() == 1e4
    assert adaptive_weight(0.3 * weight, 0 * weight, weight).item() == pytest.approx(3000, rel=1e-4)
    assert adaptive_weight(-2 * weight, weight, weight, delta=0.0).item() == 2


def test_a_loss_that_the_weight_does_not_make_is_refused():
    weight, other = torch.ones((), requires_grad=True), torch.ones((), requires_grad=True)
    fixed = torch.ones(())
    for name, pair in (
        ("reconstruction", (other, weight)),
        ("adversarial", (weight * 1, other * 1)),
    ):
        with pytest.raises(ValueError, match=f"{name}: got a loss that does not depend"):
            adaptive_weight(*pair, weight)
    for args in ((fixed, weight * 1, weight), (weight * 1, weight * 1, fixed)):
        with pytest.raises(ValueError, match="reconstruction: got a loss that does not depend"):
            adaptive_weight(*args)


def test_weights_of_the_defaults_and_their_limits():
    assert vars(Weights()) == {
        "pixel": 1.0,
        "perceptual": 0.0,
        "adversarial": 0.0,
        "regulariser": 1e-6,
        "l2_weight": 0.0,
    }
    assert Weights(l2_weight=1.0).l2_weight == 1
    for name in vars(Weights()):
        for bad in (-0.1, math.inf, math.nan):
            with pytest.raises(ValueError, match=f"{name}: got"):
                Weights(**{name: bad})
    with pytest.raises(ValueError, match=r"l2_weight: got 1.1, expected a number in \[0, 1\]"):
        Weights(l2_weight=1.1)


def test_the_pixel_loss_is_absolute_if_nothing_is_said():
    x, again = pixels(2, 3, 4, 4), pixels(2, 3, 4, 4, seed=1)
    assert_close(pixel_loss(x, again), (x - again).abs().mean(dim=(1, 2, 3)))
    assert_close(pixel_loss(x, again, 1.0), ((x - again) ** 2).mean(dim=(1, 2, 3)))
    for share in (-0.1, 1.1):
        with pytest.raises(ValueError, match="l2_weight: got"):
            pixel_loss(x, again, share)


def test_a_distance_is_given_the_image_and_then_its_reconstruction():
    """Of what can tell them apart: 2-2 measures from x to again."""
    x, again = pixels(2, 3, 8, 8), pixels(2, 3, 8, 8, seed=1)
    _, latent = Autoencoder(Encoder(width=8, latent=8), KL(4), Decoder(width=8))(x)

    def distance(one, other):
        assert torch.equal(one, x) and torch.equal(other, again)
        return torch.tensor([1.0, 3.0])

    found = autoencoder_loss(x, again, latent, Weights(perceptual=0.5), distance)
    assert found.perceptual == 2
    for bad in (lambda one, other: torch.ones(3), lambda one, other: torch.ones(2, 1)):
        with pytest.raises(ValueError, match="perceptual_loss: got distances of shape"):
            autoencoder_loss(x, again, latent, Weights(perceptual=0.5), bad)


@pytest.mark.parametrize(("place", "name"), [(0, "x"), (1, "recon")])
def test_the_discriminator_s_loss_looks_at_both_images(place, name):
    images = [torch.zeros(2, 3, 8, 8), torch.zeros(2, 3, 8, 8)]
    images[place] = torch.full((2, 3, 8, 8), math.nan)
    with pytest.raises(ValueError, match=f"{name}: got 384 of 384 values NaN"):
        discriminator_loss(*images, nn.Flatten())
    images[place] = torch.zeros(2, 3, 8, 4)
    with pytest.raises(ValueError, match="recon: got shape"):
        discriminator_loss(*images, nn.Flatten())

"""The perceptual distance by hand, by finite differences, and by what it is there for."""

import sys
from collections import OrderedDict
from types import ModuleType, SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from companion.autoencoder import features as module
from companion.autoencoder.features import FeatureNet, perceptual, vgg_features
from companion.autoencoder.pretext import damaged, pretext_task
from companion.tasks import train_features

# ------------------------------------------------------ properties, also of the mutants


def images(seed, *shape, dtype=torch.float64):
    g = torch.Generator().manual_seed(seed)
    return torch.rand(*shape, generator=g, dtype=dtype) * 2 - 1


def two_maps(x):
    """A map of two channels at full size and one of three at half size; no parameters."""
    return [torch.stack([x[:, 0] + 2, x[:, 1]], dim=1), 1 + F.avg_pool2d(x, 2) ** 2]


def it_is_the_formula(library):
    """Zhang et al. (2018), equation 1 with all weights 1, number by number."""
    x, y = images(0, 2, 3, 4, 6), images(1, 2, 3, 4, 6)
    expected = [0.0, 0.0]
    for f, g in zip(two_maps(x), two_maps(y), strict=True):
        B, C, H, W = f.shape
        for b in range(B):
            for i in range(H):
                for j in range(W):
                    v, w = f[b, :, i, j].tolist(), g[b, :, i, j].tolist()
                    long, long_too = (sum(n * n for n in u) ** 0.5 for u in (v, w))
                    apart = sum((v[c] / long - w[c] / long_too) ** 2 for c in range(C))
                    expected[b] += apart / (H * W)
    found = library.perceptual(two_maps, x, y)
    assert found.shape == (2,) and found.dtype == torch.float64
    assert_close(found, torch.tensor(expected, dtype=torch.float64), rtol=1e-5, atol=0)


def louder_features_are_no_farther_apart(library):
    x, y = images(2, 3, 3, 4, 4), images(3, 3, 3, 4, 4)
    once = library.perceptual(two_maps, x, y)
    louder = library.perceptual(lambda z: [7 * f for f in two_maps(z)], x, y)
    assert_close(once, louder, rtol=1e-5, atol=0)


def equal_images_are_at_distance_zero_and_order_is_nothing(library):
    x, y = images(4, 3, 3, 4, 4), images(5, 3, 3, 4, 4)
    assert (library.perceptual(two_maps, x, x) == 0).all()
    there, back = library.perceptual(two_maps, x, y), library.perceptual(two_maps, y, x)
    assert (there > 0).all()
    assert_close(there, back)


def the_gradient_is_that_of_finite_differences(library):
    x, y = (images(seed, 2, 3, 4, 4).requires_grad_() for seed in (6, 7))
    found = library.perceptual(two_maps, x, y).sum()
    assert found.requires_grad
    slopes = torch.autograd.grad(found, (x, y), allow_unused=True)
    for image, slope in zip((x, y), slopes, strict=True):
        assert slope is not None
        direction = images(8, *image.shape)
        h, before = 1e-6, image.detach().clone()
        ends = []
        for sign in (1, -1):
            moved = before + sign * h * direction
            pair = (moved, y) if image is x else (x, moved)
            ends.append(library.perceptual(two_maps, *pair).sum().item())
        expected = (ends[0] - ends[1]) / (2 * h)
        assert (slope * direction).sum().item() == pytest.approx(expected, rel=1e-5)


def a_pair_does_not_depend_on_the_others(library):
    x, y = images(9, 3, 3, 4, 4), images(10, 3, 3, 4, 4)
    alone = [library.perceptual(two_maps, a[None], b[None]) for a, b in zip(x, y, strict=True)]
    assert_close(library.perceptual(two_maps, x, y), torch.cat(alone))


ALL = (
    it_is_the_formula,
    louder_features_are_no_farther_apart,
    equal_images_are_at_distance_zero_and_order_is_nothing,
    the_gradient_is_that_of_finite_differences,
    a_pair_does_not_depend_on_the_others,
)


@pytest.mark.parametrize("holds", ALL, ids=lambda holds: holds.__name__)
def test_property(holds):
    holds(module)


# ------------------------------------------------------------------- the feature network


def test_three_maps_each_half_as_large_as_the_one_before():
    found = FeatureNet()(images(0, 2, 3, 32, 48, dtype=torch.float32))
    sizes = [tuple(f.shape[2:]) for f in found]
    assert [len(f) for f in found] == [2, 2, 2]
    assert sizes[1:] == [(h // 2, w // 2) for h, w in sizes[:-1]]
    assert 100_000 < sum(p.numel() for p in FeatureNet().parameters()) < 250_000


def test_the_gradient_reaches_the_image_and_not_the_network():
    pictures = [images(0, 3, 40, 40, dtype=torch.float32)]
    network = train_features(pictures, steps=1)
    assert not network.training
    x = images(1, 2, 3, 32, 32, dtype=torch.float32)
    again = images(2, 2, 3, 32, 32, dtype=torch.float32).requires_grad_()
    perceptual(network, x, again).sum().backward()
    assert again.grad.abs().sum() > 0
    for parameter in network.parameters():
        assert not parameter.requires_grad and parameter.grad is None


def test_equal_images_are_at_distance_zero_to_the_network():
    x = images(3, 2, 3, 32, 32, dtype=torch.float32)
    assert (perceptual(FeatureNet(), x, x) == 0).all()


def test_a_short_training_is_twice_the_same_and_leaves_the_draws_alone():
    pictures = [images(seed, 3, 40, 48, dtype=torch.float32) for seed in range(2)]
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    one, same = (train_features(pictures, steps=2, seed=1) for _ in range(2))
    assert torch.equal(torch.rand(1), expected)
    for name, value in one.state_dict().items():
        assert torch.equal(value, same.state_dict()[name])


def test_a_short_training_tells_a_dark_photograph_from_a_bright_one():
    """What is asked is learned: two pictures that a few steps are enough for."""
    dark, bright = (images(seed, 3, 48, 48, dtype=torch.float32) for seed in range(2))
    pictures = [0.1 * dark - 0.6, 0.6 + 0.3 * bright]
    network = train_features(pictures, steps=25)
    x, facts = pretext_task(pictures, 200, 32, torch.Generator().manual_seed(7))
    which = network.predict(x)[0].argmax(dim=1)
    assert (which == facts[:, 0]).float().mean() > 0.9


def test_the_pooled_features_vary_by_one_hundred_in_all():
    pictures = [images(seed, 3, 48, 48, dtype=torch.float32) for seed in range(2)]
    network = train_features(pictures, steps=3)
    x, _ = pretext_task(pictures, 1000, 32, torch.Generator().manual_seed(5))
    pooled = network.pooled(x)
    assert pooled.shape == (1000, 96)
    assert 80 < pooled.var(dim=0).sum().item() < 125


# ----------------------------------------------------------------------------- the puzzles


def test_a_puzzle_hides_which_picture_it_is_from():
    """One plain picture a colour: brightness and contrast leave their order alone."""
    pictures = [torch.full((3, 20, 24), level) for level in (-0.9, 0.0, 0.9)]
    x, facts = pretext_task(pictures, 300, 16, torch.Generator().manual_seed(0))
    assert x.shape == (300, 3, 16, 16) and facts.shape == (300, 3)
    assert x.abs().max() <= 1
    means = [x[facts[:, 0] == n].mean().item() for n in range(3)]
    assert means[0] < means[1] - 0.3 < means[2] - 0.6
    for column, n in enumerate((3, 4, 4)):
        assert set(facts[:, column].tolist()) == set(range(n))


def test_a_puzzle_is_turned_as_it_says():
    """A ramp that rises to the right: each quarter turn points it another way."""
    ramp = torch.linspace(-0.6, 0.6, 20).expand(3, 20, 20)
    x, facts = pretext_task([ramp], 200, 16, torch.Generator().manual_seed(1))
    right = (x[..., 8:].mean(dim=(1, 2, 3)) - x[..., :8].mean(dim=(1, 2, 3))).tolist()
    low, high = x[:, :, 8:].mean(dim=(1, 2, 3)), x[:, :, :8].mean(dim=(1, 2, 3))
    up = (high - low).tolist()
    for turn, across, upward in zip(facts[:, 1].tolist(), right, up, strict=True):
        along = (across, upward, -across, -upward)[turn]
        aside = (upward, across, upward, across)[turn]
        assert along > 0.2 and abs(aside) < 0.1


def test_each_damage_is_what_it_is_called():
    x = images(0, 4, 3, 16, 16, dtype=torch.float32) * 0.5
    how = torch.arange(4)
    untouched, blurred, noisy, blocky = damaged(x, how, torch.Generator().manual_seed(0))
    assert torch.equal(untouched, x[0])

    def roughness(image):
        return (image[..., 1:] - image[..., :-1]).square().mean()

    assert roughness(blurred) < roughness(x[1])
    assert roughness(noisy) > roughness(x[2])
    assert roughness(blocky) < roughness(x[3])
    added = noisy - x[2]
    assert 0.03 < added.std() < 0.27 and abs(added.mean()) < 0.05


# -------------------------------------------------------------------------------- bad input


def several(*shapes):
    return [torch.zeros(shape) for shape in shapes]


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: perceptual(two_maps, *several((2, 3, 4, 4), (2, 3, 4, 2))), "y: got"),
        (lambda: perceptual(two_maps, 3, torch.zeros(2, 3, 4, 4)), "x: got int"),
        (lambda: perceptual(two_maps, torch.zeros(2, 3, 4, 4), None), "y: got None"),
        (
            lambda: perceptual(
                two_maps, *several((1, 3, 4, 4)), torch.full((1, 3, 4, 4), torch.nan)
            ),
            "y: got 48 of 48 values NaN",
        ),
        (lambda: FeatureNet()(torch.zeros(2, 1, 8, 8)), r"x: got shape \(2, 1, 8, 8\)"),
        (
            lambda: FeatureNet()(torch.zeros(2, 3, 9, 8)),
            "x: got 9 by 8 pixels, expected multiples of 8",
        ),
        (lambda: FeatureNet()(torch.zeros(3, 8, 8)), r"x: got shape \(3, 8, 8\)"),
        (lambda: train_features([], steps=1), "pictures: got none"),
        (lambda: train_features(several((3, 40, 40)), steps=0), "steps: got 0"),
        (lambda: train_features(several((3, 40, 40)), size=4), "size: got 4"),
        (
            lambda: train_features(several((3, 40, 40)), size=12),
            "size: got 12, expected a multiple of 8",
        ),
        (lambda: train_features(several((1, 40, 40)), steps=1), "pictures: got shape"),
        (lambda: train_features(several((3, 20, 40)), steps=1), "pictures: got shape"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# -------------------------------------------------------------------------------------- VGG


def test_vgg_without_torchvision_says_what_to_do(monkeypatch):
    for name in ("torchvision", "torchvision.models"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match="torchvision.*pip install torchvision.*once"):
        vgg_features()


MAPS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")  # those of LPIPS


@pytest.fixture
def layers(monkeypatch):
    """The layers of VGG16 by their names, eight channels wide, as torchvision's own."""
    named, channels = OrderedDict(), 3
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for stage, many in enumerate((2, 2, 3, 3, 3), start=1):
            for n in range(1, many + 1):
                conv = named[f"conv{stage}_{n}"] = nn.Conv2d(channels, 8, 3, padding=1)
                nn.init.kaiming_normal_(conv.weight)  # so that something comes through
                named[f"relu{stage}_{n}"] = nn.ReLU(inplace=True)
                channels = 8
            named[f"pool{stage}"] = nn.MaxPool2d(2)
    layers = nn.Sequential(named)
    assert len(layers) == 31  # as torchvision's
    models = ModuleType("torchvision.models")
    models.VGG16_Weights = SimpleNamespace(IMAGENET1K_V1="those")
    models.vgg16 = lambda weights: {"those": SimpleNamespace(features=layers)}[weights]
    monkeypatch.setitem(sys.modules, "torchvision", ModuleType("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.models", models)
    return layers


def test_vgg_gives_the_maps_of_the_five_layers_of_lpips(layers):
    seen = {}
    for name in MAPS:
        layers.get_submodule(name).register_forward_hook(
            lambda layer, inputs, output, name=name: seen.update({name: output.clone()})
        )
    found = vgg_features()(images(0, 2, 3, 32, 48, dtype=torch.float32))
    sizes = [tuple(f.shape) for f in found]
    assert sizes == [(2, 8, side, 3 * side // 2) for side in (32, 16, 8, 4, 2)]
    for name, f in zip(MAPS, found, strict=True):
        assert torch.equal(f, seen[name]) and f.unique().numel() > 2
    assert not any(p.requires_grad for p in layers[:-1].parameters())


def test_vgg_sees_pixels_brought_to_the_mean_of_its_own(layers):
    seen = []
    layers[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    vgg_features()(torch.ones(2, 3, 32, 32))
    assert_close(seen[0][0, :, 0, 0], torch.tensor([2.2489, 2.4286, 2.64]), rtol=0, atol=1e-3)


def test_vgg_goes_where_it_is_sent(layers, device):
    x = images(0, 1, 3, 16, 16, dtype=torch.float32).to(device)
    found = vgg_features().to(device)(x)
    assert [f.device.type for f in found] == 5 * [device]
    assert [tuple(f.shape[2:]) for f in found] == [(s, s) for s in (16, 8, 4, 2, 1)]
    moved = vgg_features().to("meta")
    assert {t.device.type for t in moved.state_dict().values()} == {"meta"}
    assert {"mean", "std"} < {*moved.state_dict()}


@pytest.mark.parametrize(
    "x, words",
    [
        (
            torch.zeros(1, 3, 15, 16),
            r"x: got shape \(1, 3, 15, 16\), expected \(B, 3, H,",
        ),
        (
            torch.zeros(1, 1, 16, 16),
            r"x: got shape \(1, 1, 16, 16\), expected \(B, 3, H,",
        ),
        (
            torch.zeros(3, 16, 16),
            r"x: got shape \(3, 16, 16\), expected \(B, 3, H, W\)",
        ),
        (torch.zeros(1, 3, 16, 16).byte(), "x: got dtype torch.uint8"),
    ],
)
def test_vgg_refuses_other_images(layers, x, words):
    with pytest.raises(ValueError, match=words):
        vgg_features()(x)


def test_the_distance_is_the_door_of_every_feature_network(layers):
    """They look at shapes alone; what is not finite is refused where images are compared."""
    bad = torch.full((1, 3, 16, 16), torch.nan)
    for network in (vgg_features(), FeatureNet()):
        for pair in ((bad, bad), (bad, torch.zeros_like(bad)), (torch.zeros_like(bad), bad)):
            with pytest.raises(ValueError, match="got 768 of 768 values NaN"):
                perceptual(network, *pair)

"""What holds for the adversarial part, as functions of the library under test.

`lib` has `PatchDiscriminator`, `hinge_d`, `hinge_g` and `adaptive_weight`: those of the
package, or of a copy with one line broken.
"""

from copy import deepcopy

import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from tests.autoencoder.bottleneck_properties import EXACT, SEEDS, noise, slopes


def discriminator_of(lib, channels=2, width=4):
    """A small discriminator, the same one each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return lib.PatchDiscriminator(channels, width).double()


def hinge_d_is_its_formula(lib):
    for seed in SEEDS:
        real, fake = 2 * noise(3, 1, 2, 4, seed=seed), 2 * noise(3, 1, 2, 4, seed=9)
        found = lib.hinge_d(real, fake)
        for b in range(3):
            pairs = zip(real[b].flatten(), fake[b].flatten(), strict=True)
            costs = [max(0, 1 - r.item()) + max(0, 1 + f.item()) for r, f in pairs]
            assert_close(found[b].item(), sum(costs) / 16)


def hinge_d_pulls_only_what_is_not_yet_beyond_its_margin(lib):
    real, fake = 2 * noise(2, 1, 3, 3), 2 * noise(2, 1, 3, 3, seed=1)
    for number in (0, 1):
        logits = [real, fake]

        def loss(z, number=number, logits=logits):
            both = [*logits]
            both[number] = z
            return lib.hinge_d(*both).sum()

        z = logits[number].clone().requires_grad_()
        (found,) = torch.autograd.grad(loss(z), z)
        assert_close(found, slopes(loss, z.detach()), rtol=1e-6, atol=1e-8)
        beyond = real > 1 if number == 0 else fake < -1
        assert beyond.any() and torch.equal(found == 0, beyond)


def hinge_g_is_the_logits_with_a_minus(lib):
    for seed in SEEDS:
        z = 3 * noise(3, 1, 2, 4, seed=seed).requires_grad_()
        found = lib.hinge_g(z)
        for b in range(3):
            assert_close(found[b].item(), -sum(z[b].flatten().tolist()) / 8)
        (slope,) = torch.autograd.grad(found.sum(), z)
        assert_close(slope, torch.full_like(z, -1 / 8), **EXACT)


def the_discriminator_says_one_thing_a_patch(lib):
    """Its convolutions reach 18 by 18 pixels.

    The norms are taken out to see that: their mean and spread are those of the whole
    image, so that with them each logit depends a little on every pixel.
    """
    discriminator = discriminator_of(lib)
    assert discriminator(noise(2, 2, 32, 24)).shape == (2, 1, 8, 6)
    plain = deepcopy(discriminator)
    for name, layer in discriminator.layers.named_children():
        if isinstance(layer, nn.GroupNorm):
            plain.layers[int(name)] = nn.Identity()
    x = noise(1, 2, 40, 40).requires_grad_()
    (slope,) = torch.autograd.grad(plain(x)[0, 0, 5, 5], x)
    seen = slope[0].abs().sum(0).nonzero()
    assert (seen.max(0).values - seen.min(0).values + 1).tolist() == [18, 18]
    (slope,) = torch.autograd.grad(discriminator(x)[0, 0, 5, 5], x)
    assert (slope[0].abs().sum(0) > 0).all()


def the_discriminator_sees_each_image_alone(lib):
    discriminator, x = discriminator_of(lib), noise(3, 2, 16, 16)
    whole = discriminator(x)
    for b in range(3):
        assert_close(discriminator(x[b : b + 1]), whole[b : b + 1])


def the_discriminator_is_its_layers(lib):
    """Written out: three convolutions with kinks, two with norms, and a last."""
    discriminator, x = discriminator_of(lib), noise(2, 2, 16, 16)
    first, second, third, last = (m for m in discriminator.layers if isinstance(m, nn.Conv2d))
    norms = [m for m in discriminator.layers if isinstance(m, nn.GroupNorm)]
    h = F.conv2d(x, first.weight, first.bias, 2, 1)
    h = torch.where(h > 0, h, h / 5)
    for conv, stride, norm in zip((second, third), (2, 1), norms, strict=True):
        h = F.conv2d(h, conv.weight, conv.bias, stride, 1)
        h = F.group_norm(h, norm.num_groups, norm.weight, norm.bias)
        h = torch.where(h > 0, h, h / 5)
    assert_close(discriminator(x), F.conv2d(h, last.weight, last.bias))


def two_losses(seed=0, scale=1.0):
    """A weight, and two losses that it makes."""
    weight = noise(4, 3, seed=seed).requires_grad_()
    out = noise(5, 4, seed=seed + 1) @ weight
    return weight, out.square().mean(), scale * out.sin().mean()


def length(loss, weight):
    (slope,) = torch.autograd.grad(loss, weight, retain_graph=True)
    return slope.square().sum().sqrt()


def the_adaptive_weight_balances_the_gradients(lib):
    for seed in SEEDS:
        for scale in (1e-2, 1.0, 1e3):
            weight, rec, adv = two_losses(seed, scale)
            found = lib.adaptive_weight(rec, adv, weight, most=1e9, delta=0)
            assert_close(length(found * adv, weight), length(rec, weight))


def the_adaptive_weight_is_its_formula(lib):
    for seed in SEEDS:
        for delta in (1e-4, 0.5):
            weight, rec, adv = two_losses(seed)
            expected = length(rec, weight) / (length(adv, weight) + delta)
            assert_close(lib.adaptive_weight(rec, adv, weight, delta=delta), expected)
    weight, rec, adv = two_losses()
    flat = lib.adaptive_weight(0.01 * rec, 0 * adv, weight)
    assert_close(flat, 0.01 * length(rec, weight) / 1e-4)


def the_adaptive_weight_has_a_limit(lib):
    weight, rec, adv = two_losses()
    for most, flat in ((1e4, 0.0), (0.5, 1e-3)):
        found = lib.adaptive_weight(100 * rec, flat * adv, weight, most=most)
        assert found.item() == most
    assert lib.adaptive_weight(100 * rec, 0 * adv, weight).item() == 1e4  # latent diffusion's


def the_adaptive_weight_is_a_number(lib):
    """No gradient passes, and the losses can be used again."""
    weight, rec, adv = two_losses()
    try:
        found = lib.adaptive_weight(rec, adv, weight)
        assert not found.requires_grad and found.shape == () and weight.grad is None
        (rec + found * adv).backward()
    except RuntimeError as error:
        raise AssertionError("the graph is gone") from error


ALL = (
    hinge_d_is_its_formula,
    hinge_d_pulls_only_what_is_not_yet_beyond_its_margin,
    hinge_g_is_the_logits_with_a_minus,
    the_discriminator_says_one_thing_a_patch,
    the_discriminator_sees_each_image_alone,
    the_discriminator_is_its_layers,
    the_adaptive_weight_balances_the_gradients,
    the_adaptive_weight_is_its_formula,
    the_adaptive_weight_has_a_limit,
    the_adaptive_weight_is_a_number,
)

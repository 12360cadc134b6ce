"""What holds for equations 2-2 to 2-5, as functions of the library under test.

`lib` has `Weights`, `pixel_loss`, `autoencoder_loss` and `discriminator_loss`: the
package's own, or a copy with one line broken.
"""

from dataclasses import replace

import torch
from torch.testing import assert_close

from companion.autoencoder import KL, VQ, Autoencoder, Decoder, Encoder
from tests.autoencoder.adversarial_properties import discriminator_of, length
from tests.autoencoder.bottleneck_properties import EXACT, SEEDS, noise, seeded

BOTTLENECKS = (lambda: KL(2), lambda: VQ(8, 2), lambda: VQ(8, 2, ema=True))


def weights(lib):
    return lib.Weights(pixel=0.7, perceptual=0.3, adversarial=0.4, regulariser=0.2)


def distance(x, y):
    """A perceptual distance, (B,)."""
    return (x.cumsum(3) - y.cumsum(3)).square().flatten(1).mean(dim=1)


def model_of(bottleneck):
    """A small autoencoder that does something, the same one each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        made = bottleneck()
        sizes = {"channels": 2, "width": 8, "f": 4}
        model = Autoencoder(
            Encoder(latent=made.channels_in, **sizes),
            made,
            Decoder(latent=made.channels, **sizes),
        )
    return model.double()


def forward(bottleneck, seed=0):
    """x, its reconstruction, the latent, and the model they are from."""
    model, x = model_of(bottleneck), noise(3, 2, 16, 16, seed=seed)
    return x, *model(x, seeded(seed)), model


def pixels_are_compared_one_by_one(lib):
    for seed in SEEDS:
        x, y = noise(2, 3, 4, 5, seed=seed), noise(2, 3, 4, 5, seed=seed + 10)
        found = lib.pixel_loss(x, y)
        for b in range(2):
            pairs = zip(x[b].flatten().tolist(), y[b].flatten().tolist(), strict=True)
            errors = [abs(p - q) for p, q in pairs]
            absolute, squared = sum(errors) / 60, sum(e**2 for e in errors) / 60
            assert_close(found[b].item(), absolute)
            for share in (0.0, 0.3, 1.0):
                mixed = lib.pixel_loss(x, y, share)[b].item()
                assert_close(mixed, (1 - share) * absolute + share * squared)


def the_share_of_squares_is_in_the_loss(lib):
    x, again, latent, _ = forward(BOTTLENECKS[0])
    found = lib.autoencoder_loss(x, again, latent, lib.Weights(l2_weight=0.9))
    assert_close(found.pixel, lib.pixel_loss(x, again, 0.9).mean())


def the_total_is_the_weighted_sum_of_its_parts(lib):
    discriminator, w = discriminator_of(lib), weights(lib)
    for bottleneck in BOTTLENECKS:
        for seed in SEEDS:
            x, again, latent, model = forward(bottleneck, seed)
            last = model.decoder.last_weight
            found = lib.autoencoder_loss(x, again, latent, w, distance, discriminator, last)
            pixel = sum((x[b] - again[b]).abs().mean() for b in range(3)) / 3
            seen = sum(distance(x, again)) / 3
            rec, says = 0.7 * pixel + 0.3 * seen, -discriminator(again).mean()
            adaptive = length(rec, last) / (length(says, last) + 1e-4)
            regulariser = sum(latent.loss) / 3
            total = rec + 0.4 * adaptive * says + 0.2 * regulariser
            parts = (pixel, seen, says, regulariser, adaptive, total)
            for part, expected in zip(found, parts, strict=True):
                assert_close(part, expected)


def without_a_discriminator_the_total_is_the_rest(lib):
    for bottleneck in BOTTLENECKS:
        x, again, latent, _ = forward(bottleneck)
        found = lib.autoencoder_loss(x, again, latent, weights(lib), distance)
        rest = 0.7 * found.pixel + 0.3 * found.perceptual + 0.2 * found.regulariser
        assert_close(found.total, rest)
        assert found.adversarial == found.adaptive == 0


def a_part_of_weight_zero_is_not_asked_for(lib):
    def never(*_):
        raise AssertionError("asked")

    x, again, latent, model = forward(BOTTLENECKS[0])
    w = replace(weights(lib), perceptual=0.0, adversarial=0.0)
    last = model.decoder.last_weight
    found = lib.autoencoder_loss(x, again, latent, w, never, never, last)
    assert found.perceptual == found.adversarial == found.adaptive == 0
    assert_close(found.total, 0.7 * found.pixel + 0.2 * found.regulariser)


def the_discriminator_pulls_as_hard_as_the_reconstruction(lib):
    """At the last weight, and so many times as hard as its own weight says."""
    discriminator, w = discriminator_of(lib), weights(lib)
    for loudness in (1.0, 30.0):
        x, again, latent, model = forward(BOTTLENECKS[0])
        last = model.decoder.last_weight

        def loud(x, loudness=loudness):
            return loudness * discriminator(x)

        with_it = lib.autoencoder_loss(x, again, latent, w, distance, loud, last)
        without = lib.autoencoder_loss(x, again, latent, w, distance)
        rec = without.total - 0.2 * without.regulariser
        pull = length(with_it.total - without.total, last)
        assert_close(pull, 0.4 * length(rec, last), rtol=1e-3, atol=0)


def the_weight_of_a_summed_loss_translates(lib):
    """Latent diffusion's loss, summed over an image: ours is 1 / N of it."""
    x, again, latent, model = forward(BOTTLENECKS[0])
    N = x[0].numel()
    summed = (x - again).abs().sum() / 3 + 1e-2 * latent.loss.sum() / 3
    ours = lib.autoencoder_loss(x, again, latent, lib.Weights(regulariser=1e-2 / N))
    assert_close(ours.total, summed / N)


def the_discriminator_pays_for_both_kinds(lib):
    discriminator = discriminator_of(lib)
    for seed in SEEDS:
        x, made = 3 * noise(3, 2, 8, 8, seed=seed), noise(3, 2, 8, 8, seed=seed + 5)
        real, fake = discriminator(x), discriminator(made)
        costs = (1 - real).clamp(min=0), (1 + fake).clamp(min=0)
        expected = torch.stack(costs).mean()
        found = lib.discriminator_loss(x, made, discriminator)
        assert found.shape == ()
        assert_close(found, expected)


def the_discriminator_sends_nothing_back(lib):
    made = noise(3, 2, 8, 8).requires_grad_()
    loss = lib.discriminator_loss(noise(3, 2, 8, 8, seed=1), made, discriminator_of(lib))
    (slope,) = torch.autograd.grad(loss, made, allow_unused=True, materialize_grads=True)
    assert_close(slope, torch.zeros_like(slope), **EXACT)


ALL = (
    pixels_are_compared_one_by_one,
    the_share_of_squares_is_in_the_loss,
    the_total_is_the_weighted_sum_of_its_parts,
    without_a_discriminator_the_total_is_the_rest,
    a_part_of_weight_zero_is_not_asked_for,
    the_discriminator_pulls_as_hard_as_the_reconstruction,
    the_weight_of_a_summed_loss_translates,
    the_discriminator_pays_for_both_kinds,
    the_discriminator_sends_nothing_back,
)

"""What the shipped feature network knows, and what its distance is there for."""

from pathlib import Path

import pytest
import torch
from scipy.ndimage import gaussian_filter

from companion.autoencoder.features import FeatureNet, perceptual
from companion.autoencoder.pretext import pretext_task
from companion.data import photo
from companion.tasks import photo_features
from companion.training import weights

SEEN = (
    "astronaut",
    "camera",
    "chelsea",
    "china",
    "coffee",
    "coins",
    "hubble_deep_field",
    "moon",
    "motorcycle",
)


@pytest.fixture(scope="module")
def features():
    return photo_features()


@pytest.fixture(scope="module")
def pair():
    """Far views in held-out photographs, and the same one pixel to the right."""
    far, g = [photo(name, 160) for name in ("flower", "rocket")], torch.Generator()
    corners = torch.randint(121, (200, 2), generator=g.manual_seed(0)).tolist()
    held_out = torch.stack(
        [far[n % 2][:, y : y + 40, x : x + 40] for n, (y, x) in enumerate(corners)]
    )  # (200, 3, 40, 40)
    return held_out[:, :, 4:36, 4:36], held_out[:, :, 4:36, 5:37]


def blurred(x, std):
    return torch.from_numpy(gaussian_filter(x.numpy(), (0, 0, std, std)))


def away(x, y):
    """L1, one number an image."""
    return (x - y).abs().mean(dim=(1, 2, 3))


def as_noisy_as(x, y):
    """x with white noise on it, as far from x in L1 as y is, image by image."""
    eps = torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    strength = away(x, y) / eps.abs().mean(dim=(1, 2, 3))
    return x + strength[:, None, None, None] * eps


def test_it_is_small_and_frozen(features):
    size = (Path(str(weights.FOLDER)) / "photo-features.safetensors").stat().st_size
    assert size < 1_000_000
    assert not features.training
    assert not any(p.requires_grad for p in features.parameters())


def test_it_solves_puzzles_of_parts_that_it_has_not_seen(features):
    """The right-hand fifth of each photograph was kept; by chance: 0.11, 0.25, 0.25."""
    kept = [photo(name, 256).expand(3, -1, -1)[:, :, 204:] for name in SEEN]
    x, facts = pretext_task(kept, 1000, 32, torch.Generator().manual_seed(99))
    photograph, turn, damage = (
        (guess.argmax(dim=1) == fact).float().mean().item()
        for guess, fact in zip(features.predict(x), facts.unbind(1), strict=True)
    )
    assert photograph > 0.7 and turn > 0.33 and damage > 0.8


def test_it_tells_what_was_done_to_photographs_that_it_has_not_seen(features):
    held_out = [photo(name, 256) for name in ("flower", "rocket")]
    x, facts = pretext_task(held_out, 1000, 32, torch.Generator().manual_seed(99))
    damage = features.predict(x)[2].argmax(dim=1)
    assert (damage == facts[:, 2]).float().mean() > 0.7


def test_more_noise_is_farther(features, pair):
    x, _ = pair
    eps = torch.randn(x.shape, generator=torch.Generator().manual_seed(1))
    found = [
        perceptual(features, x, x + strength * eps).mean().item()
        for strength in (0, 0.02, 0.05, 0.1, 0.2, 0.4)
    ]
    assert found[0] == 0 and found == sorted(set(found))


def test_more_blur_is_farther(features, pair):
    x, _ = pair
    found = [
        perceptual(features, x, blurred(x, std)).mean().item() for std in (0, 0.4, 0.7, 1, 2, 4)
    ]
    assert found[0] == 0 and found == sorted(set(found))


def test_blur_costs_more_than_noise_that_is_as_far_in_l1(features, pair):
    """What it is for: L1 lets a decoder blur, and this does not."""
    x, _ = pair
    soft = blurred(x, 1)
    noisy = as_noisy_as(x, soft)
    torch.testing.assert_close(away(x, soft), away(x, noisy))
    for_blur, for_noise = (perceptual(features, x, y) for y in (soft, noisy))
    assert for_blur.mean() > 2 * for_noise.mean()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        untrained = FeatureNet().requires_grad_(False)
    for_blur, for_noise = (perceptual(untrained, x, y) for y in (soft, noisy))
    assert for_blur.mean() < 1.3 * for_noise.mean()  # so it was learned


def test_a_textured_crop_one_pixel_aside_is_nearer_than_noise_as_far_in_l1(features, pair):
    """The quarter of the crops that differ most from themselves one pixel aside."""
    x, aside = pair
    textured = away(x, aside).argsort()[-len(x) // 4 :]
    x, aside = x[textured], aside[textured]
    noisy = as_noisy_as(x, aside)
    for_shift, for_noise = (perceptual(features, x, y) for y in (aside, noisy))
    assert for_noise.mean() > for_shift.mean()
    assert (for_noise > for_shift).float().mean() > 0.6


def test_a_little_more_light_is_nearer_than_noise_as_far_in_l1(features, pair):
    x, _ = pair
    lighter = x + 0.1
    noisy = as_noisy_as(x, lighter)
    for_light, for_noise = (perceptual(features, x, y) for y in (lighter, noisy))
    assert for_noise.mean() > 5 * for_light.mean()


def test_the_gradient_makes_a_blurred_image_look_sharper(features, pair):
    """Thirty steps down the distance alone make it nearer, and rougher."""
    x = pair[0][:8]
    soft = blurred(x, 1)
    again = soft.clone().requires_grad_()
    optimizer = torch.optim.Adam([again], lr=0.01)
    for _ in range(30):
        optimizer.zero_grad()
        perceptual(features, again, x).sum().backward()
        optimizer.step()

    def roughness(image):
        return (image[..., 1:] - image[..., :-1]).abs().mean()

    before, after = (perceptual(features, y, x).mean() for y in (soft, again))
    assert after < 0.5 * before and roughness(again) > roughness(soft)

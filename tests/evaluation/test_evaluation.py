"""The metrics against what is known in closed form, and the classifier they stand on."""

import math

import pytest
import torch
from scipy.linalg import sqrtm
from scipy.optimize import linear_sum_assignment
from torch.testing import assert_close

from companion.data import digits
from companion.evaluation import (
    Classifier,
    digit_classifier,
    digit_quality,
    frechet_distance,
    nearest_distance,
    precision_recall,
    quality,
    spread,
    wasserstein_distance,
)
from companion.tasks import train_classifier


def normal(n, mean, scale, seed):
    g = torch.Generator().manual_seed(seed)
    points = torch.randn(n, len(mean), generator=g, dtype=torch.float64)
    return torch.tensor(mean) + points * torch.tensor(scale)


def standardised(points):
    """The same points with a sample mean of exactly 0 and a covariance of exactly I."""
    points = points - points.mean(dim=0)
    root = torch.linalg.cholesky(torch.cov(points.T))
    return torch.linalg.solve_triangular(root, points.T, upper=False).T


@pytest.mark.parametrize("seed", range(3))
def test_the_frechet_distance_of_two_known_gaussians(seed):
    """For covariances that commute: |m - n|^2 + sum (sqrt(c) - sqrt(d))^2."""
    g = torch.Generator().manual_seed(seed)
    base = standardised(torch.randn(400, 5, generator=g, dtype=torch.float64))
    a, b = (0.5 + torch.rand(5, generator=g, dtype=torch.float64) for _ in range(2))
    shift = torch.randn(5, generator=g, dtype=torch.float64)
    expected = shift.square().sum() + (a - b).square().sum()
    found = frechet_distance(base * a, base * b + shift)
    assert found == pytest.approx(expected.item(), rel=1e-9)
    turn = torch.linalg.qr(torch.randn(5, 5, generator=g, dtype=torch.float64))[0]
    turned = frechet_distance(base * a @ turn, (base * b + shift) @ turn)
    assert turned == pytest.approx(found, rel=1e-7)


def test_the_frechet_distance_of_covariances_that_do_not_commute():
    """Against the root of the matrix itself, by SciPy."""
    one, other = (
        normal(300, [0.0] * 4, [1.0, 2.0, 0.5, 1.0], 0),
        normal(200, [1.0, 0.0, 0.0, 2.0], [1.0, 0.3, 2.0, 1.0], 1),
    )
    one = one @ torch.linalg.qr(normal(4, [0.0] * 4, [1.0] * 4, 2))[0]
    C, D = torch.cov(one.T), torch.cov(other.T)
    root = sqrtm((C @ D).numpy()).trace().real
    apart = (one.mean(dim=0) - other.mean(dim=0)).square().sum()
    expected = apart + C.trace() + D.trace() - 2 * root
    assert frechet_distance(one, other) == pytest.approx(expected.item(), rel=1e-6)
    assert frechet_distance(one, one) == pytest.approx(0, abs=1e-6)


def test_precision_and_recall_see_what_is_missing():
    """A half of the data: all of it real, half of it found. Twice: the other way."""
    left, right = (
        normal(300, [0.0, 0.0], [1.0, 1.0], 0),
        normal(300, [50.0, 0.0], [1.0, 1.0], 1),
    )
    both, more_left = torch.cat([left, right]), normal(300, [0.0, 0.0], [1.0, 1.0], 2)
    precision, recall = precision_recall(both, more_left)
    assert precision > 0.9 and 0.4 < recall < 0.52
    precision, recall = precision_recall(left, torch.cat([more_left, right]))
    assert 0.4 < precision < 0.52 and recall > 0.9
    assert precision_recall(left, right) == (0, 0)


def test_the_nearest_distance_is_that_of_brute_force():
    x, images = torch.randn(7, 1, 4, 4), torch.randn(30, 1, 4, 4)
    brute = (x[:, None] - images[None]).flatten(2).norm(dim=2).min(dim=1).values
    assert_close(nearest_distance(x, images).float(), brute)
    assert nearest_distance(images, images).max() < 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_the_wasserstein_distance_is_that_of_the_best_partners(seed):
    """All the ways of pairing, by SciPy; and a shift is exactly as far as it is."""
    g = torch.Generator().manual_seed(seed)
    one, other = torch.randn(40, generator=g), 2 * torch.rand(40, generator=g)
    cost = (one[:, None] - other).square()
    best = cost[linear_sum_assignment(cost.numpy())].mean().sqrt().item()
    assert wasserstein_distance(one, other) == pytest.approx(best, rel=1e-5)
    assert wasserstein_distance(one, one.flip(0) + 0.5) == pytest.approx(0.5, rel=1e-5)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda a: frechet_distance(a[0], a), "one: got shape"),
        (lambda a: frechet_distance(a, a[:, :2]), "other: got 2 features, expected 3"),
        (lambda a: frechet_distance(a * math.nan, a), "one: got .* NaN"),
        (lambda a: precision_recall(a, a, k=9), "k: got 9"),
        (lambda a: precision_recall(a, a[:, :2]), "other: got 2 features"),
        (lambda a: nearest_distance(a, a[:, :2]), "x: got shape"),
        (lambda a: wasserstein_distance(a, a), "one: got shape"),
        (lambda a: wasserstein_distance(a[0], a[:, 0]), "other: got shape"),
        (lambda a: spread([]), "values: got none"),
        (lambda a: digit_quality(a), "samples: got shape"),
        (lambda a: Classifier()(a), "images: got shape"),
        (
            lambda a: train_classifier(torch.zeros(4, 1, 8, 8), a[0]),
            "labels: got shape",
        ),
        (lambda a: train_classifier(a, a[0], steps=0), "steps: got 0"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call(torch.randn(9, 3))


# ------------------------------------------------------------------------ the classifier


def test_the_shipped_classifier_names_digits_it_has_not_seen():
    network, held_out = digit_classifier(), digits().held_out
    right = (network(held_out.images).argmax(dim=1) == held_out.labels).float().mean()
    assert right > 0.98
    assert not network.training and not any(p.requires_grad for p in network.parameters())


def test_the_features_vary_by_one_hundred_in_all():
    features = digit_classifier().features(digits().train.images)
    assert features.shape == (1438, 64)
    assert features.var(dim=0).sum().item() == pytest.approx(100, rel=1e-3)


def test_a_short_training_already_knows_most_of_them():
    """The recipe of the shipped weights, a few steps of it, twice the same."""
    train, held_out = digits()
    torch.manual_seed(3)
    one, same = (train_classifier(*train, steps=120, seed=1) for _ in range(2))
    right = (one(held_out.images).argmax(dim=1) == held_out.labels).float().mean()
    assert 0.9 < right
    assert torch.equal(one(held_out.images), same(held_out.images))
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    train_classifier(*train, steps=1)
    assert torch.equal(torch.rand(1), expected)


# ------------------------------------------------------------------------- all together


def test_worse_images_get_worse_figures():
    train, held_out = (part.images for part in digits())
    g = torch.Generator().manual_seed(0)
    rough = train + 0.3 * torch.randn(train.shape, generator=g)
    real, noisy = digit_quality(train), digit_quality(rough)
    noise = digit_quality(torch.randn(500, 1, 8, 8, generator=g))
    assert real.frechet == real.floor < noisy.frechet < noise.frechet
    assert real.frechet_train == pytest.approx(0, abs=1e-3) and real.nearest < 1e-6
    assert real.nearest_held_out > 2
    assert noise.precision < noisy.precision < real.precision
    assert noise.recall < 0.2 < real.recall
    assert real.histogram.sum().item() == pytest.approx(1)


def test_a_class_that_is_missing_is_seen():
    train = digits().train
    some = digit_quality(train.images[train.labels != 4])
    assert some.histogram[4] < 0.01 and some.frechet > 2 * some.floor
    text = str(some)
    assert "floor" in text and f"{some.count} samples" in text and "held-out" in text


def test_images_without_names_have_no_histogram():
    train, held_out = (part.images for part in digits())
    got = quality(train[:200], train, held_out, lambda x: x.flatten(1))
    assert got.histogram is None and "share" not in str(got)


def test_a_spread_says_how_many_seeds():
    assert spread([1.0, 2.0, 3.0]) == "2.00 ± 1.00 (3 seeds)"
    assert spread([0.5]) == "0.50 ± 0.00 (1 seed)"

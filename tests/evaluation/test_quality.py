"""The distances between sets, and all the figures of some samples beside their scale."""

from types import SimpleNamespace

import pytest
import torch

from companion.data import digits, photo_crops
from companion.evaluation import (
    digit_classifier,
    distances,
    frechet_distance,
    precision_recall,
    symmetric_precision_recall,
)
from companion.evaluation import quality as quality_of
from companion.evaluation.quality import Figures, Quality
from tests.evaluation import quality_properties as p

LIBRARY = SimpleNamespace(**vars(distances), quality=quality_of)


@pytest.mark.parametrize("holds", p.ALL, ids=lambda holds: holds.__name__)
def test_property(holds):
    holds(LIBRARY)


@pytest.mark.parametrize("count", [50, 300])
def test_noise_is_no_digit_and_no_photograph(count):
    """By the figure that was 1.00 for it: the symmetric one is near 0, at every count."""
    g = torch.Generator().manual_seed(0)
    held_out = digits().held_out.images
    crops = torch.cat([*photo_crops(32, count=400, held_out=400)])
    crops = crops[torch.randperm(len(crops), generator=g)]
    for real, features in (
        (held_out[:count], digit_classifier().features),
        (crops[:count], lambda x: torch.nn.functional.avg_pool2d(x, 4).flatten(1)),
    ):
        noise = features(torch.randn(real.shape, generator=g).clamp(-1, 1))
        assert count > 50 or precision_recall(features(real), noise)[0] > 0.8  # taken in
        assert max(symmetric_precision_recall(features(real), noise)) < 0.15


def test_the_count_below_which_figures_are_refused_is_needed():
    """At 20 rough digits look better than clean ones in a third of the draws, at 50 hardly."""
    g = torch.Generator().manual_seed(0)
    train, held_out = (part.images for part in digits())
    features, wrong = digit_classifier().features, {}
    for count in (20, 50):
        times = 0
        for _ in range(60):
            unseen = held_out[torch.randperm(len(held_out), generator=g)[:count]]
            real = train[torch.randperm(len(train), generator=g)[:count]]
            rough = (real + 0.5 * torch.randn(real.shape, generator=g)).clamp(-1, 1)
            real, rough, unseen = map(features, (real, rough, unseen))
            times += frechet_distance(rough, unseen) < frechet_distance(real, unseen)
        wrong[count] = times / 60
    assert wrong[20] > 0.2 and wrong[50] < 0.1


def test_all_is_printed_with_its_scale():
    row = Figures(1.5, 0.9, 0.8, 0.85, 0.75)
    noise = Figures(123.456, 1, 0, 0, 0)
    shown = str(Quality(400, 1.2, 0.5, 1, 0.9, 0.8, 2.1, 2.2, 359, row, row, noise))
    assert shown.splitlines() == [
        "400 samples",
        "Frechet distance     1.20   floor (train) 0.50",
        "precision, recall    0.90   0.80",
        "nearest training image at 2.10   held-out images 2.20",
        "359 of each    Frechet  precision, recall  symmetric",
        "  samples         1.50      0.90  0.80      0.85  0.75",
        "  real images     1.50      0.90  0.80      0.85  0.75",
        "  pure noise    123.46      1.00  0.00      0.00  0.00",
    ]

"""What a straight line leaves, and the mean of values by time."""

import torch
from scipy.stats import binned_statistic, linregress
from torch.testing import assert_close

from companion.evaluation import mean_by_time, residual


def noise(n, seed=0):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(n, generator=g, dtype=torch.float64)


def test_residual_is_what_scipys_line_leaves():
    for seed in range(3):
        x, y = noise(200, seed), 2 + noise(200, seed + 10)
        line = linregress(x, y)
        left = y - torch.from_numpy(line.intercept + line.slope * x.numpy())
        assert_close(residual(y, x), left, rtol=1e-10, atol=1e-12)


def test_residual_has_nothing_left_of_the_line():
    x, e = noise(1000), noise(1000, seed=1)
    left = residual(3 * x + 2 + e, x)
    assert abs((left @ (x - x.mean())).item()) < 1e-9
    assert abs(left.mean().item()) < 1e-12
    assert torch.corrcoef(torch.stack([left, e]))[0, 1] > 0.99


def test_the_mean_by_time_is_scipys_of_bins_closed_on_the_right():
    """SciPy's bins are closed on the left: the times are turned round for it."""
    T, g = 40, torch.Generator().manual_seed(0)
    t, values = torch.randint(1, T + 1, (500,), generator=g), noise(500)
    for parts in (20, 8):
        middles, means = mean_by_time(t, values, T, parts)
        theirs = binned_statistic(T - t.numpy(), values.numpy(), bins=parts, range=(0, T)).statistic
        assert_close(means, torch.from_numpy(theirs[::-1].copy()))
        width = T / parts
        assert_close(middles, torch.arange(parts) * width + width / 2)


def test_a_part_of_the_time_without_values_is_left_out():
    middles, means = mean_by_time(torch.tensor([1, 20, 20]), torch.tensor([1.0, 2.0, 4.0]), 20, 4)
    assert middles.tolist() == [2.5, 17.5] and means.tolist() == [1.0, 3.0]
    assert means.isfinite().all()

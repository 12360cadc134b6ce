"""Classes, tilted densities, variants of guidance and shifted schedules refuse bad input."""

import pytest
import torch

from companion.diffusion import (
    X0,
    Mixture,
    NeverReachesNoise,
    cosine,
    given_class,
    interval,
    linear,
    rescaled,
    shifted,
    tilted_density,
    tilted_icdf,
    tilted_log_prob,
    time_at_snr,
)

DATA = Mixture.isotropic([0.5, 0.5, 0.0], [[-1.0], [1.0], [5.0]], torch.tensor([0.5, 0.5, 1.0]))
PLANE = Mixture.isotropic([1.0], [[0.0, 0.0]], torch.tensor([1.0]))
MANY = Mixture(torch.ones(4, 1), torch.zeros(4, 1, 1), torch.ones(4, 1, 1, 1))
SCHEDULE = cosine(20)
X, P = torch.linspace(-3, 3, 7), torch.tensor([0.2, 0.8])


def half(xt, t):
    return X0.predict(SCHEDULE, xt / 2, xt, t)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: given_class(DATA, 3), "^y: got 3, expected a whole number in 0..2"),
        (lambda: given_class(DATA, "01"), r"^y: got '0' \(str\), expected a whole number"),
        (lambda: given_class(DATA, [0, 0]), r"^y: got \[0, 0\], expected components that differ"),
        (lambda: given_class(DATA, []), r"^y: got \[\], expected components that differ"),
        (lambda: given_class(DATA, 2), r"^y: got \[2\], expected .* that have weight"),
        (lambda: given_class(MANY, 0), r"^data: got weights of shape \(4, 1\), expected one"),
        (lambda: tilted_log_prob(DATA, 0, torch.nan, X[:, None]), "^scale: got nan"),
        (lambda: tilted_log_prob(DATA, 0, 2, X / 0), "^x: got 7 of 7|^x: got shape"),
        (lambda: tilted_density(DATA, 0, -1, X), "^scale: got -1, expected"),
        (lambda: tilted_density(DATA, 0, 2, X.flip(0)), r"^x: got shape \(7,\), expected rising"),
        (
            lambda: tilted_density(DATA, 0, 2, X[:, None]),
            r"^x: got shape \(7, 1\), expected rising",
        ),
        (lambda: tilted_density(PLANE, 0, 2, X), r"^x: got shape \(7, 1\), expected \(..., 2\)"),
        (lambda: tilted_icdf(DATA, 0, -0.5, P), "^scale: got -0.5, expected"),
        (lambda: tilted_icdf(DATA, 0, 2, P + 1), "^p: got 1.2..1.8, expected shares"),
        (lambda: tilted_icdf(PLANE, 0, 2, P), "^means: got D = 2, expected"),
        (lambda: interval(half, half, 0, 5), "^first: got 0, expected a whole number in 1"),
        (lambda: interval(half, half, 6, 5), "^last: got 5, expected a whole number in 6"),
        (lambda: rescaled(half, half, SCHEDULE, 1.5), "^phi: got 1.5, expected"),
        (lambda: rescaled(half, half, SCHEDULE, "0.7"), "^phi: got '0.7', expected"),
        (lambda: rescaled(half, half, SCHEDULE, 1)(X[:, None], 3), "^xt: .* 2 numbers or more"),
        (lambda: shifted([1, 0], 2), "^schedule: got list, expected a Schedule"),
        (lambda: shifted(SCHEDULE, 0), "^factor: got 0, expected a number inside"),
        (lambda: time_at_snr([1, 0], 1), "^schedule: got list, expected a Schedule"),
        (lambda: time_at_snr(SCHEDULE, -1), "^snr: got -1, expected a number inside"),
        (lambda: time_at_snr(linear(), 1e-9), "^snr: got 1e-09, expected at least 4.0.*e-05"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_shift_that_never_reaches_noise_is_warned_of():
    with pytest.warns(NeverReachesNoise, match="0.1569 of the data is left"):
        shifted(linear(), 25)


def test_no_rescaling_is_the_same_denoiser():
    assert rescaled(half, None, SCHEDULE, 0) is half


def test_a_quantile_past_the_grid_is_its_end():
    """Shares so near to 0 and 1 that the grid has no cell beyond them."""
    found = tilted_icdf(DATA, 1, 2.0, torch.tensor([1e-300, 1 - 1e-16], dtype=torch.float64))
    assert found.isfinite().all() and found[0] < found[1]

"""What holds for losses and the bound, as functions of the library under test."""

import math

import torch
from torch.distributions import Normal, kl_divergence
from torch.testing import assert_close

from tests.diffusion.sampler_properties import drawn

CLOSE = {"rtol": 1e-9, "atol": 1e-9}


def kl_is_that_of_torch(lib):
    g = torch.Generator().manual_seed(0)
    one, other = torch.randn(2, 4, 3, generator=g, dtype=torch.float64)
    for var_q, var_p in ((0.3, 2.0), (1.5, 1.5), (4.0, 0.2)):
        q, p = (
            lib.Gaussian(m, torch.full((4, 1), v, dtype=torch.float64))
            for m, v in ((one, var_q), (other, var_p))
        )
        expected = kl_divergence(Normal(one, var_q**0.5), Normal(other, var_p**0.5))
        assert_close(lib.kl(q, p), expected.sum(dim=1), **CLOSE)


def simple_loss_is_the_mean_square_of_each_item(lib):
    output = torch.tensor([[[1.0, 2.0]], [[0.0, 0.0]]])
    target = torch.tensor([[[0.0, 0.0]], [[3.0, 0.0]]])
    assert_close(lib.simple_loss(output, target), torch.tensor([2.5, 4.5]))


def errors(lib, seed):
    """Squared errors of one prediction, in noise, in x_0 and in v, and the SNR."""
    schedule, x0, eps, t, xt = drawn(lib, seed)
    prediction = lib.X0.predict(schedule, x0 + 0.3, xt, t)

    def square(parameterization):
        true = parameterization.target(schedule, x0, eps, t)
        guessed = parameterization.target(schedule, prediction.x0, prediction.eps, t)
        return (true - guessed).square().sum(dim=1)

    return schedule, t, *(square(parameterization) for parameterization in (lib.EPS, lib.X0, lib.V))


def the_three_losses_differ_by_powers_of_snr(lib):
    """|eps - eps^|^2 = SNR |x_0 - x_0^|^2 and |v - v^|^2 = (SNR + 1) |x_0 - x_0^|^2."""
    for seed in range(3):
        schedule, t, eps, x0, v = errors(lib, seed)
        assert_close(eps, schedule.snr[t] * x0, **CLOSE)
        assert_close(v, (schedule.snr[t] + 1) * x0, **CLOSE)


def a_term_of_the_bound_is_a_weighted_error(lib):
    schedule, x0, eps, _, _ = drawn(lib)
    for t in range(2, schedule.T + 1):
        for s in range(1, t):
            xt = lib.marginal(schedule, x0, t).sample(eps)
            prediction = x0 + torch.linspace(-1, 1, 5, dtype=torch.float64)[:, None]
            term = lib.kl(
                lib.posterior(schedule, xt, x0, s, t),
                lib.posterior(schedule, xt, prediction, s, t),
            )
            weight = lib.bound_weight(schedule, s, t)
            expected = weight * (prediction - x0).square().sum(dim=1)
            assert_close(term, expected, rtol=1e-7, atol=1e-9)
            snr_s, snr_t = schedule.snr[s].item(), schedule.snr[t].item()
            assert math.isclose(weight.item(), (snr_s - snr_t) / 2, rel_tol=1e-9)


def min_snr_cuts_the_weight_off(lib):
    schedule = lib.cosine(100)
    t = torch.arange(1, 101)
    weight = lib.min_snr_weight(schedule, t, 5.0)
    expected = [min(snr, 5.0) for snr in schedule.snr[1:].tolist()]
    assert_close(weight.flatten(), torch.tensor(expected, dtype=torch.float64))


def oracle_bound(lib, T, n=4000):
    """The bound in nats with the perfect network of a mixture, term by term: (T+1, n).

    And the true negative log-likelihood of the same data: (n,). The steps are even in
    log-SNR: where the SNR falls by a fixed factor at small t, as with the cosine, the
    gap does not close, for the sampler's variance is too small for such a step.
    """
    data = lib.Mixture.isotropic([0.4, 0.6], [[-1.0], [0.8]], torch.tensor([0.3, 0.3]))
    log_snr = torch.linspace(9, -9, T, dtype=torch.float64)
    schedule = lib.from_alpha_bar([1.0, *log_snr.sigmoid().tolist()])
    g = torch.Generator().manual_seed(0)
    x0 = data.sample(n, generator=g)

    def denoise(xt, t):
        return lib.EPS.predict(schedule, data.optimal_eps(schedule, xt, t), xt, t)

    return lib.bound(schedule, denoise, x0, generator=g), -data.log_prob(x0)


def the_bound_is_above_the_truth_and_comes_down_to_it(lib):
    gaps = []
    for T in (20, 80, 320):
        terms, truth = oracle_bound(lib, T)
        gap = terms.sum(dim=0) - truth
        error = gap.std().item() / len(gap) ** 0.5
        assert gap.mean().item() > -4 * error
        gaps.append(gap.mean().item())
    assert gaps[0] > 3 * gaps[1] and gaps[1] > 2.5 * gaps[2]
    assert gaps[2] < 0.2


def the_terms_are_where_they_say(lib):
    """Row T is the prior's, which vanishes at zero SNR; row 0 the data's."""
    schedule = lib.zero_terminal_snr(lib.linear(8, 0.05, 0.9))
    x0 = torch.tensor([[0.5], [-0.2]], dtype=torch.float64)

    def right(xt, t):
        return lib.Prediction(x0, xt)

    terms = lib.bound(schedule, right, x0, var_0=0.04)
    assert terms.shape == (9, 2)
    assert_close(terms[1:], torch.zeros(8, 2, dtype=torch.float64))
    expected = 0.5 * math.log(2 * math.pi * 0.04)
    assert_close(terms[0], torch.full((2,), expected, dtype=torch.float64))
    schedule = lib.cosine(8)
    (last,) = lib.bound(schedule, right, x0)[-1:]
    ab = schedule.alpha_bar[-1].item()
    by_hand = [(ab * x * x - ab - math.log(1 - ab)) / 2 for x in (0.5, -0.2)]
    assert_close(last, torch.tensor(by_hand, dtype=torch.float64), rtol=1e-6, atol=0)


def bits_are_nats_over_log_2_and_numbers(lib):
    x0 = torch.zeros(2, 3, 4)
    nats = torch.tensor([12 * math.log(2), 0.0])
    assert_close(lib.bits_per_dim(nats, x0), torch.tensor([1.0, 0.0]))
    # Uniform over [-1, 1]: a density of 1 / 2, and of 256 values each has 1 / 255 of it.
    uniform = x0[0].numel() * math.log(2) * torch.ones(2)
    found = lib.bits_per_dim(uniform, x0, levels=256)
    assert_close(found, torch.full((2,), math.log2(255)))
    assert_close(found - lib.bits_per_dim(uniform, x0), torch.full((2,), 6.9944), atol=1e-4, rtol=0)


ALL = (
    kl_is_that_of_torch,
    simple_loss_is_the_mean_square_of_each_item,
    the_three_losses_differ_by_powers_of_snr,
    a_term_of_the_bound_is_a_weighted_error,
    min_snr_cuts_the_weight_off,
    the_bound_is_above_the_truth_and_comes_down_to_it,
    the_terms_are_where_they_say,
    bits_are_nats_over_log_2_and_numbers,
)

"""What holds for the exact oracle: by quadrature, autograd, and torch's own mixture.

As in `schedule_properties`, each function takes the library under test. The integrals
are over densities written here from the definitions, not from `mixture.py`.
"""

import math

import torch
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal
from torch.testing import assert_close

from tests.diffusion.gaussian_properties import noise
from tests.diffusion.schedule_properties import doubles, short

WEIGHTS, MEANS, STDS = (0.3, 0.7), (-1.5, 1.0), (0.2, 0.5)
CLOSE = {"rtol": 1e-7, "atol": 1e-9}


def line(lib):
    """Two narrow peaks on a line."""
    return lib.Mixture.isotropic(doubles(WEIGHTS), doubles(MEANS)[:, None], doubles(STDS))


def full(lib, D, K=3, seed=0):
    """K components with full covariances in D dimensions."""
    weights = noise(K, seed=seed).softmax(0)
    root = noise(K, D, D, seed=seed + 1)
    covs = root @ root.mT / D + 0.1 * torch.eye(D, dtype=torch.float64)
    return lib.Mixture(weights, 1.5 * noise(K, D, seed=seed + 2), covs)


def torch_mixture(weights, means, covs):
    return MixtureSameFamily(Categorical(weights), MultivariateNormal(means, covs))


def normal(x, mean, var):
    return math.exp(-((x - mean) ** 2) / (2 * var)) / math.sqrt(2 * math.pi * var)


def p0(x):
    """The density of `line`, in plain floats."""
    parts = zip(WEIGHTS, MEANS, STDS, strict=True)
    return sum(w * normal(x, m, s * s) for w, m, s in parts)


def over_line(f, around=0.0, std=1.0):
    """The integral of f over the line, told where `line` and another peak are."""
    centres = [*zip(MEANS, STDS, strict=True), (around, std)]
    points = sorted(m + k * s for m, s in centres for k in (-4, 0, 4))
    return quad(f, -14, 14, points=points, limit=400, epsabs=1e-12, epsrel=1e-11)[0]


def joint(schedule, s, t):
    """The density of x_t given x_s at two numbers: 1-3a, in plain floats."""
    ab = schedule.alpha_bar.tolist()
    alpha = ab[t] / ab[s]
    return lambda xs, xt: normal(xt, math.sqrt(alpha) * xs, 1 - alpha)


def expectation_given_xt(schedule, t, xt, f):
    """E[f(x_0, eps) | x_t], the integral over x_0 by Bayes' rule."""
    ab_t = schedule.alpha_bar[t].item()
    q = joint(schedule, 0, t)

    def weighted(x0):
        eps = (xt - math.sqrt(ab_t) * x0) / math.sqrt(1 - ab_t)
        return f(x0, eps) * q(x0, xt) * p0(x0)

    return over_line(weighted, xt) / over_line(lambda x0: q(x0, xt) * p0(x0), xt)


def bits_are_those_of_a_normal_and_of_torch(lib):
    """A standard normal has log2(2 pi e) / 2 bits a dimension, however many these are."""
    for D in (1, 3):
        normal_data = lib.Mixture(
            doubles([1.0]), torch.zeros(1, D).double(), torch.eye(D)[None].double()
        )
        x = noise(200_000, D, seed=D)
        expected = math.log2(2 * math.pi * math.e) / 2
        assert abs(normal_data.bits_per_dim(x).mean().item() - expected) < 0.01
        mixture, x = full(lib, D), 2 * noise(20, D, seed=9)
        reference = torch_mixture(mixture.weights, mixture.means, mixture.covs)
        bits = -reference.log_prob(x) / (D * math.log(2))
        assert_close(mixture.bits_per_dim(x), bits, **CLOSE)


def density_is_torchs(lib):
    """log_prob, and each component's share in it, in 1, 2 and 5 dimensions."""
    for D in (1, 2, 5):
        mixture, x = full(lib, D), 2 * noise(20, D, seed=9)
        reference = torch_mixture(mixture.weights, mixture.means, mixture.covs)
        assert_close(mixture.log_prob(x), reference.log_prob(x))
        for k in range(3):
            part = MultivariateNormal(mixture.means[k], mixture.covs[k]).log_prob(x)
            part = part + mixture.weights[k].log()
            assert_close(mixture.component_log_prob(x)[:, k], part)


def round_components_have_their_standard_deviations(lib):
    mixture = line(lib)
    assert_close(mixture.covs.flatten(), doubles([s * s for s in STDS]))
    for x in (-1.7, 0.3, 1.0):
        assert_close(mixture.log_prob(doubles([x])).item(), math.log(p0(x)), **CLOSE)


def score_is_the_gradient(lib):
    """Against autograd and central differences of the log density, in 1, 2, 5."""
    for D in (1, 2, 5):
        mixture = full(lib, D)
        x = noise(10, D, seed=4).requires_grad_()
        (gradient,) = torch.autograd.grad(mixture.log_prob(x).sum(), x)
        score = mixture.score(x.detach())
        assert_close(score, gradient)
        h = 1e-5 * torch.eye(D, dtype=torch.float64)
        x = x.detach()[:, None, :]
        slope = (mixture.log_prob(x + h) - mixture.log_prob(x - h)) / 2e-5
        assert_close(score, slope, rtol=1e-5, atol=1e-6)


def mean_and_covariance_are_integrals(lib):
    """On the line by quadrature, in the plane by a two-dimensional one."""
    mixture = line(lib)
    mean = over_line(lambda x: x * p0(x))
    assert_close(mixture.mean().item(), mean, **CLOSE)
    var = over_line(lambda x: (x - mean) ** 2 * p0(x))
    assert_close(mixture.cov().item(), var, **CLOSE)
    mixture = full(lib, 2)
    x = torch.cartesian_prod(*2 * [torch.linspace(-12, 12, 601, dtype=torch.float64)])
    reference = torch_mixture(mixture.weights, mixture.means, mixture.covs)
    mass = reference.log_prob(x).exp() * (24 / 600) ** 2  # trapezoid: zero at the edge
    mean = mass @ x
    assert_close(mass.sum().item(), 1.0, rtol=1e-6, atol=0)
    assert_close(mixture.mean(), mean, rtol=1e-5, atol=1e-6)
    centred = x - mean
    assert_close(mixture.cov(), centred.T * mass @ centred, rtol=1e-5, atol=1e-6)


def marginal_is_an_integral(lib):
    """p(x_t) is the integral of q(x_t | x_0) p(x_0): at t = 0 it is the data."""
    schedule, mixture = short(lib), line(lib)
    assert_close(mixture.marginal(schedule, 0).means, mixture.means)
    assert_close(mixture.marginal(schedule, 0).covs, mixture.covs)
    for t in (1, 4, 12):
        q = joint(schedule, 0, t)
        for xt in (-1.2, 0.1, 2.0):
            p = over_line(lambda x0, q=q, xt=xt: q(x0, xt) * p0(x0), xt)
            got = mixture.marginal(schedule, t).log_prob(doubles([xt])).exp()
            assert_close(got.item(), p, **CLOSE)


def marginal_is_an_integral_in_the_plane(lib):
    """The same, and the best prediction, with full covariances, on a fine grid."""
    schedule, mixture, t = short(lib), full(lib, 2), 4
    reference = torch_mixture(mixture.weights, mixture.means, mixture.covs)
    ab_t = schedule.alpha_bar[t]
    xt = doubles([0.4, -0.6])
    nodes = torch.linspace(-10, 10, 401, dtype=torch.float64)
    x0 = torch.cartesian_prod(nodes, nodes)
    q = torch.exp(-((xt - ab_t.sqrt() * x0) ** 2).sum(-1) / (2 * (1 - ab_t)))
    q = q / (2 * math.pi * (1 - ab_t))
    mass = q * reference.log_prob(x0).exp() * (20 / 400) ** 2
    density = mixture.marginal(schedule, t).log_prob(xt).exp()
    assert_close(density, mass.sum(), **CLOSE)
    prediction = mass @ x0 / mass.sum()
    assert_close(mixture.expected_x0(schedule, xt[None], t)[0], prediction, **CLOSE)


def reverse_is_bayes_rule(lib):
    """q(x_s | x_t) = q(x_t | x_s) p(x_s) / p(x_t), with p by quadrature over x_0."""
    schedule, mixture = short(lib), line(lib)
    for s, t in ((0, 3), (1, 2), (3, 8), (0, 12)):
        q_t, q_ts = joint(schedule, 0, t), joint(schedule, s, t)
        for xt in (-0.8, 0.5):
            p_t = over_line(lambda x0, q=q_t, xt=xt: q(x0, xt) * p0(x0), xt)
            reverse = mixture.reverse(schedule, doubles([[xt]]), s, t)
            for xs in (-1.4, -0.3, 0.9):
                p_s = p0(xs)
                if s > 0:
                    q_s = joint(schedule, 0, s)
                    p_s = over_line(lambda x0, q=q_s, xs=xs: q(x0, xs) * p0(x0), xs)
                got = reverse.log_prob(doubles([[xs]])).exp().item()
                assert_close(got, q_ts(xs, xt) * p_s / p_t, rtol=1e-6, atol=1e-9)


def best_guesses_are_conditional_expectations(lib):
    """E[x_0 | x_t] and E[eps | x_t] by quadrature over x_0."""
    schedule, mixture = short(lib), line(lib)
    for t in (1, 5, 12):
        ab_t = schedule.alpha_bar[t].item()
        for xt in (-1.0, 0.2, 1.5):
            here = doubles([[xt]])
            x0 = expectation_given_xt(schedule, t, xt, lambda x0, eps: x0)
            assert_close(mixture.expected_x0(schedule, here, t).item(), x0, **CLOSE)
            eps = expectation_given_xt(schedule, t, xt, lambda x0, eps: eps)
            assert_close(mixture.optimal_eps(schedule, here, t).item(), eps, **CLOSE)
            score = mixture.marginal(schedule, t).score(here).item()
            assert_close(score, -eps / math.sqrt(1 - ab_t), **CLOSE)


def guesses_agree_in_any_dimension(lib):
    """Three roads to one thing: 1-12 holds between E[x_0 | x_t] and E[eps | x_t]."""
    schedule = short(lib)
    for D in (1, 2, 5):
        mixture, xt = full(lib, D), noise(12, D, seed=6)
        t = torch.arange(1, 13)
        ab_t = schedule.alpha_bar[t][:, None]
        x0 = mixture.expected_x0(schedule, xt, t)
        eps = mixture.optimal_eps(schedule, xt, t)
        assert_close(ab_t.sqrt() * x0 + (1 - ab_t).sqrt() * eps, xt)
        for i in range(12):  # the score as the mean of the scores of q(x_t | x_0)
            at_t = mixture.marginal(schedule, i + 1)
            score = at_t.score(xt[i])
            assert_close(score * (1 - ab_t[i]), ab_t[i].sqrt() * x0[i] - xt[i])


def reverse_is_the_joint_conditioned(lib):
    """One full component: the textbook conditional of a joint Gaussian."""
    schedule = short(lib)
    for D in (1, 2, 5):
        one, xt = full(lib, D, K=1), noise(2, D, seed=7)
        eye = torch.eye(D, dtype=torch.float64)
        for s, t in ((0, 1), (2, 3), (3, 9)):
            ab_s, ab_t = schedule.alpha_bar[s], schedule.alpha_bar[t]
            alpha = ab_t / ab_s
            C_s = ab_s * one.covs[0] + (1 - ab_s) * eye
            C_t = alpha * C_s + (1 - alpha) * eye
            gain = alpha.sqrt() * C_s @ torch.linalg.inv(C_t)
            offset = xt - ab_t.sqrt() * one.means[0]
            q = one.reverse(schedule, xt, s, t)
            assert_close(q.mean(), ab_s.sqrt() * one.means[0] + offset @ gain.T)
            cov = C_s - gain @ C_t @ gain.T
            assert_close(q.cov(), cov.expand(2, D, D))


def reverse_steps_compose(lib):
    """Chapman-Kolmogorov: q(x_r | x_t) is q(x_r | x_s) averaged over q(x_s | x_t)."""
    schedule, mixture = short(lib), line(lib)
    xt, r, s, t = doubles([[0.3]]), 1, 4, 7
    xs = torch.linspace(-9, 9, 2001, dtype=torch.float64)[:, None]
    mass = mixture.reverse(schedule, xt, s, t).log_prob(xs).exp() * 18 / 2000
    for xr in (-1.1, 0.4, 1.3):
        there = doubles([[xr]]).expand(2001, 1)
        composed = mass @ mixture.reverse(schedule, xs, r, s).log_prob(there).exp()
        direct = mixture.reverse(schedule, xt, r, t).log_prob(doubles([[xr]])).exp()
        assert_close(composed, direct[0])


def draws_have_mean_and_covariance(lib):
    """20,000 draws of the data, x_t and x_s given x_t, within 5 standard errors."""
    schedule, n = short(lib), 20_000
    generator = torch.Generator().manual_seed(5)
    for D in (1, 2, 5):
        mixture = full(lib, D)
        xt = noise(3, D, seed=8)
        for q in (
            mixture,
            mixture.marginal(schedule, torch.tensor([1, 6])),
            mixture.reverse(schedule, xt, torch.tensor([0, 2, 5]), 7),
        ):
            x = q.sample(n, generator=generator)
            lead = q.means.shape[:-2]
            assert x.shape == (n, *lead, D)
            off = x - q.mean()
            assert (x.mean(0) - q.mean()).abs().le(5 * x.std(0) / n**0.5).all()
            products = off[..., :, None] * off[..., None, :]
            error = (products.mean(0) - q.cov()).abs()
            assert error.le(5 * products.std(0) / n**0.5).all()


def batches_are_the_items_apart(lib):
    """With B = K = D = 2 too, where a stack of matrices can pass for one of vectors."""
    schedule = short(lib)
    for D in (1, 2, 3):
        mixture, xt, x = full(lib, D, K=2), noise(2, D), noise(2, D, seed=1)
        times = (torch.tensor([0, 2]), torch.tensor([4, 9]))
        for s, t in (times, (0, times[1]), (times[0], 9), (0, 9)):
            batch = mixture.reverse(schedule, xt, s, t)
            prediction = mixture.expected_x0(schedule, xt, t)
            eps = mixture.optimal_eps(schedule, xt, t)
            at_t = mixture.marginal(schedule, t).log_prob(x)
            for i in range(2):
                s_i, t_i = (int(u[i]) if torch.is_tensor(u) else u for u in (s, t))
                row = xt[i : i + 1]
                item = mixture.reverse(schedule, row, s_i, t_i)
                assert_close(batch.log_prob(x)[i], item.log_prob(x[i : i + 1])[0])
                assert_close(prediction[i], mixture.expected_x0(schedule, row, t_i)[0])
                assert_close(eps[i], mixture.optimal_eps(schedule, row, t_i)[0])
                assert_close(at_t[i], mixture.marginal(schedule, t_i).log_prob(x[i]))


def quantiles_are_scipys(lib):
    """Where the distribution function is p: by root finding, in SciPy, far out as well."""
    mixture = line(lib)

    def below(x):
        parts = zip(WEIGHTS, MEANS, STDS, strict=True)
        return sum(w * norm.cdf(x, m, std) for w, m, std in parts)

    x = torch.linspace(-4, 4, 81, dtype=torch.float64)
    assert_close(mixture.cdf(x), torch.from_numpy(below(x.numpy())), rtol=1e-12, atol=1e-15)
    p = doubles([1e-12, 1e-6, 0.01, 0.2999, 0.3, 0.3001, 0.5, 0.9, 0.999999])
    expected = [brentq(lambda x, p=p: below(x) - p, -12, 12, xtol=1e-14) for p in p.tolist()]
    assert_close(mixture.icdf(p), doubles(expected), rtol=0, atol=1e-8)
    assert_close(
        mixture.icdf(p[4:].reshape(5, 1)).flatten(), doubles(expected[4:]), rtol=0, atol=1e-8
    )
    assert_close(mixture.cdf(mixture.icdf(p)), p, rtol=1e-9, atol=0)
    one = lib.Mixture.isotropic([1.0], [[2.0]], torch.tensor([3.0]))
    assert_close(one.icdf(p), torch.from_numpy(norm.ppf(p.numpy(), 2, 3)), rtol=1e-9, atol=0)


ALL = (
    quantiles_are_scipys,
    bits_are_those_of_a_normal_and_of_torch,
    density_is_torchs,
    round_components_have_their_standard_deviations,
    score_is_the_gradient,
    mean_and_covariance_are_integrals,
    marginal_is_an_integral,
    marginal_is_an_integral_in_the_plane,
    reverse_is_bayes_rule,
    best_guesses_are_conditional_expectations,
    guesses_agree_in_any_dimension,
    reverse_is_the_joint_conditioned,
    reverse_steps_compose,
    draws_have_mean_and_covariance,
    batches_are_the_items_apart,
)

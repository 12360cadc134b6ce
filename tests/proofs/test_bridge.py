"""The bridge: what sympy has proved is what the tensor code computes, to 1e-12.

Each test takes the right side of a claim, turns it into a function of floats, and
compares it with `companion.diffusion` on random schedules, times and data.
"""

import math
from random import Random

import numpy as np
import pytest
import sympy
import torch
from scipy.stats import multivariate_normal
from sympy import Expr, Float

from companion import diffusion
from companion.proofs import chapter_1
from companion.proofs.algebra import Derivation, numeric
from companion.proofs.chapter_1.best_guess import c, f
from companion.proofs.chapter_1.bound import C, D, m, n, p_back, var_0
from companion.proofs.chapter_1.flow import a, h, h_before, x0_before
from companion.proofs.chapter_1.forward import ONE_SHOT
from companion.proofs.chapter_1.noise import DRAW_BACK
from companion.proofs.chapter_1.steps import DRAW
from companion.proofs.densities import density, q
from companion.proofs.gradients import Slope
from companion.proofs.letters import (
    ab_prev,
    ab_s,
    ab_T,
    ab_t,
    alpha_prev,
    alphas,
    eps,
    eps_hat,
    eps_new,
    eps_t,
    in_alpha_bar,
    mu,
    mu_t,
    t,
    v,
    var,
    var_t,
    x0_hat,
    x_0,
    x_prev,
    x_prev2,
    x_s,
    x_t,
)

T, SHAPE = 12, (3, 2)
slope_letter = sympy.Symbol("slope", real=True)  # where a proof has a derivative


class Case:
    """A random schedule, two times 0 < s < t, data, and each letter's value."""

    def __init__(self, seed: int) -> None:
        random = Random(seed)
        g = torch.Generator().manual_seed(seed)
        betas = 0.02 + 0.7 * torch.rand(T, generator=g, dtype=torch.float64)
        betas[-1] = 0.99  # so that it reaches noise
        self.schedule = diffusion.from_betas(betas)
        self.t = random.randint(2, T)
        self.s = random.randint(1, self.t - 1)
        ab = self.schedule.alpha_bar.tolist()
        names = (
            x_0,
            x_s,
            x_t,
            x_prev,
            x_prev2,
            eps,
            eps_t,
            eps_new,
            x0_hat,
            eps_hat,
            v,
        )
        self.values = {name: torch.randn(SHAPE, generator=g, dtype=torch.float64) for name in names}
        self.values |= {ab_s: ab[self.s], ab_t: ab[self.t], ab_prev: ab[self.t - 1]}
        self.values[alpha_prev] = ab[self.t - 1] / ab[self.t - 2]

    def __getitem__(self, letter: Expr) -> torch.Tensor:
        return self.values[letter]

    def of(self, expression: Expr) -> torch.Tensor:
        """The value of what was proved."""
        expression = in_alpha_bar(expression)
        letters = [letter for letter in self.values if expression.has(letter)]
        value = numeric(expression, *letters)(*(np.asarray(self[v]) for v in letters))
        return torch.as_tensor(value, dtype=torch.float64)

    def same(self, proved: Expr, computed: torch.Tensor) -> None:
        expected = self.of(proved).expand(SHAPE)
        torch.testing.assert_close(computed.expand(SHAPE), expected, rtol=1e-12, atol=1e-12)


@pytest.fixture(params=range(8))
def case(request) -> Case:
    return Case(request.param)


def claim(proof: Derivation, left: Expr) -> Expr:
    """The right side of the claim about `left`."""
    (right,) = {c.rhs for c in proof.claims if c.lhs == left}
    return right


def normal_claim(proof: Derivation, number: int = 0) -> tuple[Expr, Expr]:
    """The mean and the variance of a claim of the form q(...) = N(...)."""
    _, mean, variance = proof.claims[number].rhs.args
    return mean, variance


def same_gaussian(case: Case, proved: tuple, computed: diffusion.Gaussian) -> None:
    case.same(proved[0], computed.mean)
    case.same(proved[1], computed.var)


def test_one_step(case):
    computed = diffusion.step(case.schedule, case[x_prev], case.t)
    for number in (2, 3):  # with alpha_t, and with beta_t
        same_gaussian(case, normal_claim(chapter_1.one_step(), number), computed)
    mean, variance, *_ = chapter_1.one_step().claims
    same_gaussian(case, (mean.rhs, variance.rhs), computed)


def test_draw_of_one_step(case):
    computed = diffusion.step(case.schedule, case[x_prev], case.t)
    case.same(DRAW, computed.sample(case[eps_t]))


def test_two_steps(case):
    computed = diffusion.transition(case.schedule, case[x_prev2], case.t - 2, case.t)
    same_gaussian(case, normal_claim(chapter_1.merge_by_integration()), computed)
    mean, variance = chapter_1.merge_by_variances().claims
    same_gaussian(case, (mean.rhs, variance.rhs), computed)


def test_any_steps(case):
    computed = diffusion.transition(case.schedule, case[x_s], case.s, case.t)
    same_gaussian(case, normal_claim(chapter_1.general_step()), computed)


def test_draw_of_all_steps(case):
    computed = diffusion.marginal(case.schedule, case[x_0], case.t)
    case.same(ONE_SHOT, computed.sample(case[eps]))


def test_product_to_t(case):
    product = chapter_1.product_to_T().proved.subs(t, case.t).doit()
    steps = {alphas[n]: float(case.schedule.alpha[n]) for n in range(1, T + 1)}
    expected = float(product.subs(steps))
    assert math.isclose(case.schedule.alpha_bar[case.t], expected, rel_tol=1e-12)


def test_all_steps(case):
    computed = diffusion.marginal(case.schedule, case[x_0], case.t)
    proof = chapter_1.one_shot_by_marginalising()
    same_gaussian(case, normal_claim(proof), computed)
    density = case.of(proof.claims[0].rhs).prod(dim=1)
    torch.testing.assert_close(computed.log_prob(case[x_t]).exp(), density, rtol=1e-12, atol=0)


def test_signal_to_noise(case):
    (proved,) = chapter_1.signal_to_noise().claims
    case.same(proved.rhs, case.schedule.snr[case.t])


def joint(case: Case, letters: tuple[Expr, ...], row: int) -> float:
    """The joint density of some of x_0, x_s, x_t for x_0 ~ N(0, 1), by SciPy."""
    levels = {x_0: 1.0, x_s: case[ab_s], x_t: case[ab_t]}
    cov = [
        [math.sqrt(min(levels[a], levels[b]) / max(levels[a], levels[b])) for b in letters]
        for a in letters
    ]
    point = [case[letter][row, 0].item() for letter in letters]
    return multivariate_normal(np.zeros(len(letters)), cov).pdf(point)


def conditional(case: Case, density: q, row: int) -> Float:
    """q(of | given) by its definition, from joint densities."""
    of, given = density.args
    below = joint(case, tuple(given), row) if given else 1.0
    return Float(joint(case, (*of, *given), row) / below)


def test_bayes(case):
    """All four forms, with SciPy's densities in them, are the posterior's density."""
    posterior = diffusion.posterior(
        case.schedule, case[x_t][:, :1], case[x_0][:, :1], case.s, case.t
    )
    computed = posterior.log_prob(case[x_s][:, :1]).exp()
    claims = chapter_1.bayes().claims
    assert len(claims) == 4
    for equation in claims:
        for row in range(SHAPE[0]):
            densities = equation.rhs.atoms(q)
            values = {d: conditional(case, d, row) for d in densities}
            value = float(equation.rhs.xreplace(values))
            assert math.isclose(value, computed[row], rel_tol=1e-9)  # SciPy's inverse


def posterior_letters(case: Case) -> Case:
    """The case with the proved mean and variance under their letters."""
    proof = chapter_1.posterior_by_square()
    for letter in (mu, var):
        case.values[letter] = case.of(claim(proof, letter))
    return case


def test_posterior_density(case):
    computed = diffusion.posterior(case.schedule, case[x_t], case[x_0], case.s, case.t)
    density = chapter_1.posterior_by_square().claims[0].rhs
    expected = posterior_letters(case).of(density).prod(dim=1)
    torch.testing.assert_close(computed.log_prob(case[x_s]), expected.log(), rtol=1e-12, atol=1e-12)


def test_posterior_for_any_times(case):
    computed = diffusion.posterior(case.schedule, case[x_t], case[x_0], case.s, case.t)
    proof = chapter_1.posterior_by_square()
    same_gaussian(case, (claim(proof, mu), claim(proof, var)), computed)


def test_posterior_of_one_step(case):
    computed = diffusion.posterior(case.schedule, case[x_t], case[x_0], case.t - 1, case.t)
    proof = chapter_1.posterior_one_step()
    same_gaussian(case, (claim(proof, mu_t), claim(proof, var_t)), computed)


def test_clean_data(case):
    computed = diffusion.x0_from_noise(case.schedule, case[x_t], case[eps], case.t)
    case.same(claim(chapter_1.x0_from_noise(), x_0), computed)


def test_mean_from_noise(case):
    computed = diffusion.posterior_from_noise(case.schedule, case[x_t], case[eps], case.s, case.t)
    case.same(claim(chapter_1.mean_from_noise(), mu), computed.mean)


def one_back_from_noise(case: Case) -> diffusion.Gaussian:
    return diffusion.posterior_from_noise(case.schedule, case[x_t], case[eps], case.t - 1, case.t)


def test_mean_from_noise_of_one_step(case):
    proved = claim(chapter_1.mean_from_noise_one_step(), mu_t)
    case.same(proved, one_back_from_noise(case).mean)


def test_draw_from_posterior(case):
    computed = diffusion.posterior(case.schedule, case[x_t], case[x_0], case.t - 1, case.t)
    proof = chapter_1.posterior_one_step()
    for letter in (mu_t, var_t):
        case.values[letter] = case.of(claim(proof, letter))
    case.same(DRAW_BACK, computed.sample(case[eps_new]))


def test_draw_from_noise(case):
    proved = claim(chapter_1.draw_from_noise(), x_prev)
    case.same(proved, one_back_from_noise(case).sample(case[eps_new]))


# ------------------------------------------------- what is predicted, and the bound


def test_clean_data_from_velocity(case):
    guess = diffusion.V.predict(case.schedule, case[v], case[x_t], case.t)
    case.same(claim(chapter_1.turned_back(), x_0), guess.x0)


def test_noise_from_velocity(case):
    guess = diffusion.V.predict(case.schedule, case[v], case[x_t], case.t)
    case.same(claim(chapter_1.turned_back(), eps), guess.eps)


def test_one_error_in_three_units(case):
    """True noise, data and velocity of one x_t against those of a guess of x_0."""
    times = (case.schedule, case[x_0], case[eps], case.t)
    xt = diffusion.marginal(case.schedule, case[x_0], case.t).sample(case[eps])
    guess = diffusion.X0.predict(case.schedule, case[x0_hat], xt, case.t)
    guessed_v = diffusion.V.target(case.schedule, guess.x0, guess.eps, case.t)
    in_noise, in_v = chapter_1.same_error().claims
    case.same(in_noise.rhs, (case[eps] - guess.eps) ** 2)
    case.same(in_v.rhs, (diffusion.V.target(*times) - guessed_v) ** 2)


def test_one_time_taken_out(case):
    """Forward over backward, by our densities, for a step back that is the guess's."""
    x0, xs, xt = (case[letter][:, :1] for letter in (x_0, x_s, x_t))
    guess = diffusion.posterior(case.schedule, xt, case[x0_hat][:, :1], case.s, case.t)
    to_s, to_t = (
        diffusion.marginal(case.schedule, x0, u).log_prob(x)
        for u, x in ((case.s, xs), (case.t, xt))
    )
    ahead = diffusion.transition(case.schedule, xs, case.s, case.t).log_prob(xt)
    back = diffusion.posterior(case.schedule, xt, x0, case.s, case.t).log_prob(xs)
    logs = (to_s, ahead, back, to_t)
    names = (
        density(x_s, given=x_0),
        density(x_t, given=x_s),
        density(x_s, given=(x_t, x_0)),
        density(x_t, given=x_0),
    )
    (split,) = chapter_1.split().claims
    for row in range(SHAPE[0]):
        values = {name: Float(log[row].exp().item()) for name, log in zip(names, logs, strict=True)}
        values[p_back] = Float(guess.log_prob(xs)[row].exp().item())
        left, right = (float(side.xreplace(values)) for side in (split.lhs, split.rhs))
        assert math.isclose(left, right, rel_tol=1e-10)


def test_divergence(case):
    (proved,) = chapter_1.kl_of_gaussians().claims
    g = torch.Generator().manual_seed(case.t)
    first, second = torch.rand(2, 1, generator=g, dtype=torch.float64) + 0.1
    case.values |= {m: case[x_s], n: case[x_t], C: first, D: second}
    one, other = (diffusion.Gaussian(case[a], case[b]) for a, b in ((m, C), (n, D)))
    torch.testing.assert_close(
        diffusion.kl(one, other), case.of(proved.rhs).sum(dim=1), rtol=1e-12, atol=1e-12
    )


def bound_with_one_guess(case: Case) -> torch.Tensor:
    """Every term of the bound for a network that always answers the same x_0."""
    answer = diffusion.Prediction(case[x0_hat], case[eps])
    g = torch.Generator().manual_seed(case.t)
    return diffusion.bound(case.schedule, lambda xt, t: answer, case[x_0], var_0=0.2, generator=g)


def test_last_term(case):
    case.values[ab_T] = case.schedule.alpha_bar[T].item()
    (proved,) = chapter_1.last_term().claims
    expected = case.of(proved.rhs).sum(dim=1)
    torch.testing.assert_close(bound_with_one_guess(case)[T], expected, rtol=1e-12, atol=1e-12)


def test_middle_term(case):
    """The weight for any two times, and the row of the bound for one step."""
    (proved,) = chapter_1.middle_term().claims
    weight = diffusion.bound_weight(case.schedule, case.s, case.t)
    case.same(proved.rhs, weight * (case[x_0] - case[x0_hat]) ** 2)
    case.values[ab_s] = case.schedule.alpha_bar[case.t - 1].item()
    torch.testing.assert_close(
        bound_with_one_guess(case)[case.t - 1],
        case.of(proved.rhs).sum(dim=1),
        rtol=1e-12,
        atol=1e-12,
    )


def test_dropped_weight(case):
    (proved,) = chapter_1.dropped_weight().claims
    weight = diffusion.bound_weight(case.schedule, case.s, case.t)
    in_noise = weight / case.schedule.snr[case.t]
    case.same(proved.rhs, in_noise * (case[eps] - case[eps_hat]) ** 2)


def test_first_term(case):
    (proved,) = chapter_1.first_term().claims
    case.values[var_0] = 0.2
    expected = case.of(proved.rhs).sum(dim=1)
    torch.testing.assert_close(bound_with_one_guess(case)[0], expected, rtol=1e-12, atol=1e-12)


# ------------------------------------------------------------------ what one step returns


def test_best_guess(case):
    """The mean squared error of a guess, by quadrature over a mixture, and by 1-17a."""
    data = diffusion.Mixture.isotropic(
        torch.tensor([0.3, 0.7]), torch.tensor([[-1.0], [0.6]]), torch.tensor([0.2, 0.4])
    )
    xt, guess = case[x_t][:, :1], case[x0_hat][:, :1]
    behind = data.reverse(case.schedule, xt, 0, case.t)  # q(x_0 | x_t), (B,) mixtures
    at, weight = (torch.from_numpy(a) for a in np.polynomial.hermite_e.hermegauss(40))
    stds = behind.covs[..., 0].sqrt()  # (B, K, 1)
    x0 = behind.means + stds * at  # (B, K, 40)
    square = ((x0 - guess[:, None]) ** 2 * weight / weight.sum()).sum(dim=-1)  # (B, K)
    expected = (behind.weights * square).sum(dim=-1, keepdim=True)
    (proved,) = chapter_1.best_guess().claims
    case.values |= {
        m: data.expected_x0(case.schedule, xt, case.t),
        f: guess,
        c: behind.cov()[..., 0],
    }
    torch.testing.assert_close(case.of(proved.rhs), expected, rtol=1e-12, atol=1e-12)


# ------------------------------------------------------------- the score and the flow


BUMPS = diffusion.Mixture.isotropic([0.3, 0.7], [[-1.0], [0.6]], torch.tensor([0.2, 0.4]))


def test_score(case):
    """The noise by Bayes' rule over the mixture, the slope by differences of its logarithm."""
    xt = case[x_t][:, :1]
    at_t = BUMPS.marginal(case.schedule, case.t)
    slope = (at_t.log_prob(xt + 1e-5) - at_t.log_prob(xt - 1e-5))[:, None] / 2e-5
    x0 = BUMPS.expected_x0(case.schedule, xt, case.t)
    noise = diffusion.X0.predict(case.schedule, x0, xt, case.t).eps
    of_noise, of_data = (claim.rhs for claim in chapter_1.score().claims)
    (written,) = of_noise.atoms(Slope)
    case.values |= {slope_letter: slope, x_t: xt}
    for proved, computed in ((of_noise, noise), (of_data, x0)):
        expected = case.of(proved.xreplace({written: slope_letter}))
        torch.testing.assert_close(computed, expected, rtol=1e-7, atol=1e-7)
    computed = diffusion.score_from_noise(case.schedule, noise, case.t)
    torch.testing.assert_close(computed, slope, rtol=1e-7, atol=1e-7)


def test_flow(case):
    """Both sides by differences: the density in sigma, density times speed in x_bar."""
    ab = case[ab_t]
    ratio, place, d = math.sqrt((1 - ab) / ab), case[x_t][:, :1] / math.sqrt(ab), 1e-5

    def p(x, at):  # of x_0 + at * eps
        covs = BUMPS.covs + at**2 * torch.eye(1, dtype=torch.float64)
        return diffusion.Mixture(BUMPS.weights, BUMPS.means, covs).log_prob(x).exp()[:, None]

    def moved(x):
        eps = BUMPS.optimal_eps(case.schedule, math.sqrt(ab) * x, case.t)
        return eps * p(x, ratio)

    left = (p(place, ratio + d) - p(place, ratio - d)) / (2 * d)
    right = (moved(place + d) - moved(place - d)) / (2 * d)
    (equation,) = chapter_1.flow().claims
    (written,) = equation.rhs.atoms(Slope)
    proved = numeric(equation.rhs.xreplace({written: slope_letter}), slope_letter)(right)
    torch.testing.assert_close(left, proved, rtol=1e-7, atol=1e-7)


def with_noise(case: Case) -> diffusion.Prediction:
    """The guess of x_0 with the noise that belongs to it, under its letter too."""
    prediction = diffusion.X0.predict(case.schedule, case[x0_hat], case[x_t], case.t)
    case.values[eps_hat] = prediction.eps
    return prediction


def test_euler(case):
    now = diffusion.State(case.t, case[x_t], with_noise(case))
    computed = diffusion.ddim()(case.schedule, [now], case.s)
    by_noise, by_data = chapter_1.euler().claims
    case.same(by_noise.rhs, computed.mean / math.sqrt(case[ab_s]))
    case.same(by_data.rhs, computed.mean / math.sqrt(1 - case[ab_s]))


def test_second_order(case):
    """The step, from three times; and how what it misses begins, by sympy's series."""
    s, t, u = 3, case.t // 2 + 4, 11
    before, logs = case[x_s], case.schedule.log_snr.tolist()
    case.t, case.values[ab_s] = t, case.schedule.alpha_bar[s].item()
    case.values[ab_t] = case.schedule.alpha_bar[t].item()
    case.values |= {x0_before: before, h: logs[s] - logs[t], h_before: logs[t] - logs[u]}
    history = [
        diffusion.State(u, case[x_prev], diffusion.Prediction(before, case[eps])),
        diffusion.State(t, case[x_t], with_noise(case)),
    ]
    computed = diffusion.dpm_solver(case.schedule, history, s)
    (proved,) = chapter_1.second_order().claims
    case.same(proved.rhs, computed.mean / math.sqrt(1 - case[ab_s]))


def test_what_a_step_misses():
    by_solver, by_ddim = (step.right for step in chapter_1.second_order().steps[-2:])
    assert sympy.limit(by_solver / h**3, h, 0) == sympy.Rational(1, 48) * a
    assert sympy.limit(by_ddim / h**2, h, 0) == sympy.Rational(1, 4) * a


# --------------------------------------------------------------- the bridge, seen red


def test_what_the_article_prints_does_not_pass_the_bridge(case):
    """The bridge is narrow: no misprint crosses it."""
    gaussian = one_back_from_noise(case)
    with pytest.raises(AssertionError):
        case.same(chapter_1.no_root_1_15().printed, gaussian.sample(case[eps_new]))
    computed = diffusion.posterior(case.schedule, case[x_t], case[x_0], case.t - 1, case.t)
    with pytest.raises(AssertionError):
        case.same(chapter_1.root_of_beta().printed, computed.mean)

"""The bridge for the latent, conditions and guidance: proved, and computed."""

import math

import numpy as np
import pytest
import sympy
import torch
from scipy.integrate import quad
from scipy.stats import norm
from torch.testing import assert_close

from companion import diffusion
from companion.networks.blocks import attend
from companion.proofs import chapter_2
from companion.proofs.chapter_1.mixture import C_1, C_2, m_1, m_2, w_1, w_2
from companion.proofs.chapter_2 import conditions as k
from companion.proofs.chapter_2.conditions import E, noise_mean, noise_var, scale, x, z_t
from companion.proofs.chapter_2.guidance import (
    C,
    c,
    chance_var,
    eps_guided,
    eps_none,
    eps_y,
    gamma,
    mean_chance,
    mean_power,
    q_t,
    s,
    sigma,
    slope_y,
    w,
)
from companion.proofs.letters import ab_t, eps, eps_hat, x_0, x_t
from tests.diffusion.tilted_properties import drawn, gaussian
from tests.proofs.test_bridge import Case
from tests.proofs.test_bridge_mixture import bumps
from tests.proofs.test_bridge_mixture import case as bumps_case

CLOSE = {"rtol": 1e-12, "atol": 1e-12}
case = bumps_case  # a random schedule, times and data, and two random bumps


def one(case: Case, y: int) -> diffusion.Mixture:
    return diffusion.given_class(bumps(case), y)


# ---- 2-6, 2-7, 2-10: in the latent, and what the best network says there


def test_in_the_latent(case):
    """z_t is the marginal of c E(x), and the error of a guess is what quadrature says."""
    chain, loss = chapter_2.in_the_latent().claims
    latent = sympy.Symbol("latent", real=True)
    case.values |= {latent: case[x_0], scale: 0.3 + case.t}
    _, mean, var = chain.rhs.xreplace({E(x): latent}).args
    computed = diffusion.marginal(case.schedule, case[scale] * case[x_0], case.t)
    case.same(mean, computed.mean)
    case.same(var, computed.var)

    zt, ab = case[x_t][:1, :1], case[ab_t]
    left = bumps(case).reverse(case.schedule, zt, 0, case.t)
    case.values |= {
        noise_mean: bumps(case).optimal_eps(case.schedule, zt, case.t),
        noise_var: left.cov()[0] * ab / (1 - ab),
        eps_hat: case[eps_hat][:1, :1],
    }

    def wrong(z):
        noise = (zt.item() - math.sqrt(ab) * z) / math.sqrt(1 - ab)
        there = torch.tensor([[z]], dtype=torch.float64)
        return (noise - case[eps_hat].item()) ** 2 * left.log_prob(there).exp().item()

    points = [*left.means.flatten().tolist()]
    found = quad(wrong, -15, 15, points=points, limit=200)[0]
    assert_close(found, case.of(loss.rhs).item(), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("factor", [0.2, 0.9, 1.0])
def test_wrong_scale(case, factor):
    """x_t of c z over its width is x_t of z under `shifted`; the ratio has a factor c^2."""
    other, ratio = chapter_2.wrong_scale().claims
    moved = diffusion.shifted(case.schedule, factor)
    case.values |= {scale: factor, k.z: case[x_0]}
    case.values |= {k.ab_other: moved.alpha_bar[case.t].item(), k.snr: case.schedule.snr[case.t]}
    seen = diffusion.marginal(case.schedule, factor * case[x_0], case.t).sample(case[eps])
    case.values[z_t] = seen
    case.same(other.lhs, diffusion.marginal(moved, case[x_0], case.t).sample(case[eps]))
    case.same(other.rhs, case.of(other.lhs))
    case.same(ratio.rhs, moved.snr[case.t])


def test_with_a_condition(case):
    """The exact network of a class is the proved one; the mean of both, by their shares, is
    that of all data."""
    _, exact = chapter_2.with_a_condition().claims
    zt, found = case[x_t][:, :1], []
    m, var = (letter for letter in exact.rhs.free_symbols if letter.name in ("{m}_{y}", "{C}_{y}"))
    m, var = (m, var) if m.name == "{m}_{y}" else (var, m)
    for y, letters in enumerate(((m_1, C_1), (m_2, C_2))):
        case.values |= {z_t: zt, m: case[letters[0]], var: case[letters[1]]}
        found.append(case.of(exact.rhs))
        assert_close(one(case, y).optimal_eps(case.schedule, zt, case.t), found[-1], **CLOSE)
        denoise = diffusion.exact_denoiser(one(case, y), case.schedule)
        assert_close(denoise(zt, case.t).eps, found[-1], **CLOSE)
    shares = bumps(case).reverse(case.schedule, zt, 0, case.t).weights
    both = shares[:, :1] * found[0] + shares[:, 1:] * found[1]
    assert_close(bumps(case).optimal_eps(case.schedule, zt, case.t), both, **CLOSE)


def test_with_channels(case):
    """The regression of z on z_t and the image beside it, from their covariance alone."""
    _, proved = chapter_2.with_channels().claims
    ab, (C, error) = case[ab_t], (0.7, 0.5)
    root = math.sqrt(ab)
    case.values |= {z_t: case[x_t], k.y: case[x_0]}
    case.values |= {k.prior_var: C, k.tau: error}
    both = np.array([[ab * C + 1 - ab, root * C], [root * C, C + error**2]])
    pull = np.linalg.solve(both, np.array([root * C, C]))
    mean = pull[0] * case[x_t] + pull[1] * case[x_0]
    case.same(proved.rhs.args[1], mean)
    case.same(proved.rhs.args[2], torch.tensor(C - pull @ np.array([root * C, C])))


def test_attention():
    """softmax(q k / sqrt(d)) v of the package, on tokens in two orders and with one left out."""
    out, _ = chapter_2.attention().claims
    g = torch.Generator().manual_seed(0)
    d = 5
    q, keys = (torch.randn(1, n, d, generator=g, dtype=torch.float64) for n in (1, 2))
    v = torch.randn(1, 2, 1, generator=g, dtype=torch.float64).expand(1, 2, d)
    letters = (*k.scores[:2], *k.values[:2])
    scores = (q @ keys.mT / math.sqrt(d)).flatten().tolist()
    numbers = (*scores, *v[0, :, 0].tolist())
    expected = float(out.rhs.subs(dict(zip(letters, numbers, strict=True))))
    assert_close(attend(q, keys, v)[0, 0, 0].item(), expected)
    assert_close(attend(q, keys.flip(1), v.flip(1)), attend(q, keys, v))
    draws = torch.randn(2, 200_000, d, generator=g, dtype=torch.float64)
    assert abs((draws[0] * draws[1]).sum(-1).div(math.sqrt(d)).var().item() - 1) < 0.03


# ---- 2-9: guidance


def test_guidance(case):
    """`guided` is the proved line; and it is the slope of log(q(x_t) q(y | x_t)^s), by SymPy's
    formula evaluated with the oracle's densities, and by central differences."""
    line, whose = chapter_2.guidance().claims
    assert line.lhs == whose.lhs == eps_guided
    xt, data = case[x_t][:, :1], bumps(case)
    whole, of_class = (diffusion.exact_denoiser(d, case.schedule) for d in (data, one(case, 1)))
    for number in (-0.7, 0.4, 3.0):
        case.values |= {s: number, eps_none: whole(xt, case.t).eps, eps_y: of_class(xt, case.t).eps}
        found = diffusion.guided(of_class, whole, number)(xt, case.t).eps
        assert_close(found, case.of(line.rhs), **CLOSE)
        at_t, h = data.marginal(case.schedule, case.t), 1e-5
        up, down = (diffusion.tilted_log_prob(at_t, 1, number, xt + e) for e in (h, -h))
        slope = ((up - down) / (2 * h))[:, None]
        assert_close(found, -math.sqrt(1 - case[ab_t]) * slope, rtol=1e-5, atol=1e-6)


def test_conventions(case):
    """w, s and the scale of a classifier, each as its paper writes it, against `guided`."""
    by_w, from_y, by_classifier = chapter_2.conventions().claims
    denoisers = (
        [
            lambda xt, t, e=e: diffusion.EPS.predict(case.schedule, e, xt, t)
            for e in (case[eps_y], case[eps_none])
        ]
        if eps_y in case.values
        else None
    )
    case.values |= {eps_none: case[eps], eps_y: case[eps_hat], s: 2.5, w: 1.5, gamma: 2.5}
    case.values[slope_y] = (case[eps_none] - case[eps_y]) / math.sqrt(1 - case[ab_t])
    case.values |= {eps_none: case[eps], eps_y: case[eps_hat], s: 2.5, w: 1.5, gamma: 2.5}
    case.values[slope_y] = (case[eps_none] - case[eps_y]) / math.sqrt(1 - case[ab_t])
    denoisers = [
        lambda xt, t, e=e: diffusion.EPS.predict(case.schedule, e, xt, t)
        for e in (case[eps_y], case[eps_none])
    ]
    found = diffusion.guided(*denoisers, 2.5)(case[x_t], case.t).eps
    for claim in (by_w, from_y, by_classifier):
        case.same(claim.lhs, found)
        case.same(claim.rhs, found)


def chance(data: diffusion.Mixture, y: int, x0: float) -> float:
    return data.component_log_prob(torch.tensor([x0]).double()).softmax(-1)[y].item()


def means_of_powers(case: Case, y: int, xt: float, *powers: float) -> list[float]:
    """E[q(y | x_0)^power | x_t], by quadrature over x_0."""
    data, ab = bumps(case), case[ab_t]
    stds = [case[v].sqrt().item() for v in (C_1, C_2)]
    parts = [*zip((w_1, w_2), (m_1, m_2), stds, strict=True)]

    def joint(x0):
        of_data = sum(case[a].item() * norm.pdf(x0, case[b].item(), std) for a, b, std in parts)
        return of_data * norm.pdf(xt, math.sqrt(ab) * x0, math.sqrt(1 - ab))

    points = [case[m_1].item(), case[m_2].item(), xt / math.sqrt(ab)]
    how = {"points": [p for p in points if -12 < p < 12], "limit": 100, "epsabs": 0, "epsrel": 1e-6}
    total = quad(joint, -12, 12, **how)[0]
    over = (quad(lambda v, p=p: joint(v) * chance(data, y, v) ** p, -12, 12, **how) for p in powers)
    return [value[0] / total for value in over]


@pytest.mark.parametrize("seed", [1, 4])
def test_noised_tilt_and_its_gap(seed):
    """At s = 2 the tilted density with its noise, by quadrature over x_0, is above the one that
    guidance follows, by a variance; both as proved."""
    case = bumps_case.__wrapped__(type("Request", (), {"param": seed})())
    data, xt, ab = bumps(case), 0.3, case[ab_t]
    tilted, guided = chapter_2.noised_tilt().claims
    (gap,) = chapter_2.gap_is_a_variance().claims
    first, second = means_of_powers(case, 1, xt, 1, 2)
    at_t = data.marginal(case.schedule, case.t)
    here = torch.tensor([xt]).double()
    density = at_t.log_prob(here).exp().item()

    def noised(x0):
        of_x0 = diffusion.tilted_log_prob(data, 1, 2, torch.tensor([x0]).double()).exp().item()
        return of_x0 * norm.pdf(here.item(), math.sqrt(ab) * x0, math.sqrt(1 - ab))

    points = [p for p in (case[m_1].item(), case[m_2].item()) if -12 < p < 12]
    by_quadrature = quad(noised, -12, 12, points=points, epsabs=0, epsrel=1e-7)[0]
    values = {q_t: density, mean_power: second, mean_chance: first, s: 2}
    assert_close(by_quadrature, float(tilted.rhs.xreplace(values)), rtol=1e-6, atol=0)
    of_guidance = diffusion.tilted_log_prob(at_t, 1, 2, here).exp().item()
    assert_close(of_guidance, float(guided.rhs.xreplace(values)), rtol=1e-6, atol=0)
    values[chance_var] = second - first**2
    assert values[chance_var] > 1e-6
    found = by_quadrature - of_guidance
    assert_close(found, float(gap.rhs.xreplace(values)), rtol=1e-4, atol=0)


@pytest.mark.parametrize("number", [0.5, 2.0, 3.0])
def test_two_gaussians(case, number):
    """The gap of the two scores as proved, against the scores of the package."""
    inverse, gap = chapter_2.two_gaussians().claims
    wide, narrow = 1.3, 0.4
    case.values |= {C: wide, c: narrow, s: number}
    tilted = gaussian(diffusion, 1 / case.of(inverse.rhs).item())
    xt = case[x_t][:, :1]
    (x_bar,) = (letter for letter in gap.rhs.free_symbols if "bar{x}" in letter.name)
    root = math.sqrt(case[ab_t])
    case.values |= {x_bar: xt / root, sigma: math.sqrt(1 - root**2) / root}
    of = [gaussian(diffusion, var) for var in (wide, narrow)]
    whole, of_class = (diffusion.exact_denoiser(data, case.schedule) for data in of)
    eps_g = diffusion.guided(of_class, whole, number)(xt, case.t).eps
    of_tilted = tilted.marginal(case.schedule, case.t).score(xt)
    found = diffusion.score_from_noise(case.schedule, eps_g, case.t) - of_tilted
    assert_close(root * found, case.of(gap.rhs), **CLOSE)
    assert (found.abs() > 1e-9).all()
    draws = torch.linspace(-9, 9, 9001, dtype=torch.float64)
    log_q = (1 - number) * of[0].log_prob(draws[:, None])
    log_q = log_q + number * of[1].log_prob(draws[:, None])
    density = log_q.exp() / torch.trapezoid(log_q.exp(), draws)
    assert_close(density, tilted.log_prob(draws[:, None]).exp(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("number", [0.5, 2.0, 3.0])
def test_guided_variance(number):
    """The flow solved: the speed is that of `guided`, and samples have the proved variance."""
    speed, _, log_var = chapter_2.guided_variance().claims
    schedule = diffusion.cosine(1000)
    wide, narrow = 1.3, 0.4
    values = {C: wide, c: narrow, s: number}
    whole, of_class = (
        diffusion.exact_denoiser(gaussian(diffusion, var), schedule) for var in (wide, narrow)
    )
    guided = diffusion.guided(of_class, whole, number)
    xt, t = torch.tensor([[0.7]], dtype=torch.float64), 400
    ab = schedule.alpha_bar[t].item()
    at = values | {sigma: math.sqrt(1 - ab) / math.sqrt(ab)}
    (x_bar,) = speed.rhs.free_symbols - set(at)
    at[x_bar] = 0.7 / math.sqrt(ab)
    assert_close(guided(xt, t).eps.item(), float(speed.rhs.subs(at)))
    start = math.sqrt(1 / schedule.alpha_bar[-1].item() - 1)
    proved = float(log_var.rhs.subs(values | {sigma: start}))
    width = drawn(diffusion, guided, schedule, n=2).max().item() / 0.6744897501960817
    at_start = math.log(1 / (1 - schedule.alpha_bar[-1].item()))  # x_T is noise of variance 1
    assert abs(2 * math.log(width) - proved - at_start) < 0.02
    assert abs(proved - ((1 - number) * math.log(wide) + number * math.log(narrow))) < 1e-3

"""Answers that readers give: right ones in other forms, wrong ones with a diagnosis.

They are written here anew, not taken from the exercises' own list of mistakes.
"""

import math
from fractions import Fraction

import numpy as np
import sympy
import torch
from sympy import Rational, log, sqrt, symbols

from companion.diffusion import (
    cosine,
    from_alpha_bar,
    linear,
    posterior,
    zero_terminal_snr,
)
from tests.exercises import (
    planted_1_3_1,
    planted_1_4,
    planted_2_1,
    planted_2_2,
    planted_2_2_1,
    planted_2_2_2,
    planted_3_1,
)

A_S, A_T = symbols("alpha_s alpha_t", positive=True)
BETA = symbols("beta", positive=True)
RHO = symbols("rho", real=True)
BOTH = 2 * RHO * sqrt(A_T * (1 - A_S) * (1 - A_T))  # twice the covariance
XT, X0 = symbols("xt x0", real=True)
AB_S, AB_T, AL, BE = symbols("ab_s ab_t alpha beta", positive=True)
ROOT = torch.sqrt


def noised(signal, noise):
    """An add_noise with these weights, functions of ab_s and ab_t."""
    return lambda xs, eps, s, t: signal(s, t) * xs + noise(s, t) * eps


def merged(times=1):
    """The weight of two noises as one, the covariance taken so many times."""
    return sqrt(1 - A_S * A_T + times * BOTH)


def walk(signal=lambda b: (1 - b) ** 0.5, noise=lambda b: b**0.5, skip=0, early=0):
    """A diffuse with these weights of a step, that leaves out the last `skip`."""

    def diffuse(x0, beta, eps):
        for t in range(1, len(beta) - skip):
            x0 = signal(beta[t]) * x0 + noise(beta[t]) * eps[t - early]
        return x0

    return diffuse


def back(on_x0=None, on_xt=None, std=None, together=False):
    """A general_posterior with other coefficients, functions of a, ab_s and ab_t."""

    def general_posterior(xt, x0, ab_s, ab_t):
        a = ab_t / ab_s
        c0 = (on_x0 or (lambda a, s, t: s**0.5 * (1 - a) / (1 - t)))(a, ab_s, ab_t)
        ct = (on_xt or (lambda a, s, t: a**0.5 * (1 - s) / (1 - t)))(a, ab_s, ab_t)
        d = std or (lambda a, s, t: ((1 - s) * (1 - a) / (1 - t)) ** 0.5)
        return c0 * x0 + ct * xt, d(a, ab_s, ab_t)

    return general_posterior


def denoised(weight, over=lambda a: a**0.5):
    """A mean_from_noise with this weight of eps, divided by `over`."""
    return lambda xt, eps, s, t: (xt - weight(t / s, s, t) * eps) / over(t / s)


def previous(end=1, product=True, x0_root=False, var=lambda v, beta: v**0.5):
    """A draw_previous with this end of the product and these weights."""

    def draw_previous(alpha, t, xt, x0, z):
        ab_t, ab_s = alpha[: t + end].prod(), alpha[: t + end - 1].prod()
        ab_t, ab_s = (ab_t, ab_s) if product else (alpha.prod(), alpha.prod())
        beta = 1 - alpha[t]
        c0 = (ab_s * beta) ** 0.5 if x0_root else ab_s**0.5 * beta
        mean = (c0 * x0 + alpha[t] ** 0.5 * (1 - ab_s) * xt) / (1 - ab_t)
        return mean + var((1 - ab_s) / (1 - ab_t) * beta, beta) * z

    return draw_previous


def only_once(right):
    """A function that is right at the first input it meets, and at no other."""
    first = []

    def answer(*args):
        first.append(args[-1] if not first else first[0])
        wrong = 0 if torch.equal(args[-1], first[0]) else 1
        return right(*args) + wrong * args[0][:1].sum()

    return answer


def falling(ratio):
    """100 betas whose second step divides the SNR, 5 after the first, by so much."""
    first, second = (snr / (1 + snr) for snr in (5, 5 / ratio))
    return [1 - first, 1 - second / first, *[0.1] * 98]


def at_the_end(left):
    """100 betas of which 99 leave this share of the variance, and the last leaves nothing."""
    return [1 - left ** (1 / 99)] * 99 + [1.0]


L200 = float((1 - torch.linspace(1e-4, 0.02, 200, dtype=torch.float64)).prod())
MEAN = sqrt(AB_S) * BE / (1 - AB_T) * X0 + sqrt(AL) * (1 - AB_S) / (1 - AB_T) * XT
PRINTED = sqrt(AB_S * BE) / (1 - AB_T) * X0 + sqrt(AL) * (1 - AB_S) / (1 - AB_T) * XT
PLAIN = symbols("xt x0 ab_s ab_t alpha beta")


def posterior_of_the_package(xt, x0, ab_s, ab_t):
    """The reader may call the package, item by item."""
    means, stds = [], []
    for i in range(len(xt)):
        bars = sorted({1.0, ab_s[i].item(), ab_t[i].item(), 1e-9}, reverse=True)
        schedule = from_alpha_bar(torch.tensor(bars, dtype=torch.float64))
        s, t = bars.index(ab_s[i].item()), bars.index(ab_t[i].item())
        q = posterior(schedule, xt[i : i + 1], x0[i : i + 1], s, t)
        means.append(q.mean)
        stds.append(q.std)
    return torch.cat(means), torch.cat(stds)


VAR, KEEP = symbols("var keep", positive=True)


def pair(v, xt=lambda a, x, e: a**0.5 * x + (1 - a) ** 0.5 * e):
    """A training_pair with this v, and this x_t, functions of ab_t, x0 and eps."""
    return lambda x0, eps, ab_t: (xt(ab_t, x0, eps), v(ab_t, x0, eps))


def true_v(a, x, e):
    return a**0.5 * e - (1 - a) ** 0.5 * x


def stepped(sign=1, level=lambda s, t: (1 - s) ** 0.5, x0=None):
    """A ddim_step with this sign in eps, and this weight of it at the end."""

    def ddim_step(xt, v, ab_s, ab_t):
        clean = (x0 or (lambda xt, v, t: t**0.5 * xt - (1 - t) ** 0.5 * v))(xt, v, ab_t)
        eps = (1 - ab_t) ** 0.5 * xt + sign * ab_t**0.5 * v
        return ab_s**0.5 * clean + level(ab_s, ab_t) * eps

    return ddim_step


RIGHT = {
    "zero-loss": [0.86, 0.84, 0.88, torch.tensor(0.86)],
    "linear-noise": [
        sqrt(1 - AB_T) / (1 + AB_T * (VAR - 1)),
        "sqrt(1 - ab_t) / (ab_t * var + 1 - ab_t)",
        1 / (AB_T * VAR / sqrt(1 - AB_T) + sqrt(1 - AB_T)),
    ],
    "training-pair": [
        pair(true_v),
        pair(true_v, lambda a, x, e: (a.sqrt() * x).addcmul((1 - a).sqrt(), e)),
    ],
    "ddim-from-v": [
        stepped(),
        stepped(
            x0=lambda xt, v, t: (xt - (1 - t) ** 0.5 * ((1 - t) ** 0.5 * xt + t**0.5 * v)) / t**0.5
        ),
    ],
    "average-memory": [1 / (1 - KEEP) - 1, "keep / (1 - keep)", 1 / (1 / KEEP - 1)],
    "short-schedule": [L200**0.5, 0.37, 0.35, np.float64(0.36), sympy.exp(-1)],
    "two-step-merge": [
        merged(),
        (A_T - A_T * A_S + 1 - A_T + BOTH) ** 0.5,
        sympy.exp(log(1 - A_S * A_T + BOTH) / 2),
        sqrt((merged() ** 4 - 1) / (1 + merged() ** 2) + 1),
        merged().subs(A_T, sympy.Symbol("alpha_t", real=True)),
        "sqrt(1 - alpha_s*alpha_t + 2*rho*sqrt(alpha_t*(1 - alpha_s)*(1 - alpha_t)))",
        "(1 - alpha_s*alpha_t + 2*rho*(alpha_t*(1-alpha_s)*(1-alpha_t))^(1/2))^(1/2)",
        lambda rho, alpha_t, alpha_s: sqrt(
            1 - alpha_t * alpha_s + 2 * rho * sqrt(alpha_t * (1 - alpha_s) * (1 - alpha_t))
        ),
        sympy.Eq(sympy.Symbol("w"), merged()),
    ],
    "add-noise": [
        lambda a, b, c, d: ROOT(d / c) * a + ROOT((c - d) / c) * b,
        lambda xs, eps, ab_s, ab_t: torch.addcmul(
            xs * (ab_t / ab_s) ** 0.5, eps, (1 - ab_t / ab_s) ** 0.5
        ),
    ],
    "half-noise": [
        -log(2) / log(1 - BETA),
        log(Rational(1, 2), 1 - BETA),
        log(0.5) / log(1 - BETA),
        -math.log(2) / log(1 - BETA),
        log(2, 1 / (1 - BETA)),
    ],
    "too-quiet": [walk()],
    "design-schedule": [
        cosine(100),
        zero_terminal_snr(linear(100, 1e-3, 0.1)),
        linear(100, 1e-3, 0.2).beta[1:],
        [0.001 + 0.0015 * i for i in range(100)],
        np.linspace(0.001, 0.15, 100),
        lambda: cosine(100),
        falling(54.8),  # e^4 is 54.6
        at_the_end(0.499),
        falling(55.0),
        torch.full((100,), 1 - 0.01**0.01, dtype=torch.float64),  # ends at 0.1 exactly
        torch.full((100,), 0.499),  # an SNR just above 1 after the first step
    ],
    "late-posterior": [-0.5938, -0.6, -0.59, Fraction(-3, 5), torch.tensor(-0.6)],
    "posterior-mean": [
        MEAN,
        sympy.together(MEAN.subs(BE, 1 - AL)),
        MEAN.subs(BE, 1 - AL).subs(AL, AB_T / AB_S),
        sympy.expand(MEAN.subs(AB_T, AL * AB_S)),
        MEAN.subs(dict(zip((XT, X0, AB_S, AB_T, AL, BE), PLAIN, strict=True))),
        str(MEAN),
        (sqrt(AL) * XT / BE + sqrt(AB_S) * X0 / (1 - AB_S)) / (AL / BE + 1 / (1 - AB_S)),
    ],
    "general-posterior": [back(), posterior_of_the_package],
    "noise-form": [
        denoised(lambda a, s, t: (1 - a) / (1 - t) ** 0.5),
        lambda xt, eps, ab_s, ab_t: back()(
            xt, (xt - ROOT(1 - ab_t) * eps) / ROOT(ab_t), ab_s, ab_t
        )[0],
    ],
    "misprints": [previous()],
    "skipped-steps": [sqrt(AB_T), "sqrt(ab_t)", AB_T**0.5, sympy.exp(log(AB_T) / 2)],
}

WRONG = {
    "zero-loss": [
        (1.0, "asked for the *noise*"),
        (0.7174, "asked for the *data*"),
        (0.0, "misses its target by all of it"),
        (0.5, "always add up to 1"),
        (1.72, "added here without weights"),
        (1.09, "the weights of v are roots"),
        (0.78, "the *variance* of the pixels"),
        (0.36, "the part of the data alone"),
        (86, "percentage"),
        (0.92, "too large"),
        (0.65, "too small"),
    ],
    "linear-noise": [
        (sqrt(1 - AB_T), "variance 1 only"),
        (1 / sqrt(1 - AB_T), "blames all of x_t"),
        (sqrt(AB_T) * VAR / (AB_T * VAR + 1 - AB_T), "best multiple for x_0"),
        ((1 - AB_T) / (AB_T * VAR + 1 - AB_T), "the root is missing"),
        (-sqrt(1 - AB_T) / (AB_T * VAR + 1 - AB_T), "opposite sign"),
        (VAR, "this is `var` alone"),
        (log(1 + VAR) * AB_T, "No usual mistake"),
    ],
    "training-pair": [
        (pair(lambda a, x, e: e), "that is the noise"),
        (
            pair(lambda a, x, e: (1 - a) ** 0.5 * e - a**0.5 * x),
            "two weights have changed places",
        ),
        (
            pair(lambda a, x, e: a**0.5 * e + (1 - a) ** 0.5 * x),
            "a plus for a minus",
        ),
        (pair(lambda a, x, e: a * e - (1 - a) * x), "roots are missing in v"),
        (
            pair(true_v, lambda a, x, e: a * x + (1 - a) * e),
            "roots are missing in x_t",
        ),
        (pair(lambda a, x, e: -true_v(a, x, e)), "opposite sign"),
        (lambda x0, eps, ab_t: pair(true_v)(x0, eps, ab_t)[0], "returns 1 value"),
        (lambda *args: pair(true_v)(*args)[::-1], "changed places in the `return`"),
    ],
    "ddim-from-v": [
        (stepped(sign=-1), "does your eps come out as 1"),
        (stepped(level=lambda s, t: (1 - t) ** 0.5), "whose noise level"),
        (stepped(level=lambda s, t: 1 - s), "a variance or its root"),
        (stepped(level=lambda s, t: 1 - t), "both in the last line"),
        (stepped(-1, lambda s, t: 1 - s), "one in eps, one in the last line"),
        (stepped(-1, lambda s, t: (1 - t) ** 0.5), "a time in the last line"),
        (stepped(-1, lambda s, t: 1 - t), "three faults"),
        (
            lambda xt, v, ab_s, ab_t: (
                (ab_s / ab_t) ** 0.5 * (xt - (1 - ab_t) ** 0.5 * v) + (1 - ab_s) ** 0.5 * v
            ),
            "takes v for the noise",
        ),
        (
            lambda xt, v, ab_s, ab_t: (
                (ab_s / ab_t) ** 0.5 * (xt - (1 - ab_t) ** 0.5 * v)
                + (1 - ab_s) ** 0.5 * ((1 - ab_t) ** 0.5 * xt + ab_t**0.5 * v)
            ),
            "a network that predicts the noise",
        ),
        (
            lambda xt, v, ab_s, ab_t: (
                ab_s**0.5 * (ab_t * xt - (1 - ab_t) * v)
                + (1 - ab_s) ** 0.5 * ((1 - ab_t) * xt + ab_t * v)
            ),
            "four roots are missing",
        ),
    ],
    "average-memory": [
        (1 / (1 - KEEP), "one step old"),
        (log(Rational(1, 2)) / log(KEEP), "half is forgotten"),
        (1 - KEEP, "comes in at each step"),
        (1 / log(1 / KEEP), "fallen to 1/e"),
        (2 / (1 - KEEP) - 1, "the *span*"),
        (KEEP / (1 - 2 * KEEP + KEEP**2), "a factor 1 - keep is missing"),
        (KEEP - KEEP**2, "of one step ago"),
        ((1 - KEEP) / KEEP, "one over"),
        (KEEP, "division by `1 - keep` is missing"),
        (log(2 + KEEP), "No usual mistake"),
    ],
    "short-schedule": [
        (L200, "square of what multiplies the picture"),
        ((1 - L200) ** 0.5, "the weight of the noise"),
        (1 - L200, "the variance of the noise"),
        (0.0, "1000 steps reach"),
        (0.78, "what 50 steps leave"),
        (0.194, "a quarter"),
        (36.4, "percentage"),
        (-0.36, "wrong sign"),
        (0.5, "too large"),
        (0.3, "too small"),
        (math.nan, "finite number"),
    ],
    "two-step-merge": [
        (merged() ** 2, "square of the expected one"),
        (merged(0), "right for independent noises"),
        (merged(Rational(1, 2)), "in it once"),
        (sqrt(1 - A_S * A_T + BOTH**2 / (2 * RHO)), "has the two variances"),
        (merged(-1), "the wrong sign: two noises"),
        (sqrt(A_T - A_T * A_S) + sqrt(1 - A_T), "added the weights"),
        (
            sqrt(2 - A_S - A_T + 2 * RHO * sqrt((1 - A_S) * (1 - A_T))),
            "also shrinks the noise",
        ),
        (sqrt(A_S * A_T), "the weight of the picture"),
        (-merged(), "opposite sign"),
        (2 * merged(), "2 times the expected"),
        (sqrt(merged()), "square root of the expected"),
        (1 / merged(), "one over the expected"),
        (sqrt(A_S * A_T - 1), "no real, finite value"),
        (sqrt(1 - A_S * BETA), "contains `beta`"),
        ("sqrt(1 - ", "cannot be read"),
        (sympy.Matrix([1]), "one sympy expression"),
    ],
    "add-noise": [
        (
            noised(lambda s, t: t**0.5, lambda s, t: (1 - t) ** 0.5),
            "as if it were clean",
        ),
        (
            noised(lambda s, t: (t / s) ** 0.5, lambda s, t: 1 - t / s),
            "multiplied by its variance",
        ),
        (
            noised(lambda s, t: t / s, lambda s, t: (1 - t / s) ** 0.5),
            "expected the root of it",
        ),
        (noised(lambda s, t: t / s, lambda s, t: 1 - t / s), "both roots are missing"),
        (
            noised(lambda s, t: (1 - t / s) ** 0.5, lambda s, t: (t / s) ** 0.5),
            "changed places",
        ),
        (
            noised(lambda s, t: (s / t) ** 0.5, lambda s, t: (1 - s / t) ** 0.5),
            "NaN",
        ),
        (only_once(RIGHT["add-noise"][0]), "4 of 5 random inputs"),
        (
            lambda xs, eps, s, t: RIGHT["add-noise"][0](xs, eps, s, t).float().double(),
            "float32",
        ),
        (
            noised(lambda s, t: (t / s) ** 0.5, lambda s, t: (1 - t / s) ** 0.25),
            "a root too many, over `1 - alpha`",
        ),
    ],
    "half-noise": [
        (log(2) / BETA, "limit for small beta"),
        (2 * log(2) / -log(1 - BETA), "is 1/4 by then"),
        (log(2) / log(1 - BETA), "opposite sign"),
        (1 / (2 * BETA), "every step also shrinks"),
        (log(2) / -log(BETA), "noises multiply"),
        (-1 / log(1 - BETA), "`log2` stands where `log` belongs"),
        (0.693 / -log(1 - BETA), "agrees to about"),
        (0.69 / BETA, "but for rounding, this is the limit for small beta"),
        (0.7 / BETA, "No usual mistake"),
        (log(1 - BETA) / -log(2), "one over"),
    ],
    "too-quiet": [
        (walk(skip=1), "the last step is never taken"),
        (walk(noise=lambda b: b), "is its root"),
        (walk(noise=lambda b: b, skip=1), "both faults"),
        (walk(signal=lambda b: 1 - b), "was right"),
        (walk(signal=lambda b: (1 - b * b) ** 0.5, noise=lambda b: b), "variances add"),
        (walk(early=1), "one place early"),
    ],
    "design-schedule": [
        (linear(100, 1e-4, 0.1).beta[1:][:99], "99 steps"),
        (cosine(1000), "1000 steps"),
        ([0.02] * 100, "of the picture is left"),
        (torch.linspace(1e-4, 0.02, 100).double(), "suit 1000 steps"),
        (torch.tensor([0.9] + [0.1] * 99), "Begin gently"),
        (torch.tensor([0.01] * 50 + [0.999] + [0.05] * 49), "cliff at t = 51"),
        (torch.full((100,), 0.5), "Begin gently"),  # an SNR of exactly 1
        (falling(55.1), "cliff at t = 2: this one step divides the SNR by 55.1"),
        (cosine(100).alpha_bar, "inside (0, 1)"),
        (at_the_end(0.501), "before the last step the SNR is still 1"),
        ("cosine", "no schedule can be made"),
    ],
    "late-posterior": [
        (1.0, "this is x_0"),
        (0.2, "half of the way"),
        (0.0, "without x_T"),
        (0.006, "two things are about 0.006"),
        (0.4, "this is x_0 + x_T"),
        (-0.0038, "as all of the 1000 steps do"),
        (-0.012, "beta for alpha"),
        (0.5938, "wrong sign"),
        (-0.3, "too large"),
        (-0.7, "too small"),
    ],
    "posterior-mean": [
        (PRINTED, "printed 1-11"),
        (sqrt(AL) * XT / BE + sqrt(AB_S) * X0 / (1 - AB_S), "divide by a"),
        (
            (AB_S * BE * X0 + AL * (1 - AB_S) * XT) / (1 - AB_T),
            "two roots are missing",
        ),
        (
            MEAN.subs({X0: XT, XT: X0}, simultaneous=True),
            "changed places",
        ),
        (sqrt(AB_S) * X0, "x_t has been left out"),
        (MEAN * (1 - AB_T), "what stands under them"),
        (-MEAN, "opposite sign"),
        (MEAN / 2, "0.5 times"),
        (
            MEAN.subs(BE, 1 - AB_T / AB_S).subs(AL, AB_S / AB_T),
            "fraction `alpha` is upside down, in the term with `xt`",
        ),
        (XT * log(2 + X0**2), "No usual mistake"),
    ],
    "general-posterior": [
        (back(on_x0=lambda a, s, t: (s * (1 - a)) ** 0.5 / (1 - t)), "under the root"),
        (back(on_x0=lambda a, s, t: s * (1 - a) / (1 - t)), "root over alpha_bar_s"),
        (back(on_xt=lambda a, s, t: a * (1 - s) / (1 - t)), "root over alpha in front"),
        (back(on_xt=lambda a, s, t: t**0.5 * (1 - s) / (1 - t)), "alpha_bar_t stands"),
        (
            lambda *args: (back()(*args)[0], back()(*args)[1].clamp(min=1e-10)),
            "is there a floor in it",
        ),
        (
            back(std=lambda a, s, t: (1 - s) * (1 - a) / (1 - t)),
            "the mean: right.",
        ),
        (back(std=lambda a, s, t: (1 - a) ** 0.5), "noise of the way forward"),
        (lambda xt, x0, s, t: back()(x0, xt, s, t), "`xt` have changed places"),
        (lambda xt, x0, s, t: back()(xt, x0, s, t)[0], "returns 1 value"),
        (lambda xt, x0, s, t: back()(xt, x0, s, t)[::-1], "got shape (4, 1)"),
    ],
    "noise-form": [
        (
            lambda xt, eps, s, t: (xt - (1 - t) ** 0.5 * eps) / t**0.5,
            "this is x_0",
        ),
        (denoised(lambda a, s, t: (1 - a) ** 0.5), "taken off whole"),
        (denoised(lambda a, s, t: (1 - a) / (1 - t)), "root over 1 - alpha_bar_t"),
        (
            lambda xt, eps, s, t: (
                s**0.5 * (xt - (1 - t) ** 0.5 * eps) / t**0.5 + (1 - s) ** 0.5 * eps
            ),
            "a step of DDIM",
        ),
        (
            denoised(lambda a, s, t: (1 - a) / (1 - t) ** 0.5, over=lambda a: 1),
            "the division by sqrt(alpha)",
        ),
        (denoised(lambda a, s, t: (a - 1) / (1 - t) ** 0.5), "the noise is added"),
        (
            denoised(lambda a, s, t: (a * (1 - a) ** 2 / (1 - t)) ** 0.5),
            "brackets are missing",
        ),
    ],
    "misprints": [
        (previous(product=False), "one fault is still in it. Look at the product"),
        (previous(x0_root=True), "Look at the coefficient"),
        (previous(var=lambda v, beta: v), "Look at the last line"),
        (
            previous(product=False, x0_root=True),
            "two faults are still in it.",
        ),
        (
            previous(x0_root=True, var=lambda v, beta: v),
            "where it must be 1. And",
        ),
        (previous(1, False, True, lambda v, beta: v), "three faults"),
        (previous(end=0), "one factor short"),
        (previous(var=lambda v, beta: beta**0.5), "the way forward"),
        (lambda alpha, t, *x: previous()(alpha, t - 1, *x), "`t` is one early"),
    ],
    "skipped-steps": [
        ((1 + AB_T) / 2, "arithmetic middle"),
        (AB_T, "no step back"),
        (AB_T / 2, "time after t"),
        (Rational(1, 2), "not at one place"),
        (2 * AB_T / (1 + AB_T), "harmonic"),
        (0.5, "not at one place"),
        (-sqrt(AB_T), "opposite sign"),
        (AB_T ** Rational(1, 4), "square root of the expected"),
    ],
}

RIGHT |= planted_1_3_1.RIGHT | planted_1_4.RIGHT | planted_2_1.RIGHT
RIGHT |= planted_2_2.RIGHT | planted_2_2_1.RIGHT | planted_2_2_2.RIGHT
WRONG |= planted_1_3_1.WRONG | planted_1_4.WRONG | planted_2_1.WRONG
WRONG |= planted_2_2.WRONG | planted_2_2_1.WRONG | planted_2_2_2.WRONG
RIGHT |= planted_3_1.RIGHT
WRONG |= planted_3_1.WRONG

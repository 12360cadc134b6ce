"""The score, and the flow that carries noise to data, 1-17b to 1-17e."""

from sympy import Integral, Symbol, exp, log, oo, sqrt

from companion.proofs.algebra import (
    Derivation,
    Given,
    Let,
    N,
    chain,
    density,
    equation,
)
from companion.proofs.gradients import Slope
from companion.proofs.letters import (
    Data,
    ab_s,
    ab_t,
    eps,
    eps_hat,
    eps_mean,
    x0_hat,
    x0_mean,
    x_0,
    x_s,
    x_t,
)

x_bar = Data(r"\bar{x}", real=True)  # x_t / sqrt(alpha_bar_t): the data plus sigma noise
sigma = Symbol(r"{\sigma}", positive=True)  # sqrt(1 - alpha_bar) / sqrt(alpha_bar)
c = Symbol("c", positive=True)  # the variance of the fresh noise of a step
h, h_before = (Symbol(f"h{mark}", positive=True) for mark in ("", "'"))
x0_before = Data(r"\hat{x}_{0}'", real=True)
travelled = Symbol("y", real=True)
halfway = Data("{D}", real=True)  # the prediction of x_0 in the middle of a step
a = Symbol("a", real=True)  # by how much the prediction changes with the log-SNR


def score() -> Derivation:
    """The score of x_t is the mean of its noise in other units (1-17b)."""
    q_0, q_t = density(x_0), density(x_t)
    one_shot = N(x_t, sqrt(ab_t) * x_0, 1 - ab_t)
    line = (x_0, -oo, oo)
    slope = Slope(one_shot, x_t)
    weighed = Integral(eps * q_0 * one_shot, line)
    of_log = Slope(log(q_t), x_t)
    result = -sqrt(1 - ab_t) * of_log
    clean = (x_t + (1 - ab_t) * of_log) / sqrt(ab_t)
    steps = (
        *chain(
            slope,
            (
                "A normal density falls by the distance to its mean, over its variance.",
                (sqrt(ab_t) * x_0 - x_t) / (1 - ab_t) * one_shot,
            ),
            (r"By (1-4) that distance is the noise.", -eps / sqrt(1 - ab_t) * one_shot),
        ),
        *chain(
            Slope(q_t, x_t),
            (
                "The density of $x_t$ is a mean over $x_0$, and so is its slope.",
                Integral(q_0 * slope, line),
            ),
            ("The line above put in.", -weighed / sqrt(1 - ab_t)),
            (
                "The integral is the mean of the noise, times the density of $x_t$.",
                -eps_mean * q_t / sqrt(1 - ab_t),
            ),
        ),
        *chain(
            eps_mean,
            ("Solved for the mean.", -sqrt(1 - ab_t) * Slope(q_t, x_t) / q_t),
            ("The slope over the value is the slope of the logarithm.", result),
        ),
        *chain(
            x0_mean,
            (
                "The mean of (1-4) where $x_t$ is known, solved for that of $x_0$.",
                (x_t - sqrt(1 - ab_t) * eps_mean) / sqrt(ab_t),
            ),
            ("The mean of the noise put in.", clean),
        ),
    )
    given = (
        Given(
            "all steps at once (1-4), solved for the noise",
            eps,
            (x_t - sqrt(ab_t) * x_0) / sqrt(1 - ab_t),
        ),
        Given("whatever $x_0$ lies behind $x_t$ (1-5)", q_t, Integral(q_0 * one_shot, line)),
        Given(
            "the mean of the noise: each $x_0$ counts as Bayes' rule says", eps_mean, weighed / q_t
        ),
        Given("the mean of $x_0$", x0_mean, Integral(x_0 * q_0 * one_shot, line) / q_t),
    )
    claims = (equation(eps_mean, result), equation(x0_mean, clean))
    return Derivation("The score is the noise", ("1-17b",), steps, claims, given)


def flow() -> Derivation:
    """Moving with the mean of the noise carries each marginal into the next (1-17c).

    In x_bar = x_t / sqrt(alpha_bar_t), which is x_0 + sigma eps; no other property of the
    data is used.
    """
    p, q_0 = density(x_bar), density(x_0)
    cloud = N(x_bar, x_0, sigma**2)
    line = (x_0, -oo, oo)
    spread, twice = Slope(cloud, sigma), Slope(Slope(cloud, x_bar), x_bar)
    result = -Slope(eps_mean * p, x_bar)
    steps = (
        *chain(
            spread,
            (
                "A normal density spreads as heat does: fastest where it bends most.",
                sigma * twice,
            ),
        ),
        *chain(
            eps_mean * p,
            (
                "The same lines as for the score, in the new variable.",
                -sigma * Slope(p, x_bar),
            ),
        ),
        *chain(
            Slope(p, sigma),
            ("The density is a mean over $x_0$.", Integral(q_0 * spread, line)),
            ("The first line put in.", sigma * Integral(q_0 * twice, line)),
            ("The slopes taken out of the mean again.", sigma * Slope(Slope(p, x_bar), x_bar)),
            ("The second line put in: what flows away is speed times density.", result),
        ),
    )
    given = (
        Given(
            "all steps at once (1-4), divided by the weight of $x_0$ and solved for the noise",
            eps,
            (x_bar - x_0) / sigma,
        ),
        Given(r"whatever $x_0$ lies behind $\bar x$", p, Integral(q_0 * cloud, line)),
        Given("the mean of the noise", eps_mean, Integral(eps * q_0 * cloud, line) / p),
    )
    claim = equation(Slope(p, sigma), result)
    return Derivation("The flow keeps every marginal", ("1-17c",), steps, (claim,), given)


def euler() -> Derivation:
    """A step of DDIM without noise is Euler's step of the flow, in two units (1-17d)."""
    step = sqrt(ab_s) * x0_hat + sqrt(1 - ab_s) * eps_hat
    ratio_s, ratio_t = (sqrt(1 - ab) / sqrt(ab) for ab in (ab_s, ab_t))
    by_noise = x_t / sqrt(ab_t) + (ratio_s - ratio_t) * eps_hat
    by_data = x_t / sqrt(1 - ab_t) + (1 / ratio_s - 1 / ratio_t) * x0_hat
    steps = (
        *chain(
            x_s / sqrt(ab_s),
            ("The step, divided by the weight of the data.", x0_hat + ratio_s * eps_hat),
            (
                "The clean data that belong to this noise, put in.",
                (x_t - sqrt(1 - ab_t) * eps_hat) / sqrt(ab_t) + ratio_s * eps_hat,
            ),
            (r"Ordered: the speed $\hat\epsilon$ times a step in $\sigma$.", by_noise),
        ),
        *chain(
            x_s / sqrt(1 - ab_s),
            ("The step, divided by the weight of the noise.", x0_hat / ratio_s + eps_hat),
            ("The noise that belongs to these clean data, put in; ordered.", by_data),
        ),
    )
    given = (
        Given(r"a step of DDIM with $\eta = 0$", x_s, step),
        Given(
            "the noise that goes with a guess of $x_0$",
            eps_hat,
            (x_t - sqrt(ab_t) * x0_hat) / sqrt(1 - ab_t),
        ),
    )
    claims = (
        equation(x_s / sqrt(ab_s), by_noise),
        equation(x_s / sqrt(1 - ab_s), by_data),
    )
    return Derivation("DDIM is Euler's step", ("1-17d",), steps, claims, given)


def second_order() -> Derivation:
    """The step of DPM-Solver++(2M), and what it misses if the prediction moves evenly (1-17e).

    In h, the step in the log-SNR, the ratio rho = sqrt(SNR) is multiplied by exp(h / 2).
    """
    rho_s, rho_t = (sqrt(ab) / sqrt(1 - ab) for ab in (ab_s, ab_t))
    drawn = x0_hat + h / (2 * h_before) * (x0_hat - x0_before)
    sigmas = sqrt(1 - ab_s) / sqrt(1 - ab_t)
    step = sigmas * x_t + (sqrt(ab_s) - sqrt(ab_t) * sigmas) * halfway
    result = x_t / sqrt(1 - ab_t) + (rho_s - rho_t) * drawn
    even = x0_hat + a * h
    steps = (
        *chain(
            x_s / sqrt(1 - ab_s),
            (
                "The step, divided by the weight of the noise.",
                x_t / sqrt(1 - ab_t) + (rho_s - rho_t) * halfway,
            ),
            ("The prediction halfway put in.", result),
        ),
        Let(
            "How far the flow gets, in units of $\\rho_t$, if the prediction changes by $a$ a unit "
            "of the log-SNR.",
            travelled,
            even * exp(h / 2) - x0_hat - 2 * a * (exp(h / 2) - 1),
        ),
        *chain(
            Slope(travelled, h),
            (
                r"So it is: the speed in $\rho$ is the prediction.",
                even * Slope(exp(h / 2), h),
            ),
        ),
        *chain(
            travelled - (exp(h / 2) - 1) * (x0_hat + a * h / 2),
            (
                "The flow less the step: what is left begins with $a h^3 / 48$.",
                a * (h / 2 * (exp(h / 2) + 1) - 2 * (exp(h / 2) - 1)),
            ),
        ),
        *chain(
            travelled - (exp(h / 2) - 1) * x0_hat,
            (
                "The flow less a step of DDIM: what is left begins with $a h^2 / 4$.",
                a * (h * exp(h / 2) - 2 * (exp(h / 2) - 1)),
            ),
        ),
    )
    given = (
        Given("the step, with a prediction for its middle", x_s, step),
        Given(
            "the prediction halfway, on the line through the last two, $h'$ and $h$ apart",
            halfway,
            drawn,
        ),
    )
    claim = equation(x_s / sqrt(1 - ab_s), result)
    return Derivation("A step of second order", ("1-17e",), steps, (claim,), given)

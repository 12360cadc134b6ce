"""Guidance: what it is the score of, its conventions, and what it does not draw from, 2-9."""

from sympy import Integral, S, Symbol, log, oo, sqrt

from companion.proofs.algebra import Derivation, Given, N, chain, density, equation
from companion.proofs.chapter_1.flow import score
from companion.proofs.gradients import Slope
from companion.proofs.letters import Data, ab_t, eps_mean, x_0, x_t

y = Data("y", real=True)
s, w, gamma = (Symbol(name, real=True) for name in ("s", "w", r"\gamma"))
eps_none, eps_y, eps_guided = (
    Data(rf"{{\epsilon}}_{name}", real=True) for name in (r"\varnothing", "y", r"\mathrm{g}")
)
slope_y = Data(r"\nabla \log q(y \mid {x}_{t})", real=True)  # of a classifier
q_t, q_t_y, q_y_t = density(x_t), density(x_t, given=y), density(y, given=x_t)
q_0, LINE = density(x_0), (x_0, -oo, oo)
GUIDED = eps_none + s * (eps_y - eps_none)


def guidance() -> Derivation:
    """2-9 and 2-9a: the step from one noise to the other, and whose score that is."""
    to_noise = -sqrt(1 - ab_t)
    of_none, of_y = Slope(log(q_t), x_t), Slope(log(q_t_y), x_t)
    result = to_noise * Slope(log(q_t * q_y_t**s), x_t)
    one_shot = N(x_t, sqrt(ab_t) * x_0, 1 - ab_t)
    steps = (
        *chain(
            eps_guided,
            ("From the noise without the condition, $s$ times the way to that with it.", GUIDED),
            (
                "Each noise is the score of its density (1-17b).",
                to_noise * of_none + s * (to_noise * of_y - to_noise * of_none),
            ),
            (
                "A difference of logarithms is the logarithm of a ratio.",
                to_noise * (of_none + s * Slope(log(q_t_y / q_t), x_t)),
            ),
            (
                "By Bayes' rule that ratio is $q(y \\mid x_t)$ over a constant.",
                to_noise * (of_none + s * Slope(log(q_y_t / density(y)), x_t)),
            ),
            ("One logarithm; a constant has no slope.", result),
        ),
    )
    given = (
        Given("guidance", eps_guided, GUIDED),
        Given(
            "the noise without the condition is the score of $x_t$ (1-17b)",
            eps_none,
            to_noise * of_none,
            proof=score,
            at={eps_mean: eps_none},
        ),
        Given(
            "the noise with the condition is the score of $x_t$ given $y$ (1-17b)",
            eps_y,
            to_noise * of_y,
        ),
        Given("Bayes' rule", q_y_t, q_t_y * density(y) / q_t),
        Given("whatever $x_0$ lies behind $x_t$ (1-5)", q_t, Integral(q_0 * one_shot, LINE)),
        Given(
            "the same among those of the condition",
            q_t_y,
            Integral(density(x_0, given=y) * one_shot, LINE),
        ),
    )
    claims = (equation(eps_guided, GUIDED), equation(eps_guided, result))
    return Derivation("Guidance", ("2-9", "2-9a"), steps, claims, given)


def conventions() -> Derivation:
    """2-9b: one guided noise in four ways of writing it, and the two scales that are exact."""
    by_w = (1 + w) * eps_y - w * eps_none
    from_y = eps_y + (s - 1) * (eps_y - eps_none)
    by_classifier = eps_none - gamma * sqrt(1 - ab_t) * slope_y
    at = {scale: GUIDED.subs(s, scale) for scale in (S.Zero, S.One)}
    steps = (
        *chain(
            by_w,
            ("Ordered, with $s = 1 + w$.", eps_none + (1 + w) * (eps_y - eps_none)),
        ),
        *chain(from_y, ("Ordered: $w = s - 1$ counts from the condition.", GUIDED)),
        *chain(
            by_classifier,
            (
                "What a classifier says is the difference of the two noises; $s = \\gamma$.",
                eps_none + gamma * (eps_y - eps_none),
            ),
        ),
        *chain(at[S.Zero] + 0, ("At $s = 0$ the condition is gone.", eps_none)),
        *chain(at[S.One], ("At $s = 1$ it is the network with its condition.", eps_y)),
    )
    given = (
        Given(
            "the slope of a perfect classifier (Bayes' rule, and 1-17b twice)",
            slope_y,
            (eps_none - eps_y) / sqrt(1 - ab_t),
        ),
    )
    claims = (
        equation(by_w, eps_none + (1 + w) * (eps_y - eps_none)),
        equation(from_y, GUIDED),
        equation(by_classifier, eps_none + gamma * (eps_y - eps_none)),
    )
    return Derivation("Conventions of the scale", ("2-9b",), steps, claims, given)


ahead, behind = density(x_t, given=x_0), density(x_0, given=x_t)
chance = density(y, given=x_0)
tilted_t = Data(r"\tilde{q}_{s}({x}_{t})", positive=True)
mean_power, mean_chance, mean_square = (
    Symbol(rf"\mathbb E[q(y \mid {{x}}_{{0}}){power} \mid {{x}}_{{t}}]", positive=True)
    for power in ("^{s}", "", "^{2}")
)
chance_var = Symbol(r"\mathrm{Var}[q(y \mid {x}_{0}) \mid {x}_{t}]", nonnegative=True)


def noised_tilt() -> Derivation:
    """2-9c: the tilted density with the noise of time t, and the density of guidance there."""
    guided_t = q_t * mean_chance**s
    steps = (
        *chain(
            tilted_t,
            (
                "Every $x_0$ of the tilted density, with its noise.",
                Integral(ahead * q_0 * chance**s, LINE),
            ),
            ("By Bayes' rule, seen from $x_t$.", q_t * Integral(behind * chance**s, LINE)),
            ("The integral is a mean over what $x_t$ leaves open.", q_t * mean_power),
        ),
        *chain(
            q_t * q_y_t**s,
            (
                "What $x_t$ says of $y$ is a mean over $x_0$.",
                q_t * Integral(behind * chance, LINE) ** s,
            ),
            ("So the power is outside of the mean.", guided_t),
        ),
    )
    given = (
        Given("the tilted density at time $t$, not normalised", tilted_t, steps[0].right),
        Given("Bayes' rule", behind, ahead * q_0 / q_t),
        Given("a mean where $x_t$ is known", mean_power, Integral(behind * chance**s, LINE)),
        Given("the same without the power", mean_chance, Integral(behind * chance, LINE)),
        Given("$y$ hangs on $x_0$ alone", q_y_t, Integral(behind * chance, LINE)),
    )
    claims = (equation(tilted_t, q_t * mean_power), equation(q_t * q_y_t**s, guided_t))
    return Derivation("The tilted density at time t", ("2-9c",), steps, claims, given)


def gap_is_a_variance() -> Derivation:
    """2-9d: at a scale of 2 the two densities differ by a variance."""
    tilted_2, guided_2 = q_t * mean_square, q_t * mean_chance**2
    over = Integral(behind, LINE)
    steps = (
        *chain(
            chance_var,
            (
                "A variance is a mean square distance to the mean.",
                Integral(behind * (chance - mean_chance) ** 2, LINE),
            ),
            (
                "The square written out.",
                mean_square - 2 * mean_chance * mean_chance + mean_chance**2 * over,
            ),
            ("A density integrates to one.", mean_square - mean_chance**2),
        ),
        *chain(
            tilted_t - guided_2,
            ("The tilted density at $s = 2$ (2-9c).", tilted_2 - guided_2),
            ("The variance above.", q_t * chance_var),
        ),
    )
    given = (
        Given("a variance where $x_t$ is known", chance_var, steps[0].right),
        Given("a mean where $x_t$ is known", Integral(behind * chance**2, LINE), mean_square),
        Given("the mean itself", Integral(behind * chance, LINE), mean_chance),
        Given("densities integrate to one", over, S.One),
        Given(
            "the tilted density with its noise (2-9c)",
            tilted_t,
            tilted_2,
            proof=noised_tilt,
            at={s: S(2), mean_power: mean_square},
        ),
    )
    claims = (equation(tilted_t - guided_2, q_t * chance_var),)
    return Derivation("The gap is a variance", ("2-9d",), steps, claims, given)


# Two Gaussians: all data, and those of the condition, around one centre.
C, c, sigma = (Symbol(name, positive=True) for name in ("C", "c", r"{\sigma}"))
V_tilted, V_guided = (
    Symbol(rf"V_{{\mathrm{{{name}}}}}", positive=True) for name in ("tilted", "guided")
)
score_gap = Data(r"\nabla_{\mathrm{guided}} - \nabla_{\mathrm{tilted}}", real=True)
x_bar = Data(r"\bar{x}", real=True)  # x_t / sqrt(alpha_bar_t), the variable of the flow
HARMONIC = 1 / ((1 - s) / C + s / c)


def two_gaussians() -> Derivation:
    """2-9e: for two Gaussians the guided score is not that of the tilted density."""
    of_C, of_c, of_V = (Slope(log(N(x_bar, 0, var + sigma**2)), x_bar) for var in (C, c, V_tilted))
    gap = of_C + s * (of_c - of_C) - of_V
    denominator = (C + sigma**2) * (c + sigma**2) * (C * c + sigma**2 * (c + s * (C - c)))
    result = -s * (s - 1) * (C - c) ** 2 * sigma**2 * x_bar / denominator
    steps = (
        *chain(
            1 / V_tilted,
            (
                "Minus the second slope of the logarithm of a Gaussian is one over its variance.",
                -(1 - s) * Slope(Slope(log(N(x_0, 0, C)), x_0), x_0)
                - s * Slope(Slope(log(N(x_0, 0, c)), x_0), x_0),
            ),
            ("Both worked out.", (1 - s) / C + s / c),
        ),
        *chain(
            score_gap,
            ("The guided score less the other.", gap),
            (
                "A Gaussian pulls to its centre, by the distance over the variance.",
                x_bar / (V_tilted + sigma**2)
                - (1 - s) * x_bar / (C + sigma**2)
                - s * x_bar / (c + sigma**2),
            ),
            ("The variance put in, over one denominator.", result),
        ),
    )
    given = (
        Given("the tilted density is Gaussian, of this variance", V_tilted, HARMONIC),
        Given("the gap of the two scores of $\\bar x$", score_gap, gap),
    )
    claims = (equation(1 / V_tilted, (1 - s) / C + s / c), equation(score_gap, result))
    return Derivation("Two Gaussians, two scores", ("2-9e",), steps, claims, given)


def guided_variance() -> Derivation:
    """2-9f: what guided sampling makes of two Gaussians: the flow of 1-17c, solved."""
    speed = sigma * ((1 - s) / (C + sigma**2) + s / (c + sigma**2))
    grown = (1 - s) * log((C + sigma**2) / C) / 2 + s * log((c + sigma**2) / c) / 2
    ends = (1 - s) * log((C + sigma**2) / sigma**2) + s * log((c + sigma**2) / sigma**2)
    result = (1 - s) * log(C) + s * log(c)
    of_C, of_c = (-sigma * Slope(log(N(x_bar, 0, var + sigma**2)), x_bar) for var in (C, c))
    steps = (
        *chain(
            eps_guided,
            ("Guidance (2-9).", GUIDED),
            (
                "Each noise is the score (1-17b), in the variable of the flow.",
                of_C + s * (of_c - of_C),
            ),
            ("A Gaussian pulls to its centre.", speed * x_bar),
        ),
        *chain(
            Slope(grown, sigma),
            ("A logarithm whose slope is the speed of the flow, and which is 0 at 0.", speed),
        ),
        *chain(
            log(V_guided),
            (
                "The noise at the start has the variance $\\sigma^2$; the flow only scales it.",
                log(sigma**2) - 2 * grown,
            ),
            ("Sorted. What stands last goes to 0 as $\\sigma$ grows.", result - ends),
        ),
    )
    given = (
        Given("guidance", eps_guided, GUIDED),
        Given("the noise among all data", eps_none, of_C),
        Given("the noise among those of the condition", eps_y, of_c),
        Given(
            "the start is noise of variance $\\sigma^2$, divided by what the flow shrinks it by",
            log(V_guided),
            log(sigma**2) - 2 * grown,
        ),
    )
    claims = (
        equation(eps_guided, speed * x_bar),
        equation(Slope(grown, sigma), speed),
        equation(log(V_guided), result - ends),
    )
    return Derivation("The variance of guided samples", ("2-9f",), steps, claims, given)

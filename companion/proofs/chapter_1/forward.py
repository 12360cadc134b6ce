"""Any number of steps at once: equations 1-3a, 1-4, 1-5 and 1-5a."""

from sympy import Integral, Product, Symbol, oo, sqrt

from companion.proofs.algebra import (
    Derivation,
    Given,
    Mean,
    N,
    Step,
    Var,
    chain,
    density,
    equation,
)
from companion.proofs.chapter_1.steps import DRAW, one_step
from companion.proofs.letters import (
    ab_prev,
    ab_s,
    ab_t,
    alpha,
    alpha_t,
    alphas,
    eps,
    eps_1,
    eps_bar,
    eps_t,
    i,
    t,
    x_0,
    x_1,
    x_prev,
    x_s,
    x_t,
)

ONE_SHOT = sqrt(ab_t) * x_0 + sqrt(1 - ab_t) * eps


def general_step() -> Derivation:
    """Any number of steps from s to t (1-3a), by induction on the last one."""
    q_t, q_prev = density(x_t, given=x_prev), density(x_prev, given=x_s)
    q_far = density(x_t, given=x_s)
    so_far = ab_prev / ab_s
    late = N(x_t, sqrt(alpha_t) * x_prev, 1 - alpha_t)
    early = N(x_prev, sqrt(so_far) * x_s, 1 - so_far)
    line = (x_prev, -oo, oo)
    summed = alpha_t * (1 - so_far) + (1 - alpha_t)
    result = N(x_t, sqrt(alpha) * x_s, 1 - alpha)
    steps = (
        Step(
            r"Base, $s = t-1$: the ratio is $\alpha_t$, and (1-3a) is (1-1).",
            ab_t / ab_prev,
            alpha_t,
        ),
        *chain(
            q_far,
            (
                r"Step, from $t-1$ to $t$: sum over every $x_{t-1}$ between.",
                Integral(q_t * q_prev, line),
            ),
            (
                "One step (1-1), and what is assumed up to $t-1$.",
                Integral(late * early, line),
            ),
            (
                "Integrated as in the merge (1-3): weights multiply, variances add.",
                N(x_t, sqrt(alpha_t) * sqrt(so_far) * x_s, summed),
            ),
            (
                r"One more factor makes the ratio $\alpha = \bar\alpha_t/\bar\alpha_s$.",
                result,
            ),
        ),
    )
    given = (
        Given("the Markov property, and marginalising", q_far, steps[1].right),
        Given("one step (1-1)", q_t, late, one_step),
        Given("the assumption of the induction: (1-3a) up to $t-1$", q_prev, early),
    )
    name = "Any number of steps"
    return Derivation(name, ("1-3a",), steps, (equation(q_far, result),), given)


def one_shot_by_induction() -> Derivation:
    """All steps at once (1-4), by induction on the number of steps."""
    ab_1 = Symbol(r"\bar{\alpha}_{1}", positive=True)
    up_to_1, up_to_prev, up_to_t = (Product(alphas[i], (i, 1, end)) for end in (1, t - 1, t))
    assumed = sqrt(ab_prev) * x_0 + sqrt(1 - ab_prev) * eps_bar
    first = sqrt(alphas[1]) * x_0 + sqrt(1 - alphas[1]) * eps_1
    inserted = sqrt(alpha_t) * sqrt(ab_prev) * x_0
    old, new = sqrt(alpha_t) * sqrt(1 - ab_prev) * eps_bar, sqrt(1 - alpha_t) * eps_t
    steps = (
        *chain(
            ab_1,
            (r"Base, $t = 1$: the product has one factor.", up_to_1),
            ("Which is", alphas[1]),
        ),
        *chain(
            x_1,
            ("So the first step (1-2)", first),
            ("is (1-4) at $t = 1$.", sqrt(ab_1) * x_0 + sqrt(1 - ab_1) * eps_1),
        ),
        *chain(
            ab_t,
            ("Step, from $t-1$ to $t$: the product to $t$", up_to_t),
            ("splits off its last factor,", alphas[t] * up_to_prev),
            ("and the rest is the product to $t-1$.", alpha_t * ab_prev),
        ),
        *chain(
            x_t,
            ("One more step (1-2).", DRAW),
            (r"Put in (1-4) for $x_{t-1}$, as assumed.", inserted + old + new),
        ),
        *chain(
            Mean(x_t),
            ("Noise has mean 0.", inserted),
            ("One more factor in the product.", sqrt(ab_t) * x_0),
            ("The same as of (1-4).", Mean(ONE_SHOT)),
        ),
        *chain(
            Var(x_t),
            ("The two noises are independent.", Var(old) + Var(new)),
            ("Weights enter squared.", alpha_t * (1 - ab_prev) + (1 - alpha_t)),
            (r"$\alpha_t$ cancels.", 1 - alpha_t * ab_prev),
            ("One more factor in the product.", 1 - ab_t),
            ("The same as of (1-4).", Var(ONE_SHOT)),
        ),
    )
    claims = (
        equation(x_1, sqrt(ab_1) * x_0 + sqrt(1 - ab_1) * eps_1),
        equation(Mean(x_t), Mean(ONE_SHOT)),
        equation(Var(x_t), Var(ONE_SHOT)),
    )
    given = (
        Given(r"the definition of $\bar\alpha_t$", ab_t, up_to_t),
        Given("the same at $t-1$", ab_prev, up_to_prev),
        Given("the same at $1$", ab_1, up_to_1),
        Given(r"$\alpha_t$ is the last factor", alpha_t, alphas[t]),
        Given("one step (1-2)", x_t, DRAW),
        Given("the first step (1-2)", x_1, first),
        Given("the assumption of the induction: (1-4) at $t-1$", x_prev, assumed),
    )
    name = "All steps at once, by induction"
    return Derivation(name, ("1-4",), steps, claims, given)


def one_shot_by_marginalising() -> Derivation:
    """All steps at once as a density (1-5), by integrating x_{t-1} out."""
    q_t, q_prev = density(x_t, given=x_prev), density(x_prev, given=x_0)
    q_all = density(x_t, given=x_0)
    late = N(x_t, sqrt(alpha_t) * x_prev, 1 - alpha_t)
    early = N(x_prev, sqrt(ab_prev) * x_0, 1 - ab_prev)
    line = (x_prev, -oo, oo)
    summed = alpha_t * (1 - ab_prev) + (1 - alpha_t)
    result = N(x_t, sqrt(ab_t) * x_0, 1 - ab_t)
    steps = chain(
        q_all,
        (
            r"Sum over every $x_{t-1}$ that may lie between.",
            Integral(q_t * q_prev, line),
        ),
        ("(1-1) at $t$, and (1-5) at $t-1$.", Integral(late * early, line)),
        (
            "Integrated as in the merge (1-3): weights multiply, variances add.",
            N(x_t, sqrt(alpha_t) * sqrt(ab_prev) * x_0, summed),
        ),
        (r"$\alpha_t\bar\alpha_{t-1} = \bar\alpha_t$, twice.", result),
    )
    given = (
        Given("the Markov property, and marginalising", q_all, steps[0].right),
        Given("one step (1-1)", q_t, late, one_step),
        Given("the assumption of the induction: (1-5) at $t-1$", q_prev, early),
    )
    name = "All steps at once, by marginalising"
    return Derivation(name, ("1-5",), steps, (equation(q_all, result),), given)


def signal_to_noise() -> Derivation:
    """SNR(t), the variance of the signal over that of the noise (1-5a)."""
    snr = Symbol(r"\mathrm{SNR}(t)", positive=True)
    signal, noise = sqrt(ab_t) * eps_1, sqrt(1 - ab_t) * eps
    steps = chain(
        snr,
        ("Signal over noise, as variances.", Var(signal) / Var(noise)),
        ("Weights enter squared, the variances of both are 1.", ab_t / (1 - ab_t)),
    )
    given = (
        Given(
            r"the definition, for data $\epsilon_1$ of variance 1",
            snr,
            steps[0].right,
        ),
    )
    claim = equation(snr, ab_t / (1 - ab_t))
    return Derivation("Signal to noise", ("1-5a",), steps, (claim,), given)

"""The posterior, by completing the square: equations 1-10, 1-11a and 1-11."""

from sympy import Expr, Integral, S, Symbol, exp, oo, pi, sqrt

from companion.proofs.algebra import (
    Derivation,
    Given,
    Let,
    N,
    Step,
    chain,
    density,
    equation,
)
from companion.proofs.chapter_1.conditional import bayes
from companion.proofs.chapter_1.forward import (
    general_step,
    one_shot_by_marginalising,
)
from companion.proofs.letters import (
    ab_prev,
    ab_s,
    ab_t,
    alpha,
    alpha_t,
    beta_t,
    mu,
    mu_t,
    var,
    var_t,
    x_0,
    x_prev,
    x_s,
    x_t,
)

MEAN = sqrt(ab_s) * (1 - alpha) / (1 - ab_t) * x_0
MEAN += sqrt(alpha) * (1 - ab_s) / (1 - ab_t) * x_t
VAR = (1 - ab_s) / (1 - ab_t) * (1 - alpha)
MEAN_STEP = sqrt(ab_prev) * beta_t / (1 - ab_t) * x_0
MEAN_STEP += sqrt(alpha_t) * (1 - ab_prev) / (1 - ab_t) * x_t
VAR_STEP = (1 - ab_prev) / (1 - ab_t) * beta_t


def one_step_back(expression: Expr) -> Expr:
    """The expression at s = t - 1."""
    return expression.xreplace({ab_s: ab_prev, alpha: alpha_t, x_s: x_prev})


def posterior_by_square() -> Derivation:
    """The posterior is Gaussian (1-10), with this mean and variance (1-11a)."""
    posterior = density(x_s, given=(x_t, x_0))
    q_t, q_s = density(x_t, given=x_s), density(x_s, given=x_0)
    evidence = density(x_t, given=x_0)
    n_t = N(x_t, sqrt(alpha) * x_s, 1 - alpha)
    n_s = N(x_s, sqrt(ab_s) * x_0, 1 - ab_s)
    n_e = N(x_t, sqrt(ab_t) * x_0, 1 - ab_t)
    A = Symbol("A", positive=True)
    B, C, Q = (Symbol(name, real=True) for name in "BCQ")
    squares = (x_t - sqrt(alpha) * x_s) ** 2 / (1 - alpha)
    squares += (x_s - sqrt(ab_s) * x_0) ** 2 / (1 - ab_s)
    squares -= (x_t - sqrt(ab_t) * x_0) ** 2 / (1 - ab_t)
    roots = sqrt(2 * pi) * sqrt(1 - alpha) * sqrt(1 - ab_s)
    front = sqrt(1 - ab_t) / roots
    result = N(x_s, mu, var)
    steps = (
        Let("**The exponents.** Three squares, the last one from below.", Q, squares),
        Let(
            r"What multiplies $x_s^2$ in $Q$: likelihood and prior each bring a share.",
            A,
            alpha / (1 - alpha) + 1 / (1 - ab_s),
        ),
        Let(
            r"What multiplies $-2x_s$: a share of each again.",
            B,
            sqrt(alpha) / (1 - alpha) * x_t + sqrt(ab_s) / (1 - ab_s) * x_0,
        ),
        Let(
            r"What has no $x_s$.",
            C,
            x_t**2 / (1 - alpha)
            + ab_s * x_0**2 / (1 - ab_s)
            - (x_t - sqrt(ab_t) * x_0) ** 2 / (1 - ab_t),
        ),
        *chain(
            Q,
            (
                r"**The square.** Sorted by powers of $x_s$.",
                A * x_s**2 - 2 * B * x_s + C,
            ),
            ("Completed.", A * (x_s - B / A) ** 2 + (C - B**2 / A)),
        ),
        Let("**The variance** of a Gaussian is 1 over this coefficient.", var, 1 / A),
        *chain(
            var,
            (
                "Both fractions on one denominator.",
                (1 - alpha) * (1 - ab_s) / (alpha * (1 - ab_s) + 1 - alpha),
            ),
            (r"$\alpha\bar\alpha_s = \bar\alpha_t$.", VAR),
        ),
        Let("**The mean** is the centre of the square.", mu, B / A),
        *chain(
            mu,
            (
                r"$1/A$ is $\tilde\beta$.",
                (sqrt(alpha) / (1 - alpha) * x_t + sqrt(ab_s) / (1 - ab_s) * x_0) * VAR,
            ),
            ("In each term one factor cancels.", MEAN),
        ),
        Step(
            "**What is left over** is nothing: the third square eats it.",
            C - B**2 / A,
            S.Zero,
        ),
        Step(
            "**The normaliser.** Three roots in front are one.",
            front,
            1 / sqrt(2 * pi * var),
        ),
        *chain(
            posterior,
            ("**Together.** Bayes' rule (1-9).", q_t * q_s / evidence),
            ("Each density is known: (1-3a), (1-5), (1-5).", n_t * n_s / n_e),
            ("Roots in front, squares in the exponent.", front * exp(-Q / 2)),
            (
                "With the square completed, and nothing left over.",
                front * exp(-A * (x_s - B / A) ** 2 / 2),
            ),
            (
                "With the normaliser, the centre and the coefficient.",
                exp(-((x_s - mu) ** 2) / (2 * var)) / sqrt(2 * pi * var),
            ),
            ("This is (1-10).", result),
        ),
        Step(
            "It integrates to one, as a density must.",
            Integral(result, (x_s, -oo, oo)),
            S.One,
        ),
    )
    given = (
        Given("Bayes' rule (1-9)", posterior, q_t * q_s / evidence, proof=bayes),
        Given("from $s$ to $t$ (1-3a)", q_t, n_t, proof=general_step),
        Given(
            "from $0$ to $s$ (1-5)",
            q_s,
            n_s,
            proof=one_shot_by_marginalising,
            at={x_t: x_s, ab_t: ab_s},
        ),
        Given("from $0$ to $t$ (1-5)", evidence, n_e, proof=one_shot_by_marginalising),
    )
    claims = (equation(posterior, result), equation(mu, MEAN), equation(var, VAR))
    name = "The posterior, by completing the square"
    return Derivation(name, ("1-10", "1-11a"), steps, claims, given)


def posterior_one_step() -> Derivation:
    """The posterior of the step from t to t - 1 (1-11)."""
    steps = (
        *chain(
            var_t,
            (r"(1-11a) at $s = t-1$.", one_step_back(VAR)),
            (r"$1 - \alpha_t = \beta_t$.", VAR_STEP),
        ),
        *chain(
            mu_t,
            (r"(1-11a) at $s = t-1$.", one_step_back(MEAN)),
            (r"$1 - \alpha_t = \beta_t$.", MEAN_STEP),
        ),
    )
    at = {ab_s: ab_prev, alpha: alpha_t, x_s: x_prev, mu: mu_t, var: var_t}
    given = (
        Given("the variance (1-11a)", var_t, one_step_back(VAR), posterior_by_square, at),
        Given("the mean (1-11a)", mu_t, one_step_back(MEAN), posterior_by_square, at),
    )
    claims = (equation(mu_t, MEAN_STEP), equation(var_t, VAR_STEP))
    return Derivation("The posterior of one step", ("1-11",), steps, claims, given)

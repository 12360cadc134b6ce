"""The posterior: equations 1-10 to 1-15, 1-11a and 1-13a."""

from sympy import Expr, Integral, S, Symbol, exp, oo, pi, sqrt

from companion.proofs.algebra import (
    Derivation,
    Given,
    Let,
    Mean,
    N,
    Step,
    Var,
    chain,
    density,
    equation,
)
from companion.proofs.chapter_1.bayes import bayes
from companion.proofs.chapter_1.forward import general_step
from companion.proofs.letters import (
    ab_prev,
    ab_s,
    ab_t,
    alpha,
    alpha_t,
    beta_t,
    eps,
    eps_new,
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
MEAN_EPS = (x_t - (1 - alpha) / sqrt(1 - ab_t) * eps) / sqrt(alpha)
MEAN_EPS_STEP = (x_t - beta_t / sqrt(1 - ab_t) * eps) / sqrt(alpha_t)
X0 = (x_t - sqrt(1 - ab_t) * eps) / sqrt(ab_t)


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
            (r"**The square.** Sorted by powers of $x_s$.", A * x_s**2 - 2 * B * x_s + C),
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
        Step("**What is left over** is nothing: the third square eats it.", C - B**2 / A, S.Zero),
        Step("**The normaliser.** Three roots in front are one.", front, 1 / sqrt(2 * pi * var)),
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
                exp(-(x_s - mu) ** 2 / (2 * var)) / sqrt(2 * pi * var),
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
        Given("from $0$ to $s$ (1-5)", q_s, n_s),
        Given("from $0$ to $t$ (1-5)", evidence, n_e),
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
    given = (
        Given("the variance (1-11a)", var_t, one_step_back(VAR)),
        Given("the mean (1-11a)", mu_t, one_step_back(MEAN)),
    )
    claims = (equation(mu_t, MEAN_STEP), equation(var_t, VAR_STEP))
    return Derivation("The posterior of one step", ("1-11",), steps, claims, given)


def x0_from_noise() -> Derivation:
    """The clean data from the noise in x_t (1-12)."""
    draw = sqrt(ab_t) * x_0 + sqrt(1 - ab_t) * eps
    steps = chain(
        x_0,
        ("Add the noise and take it away.", (draw - sqrt(1 - ab_t) * eps) / sqrt(ab_t)),
        (r"What stands first is $x_t$ (1-4).", X0),
    )
    given = (Given("all steps at once (1-4)", x_t, draw),)
    claim = equation(x_0, X0)
    return Derivation("Clean data from noise", ("1-12",), steps, (claim,), given)


def mean_from_noise() -> Derivation:
    """The posterior mean from the noise in x_t (1-13a)."""
    w_0, w_t = sqrt(ab_s) * (1 - alpha) / (1 - ab_t), sqrt(alpha) * (1 - ab_s) / (1 - ab_t)
    of_xt = w_0 / sqrt(ab_t) + w_t
    of_eps = -w_0 * sqrt(1 - ab_t) / sqrt(ab_t)
    steps = (
        *chain(
            of_xt,
            (
                r"What multiplies $x_t$, by $\bar\alpha_t = \alpha\bar\alpha_s$.",
                (1 - alpha + alpha * (1 - ab_s)) / (sqrt(alpha) * (1 - ab_t)),
            ),
            (r"The numerator is $1 - \bar\alpha_t$.", 1 / sqrt(alpha)),
        ),
        Step(
            r"What multiplies $\epsilon$: the same ratio, and one root cancels.",
            of_eps,
            -(1 - alpha) / (sqrt(alpha) * sqrt(1 - ab_t)),
        ),
        *chain(
            mu,
            ("The mean (1-11a).", MEAN),
            (r"Put in (1-12) for $x_0$.", MEAN.xreplace({x_0: X0})),
            (r"Collected.", of_xt * x_t + of_eps * eps),
            ("With both coefficients.", MEAN_EPS),
        ),
    )
    given = (
        Given("the mean (1-11a)", mu, MEAN, proof=posterior_by_square),
        Given("the clean data (1-12)", x_0, X0, proof=x0_from_noise),
    )
    claim = equation(mu, MEAN_EPS)
    return Derivation("The mean from noise", ("1-13a",), steps, (claim,), given)


def mean_from_noise_one_step() -> Derivation:
    """The posterior mean of one step from the noise (1-13)."""
    steps = chain(
        mu_t,
        (r"(1-13a) at $s = t-1$.", one_step_back(MEAN_EPS)),
        (r"$1 - \alpha_t = \beta_t$.", MEAN_EPS_STEP),
    )
    given = (
        Given("the mean (1-11)", mu_t, MEAN_STEP, proof=posterior_one_step),
        Given("the clean data (1-12)", x_0, X0, proof=x0_from_noise),
    )
    claim = equation(mu_t, MEAN_EPS_STEP)
    return Derivation("The mean of one step from noise", ("1-13",), steps, (claim,), given)


def draw_with_root() -> Derivation:
    """A draw from the posterior scales its noise by the root (1-14)."""
    drawn = mu_t + sqrt(var_t) * eps_new
    return _draw("A draw from the posterior", "1-14", drawn, mu_t, var_t)


def draw_from_noise() -> Derivation:
    """The same draw, written with the noise in x_t (1-15)."""
    drawn = one_step_back(MEAN_EPS) + sqrt(one_step_back(VAR)) * eps_new
    return drawn


def _draw() -> Derivation: ...

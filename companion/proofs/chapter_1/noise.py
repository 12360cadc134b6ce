"""The posterior from the noise, and draws from it: 1-12 to 1-15 and 1-13a."""

from sympy import sqrt

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
from companion.proofs.chapter_1.forward import ONE_SHOT
from companion.proofs.chapter_1.posterior import (
    MEAN,
    MEAN_STEP,
    VAR_STEP,
    one_step_back,
    posterior_by_square,
    posterior_one_step,
)
from companion.proofs.letters import (
    ab_s,
    ab_t,
    alpha,
    alpha_t,
    beta_t,
    eps,
    eps_new,
    mu,
    mu_t,
    var_t,
    x_0,
    x_prev,
    x_t,
)

MEAN_EPS = (x_t - (1 - alpha) / sqrt(1 - ab_t) * eps) / sqrt(alpha)
MEAN_EPS_STEP = (x_t - beta_t / sqrt(1 - ab_t) * eps) / sqrt(alpha_t)
X0 = (x_t - sqrt(1 - ab_t) * eps) / sqrt(ab_t)
DRAW_BACK = mu_t + sqrt(var_t) * eps_new


def x0_from_noise() -> Derivation:
    """The clean data from the noise in x_t (1-12)."""
    steps = (
        Step(
            "Take the noise away.",
            x_t - sqrt(1 - ab_t) * eps,
            sqrt(ab_t) * x_0,
        ),
        *chain(x_0, ("Divide by what is left of the signal.", X0)),
    )
    given = (Given("all steps at once (1-4)", x_t, ONE_SHOT),)
    claim = equation(x_0, X0)
    return Derivation("Clean data from noise", ("1-12",), steps, (claim,), given)


def mean_from_noise() -> Derivation:
    """The posterior mean from the noise in x_t (1-13a)."""
    w_0, w_t = (
        sqrt(ab_s) * (1 - alpha) / (1 - ab_t),
        sqrt(alpha) * (1 - ab_s) / (1 - ab_t),
    )
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
    """A draw from the posterior scales its noise by the root (1-14).

    It has the mean, the variance and the density that the posterior has to have.
    """
    unit = (x_prev - mu_t) / sqrt(var_t)
    q_prev = density(x_prev, given=(x_t, x_0))
    changed = N(unit, 0, 1) / sqrt(var_t)
    steps = (
        *chain(
            Mean(x_prev),
            ("Fresh noise has mean 0.", mu_t),
        ),
        *chain(
            Var(x_prev),
            (
                r"The weight enters squared: $\sqrt{\tilde\beta_t}$, not $\tilde\beta_t$.",
                var_t,
            ),
        ),
        *chain(
            q_prev,
            (
                r"Solve the draw for $\epsilon'$; a variable stretched by a factor has "
                "its density divided by it.",
                changed,
            ),
            ("Written out, this is (1-10).", N(x_prev, mu_t, var_t)),
        ),
    )
    given = (
        Given(r"the draw, with $\epsilon' \sim \mathcal N(0, 1)$", x_prev, DRAW_BACK),
        Given("the change of variables", q_prev, changed),
    )
    claims = (
        equation(Mean(x_prev), mu_t),
        equation(Var(x_prev), var_t),
        equation(q_prev, N(x_prev, mu_t, var_t)),
    )
    return Derivation("A draw from the posterior", ("1-14",), steps, claims, given)


def draw_from_noise() -> Derivation:
    """The same draw with everything filled in (1-15)."""
    steps = chain(
        x_prev,
        ("The draw (1-14).", DRAW_BACK),
        ("Its mean from the noise (1-13).", MEAN_EPS_STEP + sqrt(var_t) * eps_new),
        (
            "Its variance (1-11), under the root.",
            MEAN_EPS_STEP + sqrt(VAR_STEP) * eps_new,
        ),
    )
    given = (
        Given("the draw (1-14)", x_prev, steps[0].right),
        Given("the mean (1-13)", mu_t, MEAN_EPS_STEP, proof=mean_from_noise_one_step),
        Given("the variance (1-11)", var_t, VAR_STEP, proof=posterior_one_step),
    )
    name = "The draw, with everything filled in"
    return Derivation(name, ("1-15",), steps, (equation(x_prev, steps[-1].right),), given)

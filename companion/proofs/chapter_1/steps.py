"""One step, 1-1 and 1-2, and two steps that are one, 1-3, proved in two ways."""

from sympy import Integral, Symbol, exp, oo, pi, sqrt

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
from companion.proofs.letters import (
    alpha_prev,
    alpha_t,
    beta_t,
    eps_prev,
    eps_t,
    x_prev,
    x_prev2,
    x_t,
)

DRAW = sqrt(alpha_t) * x_prev + sqrt(1 - alpha_t) * eps_t


def one_step() -> Derivation:
    """The draw (1-2) has the density (1-1): mean, variance and shape."""
    q_t = density(x_t, given=x_prev)
    unit = (x_t - sqrt(alpha_t) * x_prev) / sqrt(1 - alpha_t)
    in_alpha = N(x_t, sqrt(alpha_t) * x_prev, 1 - alpha_t)
    normal_t = N(x_t, sqrt(1 - beta_t) * x_prev, beta_t)
    steps = (
        *chain(
            Mean(x_t),
            (r"Noise has mean 0, and $x_{t-1}$ is fixed.", sqrt(alpha_t) * x_prev),
            (r"By $\alpha_t = 1 - \beta_t$.", sqrt(1 - beta_t) * x_prev),
        ),
        *chain(
            Var(x_t),
            ("Noise has variance 1, and a weight enters squared.", 1 - alpha_t),
            (r"So $\beta_t$ is a variance; the weight is its root.", beta_t),
        ),
        *chain(
            q_t,
            (
                r"Solve the draw for $\epsilon_t$; a variable stretched by a factor "
                "has its density divided by it.",
                N(unit, 0, 1) / sqrt(1 - alpha_t),
            ),
            ("Written out.", in_alpha),
            (r"With $\alpha_t = 1 - \beta_t$ this is (1-1).", normal_t),
        ),
    )
    claims = (
        equation(Mean(x_t), sqrt(1 - beta_t) * x_prev),
        equation(Var(x_t), beta_t),
        equation(q_t, in_alpha),
        equation(q_t, normal_t),
    )
    given = (
        Given(r"the draw (1-2), with $\epsilon_t \sim \mathcal N(0, 1)$", x_t, DRAW),
        Given("the change of variables", q_t, N(unit, 0, 1) / sqrt(1 - alpha_t)),
    )
    name = "One step: the draw and its density"
    return Derivation(name, ("1-1", "1-2"), steps, claims, given)


def merge_by_variances() -> Derivation:
    """Two steps are one (1-3), because variances of independent noises add."""
    draw_prev = sqrt(alpha_prev) * x_prev2 + sqrt(1 - alpha_prev) * eps_prev
    kept = sqrt(alpha_t) * sqrt(alpha_prev) * x_prev2
    noise_prev = sqrt(alpha_t) * sqrt(1 - alpha_prev) * eps_prev
    noise_t = sqrt(1 - alpha_t) * eps_t
    both = alpha_t * (1 - alpha_prev) + (1 - alpha_t)
    steps = (
        *chain(
            x_t,
            ("The last step is a draw (1-2).", DRAW),
            ("Put in the draw of the step before it.", kept + noise_prev + noise_t),
        ),
        *chain(
            Mean(x_t),
            (r"Both noises have mean 0, and $x_{t-2}$ is fixed.", kept),
        ),
        *chain(
            Var(x_t),
            (
                r"$x_{t-2}$ is fixed, so only the two noises vary.",
                Var(noise_prev + noise_t),
            ),
            (
                "They are independent, so their variances add.",
                Var(noise_prev) + Var(noise_t),
            ),
            ("A weight enters squared.", both),
            (r"What is in the middle, $\alpha_t$, cancels.", 1 - alpha_t * alpha_prev),
        ),
    )
    claims = (
        equation(Mean(x_t), kept),
        equation(Var(x_t), 1 - alpha_t * alpha_prev),
    )
    given = (
        Given("the last step (1-2)", x_t, DRAW),
        Given("the step before it (1-2)", x_prev, draw_prev),
    )
    name = "Two steps are one, by the algebra of variances"
    return Derivation(name, ("1-3",), steps, claims, given)


def merge_by_integration() -> Derivation:
    """Two steps are one (1-3), by integrating the product of the two densities."""
    q_t = density(x_t, given=x_prev)
    q_prev = density(x_prev, given=x_prev2)
    q_two = density(x_t, given=x_prev2)
    late = N(x_t, sqrt(alpha_t) * x_prev, 1 - alpha_t)
    early = N(x_prev, sqrt(alpha_prev) * x_prev2, 1 - alpha_prev)
    A = Symbol("A", positive=True)
    B, C, Q = (Symbol(name, real=True) for name in "BCQ")
    squares = (x_t - sqrt(alpha_t) * x_prev) ** 2 / (1 - alpha_t)
    squares += (x_prev - sqrt(alpha_prev) * x_prev2) ** 2 / (1 - alpha_prev)
    whole = alpha_t * alpha_prev
    off = x_t - sqrt(alpha_t) * sqrt(alpha_prev) * x_prev2
    front = 1 / (2 * pi * sqrt(1 - alpha_t) * sqrt(1 - alpha_prev))
    line = (x_prev, -oo, oo)
    one_earlier = {x_t: x_prev, x_prev: x_prev2, alpha_t: alpha_prev}
    bell = exp(-A * (x_prev - B / A) ** 2 / 2)
    result = N(x_t, sqrt(alpha_t) * sqrt(alpha_prev) * x_prev2, 1 - whole)
    steps = (
        Let("The two squares in the exponents.", Q, squares),
        Let(
            r"What multiplies $x_{t-1}^2$ in $Q$.",
            A,
            alpha_t / (1 - alpha_t) + 1 / (1 - alpha_prev),
        ),
        Let(
            r"What multiplies $-2x_{t-1}$.",
            B,
            sqrt(alpha_t) * x_t / (1 - alpha_t) + sqrt(alpha_prev) * x_prev2 / (1 - alpha_prev),
        ),
        Let(
            r"What has no $x_{t-1}$.",
            C,
            x_t**2 / (1 - alpha_t) + alpha_prev * x_prev2**2 / (1 - alpha_prev),
        ),
        *chain(
            Q,
            (r"Sorted by powers of $x_{t-1}$.", A * x_prev**2 - 2 * B * x_prev + C),
            ("The square completed.", A * (x_prev - B / A) ** 2 + (C - B**2 / A)),
        ),
        Step(
            "One denominator for the coefficient of the square.",
            A,
            (1 - whole) / ((1 - alpha_t) * (1 - alpha_prev)),
        ),
        Step(
            r"What is left over depends on $x_t$ and $x_{t-2}$ only.",
            C - B**2 / A,
            off**2 / (1 - whole),
        ),
        *chain(
            q_two,
            (
                r"Sum over every $x_{t-1}$ that may lie between.",
                Integral(q_t * q_prev, line),
            ),
            ("Both factors are (1-1).", Integral(late * early, line)),
            (
                "The roots in front, the squares in the exponent.",
                front * Integral(exp(-Q / 2), line),
            ),
            (
                r"What has no $x_{t-1}$ comes out of the integral.",
                front * exp(-(off**2) / (2 * (1 - whole))) * Integral(bell, line),
            ),
            (
                r"The Gaussian integral is $\sqrt{2\pi/A}$, wherever its centre.",
                front * exp(-(off**2) / (2 * (1 - whole))) * sqrt(2 * pi / A),
            ),
            (r"With $A$ put in, the roots are those of one normal density.", result),
        ),
    )
    given = (
        Given("the Markov property, and marginalising", q_two, steps[-6].right),
        Given("one step (1-1), at $t$", q_t, late, one_step),
        Given("one step (1-1), at $t-1$", q_prev, early, one_step, one_earlier),
    )
    name = "Two steps are one, by integrating"
    return Derivation(name, ("1-3",), steps, (equation(q_two, result),), given)

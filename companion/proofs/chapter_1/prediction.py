"""What a network may be asked for: noise, clean data or velocity, 1-12a to 1-12c."""

from sympy import sqrt

from companion.proofs.algebra import Derivation, Given, chain, equation
from companion.proofs.chapter_1.forward import ONE_SHOT
from companion.proofs.letters import (
    ab_t,
    eps,
    eps_hat,
    v,
    v_hat,
    x0_hat,
    x_0,
    x_t,
)

VELOCITY = sqrt(ab_t) * eps - sqrt(1 - ab_t) * x_0
X0_FROM_V = sqrt(ab_t) * x_t - sqrt(1 - ab_t) * v
EPS_FROM_V = sqrt(1 - ab_t) * x_t + sqrt(ab_t) * v


def turned_back() -> Derivation:
    """Clean data and noise from x_t and the velocity (1-12a, 1-12b)."""
    steps = (
        *chain(
            x_0,
            (
                r"Put in both: what has $\epsilon$ cancels, and the two parts of $x_0$ "
                r"weigh $\bar\alpha_t$ and $1 - \bar\alpha_t$, together one.",
                X0_FROM_V,
            ),
        ),
        *chain(
            eps,
            ("The same with the two weights changed over.", EPS_FROM_V),
        ),
    )
    given = (
        Given("all steps at once (1-4)", x_t, ONE_SHOT),
        Given("the velocity", v, VELOCITY),
    )
    claims = (equation(x_0, X0_FROM_V), equation(eps, EPS_FROM_V))
    name = "The rotation turned back"
    return Derivation(name, ("1-12a", "1-12b"), steps, claims, given)


def same_error() -> Derivation:
    """One error in three units (1-12c)."""
    noise = (x_t - sqrt(ab_t) * x0_hat) / sqrt(1 - ab_t)
    wrong_eps, wrong_v = (eps - eps_hat) ** 2, (v - v_hat) ** 2
    wrong_x0 = (x_0 - x0_hat) ** 2
    snr = ab_t / (1 - ab_t)
    by_noise = sqrt(ab_t) * (eps - eps_hat) - sqrt(1 - ab_t) * (x_0 - x0_hat)
    steps = (
        *chain(
            eps - eps_hat,
            (
                "Both noises are what is left of the same $x_t$.",
                -sqrt(ab_t) / sqrt(1 - ab_t) * (x_0 - x0_hat),
            ),
        ),
        *chain(wrong_eps, ("Squared: the weight is the SNR.", snr * wrong_x0)),
        *chain(
            v - v_hat,
            ("The definition of the velocity, twice.", by_noise),
            (
                r"Put in the first line; the weights add to $1 / \sqrt{1-\bar\alpha_t}$.",
                -(x_0 - x0_hat) / sqrt(1 - ab_t),
            ),
        ),
        *chain(
            wrong_v,
            ("Squared.", wrong_x0 / (1 - ab_t)),
            ("The weight is SNR + 1.", (snr + 1) * wrong_x0),
        ),
    )
    given = (
        Given("all steps at once (1-4)", x_t, ONE_SHOT),
        Given("the noise that goes with a guess of $x_0$", eps_hat, noise),
        Given("the velocity", v, VELOCITY),
        Given(
            "the velocity that goes with it",
            v_hat,
            sqrt(ab_t) * eps_hat - sqrt(1 - ab_t) * x0_hat,
        ),
    )
    claims = (
        equation(wrong_eps, snr * wrong_x0),
        equation(wrong_v, (snr + 1) * wrong_x0),
    )
    return Derivation("One error in three units", ("1-12c",), steps, claims, given)

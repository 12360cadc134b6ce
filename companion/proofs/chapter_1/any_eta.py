"""Whatever noise a step renews, what it leaves at time s is (1-5): the DDIM step, 1-15a."""

from sympy import Symbol, sqrt

from companion.proofs.algebra import Derivation, Given, Mean, N, Var, chain, density, equation
from companion.proofs.letters import ab_s, eps, eps_new, x_0, x_s

sigma = Symbol(r"\sigma", positive=True)
KEPT = sqrt(1 - ab_s - sigma**2) * eps
DDIM = sqrt(ab_s) * x_0 + KEPT + sigma * eps_new


def any_eta() -> Derivation:
    """The DDIM step keeps the marginal (1-5) for every sigma (1-15a).

    The noise in x_t and the fresh noise are independent, so their variances add.
    """
    q_s = density(x_s, given=x_0)
    unit = (x_s - sqrt(ab_s) * x_0) / sqrt(1 - ab_s)
    result = N(x_s, sqrt(ab_s) * x_0, 1 - ab_s)
    steps = (
        *chain(
            Mean(x_s),
            ("Both noises have mean 0, and $x_0$ is fixed.", sqrt(ab_s) * x_0),
        ),
        *chain(
            Var(x_s),
            ("The two noises are independent.", Var(KEPT) + Var(sigma * eps_new)),
            (
                r"Weights enter squared: $\sigma^2$ is taken out of the old noise, comes "
                "back as fresh noise, and cancels.",
                1 - ab_s,
            ),
        ),
        *chain(
            q_s,
            (
                "A sum of independent Gaussians is Gaussian, of this mean and variance.",
                N(unit, 0, 1) / sqrt(1 - ab_s),
            ),
            ("Written out, this is (1-5) at $s$.", result),
        ),
    )
    given = (
        Given(
            r"the step, with the noise $\epsilon$ in $x_t$ and fresh noise $\epsilon'$, "
            r"for any $\sigma^2 \le 1 - \bar\alpha_s$",
            x_s,
            DDIM,
        ),
        Given("the density of that sum", q_s, N(unit, 0, 1) / sqrt(1 - ab_s)),
    )
    claims = (
        equation(Mean(x_s), sqrt(ab_s) * x_0),
        equation(Var(x_s), 1 - ab_s),
        equation(q_s, result),
    )
    name = "Any amount of fresh noise keeps the marginals"
    return Derivation(name, ("1-15a",), steps, claims, given)

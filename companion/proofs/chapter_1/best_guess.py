"""What one step returns: the guess with the least squared error is the mean, 1-17a."""

from sympy import Symbol, sqrt

from companion.proofs.algebra import Derivation, Given, Mean, chain, equation
from companion.proofs.letters import eps_new, x_0

m, f = (Symbol(name, real=True) for name in "mf")  # the mean of x_0, and a guess of it
c = Symbol("c", positive=True)  # the variance of x_0 where x_t is known


def best_guess() -> Derivation:
    """The mean squared error of any guess: what cannot be known, and what is wrong (1-17a).

    Of x_0 given x_t only the mean and the variance are used, whatever its shape.
    """
    error = Mean((x_0 - f) ** 2)
    drawn = (m + sqrt(c) * eps_new - f) ** 2
    apart = c * eps_new**2 + 2 * sqrt(c) * (m - f) * eps_new + (m - f) ** 2
    result = c + (m - f) ** 2
    steps = (
        *chain(
            (x_0 - f) ** 2,
            (r"$x_0$ as its mean plus what deviates from it.", drawn),
            (r"The square written out, in powers of $\epsilon'$.", apart),
        ),
        *chain(
            error,
            ("The mean of the first line.", Mean(drawn)),
            (
                r"By the second line: $\epsilon'$ has mean 0, so that the middle part "
                r"drops out, and its square has mean 1; $m$, $f$ and $c$ are fixed once "
                "$x_t$ is known.",
                result,
            ),
        ),
    )
    given = (
        Given(
            r"where $x_t$ is known, $x_0$ has some mean $m$ and some variance $c$; "
            r"$\epsilon'$, which has mean 0 and variance 1, is what deviates",
            x_0,
            m + sqrt(c) * eps_new,
        ),
    )
    claim = equation(error, result)
    return Derivation("The best guess is the mean", ("1-17a",), steps, (claim,), given)

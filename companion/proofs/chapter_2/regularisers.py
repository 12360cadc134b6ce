"""What keeps a latent in order: 2-1a, 2-2a and 2-2c for VQ, 2-4a and 2-4b for KL.

One number of one vector each: errors and divergences add up over the others.
"""

from sympy import Expr, S, Symbol, exp, log, sqrt

from companion.proofs.algebra import (
    Derivation,
    Given,
    Let,
    Mean,
    N,
    chain,
    equation,
)
from companion.proofs.chapter_1.bound import (
    KL,
    C,
    D,
    divergence,
    kl_of_gaussians,
    m,
    n,
)
from companion.proofs.gradients import Slope, Stopped
from companion.proofs.letters import eps, eps_new

# z is what the decoder gets, h what the encoder gives, e the code that is nearest to h.
z, h, e, x, y = (Symbol(name, real=True) for name in "zhexy")
beta = Symbol(r"\beta", positive=True)
L_code = Symbol(r"L_{\mathrm{codebook}}", real=True)  # both terms, as in 2-2

THROUGH = h + Stopped(e - h)
CODEBOOK, COMMITMENT = (e - Stopped(h)) ** 2, (h - Stopped(e)) ** 2


def straight_through() -> Derivation:
    """2-1a: The decoder gets the code, the encoder gets the gradient."""
    steps = (
        *chain(z, ("What is stopped keeps its value.", e)),
        *chain(Slope(z, h), ("What is stopped has no slope: the first $h$ has.", S.One)),
        *chain(
            Slope((z - y) ** 2, h),
            ("So a loss of $z$ hands its slope, at the code, on to $h$.", 2 * (e - y)),
        ),
        *chain(
            Slope(z, e),
            (
                "The code itself learns nothing of it, and needs a term of its own.",
                S(0),
            ),
        ),
    )
    given = (Given("what the decoder gets", z, THROUGH),)
    claims = (equation(z, e), equation(Slope(z, h), S.One))
    return Derivation("Straight through a choice", ("2-1a",), steps, claims, given)


def codebook_and_commitment() -> Derivation:
    """2-2a: Which of the two terms moves what, and which has the weight."""
    to_e, to_h = 2 * (e - h), 2 * beta * (h - e)
    steps = (
        *chain(Slope(CODEBOOK, e), ("The codebook term pulls the code.", to_e)),
        *chain(Slope(CODEBOOK, h), ("It lets the encoder alone.", S.Zero)),
        *chain(Slope(beta * COMMITMENT, h), ("The commitment pulls the encoder.", to_h)),
        *chain(Slope(beta * COMMITMENT, e), ("It lets the code alone.", S.Zero)),
        *chain(Slope(L_code, e), (r"Together: $\beta$ slows no code.", to_e)),
        *chain(Slope(L_code, h), (r"And $\beta$ is how fast vectors follow.", to_h)),
        *chain(
            L_code,
            ("In value both are one error: only slopes tell them apart.", _both()),
        ),
    )
    given = (Given("both terms", L_code, CODEBOOK + beta * COMMITMENT),)
    claims = (
        equation(Slope(L_code, e), to_e),
        equation(Slope(L_code, h), to_h),
        equation(L_code, _both()),
    )
    name = "The codebook term and the commitment"
    return Derivation(name, ("2-2a",), steps, claims, given)


def _both() -> Expr:
    return (1 + beta) * (e - h) ** 2


count, so_far, now = (Symbol(name, positive=True) for name in ("n", "N", "N'"))
S_1, S_2, J, e_now, h_bar, M_now = (
    Symbol(name, real=True) for name in ("S_1", "S_2", "J", "e'", r"\bar{h}", "M'")
)
gamma, slope = Symbol(r"\gamma", positive=True), Symbol("g", real=True)

BY_MEAN = e + (1 - gamma) * count / now * (h_bar - e)
SUMMED = Given(
    "the codebook term of the $n$ vectors that chose $e$, multiplied out; $S_1$ is their "
    "sum and $S_2$ that of their squares",
    J,
    count * e**2 - 2 * e * S_1 + S_2,
)
RUNNING = (
    Given(
        "the running count",
        now,
        gamma * so_far + (1 - gamma) * count,
    ),
    Given(
        "the running sum, where so far the code is the mean, $M = N e$",
        M_now,
        gamma * so_far * e + (1 - gamma) * S_1,
    ),
    Given("the code is the mean again", e_now, M_now / now),
)


def running_mean() -> Derivation:
    """2-2c: A code as a running mean is a gradient step on the codebook term."""
    squares = count * (e - h_bar) ** 2 + S_2 - count * h_bar**2
    rate = (1 - gamma) / (2 * now)
    steps = (
        Let("The mean of the vectors that chose the code.", h_bar, S_1 / count),
        *chain(
            J,
            ("The square completed: it is least where the code is the mean.", squares),
        ),
        *chain(Slope(J, e), ("Its slope.", 2 * count * (e - h_bar))),
        *chain(
            e_now,
            ("A step from the old code towards the mean.", BY_MEAN),
            ("It goes down the slope, at a rate of its own.", e - rate * Slope(J, e)),
        ),
    )
    claims = (
        equation(e_now, BY_MEAN),
        equation(J, squares),
        equation(Slope(J, e), 2 * count * (e - h_bar)),
    )
    given = (SUMMED, *RUNNING)
    return Derivation("A code as a running mean", ("2-2c",), steps, claims, given)


def mean_without_memory() -> Derivation:
    """2-2c: With a decay of 0 the code is the mean of the batch, the term's minimum."""
    at_new = 2 * count * (e_now - S_1 / count)
    steps = (
        *chain(e_now, ("Only the batch counts.", S_1 / count)),
        *chain(slope, ("There the codebook term does not slope: its least.", S.Zero)),
    )
    given = (
        Given("no memory", gamma, S.Zero),
        *RUNNING,
        Given(
            "the slope (2-2c), at the new code",
            slope,
            at_new,
            proof=running_mean,
            at={Slope(J, e): slope, e: e_now, h_bar: S_1 / count},
        ),
    )
    claims = (equation(e_now, S_1 / count),)
    return Derivation("The same without memory", ("2-2c",), steps, claims, given)


mu, logvar, KL_z = (Symbol(name, real=True) for name in (r"\mu", r"\ell", "KL_z"))
var = Symbol(r"\sigma^2", positive=True)
m_2, KL_2, R_2 = (Symbol(name, real=True) for name in ("m_2", "KL_2", "R_2"))
C_2 = Symbol("C_2", positive=True)

OF_LOGVAR = (mu**2 + exp(logvar) - logvar - 1) / 2


def kl_of_a_latent() -> Derivation:
    """2-4a: The divergence of one number of a latent from the standard normal."""
    letters = {m: mu, C: var, n: S.Zero, D: S.One}
    whole = divergence(*letters.values())
    steps = chain(
        KL_z,
        (r"(1-16b) for $\mathcal N(\mu, \sigma^2)$ and $\mathcal N(0, 1)$.", whole),
        ("In the log-variance, which may be any number.", OF_LOGVAR),
    )
    given = (
        Given(
            r"the divergence of $\mathcal N(\mu, \sigma^2)$ from $\mathcal N(0, 1)$ "
            "(1-16b)",
            KL_z,
            whole,
            proof=kl_of_gaussians,
            at={KL: KL_z} | letters,
        ),
        Given(r"the encoder gives $\ell = \log \sigma^2$", var, exp(logvar)),
    )
    claims = (equation(KL_z, OF_LOGVAR),)
    return Derivation("The divergence of a latent", ("2-4a",), steps, claims, given)


def numbers_add_up() -> Derivation:
    """2-4b: Two numbers drawn by themselves cost the sum of what each costs."""
    first, second = N(x, m, C) / N(x, 0, 1), N(y, m_2, C_2) / N(y, 0, 1)
    apart = log(first) + log(second)
    result = divergence(m, C, S.Zero, S.One) + divergence(m_2, C_2, S.Zero, S.One)
    steps = (
        *chain(R_2, ("What is averaged.", log(first * second)), ("A sum.", apart)),
        *chain(
            KL_2,
            ("The mean over both numbers.", Mean(R_2)),
            ("By the line above.", Mean(apart)),
            ("Each mean is a divergence; and so on for a third number.", result),
        ),
    )
    given = (
        Given("the logarithm of the ratio of both densities", R_2, log(first * second)),
        Given("a draw of the first number", x, m + sqrt(C) * eps_new),
        Given("a draw of the second, by itself", y, m_2 + sqrt(C_2) * eps),
        Given("the definition of the divergence", KL_2, Mean(R_2)),
    )
    claims = (equation(KL_2, result),)
    name = "The divergence of many numbers"
    return Derivation(name, ("2-4b",), steps, claims, given)

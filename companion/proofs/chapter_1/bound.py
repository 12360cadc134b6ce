"""The variational bound, term by term: 1-16a to 1-16f, in one dimension each."""

from sympy import Expr, S, Symbol, log, pi, sqrt

from companion.proofs.algebra import (
    Derivation,
    Given,
    Mean,
    N,
    Step,
    chain,
    density,
    equation,
)
from companion.proofs.chapter_1.conditional import AHEAD, bayes
from companion.proofs.chapter_1.noise import X0, x0_from_noise
from companion.proofs.chapter_1.posterior import MEAN, VAR, posterior_by_square
from companion.proofs.letters import (
    ab_s,
    ab_T,
    ab_t,
    alpha,
    eps,
    eps_hat,
    eps_new,
    mu,
    mu_hat,
    var,
    x0_hat,
    x_0,
    x_s,
    x_t,
)

x, m, n = (Symbol(name, real=True) for name in "xmn")
C, D, var_0 = (Symbol(name, positive=True) for name in ("C", "D", r"\sigma_0^2"))
KL, L_0, L_s, L_T = (Symbol(name, real=True) for name in ("KL", "L_0", "L_s", "L_T"))
R = Symbol("R", real=True)
p_back = Symbol(r"p({x}_{s} \mid {x}_{t})", positive=True)

DIVERGENCE = (log(D / C) + (C + (m - n) ** 2) / D - 1) / 2
DRAWN = m + sqrt(C) * eps_new
SNR_DROP = ab_s / (1 - ab_s) - ab_t / (1 - ab_t)
SNR_RATIO = ab_s * (1 - ab_t) / ((1 - ab_s) * ab_t)


def divergence(m_is: Expr, C_is: Expr, n_is: Expr, D_is: Expr) -> Expr:
    """KL(N(m, C) || N(n, D)) with these letters in it, as `kl_of_gaussians` proves it."""
    return DIVERGENCE.xreplace({m: m_is, C: C_is, n: n_is, D: D_is})


def split() -> Derivation:
    """A step forward over a step back is a posterior over a step back (1-16a).

    Used at each time it turns the bound into a sum of divergences.
    """
    s_0, t_0 = (density(letter, given=x_0) for letter in (x_s, x_t))
    posterior = density(x_s, given=(x_t, x_0))
    before, after = s_0 * AHEAD / p_back, posterior / p_back * t_0
    steps = chain(before, ("Bayes' rule (1-9), solved for the step forward.", after))
    given = (Given("Bayes' rule (1-9)", posterior, AHEAD * s_0 / t_0, proof=bayes),)
    claim = equation(before, after)
    return Derivation("One time taken out", ("1-16a",), steps, (claim,), given)


def kl_of_gaussians() -> Derivation:
    """The divergence of two normal densities, in closed form (1-16b)."""
    ratio = log(N(x, m, C) / N(x, n, D))
    squares = log(D / C) / 2 - (x - m) ** 2 / (2 * C) + (x - n) ** 2 / (2 * D)
    square = (m - n + sqrt(C) * eps_new) ** 2 / (2 * D)
    drawn = log(D / C) / 2 - eps_new**2 / 2 + square
    steps = (
        *chain(
            R,
            ("What is averaged.", ratio),
            ("Logarithms of both densities.", squares),
            (r"With the draw put in.", drawn),
        ),
        *chain(
            KL,
            ("The mean over $x$.", Mean(R)),
            (r"By the line above; $\log(D/C)$ does not vary.", Mean(drawn)),
            (
                r"$\epsilon'$ has mean 0, its square has mean 1.",
                DIVERGENCE,
            ),
        ),
    )
    given = (
        Given("the logarithm of the ratio of both densities", R, ratio),
        Given(r"a draw from the first, $\epsilon' \sim \mathcal N(0, 1)$", x, DRAWN),
        Given("the definition of the divergence", KL, Mean(R)),
    )
    claim = equation(KL, DIVERGENCE)
    name = "The divergence of two normal densities"
    return Derivation(name, ("1-16b",), steps, (claim,), given)


def last_term() -> Derivation:
    """L_T: how far x_T is from pure noise (1-16c)."""
    letters = {m: sqrt(ab_T) * x_0, C: 1 - ab_T, n: S.Zero, D: S.One}
    whole = divergence(*letters.values())
    result = (ab_T * (x_0**2 - 1) - log(1 - ab_T)) / 2
    steps = chain(
        L_T,
        ("(1-16b) for (1-5) and the standard normal density.", whole),
        (r"Nothing in it can be learned; it is 0 where $\bar\alpha_T = 0$.", result),
    )
    given = (
        Given(
            r"the divergence of $\mathcal N(\sqrt{\bar\alpha_T}\,x_0, 1-\bar\alpha_T)$ "
            r"from $\mathcal N(0, 1)$ (1-16b)",
            L_T,
            whole,
            proof=kl_of_gaussians,
            at={KL: L_T} | letters,
        ),
    )
    claim = equation(L_T, result)
    return Derivation("The last term of the bound", ("1-16c",), steps, (claim,), given)


def middle_term() -> Derivation:
    """L_s: the posterior with x_0 and with a guess of it, two means apart (1-16d)."""
    letters = {m: mu, C: var, n: mu_hat, D: var}
    whole = divergence(*letters.values())
    weight = ab_s * (1 - alpha) / (2 * (1 - ab_s) * (1 - ab_t))
    guessed = MEAN.xreplace({x_0: x0_hat})
    wrong = (x_0 - x0_hat) ** 2
    steps = (
        Step(
            "The two means differ in the guess alone.",
            mu - mu_hat,
            sqrt(ab_s) * (1 - alpha) / (1 - ab_t) * (x_0 - x0_hat),
        ),
        *chain(
            L_s,
            (r"(1-16b) with two equal variances.", whole),
            ("Only the means are left.", (mu - mu_hat) ** 2 / (2 * var)),
            ("With (1-11a), and one factor cancelled.", weight * wrong),
            (
                "Half the signal-to-noise ratio that the step wins.",
                SNR_DROP / 2 * wrong,
            ),
        ),
    )
    given = (
        Given(
            r"the divergence of $\mathcal N(\tilde\mu, \tilde\beta)$ from "
            r"$\mathcal N(\hat\mu, \tilde\beta)$ (1-16b)",
            L_s,
            whole,
            proof=kl_of_gaussians,
            at={KL: L_s} | letters,
        ),
        Given("the mean (1-11a)", mu, MEAN, proof=posterior_by_square),
        Given("the mean with a guess of $x_0$", mu_hat, guessed),
        Given("the variance (1-11a)", var, VAR, proof=posterior_by_square),
    )
    claim = equation(L_s, SNR_DROP / 2 * wrong)
    name = "A middle term of the bound"
    return Derivation(name, ("1-16d",), steps, (claim,), given)


def dropped_weight() -> Derivation:
    """The same term in the noise, with the weight that the simple loss drops (1-16e)."""
    wrong, wrong_eps = (x_0 - x0_hat) ** 2, (eps - eps_hat) ** 2
    result = (SNR_RATIO - 1) / 2 * wrong_eps
    steps = chain(
        L_s,
        ("The term (1-16d).", SNR_DROP / 2 * wrong),
        (
            "Put in (1-12) for both, the truth and the guess.",
            SNR_DROP / 2 * (1 - ab_t) / ab_t * wrong_eps,
        ),
        (r"The ratio of both signal-to-noise ratios, less one.", result),
    )
    given = (
        Given("the term (1-16d)", L_s, SNR_DROP / 2 * wrong, proof=middle_term),
        Given("the clean data (1-12)", x_0, X0, proof=x0_from_noise),
        Given("the same with a guess", x0_hat, X0.xreplace({eps: eps_hat})),
    )
    claim = equation(L_s, result)
    name = "The weight that the simple loss drops"
    return Derivation(name, ("1-16e",), steps, (claim,), given)


def first_term() -> Derivation:
    """L_0: the density of the data under the last step (1-16f)."""
    result = (x_0 - x0_hat) ** 2 / (2 * var_0) + log(2 * pi * var_0) / 2
    steps = chain(
        L_0,
        ("Its definition.", -log(N(x_0, x0_hat, var_0))),
        ("The normal density written out.", result),
    )
    words = r"the last step draws from $\mathcal N(\hat x_0, \sigma_0^2)$"
    given = (Given(words, L_0, -log(N(x_0, x0_hat, var_0))),)
    claim = equation(L_0, result)
    name = "The first term of the bound"
    return Derivation(name, ("1-16f",), steps, (claim,), given)

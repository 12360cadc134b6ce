"""What is left to know of x_0 once x_t is seen, for data of several bumps: 1-5b."""

from sympy import Expr, Integral, Symbol, oo, sqrt, symbols

from companion.proofs.algebra import Derivation, Given, N, chain, density, equation
from companion.proofs.chapter_1.forward import one_shot_by_marginalising
from companion.proofs.letters import ab_t, x_0, x_t

k, one, two = symbols("k 1 2")  # which bump
w_1, w_2, C, C_1, C_2 = symbols("w_1 w_2 C C_1 C_2", positive=True)
m, m_1, m_2 = symbols("m m_1 m_2", real=True)
r_1, r_2 = symbols("r_1 r_2", positive=True)
EXPECTED = Symbol(r"\mathbb E[{x}_{0} \mid {x}_{t}]", real=True)
MEAN_K, MEAN_1, MEAN_2 = (
    Symbol(rf"\mathbb E[{{x}}_{{0}} \mid {{x}}_{{t}}, {n}]", real=True) for n in "k12"
)
LINE = (x_0, -oo, oo)


def seen(mean: Expr, var: Expr) -> Expr:
    """The density of x_t that comes of a bump of this mean and variance."""
    return N(x_t, sqrt(ab_t) * mean, ab_t * var + 1 - ab_t)


def behind(mean: Expr, var: Expr) -> Expr:
    """The density of x_0 where x_t is known and came of this bump."""
    both = ab_t * var + 1 - ab_t
    centre = mean + sqrt(ab_t) * var / both * (x_t - sqrt(ab_t) * mean)
    return N(x_0, centre, (1 - ab_t) * var / both)


def one_bump() -> Derivation:
    """What one bump says: the density of x_t, and that of x_0 given x_t (1-5b)."""
    q_t, q_k = density(x_t, given=x_0), density(x_0, given=k)
    q_seen, q_behind = density(x_t, given=k), density(x_0, given=(x_t, k))
    ahead = N(x_t, sqrt(ab_t) * x_0, 1 - ab_t)
    steps = (
        *chain(
            q_seen,
            ("Sum over every $x_0$ of the bump.", Integral(q_t * q_k, LINE)),
            ("Both are Gaussian.", Integral(ahead * N(x_0, m, C), LINE)),
            ("Integrated: the mean is scaled, the variances add.", seen(m, C)),
        ),
        *chain(
            q_behind,
            ("Bayes' rule.", q_t * q_k / q_seen),
            ("All three are known.", ahead * N(x_0, m, C) / seen(m, C)),
            ("The square completed, as a density of $x_0$.", behind(m, C)),
        ),
        *chain(MEAN_K, ("The mean of a Gaussian is its centre.", behind(m, C).args[1])),
    )
    given = (
        Given("the bump, of mean $m$ and variance $C$", q_k, N(x_0, m, C)),
        Given("all steps at once (1-5)", q_t, ahead, proof=one_shot_by_marginalising),
        Given("a marginal density", q_seen, steps[0].right),
        Given("Bayes' rule", q_behind, steps[3].right),
        Given("the mean of that Gaussian", MEAN_K, behind(m, C).args[1]),
    )
    claims = (
        equation(q_seen, seen(m, C)),
        equation(q_behind, behind(m, C)),
        equation(MEAN_K, behind(m, C).args[1]),
    )
    return Derivation("What one bump says", ("1-5b",), steps, claims, given)


def expected_clean() -> Derivation:
    """E[x_0 | x_t] of a mixture (1-5b): the mean of each bump, times its share.

    What each bump says of x_t, q(x_t | k), is Gaussian by `one_bump`.
    """
    q_1, q_2 = density(x_t, given=one), density(x_t, given=two)
    at_t = w_1 * q_1 + w_2 * q_2
    joint = {n: density(n, x_t) for n in (one, two)}
    centre_1, centre_2 = (behind(*bump).args[1] for bump in ((m_1, C_1), (m_2, C_2)))
    steps = (
        *chain(
            density(x_t),
            ("What is seen came of one bump or of the other.", joint[one] + joint[two]),
            ("Each with its weight.", at_t),
        ),
        *chain(
            r_1,
            ("The share of bump 1 in what is seen.", joint[one] / density(x_t)),
            ("Bayes' rule.", w_1 * q_1 / at_t),
        ),
        *chain(
            r_2,
            ("The share of bump 2.", joint[two] / density(x_t)),
            ("Bayes' rule.", w_2 * q_2 / at_t),
        ),
        *chain(
            EXPECTED,
            ("The mean that each bump leaves, times its share.", r_1 * MEAN_1 + r_2 * MEAN_2),
            ("Each is the centre of a Gaussian.", r_1 * centre_1 + r_2 * centre_2),
        ),
    )
    of_1, of_2 = (
        {k: n, m: mean, C: var, MEAN_K: left}
        for n, mean, var, left in ((one, m_1, C_1, MEAN_1), (two, m_2, C_2, MEAN_2))
    )
    given = (
        Given("bump 1 of the data has the weight $w_1$", joint[one], w_1 * q_1),
        Given("bump 2 has the weight $w_2$; more bumps only add terms", joint[two], w_2 * q_2),
        Given("a marginal density", density(x_t), steps[0].right),
        Given("a conditional probability", r_1, steps[2].right),
        Given("a conditional probability", r_2, steps[4].right),
        Given("the mean that bump 1 leaves", MEAN_1, centre_1, one_bump, of_1),
        Given("the mean that bump 2 leaves", MEAN_2, centre_2, one_bump, of_2),
        Given("the law of total expectation", EXPECTED, steps[6].right),
    )
    claims = (
        equation(r_1, w_1 * q_1 / at_t),
        equation(r_2, w_2 * q_2 / at_t),
        equation(EXPECTED, r_1 * centre_1 + r_2 * centre_2),
    )
    return Derivation("The mean of the clean data", ("1-5b",), steps, claims, given)

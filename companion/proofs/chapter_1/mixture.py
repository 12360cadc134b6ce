"""What is left to know of x_0 once x_t is seen, for data of several bumps: 1-5b."""

from sympy import Expr, Integral, Symbol, oo, sqrt, symbols

from companion.proofs.algebra import Derivation, Given, N, chain, density, equation
from companion.proofs.chapter_1.forward import one_shot_by_marginalising
from companion.proofs.letters import ab_t, x_0, x_t

k, one, two = symbols("k 1 2")  # which bump
w_1, w_2, C, C_1, C_2 = symbols("w_1 w_2 C C_1 C_2", positive=True)
m, m_1, m_2 = symbols("m m_1 m_2", real=True)
r_1, r_2 = symbols("r_1 r_2", positive=True)
EXPECTED = Symbol(r"\mathrm{E}[{x}_{0} \mid {x}_{t}]", real=True)
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
    )
    given = (
        Given("the bump, of mean $m$ and variance $C$", q_k, N(x_0, m, C)),
        Given("all steps at once (1-5)", q_t, ahead, proof=one_shot_by_marginalising),
        Given("a marginal density", q_seen, steps[0].right),
        Given("Bayes' rule", q_behind, steps[3].right),
    )
    claims = (equation(q_seen, seen(m, C)), equation(q_behind, behind(m, C)))
    return Derivation("What one bump says", ("1-5b",), steps, claims, given)


def expected_clean() -> Derivation:
    """E[x_0 | x_t] of a mixture (1-5b): the mean of each bump, times its share."""
    at_t = w_1 * seen(m_1, C_1) + w_2 * seen(m_2, C_2)
    q_1, q_2 = density(x_t, given=one), density(x_t, given=two)
    back_1, back_2 = behind(m_1, C_1), behind(m_2, C_2)
    q_back = density(x_0, given=x_t)
    by_bump = r_1 * density(x_0, given=(x_t, one)) + r_2 * density(x_0, given=(x_t, two))
    mean_1, mean_2 = (Integral(x_0 * back, LINE) for back in (back_1, back_2))
    sum_of_means = r_1 * mean_1 + r_2 * mean_2
    result = r_1 * back_1.args[1] + r_2 * back_2.args[1]
    shares = [w * q_k / (w_1 * q_1 + w_2 * q_2) for w, q_k in ((w_1, q_1), (w_2, q_2))]
    steps = (
        *chain(
            r_1,
            ("The share of bump 1 in what is seen, by Bayes' rule.", shares[0]),
            ("Both densities are known.", w_1 * seen(m_1, C_1) / at_t),
        ),
        *chain(
            r_2,
            ("The same of bump 2.", shares[1]),
            ("Both densities are known.", w_2 * seen(m_2, C_2) / at_t),
        ),
        *chain(
            q_back,
            ("$x_0$ came of one bump or of the other.", by_bump),
            ("Each is Gaussian: a mixture again.", r_1 * back_1 + r_2 * back_2),
        ),
        *chain(
            EXPECTED,
            ("The mean, bump by bump.", sum_of_means),
            ("The mean of a Gaussian is its centre.", result),
        ),
    )
    of_1, of_2 = ({k: n, m: mean, C: var} for n, mean, var in ((one, m_1, C_1), (two, m_2, C_2)))
    behind_1, behind_2 = (density(x_0, given=(x_t, n)) for n in (one, two))
    given = (
        Given(r"bump 1 of the data has the weight $w_1$; so, seen from $x_t$", r_1, shares[0]),
        Given("bump 2 has the weight $w_2$; more bumps only add terms", r_2, shares[1]),
        Given("what bump 1 says of $x_t$", q_1, seen(m_1, C_1), one_bump, of_1),
        Given("what bump 2 says of $x_t$", q_2, seen(m_2, C_2), one_bump, of_2),
        Given("what bump 1 leaves of $x_0$", behind_1, back_1, one_bump, of_1),
        Given("what bump 2 leaves of $x_0$", behind_2, back_2, one_bump, of_2),
        Given("the law of total probability", q_back, by_bump),
        Given("the mean of a weighted sum of densities", EXPECTED, sum_of_means),
        Given("the centre of bump 1", mean_1, back_1.args[1]),
        Given("the centre of bump 2", mean_2, back_2.args[1]),
    )
    claims = (
        equation(r_1, w_1 * seen(m_1, C_1) / at_t),
        equation(r_2, w_2 * seen(m_2, C_2) / at_t),
        equation(q_back, r_1 * back_1 + r_2 * back_2),
        equation(EXPECTED, result),
    )
    return Derivation("The mean of the clean data", ("1-5b",), steps, claims, given)

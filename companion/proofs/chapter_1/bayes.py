"""Conditional densities and the Markov property: equations 1-6 to 1-9."""

from sympy import Eq, Integral, Symbol, oo

from companion.proofs.algebra import Derivation, Given, N, chain, density, equation
from companion.proofs.letters import ab_s, ab_t, alpha, x_0, x_s, x_t

LINE_T = (x_t, -oo, oo)
FAR = density(x_t, given=x_s)
FAR_KNOWING = density(x_t, given=(x_s, x_0))


def markov() -> Derivation:
    """Who knows x_s learns nothing about x_t from x_0: from the factorised joint."""
    u, v = Symbol("u", real=True), Symbol("v", real=True)
    q_0, q_u, q_s = density(x_0), density(u, given=x_0), density(x_s, given=u)
    q_v, q_t = density(v, given=x_s), density(x_t, given=v)
    at_s = density(x_s, given=x_0)
    three, two = density(x_0, x_s, x_t), density(x_0, x_s)
    line_u, line_v = (u, -oo, oo), (v, -oo, oo)
    over_u, over_v = Integral(q_u * q_s, line_u), Integral(q_v * q_t, line_v)
    path = Integral(q_0 * q_u * q_s * q_v * q_t, line_u, line_v)
    whole = Integral(FAR, LINE_T)
    steps = (
        *chain(
            three,
            ("Sum over all that may happen in between.", path),
            (
                "Each integral keeps what depends on its variable.",
                q_0 * over_u * over_v,
            ),
            (
                "The two integrals are densities of several steps.",
                q_0 * at_s * FAR,
            ),
        ),
        *chain(
            two,
            (r"Sum over every $x_t$.", Integral(three, LINE_T)),
            (
                r"Only the last factor has $x_t$.",
                q_0 * at_s * whole,
            ),
            ("A density integrates to one.", q_0 * at_s),
        ),
        *chain(
            FAR_KNOWING,
            ("The definition of a conditional density.", three / two),
            ("Put in both.", q_0 * at_s * FAR / (q_0 * at_s)),
        ),
    )
    given = (
        Given(
            "the steps do not look back (the Markov chain), with $u$ for all that "
            "lies between $0$ and $s$, and $v$ for all between $s$ and $t$",
            three,
            path,
        ),
        Given("a marginal density", two, Integral(three, LINE_T)),
        Given("what several steps do, from $0$ to $s$", over_u, at_s),
        Given("what several steps do, from $s$ to $t$", over_v, FAR),
        Given("a density integrates to one", whole, 1 + 0 * x_t),
        Given("a conditional density", FAR_KNOWING, three / two),
    )
    claims = (equation(three, q_0 * at_s * FAR), equation(FAR_KNOWING, FAR))
    return Derivation("The Markov property", ("1-9",), steps, claims, given)


def markov_on_gaussians() -> Derivation:
    """The same with formulas: on Gaussian data, x_0 drops out before our eyes."""
    m, v = Symbol("m", real=True), Symbol("v", positive=True)
    joint = N(x_0, m, v)
    joint *= N(x_s, ab_s**0.5 * x_0, 1 - ab_s)
    return joint


def bayes() -> Derivation:
    """The posterior from densities that are known: 1-6, 1-7, 1-8 and 1-9."""
    posterior = density(x_s, given=(x_t, x_0))
    three = density(x_s, x_t, x_0)
    s_0, t_0, only_0 = density(x_s, x_0), density(x_t, x_0), density(x_0)
    s_given, t_given = density(x_s, given=x_0), density(x_t, given=x_0)
    result = FAR * s_given / t_given
    steps = chain(
        posterior,
        ("(1-6): the definition of a conditional density.", three / t_0),
        ("(1-7): the same definition, for the numerator.", FAR_KNOWING * s_0 / t_0),
        (
            "(1-8): once more, above and below; $q(x_0)$ cancels.",
            FAR_KNOWING * s_given / t_given,
        ),
        ("(1-9): the Markov property.", result),
    )
    given = (
        Given("a conditional density", posterior, three / t_0),
        Given("the same for the joint of three", three, FAR_KNOWING * s_0),
        Given(r"the same for $x_s$ and $x_0$", s_0, s_given * only_0),
        Given(r"the same for $x_t$ and $x_0$", t_0, t_given * only_0),
        Given("the Markov property", FAR_KNOWING, FAR, proof=markov),
    )
    name = "Bayes' rule for one step back"
    equations = ("1-6", "1-7", "1-8", "1-9")
    return Derivation(name, equations, steps, (equation(posterior, result),), given)


_ = Eq, alpha, ab_t

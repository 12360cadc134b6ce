"""Conditional densities and the Markov property: equations 1-6 to 1-9."""

from sympy import Integral, S, Symbol, oo

from companion.proofs.algebra import Derivation, Given, chain, density, equation
from companion.proofs.letters import x_0, x_s, x_t

AHEAD = density(x_t, given=x_s)
AHEAD_KNOWING = density(x_t, given=(x_s, x_0))


def markov() -> Derivation:
    """Who knows x_s learns nothing about x_t from x_0: from the chain of steps."""
    u, v = Symbol("u", real=True), Symbol("v", real=True)
    line_u, line_v, line_t = ((x, -oo, oo) for x in (u, v, x_t))
    all_three, two = density(x_0, x_s, x_t), density(x_0, x_s)
    to_s = density(u, given=x_0) * density(x_s, given=u)
    to_t = density(v, given=x_s) * density(x_t, given=v)
    start, at_s = density(x_0), density(x_s, given=x_0)
    path = Integral(start * to_s * to_t, line_u, line_v)
    over_u, over_v = Integral(to_s, line_u), Integral(to_t, line_v)
    everything = Integral(to_t, line_v, line_t)
    summed = Integral(all_three, line_t)
    steps = (
        *chain(
            all_three,
            ("Sum over all that may happen in between.", path),
            ("Each integral keeps what has its variable.", start * over_u * over_v),
            ("Both are densities of several steps.", start * at_s * AHEAD),
        ),
        *chain(
            two,
            ("Sum over every $x_t$.", summed),
            ("What has neither $v$ nor $x_t$ comes out.", start * at_s * everything),
            ("Whatever the steps after $s$ do, they do something.", start * at_s),
        ),
        *chain(
            AHEAD_KNOWING,
            ("The definition of a conditional density.", all_three / two),
            ("Put in both; all that knows $x_0$ cancels.", AHEAD),
        ),
    )
    given = (
        Given(
            "no step looks further back than one; $u$ is all that lies between $0$ and "
            "$s$, and $v$ all between $s$ and $t$",
            all_three,
            path,
        ),
        Given("several steps, from $0$ to $s$", over_u, at_s),
        Given("several steps, from $s$ to $t$", over_v, AHEAD),
        Given("a marginal density", two, summed),
        Given("densities integrate to one", everything, S.One),
        Given("a conditional density", AHEAD_KNOWING, all_three / two),
    )
    claim = equation(AHEAD_KNOWING, AHEAD)
    return Derivation("The Markov property", ("1-9",), steps, (claim,), given)


def bayes() -> Derivation:
    """The posterior from densities that are known: 1-6, 1-7, 1-8 and 1-9."""
    posterior = density(x_s, given=(x_t, x_0))
    all_three, s_0, t_0 = density(x_s, x_t, x_0), density(x_s, x_0), density(x_t, x_0)
    start, s_given, t_given = density(x_0), *(density(x, given=x_0) for x in (x_s, x_t))
    four = (
        all_three / t_0,
        AHEAD_KNOWING * s_0 / t_0,
        AHEAD_KNOWING * s_given / t_given,
        AHEAD * s_given / t_given,
    )
    steps = chain(
        posterior,
        ("(1-6), the definition of a conditional density.", four[0]),
        ("(1-7), the same definition, for the numerator.", four[1]),
        ("(1-8), once more, above and below; $q(x_0)$ cancels.", four[2]),
        ("(1-9), the Markov property.", four[3]),
    )
    given = (
        Given("a conditional density", posterior, four[0]),
        Given("the joint density of three", all_three, AHEAD_KNOWING * s_0),
        Given("the joint density of $x_s$ and $x_0$", s_0, s_given * start),
        Given("the joint density of $x_t$ and $x_0$", t_0, t_given * start),
        Given("the Markov property", AHEAD_KNOWING, AHEAD, proof=markov),
    )
    name = "Bayes' rule for the way back"
    claims = tuple(equation(posterior, side) for side in four)
    return Derivation(name, ("1-6", "1-7", "1-8", "1-9"), steps, claims, given)

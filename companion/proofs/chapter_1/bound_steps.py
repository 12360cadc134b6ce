"""How the bound's steps fit together: 1-16g to 1-16j.

The product for T = 3, one term drawn at random, a step split in two, and steps without width.
"""

from sympy import Expr, Indexed, IndexedBase, Integral, Sum, Symbol, log, sqrt

from companion.proofs.algebra import (
    Derivation,
    Given,
    Step,
    Var,
    chain,
    density,
    equation,
)
from companion.proofs.chapter_1.bound import SNR_DROP, L_s, middle_term
from companion.proofs.chapter_1.conditional import bayes
from companion.proofs.chapter_1.forward import ONE_SHOT
from companion.proofs.gradients import Slope
from companion.proofs.letters import (
    Data,
    ab_s,
    ab_t,
    eps_new,
    x0_hat,
    x_0,
    x_1,
    x_s,
    x_t,
)

x_2, x_3 = (Data(f"{{x}}_{{{n}}}", real=True) for n in (2, 3))
p_01, p_12, p_23 = (
    Symbol(rf"p({{x}}_{{{s}}} \mid {{x}}_{{{s + 1}}})", positive=True) for s in range(3)
)
p_3 = Symbol(r"p({x}_{3})", positive=True)

T, t = Symbol("T", integer=True, positive=True), Symbol("t", integer=True, positive=True)
L = IndexedBase("L", real=True)
term: Indexed = L[t - 1]
drawn = Symbol(r"\mathbb E_{t}\left[{L}_{t - 1}\right]", real=True)

ab_u = Symbol(r"\bar{\alpha}_{u}", positive=True)
e_t, e_u = (Data(f"{{e}}_{{{n}}}", positive=True) for n in "tu")  # behind what weighs them
L_st, L_su, L_ut = (Symbol(rf"L_{{{a} \to {b}}}", real=True) for a, b in ("st", "su", "ut"))

R, R_1, R_T = (Symbol(n, positive=True) for n in ("R", "{R}_{1}", "{R}_{T}"))
spread = Symbol(r"\sigma^2", positive=True)  # the variance of the data
e = Symbol("e(R)", positive=True)
middle = Symbol(r"L_{\infty}", real=True)


def product_of_three() -> Derivation:
    """Forward over backward for T = 3: four fractions, of one time each (1-16g)."""
    back = p_01 * p_12 * p_23 * p_3
    s_1, s_2, s_3 = (density(letter, given=x_0) for letter in (x_1, x_2, x_3))
    two, three = density(x_2, given=x_1), density(x_3, given=x_2)
    first, second = density(x_1, given=(x_2, x_0)), density(x_2, given=(x_3, x_0))
    result = first * second * s_3 / back
    steps = chain(
        s_1 * two * three / back,
        (
            "Bayes' rule (1-9) for the times 1 and 2: $x_1$ is seen from $x_2$.",
            first * s_2 * three / back,
        ),
        ("The same rule for the times 2 and 3: $x_2$ is seen from $x_3$.", result),
    )
    given = (
        Given(
            "Bayes' rule (1-9), for the times 1 and 2",
            first,
            two * s_1 / s_2,
            proof=bayes,
            at={x_s: x_1, x_t: x_2},
        ),
        Given(
            "Bayes' rule (1-9), for the times 2 and 3",
            second,
            three * s_2 / s_3,
            proof=bayes,
            at={x_s: x_2, x_t: x_3},
        ),
    )
    claim = equation(s_1 * two * three / back, result)
    return Derivation("The product for three steps", ("1-16g",), steps, (claim,), given)


def random_time() -> Derivation:
    """One term at a random time, times T, is on average the whole sum (1-16h)."""
    whole = Sum(term, (t, 1, T))
    mean = Sum(term / T, (t, 1, T))
    steps = chain(
        T * drawn,
        ("Each of the $T$ times has the probability $1/T$.", T * mean),
        ("The factor $1/T$ is the same in each term, and cancels.", whole),
    )
    given = (Given("the mean over a time drawn evenly from $1 \\dots T$", drawn, mean),)
    claim = equation(T * drawn, whole)
    return Derivation("One random time", ("1-16h",), steps, (claim,), given)


def split_step() -> Derivation:
    """What a step of the bound costs more than its two parts (1-16i)."""
    error = (x_0 - x0_hat) ** 2
    term_of = SNR_DROP / 2 * error

    def at(letter: Expr, e_late: Expr, **times: Expr) -> dict[Expr, Expr]:
        names = {"s": ab_s, "t": ab_t}
        return {L_s: letter, error: e_late} | {names[n]: value for n, value in times.items()}

    halves = ((L_st, at(L_st, e_t)), (L_su, at(L_su, e_u, t=ab_u)), (L_ut, at(L_ut, e_t, s=ab_u)))
    words = (
        r"the term (1-16d) of the step from $s$ to $t$, with $e_t$ the mean squared error at $t$",
        "the same for the step from $s$ to $u$",
        "the same for the step from $u$ to $t$",
    )
    given = tuple(
        Given(each, letter, term_of.xreplace(names), proof=middle_term, at=names)
        for each, (letter, names) in zip(words, halves, strict=True)
    )
    drop = ab_s / (1 - ab_s) - ab_u / (1 - ab_u)
    gap = L_st - L_su - L_ut
    result = drop * (e_t - e_u) / 2
    steps = (
        *chain(
            L_st - L_ut,
            ("Both have the error at $t$; what the SNR at $t$ weighs cancels.", drop * e_t / 2),
        ),
        *chain(
            gap,
            ("The line above, less the step from $s$ to $u$.", drop * e_t / 2 - drop * e_u / 2),
            ("One factor in front.", result),
        ),
    )
    claim = equation(gap, result)
    return Derivation("A step split in two", ("1-16i",), steps, (claim,), given)


def no_width() -> Derivation:
    """The middle of the bound of one Gaussian when its steps have no width (1-16j)."""
    error = spread / (1 + spread * R)
    best = sqrt(ab_t) * spread / (ab_t * spread + 1 - ab_t)
    left_over = Var(x_0 - best * x_t)
    primitive = log(1 + spread * R)
    result = log((1 + spread * R_1) / (1 + spread * R_T)) / 2
    steps = (
        *chain(
            left_over,
            (
                "The variance of a weighted sum of independent noises.",
                spread * (1 - ab_t) / (ab_t * spread + 1 - ab_t),
            ),
            (
                r"Divided above and below by $1 - \bar\alpha_t$: only the SNR is left.",
                spread / (1 + spread * ab_t / (1 - ab_t)),
            ),
        ),
        Step("A function whose slope is this error, at the SNR $R$.", Slope(primitive, R), error),
        *chain(
            middle,
            ("Half of the error, summed over steps without width.", Integral(e / 2, (R, R_T, R_1))),
            ("The error by the lines above.", Integral(error / 2, (R, R_T, R_1))),
            ("Half of that function, between the ends.", result),
        ),
    )
    given = (
        Given(r"the data: one Gaussian of variance $\sigma^2$", x_0, sqrt(spread) * eps_new),
        Given("all steps at once (1-4)", x_t, ONE_SHOT.xreplace({x_0: sqrt(spread) * eps_new})),
        Given(r"the error at the SNR $R = \bar\alpha_t / (1 - \bar\alpha_t)$", e, error),
        Given(
            "the limit of the sum of (1-16d) over finer and finer steps",
            middle,
            Integral(e / 2, (R, R_T, R_1)),
        ),
    )
    claim = equation(middle, result)
    return Derivation("Steps without width", ("1-16j",), steps, (claim,), given)

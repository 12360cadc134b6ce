"""Derive: the schedule that undoes a wrong scale."""

from random import Random

from sympy import Expr, Rational, sqrt

from companion.exercises.checkers import FormulaChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def undone(ab: Expr, c: Expr) -> Expr:
    """The alpha_bar at which c z has the signal-to-noise ratio that z has at ab."""
    return ab / (ab + c**2 * (1 - ab))


def _point(random: Random) -> dict[str, Rational]:
    return {
        "ab": Rational(random.randint(150, 850), 997),
        "c": Rational(random.randint(1300, 4000), 999),
    }


EXERCISE = Exercise(
    name="schedule-for-a-scale",
    number="2.2.2",
    title="A schedule for a wrong scale",
    kind=Kind.DERIVE,
    chapter="2-2-latent-diffusion",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="moved",
    stub=(
        "import sympy\n\n"
        'ab, c = sympy.symbols("ab c", positive=True)\n\n'
        "moved = None  # an expression in ab and c"
    ),
    solution=undone,
    checker=FormulaChecker(
        solution=undone,
        what="the moved weight",
        domain=_point,
        mistakes=(
            Mistake(
                "this is where the wrong scale moves the schedule to. Asked for is the one that "
                "moves it back: what is the ratio here, c^2 times as large or as small?",
                lambda ab, c: c**2 * ab / (c**2 * ab + 1 - ab),
            ),
            Mistake(
                "c counts once here. Signal and noise are compared as variances: what does a "
                "factor c do to a variance?",
                lambda ab, c: ab / (ab + c * (1 - ab)),
            ),
            Mistake(
                "this is the signal-to-noise ratio that is needed. Solve it for the weight.",
                lambda ab, c: ab / (c**2 * (1 - ab)),
            ),
            Mistake(
                "the weight itself is divided by c^2. It is the *ratio* that has to be c^2 "
                "times smaller, and the noise grows as the weight shrinks.",
                lambda ab, c: ab / c**2,
            ),
            Mistake(
                "the weight itself is multiplied by c^2. Is it still at most 1 where c is large?",
                lambda ab, c: c**2 * ab,
            ),
            Mistake(
                "the noise is divided by c^2. A latent that is too large needs more of it.",
                lambda ab, c: 1 - (1 - ab) / c**2,
            ),
            Mistake(
                "this is the weight of the noise, one minus the answer.",
                lambda ab, c: c**2 * (1 - ab) / (ab + c**2 * (1 - ab)),
            ),
            Mistake(
                "this is the root of the answer: the factor before the latent, and not the "
                "share of its variance.",
                lambda ab, c: sqrt(ab / (ab + c**2 * (1 - ab))),
            ),
        ),
    ),
    meaning=(
        "So a scale needs no second training of the autoencoder, and a schedule can be moved in "
        "place of the latents. Large pictures are noised by such a moved schedule."
    ),
    hints=(
        "Write down the ratio of $c z$ under a weight $a$: the variance of $\\sqrt a\\,c z$ over "
        "that of the noise. It has to be $\\bar\\alpha_t/(1-\\bar\\alpha_t)$.",
        "$c^2 a\\,(1-\\bar\\alpha_t) = \\bar\\alpha_t\\,(1-a)$ is linear in $a$.",
    ),
    on_failure=(
        ("c = 1.", "Nothing may change: is your expression `ab` then?"),
        ("A large c.", "A loud latent needs more noise, so a smaller weight."),
    ),
    discussion=(
        "From $c^2 a/(1-a) = \\bar\\alpha_t/(1-\\bar\\alpha_t)$ follows "
        "$a = \\bar\\alpha_t/(\\bar\\alpha_t + c^2(1-\\bar\\alpha_t))$. It is "
        "`shifted(schedule, 1 / c)` of `companion.diffusion`. In code:"
    ),
)

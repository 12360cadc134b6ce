"""Derive: when the embedding of a class begins to learn, behind a layer of zeros."""

from random import Random

from sympy import Expr, Rational

from companion.exercises.checkers import FormulaChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def gradient_of_embedding(h: Expr, r: Expr, c: Expr, w: Expr, kappa: Expr) -> Expr:
    """The slope of the loss in c, after one step from W = 0."""
    W = -kappa * (h - r) * c * w * h
    e = h + W * c * w * h - r
    return e * W * w * h


def _in_one_line(h: Expr, r: Expr, c: Expr, w: Expr, kappa: Expr) -> Expr:
    return -kappa * c * (w * h * (h - r)) ** 2 * (1 - kappa * (c * w * h) ** 2)


def _after(W: Expr, h: Expr, r: Expr, c: Expr, w: Expr) -> Expr:
    """The slope in c for this weight of the gate's layer."""
    return (h + W * c * w * h - r) * W * w * h


def _point(random: Random) -> dict[str, Rational]:
    h, r, c, w, kappa = (Rational(random.randint(100, 1900), 997) for _ in range(5))
    return {"h": h, "r": -r, "c": c, "w": w, "kappa": kappa / 5}


EXERCISE = Exercise(
    name="first-gradients",
    number="3.1.2",
    title="When a class begins to learn",
    kind=Kind.DERIVE,
    chapter="3-1-dit",
    difficulty=2,
    importance=3,
    minutes=20,
    answer="slope",
    stub=(
        "import sympy\n\n"
        'h, r, c, w = sympy.symbols("h r c w", real=True)\n'
        'kappa = sympy.symbols("kappa", positive=True)\n\n'
        "slope = None  # an expression in h, r, c, w and kappa"
    ),
    solution=gradient_of_embedding,
    checker=FormulaChecker(
        solution=gradient_of_embedding,
        what="the gradient",
        domain=_point,
        forms=(_in_one_line,),
        mistakes=(
            Mistake(
                "this is the gradient at the first step, where the layer is zero. Asked is the "
                "second.",
                lambda h, r, c, w, kappa: 0 * h,
            ),
            Mistake(
                "this takes the error of the first step. The layer has moved since, and the output "
                "with it.",
                lambda h, r, c, w, kappa: -kappa * c * (w * h * (h - r)) ** 2,
            ),
            Mistake(
                "this is the gradient of the layer W at the second step. Asked is that of c.",
                lambda h, r, c, w, kappa: (h - r) * (1 - kappa * (c * w * h) ** 2) * c * w * h,
            ),
            Mistake(
                "this is the gradient of the layer W at the first step. It says where W goes, and "
                "then c has a gradient of its own.",
                lambda h, r, c, w, kappa: (h - r) * c * w * h,
            ),
            Mistake(
                "this is W after the first step. What does the loss do when c moves beside it?",
                lambda h, r, c, w, kappa: -kappa * (h - r) * c * w * h,
            ),
            Mistake(
                "this is the gradient of w, the weight in the branch. Asked is that of c.",
                lambda h, r, c, w, kappa: gradient_of_embedding(h, r, c, w, kappa) * c / w,
            ),
            Mistake(
                "here the first step goes up the slope: descent takes the gradient away.",
                lambda h, r, c, w, kappa: _after(kappa * (h - r) * c * w * h, h, r, c, w),
            ),
            Mistake(
                "the loss is *half* the square of the error. A factor 2 has come in, and it moves "
                "the layer too far as well.",
                lambda h, r, c, w, kappa: 2 * _after(-2 * kappa * (h - r) * c * w * h, h, r, c, w),
            ),
            Mistake(
                "W was put in before the loss was differentiated by c. It is a weight of its own, "
                "and does not move while c does.",
                lambda h, r, c, w, kappa: 2 * gradient_of_embedding(h, r, c, w, kappa),
            ),
            Mistake(
                "the shortcut is left out: at the first step the output is h, and not zero.",
                lambda h, r, c, w, kappa: (
                    (kappa * r * (c * w * h) ** 2 - r) * kappa * r * c * (w * h) ** 2
                ),
            ),
            Mistake(
                "this is the step that c takes. Asked is the gradient, without the learning rate "
                "in front.",
                lambda h, r, c, w, kappa: -kappa * gradient_of_embedding(h, r, c, w, kappa),
            ),
            Mistake(
                "the gate is W times c, so its layer has a gradient with c in it. Here W has moved "
                "as if it were the gate itself.",
                lambda h, r, c, w, kappa: _after(-kappa * (h - r) * w * h, h, r, c, w),
            ),
        ),
    ),
    meaning=(
        "It has a factor kappa that the layer's own gradient has not: what tells the classes apart "
        "learns one step later, and slowly at first."
    ),
    hints=(
        "Go step by step. At the first step, which of W, c and w has a gradient that is not zero? "
        "Where do the three stand after it?",
        "Only W moves, to $-\\kappa\\,(h - r)\\,c\\,w\\,h$. The gradient of c is the error times "
        "$W w h$, both as they are now.",
    ),
    on_failure=(
        ("Zero.", "So it is at the first step."),
        ("The error.", "After the first step it is $h + W c\\,w h - r$ with the new W."),
        ("Another letter.", "Differentiate the loss by c, and keep W as a letter until the end."),
    ),
    discussion=(
        "At the start W is zero, so that c and w have no gradient, and W alone moves. Then the "
        "error is $e = (h - r)(1 - \\kappa c^2 w^2 h^2)$, and the gradient of c is $e\\,W w h$. "
        "Where the error is zero already, the class never learns anything. In code:"
    ),
)

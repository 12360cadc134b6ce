"""adaLN-zero: a block that starts as the identity, and how it learns to be more: 3-2 to 3-2b.

One number of one token each, and one weight of the branch: gradients add up over the others.
"""

from sympy import Expr, Function, S, Symbol, symbols

from companion.proofs.algebra import Derivation, Given, chain, equation
from companion.proofs.gradients import Slope
from companion.proofs.letters import Data

# h goes in and h' comes out; u is what the branch f sees, w one of its weights.
h, h_out, u, w = (Data(name, real=True) for name in ("h", "h'", "u", "w"))
g, scale, shift = symbols(r"g \gamma \beta", real=True)
c = Symbol("c", real=True)  # of the embedding of the time and of the condition
F, norm = Function("f")(u, w), Function(r"\mathrm{norm}")(h)
WEIGHTS, BIASES = (symbols(rf"{x}_g {x}_\gamma {x}_\beta", real=True) for x in "Wb")
MODULATED, GATED = (1 + scale) * norm + shift, h + g * F


def gated_block() -> Derivation:
    """3-2: a block whose gate comes from a layer of zeros is the identity."""
    given = [
        Given("what the branch sees", u, MODULATED),
        Given("a branch behind a gate, beside the shortcut", h_out, GATED),
    ]
    steps = []
    names = ("gate", "scale", "shift")
    for name, letter, W, b in zip(names, (g, scale, shift), WEIGHTS, BIASES, strict=True):
        given += [
            Given(f"the {name} comes from the embedding", letter, W * c + b),
            Given(f"the weight of the {name} starts at zero", W, S.Zero),
            Given(f"its bias does, too ({name})", b, S.Zero),
        ]
        steps += chain(
            letter,
            (f"The {name}, from a linear layer of zeros.", S.Zero),
        )
    steps += (
        *chain(
            u,
            ("The branch sees a norm, scaled and shifted.", MODULATED),
            ("At the start the norm alone.", norm),
        ),
        *chain(
            h_out,
            ("The branch has a gate, the shortcut has none.", GATED),
            ("The gate is zero: what goes in comes out.", h),
        ),
    )
    claims = (equation(u, MODULATED), equation(h_out, GATED), equation(h_out, h))
    return Derivation("A block that starts as the identity", ("3-2",), tuple(steps), claims, given)


def loss_by(letter: Expr) -> Symbol:
    """The gradient of the loss with respect to a letter, as a letter of its own."""
    return Symbol(rf"{{\frac{{\partial L}}{{\partial {letter}}}}}", real=True)


def branch_by(letter: Expr) -> Symbol:
    """The slope of the branch in a letter, as a letter of its own."""
    return Symbol(rf"{{\frac{{\partial f}}{{\partial {letter}}}}}", real=True)


INSIDE = (w, scale, shift)
from_above = loss_by(h_out)  # what the layers above hand down


def block_gradients() -> Derivation:
    """3-2a: what each part of a block learns from, whatever the gate is."""
    inside = {letter: from_above * g * Slope(F, letter) for letter in INSIDE}
    by_h = from_above * (1 + g * Slope(F, h))
    words = {
        w: "A weight in the branch: the gate stands before it.",
        scale: "The scale: the same.",
        shift: "The shift: the same.",
    }
    steps = [
        *chain(
            loss_by(g),
            ("The chain rule.", from_above * Slope(GATED, g)),
            ("The gate: what the branch gives stands before it.", from_above * F),
        )
    ]
    for letter, found in inside.items():
        steps += chain(
            loss_by(letter),
            ("The chain rule.", from_above * Slope(GATED, letter)),
            (words[letter], found),
        )
    steps += chain(
        loss_by(h),
        ("The chain rule.", from_above * Slope(GATED, h)),
        ("By the shortcut all of it goes on to the layers below.", by_h),
    )
    given = (
        Given("what the branch sees", u, MODULATED),
        *(
            Given("the chain rule", loss_by(letter), from_above * Slope(GATED, letter))
            for letter in (g, *INSIDE, h)
        ),
    )
    claims = (
        equation(loss_by(g), from_above * F),
        *(equation(loss_by(letter), found) for letter, found in inside.items()),
        equation(loss_by(h), by_h),
    )
    return Derivation("The gradients of a block", ("3-2a",), tuple(steps), claims, tuple(given))


def first_step() -> Derivation:
    """3-2a: at the first step the gate learns, and nothing of what stands behind it."""
    by_gate = from_above * F
    letters = {Slope(F, letter): branch_by(letter) for letter in (*INSIDE, h)}
    found = {letter: from_above * g * branch_by(letter) for letter in INSIDE}
    by_h = from_above * (1 + g * branch_by(h))
    W_g, W_scale, W_shift = WEIGHTS
    by_c = sum(loss_by(letter) * W for letter, W in zip((g, scale, shift), WEIGHTS, strict=True))
    steps = [*chain(loss_by(g), ("The gate learns from what the branch gives.", by_gate))]
    for letter in INSIDE:
        steps += chain(
            loss_by(letter), ("Inside of the branch, behind a gate that is zero.", S.Zero)
        )
    steps += (
        *chain(
            loss_by(h),
            ("What goes on to the layers below (3-2a).", by_h),
            ("All of it, unchanged.", from_above),
        ),
        *chain(
            loss_by(W_g),
            ("The gate is $W_g c + b_g$.", loss_by(g) * c),
            ("So its layer learns, too.", by_gate * c),
        ),
        *chain(
            loss_by(c),
            ("The embedding stands behind layers that are zero.", S.Zero),
        ),
    )
    given = (
        Given("the gate starts at zero", g, S.Zero),
        *(Given("its layer does", W, S.Zero) for W in WEIGHTS),
        _known("the gradient of the gate", loss_by(g), by_gate, letters),
        *(
            _known("the gradient inside the branch", loss_by(letter), found[letter], letters)
            for letter in INSIDE
        ),
        _known("the gradient of what goes in", loss_by(h), by_h, letters),
        Given("the chain rule, for the gate's layer", loss_by(W_g), loss_by(g) * c),
        Given("the chain rule, for the embedding", loss_by(c), by_c),
    )
    claims = (
        equation(loss_by(g), by_gate),
        *(equation(loss_by(letter), S.Zero) for letter in INSIDE),
        equation(loss_by(h), from_above),
        equation(loss_by(W_g), by_gate * c),
        equation(loss_by(c), S.Zero),
    )
    return Derivation("The first step", ("3-2a",), tuple(steps), claims, given)


def _known(words: str, left: Expr, right: Expr, at: dict[Expr, Expr]) -> Given:
    return Given(f"{words} (3-2a)", left, right, proof=block_gradients, at=at)

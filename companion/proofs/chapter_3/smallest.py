"""Where learning starts when gate and output are zero: 3-2b, the smallest network.

A number h goes through one block with one weight, h + g w h, and out by one weight a.
"""

from sympy import Expr, S, Symbol, symbols

from companion.proofs.algebra import Derivation, Given, Step, chain, equation
from companion.proofs.chapter_3.gates import loss_by
from companion.proofs.gradients import Slope

a, g, w, h, r = symbols("a g w h r", real=True)  # r is the target
lr = Symbol(r"\kappa", positive=True)  # the learning rate
PARTS = (a, g, w)
# Each weight after 0, 1 and 2 steps, and the error there.
AFTER = tuple(symbols(f"a_{k} g_{k} w_{k}", real=True) for k in range(3))
ERRORS = symbols("e_0:3", real=True)

OUT = a * (h + g * w * h)
LOSS = (OUT - r) ** 2 / 2
ERROR = Symbol("e", real=True)
GRADIENTS = {a: ERROR * h * (1 + g * w), g: ERROR * a * w * h, w: ERROR * a * g * h}
WHEN = ("at the start", "after one step", "after two steps")
NAMES = {ERROR: "the error"} | {
    Slope(LOSS, part): f"the gradient of the {name} (3-2b)"
    for part, name in zip(PARTS, ("output layer", "gate", "branch"), strict=True)
}


def small_gradients() -> Derivation:
    """3-2b: the gradients of the smallest network with a gate and an output layer."""
    steps = [*chain(ERROR, ("Output less target.", OUT - r))]
    words = ("The output learns from the shortcut, too.", "The gate.", "The weight in the branch.")
    for letter, why in zip(PARTS, words, strict=True):
        steps += chain(Slope(LOSS, letter), (why, GRADIENTS[letter]))
    given = (Given("output less target", ERROR, OUT - r),)
    claims = (
        equation(ERROR, OUT - r),
        *(equation(Slope(LOSS, letter), GRADIENTS[letter]) for letter in PARTS),
    )
    return Derivation("The smallest network", ("3-2b",), tuple(steps), claims, given)


def _at(k: int) -> dict[Expr, Expr]:
    """The letters of the smallest network, after k steps."""
    values = dict(zip(PARTS, AFTER[k], strict=True)) | {ERROR: ERRORS[k]}
    return values | {Slope(LOSS, part): loss_by(values[part]) for part in PARTS}


def _taken(steps: int) -> tuple[Given, ...]:
    """Errors and gradients after none, one, ... steps, and each step of gradient descent."""
    facts = []
    for k in range(steps):
        at = _at(k)
        sides = [(ERROR, OUT - r), *((Slope(LOSS, part), GRADIENTS[part]) for part in PARTS)]
        for left, right in sides:
            found = (left.xreplace(at), right.xreplace(at))
            words = f"{NAMES[left]} {WHEN[k]}"
            facts.append(Given(words, *found, proof=small_gradients, at=at))
        if k + 1 < steps:
            facts += [
                Given("one step of gradient descent", later, now - lr * loss_by(now))
                for now, later in zip(AFTER[k], AFTER[k + 1], strict=True)
            ]
    return tuple(facts)


def _needed(facts: tuple[Given, ...], found: dict[Expr, tuple[str, Expr]]) -> tuple[Given, ...]:
    """The facts that these letters rest on."""
    letters, before = set(found), None
    while letters != before:
        before = set(letters)
        letters |= {x for fact in facts if fact.left in before for x in fact.right.free_symbols}
    return tuple(fact for fact in facts if fact.left in letters)


def _proof(
    name: str,
    start: tuple[Given, ...],
    facts: tuple[Given, ...],
    found: dict[Expr, tuple[str, Expr]],
) -> Derivation:
    """From the start, by these facts, to the values that were found; each of them is a claim."""
    facts = (*start, *_needed(facts, found))
    claims = tuple(equation(left, value) for left, (_, value) in found.items())
    return Derivation(name, ("3-2b",), _lines(facts, found), claims, facts)


def _lines(facts: tuple[Given, ...], found: dict[Expr, tuple[str, Expr]]) -> tuple[Step, ...]:
    """Each letter by what is given of it, then its value; a zero at once."""
    lines: list[Step] = []
    for fact in facts:
        if fact.left in found:
            why, value = found[fact.left]
            by_name = (f"{fact.words[0].upper()}{fact.words[1:]}.", fact.right)
            lines += chain(fact.left, *([by_name] if value else []), (why, value))
    return tuple(lines)


SLOWED = 1 - lr * h**2  # by this the shortcut's own error shrinks at the first step
A_2, G_2 = lr * r * h * (1 + SLOWED), lr**2 * r**2 * h**2 * w * SLOWED
E_2 = lr * r * h**2 * (1 + SLOWED) * (1 + lr**2 * r**2 * h**2 * w**2 * SLOWED) - r


def three_steps() -> Derivation:
    """3-2b: first the output layer moves, then the gate, then the branch."""
    (a_0, g_0, w_0), (a_1, g_1, w_1), (a_2, g_2, w_2) = AFTER
    e_0, e_1, e_2 = ERRORS
    facts = _taken(3)
    found = {
        e_0: ("The output is zero.", -r),
        loss_by(a_0): ("The output layer learns from the shortcut.", -r * h),
        loss_by(g_0): ("The output layer is zero.", S.Zero),
        loss_by(w_0): ("So is the gate.", S.Zero),
        a_1: ("The output layer moves.", lr * r * h),
        g_1: ("The gate does not.", S.Zero),
        w_1: ("Nor does the branch.", w),
        e_1: ("All put in.", -r * SLOWED),
        loss_by(a_1): ("The output layer goes on.", -r * h * SLOWED),
        loss_by(g_1): ("Now the gate learns.", -lr * r**2 * h**2 * w * SLOWED),
        loss_by(w_1): ("The gate is still zero.", S.Zero),
        a_2: ("It has moved twice.", A_2),
        g_2: ("It has moved once.", G_2),
        w_2: ("The branch has not moved.", w),
        e_2: ("All put in.", E_2),
        loss_by(w_2): ("Now the branch learns, by the third power.", e_2 * A_2 * G_2 * h),
    }
    start = (
        Given("the output layer starts at zero", a_0, S.Zero),
        Given("the gate starts at zero", g_0, S.Zero),
        Given("the branch starts anywhere", w_0, w),
    )
    return _proof("Three steps", start, facts, found)


def one_zero() -> Derivation:
    """3-2b: with the gate alone at zero the branch learns at the second step."""
    (a_0, g_0, w_0), (a_1, g_1, w_1), _ = AFTER
    e_0, e_1, _ = ERRORS
    facts = _taken(2)
    gate = -lr * e_0 * a * w * h
    found = {
        loss_by(g_0): ("The gate learns at once.", e_0 * a * w * h),
        loss_by(w_0): ("The gate is zero.", S.Zero),
        g_1: ("The gate moves.", gate),
        w_1: ("The branch has not moved.", w),
        loss_by(w_1): ("Now the branch learns, by the first power.", e_1 * a_1 * gate * h),
    }
    start = (
        Given("the output layer starts anywhere", a_0, a),
        Given("the gate starts at zero", g_0, S.Zero),
        Given("the branch starts anywhere", w_0, w),
    )
    return _proof("With one zero", start, facts, found)


def two_zeros() -> Derivation:
    """3-2b: two zeros in one branch never move."""
    (a_0, g_0, w_0), (a_1, g_1, w_1), _ = AFTER
    facts = _taken(2)
    found = {
        loss_by(g_0): ("The branch gives nothing.", S.Zero),
        loss_by(w_0): ("The gate lets nothing through.", S.Zero),
        g_1: ("The gate stays.", S.Zero),
        w_1: ("The branch stays: the next step finds what this one found.", S.Zero),
    }
    start = (
        Given("the output layer starts anywhere", a_0, a),
        Given("the gate starts at zero", g_0, S.Zero),
        Given("and so does the branch", w_0, S.Zero),
    )
    return _proof("With two zeros", start, facts, found)

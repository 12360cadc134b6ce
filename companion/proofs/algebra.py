"""What a proof is made of: lines that are checked, one by one, and what they lead to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import sympy
from sympy import Eq, Expr, Symbol
from sympy.stats.rv import RandomSymbol

from companion.proofs.deciding import ProofError, difference, worked_out
from companion.proofs.densities import Mean, N, Var, density, normal
from companion.proofs.display import tex

__all__ = [
    "Counterexample",
    "Derivation",
    "Given",
    "Let",
    "Mean",
    "N",
    "ProofError",
    "Step",
    "Var",
    "chain",
    "density",
    "difference",
    "equation",
    "normal",
    "numeric",
    "prove",
]


@dataclass(frozen=True)
class Given:
    """What a derivation starts from: an equation that it does not prove itself.

    Attributes:
        words: what it is, Markdown.
        left: a letter, a density or an integral.
        right: what it is equal to.
        proof: the function of the derivation that proves it; None for a definition or an
            assumption.
        at: the letters of that proof that have another name here.
    """

    words: str
    left: Expr
    right: Expr
    proof: Callable[[], "Derivation"] | None = None
    at: dict[Expr, Expr] = field(default_factory=dict)

    def at_here(self, expression: Expr) -> Expr:
        """An expression of the proof, in the letters of this place."""
        return expression.xreplace(self.at)


@dataclass(frozen=True)
class Let:
    """A line that gives an expression a letter.

    Attributes:
        words: what it is, Markdown.
        left: the letter, which must be new.
        right: the expression.
    """

    words: str
    left: Symbol
    right: Expr


@dataclass(frozen=True)
class Step:
    """A line that is proved: why it holds, and what it says.

    Attributes:
        words: the justification, Markdown.
        left: the left side of the equation.
        right: its right side.
        joins: the line goes on from the one above, whose right side is this one's left.
    """

    words: str
    left: Expr
    right: Expr
    joins: bool = False


def equation(left: Expr, right: Expr) -> Eq:
    """left = right, as it is written: sympy would decide it at once."""
    return Eq(left, right, evaluate=False)


def chain(first: Expr, *lines: tuple[str, Expr]) -> tuple[Step, ...]:
    """first = ... = ...: steps that each go on from the one above, as (words, right)."""
    lefts = [first, *(right for _, right in lines)]
    return tuple(
        Step(words, left, right, joins=number > 0)
        for number, (left, (words, right)) in enumerate(zip(lefts, lines, strict=False))
    )


@dataclass(frozen=True, repr=False)
class Derivation:
    """A proof: shown by the chapter line by line, proved again by `verify`.

    Attributes:
        name: a title.
        equations: the numbers of the equations that it proves.
        steps: the lines, in order.
        claims: what has been shown in the end; each is a line, with the start of its chain on the
            left.
        given: what it starts from.
    """

    name: str
    equations: tuple[str, ...]
    steps: tuple[Step | Let, ...]
    claims: tuple[Eq, ...]
    given: tuple[Given, ...] = ()

    def verify(self) -> int:
        """Prove every line again and return how many there were to prove.

        Returns:
            The number of lines, less those that only repeat what is given.

        Raises:
            ProofError: With the line and what is left over, the line that does not go on from the
                one above, the letter or equation taken for granted, or the claim that is not
                reached.
        """
        facts = {}
        for fact in self.given:
            self._check_given(fact)
            facts[fact.left] = fact.right
        for number, step in enumerate(self.steps, start=1):
            where = f"{self.name}, line {number} ({step.words})"
            if isinstance(step, Let):
                self._check_new(where, number, step)
                facts[step.left] = step.right
                continue
            before = self.steps[number - 2] if number > 1 else None
            if step.joins and (before is None or before.right != step.left):
                raise ProofError(f"{where}: does not go on from the line above")
            try:
                left_over = difference(*(_insert(facts, s) for s in _sides(step)))
            except ProofError as error:
                raise ProofError(f"{where}: {error}") from None
            if left_over != 0:
                raise ProofError(f"{where}: left - right leaves {left_over}, not 0")
        reached = set(self._reached())
        for claim in self.claims:
            if (claim.lhs, claim.rhs) not in reached:
                raise ProofError(f"{self.name}: no chain of lines reaches {claim}")
        lines = (step for step in self.steps if isinstance(step, Step))
        return sum(not self.is_given(line) for line in lines)

    def is_given(self, line: Step | Let) -> bool:
        """Whether a line only repeats something given: then it is not proved here."""
        return any(_sides(line) == _sides(fact) for fact in self.given)

    def states(self, fact: Given) -> bool:
        """Whether something given is a line of its own."""
        return any(_sides(line) == _sides(fact) for line in self.steps)

    def _check_given(self, fact: Given) -> None:
        if fact.proof is None:
            return
        claims = (map(fact.at_here, _sides(claim)) for claim in fact.proof().claims)
        if _sides(fact) not in map(tuple, claims):
            raise ProofError(f"{self.name}: {fact.words} is not what {fact.proof.__name__} proves")

    def _check_new(self, where: str, number: int, let: Let) -> None:
        above = [*self.given, *self.steps[: number - 1]]
        used = {let.left in side.free_symbols for e in above for side in _sides(e)}
        if True in used or let.left in let.right.free_symbols:
            raise ProofError(f"{where}: the letter {let.left} is not new")

    def _reached(self) -> Iterator[tuple[Expr, Expr]]:
        """What the lines say: each with the start of its chain on the left."""
        first = None
        for line in self.steps:
            if isinstance(line, Step):
                first = line.left if not line.joins else first
                yield first, line.right

    def __repr__(self) -> str:
        return f"<{self.name}: {', '.join(self.equations)}, {len(self.steps)} lines>"

    def _repr_markdown_(self) -> str:
        """What is given, then the numbered lines: the words, below them the equation.

        What is given and is a line as well is shown once, as that line.
        """
        numbers = ", ".join(f"({number})" for number in self.equations)
        shown = [f"**{self.name}** · {numbers}"]
        for fact in self.given:
            if self.states(fact):
                continue
            shown.append(f"- Given: {fact.words}")
            if tex(fact.left) != tex(fact.right):  # not two letters that look alike
                shown.append(_display(fact, "=", indent=2))
        for number, line in enumerate(self.steps, start=1):
            mark = f"{number}. "
            shown.append(f"{mark}{line.words}{' *(given)*' * self.is_given(line)}")
            sign = ":=" if isinstance(line, Let) else "="
            shown.append(_display(line, sign, indent=len(mark)))
        return "\n\n".join(shown)


@dataclass(frozen=True)
class Counterexample:
    """Numbers for which an equation as printed differs from the equation as proved.

    Attributes:
        left: what the equation is about.
        printed: its right-hand side in the article.
        proved: its right-hand side here.
        values: what each letter is set to, in exact numbers.
    """

    left: Expr
    printed: Expr
    proved: Expr
    values: dict[Expr, Expr]

    def verify(self) -> tuple[Expr, Expr]:
        """The two values, exact.

        Returns:
            That of the printed side and that of the proved one.

        Raises:
            ProofError: If they agree, for then nothing has been disproved, and if a letter has been
                left without a value.
        """
        printed, proved = (
            side.subs(self.values).doit().subs(self.values) for side in (self.printed, self.proved)
        )
        if not (printed.is_number and proved.is_number):
            raise ProofError(f"{printed} and {proved} are not numbers")
        if difference(printed, proved) == 0:
            raise ProofError(f"the printed and the proved side agree at {self.values}: {proved}")
        return printed, proved


def prove(derivation: Derivation) -> Derivation:
    """Prove a derivation while the reader watches, say how many lines held, and show it.

    Args:
        derivation: as the functions of the chapters return it.

    Returns:
        The derivation, which a cell shows line by line.

    Raises:
        ProofError: As `Derivation.verify` does; then nothing is said.
    """
    print("lines proved:", derivation.verify())
    return derivation


def numeric(expression: Expr, *symbols: Symbol) -> Callable:
    """The expression as a function of floats or arrays, in the order of `symbols`."""
    plain = {e: e.symbol for e in expression.atoms(RandomSymbol)}
    letters = [plain.get(symbol, symbol) for symbol in symbols]
    written_out = expression.doit().xreplace(plain)
    return sympy.lambdify(letters, written_out, modules="numpy")


def _sides(equation: Step | Let | Given | Eq) -> tuple[Expr, Expr]:
    if isinstance(equation, Eq):
        return equation.lhs, equation.rhs
    return equation.left, equation.right


def _display(line: Step | Let | Given, sign: str, indent: int) -> str:
    """The equation as a display, one that JupyterLab gives no number, as it does `$$`."""
    margin = " " * indent
    left = "" if getattr(line, "joins", False) else f"{tex(line.left)} "
    lines = (r"\begin{equation*}", f"{left}{sign} {tex(line.right)}", r"\end{equation*}")
    return "\n".join(margin + each for each in lines)


def _insert(facts: dict[Expr, Expr], expression: Expr) -> Expr:
    """The expression worked out with everything given put in, until nothing changes."""
    for _ in range(2 * len(facts) + 1):
        inserted = expression.xreplace(facts)
        if inserted == expression:
            inserted = worked_out(expression).xreplace(facts)
        if inserted == expression:
            return expression
        expression = inserted
    raise ProofError("what is given goes round in a circle")

"""The checkers: one for functions, one for formulas, one for predicted numbers."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf, isfinite
from random import Random

import sympy
import sympy.tensor.tensor  # by a first sum otherwise, in each copy of this process anew
import torch
from sympy import Basic, Expr, Rational, Symbol
from torch import Tensor

from companion.exercises import guard, reading, spoken
from companion.exercises.compare import (
    Trial,
    as_parts,
    diagnose,
    other_arguments,
    read,
)
from companion.exercises.differences import agree, precision, related, rounded
from companion.exercises.exercise import Mistake, Objection, Status
from companion.exercises.points import DIGITS, all_letters, parameters, points, reference
from companion.exercises.slips import Slips

SEEDS = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class FunctionChecker:
    """Runs the reader's function beside the solution, on random inputs.

    Attributes:
        solution: the right function.
        inputs: draws the arguments from a generator.
        parts: what the output consists of.
        mistakes: the usual ones of this exercise.
        forms: other ways to write the solution, in which slips are looked for as well.
    """

    solution: Callable
    inputs: Callable[[torch.Generator], tuple]
    parts: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    forms: tuple[Callable, ...] = ()

    def judge(self, answer: object) -> str:
        """ "" if the outputs agree.

        Raises:
            Objection: They do not; with a diagnosis.
        """
        names = parameters(self.solution)
        trials = [self._trial(answer, names, seed) for seed in SEEDS]
        first = self._trial(answer, names, SEEDS[0])
        if not all(map(agree, first.got, trials[0].got)):
            raise Objection(
                "your function gives two answers to one input: use the noise that it "
                "is given, and draw none."
            )
        if all(all(map(agree, trial.got, trial.expected)) for trial in trials):
            return ""
        other = (Mistake(*pair) for pair in other_arguments(self.solution, names))
        mistakes = (*self.mistakes, *other)
        raise Objection(diagnose(trials, self.parts, mistakes, self._slips))

    def prepare(self) -> None:
        """Compute what a wrong answer is compared with; it is kept."""
        for part in range(len(self.parts)):
            self._slips(part)

    def _slips(self, part: int) -> Slips:
        return _slips_of_function((self.solution, *self.forms), self.inputs, part)

    def _trial(self, answer: object, names: tuple[str, ...], seed: int) -> Trial:
        args = self.inputs(torch.Generator().manual_seed(seed))
        expected = as_parts(self.solution(*args))
        value = guard.probe(answer, names, args)
        got = guard.call(self._read, value, expected)
        return Trial(args, got, expected)

    def _read(self, value: object, expected: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return read(reading.output(value, len(self.parts)), expected, self.parts)


@lru_cache(maxsize=128)
def _slips_of_function(forms: tuple, inputs: Callable, part: int) -> Slips:
    names = parameters(forms[0])
    drawn = (inputs(torch.Generator().manual_seed(seed)) for seed in SEEDS)
    return Slips(forms, [dict(zip(names, args, strict=True)) for args in drawn], part)


@dataclass(frozen=True)
class FormulaChecker:
    """Compares an expression with the solution as functions, whatever their form.

    Both are evaluated to 40 digits at random rational points of the domain: two
    formulas of this book that agree at all of them are equal.

    Attributes:
        solution: makes the expression from its symbols.
        what: what it is, in words.
        domain: draws a value for each symbol.
        mistakes: the usual ones of this exercise.
        given: other letters that the reader may use, each as an expression of the symbols.
        forms: other ways to write the solution, in which slips are looked for as well.
    """

    solution: Callable[..., Expr]
    what: str
    domain: Callable[[Random], Mapping[str, Rational]]
    mistakes: tuple[Mistake, ...]
    given: Mapping[str, str] = field(default_factory=dict)
    forms: tuple[Callable, ...] = ()

    def judge(self, answer: object) -> str:
        """ "" if the two are equal.

        Raises:
            Objection: They are not; with a diagnosis.
        """
        got = guard.call(self._values, answer)
        expected = reference(self.solution, self.domain)
        if agree(got, expected):
            return ""
        trial = Trial((), (got,), (expected,))
        raise Objection(diagnose([trial], (self.what,), self._mistakes(), self._slips))

    def prepare(self) -> None:
        """Compute what a wrong answer is compared with; it is kept."""
        self._points()
        reference(self.solution, self.domain)
        for mistake in self._mistakes():
            with suppress(Exception):  # one that cannot take these inputs explains nothing
                mistake.wrong()
        self._slips(0)

    def _mistakes(self) -> list[Mistake]:
        """The usual mistakes, as functions of nothing that give their numbers at the points."""
        named = [(mistake.says, mistake.wrong) for mistake in self.mistakes]
        names = parameters(self.solution)
        return [
            Mistake(says, lambda wrong=wrong: reference(wrong, self.domain, names))
            for says, wrong in (*named, *_others(self.solution, names))
        ]

    def _values(self, answer: object) -> Tensor:
        """The answer at the points of the check."""
        expression = self._own_symbols(self._expression(answer))
        return torch.stack([self._value(expression, p) for p in self._points()])

    def _points(self) -> list[Mapping[str, Rational]]:
        """The points of the check, with the values there of the other letters."""
        return all_letters(self.domain, parameters(self.solution), tuple(self.given.items()))

    def _slips(self, part: int) -> Slips:
        return _slips_of_formula((self.solution, *self.forms), self.domain)

    def _expression(self, answer: object) -> Expr:
        if callable(answer) and not isinstance(answer, Expr | type):
            known = self._known()
            wanted = [known.get(name, Symbol(name)) for name in parameters(answer)]
            answer = answer(*wanted)
        if isinstance(answer, str):
            answer = reading.formula(answer, self._known())
        if not isinstance(answer, Basic) and (number := reading.number(answer)) is not None:
            answer = sympy.sympify(number)
        if isinstance(answer, sympy.Equality):
            answer = answer.rhs
        if isinstance(answer, Expr):
            answer = answer.doit()  # a Derivative, a Sum or a Limit that is only written down
        if not isinstance(answer, Expr):
            raise Objection(
                f"this is {guard.kind_of(answer)}, expected one sympy expression.",
                Status.STOPPED,
            )
        return answer

    def _known(self) -> dict[str, Symbol]:
        return {n: Symbol(n) for n in (*parameters(self.solution), *self.given)}

    def _own_symbols(self, expression: Expr) -> Expr:
        """The expression in the plain symbols of the solution, found by their names."""
        known = self._known()
        unknown = sorted(s.name for s in expression.free_symbols if s.name not in known)
        if unknown:
            raise Objection(
                f"your expression contains {', '.join(f'`{n}`' for n in unknown)}, "
                f"expected only {', '.join(f'`{n}`' for n in known)}."
            )
        return expression.xreplace({s: known[s.name] for s in expression.free_symbols})

    def _value(self, expression: Expr, point: Mapping[str, Rational]) -> Tensor:
        values = {Symbol(name): value for name, value in point.items()}
        number = expression.subs(values).evalf(DIGITS)
        if not (number.is_number and number.is_finite and number.is_real):
            raise Objection(
                f"your expression has no real, finite value at {_written(values)}: is "
                "there a root of something negative, or a division by zero?"
            )
        return torch.tensor(float(number), dtype=torch.float64)


@lru_cache(maxsize=128)
def _others(solution: Callable, names: tuple[str, ...]) -> list[tuple[str, Callable]]:
    """The solution with its arguments in other places, the same functions each time."""
    return list(other_arguments(solution, names))


@lru_cache(maxsize=128)
def _slips_of_formula(forms: tuple, domain: Callable) -> Slips:
    drawn = points(domain)
    args = {
        name: torch.tensor([float(point[name]) for point in drawn], dtype=torch.float64)
        for name in drawn[0]
    }
    return Slips(forms, [args])


@dataclass(frozen=True)
class NumberChecker:
    """Compares a predicted number with the computed one, within a tolerance.

    Attributes:
        tolerance: how far off a right answer may be.
        shows: what follows from a number that no slip explains, in words.
    """

    solution: Callable[[], float]
    tolerance: float
    mistakes: tuple[Mistake, ...]
    forms: tuple[Callable, ...] = ()
    shows: Callable[[float], str] | None = None

    def judge(self, answer: object) -> str:
        """The exact value, in words; "" for a whole number, which the answer says.

        Raises:
            Objection: The answer is far from it; with a diagnosis.
        """
        guess, truth = guard.call(self._number, answer), _computed(self.solution)
        if abs(guess - truth) <= self.tolerance * (1 + 1e-9):
            return spoken.to_four_digits(truth)
        # as near to the mistake, in proportion, as a right answer has to be to the truth
        share = self.tolerance / max(abs(truth), self.tolerance)
        for mistake in self.mistakes:
            wrong = _computed(mistake.wrong)
            wide = min(self.tolerance, share * abs(wrong)) if guess else self.tolerance
            if abs(guess - wrong) <= wide or rounded(guess, wrong):
                raise Objection(mistake.says)
        for says, value in related(truth):
            if rounded(guess, value):
                raise Objection(says)
        words = _slips_of_number((self.solution, *self.forms)).naming(
            [torch.tensor(guess, dtype=torch.float64)], *precision(guess), most=3
        )
        if words:
            raise Objection(words)
        shows = self.shows(guess) if self.shows else None
        raise Objection(spoken.too_far(guess, truth, self.tolerance, shows))

    def prepare(self) -> None:
        """Compute what a wrong answer is compared with; it is kept."""
        for number in (self.solution, *(mistake.wrong for mistake in self.mistakes)):
            _computed(number)
        _slips_of_number((self.solution, *self.forms))

    def _number(self, answer: object) -> float:
        number = reading.number(answer)
        if number is None:
            raise Objection(
                f"this is {guard.kind_of(answer)}, expected one number.", Status.STOPPED
            )
        try:
            number = float(number)
        except OverflowError:
            number = inf
        if not isfinite(number):
            raise Objection(f"this is {number}, expected a finite number.")
        return number


@lru_cache(maxsize=1024)
def _computed(number: Callable[[], float]) -> float:
    """The right number, or that of a mistake: the same each time."""
    return number()


@lru_cache(maxsize=128)
def _slips_of_number(forms: tuple) -> Slips:
    return Slips(forms, [{}])


def _written(values: Mapping[Symbol, Expr]) -> str:
    return ", ".join(f"{symbol} = {float(v):.3g}" for symbol, v in values.items())

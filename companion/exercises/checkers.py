"""The checkers: one for functions, one for formulas, one for predicted numbers."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite
from random import Random

import sympy
import torch
from sympy import Basic, Expr, Rational, Symbol
from torch import Tensor

from companion.exercises import guard, reading
from companion.exercises.compare import (
    Trial,
    agree,
    as_parts,
    diagnose,
    other_arguments,
    read,
)
from companion.exercises.exercise import Mistake, Objection, Status

SEEDS = (0, 1, 2, 3, 4)
DIGITS = 40


def parameters(function: Callable) -> tuple[str, ...]:
    """The names of a function's parameters."""
    return tuple(inspect.signature(function).parameters)


@dataclass(frozen=True)
class FunctionChecker:
    """Runs the reader's function beside the solution, on random inputs.

    inputs: draws the arguments from a generator.   parts: what the output consists of.
    """

    solution: Callable
    inputs: Callable[[torch.Generator], tuple]
    parts: tuple[str, ...]
    mistakes: tuple[Mistake, ...]

    def judge(self, answer: object) -> str:
        """ "" if the outputs agree; raises Objection with a diagnosis if not."""
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
        raise Objection(diagnose(trials, self.parts, (*self.mistakes, *other)))

    def _trial(self, answer: object, names: tuple[str, ...], seed: int) -> Trial:
        args = self.inputs(torch.Generator().manual_seed(seed))
        expected = as_parts(self.solution(*args))
        value = guard.probe(answer, names, args)
        got = guard.call(self._read, value, expected)
        return Trial(args, got, expected)

    def _read(self, value: object, expected: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return read(reading.output(value, len(self.parts)), expected, self.parts)


@dataclass(frozen=True)
class FormulaChecker:
    """Compares an expression with the solution as functions, whatever their form.

    Both are evaluated to 40 digits at random rational points of the domain: two
    formulas of this book that agree at all of them are equal.
    solution: makes the expression from its symbols.   what: what it is, in words.
    domain: draws a value for each symbol.   given: other letters that the reader may
    use, each as an expression of the symbols.
    """

    solution: Callable[..., Expr]
    what: str
    domain: Callable[[Random], Mapping[str, Rational]]
    mistakes: tuple[Mistake, ...]
    given: Mapping[str, str] = field(default_factory=dict)

    def judge(self, answer: object) -> str:
        """ "" if the two are equal; raises Objection with a diagnosis if not."""
        names = parameters(self.solution)
        points = [self.domain(Random(seed)) for seed in range(12)]
        got = guard.call(self._values, answer, points)

        def values(formula: Callable[..., Expr]) -> Tensor:
            made = formula(*map(Symbol, names))
            return torch.stack([self._value(made, point) for point in points])

        expected = values(self.solution)
        if agree(got, expected):
            return ""
        named = [(mistake.says, mistake.wrong) for mistake in self.mistakes]
        mistakes = [
            Mistake(says, lambda wrong=wrong: values(wrong))
            for says, wrong in (*named, *other_arguments(self.solution, names))
        ]
        trial = Trial((), (got,), (expected,))
        raise Objection(diagnose([trial], (self.what,), mistakes))

    def _values(self, answer: object, points: Sequence[Mapping[str, Rational]]) -> Tensor:
        expression = self._own_symbols(self._expression(answer))
        return torch.stack([self._value(expression, point) for point in points])

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
            answer = answer.doit()  # a Derivative, an Integral, a Sum or a Limit that is only written down
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
        known = self._known()
        values = {known[name]: point[name] for name in point}
        for name, meaning in self.given.items():
            values[known[name]] = reading.formula(meaning, known).subs(values)
        number = expression.subs(values).evalf(DIGITS)
        if not (number.is_number and number.is_finite and number.is_real):
            raise Objection(
                f"your expression has no real, finite value at {_written(values)}: is "
                "there a root of something negative, or a division by zero?"
            )
        return torch.tensor(float(number), dtype=torch.float64)


@dataclass(frozen=True)
class NumberChecker:
    """Compares a predicted number with the computed one, within a tolerance."""

    solution: Callable[[], float]
    tolerance: float
    mistakes: tuple[Mistake, ...]

    def judge(self, answer: object) -> str:
        """The exact value; raises Objection with a diagnosis if it is far from it."""
        guess, truth = guard.call(self._number, answer), self.solution()
        near = self.tolerance
        if abs(guess - truth) <= near:
            return f"To four digits it is {truth:.4g}."
        for mistake in self.mistakes:
            if abs(guess - mistake.wrong()) <= near:
                raise Objection(mistake.says)
        for says, value in (
            ("your number is about the square of the right one.", truth**2),
            ("your number has the wrong sign.", -truth),
            ("your number is one over the right one.", 1 / truth),
            ("is that a percentage? Expected the number itself.", 100 * truth),
        ):
            # as near as the tolerance is to the truth, and not just because all is small
            wide = near * max(1, abs(value) / max(1, abs(truth)))
            if abs(guess - value) <= wide and abs(value) > near:
                raise Objection(says)
        size = "large" if guess > truth else "small"
        raise Objection(f"your number is too {size}, by more than {near:g}.")

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


def _written(values: Mapping[Symbol, Expr]) -> str:
    return ", ".join(f"{symbol} = {float(v):.3g}" for symbol, v in values.items())

"""Every slip in a solution, carried out: what numbers it gives, and its name in words.

The formula of a solution is read as a syntax tree; `edits` makes one slip at a time in
it; each such formula is computed on the inputs of the check. An answer that gives the
same numbers differs from the solution by that slip, however it is written. So what is
said is true of its numbers, and no exercise needs a table of it.
"""

import ast
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import torch
from torch import Tensor

from companion.exercises.edits import edits
from companion.exercises.formula import Formula, Values
from companion.exercises.trees import Edit, exchanged, one_minus, over, root, times

MOST = 30  # characters of a piece that is tried as a factor too many
RTOL, ATOL = 1e-8, 1e-11
PAIRED = 3  # what each of two slips may cost


@dataclass(frozen=True)
class Slip:
    """One slip: in which formula, where, and the how-manieth that can be made there."""

    formula: Formula
    nodes: tuple[ast.expr, ...]
    number: int
    changes: tuple[tuple[ast.expr, ast.expr], ...]
    cost: float
    words: str = ""

    def says(self) -> str:
        """What is wrong, in words."""
        if self.words:
            return self.words
        node = self.nodes[0]
        quote = self.formula.quote
        edit = next(islice(_at(self.formula, node, quote), self.number, None))
        where = self.formula.where(node) if len(self.nodes) == 1 else ""
        where = "" if where[len(", in the term with ") :] in edit.says else where
        return edit.says + where

    def gives(self, args: Mapping, shape: torch.Size) -> Tensor | None:
        """The numbers with the slip in them; None where they are none."""
        values = Values(self.formula, args)
        return _numbers(lambda: values.changed(self.changes), shape)


class Slips:
    """All slips in one part of a solution, with the numbers of each on one input.

    Args:
        forms: the solution, and other ways to write it.
        inputs: the arguments, by name, of some inputs: the first finds a slip, and the
            others have to agree.
        part: which part of what they return.
    """

    def __init__(self, forms: Sequence[Callable], inputs: Sequence[Mapping], part: int = 0) -> None:
        self.inputs, self.slips, rows = inputs, [], []
        seen: dict[bytes, int] = {}
        for slip, value in _all(forms, inputs[0], part):
            flat = value.flatten()
            key = flat.float().numpy().tobytes()
            n = seen.setdefault(key, len(rows))
            if n == len(rows):
                rows.append(flat)
                self.slips.append(slip)
            elif slip is not None and self.slips[n] is not None:
                self.slips[n] = min(slip, self.slips[n], key=lambda s: s.cost)
        self.rows = torch.stack(rows) if rows else torch.zeros(0, 1)

    def naming(
        self,
        got: Sequence[Tensor],
        rtol: float = RTOL,
        atol: float = ATOL,
        most: int = 9,
    ) -> str | None:
        """The words for the simplest slip that gives these numbers, None for none.

        Args:
            got: the numbers, for each input.
            rtol: how near, in proportion, a slip has to come to them.
            atol: how near, absolutely.
            most: how far-fetched it may be.
        """
        near = (self.rows - got[0].flatten()).abs() <= atol + rtol * got[0].flatten().abs()
        found = [self.slips[n] for n in near.all(dim=1).nonzero().flatten()]
        fits = [slip for slip in found if slip is not None and slip.cost <= most]
        for slip in sorted(fits, key=lambda slip: slip.cost):
            others = zip(self.inputs[1:], got[1:], strict=True)
            given = ((slip.gives(args, value.shape), value) for args, value in others)
            if all(v is not None and torch.allclose(v, g, rtol, atol) for v, g in given):
                return f"{slip.says()}."
        return None

    def two(self, got: Sequence[Tensor], expected: Tensor) -> str | None:
        """The words for two slips that give these numbers together, None for none.

        They are looked for among those whose changes, or factors, add up to the whole.
        """
        near = [n for n, s in enumerate(self.slips) if s and s.changes and s.cost <= PAIRED]
        rows, right, wrong = self.rows[near], expected.flatten(), got[0].flatten()
        pairs = _adding_up(rows - right, wrong - right)
        if len(near) and ((rows * right > 0).all(dim=1).any()) and (wrong * right > 0).all():
            inside = (rows * right > 0).all(dim=1)
            logs = (rows / right).abs().log().where(inside[:, None], torch.inf)
            pairs += _adding_up(logs, (wrong / right).log())
        found = ((self.slips[near[i]], self.slips[near[j]]) for i, j in pairs)
        for one, other in sorted(found, key=lambda pair: pair[0].cost + pair[1].cost):
            if one.formula is not other.formula or set(one.nodes) & set(other.nodes):
                continue
            both = Slip(one.formula, one.nodes, 0, one.changes + other.changes, 9)
            given = (both.gives(a, g.shape) for a, g in zip(self.inputs, got, strict=True))
            if all(
                v is not None and torch.allclose(v, g, RTOL, ATOL)
                for v, g in zip(given, got, strict=True)
            ):
                return f"two slips: {one.says()}; and {other.says()}."
        return None


def _adding_up(rows: Tensor, whole: Tensor) -> list[tuple[int, int]]:
    """The pairs of rows whose sum is the whole."""
    if not len(rows):
        return []
    scale = whole.abs().max().clamp(min=1e-9)
    left = ((whole - rows) / scale).nan_to_num(1e9, 1e9, 1e9)
    apart = torch.cdist(left, (rows / scale).nan_to_num(1e6, 1e6, 1e6), p=torch.inf)
    return [(i, j) for i, j in (apart < 1e-7).nonzero().tolist() if i < j]


def _all(
    forms: Sequence[Callable], args: Mapping, part: int
) -> Iterator[tuple[Slip | None, Tensor]]:
    """Each slip in each form with its numbers; first, as no slip, the right ones."""
    for form in forms:
        try:
            formula = Formula(form, args, part)
            with warnings.catch_warnings(), torch.no_grad():
                warnings.simplefilter("ignore")
                values = Values(formula, args)
                right = torch.as_tensor(values.result, dtype=torch.float64)
                yield None, right
                yield from _in_one(formula, values, right.shape)
                yield from _of_loops(form, formula, args, part, right.shape)
        except ValueError:  # a form that is no formula has no slips
            continue


def _in_one(formula: Formula, values: Values, shape: torch.Size) -> Iterator[tuple[Slip, Tensor]]:
    for nodes in formula.places:
        for n, edit, changes in _changes(formula, nodes):
            value = _numbers(lambda c=changes: values.changed(c), shape)
            if value is not None:
                yield Slip(formula, nodes, n, changes, edit.cost), value


def _changes(
    formula: Formula, nodes: Sequence[ast.expr]
) -> Iterator[tuple[int, Edit, tuple[tuple[ast.expr, ast.expr], ...]]]:
    """Each slip at a place, and what it changes there, at all nodes in the same way."""
    if nodes[0].origin not in formula.looped:
        for n, edit in enumerate(_at(formula, nodes[0], _unsaid)):
            yield n, edit, tuple((node, edit.node) for node in nodes)
        return
    edited = []
    for node in nodes:  # at each step of the loop the same, of that step's own pieces
        found: dict[tuple[str, int], tuple[int, Edit]] = {}
        for n, edit in enumerate(_at(formula, node, _unsaid)):
            found[edit.says, sum(says == edit.says for says, _ in found)] = n, edit
        edited.append(found)
    for key, (n, edit) in edited[0].items():
        if all(key in found for found in edited):
            pairs = zip(nodes, edited, strict=True)
            yield n, edit, tuple((node, found[key][1].node) for node, found in pairs)


def _unsaid(node: ast.expr) -> str:
    return ""


def _of_loops(
    form: Callable, formula: Formula, args: Mapping, part: int, shape: torch.Size
) -> Iterator[tuple[Slip, Tensor]]:
    """The slips in how often a loop runs."""
    if not formula.looped:
        return
    for ends, words in (
        ((1, 0), "begins one late"),
        ((-1, 0), "begins one early"),
        ((0, 1), "ends one late"),
        ((0, -1), "ends one early"),
    ):
        words = f"an index is off by one: the loop {words}"
        try:
            slip = Slip(Formula(form, args, part, ends), (), 0, (), 1, words)
            value = slip.gives(args, shape)
        except IndexError:  # there is no such place
            continue
        if value is not None:
            yield slip, value


def _numbers(make: Callable[[], object], shape: torch.Size) -> Tensor | None:
    """What `make` makes, if it has that shape and is finite."""
    try:
        value = torch.as_tensor(make(), dtype=torch.float64)
        if value.ndim == 0:
            value = value.expand(shape)
    except Exception:  # this slip has no meaning here
        return None
    return value if value.shape == shape and value.isfinite().all() else None


def _at(formula: Formula, node: ast.expr, quote: Callable[[ast.expr], str]) -> Iterator[Edit]:
    """All slips at one place: of the kinds in `edits`, or with other pieces."""
    yield from edits(node, formula.letters, quote)
    if isinstance(node, ast.Constant):
        return
    parent = formula.above.get(id(node))
    product = isinstance(getattr(parent, "op", None), ast.Mult | ast.Div)
    short = len(ast.unparse(node)) <= MOST
    for piece in _pool(formula):
        text = quote(piece)
        for factor, name in ((piece, text), (root(piece), f"the root of {text}")):
            if not product:
                yield Edit(times(node, factor), f"a factor too many: {name}", 4)
                yield Edit(over(node, factor), f"a division too many: by {name}", 4)
            if short:
                yield Edit(factor, f"{name} stands where {quote(node)} belongs", 5)
    if node is formula.tree:
        # of a number that is asked for, stopping early is a usual slip
        cost = 1.5 if formula.defaults or not formula.letters else 3
        for piece in ast.walk(node):
            if isinstance(piece, ast.BinOp | ast.Call | ast.Name) and piece is not node:
                yield Edit(piece, f"this is {quote(piece)} alone", cost)
    if not isinstance(node, ast.Name):
        for a, b, both, new in exchanged(node, formula.letters):
            words = (
                f"`{a}` and `{b}` have changed places"
                if both
                else f"`{b}` stands where `{a}` belongs"
            )
            yield Edit(new, f"{words} in {quote(node)}", 4)


@lru_cache(maxsize=8)
def _pool(formula: Formula) -> list[ast.expr]:
    """The pieces that may stand somewhere too many, or in place of another."""
    letters = [ast.Name(name, ast.Load()) for name in formula.letters]
    found = {ast.unparse(node): node for node in (*letters, *map(one_minus, letters))}
    for node in ast.walk(formula.tree):
        if isinstance(node, ast.BinOp | ast.Subscript) and not formula.looped:
            text = ast.unparse(node)
            if len(text) <= MOST:
                found.setdefault(text, node)
    return list(found.values())

"""The slips that a reader makes in a formula, as edits of its syntax tree.

An `Edit` is what stands at one place of the tree after a slip, and the slip in words.
The kinds are those of writing formulas down, whatever the formula says: a root, a sign,
a term or a factor too few, a fraction upside down, one letter for another.
"""

import ast
from collections.abc import Iterator, Sequence

from companion.exercises.calls import of_call
from companion.exercises.trees import (
    Edit,
    Quote,
    call,
    function_of,
    is_sum,
    minus,
    one_minus,
    over,
    power,
    receiver,
    root,
    times,
)

FLIPPED = {ast.Lt: ast.Gt, ast.Gt: ast.Lt}


def edits(node: ast.expr, names: Sequence[str], quote: Quote) -> Iterator[Edit]:
    """All slips at this node.

    Args:
        node: of the formula's tree.
        names: the letters that may stand for one another.
        quote: writes a piece down.

    Yields:
        What stands there after each slip.
    """
    if isinstance(node, ast.Name):
        yield from _of_name(node, names, quote)
    elif isinstance(node, ast.Constant):
        yield from _of_number(node)
    elif isinstance(node, ast.UnaryOp):
        what = "a sign" if isinstance(node.op, ast.USub) else "a `~`"
        yield Edit(node.operand, f"{what} is missing before {quote(node.operand)}", 1)
    elif isinstance(node, ast.BinOp):
        yield from _of_operation(node, quote)
    elif isinstance(node, ast.Compare):
        op = FLIPPED.get(type(node.ops[0]))
        if op:
            flipped = ast.Compare(node.left, [op()], node.comparators)
            yield Edit(flipped, f"the comparison {quote(node)} is turned around", 1)
    elif isinstance(node, ast.Subscript):
        yield from _of_index(node)
    elif isinstance(node, ast.Attribute) and node.attr == "values":
        before = receiver(node.value)
        yield Edit(before, f"{quote(before)} is not sorted here", 1)
    elif isinstance(node, ast.Call):
        yield from of_call(node, quote)
    if isinstance(node, ast.Name | ast.BinOp | ast.Call | ast.Subscript):
        yield from _of_anything(node, quote)


def _is(node: ast.AST, value: float) -> bool:
    return isinstance(node, ast.Constant) and node.value == value


def _of_name(node: ast.Name, names: Sequence[str], quote: Quote) -> Iterator[Edit]:
    if node.id not in names:
        return
    for other in names:
        if other != node.id:
            new = ast.Name(other, ast.Load())
            yield Edit(new, f"{quote(new)} stands where {quote(node)} belongs", 3)
    new = one_minus(node)
    yield Edit(new, f"{quote(new)} stands where {quote(node)} belongs", 3)
    yield Edit(ast.Constant(1.0), f"1 stands where {quote(node)} belongs", 3)


def _of_number(node: ast.Constant) -> Iterator[Edit]:
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        n = node.value
        for new in (n - 1, n + 1, 2 * n, n / 2, 10 * n, n / 10):
            words = f"the number {new:.4g} stands where {n:.4g} belongs"
            yield Edit(ast.Constant(new), words, 4)


def _of_operation(node: ast.BinOp, quote: Quote) -> Iterator[Edit]:
    left, right, op = node.left, node.right, type(node.op)
    if op in (ast.Add, ast.Sub):
        yield from _of_sum(node, quote)
    elif op is ast.Mult:
        yield Edit(left, f"the factor {quote(right)} is missing", 2)
        yield Edit(right, f"the factor {quote(left)} is missing", 2)
        for a, b in ((left, right), (right, left)):
            words = f"{quote(b)} divides where it should multiply"
            yield Edit(over(a, b), words, 2)
        plus = ast.BinOp(left, ast.Add(), right)
        words = f"a sum stands where the product with {quote(right)} belongs"
        yield Edit(plus, words, 3)
    elif op is ast.Div:
        words = f"the division by {quote(right)} is missing"
        if quote(node).strip("`").isalpha():  # the fraction has a letter of its own
            words = f"{quote(left)} stands where {quote(node)} belongs"
        yield Edit(left, words, 2)
        words = f"{quote(right)} multiplies where it should divide"
        yield Edit(times(left, right), words, 2)
        yield Edit(over(right, left), f"the fraction {quote(node)} is upside down", 1)
        if not isinstance(left, ast.Constant):
            new = over(ast.Constant(1), right)
            yield Edit(new, f"the factor {quote(left)} is missing", 2)
        words = f"a difference stands where the fraction {quote(node)} belongs"
        yield Edit(ast.BinOp(left, ast.Sub(), right), words, 3)
        yield Edit(ast.BinOp(right, ast.Sub(), left), words, 3)
    elif op is ast.Pow:
        yield from _of_power(node, quote)
    if op in (ast.Mult, ast.Div):
        yield from _brackets(node, quote)


def _of_sum(node: ast.BinOp, quote: Quote) -> Iterator[Edit]:
    left, right, adds = node.left, node.right, isinstance(node.op, ast.Add)
    # 1 - x without its x is a factor that is missing, and without its 1 it is x for 1 - x
    yield Edit(left, f"the term {quote(right)} is missing", 3 if _is(left, 1) else 1)
    words = f"the term {quote(left)} is missing"
    if _is(left, 1) and not adds:
        words = f"{quote(right)} stands where {quote(node)} belongs"
    yield Edit(right, words, 1)
    turned = ast.BinOp(left, ast.Sub() if adds else ast.Add(), right)
    is_now, should = ("minus", "plus") if adds else ("plus", "minus")
    words = f"a sign: a {is_now} stands before {quote(right)}, expected a {should}"
    yield Edit(turned, words, 1)
    if not adds:
        words = f"a sign: {quote(node)} is taken the other way round"
        yield Edit(ast.BinOp(right, ast.Sub(), left), words, 2)
    else:
        words = f"a sign: a minus stands before {quote(left)}"
        yield Edit(ast.BinOp(right, ast.Sub(), left), words, 1)
    words = f"a product stands where the sum with {quote(right)} belongs"
    yield Edit(times(left, right), words, 3)


def _of_power(node: ast.BinOp, quote: Quote) -> Iterator[Edit]:
    base, exponent = node.left, node.right
    if not isinstance(exponent, ast.Constant):
        yield Edit(base, f"the power of {quote(base)} is missing", 2)
    elif exponent.value == 0.5:
        yield Edit(base, f"a root is missing over {quote(base)}", 1)
    else:
        yield Edit(base, f"the square of {quote(base)} is missing", 1)
        words = f"the absolute value of {quote(base)} stands where its square belongs"
        yield Edit(call("abs", base), words, 1)
    if is_sum(base):
        parts = [ast.BinOp(a, ast.Pow(), exponent) for a in (base.left, base.right)]
        words = f"the power of a sum, {quote(base)}, is not the sum of the powers"
        yield Edit(ast.BinOp(parts[0], base.op, parts[1]), words, 2)


def _brackets(node: ast.BinOp, quote: Quote) -> Iterator[Edit]:
    """(a + b) / c as a + b / c, a / (b c) as a / b c, and the like."""
    left, right, op = node.left, node.right, node.op
    news = []
    if is_sum(left):
        a, b = left.left, left.right
        news += [ast.BinOp(a, left.op, ast.BinOp(b, op, right))]
        news += [ast.BinOp(ast.BinOp(a, op, right), left.op, b)]
    if is_sum(right):
        a, b = right.left, right.right
        news += [ast.BinOp(ast.BinOp(left, op, a), right.op, b)]
        news += [ast.BinOp(ast.BinOp(left, op, b), right.op, a)]
    if isinstance(op, ast.Div) and isinstance(right, ast.BinOp):
        if isinstance(right.op, ast.Mult):
            news += [times(over(left, right.left), right.right)]
            news += [times(over(left, right.right), right.left)]
        elif isinstance(right.op, ast.Div):
            news += [over(over(left, right.left), right.right)]
    inner = left if is_sum(left) else right
    words = f"brackets are missing around {quote(inner)}"
    yield from (Edit(new, words, 2) for new in news)


def _of_index(node: ast.Subscript) -> Iterator[Edit]:
    at = node.slice
    words = "an index is off by one: one place {} in `" + ast.unparse(node.value) + "`"
    for step, which in ((1, "late"), (-1, "early")):

        def moved(i: ast.expr, step: int = step) -> ast.expr:
            return ast.BinOp(i, ast.Add(), ast.Constant(step))

        if isinstance(at, ast.Slice):
            ends = [ast.Slice(at.lower, moved(at.upper))] if at.upper else []
            ends += [ast.Slice(moved(at.lower), at.upper)] if at.lower else []
        else:
            ends = [] if isinstance(at, ast.Tuple) else [moved(at)]
        for new in ends:
            there = ast.Subscript(node.value, new, ast.Load())
            yield Edit(there, words.format(which), 2)


def _of_anything(node: ast.expr, quote: Quote) -> Iterator[Edit]:
    """A root, a square, a sign too many, a 1 - x for x: at any number."""
    name = function_of(node)
    if name != "sqrt":
        # the root of a product or a square says less than that of its parts
        yield Edit(root(node), f"a root too many, over {quote(node)}", 2)
        yield Edit(power(node, 2), f"a square too many, of {quote(node)}", 2)
        yield Edit(root(root(node)), f"a fourth root, over {quote(node)}", 5)
    else:
        inner = receiver(node)
        yield Edit(root(node), f"a root too many, over {quote(inner)}", 2)
    yield Edit(minus(node), f"a sign: {quote(node)} has the opposite one", 2)
    if not _is(getattr(node, "left", node), 1) and not isinstance(node, ast.Name):
        new = one_minus(node)
        yield Edit(new, f"{quote(new)} stands where {quote(node)} belongs", 3)
    if isinstance(node, ast.BinOp | ast.Call):
        new = over(ast.Constant(1), node)
        yield Edit(new, f"{quote(node)} divides where it should multiply", 3)
    for factor, what in ((2, "too many"), (0.5, "missing")):
        new = times(ast.Constant(factor), node)
        yield Edit(new, f"a factor of 2 is {what} before {quote(node)}", 4)

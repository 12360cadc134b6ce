"""The slips at a call in a formula: a mean for a sum, a root too few, another order."""

import ast
from collections.abc import Iterator

from companion.exercises.trees import (
    Edit,
    Quote,
    call,
    function_of,
    is_method,
    is_sum,
    minus,
    over,
    receiver,
    renamed,
    root,
    times,
    with_receiver,
)

REDUCTIONS = {"mean": "a mean", "sum": "a sum", "prod": "a product", "amax": "a maximum"}
OTHER_LOGS = {"log": ("log2", "log10"), "log2": ("log",)}
OPPOSITE = {"argmin": "argmax", "argmax": "argmin", "min": "max", "max": "min"}
SIMPLE = ("tanh", "log", "exp", "relu", "abs", "clamp")


def of_call(node: ast.Call, quote: Quote) -> Iterator[Edit]:
    """All slips at a call."""
    name, method = function_of(node), is_method(node)
    if name == "range":
        yield from _of_range(node)
        return
    if name == "where":
        yield from _of_where(node, quote)
        return
    if not method and not node.args:
        return
    inner = receiver(node)
    if name in REDUCTIONS:
        for other, what in REDUCTIONS.items():
            if other != name:
                words = f"{what} is taken where {REDUCTIONS[name]} belongs"
                yield Edit(renamed(node, other), words, 2)
    if name in OPPOSITE:
        new = renamed(node, OPPOSITE[name])
        yield Edit(new, f"`{OPPOSITE[name]}` stands where `{name}` belongs", 1)
    for other in OTHER_LOGS.get(name, ()):
        words = f"`{other}` stands where `{name}` belongs: another base"
        yield Edit(renamed(node, other), words, 2)
    if name == "clamp":
        for keyword in node.keywords:
            new = ast.keyword(OPPOSITE[keyword.arg], keyword.value)
            turned = ast.Call(node.func, node.args, [new])
            words = f"`clamp({new.arg}=...)` stands where `clamp({keyword.arg}=...)` belongs"
            yield Edit(turned, words, 1)
    for keyword in node.keywords:
        if keyword.arg == "dim" and keyword.value.value in (0, 1):
            new = ast.keyword("dim", ast.Constant(1 - keyword.value.value))
            turned = ast.Call(node.func, node.args, [new])
            yield Edit(turned, f"`{name}` goes along the wrong axis", 1)
    yield from _order(node, inner, quote)
    if name in REDUCTIONS or name in OPPOSITE:
        return
    if name in ("sqrt", "square"):
        what = "a root" if name == "sqrt" else "the square"
        yield Edit(inner, f"{what} is missing over {quote(inner)}", 1)
    else:
        cost = 2 if name in SIMPLE else 6
        yield Edit(inner, f"`{name}` is missing before {quote(inner)}", cost)
    if name in ("sqrt", "square") and is_sum(inner):
        parts = [with_receiver(node, a) for a in (inner.left, inner.right)]
        words = f"the {what[2:].strip()} of a sum, {quote(inner)}, is taken term by term"
        yield Edit(ast.BinOp(parts[0], inner.op, parts[1]), words, 2)
    if name == "sqrt" and isinstance(inner, ast.BinOp):
        for part, other in ((inner.left, inner.right), (inner.right, inner.left)):
            if not is_sum(inner) and not isinstance(other, ast.Constant):
                pair = [root(a) if a is part else a for a in (inner.left, inner.right)]
                new = ast.BinOp(pair[0], inner.op, pair[1])
                yield Edit(new, f"a root is missing over {quote(other)}", 1)
    if name not in ("sqrt", "square", "abs", "clamp"):
        for new, words in (
            (minus(inner), f"a sign: {quote(inner)} has the opposite one in `{name}`"),
            (times(ast.Constant(2), inner), f"a factor of 2 too many in `{name}`"),
            (over(inner, ast.Constant(2)), f"a factor of 2 is missing in `{name}`"),
        ):
            yield Edit(with_receiver(node, new), words, 2 if "sign" in words else 4)
    if name == "square":
        new = call("abs", inner)
        words = f"the absolute value of {quote(inner)} stands where its square belongs"
        yield Edit(new, words, 1)
    if name == "relu":
        yield Edit(call("abs", inner), "an absolute value stands where `relu` belongs", 2)


def _order(node: ast.Call, inner: ast.expr, quote: Quote) -> Iterator[Edit]:
    """mean(f(x)) as f(mean(x)), and the other way round."""
    outer, name = function_of(node), function_of(inner)
    if not name or not (is_method(inner) or inner.args):
        return
    if (outer in REDUCTIONS) != (name in REDUCTIONS):
        new = with_receiver(inner, with_receiver(node, receiver(inner)))
        yield Edit(new, f"the order: `{outer}` is taken before `{name}`", 2)


def _of_range(node: ast.Call) -> Iterator[Edit]:
    for i, arg in enumerate(node.args):
        for step in (1, -1):
            new = ast.BinOp(arg, ast.Add(), ast.Constant(step))
            args = [new if j == i else a for j, a in enumerate(node.args)]
            end = "begins" if i == 0 and len(node.args) > 1 else "ends"
            which = "late" if step == 1 else "early"
            words = f"an index is off by one: the loop {end} one {which}"
            yield Edit(ast.Call(node.func, args, []), words, 1)


def _of_where(node: ast.Call, quote: Quote) -> Iterator[Edit]:
    mask, there, elsewhere = node.args
    turned = ast.Call(node.func, [mask, elsewhere, there], [])
    yield Edit(turned, "what goes in and what stays have changed places", 1)
    words = "this is the {} alone, whatever {} says"
    yield Edit(there, words.format("first of the two", quote(mask)), 1)
    yield Edit(elsewhere, words.format("second of the two", quote(mask)), 1)
    both = over(ast.BinOp(there, ast.Add(), elsewhere), ast.Constant(2))
    yield Edit(both, f"the two are averaged, where {quote(mask)} has to choose", 2)

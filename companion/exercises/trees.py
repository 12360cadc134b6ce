"""Small things that are done with the syntax tree of a formula."""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations


@dataclass(frozen=True)
class Edit:
    """What stands there now, in words what is wrong, and how far-fetched it is."""

    node: ast.expr
    says: str
    cost: float


Quote = Callable[[ast.expr], str]


def call(name: str, *args: ast.expr) -> ast.expr:
    """name(*args), as a tree."""
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


def root(node: ast.expr) -> ast.expr:
    """The square root of a tree."""
    return power(node, 0.5)


def power(node: ast.expr, exponent: float) -> ast.expr:
    """A power of a tree."""
    return ast.BinOp(node, ast.Pow(), ast.Constant(exponent))


def times(left: ast.expr, right: ast.expr) -> ast.expr:
    """The product of two trees."""
    return ast.BinOp(left, ast.Mult(), right)


def over(left: ast.expr, right: ast.expr) -> ast.expr:
    """The quotient of two trees."""
    return ast.BinOp(left, ast.Div(), right)


def minus(node: ast.expr) -> ast.expr:
    """The negative of a tree."""
    return ast.UnaryOp(ast.USub(), node)


def one_minus(node: ast.expr) -> ast.expr:
    """1 less a tree."""
    return ast.BinOp(ast.Constant(1), ast.Sub(), node)


def is_sum(node: ast.AST) -> bool:
    """Is it a sum or a difference of two?"""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)


def function_of(node: ast.AST) -> str:
    """The name of what a call calls, "" if it is no call."""
    if not isinstance(node, ast.Call):
        return ""
    called = node.func
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def is_method(node: ast.AST) -> bool:
    """Is it x.f(...), and not f(...) or torch.f(...)?"""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    owner = node.func.value
    return not (isinstance(owner, ast.Name) and owner.id in ("torch", "sympy", "math"))


def receiver(node: ast.Call) -> ast.expr:
    """x of x.f(...) and of f(x, ...)."""
    return node.func.value if is_method(node) else node.args[0]


def with_receiver(node: ast.Call, new: ast.expr) -> ast.Call:
    """The same call, of another x."""
    if is_method(node):
        called = ast.Attribute(new, node.func.attr, ast.Load())
        return ast.Call(called, node.args, node.keywords)
    return ast.Call(node.func, [new, *node.args[1:]], node.keywords)


def renamed(node: ast.Call, name: str) -> ast.Call:
    """The same call, of another function."""
    if isinstance(node.func, ast.Attribute):
        called = ast.Attribute(node.func.value, name, ast.Load())
    else:
        called = ast.Name(name, ast.Load())
    return ast.Call(called, node.args, node.keywords)


def exchanged(node: ast.expr, letters: Sequence[str]) -> Iterator[tuple[str, str, bool, ast.expr]]:
    """The tree with two letters exchanged (True), or one for the other (False)."""
    found = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    for a, b in permutations(letters, 2):
        if a in found:
            if b in found and letters.index(a) < letters.index(b):
                yield a, b, True, with_names(node, {a: b, b: a})
            yield a, b, False, with_names(node, {a: b})


def with_names(node: ast.expr, new: dict[str, str]) -> ast.expr:
    """A copy of the tree with other letters."""
    made = copied(node)
    for name in ast.walk(made):
        if isinstance(name, ast.Name):
            name.id = new.get(name.id, name.id)
    return made


def copied(node: ast.AST) -> ast.AST:
    """The tree anew, so that it can be changed."""
    new = type(node)()
    for field, value in ast.iter_fields(node):
        if isinstance(value, list):
            value = [copied(v) if isinstance(v, ast.AST) else v for v in value]
        setattr(new, field, copied(value) if isinstance(value, ast.AST) else value)
    return new

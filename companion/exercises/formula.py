"""A solution as one expression of its arguments, which can be computed with a change.

Every value of the unchanged expression is kept, so that a changed one costs no more than
the operations between the change and the result.
"""

import ast
import builtins
import inspect
import operator
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from companion.exercises.numeric import NUMERIC
from companion.exercises.trees import function_of, is_sum

LONGEST = 34  # characters of a piece that is quoted
ROWS, LONGEST_ROW = ("arange", "linspace"), 5000  # a slip must not take minutes
KNOWN = ("alpha", "beta", "snr")  # letters of the chapters, which need not be explained

OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
    ast.Lt: operator.lt,
    ast.Gt: operator.gt,
}


class _Sympy:
    """sympy's functions, on numbers and tensors."""

    def __getattr__(self, name: str) -> Callable:
        return NUMERIC[name]


class Formula:
    """Part `part` of what a function returns, as a tree without letters of its own.

    A loop over a range is written out, as often as it runs for `args`; `ends` moves the
    two ends of that range.

    Args:
        function: a solution, whose source is read.
        args: the arguments, by name.
        part: which part of what it returns.
        ends: by how much the two ends of each range are moved.

    Raises:
        ValueError: The function is more than assignments, such loops and a return.
    """

    def __init__(
        self,
        function: Callable,
        args: Mapping,
        part: int = 0,
        ends: tuple[int, int] = (0, 0),
    ) -> None:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        self.letters = tuple(arg.arg for arg in tree.args.args)
        self.scope = _scope(function)
        self.defaults = {
            name: parameter.default
            for name, parameter in inspect.signature(function).parameters.items()
            if parameter.default is not inspect.Parameter.empty
        }
        self.args, self.ends = self.defaults | dict(args), ends
        self.looped: set[int] = set()  # the origins of what stands in a loop
        self.meaning: dict[str, ast.expr] = {}
        self.tree = self._read(tree, part)

    def _read(self, tree: ast.FunctionDef, part: int) -> ast.expr:
        for line in tree.body:
            if isinstance(line, ast.Assign):
                self._assign(line)
            elif isinstance(line, ast.For):
                self._write_out(line)
            elif isinstance(line, ast.Return):
                value = line.value
                if isinstance(value, ast.Tuple):
                    value = value.elts[part]
                return self._put_in(value)
            elif not isinstance(line, ast.Expr):
                break
        raise ValueError("function: got another statement, expected one expression")

    def _assign(self, line: ast.Assign) -> None:
        target, value = line.targets[0], line.value
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple):
            if not isinstance(value, ast.Tuple):
                raise ValueError("function: got a tuple unpacked, expected one expression")
            pairs = zip(target.elts, value.elts, strict=True)
        new = {name.id: self._put_in(value) for name, value in pairs}
        self.meaning |= new

    def _write_out(self, loop: ast.For) -> None:
        steps = eval(ast.unparse(loop.iter), self.scope, self.args)
        self.looped |= {id(node) for line in loop.body for node in ast.walk(line)}
        for step in range(steps.start + self.ends[0], steps.stop + self.ends[1]):
            self.meaning[loop.target.id] = ast.Constant(step)
            for line in loop.body:
                if not isinstance(line, ast.Assign):
                    raise ValueError("function: got more in a loop, expected assignments")
                self._assign(line)

    def _put_in(self, node: ast.expr) -> ast.expr:
        """The tree with the meaning of each letter; copies know where they are from."""
        if isinstance(node, ast.Name) and node.id in self.meaning:
            return self._put_in(self.meaning[node.id])
        new = type(node)()
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                value = [self._put_in(v) if isinstance(v, ast.AST) else v for v in value]
            elif isinstance(value, ast.AST):
                value = self._put_in(value)
            setattr(new, field, value)
        new.origin = getattr(node, "origin", id(node))
        return new

    @cached_property
    def above(self) -> dict[int, ast.AST]:
        """The parent of each node."""
        return {
            id(child): parent
            for parent in ast.walk(self.tree)
            for child in ast.iter_child_nodes(parent)
        }

    @cached_property
    def places(self) -> list[tuple[ast.expr, ...]]:
        """Where a slip can be: each node, and all copies of one that is used twice.

        What stands in a loop changes at every step of it.
        """
        nodes = list(_numbers(self.tree))
        same: dict[int, list[ast.expr]] = {}
        for node in nodes:
            same.setdefault(node.origin, []).append(node)
        repeated = [tuple(found) for found in same.values() if len(found) > 1]
        return repeated + [(node,) for node in nodes if node.origin not in self.looped]

    def quote(self, node: ast.expr) -> str:
        """A piece, written down as a reader knows it."""
        text = self._written(ast.unparse(node), KNOWN)
        if len(text) > LONGEST:
            text = self._written(ast.unparse(node), tuple(self.meaning)[::-1])
        if len(text) <= LONGEST:
            return f"`{text}`"
        names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
        own = [name for name in names if name in self.letters]
        return f"the piece with `{own[-1]}`" if own else "the whole piece"

    def _written(self, text: str, letters: Sequence[str]) -> str:
        """The text with these letters for what they mean, and without prefixes."""
        for name in letters:
            if name in self.meaning:
                meant = ast.unparse(self.meaning[name])
                in_call = re.compile(rf"(?<=\w)\({re.escape(meant)}\)")
                text = in_call.sub(f"({name})", text).replace(f"({meant})", name)
                text = name if text == meant else text
                simple = isinstance(self.meaning[name], ast.Name | ast.Constant)
                if not simple and not is_sum(self.meaning[name]):
                    text = text.replace(meant, name)
        if self.looped:  # the step in which a piece stands says nothing
            text = re.sub(r"\[\d+\]", "[t]", text)
        for old, new in (("torch.", ""), ("sympy.", ""), (" ** ", "**")):
            text = text.replace(old, new)
        return text

    def where(self, node: ast.expr) -> str:
        """In which term of the outermost sum a node stands, if that says something."""
        words, child = "", node
        while id(child) in self.above:
            parent = self.above[id(child)]
            if is_sum(parent):
                other = parent.right if child is parent.left else parent.left
                own = self._letters_in(child) - self._letters_in(other)
                if len(own) == 1 and child is not node:
                    words = f", in the term with `{next(iter(own))}`"
            child = parent
        return words

    def _letters_in(self, node: ast.AST) -> set[str]:
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        return names & set(self.letters)


class Values:
    """A formula and all pieces of it, computed for one input."""

    def __init__(self, formula: Formula, args: Mapping) -> None:
        self.formula, self.args = formula, formula.defaults | dict(args)
        self.known: dict[int, object] = {}
        self.result = self._known(formula.tree)

    def changed(self, changes: Sequence[tuple[ast.expr, ast.expr]]) -> object:
        """The result if the second stood in place of the first, for each of the pairs.

        Raises:
            ValueError: It has another shape than what it stands for.
        """
        new = {id(node): edited for node, edited in changes}
        dirty, above = set(), self.formula.above
        for node, _ in changes:
            while id(node) in above:
                node = above[id(node)]
                dirty.add(id(node))
        within: set[int] = set()

        def value(node: ast.AST) -> object:
            if id(node) in new and id(node) not in within:
                within.add(id(node))
                made = value(new[id(node)])
                within.discard(id(node))
                return _alike(made, self.known[id(node)])
            if id(node) in self.known and id(node) not in dirty:
                return self.known[id(node)]
            return self._of(node, value)

        return value(self.formula.tree)

    def _known(self, node: ast.AST) -> object:
        if id(node) not in self.known:
            self.known[id(node)] = self._of(node, self._known)
        return self.known[id(node)]

    def _of(self, node: ast.AST, of: Callable[[ast.AST], object]) -> object:
        """The value of a node, from those of its children."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self._letter(node.id)
        if isinstance(node, ast.BinOp):
            return OPERATIONS[type(node.op)](of(node.left), of(node.right))
        if isinstance(node, ast.UnaryOp):
            return OPERATIONS[type(node.op)](of(node.operand))
        if isinstance(node, ast.Compare):
            return OPERATIONS[type(node.ops[0])](of(node.left), of(node.comparators[0]))
        if isinstance(node, ast.Call):
            named = {keyword.arg: of(keyword.value) for keyword in node.keywords}
            args = [of(arg) for arg in node.args]
            if function_of(node) in ROWS and any(abs(arg) > LONGEST_ROW for arg in args):
                raise ValueError(f"{function_of(node)}: got {args}, expected a short row")
            return of(node.func)(*args, **named)
        if isinstance(node, ast.Attribute):
            return getattr(of(node.value), node.attr)
        if isinstance(node, ast.Subscript):
            return of(node.value)[of(node.slice)]
        if isinstance(node, ast.Slice):
            return slice(*(None if e is None else of(e) for e in (node.lower, node.upper)))
        if isinstance(node, ast.Tuple):
            return tuple(map(of, node.elts))
        raise ValueError(f"formula: got a {type(node).__name__}, expected arithmetic")

    def _letter(self, name: str) -> object:
        for names in (self.args, self.formula.scope, NUMERIC):
            if name in names:
                return names[name]
        if hasattr(builtins, name):
            return getattr(builtins, name)
        raise ValueError(f"formula: got the name {name}, expected one of the solution's own")


def _alike(made: object, old: object) -> object:
    shapes = [getattr(value, "shape", ()) for value in (made, old)]
    if shapes[0] and shapes[1] and shapes[0] != shapes[1]:
        raise ValueError(f"slip: got shape {shapes[0]}, expected {shapes[1]}")
    return made


def _numbers(node: ast.AST) -> Iterator[ast.expr]:
    """All pieces that are numbers or tensors: no names of functions, no axes."""
    if isinstance(node, ast.expr) and not isinstance(node, ast.Tuple | ast.Slice):
        yield node
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Call):
        owner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        owner = [o for o in owner if getattr(o, "id", "") not in ("torch", "sympy", "math")]
        children = owner + node.args
    for child in children:
        yield from _numbers(child)


def _scope(function: Callable) -> dict:
    """The names that the function uses, with sympy's functions on tensors."""
    scope = dict(function.__globals__)
    for name, thing in list(scope.items()):
        if name == "sympy" or (getattr(thing, "__module__", "") or "").startswith("sympy"):
            scope[name] = NUMERIC.get(name, _Sympy())
    return scope

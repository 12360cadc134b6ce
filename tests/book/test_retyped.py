"""What the package defines, no notebook types again."""

import ast
from functools import lru_cache

import pytest

from tests.book.course import code_of, modules, notebooks

SMALL = 12  # nodes: below this two bodies may be alike by chance ("return x.mean()")


def _is_stub(node: ast.FunctionDef) -> bool:
    """A function that an exercise asks for: a docstring, `...`, `raise`, nothing more."""
    body = node.body[ast.get_docstring(node) is not None :]
    return all(
        isinstance(line, ast.Raise | ast.Pass)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        for line in body
    )


class _Renamed(ast.NodeTransformer):
    """The function's own names as numbers in order of appearance, annotations dropped."""

    def __init__(self, own: set[str]):
        self.own, self.numbers = own, {}

    def _number(self, name: str) -> str:
        if name not in self.own:
            return name
        return f"_{self.numbers.setdefault(name, len(self.numbers))}"

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self._number(node.id), node.ctx)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        return self.visit(ast.Assign([node.target], node.value or ast.Constant(None)))


def body_of(node: ast.FunctionDef) -> str | None:
    """The body without docstring, annotations and the names it chose; None if small."""
    body = node.body[ast.get_docstring(node) is not None :]
    inner = [n for line in body for n in ast.walk(line)]
    if len(inner) < SMALL:
        return None
    arguments = [arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg)]
    stored = [n.id for n in inner if isinstance(n, ast.Name) and not _read(n)]
    renamed = _Renamed({*arguments, *stored})
    for argument in arguments:
        renamed._number(argument)
    copies = ast.parse(ast.unparse(ast.Module(body, [])))
    return ast.dump(renamed.visit(copies))


def _read(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def definitions(source: str) -> list[ast.FunctionDef | ast.ClassDef]:
    """Every function and class, a named lambda too, as if it had been a def."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.append(node)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            value, name = node.value, ast.unparse(node.targets[0])
            found.append(ast.FunctionDef(name, value.args, [ast.Return(value.body)], []))
    return found


@lru_cache(maxsize=10)
def package_definitions(
    sources: tuple[tuple[str, str], ...],
) -> tuple[dict[str, str], dict[str, str]]:
    """Where each public name and each body of the package is defined."""
    names, bodies = {}, {}
    for module, source in sources:
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_":
                names[node.name] = f"{module}.{node.name}"
        for node in definitions(source):
            if isinstance(node, ast.FunctionDef) and (body := body_of(node)):
                bodies[body] = f"{module}.{node.name}"
    return names, bodies


def retyped(cells: list[str], sources: dict[str, str]) -> list[str]:
    names, bodies = package_definitions(tuple(sources.items()))
    problems = []
    for n, code in enumerate(cells, start=1):
        for node in definitions(code):
            function = isinstance(node, ast.FunctionDef)
            if function and _is_stub(node):
                continue
            if node.name in names:
                problems.append(f"code cell {n}: {node.name} is {names[node.name]}")
            elif function and body_of(node) in bodies:
                home = bodies[body_of(node)]
                problems.append(f"code cell {n}: {node.name} does what {home} does")
    return problems


@pytest.mark.parametrize("stem", sorted(notebooks()))
def test_no_function_is_retyped_from_the_package(stem):
    assert retyped(code_of(notebooks()[stem]), modules()) == []


# ---------------------------------------------------------------- the rules, seen red

HOME = {
    "companion.a": '''
def jump(schedule, x0: Tensor, t: int) -> Gaussian:
    """All steps at once."""
    ab_t = schedule.at(t, x0)
    return Gaussian(sqrt(ab_t) * x0, 1 - ab_t)

class Bell:
    def height(self, x):
        return exp(-(x - self.mean) ** 2 / (2 * self.var)) / sqrt(2 * pi * self.var)

def _small(x):
    return x.mean()
'''
}


@pytest.mark.parametrize(
    "cell, problem",
    [
        ("def jump(a):\n    return a", "jump is companion.a.jump"),
        ("class Bell:\n    pass", "Bell is companion.a.Bell"),
        ("jump = lambda a: 2 * a", "jump is companion.a.jump"),
        ("if x:\n    def jump(a):\n        return a", "jump is companion.a.jump"),
        (
            "def leap(s, x, k):\n    '''Mine.'''\n    a = s.at(k, x)\n"
            "    return Gaussian(sqrt(a) * x, 1 - a)",
            "leap does what companion.a.jump does",
        ),
        (
            "def leap(s, x, k):\n    a: Tensor = s.at(k, x)\n"
            "    return Gaussian(sqrt(a) * x, 1 - a)",
            "leap does what companion.a.jump does",
        ),
        (
            "def g(m, z):\n    return exp(-(z - m.mean) ** 2 / (2 * m.var)) / sqrt(2 * pi * m.var)",
            "g does what companion.a.height does",
        ),
    ],
)
def test_a_retyped_function_is_found(cell, problem):
    assert retyped(["x = 1", cell], HOME) == [f"code cell 2: {problem}"]


@pytest.mark.parametrize(
    "cell",
    [
        "def jump(schedule, x0, t):\n    '''Yours.'''\n    ...",
        "def jump(schedule, x0, t):\n    raise NotImplementedError",
        "def mean(x):\n    return x.mean()",
        "def leap(s, x, k):\n    a = s.at(k, x)\n    return Gaussian(a * x, sqrt(1 - a))",
        "ahead = jump(schedule, x0, 5)",
    ],
)
def test_a_stub_and_a_function_of_its_own_are_not(cell):
    assert retyped([cell], HOME) == []

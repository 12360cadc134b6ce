"""The package keeps its house rules: layers, names, documented and annotated functions."""

import ast
import sys
from importlib import import_module

import pytest

from tests.book.course import PACKAGE, modules

# The layers of the package, from the ground up: a module imports from its own layer and
# from those above it in this table, and from the libraries beside it. A new layer is a
# new line. `companion` itself, the empty roof, imports nothing.
LAYERS = {
    "text": {"markdown_it", "mdit_py_plugins", "pygments", "tabulate"},
    "checks": {"torch"},
    "files": set(),
    "training": {"torch", "accelerate", "safetensors", "tqdm"},
    "diffusion": {"torch", "numpy"},
    "proofs": {"sympy"},
    "data": {
        "torch",
        "numpy",
        "sklearn",
        "skimage",
        "PIL",
        "datasets",
        "tokenizers",
        "transformers",
    },
    "networks": {"torch", "diffusers"},
    "autoencoder": {"torch", "torchvision"},
    "tasks": {"torch"},
    "evaluation": {"torch", "numpy", "scipy", "sklearn", "skimage"},
    "plots": {"torch", "numpy", "scipy", "matplotlib", "cycler", "PIL"},
    "exercises": {"torch", "numpy", "sympy", "mpmath", "matplotlib", "IPython"},
    "commands": {"torch", "click", "accelerate"},
    "__main__": set(),
}
# Narrower than the table: proofs stand on sympy alone (the bridge from a proof to tensor
# code is in the tests), and figures are for the book and the exercises.
STAND_ALONE = {"proofs"}
ONLY_FOR = {"plots": {"exercises", "commands"}}

LONGEST_FILE = 300


def imports_of(module: str, source: str, is_package: bool = False) -> set[str]:
    """The dotted names that a module imports, wherever in it it does."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = module.split(".")
                up = up[: len(up) - node.level + is_package]
                base = ".".join([*up, base] if base else up)
            found |= {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and node.args:
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            name = node.args[0]
            if called in ("import_module", "__import__") and isinstance(name, ast.Constant):
                found.add(str(name.value))
    return found


def layer_problems(sources: dict[str, str], packages: set[str] = frozenset()) -> list[str]:
    problems, order = [], list(LAYERS)
    for module, source in sources.items():
        here = module.partition(".")[2].partition(".")[0]
        for name in sorted(imports_of(module, source, module in packages)):
            top, _, rest = name.partition(".")
            if top == "companion":
                there = rest.partition(".")[0]
                if here == there:
                    continue
                if not here or here not in LAYERS or there not in LAYERS:
                    problems.append(f"{module} imports {name}: no such layer")
                elif order.index(there) > order.index(here):
                    problems.append(f"{module} imports {name}, a layer below it")
                elif here in STAND_ALONE:
                    problems.append(f"{module} imports {name} and stands alone")
                elif there in ONLY_FOR and here not in ONLY_FOR[there]:
                    problems.append(f"{module} imports {name}, which is not for it")
            elif top not in sys.stdlib_module_names and top not in LAYERS.get(here, ()):
                problems.append(f"{module} imports {name}, not a library of its layer")
        if here and here not in LAYERS:
            problems.append(f"{module}: no such layer")
    return problems


def export_problems(source: str) -> list[str]:
    """An `__init__` lists in `__all__` what it imports, but for what it uses itself."""
    tree = ast.parse(source)
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    listed = [
        name
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for name in ast.literal_eval(node.value)
    ]
    defined = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    defined |= {ast.unparse(node.targets[0]) for node in tree.body if isinstance(node, ast.Assign)}
    return (
        [f"{name} is imported and not in __all__" for name in sorted(imported - used - {*listed})]
        + [f"{n} is in __all__ and not here" for n in listed if n not in imported | defined]
        + [f"{n} is twice in __all__" for n in sorted({*listed}) if listed.count(n) > 1]
    )


def _public(tree: ast.Module) -> list[tuple[str, ast.AST, list[str]]]:
    """Public functions and classes: name, node, the docstrings that stand over it."""
    found, above = [], [ast.get_docstring(tree) or ""]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_":
            found.append((node.name, node, above))
            if isinstance(node, ast.ClassDef):
                over = [*above, ast.get_docstring(node) or ""]
                found += [
                    (f"{node.name}.{inner.name}", inner, over)
                    for inner in node.body
                    if isinstance(inner, ast.FunctionDef) and inner.name[0] != "_"
                ]
    return found


def _raised(node: ast.AST) -> set[str]:
    """The exceptions that a function raises itself or through `companion.checks`."""
    names = set()
    caught = {  # a raise that its own `try` answers does not leave the function
        inner
        for attempt in ast.walk(node)
        if isinstance(attempt, ast.Try) and attempt.handlers
        for statement in attempt.body
        for inner in ast.walk(statement)
    }
    for inner in ast.walk(node):
        if isinstance(inner, ast.Raise) and inner.exc and inner not in caught:
            error = inner.exc.func if isinstance(inner.exc, ast.Call) else inner.exc
            names.add(ast.unparse(error).rpartition(".")[2])
        if isinstance(inner, ast.Call) and ast.unparse(inner.func).startswith("check_"):
            names.add("ValueError")
    return {name for name in names if name[0].isupper()}


def word_problems(source: str) -> list[str]:
    """Public functions have annotations and a docstring that names what they raise."""
    problems = []
    for name, node, above in _public(ast.parse(source)):
        words = ast.get_docstring(node)
        if not words and f".{node.name}(" not in above[-1]:
            problems.append(f"{name} has no docstring")
        if isinstance(node, ast.ClassDef):
            continue
        args = node.args
        named = [
            *args.posonlyargs,
            *args.args,
            *args.kwonlyargs,
            args.vararg,
            args.kwarg,
        ]
        bare = [a.arg for a in named if a and not a.annotation and a.arg != "self"]
        problems += [f"{name}: {arg} has no annotation" for arg in bare if arg != "cls"]
        if node.returns is None:
            problems.append(f"{name} does not say what it returns")
        said = "\n".join([words or "", *above])
        caught = {e for e in _raised(node) if e not in said}
        problems += [f"{name} raises {e} and does not say so" for e in sorted(caught)]
    return problems


# Where a tensor is cast: the one helper, and what makes a schedule's own row and its entries.
CASTS = {"companion.diffusion.precision", "companion.diffusion.schedule"}
FORMULAS = ("companion.diffusion.", "companion.autoencoder.", "companion.tasks.")


def casts(source: str) -> list[str]:
    """Each call of `.to` that does not only name a device, and `.type` and `.type_as`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        given = [ast.unparse(one) for one in (*node.args, *(k.value for k in node.keywords))]
        moved = len(given) == 1 and given[0].rpartition(".")[2] == "device"
        if node.func.attr in ("type", "type_as") or (node.func.attr == "to" and not moved):
            found.append(ast.unparse(node))
    return found


PACKAGES = {m for m in modules() if (PACKAGE.parent / m.replace(".", "/")).is_dir()}


def test_each_module_imports_only_from_the_layers_above_it():
    assert layer_problems(modules(), PACKAGES) == []


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_a_package_hands_on_what_it_lists(package):
    assert export_problems(modules()[package]) == []
    module = import_module(package)
    missing = [n for n in getattr(module, "__all__", []) if not hasattr(module, n)]
    assert missing == []


@pytest.mark.parametrize("module", sorted(modules()))
def test_public_functions_are_annotated_and_say_what_they_raise(module):
    assert word_problems(modules()[module]) == []


def test_no_formula_casts():
    """Data and coefficients meet in the helpers of `precision` and nowhere else."""
    found = {name: casts(source) for name, source in modules().items() if name not in CASTS}
    assert {name: c for name, c in found.items() if c and name.startswith(FORMULAS)} == {}


def test_files_are_short():
    lines = {name: source.count("\n") for name, source in modules().items()}
    assert {name: n for name, n in lines.items() if n > LONGEST_FILE} == {}


# ---------------------------------------------------------------- the rules, seen red


@pytest.mark.parametrize(
    "module, source",
    [
        ("companion.diffusion.a", "import torch\nfrom math import pi"),
        ("companion.diffusion.a", "from companion.checks import check_data"),
        ("companion.diffusion.a", "from . import forward"),
        ("companion.exercises.a", "from companion import plots, proofs"),
    ],
)
def test_a_good_import_has_no_problem(module, source):
    assert layer_problems({module: source}) == []


@pytest.mark.parametrize(
    "module, source, problem",
    [
        ("companion.checks", "import companion.diffusion.forward", "a layer below it"),
        ("companion.diffusion.a", "from companion import proofs", "a layer below it"),
        (
            "companion.diffusion.a",
            "def f():\n    from ..data import b",
            "a layer below",
        ),
        ("companion.data.a", "import_module('companion.plots')", "a layer below it"),
        ("companion.proofs.a", "from companion.checks import b", "stands alone"),
        ("companion.diffusion.a", "import companion.vision", "no such layer"),
        ("companion.vision.a", "", "no such layer"),
        ("companion", "from companion.checks import check_data", "no such layer"),
        ("companion.diffusion.a", "import matplotlib.pyplot", "not a library of its"),
        ("companion.proofs.a", "import torch", "not a library of its layer"),
    ],
)
def test_a_bad_import_is_found(module, source, problem):
    found = layer_problems({module: source})
    assert any(problem in sentence for sentence in found), found


def test_an_import_of_figures_outside_the_exercises_is_found(monkeypatch):
    monkeypatch.setitem(LAYERS, "afterwards", set())
    found = layer_problems({"companion.afterwards.a": "from companion import plots"})
    assert found == ["companion.afterwards.a imports companion.plots, which is not for it"]


@pytest.mark.parametrize(
    "source", ["a.to(b.dtype) * x", "x.to(self.var)", "x.to(b.device, a)", "(a + b).type_as(x)"]
)
def test_a_cast_is_found(source):
    assert len(casts(f"y = {source}")) == 1


def test_a_move_to_a_device_is_no_cast():
    assert casts("y = a.to(b.device) + c.to(device) + d.to(device=here.device)") == []


def test_a_good_export_has_no_problem():
    assert export_problems("from a import b, c\nD = c.d\n__all__ = ['b', 'D']") == []


@pytest.mark.parametrize(
    "source, problem",
    [
        ("from a import b, c\n__all__ = ['b']", "c is imported and not in __all__"),
        ("from a import b\n__all__ = ['b', 'c']", "c is in __all__ and not here"),
        ("from a import b\n__all__ = ['b', 'b']", "b is twice in __all__"),
        ("from a import b", "b is imported and not in __all__"),
        ("from a import *", "* is imported and not in __all__"),
    ],
)
def test_a_bad_export_is_found(source, problem):
    assert problem in export_problems(source)


DOCUMENTED = '"""Words."""\n\n\ndef f(a: int) -> int:\n    """Doubles."""\n    return 2 * a\n'
RAISES = DOCUMENTED.replace("return", "if a: raise TypeError('a')\n    return")


def test_a_good_function_has_no_problem():
    assert word_problems(DOCUMENTED) == []
    assert word_problems(RAISES.replace("Doubles.", "Raises TypeError for 1.")) == []
    assert word_problems(RAISES.replace("Words.", "Raises TypeError for 1.")) == []
    method = "    def f(self) -> int: ..."
    assert word_problems(f'class A:\n    """Has `.f()`."""\n\n{method}') == []


@pytest.mark.parametrize(
    "source, problem",
    [
        (DOCUMENTED.replace('    """Doubles."""\n', ""), "f has no docstring"),
        (DOCUMENTED.replace("a: int", "a"), "f: a has no annotation"),
        (DOCUMENTED.replace("a: int", "*a"), "f: a has no annotation"),
        (DOCUMENTED.replace(" -> int", ""), "f does not say what it returns"),
        (RAISES, "f raises TypeError and does not say so"),
        (
            DOCUMENTED.replace("2 * a", "check_data('a', a)"),
            "f raises ValueError and does",
        ),
        ("class A:\n    def f(self): ...", "A has no docstring"),
        ("class A:\n    def f(self): ...", "A.f has no docstring"),
    ],
)
def test_a_bad_function_is_found(source, problem):
    found = word_problems(source)
    assert any(problem in sentence for sentence in found), found

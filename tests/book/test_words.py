"""The package's public names are the field's: none of the words that they replaced."""

import ast

import pytest

from tests.book.course import modules

# Not -> but. A name of the left column is a function, a class, a parameter, a field, a method
# or an attribute that nobody meets outside of this project.
INSTEAD = {
    "asked": "prediction_type or parameterization",
    "asks": "prediction_type or parameterization",
    "ASKS": "PARAMETERIZATIONS",
    "Known": "State",
    "path": "history",
    "guess": "prediction",
    "guesses": "predictions",
    "walk": "trajectory",
    "walk_back": "trajectory",
    "stops": "timesteps",
    "evenly_spaced": "trailing",
    "shrink": "downsample or a coefficient",
    "grow": "upsample",
    "gain": "coefficient",
    "bridge": "skip",
    "bridges": "skips",
    "around": "shortcut",
    "before": "ch_in",
    "after": "ch_out",
    "here": "channels",
    "first": "conv_in",
    "last": "conv_out or head",
    "embed": "emb_proj or lookup",
    "embedded": "emb",
    "zeroed": "zero_module",
    "sinusoids": "sinusoidal_embedding",
    "OneShot": "Generator",
    "Reader": "Encoder",
    "critic": "discriminator",
    "penalty": "r1_gamma",
    "told_apart": "d_loss",
    "fooled": "g_loss",
    "falling": "lr_scheduler",
    "again": "recon",
    "squares": "l2_weight",
    "Parts": "Losses",
    "Features": "perceptual_loss",
    "Plain": "Identity",
    "codes": "num_codes or indices",
    "restart": "dead_code_threshold",
    "begin": "disc_start",
    "alternate": "alternate_updates",
    "recolour": "channel_shuffle",
    "rate": "lr",
    "keep": "ema_decay",
    "ema": "ema_decay",
    "average": "ema_model",
    "clip": "max_grad_norm",
    "puzzle": "pretext task",
    "judge": "evaluation features",
    "NotFinite": "Diverged, or NonFinite of data",
}

# Where such a word is looked for, if not everywhere: layers of networks and their widths.
LAYERS = ("companion.networks", "companion.autoencoder", "companion.evaluation.classifier")
ONLY_IN = dict.fromkeys(
    "shrink grow around before after here first last embed embedded".split(), LAYERS
)

# Where the same word means another thing, which the field calls so.
RIGHT = {
    "clip": (
        "companion.diffusion",
        "companion.networks",
        "companion.tasks.models",
        "companion.tasks.edits",
    ),  # of x_0, in a denoiser
    "judge": ("companion.exercises",),  # an answer
    "guess": ("companion.exercises",),  # a reader's
    "bridge": ("companion.proofs",),  # from a proof to tensor code: a file of tests
    "path": ("companion.training.record", "companion.commands.edited"),  # of a file
    "keep": ("companion.exercises",),  # a letter of an answer
    "codes": ("companion.exercises",),  # a letter of an answer
    "ema": ("companion.autoencoder.codebook",),  # whether codes are running means
    "walk": ("companion.exercises",),  # through a tree
}


def is_of_a_file(annotation: ast.expr | None) -> bool:
    return annotation is not None and "Path" in ast.unparse(annotation)


def public_names(source: str) -> list[tuple[str, ast.expr | None]]:
    """Names that a user of a module meets, dotted from it, with their annotations."""
    found = []

    def of_function(node: ast.FunctionDef, name: str) -> None:
        every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        every += [arg for arg in (node.args.vararg, node.args.kwarg) if arg]
        found.extend((f"{name}.{arg.arg}", arg.annotation) for arg in every if arg.arg != "self")

    def of_class(node: ast.ClassDef) -> None:
        for inner in node.body:
            if isinstance(inner, ast.AnnAssign):
                found.append((f"{node.name}.{ast.unparse(inner.target)}", inner.annotation))
            elif isinstance(inner, ast.FunctionDef):
                name = f"{node.name}.{inner.name}"
                if inner.name == "__init__":
                    found.extend(
                        (f"{node.name}.{target.attr}", None)
                        for line in ast.walk(inner)
                        if isinstance(line, ast.Assign)
                        for target in line.targets
                        if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self"
                    )
                elif not inner.name.startswith("_"):
                    found.append((name, None))
                if inner.name == "__init__" or not inner.name.startswith("_"):
                    of_function(inner, name)

    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_":
            found.append((node.name, None))
            (of_class if isinstance(node, ast.ClassDef) else lambda n: of_function(n, n.name))(node)
        elif isinstance(node, ast.Assign):
            found += [(t.id, None) for t in node.targets if isinstance(t, ast.Name)]
    return found


def word_problems(module: str, source: str) -> dict[str, str]:
    """The names that are to be replaced, with what they should be."""
    problems = {}
    for name, annotation in public_names(source):
        word = name.rpartition(".")[2]
        if word not in INSTEAD or module.startswith(RIGHT.get(word, ("none",))):
            continue
        if not module.startswith(ONLY_IN.get(word, "companion")):
            continue
        if word == "path" and is_of_a_file(annotation):
            continue
        problems[f"{module}.{name}"] = INSTEAD[word]
    return problems


# Names that are still to go, each with its room: take out what is done, never put in.
TO_GO: set[str] = set()  # what is still to be renamed: it may only shrink


def test_public_names_are_those_of_the_field():
    found = {}
    for module, source in modules().items():
        found |= word_problems(module, source)
    assert {name: but for name, but in found.items() if name not in TO_GO} == {}


# ---------------------------------------------------------------- the rule, seen red


@pytest.mark.parametrize(
    "module, source, name",
    [
        ("companion.diffusion.a", "def walk_back(): ...", "walk_back"),
        ("companion.diffusion.a", "def f(x, *, path: list): ...", "f.path"),
        ("companion.diffusion.a", "def f(x, path): ...", "f.path"),
        ("companion.diffusion.a", "class Known: ...", "Known"),
        ("companion.training.a", "class A:\n    clip: float = 1.0", "A.clip"),
        ("companion.training.a", "class A:\n    def asked(self): ...", "A.asked"),
        ("companion.training.a", "class A:\n    def f(self, keep): ...", "A.f.keep"),
        ("companion.training.a", "ASKS = ()", "ASKS"),
        (
            "companion.networks.a",
            "class A:\n    def __init__(self):\n        self.last = 1",
            "A.last",
        ),
        (
            "companion.networks.a",
            "class A:\n    def __init__(self, before): ...",
            "A.__init__.before",
        ),
    ],
)
def test_a_word_of_our_own_is_found(module, source, name):
    assert list(word_problems(module, source)) == [f"{module}.{name}"]


@pytest.mark.parametrize(
    "module, source",
    [
        ("companion.data.a", "def f(path: str | Path): ..."),
        ("companion.diffusion.a", "def f(x, clip: bool): ..."),
        ("companion.exercises.a", "class A:\n    def judge(self): ..."),
        ("companion.plots.a", "def f(before, after): ..."),
        ("companion.training.a", "def _walk_back(asked): ..."),
        ("companion.training.a", "def f(x):\n    keep = x\n    return keep"),
        ("companion.training.a", "def f(average_loss, rates): ..."),
    ],
)
def test_other_names_are_not(module, source):
    assert word_problems(module, source) == {}

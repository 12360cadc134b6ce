"""The package's public names are the field's: none of the words that they replaced."""

import ast

import pytest

from tests.book.course import modules

# Not -> but. A name of the left column is a function, a class, a parameter, a field, a method
# or an attribute that nobody meets outside of this project.
INSTEAD = {
    "asked": "prediction_type or parameterization",
    "prediction_type": "prediction_type or parameterization",
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
    "dead_code_threshold": "dead_code_threshold",
    "disc_start": "disc_start",
    "alternate_updates": "alternate_updates",
    "channel_shuffle": "channel_shuffle",
    "rate": "lr",
    "keep": "ema_decay",
    "ema_decay": "ema_decay",
    "average": "ema_model",
    "max_grad_norm": "max_grad_norm",
    "puzzle": "pretext task",
    "judge": "evaluation features",
    "NotFinite": "NonFinite",
}

# Where such a word is looked for, if not everywhere: layers of networks and their widths.
LAYERS = ("companion.networks", "companion.autoencoder", "companion.evaluation.classifier")
ONLY_IN = dict.fromkeys(
    "shrink grow around before after here first last embed embedded".split(), LAYERS
)

# Where the same word means another thing, which the field calls so.
RIGHT = {
    "max_grad_norm": ("companion.diffusion", "companion.networks"),  # of x_0, in a denoiser
    "judge": ("companion.exercises",),  # an answer
    "guess": ("companion.exercises",),  # a reader's
    "bridge": ("companion.proofs",),  # from a proof to tensor code: a file of tests
    "path": ("companion.training.record",),  # of a file
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
TO_GO = set(
    """
    companion.autoencoder.bottlenecks.Plain
    companion.autoencoder.bottlenecks.VQ.__init__.codes
    companion.autoencoder.bottlenecks.VQ.__init__.ema
    companion.autoencoder.bottlenecks.VQ.__init__.restart
    companion.autoencoder.bottlenecks.VQ.codes
    companion.autoencoder.bottlenecks.VQ.embed
    companion.autoencoder.bottlenecks.VQ.embed.codes
    companion.autoencoder.coder.Encoder.first
    companion.autoencoder.coder.Encoder.last
    companion.autoencoder.coder.Decoder.first
    companion.autoencoder.coder.Decoder.last
    companion.autoencoder.coder.stages.before
    companion.autoencoder.coder.stages.after
    companion.autoencoder.coder.check_equal.asked
    companion.autoencoder.coder.check_equal.here
    companion.autoencoder.features.FeatureNet.guess
    companion.autoencoder.features.puzzle
    companion.autoencoder.losses.Features
    companion.autoencoder.losses.Weights.squares
    companion.autoencoder.losses.Parts
    companion.autoencoder.losses.pixel_loss.again
    companion.autoencoder.losses.pixel_loss.squares
    companion.autoencoder.losses.autoencoder_loss.again
    companion.autoencoder.losses.discriminator_loss.again
    companion.autoencoder.recipe.AutoencoderRecipe.rate
    companion.autoencoder.recipe.AutoencoderRecipe.codes
    companion.autoencoder.recipe.AutoencoderRecipe.restart
    companion.autoencoder.recipe.AutoencoderRecipe.squares
    companion.autoencoder.recipe.AutoencoderRecipe.begin
    companion.autoencoder.recipe.AutoencoderRecipe.alternate
    companion.autoencoder.recipe.AutoencoderRecipe.recolour
    companion.autoencoder.training.AutoencoderRun.ema_model
    companion.autoencoder.training.update_discriminator.again
    companion.commands.main.Plain
    companion.diffusion.samplers.Known
    companion.diffusion.samplers.Known.guess
    companion.diffusion.samplers.ancestral.path
    companion.diffusion.samplers.dpm_solver.path
    companion.diffusion.samplers.walk_back
    companion.diffusion.samplers.evenly_spaced
    companion.evaluation.classifier.Classifier.last
    companion.exercises.chapter_1_3.average_memory.mean_age.keep
    companion.exercises.chapter_2_1.used_codes.perplexity_of_law.codes
    companion.networks.blocks.ResBlock.embed
    companion.networks.blocks.ResBlock.around
    companion.networks.blocks.ResBlock.forward.embedded
    companion.networks.blocks.zeroed
    companion.networks.denoiser.denoiser.asked
    companion.networks.embeddings.sinusoids
    companion.networks.oneshot.OneShot
    companion.networks.oneshot.OneShot.first
    companion.networks.oneshot.Reader
    companion.networks.oneshot.Reader.last
    companion.networks.unet.UNet.first
    companion.networks.unet.UNet.last
    companion.networks.unet.through.embedded
    companion.training.ema.update.keep
    companion.training.finite.NotFinite
    companion.training.loop.Run.ema_model
    companion.training.oneshot.train_vae.rate
    companion.training.oneshot.train_gan.critic
    companion.training.oneshot.train_gan.ema_model
    companion.training.oneshot.train_gan.keep
    companion.training.oneshot.train_gan.penalty
    companion.training.oneshot.train_gan.rate
    companion.training.recipe.ASKS
    companion.training.recipe.BaseRecipe.rate
    companion.training.recipe.BaseRecipe.clip
    companion.training.recipe.BaseRecipe.ema
    companion.training.recipe.Recipe.asks
    companion.training.recipe.Recipe.asked
    """.split()
)


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

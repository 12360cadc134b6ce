"""The commands about autoencoders, broken on purpose and caught by their own tests."""

from functools import partial
from pathlib import Path

import pytest

from tests.commands import asking
from tests.commands import test_autoencoders as t
from tests.commands import test_commands as c
from tests.commands import test_measured as measured
from tests.commands.conftest import mine  # noqa: F401
from tests.mutations.mutation import Mutation, compiled

# In the order of their imports.
MODULES = tuple(
    f"commands.{part}"
    for part in (
        *("words", "options", "outputs", "denoisers", "autoencoders", "saved", "sources", "drawing", "pairs"),
        *("measures", "learning", "reconstruct", "sampling", "train", "main"),
    )
)


def figures(folder, patch):
    t.test_the_figures_are_those_of_the_network(folder, patch, "--whole", t.whole)


def tiles(folder, patch):
    t.test_the_figures_are_those_of_the_network(folder, patch, "--tiles", t.four_tiles)


def unsaid(folder, patch):
    t.test_tiles_are_what_one_gets_unless_one_says_otherwise(folder, patch)


def any_image(name, size, left, folder, patch):
    t.test_any_image_comes_back(folder, patch, name, "RGB", size, left)


def own_folder(folder, patch):
    t.test_a_folder_is_learned_reconstructed_and_measured(folder)


def crop(folder, patch):
    t.test_an_odd_image_is_cropped_in_the_middle(folder, patch)


def evaluated(folder, patch):
    measured.test_every_figure_is_that_of_the_images_held_out(folder, "kl")


def evaluated_codes(folder, patch):
    measured.test_every_figure_is_that_of_the_images_held_out(folder, "vq")


def single(folder, patch):
    measured.test_of_a_single_image_it_is_said_that_it_was_learned_from(folder)


def sampled(folder, patch):
    c.test_a_folder_is_learned_sampled_and_measured(folder)


def replaced(folder, patch):
    c.test_a_new_run_replaces_no_file(folder, ["train"], "mine.safetensors")


def replaced_autoencoder(folder, patch):
    out = "mine-autoencoder.safetensors"
    c.test_a_new_run_replaces_no_file(folder, ["train", "autoencoder"], out)


def enlarged(folder, patch):
    c.test_images_that_are_enlarged_are_counted(folder)


def place(words, said, folder, patch):
    Path("self.png").symlink_to("mine/0.png")
    output = asking.asked(*words, code=1)
    assert output.startswith(f"Error: {said}")


def refused(words, said, folder, patch):
    asking.asked("train", "autoencoder", "mine", *t.SMALL)
    t.test_what_cannot_be_done_is_said_in_one_line(None, words, said)


large = partial(any_image, "a.tiff", (1024, 511), (512, 256))
odd = partial(any_image, "a.png", (33, 47), (32, 44))
kind = partial(
    refused, ["sample", "mine-autoencoder.safetensors"], "an autoencoder, expected a"
)
tiny = partial(refused, ["reconstruct", "photos-kl", "tiny.png"], "got 3 by 9 pixels")
linked = partial(
    place,
    ["reconstruct", "photos-kl", "mine/0.png", "--out", "self.png"],
    "--out: got self.png, which is mine/0.png that is read",
)
ending = partial(
    place,
    ["reconstruct", "photos-kl", "mine/0.png", "--out", "x.xyz"],
    "--out: got x.xyz, expected a name",
)
nowhere = partial(
    place,
    ["reconstruct", "photos-kl", "mine/0.png", "--out", "no/x.png"],
    "--out: got no/x.png, expected a file in a folder",
)
samples = partial(
    place, ["sample", "digits-v", "--out", "x.xyz"], "--out: got x.xyz, expected a name"
)
walk = partial(
    place,
    ["sample", "digits-v", "--animation", "x.png"],
    "--animation: got x.png, expected a name",
)
mistyped = partial(place, ["evaluate", "photos-lk"], c.ALL_WEIGHTS)
thirds = partial(
    refused,
    ["train", "autoencoder", "mine", "--f", "3"],
    "--f: got 3, expected a power of two\n",
)
between = partial(
    refused, ["train", "autoencoder", "mine", "--size", "18"], "Error: --size: got 18"
)
digits = partial(
    place, ["train", "digits", "--size", "12"], "--size: got 12, expected 8, 16 or 32"
)
option = partial(refused, ["evaluate", "photos-kl", "--count", "60"], "no options")
TABLE = (
    (
        "commands.reconstruct",
        Mutation(
            "PSNR of a paler image", "psnr(x[None], ", "psnr(x[None] / 2, ", figures
        ),
    ),
    (
        "commands.reconstruct",
        Mutation(
            "a bit more for each code", "(recipe.codes - 1)", "recipe.codes", figures
        ),
    ),
    (
        "commands.reconstruct",
        Mutation("all codes are used", "len(codes.unique())", "codes.numel()", figures),
    ),
    (
        "commands.reconstruct",
        Mutation("beside instead of above", "dim=1 if wide else 2", "dim=2", figures),
    ),
    (
        "commands.reconstruct",
        Mutation("the original twice", "line, again]", "line, x]", figures),
    ),
    (
        "commands.reconstruct",
        Mutation("bytes for bits", "{8 * x.numel()}", "{x.numel()}", figures),
    ),
    (
        "commands.reconstruct",
        Mutation("large images stay", "max(H, W) > LONGEST", "False", large),
    ),
    (
        "commands.reconstruct",
        Mutation(
            "the shorter side is 512", "LONGEST / max(H", "LONGEST / min(H", large
        ),
    ),
    (
        "commands.reconstruct",
        Mutation("the crop is not said", "if (h, w) != (H, W):", "if False:", odd),
    ),
    (
        "commands.reconstruct",
        Mutation("nothing is cropped", "H - H % f, W - W % f", "H, W", odd),
    ),
    (
        "commands.reconstruct",
        Mutation("any size will do", "if min(H, W) < f:", "if False:", tiny),
    ),
    (
        "commands.reconstruct",
        Mutation(
            "never in tiles",
            "recipe.size if tiled else max(x.shape)",
            "max(x.shape)",
            tiles,
        ),
    ),
    (
        "commands.reconstruct",
        Mutation(
            "tiles unasked",
            "recipe.size if tiled else max(x.shape)",
            "recipe.size",
            figures,
        ),
    ),
    (
        "commands.reconstruct",
        Mutation(
            "rows joined beside each other",
            "torch.cat(in_rows, dim=-2)",
            "torch.cat(in_rows, dim=-1)",
            tiles,
        ),
    ),
    (
        "commands.reconstruct",
        Mutation(
            "the first row over and over",
            "for row in found]",
            "for row in found[:1] * len(found)]",
            tiles,
        ),
    ),
    (
        "commands.reconstruct",
        Mutation(
            "tiles only on request",
            '"tiled",\n    default=True',
            '"tiled",\n    default=False',
            unsaid,
        ),
    ),
    (
        "commands.sampling",
        Mutation("options are passed over", "if any(source", "if all(source", option),
    ),
    (
        "commands.sources",
        Mutation(
            "autoencoders are sampled", "if is_autoencoder(name):", "if False:", kind
        ),
    ),
    (
        "commands.train",
        Mutation(
            "skipped files are not named",
            "for path, reason in images.skipped:",
            "for path, reason in ():",
            own_folder,
        ),
    ),
    (
        "commands.autoencoders",
        Mutation(
            "never adversarial", "    if adversarial:\n", "    if False:\n", own_folder
        ),
    ),
    (
        "commands.autoencoders",
        Mutation("always KL", "    if bottleneck:\n", "    if False:\n", own_folder),
    ),
    (
        "commands.autoencoders",
        Mutation("another seed", "**changed)", "**changed | {'seed': 1})", own_folder),
    ),
    (
        "commands.reconstruct",
        Mutation("the crop in the corner", "(H - h) // 2, (W - w) // 2", "0, 0", crop),
    ),
    (
        "commands.reconstruct",
        Mutation(
            "measured on images learned from",
            "held_out = images.held_out",
            "held_out = images.learned[:400]",
            evaluated,
        ),
    ),
    (
        "commands.reconstruct",
        Mutation(
            "the judge is the one that was learned with",
            "judge = photo_judge()",
            "from companion.autoencoder import photo_features; judge = photo_features()",
            evaluated,
        ),
    ),
    (
        "commands.reconstruct",
        Mutation(
            "the scale of images held out",
            "images.learned[:_TRAINING]",
            "images.held_out[:_TRAINING]",
            evaluated,
        ),
    ),
    (
        "commands.reconstruct",
        Mutation(
            "the scale of a batch", "_TRAINING = 2000", "_TRAINING = 50", evaluated
        ),
    ),
    (
        "commands.reconstruct",
        Mutation(
            "no Frechet distance",
            "partial(perceptual, judge), judge.pooled",
            "partial(perceptual, judge), None",
            evaluated,
        ),
    ),
    (
        "commands.reconstruct",
        Mutation("no divergence", 'latent.info.get("kl")', "None", evaluated),
    ),
    (
        "commands.reconstruct",
        Mutation(
            "of half as many codes",
            'latent.info["codes"], recipe.codes',
            'latent.info["codes"] // 2, recipe.codes // 2',
            evaluated_codes,
        ),
    ),
    (
        "commands.reconstruct",
        Mutation("one image held out", "if images.alone", "if False", single),
    ),
    (
        "commands.reconstruct",
        Mutation("only RUN is looked at", "[run, *images]", "[run]", linked),
    ),
    (
        "commands.reconstruct",
        Mutation(
            "the place is not looked at",
            '    check_picture("--out", out, ".png", [run, *images])\n',
            "",
            ending,
        ),
    ),
    (
        "commands.outputs",
        Mutation("a link is another file", "out.samefile(one)", "out == one", linked),
    ),
    (
        "commands.outputs",
        Mutation("any ending", "if out.suffix.lower() != ends:", "if False:", ending),
    ),
    (
        "commands.outputs",
        Mutation("any folder", "if not out.parent.is_dir():", "if False:", nowhere),
    ),
    (
        "commands.sampling",
        Mutation(
            "samples anywhere",
            '    check_picture("--out", out, ".png", [run])\n',
            "",
            samples,
        ),
    ),
    (
        "commands.sampling",
        Mutation(
            "a walk anywhere",
            "    if animation:\n        check",
            "    if 0:\n        check",
            walk,
        ),
    ),
    (
        "commands.sampling",
        Mutation("half of the weights", "    check_known(run)\n", "", mistyped),
    ),
    (
        "commands.sampling",
        Mutation("one held out will do", "len(of.held_out) < 2", "False", sampled),
    ),
    (
        "commands.train",
        Mutation(
            "a run is lost",
            'Path(f"{Path(data).name}.safetensors")\n        check_new_run(out)\n',
            'Path(f"{Path(data).name}.safetensors")\n',
            replaced,
        ),
    ),
    (
        "commands.train",
        Mutation(
            "an autoencoder is lost",
            '-autoencoder.safetensors")\n        check_new_run(out)\n',
            '-autoencoder.safetensors")\n',
            replaced_autoencoder,
        ),
    ),
    (
        "commands.train",
        Mutation(
            "going on over another file",
            "    check_new_run(out)\n    return out",
            "    return out",
            replaced,
        ),
    ),
    (
        "commands.train",
        Mutation(
            "never in its own file",
            "out.exists() and out.samefile(data)",
            "False",
            replaced,
        ),
    ),
    (
        "commands.outputs",
        Mutation(
            "the other kind goes on",
            "kind == AUTOENCODER",
            "kind != AUTOENCODER",
            replaced,
        ),
    ),
    (
        "commands.train",
        Mutation("enlarged in silence", "if images.enlarged:", "if False:", enlarged),
    ),
    (
        "commands.sources",
        Mutation(
            "of those learned from",
            "return len(self.learned) + (0 if self.alone else len(self.held_out))",
            "return len(self.learned)",
            enlarged,
        ),
    ),
    (
        "commands.autoencoders",
        Mutation("any f", "    if f & (f - 1):", "    if False:", thirds),
    ),
    (
        "commands.autoencoders",
        Mutation(
            "a field for an option", "with as_options(changed):", "if True:", between
        ),
    ),
    (
        "commands.train",
        Mutation("the same of images", "with as_options(changed):", "if True:", digits),
    ),
)


@pytest.fixture
def broken(mine, monkeypatch):  # noqa: F811
    """Ask a copy of the commands, one of them with a text replaced."""

    def ask(*row):
        monkeypatch.setattr(asking, "main", compiled(MODULES, *row).main)

    return ask


CAUGHT_BY = {row.caught_by: row.breaks for _, row in TABLE}


@pytest.mark.parametrize("holds", CAUGHT_BY, ids=CAUGHT_BY.values())
def test_a_copy_with_nothing_broken_passes(holds, broken, mine, monkeypatch):  # noqa: F811
    broken()
    holds(mine, monkeypatch)


@pytest.mark.parametrize(("module", "row"), TABLE, ids=[row.breaks for _, row in TABLE])
def test_mutant_is_caught(module, row, broken, mine, monkeypatch):  # noqa: F811
    broken(module, row.before, row.after)
    with pytest.raises(AssertionError):
        row.caught_by(mine, monkeypatch)

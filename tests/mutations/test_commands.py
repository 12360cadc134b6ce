"""The commands about autoencoders, broken on purpose and caught by their own tests."""

from functools import partial

import pytest

from tests.commands import asking
from tests.commands import test_autoencoders as t
from tests.commands.conftest import mine  # noqa: F401
from tests.mutations.mutation import Mutation, compiled

# In the order of their imports.
MODULES = tuple(
    f"commands.{part}"
    for part in ("autoencoders", "sources", "reconstruct", "sampling", "train", "main")
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


def refused(words, said, folder, patch):
    asking.asked("train", "autoencoder", "mine", *t.SMALL)
    t.test_what_cannot_be_done_is_said_in_one_line(None, words, said)


large = partial(any_image, "a.tiff", (1024, 511), (512, 256))
odd = partial(any_image, "a.png", (33, 47), (32, 44))
kind = partial(
    refused, ["sample", "mine-autoencoder.safetensors"], "an autoencoder, expected a"
)
tiny = partial(refused, ["reconstruct", "photos-kl", "tiny.png"], "got 3 by 9 pixels")
option = partial(refused, ["evaluate", "photos-kl", "--count", "20"], "no options")
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
            "for path, reason in skipped:",
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

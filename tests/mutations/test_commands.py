"""The command line, broken on purpose and caught by its own tests."""

import os
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from click.testing import CliRunner
from PIL import Image

import companion.plots
from companion.training import Stopped
from tests.commands import asking
from tests.commands import test_autoencoders as t
from tests.commands import test_commands as c
from tests.commands import test_drawing as drawing
from tests.commands import test_measured as measured
from tests.commands import test_wiring as wiring
from tests.commands.conftest import mine  # noqa: F401
from tests.mutations.mutation import Mutation, in_place

# In the order of their imports.
MODULES = tuple(
    f"commands.{part}"
    for part in (
        *(
            "words",
            "options",
            "outputs",
            "denoisers",
            "autoencoders",
            "saved",
            "sources",
            "drawing",
            "pairs",
        ),
        *("measures", "telling", "edited", "editing", "latents", "learning"),
        *("reconstruct", "sampling", "train", "main"),
    )
)


def figures(folder, patch):
    t.test_the_figures_are_those_of_the_network(folder, patch, "--whole", t.whole)


def moved(folder, patch):
    broken = sys.modules["companion.commands.drawing"]
    patch.setattr(drawing, "drawing", broken)
    patch.setattr(drawing, "draw", broken.draw)
    drawing.test_all_parts_of_a_model_are_moved_to_where_it_draws(patch)


def tiles(folder, patch):
    t.test_the_figures_are_those_of_the_network(folder, patch, "--tiles", t.four_tiles)


def unsaid(folder, patch):
    t.test_tiles_are_what_one_gets_unless_one_says_otherwise(folder, patch)


def any_image(name, size, left, folder, patch):
    t.test_any_image_comes_back(folder, patch, name, "RGB", size, left)


def own_folder(folder, patch):
    """The options of an autoencoder are in its recipe."""
    words = [*t.SMALL, "--bottleneck", "vq", "--f", 8, "--adversarial", "--seed", 3]
    run, _ = given(["train", "autoencoder", "mine/", *words], patch)
    told = {"f": 8, "size": 16, "seed": 3, "width": 8, "steps": 4}
    told["source"] = str(folder / "mine")
    assert run.recipe == t.with_both_terms(t.RECIPES["photos-vq"].override(**told))


def left_out(folder, patch):
    idle(patch)
    assert "skipped mine/notes.txt: no kind of picture" in asking.asked(*RUN)


def crop(folder, patch):
    t.test_an_odd_image_is_cropped_in_the_middle(folder, patch)


def evaluated(folder, patch):
    measured.test_every_figure_is_that_of_the_images_held_out("kl")


def evaluated_codes(folder, patch):
    measured.test_every_figure_is_that_of_the_images_held_out("vq")


def single(folder, patch):
    measured.test_of_a_single_image_it_is_said_that_it_was_learned_from(folder)


def few(folder, patch):
    asking.asked(*RUN)
    said = asking.asked("evaluate", "run", "--count", 50, "--steps", 1, "--seeds", 1, code=1)
    assert "RUN: got run, with 3 of 12 images held out, expected at least 50" in said


def replaced(folder, patch):
    c.test_a_new_run_replaces_no_file(folder, ["train"], "mine.safetensors")


def replaced_autoencoder(folder, patch):
    out = "mine-autoencoder.safetensors"
    c.test_a_new_run_replaces_no_file(folder, ["train", "autoencoder"], out)


def enlarged(folder, patch):
    idle(patch)
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
kind = partial(refused, ["sample", "mine-autoencoder.safetensors"], "an autoencoder, expected a")
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
digits = partial(place, ["train", "digits", "--size", "12"], "--size: got 12, expected 8, 16 or 32")


def option(folder, patch):
    """Of few photographs, should they be measured after all."""
    for name in ("MANY", "HELD_OUT"):
        patch.setattr(f"companion.commands.sources.{name}", 4)
    assert "no options" in asking.asked("evaluate", "photos-kl", "--count", 60, code=1)


def draws(sampler, seed, folder, patch):
    """Five images in batches of two, beside each of them alone."""
    seen = []
    patch.setattr(companion.plots, "save_sheet", lambda images, out: seen.append(images))
    patch.setattr("companion.commands.drawing.batch_size", lambda recipe: 2)
    asking.asked(
        "sample", "digits-v", "--count", 5, "--steps", 3, "--sampler", sampler, "--seed", seed
    )
    drawing.close(
        seen[0], torch.cat([drawing.by_hand("digits-v", seed, n, 3, sampler) for n in range(5)])
    )


def averaged(folder, patch):
    wiring.test_sample_asks_the_average_of_a_run(folder, patch)


def frames(folder, patch):
    seen = []
    patch.setattr(companion.plots, "save_animation", lambda walk, out: seen.extend(walk) or 1)
    asking.asked("sample", "digits-v", "--count", 1, "--steps", 2, "--animation", "a.gif")
    assert len(seen) == 3 and [len(frame) for frame in seen] == [1, 1, 1]


def given(words, patch):
    """What is handed to the training: its keywords, and the run."""
    seen = []
    note = lambda out, run, *_, **how: seen.append((run, how))  # noqa: E731
    patch.setattr("companion.commands.learning.train_to", note)
    asking.asked(*words)
    return seen[0]


def handed(folder, patch):
    run, how = given(
        ["train", "mine", "--every", 7, "--steps", 9, "--size", 16, "--width", 8], patch
    )
    assert how == {"every": 7, "new": True}
    assert (run.recipe.steps, run.recipe.data.size, run.recipe.network.width) == (9, 16, 8)


RUN = ["train", "mine", "--steps", 1, "--size", 16, "--width", 8, "--out", "run"]


def handed_on(folder, patch):
    asking.asked(*RUN)
    assert given(["train", "run"], patch)[1] == {"every": 500, "new": False}


def more_steps(folder, patch):
    asking.asked(*RUN)
    assert given(["train", "run", "--steps", 3], patch)[0].recipe.steps == 3


def known(folder, patch):
    run, _ = given(RUN, patch)
    assert run.recipe.data.source == str(folder / "mine")
    assert run.source and run.source["pictures"]["count"] == 12


def seed_of_0(folder, patch):
    Path("own.json").write_text('{"seed": 5, "channels": 3, "width": 8}')
    assert given(["train", "mine", "--recipe", "own.json", "--seed", 0], patch)[0].recipe.seed == 0


def news(folder, patch):
    asking.asked(*RUN)
    Path("mine/0.png").unlink()
    assert "have changed: 11 pictures where it had 12" in asking.asked("train", "run")


def padded(folder, patch):
    idle(patch)
    with Image.open("mine/0.png") as image:
        image.resize((20, 40)).save("mine/0.png")
    assert "1 of 12 images are not square: each gets a margin" in asking.asked(*RUN, "--fit", "pad")


def grey(folder, patch):
    idle(patch)
    for path in Path("mine").glob("*.png"):
        with Image.open(path) as image:
            image.convert("L").save(path)
    assert "all images are grey" in asking.asked(*RUN)


def both(folder, patch):
    Path("digits").mkdir()
    assert "a name of the course and also a folder" in asking.asked(
        "train", "digits", *RUN[2:], code=1
    )


def empty(folder, patch):
    assert "got an empty name" in asking.asked("train", "", *RUN[2:], code=1)


def tried(folder, patch):
    output = asking.asked(
        "sample", "digits-v", "--count", 1, "--steps", 1, "--out", "/proc/x.png", code=1
    )
    assert "expected a place where a file can be written" in output


def named(folder, patch):
    os.rename("mine", ".mine")
    assert "saved mine.safetensors" in asking.asked("train", ".mine", *RUN[2:-2])


def broken_lines(folder, patch):
    assert r"got a\nb, " in asking.asked("sample", "a\nb", code=1)


def memory(folder, patch):
    def full(*_, **__):
        raise MemoryError

    patch.setattr("companion.commands.drawing.draw", full)
    said = "Error: the memory is not enough for this: lower --count\n"
    done = CliRunner().invoke(asking.main, ["sample", "digits-v"])
    assert done.output == said


def idle(patch):
    """No training: a copy that is broken would do much of it."""
    patch.setattr("companion.commands.learning.train_to", lambda *_, **__: None)


def small(folder, patch):
    idle(patch)
    words = ["train", "autoencoder", "mine", "--size", 8]
    assert "--size: got 8, expected at least 16" in asking.asked(*words, code=1)


def other_kind(folder, patch):
    asking.asked(*RUN)
    idle(patch)
    said = asking.asked("train", "autoencoder", "run", code=1)
    assert "a run of a denoising network, expected one of an autoencoder" in said


def of_python(folder, patch):
    idle(patch)
    wiring.test_a_run_of_a_kind_that_is_trained_in_python_is_refused(folder, "vae")


def not_for_it(folder, patch):
    idle(patch)
    said = asking.asked("train", "mine", "--adversarial", code=1)
    assert "--adversarial: mine is learned by a denoising network" in said


def of_a_name(folder, patch):
    idle(patch)
    said = asking.asked("train", "autoencoder", "digits-v", code=1)
    assert "DATA: got digits-v, a recipe of a denoising network, expected " in said


def nameless(folder, patch):
    patch.setattr("companion.commands.sources.MANY", 4)
    assert given(["train", "photos-vq"], patch)[0].recipe == t.RECIPES["photos-vq"]


def precise(folder, patch):
    seen = []
    note = lambda cpu, mixed_precision: seen.append(mixed_precision) or SimpleNamespace(device="")  # noqa: E731
    patch.setattr("companion.commands.learning.Accelerator", note)
    given([*RUN, "--precision", "bf16"], patch)
    assert seen == ["bf16"]


def compiles(folder, patch):
    seen = []
    patch.setattr(torch.nn.Module, "compile", lambda network: seen.append(network))
    run, _ = given(RUN, patch)
    assert seen == []
    run, _ = given([*RUN, "--compile"], patch)
    assert seen == [run.network]


def told_again(folder, patch):
    def stop(*_, **__):
        raise Stopped("stopped after step 1")

    patch.setattr("companion.commands.learning.train_to", stop)
    patch.setattr(torch.nn.Module, "compile", lambda network: None)
    assert "train run --compile\n" in asking.asked(*RUN, "--compile", code=1)


ancestral, ddim, dpm = (partial(draws, sampler, 0) for sampler in ("ancestral", "ddim", "dpm"))
seeded = partial(draws, "ddim", 4)

TABLE = (
    (
        "commands.pairs",
        Mutation("PSNR of a paler image", "psnr(x[None], ", "psnr(x[None] / 2, ", figures),
    ),
    (
        "commands.pairs",
        Mutation(
            "a bit more for each code",
            "(recipe.bottleneck.num_codes - 1)",
            "recipe.bottleneck.num_codes",
            figures,
        ),
    ),
    (
        "commands.pairs",
        Mutation("all codes are used", "len(codes.unique())", "codes.numel()", figures),
    ),
    (
        "commands.pairs",
        Mutation("beside instead of above", "dim=1 if wide else 2", "dim=2", figures),
    ),
    (
        "commands.pairs",
        Mutation("the original twice", "line, again]", "line, x]", figures),
    ),
    (
        "commands.pairs",
        Mutation("bytes for bits", "{8 * x.numel()}", "{x.numel()}", figures),
    ),
    (
        "commands.pairs",
        Mutation("made smaller in silence", "if max(H, W) > LONGEST:", "if False:", large),
    ),
    (
        "commands.pairs",
        Mutation("large images stay large", "longest=LONGEST", "longest=None", large),
    ),
    (
        "commands.pairs",
        Mutation("the crop is not said", "if (h, w) != (H, W):", "if False:", odd),
    ),
    (
        "commands.pairs",
        Mutation("nothing is cropped", "H - H % f, W - W % f", "H, W", odd),
    ),
    (
        "commands.pairs",
        Mutation("any size will do", "if min(H, W) < f:", "if False:", tiny),
    ),
    (
        "commands.pairs",
        Mutation(
            "never in tiles", "recipe.data.size if tiled else max(x.shape)", "max(x.shape)", tiles
        ),
    ),
    (
        "commands.pairs",
        Mutation(
            "tiles unasked",
            "recipe.data.size if tiled else max(x.shape)",
            "recipe.data.size",
            figures,
        ),
    ),
    (
        "commands.pairs",
        Mutation(
            "rows joined beside each other",
            "torch.cat(in_rows, dim=-2)",
            "torch.cat(in_rows, dim=-1)",
            tiles,
        ),
    ),
    (
        "commands.pairs",
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
        "commands.saved",
        Mutation(
            "autoencoders are sampled",
            'if kind == "autoencoder":\n        raise',
            "if False:\n        raise",
            kind,
        ),
    ),
    (
        "commands.sources",
        Mutation(
            "skipped files are not named",
            "for path, reason in self.skipped:",
            "for path, reason in ():",
            left_out,
        ),
    ),
    (
        "commands.autoencoders",
        Mutation("never adversarial", "    if adversarial:\n", "    if False:\n", own_folder),
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
        "commands.pairs",
        Mutation("the crop in the corner", "(H - h) // 2, (W - w) // 2", "0, 0", crop),
    ),
    (
        "commands.measures",
        Mutation(
            "measured on images learned from",
            "as_floats(images.held_out)",
            "as_floats(images.learned[:400])",
            evaluated,
        ),
    ),
    (
        "commands.measures",
        Mutation(
            "the judge is the one that was learned with",
            "judge = evaluation_features()",
            "from companion.tasks import photo_features; judge = photo_features()",
            evaluated,
        ),
    ),
    (
        "commands.measures",
        Mutation(
            "the scale of images held out",
            "images.learned[:_TRAINING]",
            "images.held_out[:_TRAINING]",
            evaluated,
        ),
    ),
    (
        "commands.measures",
        Mutation("the scale of a batch", "_TRAINING = 2000", "_TRAINING = 50", evaluated),
    ),
    (
        "commands.measures",
        Mutation(
            "no Frechet distance",
            "partial(perceptual, judge), judge.pooled",
            "partial(perceptual, judge), None",
            evaluated,
        ),
    ),
    (
        "commands.measures",
        Mutation("no divergence", 'latent.info.get("kl")', "None", evaluated),
    ),
    (
        "commands.measures",
        Mutation(
            "of half as many codes",
            'latent.info["indices"], recipe.bottleneck.num_codes',
            'latent.info["indices"] // 2, recipe.bottleneck.num_codes // 2',
            evaluated_codes,
        ),
    ),
    (
        "commands.measures",
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
        Mutation("any folder", "if not place.parent.is_dir():", "if False:", nowhere),
    ),
    (
        "commands.sampling",
        Mutation(
            "samples anywhere", '    check_picture("--out", out, ".png", [run])\n', "", samples
        ),
    ),
    (
        "commands.sampling",
        Mutation(
            "a walk anywhere", "    if animation:\n        check", "    if 0:\n        check", walk
        ),
    ),
    (
        "commands.saved",
        Mutation(
            "half of the weights",
            "if run not in names() and not Path(run).is_file():\n        what",
            "if False:\n        what",
            mistyped,
        ),
    ),
    (
        "commands.measures",
        Mutation("one held out will do", "if held_out < LEAST_IMAGES:", "if False:", few),
    ),
    (
        "commands.learning",
        Mutation(
            "a run is lost",
            "name_for(data, own.ends)\n    check_new_run(out)\n",
            "name_for(data, own.ends)\n",
            replaced,
        ),
    ),
    (
        "commands.learning",
        Mutation(
            "an autoencoder is lost",
            "name_for(data, own.ends)\n    check_new_run(out)\n",
            "name_for(data, own.ends)\n",
            replaced_autoencoder,
        ),
    ),
    (
        "commands.learning",
        Mutation(
            "going on over another file",
            "    check_new_run(out)\n    return out",
            "    return out",
            replaced,
        ),
    ),
    (
        "commands.learning",
        Mutation("never in its own file", "out.exists() and out.samefile(data)", "False", replaced),
    ),
    (
        "commands.outputs",
        Mutation("no word on how to go on", "kind_of(out) in CALLED", "False", replaced),
    ),
    (
        "commands.sources",
        Mutation("enlarged in silence", "if self.enlarged:", "if False:", enlarged),
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
        Mutation("a field for an option", "with as_options(changed):", "if True:", between),
    ),
    (
        "commands.learning",
        Mutation("the same of images", "with as_options(FIELDS & {*how}):", "if True:", digits),
    ),
    (
        "commands.saved",
        Mutation(
            "the network and not its average",
            "model_of(session), session.source",
            "Model(session.network, session.recipe), session.source",
            averaged,
        ),
    ),
    (
        "commands.drawing",
        Mutation("eta 1 under the name ddim", "ddim(eta=0)", "ddim(eta=1)", ddim),
    ),
    (
        "commands.drawing",
        Mutation("dpm is ancestral", '"dpm": dpm_solver', '"dpm": ancestral', dpm),
    ),
    (
        "commands.drawing",
        Mutation(
            "one noise for a batch",
            "generator=g) for g in noises",
            "generator=noises[0]) for g in noises",
            ancestral,
        ),
    ),
    (
        "commands.drawing",
        Mutation(
            "each batch begins with the first image",
            "range(first, min(first + size, count))",
            "range(min(size, count - first))",
            ancestral,
        ),
    ),
    (
        "commands.drawing",
        Mutation(
            "the network is moved alone",
            "model.to(best_device())",
            "model.network.to(best_device())",
            moved,
        ),
    ),
    (
        "commands.drawing",
        Mutation("every seed is the same", 'f"{seed} {n}"', 'f"{n}"', seeded),
    ),
    (
        "commands.drawing",
        Mutation(
            "a step more than was asked for",
            "trailing(schedule.T, steps)",
            "trailing(schedule.T, steps + 1)",
            ddim,
        ),
    ),
    (
        "commands.drawing",
        Mutation(
            "the frames of other states",
            "if n in kept:\n                kept[n]",
            "if n in kept:\n                kept[0]",
            frames,
        ),
    ),
    (
        "commands.learning",
        Mutation("--every is ignored", "every=every, new=new", "every=500, new=new", handed),
    ),
    (
        "commands.learning",
        Mutation("a run that goes on is new", "new = str(out) != data", "new = True", handed_on),
    ),
    (
        "commands.learning",
        Mutation(
            "options are not fields",
            '{"changed": changed, **others}',
            '{"changed": {}, **others}',
            handed,
        ),
    ),
    (
        "commands.learning",
        Mutation(
            "more steps are passed over",
            'session = extended(session, how["steps"])',
            "pass",
            more_steps,
        ),
    ),
    (
        "commands.learning",
        Mutation(
            "a run does not know its pictures", "    session.source = images.source\n", "", known
        ),
    ),
    (
        "commands.train",
        Mutation(
            "a seed of 0 is none", "value is not None and value is not False", "value", seed_of_0
        ),
    ),
    (
        "commands.denoisers",
        Mutation(
            "a place that moves with the reader",
            "source=os.path.abspath(data)",
            "source=data",
            known,
        ),
    ),
    (
        "commands.sources",
        Mutation(
            "pictures change in silence", "        if self.news:\n", "        if False:\n", news
        ),
    ),
    (
        "commands.sources",
        Mutation("always cropped", 'source.get("fit", "crop")', '"crop"', padded),
    ),
    (
        "commands.sources",
        Mutation("sides are lost in silence", "if self.not_square:", "if False:", padded),
    ),
    (
        "commands.sources",
        Mutation("grey in silence", "if self.grey and", "if False and", grey),
    ),
    (
        "commands.saved",
        Mutation(
            "a folder of the same name is passed over",
            "if name in known and Path(name).exists():",
            "if False:",
            both,
        ),
    ),
    (
        "commands.saved",
        Mutation(
            "an empty name is the working folder", "    if not text:\n", "    if False:\n", empty
        ),
    ),
    (
        "commands.outputs",
        Mutation(
            "a place is believed",
            '            with open(beside, "xb") as file:\n',
            '            with open(os.devnull, "wb") as file:\n',
            tried,
        ),
    ),
    (
        "commands.outputs",
        Mutation("a hidden run", '.lstrip(".-")', "", named),
    ),
    (
        "commands.words",
        Mutation("line breaks in names", "c if c.isprintable() or", "c if True or", broken_lines),
    ),
    (
        "commands.options",
        Mutation(
            "memory ends in a traceback",
            "        if not isinstance(error, MemoryError) and",
            "        if",
            memory,
        ),
    ),
    (
        "commands.autoencoders",
        Mutation("any size", 'if changed.get("size", LEAST) < LEAST:', "if False:", small),
    ),
    (
        "commands.learning",
        Mutation(
            "a run of another kind than was typed",
            "if word and _BY_WORD[word] != kind:",
            "if False:",
            other_kind,
        ),
    ),
    (
        "commands.learning",
        Mutation("a run of any kind", "if kind not in KINDS:", "if False:", of_python),
    ),
    (
        "commands.learning",
        Mutation(
            "an option of another kind",
            "how.keys() & (other.options - own.options)",
            "how.keys() & frozenset()",
            not_for_it,
        ),
    ),
    (
        "commands.learning",
        Mutation(
            "a recipe of another kind", "        if data in RECIPES:", "        if 0:", of_a_name
        ),
    ),
    (
        "commands.learning",
        Mutation(
            "the word is passed over",
            "return _BY_WORD[word] if word else found",
            "return found",
            own_folder,
        ),
    ),
    (
        "commands.learning",
        Mutation(
            "without a word it is a denoiser",
            "return _BY_WORD[word] if word else found",
            'return _BY_WORD[word] if word else "diffusion"',
            nameless,
        ),
    ),
    (
        "commands.learning",
        Mutation(
            "always in whole precision",
            "mixed_precision=precision",
            "mixed_precision=None",
            precise,
        ),
    ),
    (
        "commands.learning",
        Mutation("never compiled", "        _compile(session)\n", "        pass\n", compiles),
    ),
    (
        "commands.learning",
        Mutation("always compiled", "    if compiled:\n", "    if True:\n", compiles),
    ),
    (
        "commands.learning",
        Mutation(
            "the hint forgets", "{typed('train', out)}{again}", "{typed('train', out)}", told_again
        ),
    ),
)


@pytest.fixture
def broken(mine, monkeypatch):  # noqa: F811
    """Ask a copy of the commands, one of them with a text replaced, until the test is over."""
    with ExitStack() as stack:

        def ask(*row):
            copy = stack.enter_context(in_place(MODULES, *row))
            monkeypatch.setattr(asking, "main", copy.main)

        yield ask


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

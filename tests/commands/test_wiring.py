"""Each option of each command reaches what it is for: by values, beside a direct call."""

import json
from pathlib import Path

import click
import pytest
import torch
import torch.nn.functional as F
from accelerate.state import AcceleratorState
from accelerate.utils import PrecisionType

import companion.plots
from companion.commands import drawing, learning, main, measures, options, sources
from companion.commands.drawing import draw
from companion.commands.saved import Trained, read_run
from companion.commands.train import WORDS
from companion.data import photo_crops
from companion.data.folder import FITS
from companion.evaluation import LEAST_IMAGES, digit_quality, quality, spread
from companion.tasks import KINDS as TASKS
from companion.tasks import (
    RECIPES,
    DiTConfig,
    load,
    model_of,
    recipes_of,
    with_both_terms,
    with_bottleneck,
)
from companion.tasks.autoencoder_config import BOTTLENECKS
from companion.training import Stopped, best_device, names, save, start
from tests.commands.asking import asked
from tests.commands.test_drawing import STEPS, by_hand, close

SEEDS = (0, 2**63 - 1)
PLACE = (None, None)  # no range
TRAINING = {
    "words": (False, PLACE),
    "out": (None, PLACE),
    "file": (None, PLACE),
    "steps": (None, (1, None)),
    "network": (None, ("unet", "dit")),
    "width": (None, (8, None)),
    "seed": (None, SEEDS),
    "every": (500, (1, None)),
    "grey": (False, PLACE),
    "fit": (None, ("crop", "pad")),
    "pictures": (None, PLACE),
    "precision": (None, ("no", "bf16")),
    "compiled": (False, PLACE),
    "size": (None, (8, 128)),
    "bottleneck": (None, ("plain", "kl", "vq")),
    "f": (None, (1, 32)),
    "adversarial": (False, PLACE),
    "autoencoder": (None, PLACE),
    "autoencoder_steps": (None, (1, None)),
    "encoder": (None, PLACE),
    "upscale": (False, PLACE),
}
SAMPLING = {
    "run": (True, PLACE),
    "steps": (100, (1, None)),
    "sampler": ("ancestral", ("ancestral", "ddim", "dpm")),
    "seed": (0, SEEDS),
}
EDITING = {
    **SAMPLING,
    "picture": (True, PLACE),
    "words": (False, PLACE),
    "count": (1, (1, 400)),
    "separate": (None, PLACE),
    "scale": (1.0, (-100, 100)),
    "against": (None, PLACE),
}
ASKED = {  # each parameter: its default, or whether it has to be there, and its range or choices
    ("train",): TRAINING,
    ("sample",): {
        **SAMPLING,
        "out": (Path("samples.png"), PLACE),
        "count": (36, (1, 400)),
        "separate": (None, PLACE),
        "animation": (None, PLACE),
        "words": (False, PLACE),
        "scale": (1.0, (-100, 100)),
        "against": (None, PLACE),
    },
    ("edit",): {**EDITING, "strength": (0.6, (0, 1)), "out": (Path("edited.png"), PLACE)},
    ("inpaint",): {
        **EDITING,
        "mask": (True, PLACE),
        "repeats": (1, (1, 100)),
        "out": (Path("inpainted.png"), PLACE),
    },
    ("upscale",): {
        **SAMPLING,
        "picture": (True, PLACE),
        "count": (1, (1, 400)),
        "separate": (None, PLACE),
        "out": (Path("upscaled.png"), PLACE),
    },
    ("evaluate",): {
        **SAMPLING,
        "count": (1000, (50, None)),
        "seeds": (3, (1, None)),
        "pictures": (None, PLACE),
    },
    ("reconstruct",): {
        "run": (True, PLACE),
        "images": (True, PLACE),
        "out": (Path("reconstructed.png"), PLACE),
        "tiled": (True, PLACE),
    },
    ("recipes",): {},
    ("device",): {},
}


def command(words):
    (word,) = words
    return main.commands[word]


def range_of(param):
    if isinstance(param.type, click.Choice):
        return tuple(param.type.choices)
    return getattr(param.type, "min", None), getattr(param.type, "max", None)


def test_every_command_is_in_the_table():
    assert {(name,) for name in main.commands} == {*ASKED}


@pytest.mark.parametrize("words", ASKED, ids=" ".join)
def test_defaults_and_ranges_are_these(words):
    with click.Context(command(words)) as ctx:
        found = {
            p.name: (
                p.required if isinstance(p, click.Argument) else p.get_default(ctx),
                range_of(p),
            )
            for p in command(words).params
        }
    assert found == ASKED[words]


@pytest.mark.parametrize("words", ASKED, ids=" ".join)
def test_the_edges_of_a_range_are_in_it_and_what_is_beyond_is_not(words):
    for param in command(words).params:
        low, high = range_of(param) if isinstance(param.type, click.IntRange) else PLACE
        for edge, beyond in ((low, -1), (high, 1)):
            if edge is not None:
                assert param.type.convert(str(edge), param, None) == edge
                option = max(param.opts, key=len)
                many = {"reconstruct": 2, "edit": 2, "inpaint": 3, "upscale": 2}.get(words[0], 1)
                positional = ["a"] * many
                assert "is not in the range" in asked(
                    *words, *positional, option, edge + beyond, code=2
                )


def test_words_that_stand_for_things_of_the_package_are_its_words():
    """They are written a second time, so that help needs no PyTorch."""
    assert (options.BOTTLENECKS, options.FITS) == (BOTTLENECKS, FITS)
    assert {*options.PRECISIONS} < {*map(str, PrecisionType)} and {*options.CALLED} < {*TASKS}
    assert [*options.CALLED] == [*learning.KINDS]
    assert {*WORDS} == {None, learning.LATENT, *(one.word for one in learning.KINDS.values())}
    assert options.SAMPLERS == tuple(drawing.BY_NAME) == tuple(STEPS)
    assert (
        range_of(next(p for p in command(["evaluate"]).params if p.name == "count"))[0]
        == LEAST_IMAGES
    )


# ------------------------------------------------------------------------------- train


@pytest.fixture
def trained(mine, monkeypatch):
    """What is handed to a training, instead of the training."""
    seen = []

    def note(out, run, images, accelerator, **how):
        seen.append({"out": out, "run": run, "images": images, "where": accelerator, **how})

    monkeypatch.setattr(learning, "train_to", note)
    return seen


BOTH = pytest.mark.parametrize(
    "before", [["train"], ["train", "denoiser"], ["train", "autoencoder"]], ids=" ".join
)
# For what takes several trainings: the word denoiser has said all it says before the first step.
EACH_KIND = pytest.mark.parametrize("before", [["train"], ["train", "autoencoder"]], ids=" ".join)


def base(before):
    if before[-1] == "autoencoder":
        return RECIPES["photos-kl"]
    return RECIPES["photos"].override(source="a folder")


@BOTH
@pytest.mark.parametrize(
    "words, fields",
    [
        ([], {}),
        (["--steps", 7], {"steps": 7}),
        (["--width", 24], {"width": 24}),
        (["--seed", 5], {"seed": 5}),
        (["--size", 64], {"size": 64}),
        (["--grey"], {"channels": 1}),
        (
            ["--steps", 7, "--width", 16, "--seed", 1, "--size", 16],
            {"steps": 7, "width": 16, "seed": 1, "size": 16},
        ),
    ],
)
def test_options_of_a_folder_are_fields_of_its_recipe(trained, mine, before, words, fields):
    asked(*before, "mine", *words)
    (seen,) = trained
    assert seen["run"].recipe == base(before).override(source=str(mine / "mine"), **fields)
    assert seen["run"].step == 0 and seen["new"] is True and seen["every"] == 500
    assert seen["images"].shape == (9, fields.get("channels", 3), *2 * [fields.get("size", 32)])


@pytest.mark.parametrize(
    "words, changed",
    [
        (["--bottleneck", "vq"], lambda r: with_bottleneck(r, "vq")),
        (["--bottleneck", "plain"], lambda r: with_bottleneck(r, "plain")),
        (["--f", 8], lambda r: r.override(f=8)),
        (["--f", 1], lambda r: r.override(f=1)),
        (["--adversarial"], with_both_terms),
        (["--adversarial", "--steps", 80], lambda r: with_both_terms(r.override(steps=80))),
    ],
)
def test_options_of_an_autoencoder_are_fields_of_its_recipe(trained, mine, words, changed):
    asked("train", "autoencoder", "mine", *words)
    (seen,) = trained
    run = seen["run"]
    assert run.recipe == changed(base(["autoencoder"]).override(source=str(mine / "mine")))
    assert (run.task.perceptual_loss is not None) is ("--adversarial" in words)
    assert ("discriminator" in run.networks) is ("--adversarial" in words)


@pytest.mark.parametrize("name", RECIPES)
def test_a_name_stands_for_its_recipe_and_that_for_its_kind(trained, few, name):
    """No word is needed; the right one does no harm."""
    kind = RECIPES[name].KIND
    ends = "-autoencoder.safetensors" if kind == "autoencoder" else ".safetensors"
    for word in ([], ["autoencoder" if kind == "autoencoder" else "denoiser"]):
        asked("train", *word, name)
        assert trained[-1]["run"].recipe == RECIPES[name]
        assert trained[-1]["out"] == Path(f"{name}{ends}")
    assert len(trained) == 2


@pytest.fixture
def few(monkeypatch):
    """Crops and scenes in small numbers."""
    monkeypatch.setattr(sources, "MANY", 4)
    monkeypatch.setattr(sources, "HELD_OUT", 4)
    monkeypatch.setattr(sources, "SCENES", {"autoencoder": 4, "diffusion": 4})


def test_what_a_word_before_it_changes(trained, few, mine):
    """A folder and the photographs can be learned by both kinds, scenes by one."""
    for words, kind in (
        (["mine"], "diffusion"),
        (["denoiser", "mine"], "diffusion"),
        (["autoencoder", "mine"], "autoencoder"),
        (["photos"], "diffusion"),
        (["autoencoder", "photos"], "autoencoder"),
        (["scenes"], "autoencoder"),
        (["--seed", 1, "autoencoder", "mine"], "autoencoder"),
    ):
        asked("train", *words)
        assert trained[-1]["run"].recipe.KIND == kind, words


def test_no_name_stands_for_the_first_run_of_the_book(trained, few):
    for words, name in (([], "digits"), (["denoiser"], "digits"), (["autoencoder"], "photos-kl")):
        asked("train", *words)
        assert trained[-1]["run"].recipe == RECIPES[name]


def test_the_network_reaches_the_recipe_and_is_told_its_width(trained, mine):
    for words in (["train"], ["train", "latent"]):
        more = ["--autoencoder", "scenes-kl"] if "latent" in words else []
        asked(*words, "mine", *more, "--network", "dit", "--width", 16, "--steps", 1)
        assert trained[-1]["run"].recipe.network == DiTConfig(width=16)
    asked("train", "digits", "--network", "unet", "--steps", 1)
    assert trained[-1]["run"].recipe == RECIPES["digits"].override(steps=1)
    said = asked("train", "autoencoder", "mine", "--network", "dit", code=1)
    assert "train denoiser mine --network" in said


@BOTH
@pytest.mark.parametrize("form", ["flat", "in groups"])
def test_a_recipe_as_json_and_options_over_it(trained, mine, before, form):
    own = {"steps": 9, "seed": 5, "width": 8, "channels": 3, "size": 16}
    if form == "in groups":
        network, data = {"width": own.pop("width")}, {"source": "elsewhere"}
        data |= {name: own.pop(name) for name in ("channels", "size")}
        own |= {"network": network, "data": data}
    Path("own.json").write_text(json.dumps(own))
    asked(*before, "mine", "--recipe", "own.json", "--seed", 0, "--steps", 4)
    recipe = trained[0]["run"].recipe
    assert (recipe.steps, recipe.seed, recipe.network.width, recipe.data.size) == (4, 0, 8, 16)
    fields = {"steps": 4, "seed": 0, "width": 8, "channels": 3, "size": 16}
    # All else has its default.
    assert recipe == type(recipe)().override(source=str(mine / "mine"), **fields)


def test_a_recipe_with_the_names_of_the_first_version(trained, mine):
    both = {"rate": 0.5, "clip": 0.25, "ema": 0.75, "data": "elsewhere"}
    news = {"lr": 0.5, "max_grad_norm": 0.25, "ema_decay": 0.75, "source": str(mine / "mine")}
    for words, old, new in (
        (["train"], {"asks": "x0"}, {"prediction_type": "x0"}),
        (
            ["train", "autoencoder"],
            {
                **{"latent": 3, "bottleneck": "vq", "codes": 16, "restart": 0.5, "begin": 7},
                **{"alternate": True, "discriminator_width": 16, "discriminator_rate": 0.5},
                "recolour": True,
            },
            {
                **{"latent_channels": 3, "bottleneck_type": "vq", "num_codes": 16},
                **{"dead_code_threshold": 0.5, "disc_start": 7, "alternate_updates": True},
                **{"disc_width": 16, "disc_lr_factor": 0.5, "channel_shuffle": True},
            },
        ),
    ):
        Path("own.json").write_text(json.dumps(both | old))
        asked(*words, "mine", "--recipe", "own.json")
        recipe = trained[-1]["run"].recipe
        assert recipe == type(recipe)().override(**news, **new)


@pytest.mark.parametrize(
    "words, own, said",
    [
        (["train"], {"lr": 0.0}, "lr: got 0.0, expected more than 0"),
        (["train"], {"rate": -1.0}, "lr: got -1.0, expected more than 0"),
        (["train"], {"clip": -1.0}, "max_grad_norm: got -1.0, expected more than 0"),
        (["train"], {"ema": 1.0}, "ema_decay: got 1.0, expected a number in [0, 1)"),
        (["train"], {"asks": "y"}, "prediction_type: got 'y', expected one of ['eps', 'x0', 'v']"),
        (["train"], {"data": {"source": 3}}, "source: got 3, expected a word"),
        (["train"], {"num_codes": 3}, "recipe: got num_codes, expected only steps, batch_size,"),
        (["train", "autoencoder"], {"codes": 0}, "num_codes: got 0, expected more than 0"),
        (["train", "autoencoder"], {"begin": -1}, "disc_start: got -1, expected 0 or more"),
        (["train", "autoencoder"], {"loss": {"squares": -1.0}}, "l2_weight: got -1.0, expected "),
        (["train", "autoencoder"], {"restart": 1.0}, "dead_code_threshold: got 1.0, expected "),
        (["train", "autoencoder"], {"latent": "a"}, "latent_channels: got 'a', expected a whole"),
    ],
)
def test_a_wrong_recipe_is_refused_with_the_name_of_today(trained, mine, words, own, said):
    Path("own.json").write_text(json.dumps(own))
    output = asked(*words, "mine", "--recipe", "own.json", code=1)
    assert output.startswith(f"Error: {said}") and output.count("\n") == 1
    assert trained == []


@BOTH
@pytest.mark.parametrize("every", [1, 33])
def test_every_and_out_reach_the_training(trained, before, every):
    asked(*before, "mine", "--every", every, "--out", "a.b")
    assert (trained[0]["every"], trained[0]["out"]) == (every, Path("a.b"))


@BOTH
def test_a_saved_run_goes_on_in_its_own_file_or_in_another(mine, monkeypatch, before):
    asked(*before, "mine", "--size", 16, "--width", 8, "--steps", 2, "--out", "run")
    seen = []
    monkeypatch.setattr(learning, "train_to", lambda out, *_, **how: seen.append((out, how)))
    asked(*before, "run", "--every", 7)
    asked(*before, "run", "--out", "mine/../run")
    asked(*before, "run", "--out", "other")
    assert [(str(out), how) for out, how in seen] == [
        ("run", {"every": 7, "new": False}),
        ("run", {"every": 500, "new": False}),
        ("other", {"every": 500, "new": True}),
    ]


@EACH_KIND
def test_a_finished_run_gets_more_steps(mine, before):
    words = [*before, "mine", "--size", 16, "--width", 8]
    asked(*words, "--steps", 2, "--out", "run")
    said = asked(*before, "run", "--steps", 5)
    assert (
        "run was made for 2 steps and goes on to 5: from here the learning rate falls on the "
        "curve of 5" in said
    )
    assert "3 steps on" in said
    run = load("run")
    assert (run.step, run.recipe.steps) == (5, 5)
    assert "expected at least the 5 that are done" in asked(*before, "run", "--steps", 4, code=1)
    assert "Error: --steps: got 4, " in asked(*before, "run", "--steps", 4, code=1)
    assert "made for" not in asked(*before, "run", "--steps", 5)
    assert load("run").step == 5


@BOTH
@pytest.mark.parametrize(
    "words, said",
    [
        (["--width", 8], "--width"),
        (["--seed", 0], "--seed"),
        (["--size", 32], "--size"),
        (["--grey"], "--grey"),
        (["--fit", "crop"], "--fit"),
        (["--recipe", "own.json"], "--recipe"),
        (["--bottleneck", "kl"], "--bottleneck"),
        (["--width", 8, "--steps", 9, "--grey"], "--width, --grey"),
    ],
)
def test_a_saved_run_takes_no_other_options(trained, before, words, said):
    Path("own.json").write_text("{}")
    Path("run").write_bytes(b"not even looked at")
    output = asked(*before, "run", *words, code=1)
    assert output == (
        f"Error: run holds its recipe: it goes on without {said}, expected at most "
        "--steps, --every, --out, --pictures, --precision and --compile\n"
    )
    assert trained == []


@pytest.fixture
def other_accelerators():
    """One process has one precision, unless it is told to forget it."""
    AcceleratorState._reset_state(reset_partial_state=True)
    yield
    AcceleratorState._reset_state(reset_partial_state=True)


@BOTH
@pytest.mark.parametrize("precision", [None, "no", "bf16"])
def test_the_precision_is_that_of_the_accelerator(
    trained, mine, other_accelerators, before, precision
):
    said = asked(*before, "mine", *(["--precision", precision] if precision else []))
    assert trained[0]["where"].mixed_precision == (precision or "no")
    assert (f"steps on {trained[0]['where'].device} in bf16\n" in said) is (precision == "bf16")


@EACH_KIND
def test_a_run_in_half_precision_learns_other_weights_and_is_told_again(
    mine, other_accelerators, before
):
    small = ["--size", 16, "--width", 8]
    asked(*before, "mine", *small, "--steps", 4, "--out", "whole")
    AcceleratorState._reset_state(reset_partial_state=True)
    asked(*before, "mine", *small, "--steps", 4, "--precision", "bf16", "--out", "half")
    weights = [
        torch.cat([p.flatten() for p in load(run).network.parameters()])
        for run in ("whole", "half")
    ]
    assert {w.dtype for w in weights} == {torch.float32}
    assert 0 < (weights[0] - weights[1]).abs().max() < 0.1
    AcceleratorState._reset_state(reset_partial_state=True)
    assert "2 steps on cpu in bf16\n" in asked(*before, "half", "--steps", 6, "--precision", "bf16")
    AcceleratorState._reset_state(reset_partial_state=True)
    assert "2 steps on cpu\n" in asked(*before, "half", "--steps", 8)  # not saved with it


@pytest.fixture
def compiled(monkeypatch):
    """The networks that are compiled; the compiler itself takes minutes."""
    seen = []
    monkeypatch.setattr(torch.nn.Module, "compile", lambda network: seen.append(network))
    return seen


@pytest.mark.parametrize(
    "words", [["mine"], ["autoencoder", "mine"], ["autoencoder", "mine", "--adversarial"]]
)
def test_networks_are_compiled_in_place_where_it_is_asked_for(trained, compiled, mine, words):
    asked("train", *words)
    assert compiled == []
    said = asked("train", *words, "--compile")
    assert compiled == [*trained[1]["run"].networks.values()] and ", compiled\n" in said
    assert len(compiled) == 1 + ("--adversarial" in words)


def test_a_run_that_goes_on_is_compiled_where_it_is_told_again(compiled, mine):
    small = ["--size", 16, "--width", 8, "--steps", 1]
    asked("train", "mine", *small, "--compile", "--out", "run")
    assert len(compiled) == 1
    asked("train", "run", "--steps", 2)
    assert len(compiled) == 1
    asked("train", "run", "--steps", 3, "--compile")
    assert len(compiled) == 2 and load("run").step == 3


def test_how_to_go_on_names_what_is_not_saved(mine, compiled, other_accelerators, monkeypatch):
    def stopped(out, *_, **__):
        raise Stopped("stopped after step 3")

    monkeypatch.setattr(learning, "train_to", stopped)
    said = "Error: stopped after step 3. To go on: python -m companion train mine.safetensors"
    assert asked("train", "mine", code=1).endswith(f"{said}\n")
    AcceleratorState._reset_state(reset_partial_state=True)
    assert asked("train", "mine", "--compile", "--precision", "bf16", code=1).endswith(
        f"{said} --precision bf16 --compile\n"
    )


@pytest.mark.parametrize("kind", ["vae", "gan", "classifier", "features"])
def test_a_run_of_a_kind_that_is_trained_in_python_is_refused(mine, kind):
    save(start(TASKS[kind]()), "run")
    said = f"DATA: got run, a run of the kind {kind}, which only Python trains; expected one of "
    for before in (["train"], ["train", "autoencoder"]):
        assert f"Error: {said}a denoising network or an autoencoder\n" == asked(
            *before, "run", code=1
        )
    assert f"RUN: got run, of the kind {kind}, " in asked("sample", "run", code=1)
    assert f"RUN: got run, of the kind {kind}, " in asked("evaluate", "run", code=1)
    assert f"RUN: got run, of the kind {kind}, " in asked(
        "reconstruct", "run", "mine/0.png", code=1
    )
    # No hint to go on with it, where another run would have its name.
    assert asked("train", "mine", "--out", "run", code=1).endswith("expected a new file\n")


# ---------------------------------------------------------------------- sample, evaluate


@pytest.fixture
def sheets(tmp_path, monkeypatch):
    """The images of each sheet and animation, in the order in which they were saved."""
    monkeypatch.chdir(tmp_path)
    seen = []
    monkeypatch.setattr(
        companion.plots, "save_sheet", lambda images, out: seen.append((images, out))
    )
    monkeypatch.setattr(
        companion.plots, "save_animation", lambda walk, out: seen.append((walk, out)) or len(walk)
    )
    return seen


@pytest.mark.parametrize(
    "words, seed, count, steps, sampler",
    [
        (["--count", 2, "--steps", 3], 0, 2, 3, "ancestral"),
        (["--count", 1, "--steps", 2, "--seed", 4, "--sampler", "ddim"], 4, 1, 2, "ddim"),
        (["--count", 3, "--steps", 4, "--sampler", "dpm"], 0, 3, 4, "dpm"),
    ],
)
def test_sample_draws_what_was_asked_for(sheets, words, seed, count, steps, sampler):
    asked("sample", "digits-v", *words, "--out", "a.png")
    ((images, out),) = sheets
    close(images, torch.cat([by_hand("digits-v", seed, n, steps, sampler) for n in range(count)]))
    assert out == Path("a.png")


def test_sample_asks_the_average_of_a_run(mine, monkeypatch):
    seen = []
    asked("train", "digits", "--steps", 20, "--width", 8, "--out", "run")
    monkeypatch.setattr(companion.plots, "save_sheet", lambda images, out: seen.append(images))
    asked("sample", "run", "--count", 2, "--steps", 2)
    run = load("run")
    pairs = zip(run.network.parameters(), run.ema_model.parameters(), strict=True)
    assert max((a - b).abs().max() for a, b in pairs) > 1e-3  # or it would not matter
    noises = [torch.randn(1, 8, 8, generator=drawing.generator_of(0, n)) for n in range(2)]
    assert len(noises) == len(seen[0])
    monkeypatch.setattr(
        "tests.commands.test_drawing.read_run", lambda name: Trained(model_of(run), None)
    )
    close(seen[0], torch.cat([by_hand("run", 0, n, 2, "ancestral") for n in range(2)]))


def test_an_animation_gets_the_walk_of_the_same_samples(sheets):
    asked("sample", "digits-v", "--count", 2, "--steps", 300, "--animation", "b.gif")
    (images, _), (walk, out) = sheets
    assert out == Path("b.gif") and len(walk) == drawing.FRAMES
    close(walk[len(walk) - 1], ((images.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1)
    noise = torch.stack(
        [torch.randn(1, 8, 8, generator=drawing.generator_of(0, n)) for n in range(2)]
    )
    assert (walk[0] - noise.clamp(-1, 1)).abs().max() <= 1 / 255 + 1e-6


def test_evaluate_measures_what_it_was_asked_to():
    words = ["--count", 60, "--seeds", 2, "--steps", 2, "--seed", 3, "--sampler", "ddim"]
    said = asked("evaluate", "digits-v", *words)
    found = [digit_quality(draw(read_run("digits-v").model, 60, n, 2, "ddim")[0]) for n in (3, 4)]
    same = spread([one.samples.frechet for one in found])
    last = (
        f"Frechet distance of 60 images each: samples {same}, "
        f"real {found[0].real.frechet:.2f}, noise {found[0].noise.frechet:.2f}\n"
    )
    assert said == f"seed 3: {found[0]}\nseed 4: {found[1]}\n{last}"


def test_evaluate_measures_other_images_in_small_pixels(mine):
    Path("own.json").write_text(json.dumps({"size": 16, "width": 8, "steps": 1, "channels": 3}))
    asked("train", "photos", "--recipe", "own.json", "--out", "run")
    said = asked("evaluate", "run", "--count", 50, "--seeds", 1, "--steps", 1)
    images, _ = draw(read_run("run").model, 50, 0, 1, "ancestral")
    crops = photo_crops(16)
    found = quality(images, crops.train, crops.held_out, lambda x: F.avg_pool2d(x, 2).flatten(1))
    assert said.startswith(f"seed 0: {found}\n")


def test_evaluate_looks_at_more_steps_than_there_are_before_it_reads(monkeypatch):
    monkeypatch.setattr(measures, "images_for", None)
    assert "--steps: got 1001, expected at most 1000" in asked(
        "evaluate", "digits-v", "--steps", 1001, code=1
    )
    assert "--steps: got 1001, expected at most 1000" in asked(
        "sample", "digits-v", "--steps", 1001, code=1
    )


# ----------------------------------------------------------------------- the short ones


def test_what_there_is():
    lines = asked("recipes").splitlines()
    for name, recipe in recipes_of("diffusion").items():
        line = f"{name:13s} {recipe.steps:6d} steps, {recipe.data.size} pixels, "
        assert f"{line}predicts {recipe.prediction_type}" in lines
    terms = {"photos-kl": "pixels", "photos-vq-gan": "pixels + perceptual + adversarial"}
    for name, recipe in recipes_of("autoencoder").items():
        (line,) = (line for line in lines if line.startswith(f"{name} "))
        assert (
            f"{recipe.steps:6d} steps, {recipe.data.size} pixels, f = {recipe.network.f}, "
            f"{recipe.bottleneck.bottleneck_type}, pixels" in line
        )
        assert line.endswith(f", {terms.get(name, line.rpartition(', ')[2])}")
    for kind in ("diffusion", "autoencoder"):
        weights = [name for name in names() if name in recipes_of(kind)]
        assert len(weights) > 2 and lines.count(f"weights: {', '.join(weights)}") == 1
    assert len(lines) == len(RECIPES) + 4


@pytest.mark.parametrize("kind", ["cpu", "cuda"])
def test_where_it_runs(monkeypatch, kind):
    found = best_device() if kind == "cpu" else torch.device("cuda")
    monkeypatch.setattr("companion.training.best_device", lambda: found)
    words = asked("device")
    assert words.startswith(
        f"{found}, PyTorch {torch.__version__}, {torch.get_num_threads()} threads\n"
    )
    assert ("no GPU was found" in words) is (found.type == "cpu")

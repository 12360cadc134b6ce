"""What a file holds is compared with what its recipe builds, before any of it is taken up."""

import json
import os

import pytest
import torch
from safetensors.torch import save as to_bytes

from companion.tasks import AutoencoderRecipe, DiffusionRecipe, load
from companion.training import save, size, start, train
from companion.training.files import SUM, checksum, unpacked
from tests.autoencoder import runs

SMALL = DiffusionRecipe().override(steps=12, batch_size=8, width=8, warmup=3, T=50)


@pytest.fixture(scope="module", params=["denoiser", "autoencoder"])
def kind(request, tmp_path_factory):
    """Of each kind a run of three steps as tensors and notes, and how it is loaded."""
    path = tmp_path_factory.mktemp("runs") / "run.safetensors"
    if request.param == "denoiser":
        session, images = start(SMALL), torch.rand(9, 1, 8, 8)
    else:
        session = runs.start(runs.LIBRARY, bottleneck_type="vq", perceptual=0.0)
        images = runs.images()
    steps = train(session, images)
    for _ in range(3):
        next(steps)
    save(session, path)
    return *unpacked(path), load, session.recipe.KIND


def refused(load_it, tensors, notes, path, words, summed=True):
    """Also where the checksum is right: a file can be made so."""
    notes = {name: text for name, text in notes.items() if name != SUM}
    if summed:
        notes[SUM] = checksum(tensors, notes)
    path.write_bytes(
        to_bytes({name: value.clone() for name, value in tensors.items()}, metadata=notes)
    )
    with pytest.raises(ValueError) as error:
        load_it(path)
    assert str(error.value).startswith(f"path: got {path}, no checkpoint of a run (")
    assert words in str(error.value) and "\n" not in str(error.value), error.value


WEIGHT = {"diffusion": "network.conv_in.weight", "autoencoder": "network.encoder.conv_in.1.weight"}


def test_the_file_itself_is_taken(kind, tmp_path):
    tensors, notes, load_it, _ = kind
    (tmp_path / "a").write_bytes(to_bytes(tensors, metadata=notes))
    assert load_it(tmp_path / "a").step == 3


@pytest.mark.parametrize("part", ["network", "ema_network", "network_optimizer"])
def test_tensors_of_another_kind_are_refused(kind, part, tmp_path):
    tensors, notes, load_it, note = kind
    path = tmp_path / "run"
    name = {
        "network_optimizer": "network_optimizer.0.exp_avg",
        "ema_network": WEIGHT[note].replace("network", "ema_network", 1),
    }.get(part, WEIGHT[note])
    value = tensors[name]
    shape = str(tuple(value.shape))
    for changed, words in (
        (value[..., :1].contiguous(), f"{name}: got shape ("),
        (torch.cat([value, value]), f"{name}: got shape ("),
        (value.flatten(), f"expected {shape}"),
        (value.double(), f"{name}: got dtype torch.float64, expected torch.float32"),
        (value.long(), f"{name}: got dtype torch.int64, expected torch.float32"),
        (value.half(), f"{name}: got dtype torch.float16, expected torch.float32"),
        (value * torch.nan, f"{name}: got a NaN or an infinity, expected finite numbers"),
        (value + torch.inf, f"{name}: got a NaN or an infinity, expected finite numbers"),
        (
            value.flatten().index_fill(0, torch.tensor(0), torch.nan).reshape(value.shape),
            f"{name}: got a NaN",
        ),
    ):
        refused(load_it, tensors | {name: changed}, notes, path, words)
    without = {n: v for n, v in tensors.items() if n != name}
    refused(load_it, without, notes, path, f"it has no {name}")
    refused(load_it, without | {f"{name}x": value}, notes, path, f"it has no {name}")
    refused(
        load_it, tensors | {f"{part}.more": value}, notes, path, f"its recipe has no {part}.more"
    )


def test_moments_that_no_run_has_are_refused(kind, tmp_path):
    tensors, notes, load_it, _ = kind
    path = tmp_path / "run"
    of_all = {n: v for n, v in tensors.items() if not n.startswith("network_optimizer.")}
    refused(load_it, of_all, notes, path, "it has no network_optimizer.0.exp_avg and ")
    last = max(int(n.split(".")[1]) for n in tensors if n.startswith("network_optimizer."))
    more = {
        f"network_optimizer.{last + 1}.{key}": tensors[f"network_optimizer.0.{key}"]
        for key in ("exp_avg", "exp_avg_sq", "step")
    }
    refused(
        load_it,
        tensors | more,
        notes,
        path,
        f"its recipe has no network_optimizer.{last + 1}.exp_avg and 2 more",
    )
    named = {
        n.replace("network_optimizer.0.", "network_optimizer.zero.")
        if n.startswith("network_opt")
        else n: v
        for n, v in tensors.items()
    }
    refused(load_it, named, notes, path, "it has no network_optimizer.0.exp_avg and 2 more")
    amsgrad = {"network_optimizer.0.max_exp_avg_sq": tensors["network_optimizer.0.exp_avg_sq"]}
    refused(
        load_it,
        tensors | amsgrad,
        notes,
        path,
        "its recipe has no network_optimizer.0.max_exp_avg_sq",
    )
    minus = {"network_optimizer.0.exp_avg_sq": -1 - tensors["network_optimizer.0.exp_avg_sq"]}
    refused(load_it, tensors | minus, notes, path, "network_optimizer.0.exp_avg_sq: got -")
    for step in (-1.0, 0.0, 4.0, 2.0**100):
        at = {"network_optimizer.0.step": torch.tensor(step)}
        refused(
            load_it,
            tensors | at,
            notes,
            path,
            f"network_optimizer.0.step: got {step}, expected 1..3",
        )
    for at, words in (
        (torch.tensor(torch.nan), "got a NaN"),
        (torch.ones(1), "got shape (1,), expected ()"),
    ):
        refused(
            load_it,
            tensors | {"network_optimizer.0.step": at},
            notes,
            path,
            f"network_optimizer.0.step: {words}",
        )


@pytest.mark.parametrize(
    "step", ["-1", "13", "abc", "", "1.0", "1e1", " 3", "٣", "0x3", "9" * 5000, "True", "None"]
)
def test_steps_outside_the_recipe_are_refused(kind, step, tmp_path):
    tensors, notes, load_it, note = kind
    steps = json.loads(notes["recipe"])["steps"]
    words = f"expected a whole number in 0..{steps}"
    refused(load_it, tensors, notes | {"step": step}, tmp_path / "run", words)


def test_a_step_with_what_belongs_to_another_is_refused(kind, tmp_path):
    tensors, notes, load_it, _ = kind
    refused(load_it, tensors, notes | {"step": "0"}, tmp_path / "run", "its recipe has no")
    refused(
        load_it,
        tensors,
        notes | {"step": "1"},
        tmp_path / "run",
        "network_optimizer.0.step: got 3.0, expected 1..1",
    )


def test_generators_that_are_none_are_refused(kind, tmp_path):
    tensors, notes, load_it, _ = kind
    state, path = tensors["generator"], tmp_path / "run"
    refused(
        load_it,
        tensors | {"generator": state[:-1].clone()},
        notes,
        path,
        "generator: got shape (5055,)",
    )
    refused(
        load_it,
        tensors | {"generator": state.float()},
        notes,
        path,
        "generator: got dtype torch.float32",
    )
    refused(
        load_it,
        tensors | {"generator": torch.zeros_like(state)},
        notes,
        path,
        "generator: got no state of one",
    )
    refused(
        load_it,
        tensors | {"generator": torch.full_like(state, 255)},
        notes,
        path,
        "generator: got no state",
    )
    without = {n: v for n, v in tensors.items() if n != "generator"}
    refused(load_it, without, notes, path, "it has no generator")


RECIPES = [
    ("{", "recipe: got text that is no JSON"),
    ("[" * 100_000, "recipe: got text that is no JSON"),
    ('{"steps": ' + "9" * 5000 + "}", "recipe: got text that is no JSON"),
    ('{"steps": 12, "size": "x"}', "size: got 'x', expected a whole number"),
    ('{"width": 16, "bottleneck_type": "vq", "adversarial": 0.5}', "got shape"),
    ('{"seed": -1}', "seed: got -1"),
    ('{"colour": 3}', "recipe: got colour, expected only steps"),
    ('{"batch_size": 1000000000000}', "batch_size: got 1000000000000, whose pictures of"),
    ('{"steps": 1e3}', "steps: got 1000.0, expected a whole number"),
    ('{"blocks": 1000000000}', "width: got "),
    ('{"size": 1000000000}', "batch_size: got "),
    ('{"multipliers": [4096, 4096]}', "width: got "),
]


@pytest.mark.parametrize(("text", "words"), RECIPES, ids=[text[:20] for text, _ in RECIPES])
def test_recipes_that_do_not_fit_are_refused(kind, text, words, tmp_path):
    tensors, notes, load_it, note = kind
    if note == "diffusion" and "bottleneck" in text:
        text = '{"width": 16}'
    refused(load_it, tensors, notes | {"recipe": text}, tmp_path / "run", words)


def test_notes_that_no_run_has_are_refused(kind, tmp_path):
    tensors, notes, load_it, note = kind
    path = tmp_path / "run"
    refused(load_it, tensors, notes | {"more": "a"}, path, "it has notes that none has: more")
    refused(
        load_it,
        tensors,
        {n: t for n, t in notes.items() if n != "recipe"},
        path,
        "its notes name no recipe",
    )
    for source in ("[1]", "{", "[" * 100_000, "1"):
        refused(load_it, tensors, notes | {"source": source}, path, "source: got ")
    refused(load_it, tensors, notes | {SUM: "0" * 64, "step": "x"}, path, "step: got 'x'")


def test_what_is_no_file_is_refused(kind, tmp_path):
    """A pipe would be waited for."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(
            ValueError, match=f"path: got {path}, no checkpoint of a run .it is no file.$"
        ):
            kind[2](path)


def test_an_autoencoder_has_moments_of_who_has_learned():
    for changes in (
        {},
        {"disc_start": 2},
        {"disc_start": 2, "alternate_updates": True},
        {"alternate_updates": True},
        {"adversarial": 0.0},
    ):
        recipe = AutoencoderRecipe().override(**runs.SMALL | {"steps": 9} | changes)
        task, made, discriminated = recipe.task(), 0, 0
        for step in range(9):
            assert task.updates("network", step) == made
            assert task.updates("discriminator", step) == discriminated
            made += "network" in task.learners(step)
            discriminated += "discriminator" in task.learners(step)


# --------------------------------------------------------------------------------- size


@pytest.mark.parametrize(
    ("make", "recipe", "words"),
    [
        (
            start,
            DiffusionRecipe().override(width=10**9),
            "width: got 1000000000 with multipliers (1, 2) and 1 blocks a level, which to tr",
        ),
        (start, DiffusionRecipe().override(width=10**15 + 37), "width: got 1000000000000037"),
        (
            start,
            DiffusionRecipe().override(width=8, blocks=10**12),
            "and 1000000000000 blocks a level, which to train needs ",
        ),
        (
            start,
            DiffusionRecipe().override(batch_size=10**12),
            "whose pictures of 1 x 8 x 8 need 1.02 PB, expected at most ",
        ),
        (
            start,
            DiffusionRecipe().override(channels=10**11),
            "whose pictures of 100000000000 x 8 x 8 need ",
        ),
        (
            start,
            AutoencoderRecipe().override(width=4096, multipliers=(4096,)),
            "width: got 4096 with",
        ),
        (
            start,
            AutoencoderRecipe().override(width=8, blocks=10**12),
            "1000000000000 blocks a level",
        ),
        (
            start,
            AutoencoderRecipe().override(batch_size=10**12),
            "batch_size: got 1000000000000, whose pictures of 3",
        ),
        (start, AutoencoderRecipe().override(width=10**9), "width: got 1000000000"),
        (
            start,
            AutoencoderRecipe().override(bottleneck_type="vq", num_codes=10**12),
            "codes: got 1000000000000",
        ),
    ],
)
def test_what_no_machine_holds_is_refused_with_what_it_needs(make, recipe, words):
    with pytest.raises(ValueError) as error:
        make(recipe)
    assert words in str(error.value) and "expected" in str(error.value)


@pytest.mark.parametrize(
    "changes", [{}, {"blocks": 3}, {"multipliers": (1, 2, 2), "attention": (1, 2), "blocks": 4}]
)
def test_the_weights_are_counted_as_they_are(changes, monkeypatch):
    """With room for exactly so many nothing is refused; with a byte less it is."""
    for make, kind in ((start, DiffusionRecipe), (start, AutoencoderRecipe)):
        recipe = kind().override(**{"width": 16, "batch_size": 1} | changes)
        network = make(recipe).network
        needed = 20 * sum(value.numel() for value in network.state_dict().values())
        monkeypatch.setattr(size, "memory", lambda needed=needed: needed)
        make(recipe)
        monkeypatch.setattr(size, "memory", lambda needed=needed: needed - 1)
        with pytest.raises(ValueError, match="width: got 16 with multipliers"):
            make(recipe)
        monkeypatch.undo()


def test_the_memory_is_that_of_the_machine():
    total = next(line for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    assert size.memory() == pytest.approx(1024 * int(total.split()[1]), rel=0.05)
    assert [size._said(n) for n in (7, 1999, 2.5e9, 1e15, 1e24)] == [
        "7 bytes",
        "2 kB",
        "2.5 GB",
        "1 PB",
        "1e+06 EB",
    ]


def test_looking_first_costs_little_and_draws_nothing():
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    start(DiffusionRecipe().override(width=8))
    assert torch.equal(torch.rand(2), expected)

"""What `sample` and `evaluate` draw: the same whatever the batch, and no more kept than needed."""

import gc
import weakref
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from PIL import Image
from torch import nn

from companion.commands import drawing
from companion.commands.drawing import batch_size, draw, frames_of, generator_of
from companion.commands.options import enough_memory
from companion.commands.saved import read_run
from companion.data import as_floats
from companion.diffusion import ancestral, ddim, dpm_solver, sample, trailing, trajectory
from companion.networks import denoiser
from companion.plots import save_animation
from companion.tasks import DiffusionRecipe, Latents
from tests.commands.asking import asked

STEPS = {"ancestral": ancestral, "ddim": ddim(eta=0), "dpm": dpm_solver}


def by_hand(name, seed, n, steps, sampler, walk=sample):
    """Image n of a seed, alone: one generator for its noise, and the package's own loop."""
    network, recipe = (model := read_run(name).model).network, model.recipe
    g = generator_of(seed, n)
    noise = torch.randn(1, recipe.data.channels, recipe.data.size, recipe.data.size, generator=g)
    ask = denoiser(network, recipe.schedule, recipe.parameterization, clip=True)
    times = trailing(recipe.T, steps)
    return walk(ask, recipe.schedule, noise, times, STEPS[sampler], generator=g)


def close(one, other):
    torch.testing.assert_close(
        one, other, rtol=0, atol=1e-4
    )  # sums of other batches are rounded otherwise


@pytest.mark.parametrize("sampler", STEPS)
def test_each_image_is_what_the_package_makes_of_its_own_noise(sampler):
    images, _ = draw(read_run("digits-v").model, 5, seed=3, steps=4, sampler=sampler)
    close(images, torch.cat([by_hand("digits-v", 3, n, 4, sampler) for n in range(5)]))


@pytest.mark.parametrize("sampler", STEPS)
def test_a_seed_is_a_row_of_images_whatever_the_batch(monkeypatch, sampler):
    of = read_run("digits-v").model
    whole, _ = draw(of, 10, seed=0, steps=4, sampler=sampler)
    close(draw(of, 4, seed=0, steps=4, sampler=sampler)[0], whole[:4])
    for size in (1, 3, 10):
        monkeypatch.setattr(drawing, "batch_size", lambda recipe, size=size: size)
        close(draw(of, 10, seed=0, steps=4, sampler=sampler)[0], whole)
    assert (draw(of, 10, seed=1, steps=4, sampler=sampler)[0] - whole).abs().max() > 0.1


def test_every_image_of_every_seed_has_noise_of_its_own():
    seeds = [0, 1, 2, 10, 2**32, 2**63 - 1]
    found = [torch.randn(16, generator=generator_of(seed, n)) for seed in seeds for n in range(50)]
    assert torch.pdist(torch.stack(found)).min() > 0.5


class Asked(Exception):
    """The network is about to be asked."""


def test_all_parts_of_a_model_are_moved_to_where_it_draws(monkeypatch):
    """On the device `meta`, which every machine has, and on which nothing can be computed."""
    model, there = read_run("scenes-words").model, torch.device("meta")

    def stopped(self, cond, *, against, **how):
        parts = [*model.network.parameters(), *model.network.buffers(), cond, against]
        parts += [*model.codec.autoencoder.parameters(), *model.codec.autoencoder.buffers()]
        raise Asked({part.device for part in parts})

    monkeypatch.setattr(drawing, "best_device", lambda: there)
    monkeypatch.setattr(type(model), "denoiser", stopped)
    told = {"cond": "a small red circle", "against": "a large blue square"}
    with pytest.raises(Asked) as seen:
        draw(model, 2, seed=0, steps=2, sampler="ddim", **told)
    assert seen.value.args == ({there},)


class Coder(nn.Module):
    """An autoencoder that gives back what it is given."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, device="meta"))

    def encode(self, x):
        return SimpleNamespace(z=x)

    def decode(self, z):
        return z


def test_a_codec_takes_images_and_latents_to_where_its_autoencoder_is():
    codec, x = Latents(Coder(), 2.0), torch.zeros(2, 3, 4, 4)
    assert codec.encode(x).device.type == codec.decode(x).device.type == "meta"


def test_a_model_of_pixels_is_moved_too():
    model = read_run("digits-v").model.to("meta")
    assert {part.device.type for part in model.network.parameters()} == {"meta"}
    assert model.to("meta") is model


def test_drawing_leaves_the_global_generator_alone():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    draw(read_run("digits-v").model, 2, seed=0, steps=2, sampler="ancestral")
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    "recipe, size",
    [
        (DiffusionRecipe(), 2048),
        (DiffusionRecipe().override(size=64), 32),
        (DiffusionRecipe().override(size=128, width=512), 1),
    ],
)
def test_a_batch_is_as_large_as_fits(recipe, size):
    """Of 64 pixels 32 at once: 16 MB a layer, where 400 would take 210."""
    assert batch_size(recipe) == size


@pytest.mark.parametrize("frames", [(), (0, 30)])
def test_what_is_kept_does_not_grow_with_the_steps(monkeypatch, frames):
    """Of 31 states of a walk three are alive at a time, and the last ones of the batch before."""
    states, most = [], []

    def watched(*given, **more):
        for state in trajectory(*given, **more):
            states.append(weakref.ref(state.xt))
            gc.collect(1)  # the young ones: what is kept by mistake is kept by a name
            most.append(sum(state() is not None for state in states))
            yield state

    monkeypatch.setattr(drawing, "trajectory", watched)
    monkeypatch.setattr(drawing, "batch_size", lambda recipe: 3)
    _, kept = draw(
        read_run("digits-v").model, 6, seed=0, steps=30, sampler="ancestral", frames=frames
    )
    assert len(states) == 2 * 31 and max(most) <= 5
    assert len(kept) == len(frames)


@pytest.mark.parametrize("sampler", STEPS)
def test_the_frames_are_those_states_in_bytes(monkeypatch, sampler):
    monkeypatch.setattr(drawing, "batch_size", lambda recipe: 2)
    images, kept = draw(
        read_run("digits-v").model, 3, seed=0, steps=4, sampler=sampler, frames=(0, 2, 4)
    )
    walks = [[*by_hand("digits-v", 0, n, 4, sampler, trajectory)] for n in range(3)]
    for frame, n in zip(kept, (0, 2, 4), strict=True):
        state = torch.cat([walk[n].xt for walk in walks]).clamp(-1, 1)
        assert frame.dtype == torch.float32 and (frame - state).abs().max() <= 1 / 255 + 1e-4
    close(images, torch.cat([walk[4].xt for walk in walks]))
    assert {one.dtype for one in kept._kept} == {torch.uint8}
    levels = as_floats(torch.arange(256, dtype=torch.uint8))
    assert drawing._bytes(levels).tolist() == [*range(256)]
    assert drawing._bytes(torch.tensor([-7.0, 7.0])).tolist() == [0, 255]


@pytest.mark.parametrize("steps", [1, 2, 100, 133, 134, 999])
def test_as_many_frames_are_kept_as_the_animation_shows(tmp_path, steps):
    frames = frames_of(steps)
    assert frames[0] == 0 and frames[-1] == steps and [*frames] == sorted({*frames})
    assert len(frames) == min(steps + 1, drawing.FRAMES)
    image = torch.zeros(1, 1, 8, 8)
    assert save_animation([image] * len(frames), tmp_path / "a.gif") == len(frames)


def test_an_animation_says_how_many_pictures_it_has(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = asked("sample", "digits-v", "--count", 2, "--steps", 5, "--animation", "a.gif")
    assert words == "2 samples of seed 0 in samples.png\n6 pictures of the walk in a.gif\n"
    assert Path("samples.png").exists()
    with Image.open("a.gif") as walk:
        assert walk.n_frames <= 6


# ------------------------------------------------------------------- where memory runs out


def too_much():
    return torch.empty(1 << 48)


def of_python():
    return bytes(1 << 60)


@pytest.mark.parametrize("allocate", [too_much, of_python])
def test_memory_that_runs_out_is_a_line_on_what_helps(allocate):
    said = "^the memory is not enough for this: lower --count$"
    with pytest.raises(ValueError, match=said), enough_memory("lower --count"):
        allocate()


def test_other_errors_are_not_about_memory():
    with pytest.raises(RuntimeError, match="^shapes"), enough_memory("lower --count"):
        raise RuntimeError("shapes")
    with pytest.raises(ValueError, match="^out of memory"), enough_memory("lower --count"):
        raise ValueError("out of memory")
    with pytest.raises(ValueError, match="^the memory is"), enough_memory("a"):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")


@pytest.mark.parametrize(
    "words, work, said",
    [
        (["sample", "digits-v"], "drawing.draw", "lower --count"),
        (
            ["sample", "digits-v", "--animation", "a.gif"],
            "drawing.draw",
            "lower --count, or leave --animation out",
        ),
        (["evaluate", "digits-v"], "measures.draw", "lower --count"),
        (
            ["reconstruct", "photos-kl", "mine/0.png"],
            "pairs.rebuilt",
            "give fewer images at a time",
        ),
        (
            ["reconstruct", "photos-kl", "mine/0.png", "--whole"],
            "pairs.rebuilt",
            "leave --whole out, or give smaller",
        ),
        (
            ["train", "mine"],
            "learning.images_for",
            "lower --size, --width or the batch_size of a recipe",
        ),
        (
            ["train", "autoencoder", "mine"],
            "learning.images_for",
            "lower --size, --width or the batch_size",
        ),
    ],
)
def test_each_command_says_what_to_lower(mine, monkeypatch, words, work, said):
    monkeypatch.setattr(f"companion.commands.{work}", lambda *_, **__: too_much())
    assert asked(*words, code=1).startswith(f"Error: the memory is not enough for this: {said}")

"""Published mistakes with conditions, planted in a right model, each with where it was seen.

Each makes a wrong model of a right one. What is wrong is copied in its effect and not in its
text: nothing of the repositories is here.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import torch
import torch.nn.functional as F

from companion.data.vocabulary import PAD
from companion.diffusion import Prediction
from companion.tasks import DiffusionRecipe, DiffusionTask, Model
from companion.tasks.diffusion import network_of
from tests.networks.test_networks import awake

WORDS = "a red blue circle square above below"
SAID = [
    "a red circle above a blue square",
    "a blue square",
    "a blue circle below a red circle",
    "a red square",
]
SMALL = {
    "width": 8,
    "T": 40,
    "channels": 4,
    "dim": 8,
    "depth": 1,
    "length": 9,
    "attention": (1,),
    "cond_dropout": 0.2,
}


DIT = {"network_type": "dit", "width": 16, "blocks": 2, "heads": 2}


def model(**told):
    """A small model with random weights, told words where nothing else is asked for."""
    if not any(name.startswith("condition") for name in told):
        told = {"condition_type": "words", "words": WORDS} | told
    sizes = {k: v for k, v in SMALL.items() if k not in ("width", "attention")}
    recipe = DiffusionRecipe().override(**(sizes if "network_type" in told else SMALL), **told)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Model(awake(network_of(recipe)).eval(), recipe)


class Bug(NamedTuple):
    """A published mistake.

    seen: repository and thread.   found_by: the check of `listens` that is to find it.
    words: of what it says.   plant: makes a wrong model of a right one.   right: that one.
    """

    name: str
    seen: str
    found_by: str
    words: str
    plant: Callable[[Model], Model]
    right: Callable[[], Model] = model


# ------------------------------------------------------------------ guidance that is wrong


def guided_by(formula, null=None):
    """Guidance by another formula of what is told, what is not told, and the scale."""

    class Wrong(Model):
        def denoiser(self, cond=None, *, scale=1.0, against=None, clip=False):
            told = super().denoiser(cond)
            not_told = super().denoiser(None if null is None or cond is None else null(cond))
            if cond is None:
                return told

            def denoise(xt, t):
                c, u = told(xt, t), not_told(xt, t)
                return Prediction(formula(c.x0, u.x0, scale), formula(c.eps, u.eps, scale))

            return denoise

    return lambda right: Wrong(right.network, right.recipe)


def three_channels(c, u, s):
    return torch.cat([(u + s * (c - u))[:, :3], c[:, 3:]], dim=1)


def only_the_noise(right):
    class Wrong(Model):
        def denoiser(self, cond=None, *, scale=1.0, against=None, clip=False):
            guided, told = super().denoiser(cond, scale=scale), super().denoiser(cond)
            return lambda xt, t: replace(told(xt, t), eps=guided(xt, t).eps)

    return Wrong(right.network, right.recipe)


def scaled_for_one(right):
    class Wrong(Model):
        def denoiser(self, cond=None, *, scale=1.0, against=None, clip=False):
            inner = super().denoiser(cond, scale=scale)
            return lambda xt, t: inner(xt if cond is None else 1.1 * xt, t)

    return Wrong(right.network, right.recipe)


def at_another_time(right):
    class Wrong(Model):
        def denoiser(self, cond=None, *, scale=1.0, against=None, clip=False):
            inner = super().denoiser(cond, scale=scale)
            return lambda xt, t: inner(xt, t if cond is None else t - 1)

    return Wrong(right.network, right.recipe)


# ------------------------------------------------------------------ training that is wrong


def taught(spoil):
    """A model whose training tells the network `spoil(cond, draws, rate)`, and drops by it."""

    class Task(DiffusionTask):
        def __init__(self, recipe):
            super().__init__(recipe.override(cond_dropout=0.0))
            self.rate = recipe.condition.cond_dropout

        def batch(self, data, draws):
            x, cond = super().batch(data, draws)
            return x, spoil(cond, draws, self.rate)

    @dataclass(frozen=True)
    class Wrong(DiffusionRecipe):
        def task(self):
            return Task(self)

    def plant(right):
        names = [each.name for each in fields(right.recipe)]
        parts = {name: getattr(right.recipe, name) for name in names}
        return replace(right, recipe=Wrong(**parts))

    return plant


def rows_at(draws, rate, *shape):
    return draws.uniform(*shape) < rate


# ------------------------------------------------------------------ networks that are wrong


def hooked(part, before=None, after=None):
    """A model in whose network a part gets another input, or gives another output."""

    def plant(right):
        module = right.network.get_submodule(part)
        if before:
            module.register_forward_pre_hook(before, with_kwargs=True)
        if after:
            module.register_forward_hook(lambda _, args, found: after(found))
        return right

    return plant


def without_positions(right):
    right.network.condition.position.data.zero_()
    return right


def told_rows(change):
    """Before a condition: its rows changed, where there are some."""
    return lambda _, args, kwargs: ((args[0] if args[0] is None else change(args[0]), args[1]), {})


CLASSES = {"condition_type": "class", "classes": 12}
EMPTY = {"condition_type": "words", "words": WORDS, "null": "empty"}

BUGS = (
    Bug(
        "guidance on three of four channels",
        "facebookresearch/DiT #12, and five projects after it",
        "channels",
        "of 4 channels these are not guided: 3",
        guided_by(three_channels),
    ),
    Bug(
        "both calls are told the condition",
        "QiaoyuHu89/DiffGui #5",
        "scale",
        "is the condition alone",
        guided_by(lambda c, u, s: c + s * (c - c)),
    ),
    Bug(
        "a sign: s - 1 for 1 - s",
        "labmlai/annotated_deep_learning_paper_implementations #177",
        "scale",
        "is s cond + (s - 1) uncond",
        guided_by(lambda c, u, s: s * c + (s - 1) * u),
    ),
    Bug(
        "the scale w of papers, for which 0 is no guidance",
        "huggingface/diffusers #5882",
        "scale",
        "is 1 + w",
        guided_by(lambda c, u, s: c + s * (c - u)),
    ),
    Bug(
        "the halves of the batch changed over",
        "huggingface/diffusers #667",
        "scale",
        "with the two changed over",
        guided_by(lambda c, u, s: c + s * (u - c)),
    ),
    Bug(
        "one of the two is asked with an x_t that is not scaled",
        "huggingface/diffusers #3544",
        "calls",
        "another x_t than the sampler's",
        scaled_for_one,
    ),
    Bug(
        "the number of the null fixed at that of another data set",
        "huggingface/diffusers #13616",
        "null",
        "sampling doesn't take the null of training",
        guided_by(lambda c, u, s: u + s * (c - u), null=lambda y: torch.full_like(y, 10)),
        lambda: model(**CLASSES),
    ),
    Bug(
        "zeros in training, the empty caption in sampling",
        "declare-lab/tango #42",
        "null",
        "learn with another null than that of sampling",
        taught(lambda y, draws, rate: torch.where(rows_at(draws, rate)[:, None], 0, y)),
        lambda: model(**EMPTY),
    ),
    Bug(
        "parts of a condition are dropped, and never all of it",
        "xichenpan/ARLDM #20",
        "null",
        "neither theirs nor the null",
        taught(
            lambda y, draws, rate: torch.where(rows_at(draws, rate, y.shape[1]) & (y > 1), 2, y)
        ),
    ),
    Bug(
        "nothing is dropped in training",
        "liugangcode/Graph-DiT #9",
        "dropped",
        "0.0% of the conditions are dropped, the recipe says 20.0%",
        taught(lambda y, draws, rate: y),
    ),
    Bug(
        "a whole batch is dropped at once",
        "levihsu/OOTDiffusion #122",
        "dropped",
        "a whole batch is dropped at once",
        taught(lambda y, draws, rate: 0 * y if rows_at(draws, rate)[0] else y),
    ),
    Bug(
        "latents of one order, captions of another",
        "huggingface/diffusers #14430",
        "own",
        "learn what is said of others",
        taught(
            lambda y, draws, rate: torch.where(rows_at(draws, rate)[:, None], 0, y.roll(1, dims=0))
        ),
    ),
    Bug(
        "rows as A, B, A, B for images A, A, B, B",
        "vllm-project/vllm-omni #7766",
        "own",
        "what is said of image 1 moves image 2",
        hooked("condition", told_rows(lambda y: y[[0, 2, 1, 3]])),
    ),
    Bug(
        "the mask of the words is made and not used",
        "huggingface/diffusers #8673, lucidrains/DALLE2-pytorch #235",
        "filler",
        "what says nothing moves the output of image 0",
        hooked("condition", after=lambda found: found._replace(mask=None)),
    ),
    Bug(
        "words past a length are cut off",
        "AUTOMATIC1111/stable-diffusion-webui #1296",
        "words",
        "what stands at place 5, 6, 7 does nothing",
        hooked("condition", told_rows(lambda y: F.pad(y[:, :5], (0, 4), value=PAD))),
    ),
    Bug(
        "a transformer without positions",
        "DaoyuanLi2816/Molecule-Generator #23",
        "order",
        "in another order give the same output",
        without_positions,
    ),
    Bug(
        "the text encoder gets no gradient",
        "huggingface/diffusers #7302",
        "learns",
        "no gradient reaches position, null_tokens, embedding.weight and 14 more",
        hooked("condition", after=lambda found: found._replace(tokens=found.tokens.detach())),
    ),
    Bug(
        "the condition is an argument that nothing uses",
        "lucidrains/imagen-pytorch #201",
        "moves",
        "another condition gives the same output",
        hooked("", lambda _, args, kwargs: (args[:2], {})),
    ),
    Bug(
        "the wave of the time runs along the batch",
        "gmongaras/Diffusion_models_from_scratch #10",
        "time",
        "another time gives image 0 the same output",
        hooked("time", lambda _, args, kwargs: ((torch.arange(len(args[0])),), {})),
    ),
    Bug(
        "dropout acts in sampling as well",
        "coleygroup/ms-pred #38",
        "repeats",
        "the same question has two answers",
        hooked(
            "condition",
            after=lambda found: found._replace(tokens=F.dropout(found.tokens, 0.1, training=True)),
        ),
    ),
)

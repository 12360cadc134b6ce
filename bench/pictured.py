"""The three models that are told an image: how well each does what it is told.

Run as `.venv/bin/python bench/pictured.py [TASK or FILE of a run ...]`, three minutes of one core;
without names the shipped models. 300 scenes that no training has seen, 25 calls of DDIM.
"""

import sys
from pathlib import Path
from time import process_time

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from companion.data import as_bytes, as_floats, boxes, caption, layout, scenes
from companion.diffusion import ddim, inpaint, trailing
from companion.evaluation import obedience, psnr, read_scenes
from companion.tasks import Model, fill_in, load, model_of, sample, shipped, upscale
from companion.tasks.pictures import box_holes, downsample

COUNT, NEAR = 300, 0.06  # pictures; how far a middle or a width may be off, of the side
DRAWN = scenes(COUNT, 32, seed=77)
SAID = [caption(scene) for scene in DRAWN.scenes]


def main(names: list[str]) -> None:
    """Print the figures of each model."""
    torch.set_num_threads(1)
    for name in names or [f"scenes-{task}" for task in MEASURES]:
        model = model_of(load(name)) if Path(name).exists() else shipped(name)
        print(f"{name}:")
        MEASURES[model.recipe.condition.image_task](model)


def upscaled(model: Model) -> None:
    """Made small again, against what was given; and the scene, against the one it is of."""
    small = as_floats(as_bytes(downsample(DRAWN.images, 4)))
    g, begun = torch.Generator().manual_seed(0), process_time()
    free = upscale(model, small, match=False, generator=g)
    print(f"  {1000 * (process_time() - begun) / COUNT:.0f} ms a picture")
    fitted = upscale(model, small, generator=torch.Generator().manual_seed(0))
    enlarged = interpolate(small, scale_factor=4, mode="bicubic").clamp(-1, 1)
    for name, x in {"free": free, "matched": fitted, "bicubic": enlarged}.items():
        apart = 127.5 * (downsample(as_floats(as_bytes(x)), 4) - small).abs()
        print(
            f"  {name}: {apart.mean():.2f} grey levels off, made small again "
            f"(most {apart.max():.1f}); {_like(x)}"
        )


def filled(model: Model) -> None:
    """Holes, beside a model that was never trained for them and is told nothing."""
    given = box_holes(COUNT, 32, torch.Generator().manual_seed(0))
    made = {"trained": fill_in(model, DRAWN.images, given, generator=_g())}
    words, everywhere = shipped("scenes-words"), given.expand(-1, 3, -1, -1)
    cells = torch.nn.functional.avg_pool2d(given.float(), 4) == 1
    z, noise = words.codec.encode(torch.where(given, DRAWN.images, 0)), _noise(words)
    z = inpaint(
        words.denoiser(),
        words.schedule,
        z,
        cells.expand_as(z),
        noise,
        trailing(words.schedule.T, 25),
        ddim(),
        generator=_g(),
    )
    made["scenes-words, told nothing"] = torch.where(given, DRAWN.images, words.codec.decode(z))
    made["grey"] = torch.where(given, DRAWN.images, 0)
    for name, x in made.items():
        same = torch.equal(x[everywhere], DRAWN.images[everywhere])
        print(f"  {name}: what is given is {'' if same else 'not '}the same to the bit; {_like(x)}")


def laid_out(model: Model) -> None:
    """Each box: is there one shape of its colour, in its place and of its width?"""
    colour, cover = layout([boxes(scene) for scene in DRAWN.scenes], model.recipe.shape[1])
    told, how = torch.cat([cover, colour], 1), {"steps": 25, "sampler": ddim()}
    for scale in (1.0, 2.0):
        x = sample(model, COUNT, told, scale=scale, generator=_g(), **how).clamp(-1, 1)
        found = {"colour": 0, "place": 0, "width": 0}
        count = clean = 0
        for scene, reading in zip(DRAWN.scenes, read_scenes(x), strict=True):
            clean += reading.is_scene
            count += len(reading.seen) == len(scene.shapes)
            for shape in scene.shapes:
                own = [one for one in reading.seen if one.colour == shape.colour]
                found["colour"] += bool(own)
                near = [s for s in own if max(abs(s.x - shape.x), abs(s.y - shape.y)) < NEAR]
                found["place"] += bool(near)
                found["width"] += any(abs(s.width - shape.size) < NEAR for s in near)
        many = sum(len(scene.shapes) for scene in DRAWN.scenes)
        shares = ", ".join(f"{name} {100 * n / many:.1f} %" for name, n in found.items())
        print(
            f"  scale {scale}: of {many} boxes {shares}; of the pictures {100 * clean / COUNT:.1f} "
            f"% are scenes, {100 * count / COUNT:.1f} % have as many shapes as boxes"
        )


def _like(x: Tensor) -> str:
    found = obedience(x, SAID)
    scene = 100 * sum(one.reading.is_scene for one in found) / COUNT
    whole = 100 * sum(one.whole for one in found) / COUNT
    return f"{psnr(DRAWN.images, x).mean():.1f} dB; {scene:.1f} % scenes, {whole:.1f} % as it was"


def _g() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def _noise(model: Model) -> Tensor:
    return torch.randn(COUNT, *model.recipe.shape, generator=_g())


MEASURES = {"upscale": upscaled, "inpaint": filled, "layout": laid_out}

if __name__ == "__main__":
    main(sys.argv[1:])

"""What `--precision bf16` and `--compile` do to the quality of a run, and to its time.

    python bench/options.py [--gpu] [--steps 1500] [--seeds 0 1 2] [--ways float32 bf16 ...]

The recipe digits-v, the same draws for each way of a seed. Fréchet distance of 2000 samples by 100
ancestral steps to the held-out digits, sampled in float32 from the averaged weights. Each way is
a process of its own, because Accelerate keeps one precision a process. On a CPU the time is
that of the processor, on a GPU that of a clock; the first 20 steps, which compile, are not in it.
"""

import argparse
import subprocess
import sys
from time import perf_counter, process_time

import torch
from accelerate import Accelerator

from companion.data import digits
from companion.diffusion import ancestral, sample, trailing
from companion.evaluation import digit_quality, spread
from companion.networks import denoiser
from companion.tasks import RECIPES
from companion.training import start, train

COUNT, WARM = 2000, 20
WAYS = {"float32": ("no", False), "bf16": ("bf16", False), "compiled": ("no", True)}
WAYS["bf16, compiled"] = ("bf16", True)


def measured(way: str, seed: int, steps: int, gpu: bool) -> tuple[float, float]:
    """The Fréchet distance of one run, and milliseconds a step."""
    precision, compiled = WAYS[way]
    session = start(RECIPES["digits-v"].override(steps=steps, seed=seed))
    if compiled:
        session.network.compile()
    accelerator = Accelerator(cpu=not gpu, mixed_precision=precision)
    clock = perf_counter if gpu else process_time
    for progress in train(session, digits().train.images, accelerator):
        if progress.step == WARM:
            begun = clock()
    each = (clock() - begun) / (steps - WARM)
    recipe, average = session.recipe, session.ema_model
    where = next(average.parameters()).device
    g = torch.Generator(where).manual_seed(seed)
    noise = torch.randn(COUNT, 1, 8, 8, generator=g, device=where)
    ask = denoiser(average, recipe.schedule, recipe.parameterization)
    x0 = sample(ask, recipe.schedule, noise, trailing(recipe.T, 100), ancestral, generator=g)
    return digit_quality(x0.cpu()).frechet, 1000 * each


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gpu", action="store_true")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--ways", nargs="+", default=[*WAYS])
    asked = parser.parse_args()
    torch.set_num_threads(1)
    if len(asked.ways) == len(asked.seeds) == 1:
        print(*measured(asked.ways[0], asked.seeds[0], asked.steps, asked.gpu))
        return
    for way in asked.ways:
        rows = [_in_a_process(way, seed, asked.steps, asked.gpu) for seed in asked.seeds]
        distances, times = zip(*rows, strict=True)
        found = ", ".join(f"{one:.2f}" for one in distances)
        print(f"{way:<16} {found}   {spread(distances)}   {min(times):.2f} ms a step", flush=True)


def _in_a_process(way: str, seed: int, steps: int, gpu: bool) -> tuple[float, float]:
    words = [sys.executable, __file__, "--ways", way, "--seeds", str(seed), "--steps", str(steps)]
    said = subprocess.run(words + ["--gpu"] * gpu, check=True, capture_output=True, text=True)
    distance, each = said.stdout.split()[-2:]
    return float(distance), float(each)


if __name__ == "__main__":
    main()

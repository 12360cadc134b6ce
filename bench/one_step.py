"""A VAE and a GAN, which take one step, against diffusion: one budget, three seeds each.

Run as `.venv/bin/python bench/one_step.py [seconds]`; a quarter of an hour. Each gets as
many steps as fit into the seconds of processor time of one thread, measured at the start
in turn. 1000 samples, Frechet distance to the held-out digits.
"""

import sys
from collections.abc import Callable
from time import process_time

import torch
from torch import Tensor

from companion.data import digits
from companion.diffusion import V, cosine, dpm_solver, sample, trailing
from companion.evaluation import digit_quality, spread
from companion.networks import denoiser
from companion.tasks import DiffusionRecipe, GANRecipe, VAERecipe
from companion.training import start, train

COUNT, SCHEDULE = 1000, cosine(1000)
IMAGES = digits().train.images
Sampler = Callable[[torch.Generator], Tensor]


def vae(steps: int, seed: int) -> Sampler:
    session = start(VAERecipe(steps=steps, seed=seed))
    for _ in train(session, IMAGES):
        pass
    return lambda g: session.ema_model(torch.randn(COUNT, 8, generator=g))


def gan(steps: int, seed: int, r1_gamma: float = 1.0) -> Sampler:
    session = start(GANRecipe(steps=steps, seed=seed, r1_gamma=r1_gamma))
    for _ in train(session, IMAGES):
        pass
    return lambda g: session.ema_model(torch.randn(COUNT, 16, generator=g))


def gan_without_penalty(steps: int, seed: int) -> Sampler:
    return gan(steps, seed, r1_gamma=0.0)


def diffusion(steps: int, seed: int, calls: int = 20) -> Sampler:
    run = start(DiffusionRecipe().override(steps=steps, lr=4e-3, seed=seed))
    for _ in train(run, IMAGES):
        pass
    ask = denoiser(run.ema_model, SCHEDULE, V, clip=True)
    times = trailing(1000, calls)

    def draw(g: torch.Generator) -> Tensor:
        noise = torch.randn(COUNT, 1, 8, 8, generator=g)
        return sample(ask, SCHEDULE, noise, times, dpm_solver)

    return draw


def seconds_of(make: Callable, steps: int) -> float:
    begun = process_time()
    make(steps, 0)
    return process_time() - begun


def main() -> None:
    torch.set_num_threads(1)
    budget = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    kinds = (vae, gan, gan_without_penalty, diffusion)
    least = {make: float("inf") for make in kinds}
    for _ in range(3):  # in turn, so that all see the same machine
        for make in kinds:
            each = (seconds_of(make, 60) - seconds_of(make, 10)) / 50
            least[make] = min(least[make], each)
    for make, each in least.items():
        steps, found, took = round(budget / each), [], 0.0
        for seed in range(3):
            draw = make(steps, seed)
            begun = process_time()
            with torch.no_grad():
                x0 = draw(torch.Generator().manual_seed(seed))
            took = process_time() - begun
            found.append(digit_quality(x0))
        for name in ("frechet", "precision", "recall", "nearest"):
            print(f"  {name:9s} {spread([getattr(q, name) for q in found])}")
        listed = ", ".join(f"{q.frechet:.2f}" for q in found)
        print(
            f"{make.__name__}: {steps} steps of {1000 * each:.0f} ms, {listed}, "
            f"{1000 * took / COUNT:.2f} ms a sample",
            flush=True,
        )
    one = digit_quality(IMAGES)
    print(f"floor {one.floor:.2f}, held-out digits at {one.nearest_held_out:.2f}")


if __name__ == "__main__":
    main()

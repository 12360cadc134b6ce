"""Run in several processes by `test_launch`: trains, and the first one saves."""

import sys

import torch
from accelerate import Accelerator

from companion.data import digits
from companion.tasks import DiffusionRecipe
from companion.training import save, start, train


def main() -> None:
    torch.set_num_threads(1)
    path, batch = sys.argv[1], int(sys.argv[2])
    accelerator = Accelerator(cpu=True)
    recipe = DiffusionRecipe().override(steps=5, batch_size=batch, width=8, warmup=2, T=50)
    run = start(recipe)
    for _ in train(run, digits().train.images, accelerator):
        pass
    if accelerator.is_main_process:
        print(f"processes {accelerator.num_processes}")
        save(run, path)


if __name__ == "__main__":
    main()

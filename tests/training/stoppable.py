"""Run in a process of its own by `test_session`, to be killed or interrupted."""

import sys
import time
from pathlib import Path

import torch

from companion.data import digits
from companion.tasks import DiffusionRecipe, load
from companion.training import session, start, train, train_to

RECIPE = DiffusionRecipe().override(steps=40, batch_size=8, width=8, warmup=3, T=50)


def main() -> None:
    torch.set_num_threads(1)
    path = Path(sys.argv[1])

    def slowly(*arguments):
        for progress in train(*arguments):
            time.sleep(0.02)
            print(progress.step, flush=True)
            yield progress

    session.train = slowly
    run = load(path) if path.exists() else start(RECIPE)
    images = digits().train.images[:200]
    train_to(path, run, images, every=3)


if __name__ == "__main__":
    main()

"""Run in a process of its own by `test_checkpoints`, to be killed or interrupted."""

import sys
import time

import torch

from companion import autoencoder
from companion.autoencoder import checkpoints
from companion.tasks import load
from companion.training import train, train_to
from tests.autoencoder.loss_properties import distance
from tests.autoencoder.runs import images, start


def begun(bottleneck):
    """A run with a discriminator, which learns in turns from step 5 on."""
    changes = {"steps": 30, "disc_start": 5, "alternate_updates": True, "decay": 0.8}
    return start(autoencoder, bottleneck=bottleneck, **changes)


def main() -> None:
    torch.set_num_threads(1)
    path, bottleneck = sys.argv[1:]

    def slowly(*arguments):
        for progress in train(*arguments):
            time.sleep(0.02)
            print(progress.step, flush=True)
            yield progress

    checkpoints.train = slowly
    train_to(path, begun(bottleneck), images(), distance, every=3)
    load(path)


if __name__ == "__main__":
    main()

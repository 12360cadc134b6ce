"""Run in a process of its own by `test_checkpoints`, to be killed or interrupted."""

import sys
import time

import torch

from companion import autoencoder
from companion.autoencoder import (
    checkpoints,
    load_autoencoder,
    train_autoencoder,
    train_autoencoder_to,
)
from tests.autoencoder.loss_properties import distance
from tests.autoencoder.runs import images, start


def begun(bottleneck):
    """A run with a discriminator, which learns in turns from step 5 on."""
    changes = {"steps": 30, "begin": 5, "alternate": True, "decay": 0.8}
    return start(autoencoder, bottleneck=bottleneck, **changes)


def main() -> None:
    torch.set_num_threads(1)
    path, bottleneck = sys.argv[1:]

    def slowly(*arguments):
        for progress in train_autoencoder(*arguments):
            time.sleep(0.02)
            print(progress.step, flush=True)
            yield progress

    checkpoints.train_autoencoder = slowly
    train_autoencoder_to(path, begun(bottleneck), images(), distance, every=3)
    load_autoencoder(path)


if __name__ == "__main__":
    main()

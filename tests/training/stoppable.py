"""Run in a process of its own by `test_session`, to be killed or interrupted."""

import sys
import time
from pathlib import Path

import torch

from companion import training
from companion.training import running, train, train_to
from tests.training.kinds import KINDS, Kind, begun

STEPS = 14


def longer(name: str) -> Kind:
    """A kind of model with as many steps as it takes to be stopped among them."""
    kind = KINDS[name]
    return kind._replace(recipe=kind.recipe.override(steps=STEPS))


def main() -> None:
    torch.set_num_threads(1)
    path, name = Path(sys.argv[1]), sys.argv[2]

    def slowly(*arguments):
        for progress in train(*arguments):
            time.sleep(0.02)
            print(progress.step, flush=True)
            yield progress

    running.train = slowly
    kind = longer(name)
    train_to(path, begun(training, kind), kind.data(), every=3)


if __name__ == "__main__":
    main()

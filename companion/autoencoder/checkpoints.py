"""An autoencoder's run on disk: both players, to go on with to the same bits."""

from functools import partial
from pathlib import Path

from torch import Tensor

from companion.autoencoder.losses import Features
from companion.autoencoder.recipe import AutoencoderRecipe
from companion.autoencoder.training import (
    AutoencoderRun,
    start_autoencoder,
    train_autoencoder,
)
from companion.training.checkpoints import (
    AUTOENCODER,
    checkpoint,
    moments,
    named,
    restore,
    under,
    write,
)
from companion.training.loop import Accelerator
from companion.training.session import with_checkpoints

PLAYERS = ("network", "average", "discriminator")  # the last one not in every run
OPTIMIZERS = ("optimizer", "discriminator_optimizer")


def save_autoencoder(run: AutoencoderRun, path: str | Path) -> None:
    """Write the run beside `path` and rename: what stood there stays until then.

    Raises OSError if it cannot be written; then nothing has changed.
    """
    tensors = {"generator": run.generator.get_state()}
    for part in PLAYERS:
        if (network := getattr(run, part)) is not None:
            tensors |= named(part, network.state_dict())
    for part in OPTIMIZERS:
        if (optimizer := getattr(run, part)) is not None:
            tensors |= named(part, moments(optimizer))
    write(path, tensors, {AUTOENCODER: run.recipe.to_json(), "step": str(run.step)})


def load_autoencoder(path: str | Path) -> AutoencoderRun:
    """The run as it was saved, to go on with: its next steps are the same to the bit.

    Raises ValueError for a file that is no checkpoint of this package, or one of another
    kind of network, and OSError for one that cannot be read.
    """
    with checkpoint(path, AUTOENCODER) as (tensors, notes):
        run = start_autoencoder(AutoencoderRecipe.from_json(notes[AUTOENCODER]))
        for part in PLAYERS:
            if (network := getattr(run, part)) is not None:
                network.load_state_dict(under(part, tensors))
        for part in OPTIMIZERS:
            if (optimizer := getattr(run, part)) is not None:
                restore(optimizer, under(part, tensors))
        run.generator.set_state(tensors["generator"])
        run.step = int(notes["step"])
    return run


def train_autoencoder_to(
    path: str | Path,
    run: AutoencoderRun,
    images: Tensor,
    features: Features | None = None,
    accelerator: Accelerator | None = None,
    *,
    every: int = 500,
) -> None:
    """Train until the recipe's steps are done, with checkpoints on the way.

    path: where the run is saved: before the first step, every so many steps, and at the
    end.   every: how many, 1 or more.   The others are those of `train_autoencoder`.
    Ctrl-C finishes the step, saves, and raises `companion.training.Stopped`.
    Raises NotFinite as `train_autoencoder` does, with the last good checkpoint named,
    OSError where the run cannot be saved, and ValueError for bad arguments.
    """
    steps = train_autoencoder(run, images, features, accelerator)
    write = partial(save_autoencoder, run, path)
    with_checkpoints(path, steps, run, write, every=every)

"""An autoencoder's run on disk: both players, to go on with to the same bits."""

from functools import partial
from pathlib import Path

from torch import Tensor

from companion.autoencoder.losses import Losses, PerceptualLoss
from companion.autoencoder.recipe import (
    AutoencoderRecipe,
    autoencoder_of,
    discriminator_of,
    updates,
)
from companion.autoencoder.training import AutoencoderRun, start_autoencoder, train_autoencoder
from companion.training.checkpoints import (
    AUTOENCODER,
    checkpoint,
    compare,
    expected_moments,
    moments,
    named,
    restore,
    restore_generator,
    source_of,
    step_of,
    under,
    write,
)
from companion.training.loop import Accelerator
from companion.training.session import with_checkpoints
from companion.training.size import on_paper

PLAYERS = ("network", "average", "discriminator")  # the last one not in every run
OPTIMIZERS = ("optimizer", "discriminator_optimizer")


def save_autoencoder(run: AutoencoderRun, path: str | Path) -> None:
    """Write the run beside `path` and rename: what stood there stays until then.

    The file is a function of the run alone, to the byte.
    Raises OSError if it cannot be written, NotFinite for a run whose numbers are not
    finite, and ValueError for a `source` that is no object of JSON; then nothing has
    changed.
    """
    tensors = {"generator": run.generator.get_state()}
    for part in PLAYERS:
        if (network := getattr(run, part)) is not None:
            tensors |= named(part, network.state_dict())
    for part in OPTIMIZERS:
        if (optimizer := getattr(run, part)) is not None:
            tensors |= named(part, moments(optimizer))
    write(path, tensors, {AUTOENCODER: run.recipe.to_json()}, run.step, run.source)


def load_autoencoder(path: str | Path) -> AutoencoderRun:
    """The run as it was saved, to go on with: its next steps are the same to the bit.

    What the file holds is compared with what its recipe builds, and with its checksum,
    as `companion.training.load` does it; the run does not refer to the file.
    Raises ValueError for a file that is no checkpoint of this package, has changed since
    it was written, or is of another kind of network; and OSError for one that cannot be
    read.
    """
    with checkpoint(path, AUTOENCODER) as (tensors, notes):
        recipe = AutoencoderRecipe.from_json(notes[AUTOENCODER])
        step = step_of(notes, recipe.steps)
        compare(tensors, _expected(recipe, step))
        run = start_autoencoder(recipe)
        for part in PLAYERS:
            if (network := getattr(run, part)) is not None:
                network.load_state_dict(under(part, tensors))
        for part in OPTIMIZERS:
            if (optimizer := getattr(run, part)) is not None:
                restore(optimizer, under(part, tensors))
        restore_generator(run.generator, tensors)
        run.step, run.source = step, source_of(notes)
    return run


def _expected(recipe: AutoencoderRecipe, step: int) -> dict[str, Tensor]:
    """What a file holds after so many steps, by name: both players as far as they are."""
    network, discriminator = on_paper(recipe, autoencoder_of), on_paper(recipe, discriminator_of)
    made, discriminated = updates(recipe, step)
    expected = {
        **named("network", network.state_dict()),
        **named("average", network.state_dict()),
        **named("optimizer", expected_moments(network, made)),
    }
    if recipe.adversarial:
        expected |= named("discriminator", discriminator.state_dict())
        expected |= named("discriminator_optimizer", expected_moments(discriminator, discriminated))
    return expected


def train_autoencoder_to(
    path: str | Path,
    run: AutoencoderRun,
    images: Tensor,
    features: PerceptualLoss | None = None,
    accelerator: Accelerator | None = None,
    *,
    every: int = 500,
    new: bool = False,
) -> None:
    """Train until the recipe's steps are done, with checkpoints on the way.

    path: where the run is saved: before the first step, every so many steps, and at the
    end; as `with_checkpoints` does.   every: how many, 1 or more.
    new: whether it is a new run, whose file must not be there yet.
    The others are those of `train_autoencoder`.
    Ctrl-C and SIGTERM finish the step, save, and raise `Stopped`.
    Raises NotFinite as `train_autoencoder` does, with the last good checkpoint named,
    OSError where the run cannot be saved, and ValueError for bad arguments, for a run
    that another process is training, and for a file that is there already where the run
    is new.
    """
    steps = train_autoencoder(run, images, features, accelerator)
    write = partial(save_autoencoder, run, path)
    terms = (*Losses._fields, "discriminator")
    with_checkpoints(path, steps, run, write, every=every, new=new, terms=terms)

"""`train`: a network of any kind that the command line knows, new or saved."""

from pathlib import Path

import click

from companion.commands.options import (
    BOTTLENECKS,
    FILE,
    FITS,
    NETWORKS,
    PICTURES,
    PRECISIONS,
    SEED,
    enough_memory,
    together,
)

WORDS = {  # DATA where none is
    None: "digits",
    "denoiser": "digits",
    "autoencoder": "photos-kl",
    "latent": "scenes-words",
}
_LESS = "lower --size, --width or the batch_size of a recipe, or learn from fewer pictures"

_new = together(
    click.option(
        "--recipe",
        "file",
        default=None,
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A recipe as JSON; what it does not name keeps its default.",
    ),
    click.option(
        "--network",
        type=click.Choice(NETWORKS),
        default=None,
        help="Which one denoises, that of chapter 1.3 or that of 3.1.  [default: unet]",
    ),
    click.option(
        "--width",
        type=click.IntRange(8),
        default=None,
        help="Channels of the network at full size, or numbers of a token.",
    ),
    click.option(
        "--size",
        type=click.IntRange(8, 128),
        default=None,
        help="The side of an image in pixels (for a folder); of an autoencoder 16 or more, "
        "and a multiple of f.  [default: 32]",
    ),
    click.option("--seed", type=SEED, default=None, help="Of weights, batches and noise."),
    click.option("--grey", is_flag=True, help="Learn in grey (for a folder)."),
    click.option(
        "--fit",
        type=click.Choice(FITS),
        default=None,
        help="Pictures that are not square (of a folder): their middle square, or all with "
        "a margin.  [default: crop]",
    ),
    click.option(
        "--bottleneck",
        type=click.Choice(BOTTLENECKS),
        default=None,
        help="What keeps the latent in order (of an autoencoder).  [default: kl]",
    ),
    click.option(
        "--f",
        type=click.IntRange(1, 32),
        default=None,
        help="So many pixels by so many become one latent vector (of an autoencoder).  "
        "[default: 4]",
    ),
    click.option(
        "--adversarial",
        is_flag=True,
        help="Add the perceptual distance, and late in the run a discriminator (to an "
        "autoencoder).",
    ),
    click.option(
        "--autoencoder",
        default=None,
        metavar="RUN",
        help="One that is trained, a saved run or weights of the course, in place of a new one "
        "(for a folder after latent).",
    ),
    click.option(
        "--autoencoder-steps",
        type=click.IntRange(1),
        default=None,
        help="Steps of a new one (for a folder after latent).",
    ),
    click.option(
        "--encoder",
        default=None,
        metavar="NAME_OR_FOLDER",
        help="A text encoder of CLIP that reads the captions, and is not trained, in place of a "
        "new one that is (for a folder after latent; needs the extra clip).",
    ),
    click.option(
        "--upscale",
        is_flag=True,
        help="Learn to make small pictures large, in place of what is said of them (for a folder "
        "after latent).",
    ),
)
_any = together(
    click.option(
        "--out",
        type=FILE,
        default=None,
        help="Where the run is saved: a new file.  [default: by the name of DATA]",
    ),
    click.option(
        "--steps",
        type=click.IntRange(1),
        default=None,
        help="Steps of the optimiser, those of a saved run included.",
    ),
    click.option(
        "--every",
        type=click.IntRange(1),
        default=500,
        show_default=True,
        help="Steps between two checkpoints.",
    ),
    PICTURES,
    click.option(
        "--precision",
        type=click.Choice(PRECISIONS),
        default=None,
        help="Of the forward pass: bf16 is sooner done where the processor has it.  [default: no]",
    ),
    click.option(
        "--compile",
        "compiled",
        is_flag=True,
        help="Compile the network first: a minute or so, and then each step is shorter.",
    ),
)


@click.command()
@click.argument("words", nargs=-1, metavar="[denoiser|autoencoder|latent] [DATA]")
@_any
@_new
def train(words: tuple[str, ...], **how: object) -> None:
    """Train on DATA: a recipe's name, a set of the hub, a folder, or a saved run.

    \b
        python -m companion train digits            the run of chapter 1.3
        python -m companion train photos-vq         one of chapter 2.1
        python -m companion train my-images/        your own pictures
        python -m companion train run.safetensors   go on where it stopped

    A recipe says what it trains, a denoising network or an autoencoder, and so does a
    saved run. A folder can be learned by both: by a denoising network, or after the
    word autoencoder by one of those, as in chapter 2.1. A folder that is itself called
    autoencoder is ./autoencoder.

    \b
        python -m companion train autoencoder my-images/ --bottleneck vq --adversarial

    After the word latent a folder is learned in the latent of an autoencoder, as in
    chapter 2.2: of one that is trained first, in a file beside the run, or of
    --autoencoder. The network is told what the folder says of its pictures: captions in
    metadata.csv or metadata.jsonl (file_name and text), or in a .txt beside each picture,
    or a subfolder for each class.

    \b
        python -m companion train latent my-images/
        python -m companion train latent my-images/ --encoder openai/clip-vit-base-patch32

    Of a picture that is not square the middle square is learned; with --fit pad all of
    it, with a margin. Where a name is both one of the course's and a file or folder of
    yours, course:NAME is the one and ./NAME the other.

    Ctrl-C, or the signal TERM, finishes the step and saves; the same command with the saved
    file goes on. So does a finished run with a larger --steps. A saved run holds its
    recipe, but --precision and --compile it has to be told again. A new run does not
    replace a file that is there already.
    \f

    Raises:
        ValueError: for what is no data.
        Refused: after Ctrl-C, and for a loss that is not finite.
    """
    word, data = _meant(words)
    with enough_memory(_LESS):
        from companion.commands.learning import learn

        learn(word, data, **_given(how))


def _meant(words: tuple[str, ...]) -> tuple[str | None, str]:
    """The word for a kind, if it was typed, and DATA, or its default.

    Raises:
        ValueError: where that word may be meant for a folder.
        UsageError: for more than one DATA.
    """
    word = words[0] if words and words[0] in WORDS else None
    data = words[1:] if word else words
    if len(data) > 1:
        raise click.UsageError(f"Got unexpected extra arguments ({' '.join(data[1:])})")
    if word and not data and Path(word).exists():
        raise ValueError(
            f"DATA: got none, and the word {word} is also a folder or file here, "
            f"expected ./{word} for that, or {word} {WORDS[word]} for the kind"
        )
    return word, data[0] if data else WORDS[word]


def _given(how: dict[str, object]) -> dict[str, object]:
    """The options that were typed, and those with a default."""
    return {name: value for name, value in how.items() if value is not None and value is not False}

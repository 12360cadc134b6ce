"""The groups of a denoising network's recipe beside its sizes: its codec, what it is told."""

from dataclasses import dataclass

from companion.networks.conditions import check_null
from companion.training.recipe import Config

CONDITIONS = ("none", "class", "words", "bag", "frozen", "image")  # what a file says
IMAGE_TASKS = ("", "upscale", "inpaint", "layout")


@dataclass(frozen=True)
class CodecConfig(Config):
    """Where the model works; without an autoencoder, on the pixels.

    Attributes:
        autoencoder: one that comes with the package, by name, or a saved run; or nothing.
        f: so many pixels by so many are one latent vector; 1 for pixels.
        latent_channels: of z; 0 for pixels.
        scale: z is so many times what the encoder says.
    """

    autoencoder: str = ""
    f: int = 1
    latent_channels: int = 0
    scale: float = 1.0

    POSITIVE = ("f", "scale")

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.autoencoder) is not (self.latent_channels > 0):
            raise ValueError(
                f"latent_channels: got {self.latent_channels} with the autoencoder "
                f"{self.autoencoder!r}, expected some with an autoencoder, and 0 without"
            )


@dataclass(frozen=True)
class ConditionConfig(Config):
    """What a network is told beside x_t and the time.

    Attributes:
        condition_type: "none", "class", "words" (a transformer reads them), "bag" (their
            sum), "frozen" (an encoder from outside reads them) or "image" (channels beside
            x_t).
        classes: how many, of "class".
        names: of the classes, where they have some, with / between.
        words: of the vocabulary, with spaces between; of "words" and "bag".
        tokenizer: as JSON, where the words are pieces of words; see `companion.data.pieces`.
        encoder: of "frozen": its name on the hub, or its folder, see
            `companion.data.frozen_tokens`.
        encoder_sum: of "frozen": the SHA-256 of its weights, or nothing for any.
        given: of "frozen": the width of its tokens.
        length: numbers of a row of words, the start among them.
        dim: width of a vector or token.
        depth: blocks of the transformer.
        null: of "words": "learned", "zeros" or "empty".
        cond_dropout: the share of images whose condition is dropped in training.
        image_task: of "image": "upscale", "inpaint" or "layout", see
            `companion.tasks.pictures`; or nothing for images like those that are learned.
    """

    condition_type: str = "none"
    classes: int = 0
    names: str = ""
    words: str = ""
    tokenizer: str = ""
    encoder: str = ""
    encoder_sum: str = ""
    given: int = 0
    length: int = 16
    dim: int = 128
    depth: int = 2
    null: str = "learned"
    cond_dropout: float = 0.1
    image_task: str = ""

    POSITIVE = ("length", "dim")

    def __post_init__(self) -> None:
        super().__post_init__()
        kind = self.condition_type
        if kind not in CONDITIONS:
            raise ValueError(f"condition_type: got {kind!r}, expected one of {[*CONDITIONS]}")
        check_null(self.null)
        if not 0 <= self.cond_dropout <= 1:
            raise ValueError(f"cond_dropout: got {self.cond_dropout}, expected it in [0, 1]")
        if self.image_task not in IMAGE_TASKS or (self.image_task and kind != "image"):
            raise ValueError(
                f"image_task: got {self.image_task!r}, expected one of {[*IMAGE_TASKS]}, "
                "and for 'image' only"
            )
        if self.depth < 0:
            raise ValueError(f"depth: got {self.depth}, expected 0 or more")
        if (kind == "class") is not (self.classes > 0):
            raise ValueError(
                f"classes: got {self.classes}, expected some for 'class' and 0 for all else"
            )
        if (kind in ("words", "bag")) is not bool(self.words):
            raise ValueError(
                f"words: got {self.words!r:.80}, expected some for 'words' and 'bag' only"
            )
        if (kind == "frozen") is not bool(self.encoder and self.given > 0):
            raise ValueError(
                f"encoder: got {self.encoder!r} with tokens of {self.given} numbers, "
                "expected a name and a width for 'frozen', and neither for all else"
            )
        if self.names and len({*self.names.split("/")}) != self.classes:
            raise ValueError(
                f"names: got {self.names!r:.80}, expected {self.classes} different ones"
            )
        if self.tokenizer and not self.words:
            raise ValueError("tokenizer: got one without words, expected it only with them")

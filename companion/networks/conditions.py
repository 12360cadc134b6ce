"""What a network is told beside x_t and the time: a class, words, an image; and its null.

A condition travels as plain numbers, y: whole numbers for a class or for words, an image with a
mask for an image. A module of this file makes of it what a network can use. `null` is the row of
y that says nothing. It is one object, in training (`drop`) as in sampling (no `cond`).
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from companion.checks import check_count, check_sizes, check_tensor
from companion.data.vocabulary import PAD, START
from companion.networks.blocks import TextBlock

NULLS = ("learned", "zeros", "empty")  # what stands for "nothing is said"


class Embedded(NamedTuple):
    """A condition as a network uses it, each part of it or None.

    Attributes:
        vector: (B, D), added to the embedding of the time.
        tokens: (B, N, D), which every pixel looks at.
        mask: (B, N), True where there is a token.
        channels: (B, C, H, W), beside x_t.
    """

    vector: Tensor | None = None
    tokens: Tensor | None = None
    mask: Tensor | None = None
    channels: Tensor | None = None


class Condition(nn.Module):
    """What the conditions of this file have in common: their sizes, and one null.

    All take sizes that are positive whole numbers, and answer others with a ValueError.

    Attributes:
        null: the row of y that says nothing.
        vector_dim: width of the vector, or 0.
        token_dim: width of the tokens, or 0.
        channels: beside x_t, or 0.
    """

    vector_dim = token_dim = channels = 0
    null: Tensor

    def rows(self, y: Tensor | None, count: int) -> Tensor:
        """y, or the null `count` times where there is none.

        Args:
            y: (B, ...), a row for each image, or None.
            count: of images, B in all.

        Returns:
            (B, ...).

        Raises:
            ValueError: for another shape or dtype.
        """
        if y is None:
            return self.null.expand(count, *self.null.shape)
        check_tensor("cond", y, " with a row for each image")
        expected = (count, *self.null.shape)
        if y.shape != expected or y.is_floating_point() != self.null.is_floating_point():
            raise ValueError(
                f"cond: got {y.dtype} of shape {tuple(y.shape)}, "
                f"expected {self.null.dtype} of shape {expected}"
            )
        return y


class ClassCondition(Condition):
    """One vector for each class, and one more for none.

    Args:
        classes: how many.
        dim: width of the vector.

    Source: Peebles and Xie (2023), section 3.2.
    """

    def __init__(self, classes: int, dim: int) -> None:
        super().__init__()
        check_sizes(classes=classes, dim=dim)
        self.classes, self.vector_dim = classes, dim
        self.embedding = nn.Embedding(classes + 1, dim)
        self.register_buffer("null", torch.tensor(classes), persistent=False)

    def forward(self, y: Tensor | None, count: int) -> Embedded:
        """The vector of each class.

        Args:
            y: (B,) in 0..classes; the last is the null.
            count: of images, B in all.
        """
        return Embedded(vector=self.embedding(self.rows(y, count)))  # (B, D)


class WordCondition(Condition):
    """A small transformer reads the words: each token knows the others, and its own place.

    Args:
        words: of the vocabulary, `PAD` among them.
        length: N, words of a row at the most.
        dim: D, width of a token.
        depth: blocks, 0 or more.
        null: one of `NULLS`: tokens that are learned, zeros, or what the encoder makes of
            the empty caption.

    Raises:
        ValueError: for sizes that are no positive whole numbers, and for another null.

    Source: Vaswani et al. (2017); as the text encoder of a diffusion model, Nichol et al. (2022).
    """

    def __init__(
        self, words: int, length: int, dim: int = 128, depth: int = 2, null: str = "learned"
    ) -> None:
        super().__init__()
        check_sizes(words=words, length=length, dim=dim)
        check_count("depth", depth, 0, 1 << 20)
        check_null(null)
        self.token_dim = dim
        self.embedding = nn.Embedding(words, dim)
        self.position = nn.Parameter(torch.randn(length, dim) / 4)
        self.blocks = nn.ModuleList([TextBlock(dim) for _ in range(depth)])
        self.norm = nn.LayerNorm(dim)
        if null == "learned":
            self.null_tokens = nn.Parameter(torch.randn(length, dim))
        else:
            zeros = torch.zeros(length, dim) if null == "zeros" else None
            self.register_buffer("null_tokens", zeros, persistent=False)
        self.register_buffer("null", null_row(null, length), persistent=False)

    def forward(self, y: Tensor | None, count: int) -> Embedded:
        """The words, each with what it found in the others.

        Args:
            y: (B, N), numbers of words, `PAD` after the last; see `companion.data.Vocabulary`.
            count: of images, B in all.
        """
        y = self.rows(y, count)  # (B, N)
        said, mask = read(y)  # (B,), (B, N)
        h = self.embedding(y) + self.position  # (B, N, D)
        for block in self.blocks:
            h = block(h, mask)  # (B, N, D)
        h = self.norm(h)
        if self.null_tokens is not None:
            h = torch.where(said[:, None, None], h, self.null_tokens)  # (B, N, D)
        return Embedded(tokens=h, mask=mask)


class BagOfWords(Condition):
    """The sum of the words, whatever their order: one vector.

    "A red circle above a blue square" and "a blue circle above a red square" are one to it.

    Args:
        words: of the vocabulary, `PAD` among them.
        length: N, words of a row at the most.
        dim: width of the vector.
    """

    def __init__(self, words: int, length: int, dim: int = 128) -> None:
        super().__init__()
        check_sizes(words=words, length=length, dim=dim)
        self.vector_dim = dim
        self.embedding = nn.Embedding(words, dim)
        self.null_vector = nn.Parameter(torch.randn(dim))
        self.register_buffer("null", null_row("learned", length), persistent=False)

    def forward(self, y: Tensor | None, count: int) -> Embedded:
        """The sum of the vectors of the words.

        Args:
            y: (B, N), as for `WordCondition`.
            count: of images, B in all.
        """
        y = self.rows(y, count)  # (B, N)
        said, mask = read(y)
        h = (self.embedding(y) * mask[..., None]).sum(dim=1)  # (B, D)
        return Embedded(vector=torch.where(said[:, None], h, self.null_vector))


class ImageCondition(Condition):
    """An image beside x_t, and a mask that says where it is given.

    Where it is not given, one learned colour stands. The null is an image given nowhere.

    Args:
        channels: of the image, without the mask.
        size: its side, that of x_t.

    Source: Rombach et al. (2022), section 3.3 and appendix D.
    """

    def __init__(self, channels: int, size: int) -> None:
        super().__init__()
        check_sizes(channels=channels, size=size)
        self.channels = channels + 1
        self.missing = nn.Parameter(torch.zeros(channels, 1, 1))
        nothing = torch.zeros(channels + 1, size, size)
        self.register_buffer("null", nothing, persistent=False)

    def forward(self, y: Tensor | None, count: int) -> Embedded:
        """The image where it is given, and the mask.

        Args:
            y: (B, 1 + channels, H, W): first the mask, 1 where the image is given, 0 where it
                is not, and in between the share of the place that is given.
            count: of images, B in all.
        """
        y = self.rows(y, count)
        mask, image = y[:, :1], y[:, 1:]  # (B, 1, H, W), (B, C, H, W)
        image = torch.where(mask > 0, image, self.missing)  # (B, C, H, W)
        return Embedded(channels=torch.cat([mask, image], dim=1))  # (B, 1 + C, H, W)


class GivenTokens(Condition):
    """Tokens of an encoder from outside, which is not trained: each is brought to a width.

    The null is a row of no tokens, where learned ones stand.

    Args:
        length: N, tokens of a row.
        given: width of a given token.
        dim: D, width of a token for the network.

    Source: Rombach et al. (2022), section 3.3, with CLIP's text encoder.
    """

    def __init__(self, length: int, given: int, dim: int = 128) -> None:
        super().__init__()
        check_sizes(length=length, given=given, dim=dim)
        self.token_dim = dim
        self.proj = nn.Linear(given, dim)
        self.null_tokens = nn.Parameter(torch.randn(length, self.token_dim))
        self.register_buffer("null", torch.zeros(length, 1 + given), persistent=False)

    def forward(self, y: Tensor | None, count: int) -> Embedded:
        """The tokens, as wide as the network wants them.

        Args:
            y: (B, N, 1 + given): first 1 where there is a token, else 0; then the token. See
                `companion.data.frozen_tokens`.
            count: of images, B in all.
        """
        y = self.rows(y, count)
        mask = y[..., 0] > 0  # (B, N)
        silent = ~mask.any(dim=1, keepdim=True)  # (B, 1)
        h = torch.where(silent[..., None], self.null_tokens, self.proj(y[..., 1:]))
        return Embedded(tokens=h, mask=mask | silent)  # (B, N, D), (B, N)


def drop(y: Tensor, null: Tensor, where: Tensor) -> Tensor:
    """The condition of a batch with some of its rows made the null: what guidance needs.

    Args:
        y: (B, ...).
        null: (...), of the condition that the network has.
        where: (B,), True for what is dropped.

    Returns:
        (B, ...).

    Source: Ho and Salimans (2022), algorithm 1.
    """
    return torch.where(where.reshape(-1, *[1] * null.ndim), null.to(y.device), y)


def read(y: Tensor) -> tuple[Tensor, Tensor]:
    """Which rows say something, and which of their words are some: (B,) and (B, N).

    Of a row that says nothing all places count: there the tokens of the null stand.
    """
    mask = y != PAD  # (B, N)
    said = mask.any(dim=1)  # (B,)
    return said, mask | ~said[:, None]


def null_row(null: str, length: int) -> Tensor:
    """The row of words that says nothing: (N,); the empty caption is its start alone."""
    row = torch.full((length,), PAD)
    if null == "empty":
        row[0] = START
    return row


def check_null(null: str) -> None:
    """There is such a null.

    Raises:
        ValueError: for another word.
    """
    if null not in NULLS:
        raise ValueError(f"null: got {null!r}, expected one of {', '.join(NULLS)}")

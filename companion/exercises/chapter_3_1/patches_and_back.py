"""Implement: the image from tokens in which the channels come last."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def image_of_tokens(
    tokens: Tensor,
    p: int,
    channels: int,
    height: int,
    width: int,
) -> Tensor:
    """The image, (B, C, H, W), whose tokens have for each pixel its channels."""
    x = tokens.reshape(len(tokens), height // p, width // p, p, p, channels)
    x = x.permute(0, 5, 1, 3, 2, 4)  # (B, C, H / p, p, W / p, p)
    return x.reshape(len(tokens), channels, height, width)  # (B, C, H, W)


def _inputs(generator: Generator) -> tuple[Tensor, int, int, int, int]:
    p, channels = (2, 3) if torch.rand(1, generator=generator) < 0.5 else (3, 2)
    rows, columns = 2, 3 + int(torch.randint(2, (1,), generator=generator))
    shape = (2, rows * columns, p * p * channels)
    tokens = torch.randn(shape, generator=generator, dtype=torch.float64)
    return tokens, p, channels, rows * p, columns * p


def _by(sides: str, order: tuple[int, ...]) -> Callable:
    """The tokens read with these sides, and their axes put in this order."""

    def image(tokens: Tensor, p: int, channels: int, height: int, width: int) -> Tensor:
        sizes = {"y": height // p, "x": width // p, "p": p, "c": channels}
        x = tokens.reshape(len(tokens), *(sizes[side] for side in sides))
        return x.permute(order).reshape(len(tokens), channels, height, width)

    return image


EXERCISE = Exercise(
    name="patches-and-back",
    number="3.1.1",
    title="Back from tokens of another order",
    kind=Kind.IMPLEMENT,
    chapter="3-1-dit",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="image",
    stub=(
        "def image(tokens, p, channels, height, width):\n"
        '    """The image of these tokens, (B, C, H, W)."""\n'
        "    ..."
    ),
    solution=image_of_tokens,
    checker=FunctionChecker(
        solution=image_of_tokens,
        inputs=_inputs,
        parts=("the image",),
        mistakes=(
            Mistake(
                "this is a reshape alone, which moves no number. A patch would be a piece of a "
                "row then, and not a square.",
                lambda tokens, p, c, h, w: tokens.reshape(-1, c, h, w),
            ),
            Mistake(
                "this reads a token channel by channel, as the tokens of this book are. Here the "
                "channels of *one pixel* stand together.",
                _by("yxcpp", (0, 3, 1, 4, 2, 5)),
            ),
            Mistake(
                "the patches stand in the right places, and each of them is transposed.",
                _by("yxppc", (0, 5, 1, 4, 2, 3)),
            ),
            Mistake(
                "the patches are laid out column by column. The second token is the right "
                "neighbour of the first.",
                _by("xyppc", (0, 5, 2, 3, 1, 4)),
            ),
            Mistake(
                "the rows and the columns of the grid have changed places: it has H / p rows and "
                "W / p columns.",
                _by("xyppc", (0, 5, 1, 3, 2, 4)),
            ),
            Mistake(
                "two axes have changed places: the row of the patch and the row in it. The slow "
                "one, that of the patch, comes first.",
                _by("yxppc", (0, 5, 3, 1, 4, 2)),
            ),
            Mistake(
                "the channels are in front, and nothing else has moved. Before a reshape to (H, W) "
                "the row in a patch has to stand beside the row of the patch.",
                _by("yxppc", (0, 5, 1, 2, 3, 4)),
            ),
            Mistake(
                "the channels are still behind the columns when the last reshape comes. Bring "
                "them to the front.",
                _by("yxppc", (0, 1, 3, 2, 4, 5)),
            ),
            Mistake(
                "the whole image is upside down: the rows are counted from the top.",
                lambda *args: image_of_tokens(*args).flip(2),
            ),
        ),
    ),
    meaning=(
        "The published DiT gives its tokens in this order, and takes the grid to be a square: "
        "it has the root of the number of tokens as both sides."
    ),
    hints=(
        "Three lines: a reshape that gives each of the five meanings of a number an axis, a "
        "permute, and a reshape to the image.",
        "After the first reshape the axes are (B, row of the patch, column of the patch, row in "
        "it, column in it, channel). A row of the image is the first of these rows, then the "
        "second.",
    ),
    on_failure=(
        ("A reshape alone.", "Let each token hold its own number. Do squares come out?"),
        ("The grid.", "Take H = p: all patches stand in one row."),
        ("The order in a token.", "Take one token, p = 2 and two channels, and number them."),
    ),
    discussion=(
        "The row of a pixel is p times the row of its patch plus the row in the patch. So these "
        "two axes have to stand beside each other, the first before the second, and the same for "
        "the columns. Only then may a reshape join them. In code:"
    ),
)

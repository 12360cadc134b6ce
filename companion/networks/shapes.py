"""What a network asks of its input: floats of the right shape, and nothing of their values.

So nothing here waits for a number: a forward pass compiles in one piece and never stops a
GPU. Values are looked at where a person gives them, and in the loss and its gradient.
"""

from torch import Tensor

from companion.checks import DATA_DTYPES, check_tensor, shown


def check_shape(name: str, x: Tensor, *expected: int | str) -> None:
    """x is a tensor of floats of this shape.

    Args:
        name: of the argument, for the message.
        x: what came.
        expected: the size of each axis, or a letter where any size but 0 will do.

    Raises:
        ValueError: for another type, dtype or shape.
    """
    words = f"({', '.join(map(str, expected))})"
    check_tensor(name, x, f" of shape {words}")
    if x.dtype not in DATA_DTYPES:
        raise ValueError(
            f"{name}: got dtype {x.dtype}, expected float64, float32, bfloat16 or float16"
        )
    if x.ndim != len(expected) or any(
        size == 0 if isinstance(right, str) else size != right
        for size, right in zip(x.shape, expected, strict=True)
    ):
        raise ValueError(f"{name}: got shape {tuple(x.shape)}, expected {words}")


def check_multiple(name: str, x: Tensor, factor: int, why: str) -> None:
    """The height and the width of an image are multiples of `factor`.

    Args:
        name: of the argument, for the message.
        x: (B, C, H, W).
        factor: what has to divide H and W.
        why: the reason, for the message.

    Raises:
        ValueError: for another height or width.
    """
    H, W = x.shape[2:]
    if H % factor or W % factor:
        raise ValueError(f"{name}: got {H} by {W} pixels, expected multiples of {factor}: {why}")


def check_unconditional(cond: object) -> None:
    """There is no condition, for a network that knows of none.

    Args:
        cond: what the network was given.

    Raises:
        ValueError: for anything but None.
    """
    if cond is not None:
        raise ValueError(
            f"cond: got {shown(cond)}, expected None: this network was built without conditions"
        )

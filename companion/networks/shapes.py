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


def check_times(t: Tensor, count: int) -> None:
    """t has one time for each image.

    Args:
        t: what came.
        count: of images, B.

    Raises:
        ValueError: for anything but a tensor of shape (B,).
    """
    check_tensor("t", t, f" of shape ({count},), one an image")
    if t.shape != (count,):
        raise ValueError(f"t: got shape {tuple(t.shape)}, expected ({count},), one an image")


def check_beside(xt: Tensor, beside: Tensor) -> None:
    """What stands beside x_t is as large as it.

    Args:
        xt: (B, C, H, W), or (B, C, F, H, W).
        beside: the channels of a condition.

    Raises:
        ValueError: for another number of axes, or another size of one.
    """
    if xt.shape[2:] != beside.shape[2:]:
        raise ValueError(
            f"xt: got sides {tuple(xt.shape[2:])}, expected {tuple(beside.shape[2:])}, "
            "as large as the image of its condition"
        )


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

"""Answers to the exercises of chapter 3.1: right in other forms, and wrong."""

import torch
from sympy import Rational, diff, expand, log, symbols

H, R, C, W = symbols("h r c w", real=True)
KAPPA = symbols("kappa", positive=True)
HALF = Rational(1, 2)
GATE = symbols("gate")  # the weight of its layer, until it is known


def read_by_pixel(at):
    """An image filled pixel by pixel; `at` says of which token and which number."""

    def image(tokens, p, channels, height, width):
        x = torch.zeros(len(tokens), channels, height, width, dtype=tokens.dtype)
        sizes = p, channels, height // p, width // p
        for c in range(channels):
            for y in range(height):
                for k in range(width):
                    n, j = at(c, y, k, *sizes)
                    x[:, c, y, k] = tokens[:, n, j]
        return x

    return image


def place(c, y, x, p, channels, rows, columns):
    """The right token of a pixel, and the right number of it."""
    return (y // p) * columns + x // p, ((y % p) * p + x % p) * channels + c


def with_token(of):
    """Pixels that find another token, and the right number of it."""
    return read_by_pixel(lambda c, y, x, *sizes: (of(y, x, *sizes), place(c, y, x, *sizes)[1]))


def with_number(of):
    """Pixels that find the right token, and another number of it."""
    return read_by_pixel(lambda c, y, x, *sizes: (place(c, y, x, *sizes)[0], of(c, y, x, *sizes)))


def with_axes(order):
    """The last reshape, with the axes before it in this order."""

    def image(tokens, p, channels, height, width):
        x = tokens.unflatten(1, (height // p, width // p)).unflatten(3, (p, p, channels))
        return torch.einsum(f"byxijc->{order}", x).reshape(-1, channels, height, width)

    return image


def folded(tokens, p, channels, height, width):
    """By torch's own fold, which wants channels first."""
    x = tokens.unflatten(2, (p * p, channels)).transpose(2, 3).flatten(2)
    return torch.nn.functional.fold(x.mT, (height, width), p, stride=p)


def slope(layer, of=C, factor=HALF, shortcut=True):
    """The slope of the loss, with this weight of the gate's layer put in at the end."""
    loss = factor * ((H if shortcut else 0) + GATE * C * W * H - R) ** 2
    return diff(loss, of).subs(GATE, layer)


FIRST = -KAPPA * slope(0, GATE)  # where the layer is after one step


def gated(*, over=-1, plus=1, open_by=0, swap=False, close=False, keep=True, gate=True):
    """A block of one branch, written with means and roots, in which something is otherwise."""

    def block(h, emb, modulation, weight):
        shift, scale, g = torch.einsum("bd,de->be", emb, modulation).split(h.shape[2], dim=1)
        shift, scale = (scale, shift) if swap else (shift, scale)
        axes = (1, 2) if over == "all" else over
        middle, var = h.mean(axes, True), h.var(axes, correction=0, keepdim=True)
        x = (h - middle) / (var + 1e-5).sqrt()
        x = torch.einsum("bnd,bd->bnd", x, plus + scale) + shift[:, None]
        found = torch.tanh(x @ weight)
        g = g[:, None] + open_by if gate else torch.ones_like(g)[:, None]
        return g * (h + found) if close else (h if keep else 0) + g * found

    return block


def other_sight(see, join=lambda h, n, g, f: h + g * f, eps=1e-5):
    """A block whose branch sees something else, or which adds it to something else."""

    def block(h, emb, modulation, weight):
        shift, scale, g = (part[:, None] for part in (emb @ modulation).chunk(3, 1))
        n = torch.layer_norm(h, [h.shape[2]], eps=eps)
        return join(h, n, g, torch.tanh(see(h, n, shift, scale) @ weight))

    return block


def usual(h, n, shift, scale):
    return n + n * scale + shift


RIGHT = {
    "patches-and-back": [
        read_by_pixel(place),
        with_axes("bcyixj"),
        folded,
        lambda tokens, p, channels, height, width: torch.cat(
            [
                torch.cat([t.reshape(-1, p, p, channels) for t in row.unbind(1)], dim=2)
                for row in tokens.unflatten(1, (height // p, width // p)).unbind(1)
            ],
            dim=1,
        ).movedim(3, 1),
    ],
    "first-gradients": [
        slope(FIRST),
        expand(slope(FIRST)),
        -KAPPA * C * (W * H * (H - R)) ** 2 * (1 - KAPPA * (C * W * H) ** 2),
        "-kappa*c*w^2*h^2*(h - r)^2*(1 - kappa*c^2*w^2*h^2)",
    ],
    "half-the-patch": [7.6923, 7.69, 100 / 13, torch.tensor(7.69), 7.7],
    "adaln-zero": [gated(), other_sight(usual)],
    "missing-position": ["EDBF", "edbf", "E, D, B, F", ["E", "D", "B", "F"]],
}

WRONG = {
    "patches-and-back": [
        (
            lambda tokens, p, channels, height, width: tokens.flatten().reshape(
                len(tokens), channels, height, width
            ),
            "a reshape alone",
        ),
        (with_number(lambda c, y, x, p, *_: (c * p + y % p) * p + x % p), "channel by channel"),
        (with_number(lambda c, y, x, p, n, *_: ((x % p) * p + y % p) * n + c), "is transposed"),
        (with_token(lambda y, x, p, n, rows, columns: (x // p) * rows + y // p), "by column"),
        (
            lambda tokens, p, channels, height, width: with_axes("bcyixj")(
                tokens, p, channels, width, height
            ).reshape(-1, channels, height, width),
            "H / p rows",
        ),
        (with_axes("bciyjx"), "The slow one"),
        (with_axes("bcyxij"), "nothing else has moved"),
        (with_axes("byixjc"), "Bring them to the front"),
        (lambda *args: with_axes("bcyixj")(*args).flip(2), "upside down"),
        (lambda *args: with_axes("bcyixj")(*args).movedim(1, 3), "in another arrangement"),
        (lambda *args: with_axes("bcyixj")(*args).float(), "dtype"),
        (lambda *args: with_axes("bcyixj")(*args).mT, "got shape"),
    ],
    "first-gradients": [
        (slope(0), "at the first step, where the layer is zero"),
        (FIRST * (H - R) * W * H, "the error of the first step"),
        (slope(FIRST, GATE), "the layer W at the second step"),
        (slope(0, GATE), "the layer W at the first step"),
        (FIRST, "W after the first step"),
        (slope(FIRST, W), "the weight in the branch"),
        (slope(-FIRST), "up the slope"),
        (slope(2 * FIRST, factor=1), "*half* the square"),
        (diff((H + FIRST * C * W * H - R) ** 2 / 2, C), "W was put in before"),
        (slope(-KAPPA * slope(0, GATE, shortcut=False), shortcut=False), "the shortcut is left"),
        (-KAPPA * slope(FIRST), "the step that c takes"),
        (slope(FIRST / C), "as if it were the gate itself"),
        (-slope(FIRST), "opposite sign"),
        (log(2 + C**2) + W * H * R, "No usual mistake"),
    ],
    "half-the-patch": [
        (4, "the linear layers alone"),
        (16, "pairs alone"),
        (2.615, "takes the tokens to double"),
        (2, "the factor of one side"),
        (10.857, "the MLP is left out"),
        (9.647, "D squared weights each"),
        (8.8, "one layer of the MLP"),
        (6.182, "met twice"),
        (7.918, "behind the heads"),
        (6.692, "how much *is added*"),
        (0.13, "the other way round"),
        (12.5, "too large"),
        (5, "too small"),
    ],
    "adaln-zero": [
        (gated(over="all", plus=0, open_by=1), "three faults are still"),
        (gated(over="all"), "one fault is still in it. Look at the norm"),
        (gated(plus=0), "one fault is still in it. Look at the scale"),
        (gated(open_by=1), "one fault is still in it. Look at the gate"),
        (gated(over="all", plus=0), "two faults are still in it. Look at the norm"),
        (gated(plus=0, open_by=1), "two faults are still in it. Look at the scale"),
        (gated(swap=True), "the shift and the scale have changed places"),
        (
            lambda h, emb, *rest: gated()(h, emb * emb.sigmoid(), *rest),
            "through a SiLU once more",
        ),
        (gated(close=True), "closes the shortcut"),
        (gated(keep=False), "there is no shortcut"),
        (other_sight(usual, lambda h, n, g, f: h - g * h + g * f), "shares out"),
        (gated(gate=False), "open from the start"),
        (other_sight(lambda h, n, shift, scale: h + h * scale + shift), "the norm is not in it"),
        (other_sight(usual, lambda h, n, g, f: n + g * f), "takes the normed tokens"),
        (other_sight(lambda h, n, a, s: (n + a) * (1 + s)), "the shift is scaled"),
        (other_sight(usual, eps=1e-6), "another small number"),
    ],
    "missing-position": [
        ("GDBF", "Q and R and S: right. P: the right table has no jump"),
        ("FDBF", "after the fourth place"),
        ("DDBF", "not where row and column"),
        ("EGBF", "Look for a second black place"),
        ("EFBF", "not the next in reading"),
        ("EBBF", "are both said here"),
        ("EDAF", "not all places are alike"),
        ("EDCF", "the row is said"),
        ("EDDF", "whole rows are alike"),
        ("EDBG", "farther away"),
        ("EDBE", "none at its end either"),
        ("EDBB", "the more the farther"),
        ("EDGF", "R: with G the place below"),
        ("ADBF", "P: with A all places"),
        ("EDB", "these are 3 letters"),
        ("EDBX", "'X' is not one of A to G"),
        (5426, "4 letters in quotation marks"),
    ],
}

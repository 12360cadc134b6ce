"""Reads a drawn scene from its pixels alone, and tells where they are no scene.

A shape is told from grey by its differences between channels: they show its colour, and how much
of each pixel it covers. Each of the three shapes is fitted to that, in place and width, and the
one that fits best is what is seen. Then the whole picture is drawn again from what was seen. It
is a scene if each shape fits and the two pictures agree everywhere.
"""

from typing import NamedTuple

import torch
from scipy.ndimage import generate_binary_structure, label
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate, max_pool2d

from companion.checks import check_count, check_data
from companion.data import COLOURS, SHAPES
from companion.data.scenes import LARGE_FROM

SIDE = 32  # pixels: pictures of another size are read at this one
LARGEST_MISFIT = 0.02  # of a shape: squared error of what it covers, by pixel of its outline
LARGEST_WIDTH = 0.5  # of a shape
LARGEST_ERROR = 0.2  # of a picture away from edges, to what is drawn again, in a window or a shape
LEAST_AREA = 0.01  # of a piece, where the picture is 1: half of a small triangle

_PALETTE = torch.tensor(list(COLOURS.values()))  # (6, 3)
_AREAS = {"circle": torch.pi / 4, "square": 1, "triangle": 1 / 2}  # of a width of 1
_EDGE = 2  # pixels, over which a template goes from outside to inside
_AT_ONCE = 250  # pictures


class Seen(NamedTuple):
    """A piece of one colour on a picture whose side is 1, and the shape that fits it best.

    Attributes:
        shape: circle, square or triangle.
        colour: one of `COLOURS`.
        width: of the shape, which is also its height.
        x: its middle, from the left.
        y: its middle, from the top.
        misfit: the squared error of what it covers, over the outline of the square around it, in
            pixels; 0 for a perfect fit.
    """

    shape: str
    colour: str
    width: float
    x: float
    y: float
    misfit: float

    @property
    def size(self) -> str:
        """Small or large, as `caption` says it."""
        return "large" if self.width >= LARGE_FROM else "small"

    @property
    def clear(self) -> bool:
        """Whether the shape fits: of a piece of another form, too, one of the three is best."""
        return self.misfit <= LARGEST_MISFIT and self.width <= LARGEST_WIDTH

    def __str__(self) -> str:
        """Such as "a large red circle"."""
        return f"a {self.size} {self.colour} {self.shape if self.clear else 'thing'}"


class Reading(NamedTuple):
    """What is seen on a picture.

    Attributes:
        seen: the pieces, from left to right.
        error: how far the picture is from what is drawn again from them, away from edges: the
            largest mean difference of a channel, in a window of an eighth of the side or a shape.
    """

    seen: tuple[Seen, ...]
    error: float

    @property
    def is_scene(self) -> bool:
        """Whether there are one or two clear shapes and nothing else."""
        clear = all(one.clear for one in self.seen)
        return len(self.seen) in (1, 2) and clear and self.error <= LARGEST_ERROR

    def __str__(self) -> str:
        """What is seen, or that it is no scene."""
        found = ", ".join(map(str, self.seen)) or "nothing"
        return found if self.is_scene else f"no scene: {found}"


def read_scenes(images: Tensor) -> list[Reading]:
    """Read pictures, each by itself, from nothing but their pixels.

    Args:
        images: (N, 3, size, size) in about [-1, 1], drawn or generated, with a size of 16..256.

    Returns:
        For each, the pieces that are seen on it and whether it is a scene.

    Raises:
        ValueError: For other shapes, and for values that are not finite.
    """
    check_data("images", images)
    if images.ndim != 4 or images.shape[1] != 3 or images.shape[2] != images.shape[3]:
        raise ValueError(f"images: got shape {tuple(images.shape)}, expected (N, 3, size, size)")
    check_count("size of images", images.shape[-1], 16, 256)
    x = images.detach().cpu().float().clamp(-1, 1)
    if x.shape[-1] != SIDE:
        x = interpolate(x, SIDE, mode="bilinear", antialias=True)
    return [reading for some in x.split(_AT_ONCE) for reading in _read(some)]


def _read(x: Tensor) -> list[Reading]:
    size = x.shape[-1]
    picture, colour, covered = _pieces(x)  # (M,), (M,), (M, size, size) for M pieces
    fits = [_fit(covered, shape) for shape in SHAPES]
    misfits = torch.stack([misfit for *_, misfit in fits], dim=1)  # (M, 3)
    best = misfits.argmin(dim=1)  # (M,)
    again = _background(x).expand_as(x).clone()
    edges = torch.zeros(len(x), 1, size, size, dtype=torch.bool)
    found, tints = [[] for _ in x], [[0.0] for _ in x]
    owners = zip(picture.tolist(), colour.tolist(), best.tolist(), strict=True)
    for m, (n, k, shape) in enumerate(owners):
        place, template, misfit = (result[m] for result in fits[shape])
        again[n] += template * (_PALETTE[k][:, None, None] - again[n])
        edges[n] |= (0 < template) & (template < 1)
        inside = (x[n] - again[n])[:, template > 0.9]  # (3, pixels)
        tints[n].append(inside.mean(dim=1).abs().max().item() if inside.numel() else 0.0)
        across, down, width = (place / size).tolist()
        found[n].append(Seen(SHAPES[shape], list(COLOURS)[k], width, across, down, misfit.item()))
    off = avg_pool2d((x - again).masked_fill(edges, 0), size // 8, stride=1)
    errors = off.abs().amax(dim=(1, 2, 3)).tolist()
    return [
        Reading(tuple(sorted(seen, key=lambda one: one.x)), max(error, *tint))
        for seen, error, tint in zip(found, errors, tints, strict=True)
    ]


def _pieces(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Connected pieces of one colour: of which picture, which colour, how much of each pixel."""
    size = x.shape[-1]
    hues, hue = _without_grey(_PALETTE), _without_grey(x)  # (6, 3), (N, 3, size, size)
    along = torch.einsum("kc,nchw->nkhw", hues, hue)
    lengths = hues.norm(dim=1)[:, None, None]
    covered = along / lengths**2  # (N, 6, size, size): 1 where the pixel has the colour
    nearest = (along / lengths).argmax(dim=1, keepdim=True)  # (N, 1, size, size)
    core = (covered > 0.5) & (nearest == torch.arange(6)[:, None, None])
    neighbours = generate_binary_structure(2, 1)[None] & [[[False]], [[True]], [[False]]]
    labels, count = label(core.flatten(0, 1).numpy(), neighbours)
    labels = torch.from_numpy(labels)  # (6 N, size, size): 0, or the number of the piece
    plane = torch.zeros(count + 1, dtype=torch.int64)
    plane[labels] = torch.arange(len(labels))[:, None, None].expand_as(labels)
    numbers = 1 + (labels.flatten().bincount()[1:] >= LEAST_AREA * size**2).nonzero()[:, 0]
    plane = plane[numbers]  # (M,)
    piece = (labels[plane] == numbers[:, None, None]).float()  # (M, size, size)
    around = max_pool2d(piece[:, None], 3, stride=1, padding=1)[:, 0]  # with its edge
    return plane // 6, plane % 6, covered.flatten(0, 1)[plane] * around


def _fit(covered: Tensor, shape: str) -> tuple[Tensor, Tensor, Tensor]:
    """The least squares of a template: its x, y and width (M, 3), what it covers, the misfit."""
    size = covered.shape[-1]
    at = torch.arange(size) + 0.5
    area = covered.sum(dim=(1, 2)).clamp(min=1)  # (M,)
    x = (covered.sum(dim=1) * at).sum(dim=1) / area
    y = (covered.sum(dim=2) * at).sum(dim=1) / area
    width = (area / _AREAS[shape]).sqrt()
    if shape == "triangle":
        y = y - width / 6  # its centre of mass lies below its middle
    place, target = torch.stack([x, y, width], dim=1), _smooth(covered)
    moves = torch.eye(3) / 4  # of a pixel
    for _ in range(4):  # Gauss-Newton, with slopes by differences
        now = _smooth(_template(shape, place, size))
        moved = [_smooth(_template(shape, place + move, size)) - now for move in moves]
        A = 4 * torch.stack(moved, dim=-1).flatten(1, 2)  # (M, size^2, 3)
        off = (target - now).flatten(1)[..., None]  # (M, size^2, 1)
        step = torch.linalg.solve(A.mT @ A + 1e-3 * torch.eye(3), A.mT @ off)  # (M, 3, 1)
        place = (place + step[..., 0].clamp(-1, 1)).clamp(0, size)
    template = _template(shape, place, size)
    off = (target - _smooth(template)).square().sum(dim=(1, 2))  # (M,)
    return place, template, off / (4 * place[:, 2]).clamp(min=1)


def _template(shape: str, place: Tensor, size: int) -> Tensor:
    """How much of each pixel a shape covers: (M, size, size), for x, y and width in pixels."""
    at = torch.arange(size) + 0.5
    x, y, width = place.T[:, :, None, None]  # (M, 1, 1) each
    dx, dy, half = at - x, at[:, None] - y, width / 2

    def inside(depth: Tensor) -> Tensor:
        return (0.5 + depth / _EDGE).clamp(0, 1)

    if shape == "circle":
        return inside(half - (dx**2 + dy**2).sqrt())
    if shape == "square":
        return inside(half - dx.abs()) * inside(half - dy.abs())
    return inside((dy + half - 2 * dx.abs()) / 5**0.5) * inside(half - dy)


def _smooth(x: Tensor) -> Tensor:
    """Each pixel with its neighbours, weighted 1, 2, 1: edges that a network made are soft."""
    size = x.shape[-1]
    B = (2 * torch.eye(size) + torch.ones(size - 1).diag(1) + torch.ones(size - 1).diag(-1)) / 4
    return B @ x @ B  # (M, size, size)


def _background(x: Tensor) -> Tensor:
    """The grey that is evenly shaded from top to bottom, by the pixels without colour."""
    size = x.shape[-1]
    down = (torch.arange(size) + 0.5) / size
    A = torch.stack([1 - down, down], dim=1)  # (size, 2)
    grey = ((x.amax(dim=1) - x.amin(dim=1)) < 0.2).float()  # (N, size, size)
    rows, values = grey.sum(dim=2), (grey * x.mean(dim=1)).sum(dim=2)  # (N, size)
    normal = (A.T * rows[:, None]) @ A + 1e-3 * torch.eye(2)  # (N, 2, 2)
    ends = torch.linalg.solve(normal, (values @ A)[..., None])  # (N, 2, 1), top and bottom
    return (A @ ends)[:, None]  # (N, 1, size, 1)


def _without_grey(x: Tensor) -> Tensor:
    return x - x.mean(dim=1, keepdim=True)

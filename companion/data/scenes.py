"""Drawn scenes of one or two coloured shapes: pixels can tell if a caption is true."""

from typing import NamedTuple

import torch
from torch import Generator, Tensor
from torch.nn.functional import avg_pool2d

from companion.checks import check_count, shown

SHAPES = ("circle", "square", "triangle")
COLOURS = {  # RGB, in [-1, 1]
    "red": (0.8, -0.8, -0.8),
    "orange": (1.0, 0.1, -0.9),
    "yellow": (1.0, 0.9, -0.7),
    "green": (-0.7, 0.5, -0.6),
    "blue": (-0.7, -0.4, 0.9),
    "purple": (0.2, -0.7, 0.7),
}

_SMALL, _LARGE = (0.20, 0.26), (0.36, 0.42)  # what `scenes` draws, far enough apart
LARGE_FROM = 0.31
_GAP = 0.04  # between two shapes, and from a shape to the edge
_FINE = 4  # a pixel is the mean of 4 by 4 points


class Shape(NamedTuple):
    """A shape, in a picture whose side is 1: x runs to the right, y runs down.

    It covers size^2 times pi / 4, 1 or 1 / 2.

    Attributes:
        shape: circle, square or triangle, which points up.
        colour: one of `COLOURS`.
        size: its width, which is also its height.
        x: the middle of the square, size by size, that it just fits into, from the left.
        y: the same middle, from the top.
    """

    shape: str
    colour: str
    size: float
    x: float
    y: float


class Scene(NamedTuple):
    """One or two shapes before a grey background.

    Attributes:
        shapes: in the order of the caption; where they meet, the later covers the earlier.
        top: the grey at the upper edge, in [-1, 1].
        bottom: the grey at the lower edge, in [-1, 1], evenly shaded between the two.
    """

    shapes: tuple[Shape, ...]
    top: float
    bottom: float


class Scenes(NamedTuple):
    """Pictures, and the scenes that they were drawn from.

    Attributes:
        images: (N, 3, size, size), float32 in [-1, 1].
        scenes: what is on each.
    """

    images: Tensor
    scenes: tuple[Scene, ...]


def scenes(count: int, size: int = 32, seed: int = 0) -> Scenes:
    """Random scenes, drawn: half of them with one shape, half with two.

    Two shapes differ in colour, do not overlap, and one is clearly above, below, left or right of
    the other: at least twice as far along as across. Small is a width of 0.20 to 0.26, large one of
    0.36 to 0.42. Half of the backgrounds are plain.

    Args:
        count: how many, 1 to a million.
        size: the side of a picture in pixels, 16..256.
        seed: for what is on them: the same at every size, and the first of a longer set.

    Returns:
        The pictures and their scenes.

    Raises:
        ValueError: For numbers out of range.
    """
    count = check_count("count", count, 1, 10**6)
    size = check_count("size", size, 16, 256)
    g = torch.Generator().manual_seed(seed)
    found = tuple(_scene(g) for _ in range(count))
    return Scenes(torch.stack([draw(scene, size) for scene in found]), found)


def draw(scene: Scene, size: int = 32) -> Tensor:
    """The picture of a scene: (3, size, size), float32 in [-1, 1].

    Each pixel is the mean of 4 by 4 points, so that edges are smooth.

    Args:
        scene: what is on it.
        size: the side in pixels, 16..256.

    Returns:
        (3, size, size).

    Raises:
        ValueError: For a size out of range, no shape or more than two, an unknown shape or colour,
            a shape that leaves the picture, and a grey outside [-1, 1].
    """
    size = check_count("size", size, 16, 256)
    _check_scene(scene)
    at = (torch.arange(_FINE * size) + 0.5) / (_FINE * size)  # (P,), P points a side
    y, x = at[:, None], at[None, :]
    grey = scene.top + (scene.bottom - scene.top) * y  # (P, 1)
    points = grey.expand(3, len(at), len(at))  # (3, P, P)
    for shape in scene.shapes:
        colour = torch.tensor(COLOURS[shape.colour])[:, None, None]  # (3, 1, 1)
        points = torch.where(_inside(shape, x, y), colour, points)  # (3, P, P)
    return avg_pool2d(points, _FINE).clamp(-1, 1)  # (3, size, size)


def caption(scene: Scene) -> str:
    """The scene in words, such as "a large red circle above a small blue square".

    A shape is large from a width of 0.31. The place of the first is told along the axis on which
    the middles are farther apart.

    Args:
        scene: one that `draw` draws, whose two shapes stand apart.

    Returns:
        The caption, without a full stop.

    Raises:
        ValueError: For a scene that `draw` refuses, and for one whose two shapes, or the squares
            that they just fit into, overlap.
    """
    _check_scene(scene)
    words = [
        f"a {'large' if s.size >= LARGE_FROM else 'small'} {s.colour} {s.shape}"
        for s in scene.shapes
    ]
    if len(words) == 1:
        return words[0]
    one, other = scene.shapes
    across, down = other.x - one.x, other.y - one.y
    apart, needed = max(abs(across), abs(down)), (one.size + other.size) / 2
    if apart < needed:
        raise ValueError(
            f"scene: got shapes whose middles are {apart:.2f} apart, expected them not "
            f"to overlap: at least {needed:.2f}"
        )
    if abs(down) > abs(across):
        place = "above" if down > 0 else "below"
    else:
        place = "left of" if across > 0 else "right of"
    return f"{words[0]} {place} {words[1]}"


def _inside(shape: Shape, x: Tensor, y: Tensor) -> Tensor:
    """Which points of the plane the shape covers: (P, P), for x (1, P) and y (P, 1)."""
    dx, dy = (x - shape.x) / (shape.size / 2), (y - shape.y) / (shape.size / 2)
    if shape.shape == "circle":
        return dx**2 + dy**2 <= 1  # (P, P)
    if shape.shape == "square":
        return (dx.abs() <= 1) & (dy.abs() <= 1)  # (P, P)
    return (2 * dx.abs() <= dy + 1) & (dy <= 1)  # (P, P), a triangle: its tip at dy = -1


def _scene(g: Generator) -> Scene:
    shade = torch.rand(2, generator=g) * 1.2 - 1  # -1..0.2: all colours show before it
    top, bottom = shade.tolist()
    if _upto(2, g):
        bottom = top
    if _upto(2, g):
        return Scene((_shape(g, _size(g)),), top, bottom)
    return Scene(_pair(g), top, bottom)


def _shape(g: Generator, size: float) -> Shape:
    margin = _GAP + size / 2
    x, y = (_between(margin, 1 - margin, g) for _ in range(2))
    return Shape(SHAPES[_upto(3, g)], list(COLOURS)[_upto(6, g)], size, x, y)


def _pair(g: Generator) -> tuple[Shape, Shape]:
    """Two shapes side by side; in half of all cases turned, one above the other."""
    sizes = _size(g), _size(g)
    one, other = (_shape(g, size) for size in sizes)
    colours = list(COLOURS)
    others = colours.index(one.colour) + 1 + _upto(5, g)  # any but that of the first
    room = 1 - sum(sizes) - 3 * _GAP  # to be shared out along x
    first, second = sorted(_between(0, room, g) for _ in range(2))
    x1 = _GAP + first + sizes[0] / 2
    x2 = 2 * _GAP + sizes[0] + second + sizes[1] / 2
    margin, reach = _GAP + sizes[1] / 2, (x2 - x1) / 2
    low, high = max(margin, one.y - reach), min(1 - margin, one.y + reach)
    pair = (
        one._replace(x=x1),
        other._replace(colour=colours[others % 6], x=x2, y=_between(low, high, g)),
    )
    if _upto(2, g):
        pair = tuple(shape._replace(x=shape.y, y=shape.x) for shape in pair)
    return pair[::-1] if _upto(2, g) else pair


def _size(g: Generator) -> float:
    return _between(*(_SMALL, _LARGE)[_upto(2, g)], g)


def _between(low: float, high: float, g: Generator) -> float:
    return low + (high - low) * torch.rand((), generator=g, dtype=torch.float64).item()


def _upto(n: int, g: Generator) -> int:
    return int(torch.randint(n, (), generator=g))


def _check_scene(scene: Scene) -> None:
    """One or two known shapes, inside the picture."""
    if not isinstance(scene, Scene) or len(scene.shapes) not in (1, 2):
        raise ValueError(f"scene: got {shown(scene)}, expected a Scene of 1 or 2 shapes")
    if not (-1 <= scene.top <= 1 and -1 <= scene.bottom <= 1):
        raise ValueError(
            f"scene: got a background of {scene.top}..{scene.bottom}, expected it in [-1, 1]"
        )
    for s in scene.shapes:
        if s.shape not in SHAPES or s.colour not in COLOURS:
            raise ValueError(
                f"scene: got a {s.colour} {s.shape}, expected one of "
                f"{', '.join(SHAPES)} in one of {', '.join(COLOURS)}"
            )
        edges = min(s.x, s.y) - s.size / 2, max(s.x, s.y) + s.size / 2
        if not (s.size > 0 and edges[0] >= 0 and edges[1] <= 1):
            raise ValueError(
                f"scene: got a {s.shape} of size {s.size} at ({s.x}, {s.y}), "
                "expected it inside the picture, 0..1"
            )

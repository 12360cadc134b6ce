"""Implement: the nearest code of a codebook."""

import torch
from torch import Generator, Tensor

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def nearest_codes(h: Tensor, e: Tensor) -> Tensor:
    """For each row of h, (N, c), the row of e, (K, c), that is nearest: (N, c)."""
    apart = h[:, None, :] - e[None, :, :]  # (N, K, c)
    distances = apart.square().sum(dim=2)  # (N, K)
    return e[distances.argmin(dim=1)]


def _multiplied_out(h: Tensor, e: Tensor) -> Tensor:
    return e[(e.square().sum(dim=1) - 2 * (h @ e.T)).argmin(dim=1)]


def _inputs(generator: Generator) -> tuple[Tensor, Tensor]:
    h = torch.randn(12, 3, generator=generator, dtype=torch.float64)
    return h, torch.randn(6, 3, generator=generator, dtype=torch.float64)


EXERCISE = Exercise(
    name="nearest-code",
    number="2.1.3",
    title="The nearest code",
    kind=Kind.IMPLEMENT,
    chapter="2-1-autoencoder",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="nearest",
    stub=(
        "def nearest(h, e):\n"
        '    """The code of e that is nearest to each row of h, (N, c)."""\n'
        "    ..."
    ),
    solution=nearest_codes,
    checker=FunctionChecker(
        solution=nearest_codes,
        inputs=_inputs,
        forms=(_multiplied_out,),
        parts=("the code",),
        mistakes=(
            Mistake(
                "these are the codes *farthest* away: is it `argmax` where it should be `argmin`?",
                lambda h, e: e[torch.cdist(h, e).argmax(dim=1)],
            ),
            Mistake(
                "this is the code with the largest product with h. A long code has "
                "large products with far vectors too: what else is in |h - e|^2?",
                lambda h, e: e[(h @ e.T).argmax(dim=1)],
            ),
            Mistake(
                "in |h - e|^2 the mixed term is counted once here. Multiply the square out again.",
                lambda h, e: e[(e.square().sum(dim=1) - h @ e.T).argmin(dim=1)],
            ),
            Mistake(
                "this goes by the direction alone. Which of (1, 0) and (9, 0) is nearer to (2, 0)?",
                lambda h, e: e[(h @ (e / e.norm(dim=1, keepdim=True)).T).argmax(dim=1)],
            ),
            Mistake(
                "this looks at the first coordinate only. Two vectors may agree there "
                "and be far apart.",
                lambda h, e: e[(h[:, None, 0] - e[:, 0]).abs().argmin(dim=1)],
            ),
            Mistake(
                "this adds up absolute values. The distance meant here adds up "
                "*squares*, and does not always choose the same code.",
                lambda h, e: e[torch.cdist(h, e, p=1).argmin(dim=1)],
            ),
            Mistake(
                "this is the largest difference of a coordinate. The distance adds up "
                "the squares of all of them.",
                lambda h, e: e[torch.cdist(h, e, p=torch.inf).argmin(dim=1)],
            ),
            Mistake(
                "this adds the differences up with their signs, where one that is far "
                "too large and one far too small cancel.",
                lambda h, e: e[(h[:, None] - e).sum(dim=2).abs().argmin(dim=1)],
            ),
            Mistake(
                "this is the mean of all codes, whatever h is. One of them is to be chosen.",
                lambda h, e: e.mean(dim=0).expand_as(h),
            ),
            Mistake(
                "the right codes, in the wrong rows: each h has got the code of the one before it.",
                lambda h, e: nearest_codes(h, e).roll(1, 0),
            ),
            Mistake(
                "the right codes, in the wrong rows: each h has got the code of the one after it.",
                lambda h, e: nearest_codes(h, e).roll(-1, 0),
            ),
            Mistake(
                "this gives h back. The decoder is to get a code of the book in its place.",
                lambda h, e: h,
            ),
        ),
    ),
    meaning="`VQ.indices` in `companion.autoencoder` does the same, at every place.",
    hints=(
        "For every pair of a row of h and a row of e a distance: a matrix of shape "
        "(N, K). `h[:, None]` and `e[None]` broadcast to (N, K, c).",
        "Sum the squared differences over the coordinates, take `argmin` over the K "
        "codes, and use what it gives to index e.",
    ),
    on_failure=(
        (
            "A shape (N,).",
            "Whole numbers say which codes, and `e[numbers]` are the codes. What `min` gives "
            "are distances; `argmin` says whose.",
        ),
        ("The largest product.", "$|h-e|^2 = |h|^2 - 2h\\cdot e + |e|^2$."),
        ("A wrong row.", "Does `argmin` go over the N vectors, or over the K codes?"),
    ),
    discussion=(
        "The (N, K, c) differences take much memory for a whole batch of latents. "
        "In $|h-e|^2 = |h|^2 - 2h\\cdot e + |e|^2$ the first term is the same for all "
        "codes, so that $|e|^2 - 2h\\cdot e$ has the same `argmin`, and needs (N, K) "
        "only; `companion.autoencoder` does that. In code:"
    ),
)

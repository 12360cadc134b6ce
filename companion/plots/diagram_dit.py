"""The diagram of the DiT: from a noisy image to tokens and back, and what a block is made of."""

from matplotlib.patches import Rectangle

from companion.plots.board import POINTS, Board, Diagram
from companion.plots.colors import COLORS

SIDE = 3  # patches along each side of the image that is cut
# A block, branch by branch, and what each branch is given of the embedding.
BRANCHES = (
    ("norm1", "modulate", "attention", "gate1 *", "+"),
    ("norm2", "modulate", "mlp", "gate2 *", "+"),
)
VECTORS = (("shift1, scale1", "gate1"), ("shift2, scale2", "gate2"))
LEARNED, DATA, NOISE = COLORS["other"], COLORS["signal"], COLORS["noise"]
_LEFT, _RIGHT = 116.0, 304.0  # the middles of the two columns


def dit() -> Diagram:
    """The network, and below it a block, with the names of the code.

    Returns:
        The diagram.
    """
    board = Board(944)
    _cut(board, 36)
    _network(board, 98)
    _block(board, 440)
    return board.diagram(
        "dit",
        "The DiT, and a block of it, with the names of its code",
        "Three drawings below each other. Above, patchify cuts an image into three by three "
        "patches, which become a row of nine tokens, row by row. In the middle, the network: x_t; "
        "patchify and patch_proj, a Linear; positions are added; blocks, each an AdaLNZeroBlock; "
        "final, made of norm, modulate and linear; unpatchify; a prediction in the shape of x_t. "
        "Beside it, the time, through time, and the condition, through condition and cond_proj, "
        "become two vectors. Their sum is emb, which each block and final read. Below, a block: h "
        "goes through norm1, modulate and attention, is multiplied by gate1, and is added to h. "
        "The sum goes through norm2, modulate and mlp, is multiplied by gate2, and is added in "
        "turn. A SiLU and a Linear, modulation, make six vectors of emb: shift, scale and gate, "
        "for each of the two. At first all six are zero, and a block returns h as it is.",
    )


def _cut(board: Board, y: float) -> None:
    """An image in patches, and the same patches in a row.

    Args:
        board: to draw on.
        y: of the middle.
    """
    size, step = 20, 23
    for n in range(SIDE**2):
        row, column = divmod(n, SIDE)
        places = (30 + size * column, y + size * (row - SIDE / 2)), (166 + step * n, y - size / 2)
        for x, top in places:
            board.ax.add_patch(Rectangle((x, top), size, size, fc="none", ec=DATA, lw=1.2))
            board.text(x + size / 2, top + size / 2, str(n + 1), color=DATA)
    board.arrow((94, y), (162, y))
    board.text(128, y - 16, "patchify", code=True)
    board.text(268, y + 26, "N tokens, row by row", color=DATA)


def _network(board: Board, top: float) -> None:
    """The network, from x_t down to a prediction of its shape.

    Args:
        board: to draw on.
        top: where it begins.
    """
    rows, wide = [top + gap for gap in (44, 104, 164, 224, 277)], 184
    board.text(_LEFT, top, "$x_t$: C × H × W", color=NOISE)
    board.box(_LEFT, rows[0], wide, 42, "patchify, patch_proj", "Linear → (B, N, D)")
    board.box(_LEFT, rows[1], wide, 42, "+ positions", "sines, by axis")
    board.box(_LEFT, rows[2], wide, 42, "blocks", "AdaLNZeroBlock", color=LEARNED)
    board.box(_LEFT, rows[3], wide, 42, "final", "norm, modulate, linear", color=LEARNED)
    board.box(_LEFT, rows[4], wide, 28, "unpatchify")
    board.text(_LEFT, rows[4] + 38, "a prediction: C × H × W")
    tails = [top + 9, *(row + 21 for row in rows[:4]), rows[4] + 14]
    heads = [*(row - 21 for row in rows[:4]), rows[4] - 14, rows[4] + 30]
    for tail, head in zip(tails, heads, strict=True):
        board.arrow((_LEFT, tail), (_LEFT, head))
    for x, size, words, names, color in (
        (250, 62, "t", ("time", "(B, D)"), NOISE),
        (339, 86, "cond", ("condition", "cond_proj"), DATA),
    ):
        board.text(x, top, words, code=True, color=color)
        board.arrow((x, top + 9), (x, rows[0] - 21), color=color)
        board.box(x, rows[0], size, 42, *names, color=color)
        join = _RIGHT + (x - _RIGHT) / 3
        board.arrow((x, rows[0] + 21), (join, rows[1] - 21), color=color)
    board.box(_RIGHT, rows[1], 84, 42, "emb", "the sum", color=NOISE)
    _read(board, rows[1] + 21, rows[2:4], _LEFT + wide / 2)


def _read(board: Board, start: float, rows: list[float], edge: float) -> None:
    """A line down the right column, and from it an arrow to each box that reads it.

    Args:
        board: to draw on.
        start: where the line begins.
        rows: the middles of the boxes, from the top.
        edge: their right edge.
    """
    board.arrow((_RIGHT, start), (_RIGHT, rows[-1]), (edge, rows[-1]), color=NOISE, dashed=True)
    for row in rows[:-1]:
        board.arrow((_RIGHT, row), (edge, row), color=NOISE, dashed=True)


def _block(board: Board, top: float) -> None:
    """One block: two branches, each with its norm, its three vectors and its sum.

    Args:
        board: to draw on.
        top: where it begins.
    """
    x, skip, wide = _LEFT + 8, 34, 108
    board.text(POINTS / 2 - 78, top, "AdaLNZeroBlock", code=True, weight="bold")
    board.text(x, top + 28, "h", code=True)
    board.box(_RIGHT, top, 84, 26, "emb", color=NOISE)
    board.box(_RIGHT, top + 52, 168, 42, "modulation", "SiLU, Linear D → 6 D", color=LEARNED)
    board.arrow((_RIGHT, top + 13), (_RIGHT, top + 31), color=NOISE)
    reads: list[float] = []  # the rows that read one of the six vectors
    above = top + 37  # the lower edge of what a branch begins with
    for branch, vectors in zip(BRANCHES, VECTORS, strict=True):
        rows = [above + gap for gap in (34, 70, 106, 142, 178)]
        for row, name in zip(rows, branch, strict=True):
            color = LEARNED if name in ("attention", "mlp") else COLORS["ink"]
            board.box(x, row, 30 if name == "+" else wide, 24, name, color=color)
        for tail, head in zip([above, *(row + 12 for row in rows)], rows, strict=False):
            board.arrow((x, tail), (x, head - 12))
        board.arrow((x, above + 9), (skip, above + 9), (skip, rows[4]), (x - 15, rows[4]))
        for row, names in zip((rows[1], rows[3]), vectors, strict=True):
            board.text((x + wide / 2 + _RIGHT) / 2, row - 12, names, code=True, color=NOISE)
        reads += [rows[1], rows[3]]
        above = rows[4] + 12
    _read(board, top + 73, reads, x + wide / 2)
    board.arrow((x, above), (x, above + 18))
    board.text(x, above + 27, "h", code=True)
    board.text(POINTS / 2, above + 52, "modulate: h * (1 + scale) + shift", code=True)
    board.text(POINTS / 2, above + 76, "At first all six are 0, and h stays as it is.")

"""The rows of the ledger for the transformer: all ours."""

from collections.abc import Callable

from companion.proofs import chapter_3
from companion.proofs.algebra import Derivation
from companion.proofs.row import Row, claim, row

DIT = "3-1-dit"


def _row(
    number: str,
    title: str,
    proof: Callable[[], Derivation],
    claims: tuple[int, ...],
    function: str,
    test: str,
    note: str,
) -> Row:
    """A row of this part: so many claims of its proof, and a function of the networks."""
    return row(
        number,
        title,
        r",\qquad ".join(claim(proof, n) for n in claims),
        proof,
        function,
        test,
        DIT,
        note,
        package="networks",
        bridge="test_bridge_dit",
    )


ROWS: tuple[Row, ...] = (
    _row(
        "3-1",
        "patches and back: the token of a pixel, its number there, and both undone",
        chapter_3.patches_and_back,
        (0, 1, 2, 3, 4),
        "patches.patchify",
        "test_patches_and_back",
        "Row $y$, column $x$, channel $c$; patches of $p \\times p$ pixels, $N_x$ of them in a "
        "row. From the tokens and back: `tokens_and_back`.",
    ),
    _row(
        "3-1a",
        "the same for films",
        chapter_3.films_and_back,
        (0, 1, 2, 3, 4, 5),
        "patches.patchify",
        "test_films_and_back",
        "Frame $f$; a patch holds $p_f$ frames, and there are $N_y$ patches in a column.",
    ),
    _row(
        "3-2",
        "adaLN-zero: a block with a gate, and what it is at the start",
        chapter_3.gated_block,
        (0, 1, 2),
        "dit_blocks.AdaLNZeroBlock",
        "test_gated_block",
        "The gate $g$, the scale $\\gamma$ and the shift $\\beta$ come from a linear layer that "
        "starts with zeros.",
    ),
    _row(
        "3-2a",
        "the first step: the gradient of the gate, and of what stands behind it",
        chapter_3.first_step,
        (0, 1, 2, 3, 4),
        "dit_blocks.AdaLNZeroBlock",
        "test_first_step",
        "Whatever the gate is: `block_gradients`. The embedding gets nothing at this step, either.",
    ),
    _row(
        "3-2b",
        "the smallest network, three steps: output layer, gate, branch",
        chapter_3.three_steps,
        (1, 2, 3, 8, 9, 10, 15),
        "dit_blocks.AdaLNZeroBlock",
        "test_three_steps",
        "The network is $a (h + g w h)$, the loss half the squared error $e$ to the target $r$, "
        "$\\kappa$ the learning rate; an index counts the steps taken. Output layer $a$ and gate "
        "$g$ start at zero. With the gate alone at zero: `one_zero`; with a branch at zero, too, "
        "nothing ever moves in it: `two_zeros`.",
    ),
    _row(
        "3-3",
        "places in sines: a shift is a rotation, and inner products know the difference alone",
        chapter_3.sines_of_places,
        (0, 1, 2, 3),
        "patches.positions",
        "test_places",
        "$P$ is the inner product of two places, along one axis and along two.",
    ),
)

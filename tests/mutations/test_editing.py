"""`edit`, `inpaint`, `upscale`, broken on purpose and caught by their own tests."""

from functools import partial

import pytest

from tests.commands import test_editing as t
from tests.commands.conftest import mine  # noqa: F401
from tests.commands.test_editing import here  # noqa: F401
from tests.mutations.mutation import Mutation
from tests.mutations.test_commands import broken  # noqa: F401

MADE = t.test_an_edit_is_that_of_the_package
MIDDLE = t.test_of_a_large_picture_the_middle_square_is_edited
READ = t.test_the_picture_that_is_read_is_not_replaced
OUTSIDE = partial(
    t.test_what_cannot_be_done_is_said_in_one_line,
    words=t.masked("white.png"),
    said="MASK: got white.png, with white outside of the middle square",
)
OTHER = partial(
    t.test_what_cannot_be_done_is_said_in_one_line,
    words=["upscale", "run", "small.png"],
    said="RUN: got run, which has not learned to make small",
)
ROWS = {
    "commands.edited": (
        ("any strength", "strength=strength, steps", "strength=0.9, steps", MADE),
        ("nothing to lead away from", '"against": other', '"against": None', MADE),
        ("never guided", '"scale": scale', '"scale": 1.0', MADE),
        ("from the corner", "(H - side) // 2, (W - side) // 2", "0, 0", MIDDLE),
        (
            "all of it is new",
            "return torch.where(new, found, whole)",
            "return found",
            t.test_what_is_black_in_the_mask_stays_to_the_bit,
        ),
        (
            "what is under the white is seen",
            "_made_small(_middle(seen)",
            "_made_small(_middle(whole)",
            t.test_what_is_under_the_white_has_no_influence,
        ),
        ("white anywhere", "if _middle(new).sum() < new.sum():", "if False:", OUTSIDE),
        ("a run that has learned something else", 'if task != "upscale":', "if False:", OTHER),
    ),
    "commands.editing": (
        ("one picture on a sheet", "    if len(images) == 1:\n", "    if False:\n", MIDDLE),
        ("only RUN is looked at", "[run, *pictures]", "[run]", READ),
    ),
}
TABLE = [(module, Mutation(*row)) for module, rows in ROWS.items() for row in rows]
CAUGHT_BY = {row.caught_by: row.breaks for _, row in TABLE}


@pytest.mark.parametrize("holds", CAUGHT_BY, ids=CAUGHT_BY.values())
def test_a_copy_with_nothing_broken_passes(holds, broken, here):  # noqa: F811
    broken()
    holds(None)


@pytest.mark.parametrize(("module", "row"), TABLE, ids=[row.breaks for _, row in TABLE])
def test_mutant_is_caught(module, row, broken, here):  # noqa: F811
    broken(module, row.before, row.after)
    with pytest.raises(AssertionError):
        row.caught_by(None)

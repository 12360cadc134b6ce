"""Edits of pictures, broken on purpose and caught by their own tests."""

from functools import partial

import pytest

from tests.mutations.mutation import Mutation, compiled
from tests.tasks import test_edits as t

flow = partial(t.test_an_edit_of_gaussian_data_is_the_flow_from_its_time, 0.2)
times = partial(t.test_the_times_of_an_edit_are_a_share_of_the_walk, 0.5, 10, (20, 16, 12, 8, 4))
to_the_bit = partial(
    t.test_what_is_given_stays_to_the_bit_and_what_is_not_has_no_influence, t.LATENT
)
small = t.test_in_a_latent_a_place_is_given_where_all_of_its_pixels_are

TABLE = (
    Mutation("from T always", "round(strength * schedule.T), 1)", "schedule.T, 1)", flow),
    Mutation("without noise", "first).sample(eps)", "first).mean", flow),
    Mutation("as many steps as of a whole walk", "round(strength * steps)", "steps", times),
    Mutation(
        "what is under the mask is seen",
        "torch.where(given, pictures, _mean(pictures, given))",
        "pictures",
        to_the_bit,
    ),
    Mutation(
        "what is given comes through the codec",
        "torch.where(given, pictures, like(",
        "torch.where(given & False, pictures, like(",
        to_the_bit,
    ),
    Mutation(
        "a place is given where one pixel is",
        "F.max_pool2d((~given).float(), f) == 0",
        "F.max_pool2d(given.float(), f) > 0",
        small,
    ),
    Mutation("each step once", "repeats=repeats", "repeats=1", small),
    Mutation(
        "the mean of all pixels",
        "given.sum(dim=(2, 3), keepdim=True)",
        "given.flatten(2).shape[2] * given.any(dim=(2, 3), keepdim=True)",
        small,
    ),
)


def ask(monkeypatch, *row):
    """The tests of edits ask a copy of the module."""
    copy = compiled(("tasks.edits",), *row)
    for name in ("edit", "inpaint"):
        monkeypatch.setattr(t, name, getattr(copy, name))


@pytest.mark.parametrize("holds", (flow, times, to_the_bit, small), ids=range(4))
def test_a_copy_with_nothing_broken_passes(holds, monkeypatch):
    ask(monkeypatch)
    holds()


@pytest.mark.parametrize("row", TABLE, ids=[row.breaks for row in TABLE])
def test_mutant_is_caught(row, monkeypatch):
    ask(monkeypatch, "tasks.edits", row.before, row.after)
    with pytest.raises(AssertionError):
        row.caught_by()

"""Conditions, what reads them and how they are dropped: each line broken and caught."""

from collections import Counter

from tests.mutations.condition_table import BLOCKS, CONDITIONS, DROPPING
from tests.mutations.suite import suite
from tests.networks import condition_properties as p

MODULES = ("networks.blocks", "networks.conditions", "tasks.diffusion")
TABLE = (
    *(("networks.blocks", row) for row in BLOCKS),
    *(("networks.conditions", row) for row in CONDITIONS),
    *(("tasks.diffusion", row) for row in DROPPING),
)

(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(MODULES, p.ALL, TABLE)


def test_each_part_is_broken_in_three_ways():
    times = Counter(row.breaks.split(":")[0] for _, row in TABLE)
    parts = "attend CrossAttention TextBlock rows WordCondition BagOfWords ImageCondition drop read"
    assert {name for name in (*parts.split(), "null_row", "the loss") if times[name] < 2} == set()

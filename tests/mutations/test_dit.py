"""Patches, the blocks of a DiT and the DiT: each line broken and caught."""

from collections import Counter

from tests.mutations.dit_table import BLOCKS, HEADS, JOINT, NETWORK, PATCHES
from tests.mutations.suite import suite
from tests.networks import dit_properties as p

MODULES = (
    "networks.blocks",
    "networks.patches",
    "networks.dit_blocks",
    "networks.joint",
    "networks.dit",
)
TABLE = (
    *(("networks.blocks", row) for row in HEADS),
    *(("networks.patches", row) for row in PATCHES),
    *(("networks.dit_blocks", row) for row in BLOCKS),
    *(("networks.joint", row) for row in JOINT),
    *(("networks.dit", row) for row in NETWORK),
)

(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite(MODULES, p.ALL, TABLE)


def test_each_part_is_broken_in_two_ways():
    times = Counter(row.breaks.split(":")[0] for _, row in TABLE)
    parts = "heads patchify unpatchify grid positions AdaLNBlock AdaLNZeroBlock "
    parts += "CrossAttentionBlock InContextBlock JointBlock DiT"
    assert {name for name in parts.split() if times[name] < 2} == set()

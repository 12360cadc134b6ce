"""Part 3, where the article only announces: a transformer that denoises, 3-1 to 3-3."""

from companion.proofs.chapter_3.gates import block_gradients, first_step, gated_block
from companion.proofs.chapter_3.patches import films_and_back, patches_and_back, tokens_and_back
from companion.proofs.chapter_3.places import sines_of_places
from companion.proofs.chapter_3.smallest import (
    one_zero,
    small_gradients,
    three_steps,
    two_zeros,
)

__all__ = [
    "block_gradients",
    "films_and_back",
    "first_step",
    "gated_block",
    "one_zero",
    "patches_and_back",
    "sines_of_places",
    "small_gradients",
    "three_steps",
    "tokens_and_back",
    "two_zeros",
]

"""The exercises of chapter 3.1, a transformer that denoises, in the order of the chapter."""

from companion.exercises.chapter_3_1 import (
    adaln_zero,
    first_gradients,
    half_the_patch,
    missing_position,
    patches_and_back,
)

EXERCISES = (
    patches_and_back.EXERCISE,
    first_gradients.EXERCISE,
    half_the_patch.EXERCISE,
    adaln_zero.EXERCISE,
    missing_position.EXERCISE,
)

__all__ = ["EXERCISES"]

"""The exercises of chapter 2.2.1, guidance, in the order of the chapter."""

from companion.exercises.chapter_2_2_1 import (
    enough_guidance,
    guess_outside,
    guided_guess,
    narrow_scale,
    two_conditions,
)

EXERCISES = (
    narrow_scale.EXERCISE,
    guess_outside.EXERCISE,
    two_conditions.EXERCISE,
    guided_guess.EXERCISE,
    enough_guidance.EXERCISE,
)

__all__ = ["EXERCISES"]

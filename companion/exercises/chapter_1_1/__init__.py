"""The exercises of chapter 1.1, the forward process, in the order of the chapter."""

from companion.exercises.chapter_1_1 import (
    add_noise,
    design_schedule,
    half_noise,
    short_schedule,
    too_quiet,
    two_step_merge,
)

EXERCISES = (
    short_schedule.EXERCISE,
    two_step_merge.EXERCISE,
    add_noise.EXERCISE,
    half_noise.EXERCISE,
    too_quiet.EXERCISE,
    design_schedule.EXERCISE,
)

__all__ = ["EXERCISES"]

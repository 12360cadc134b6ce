"""The exercises of chapter 1.4, why many steps, in the order of the chapter."""

from companion.exercises.chapter_1_4 import (
    accuracy_calls,
    few_calls,
    keep_given,
    mean_of_two,
    score_step,
    sorted_pairs,
)

EXERCISES = (
    accuracy_calls.EXERCISE,
    mean_of_two.EXERCISE,
    sorted_pairs.EXERCISE,
    keep_given.EXERCISE,
    few_calls.EXERCISE,
    score_step.EXERCISE,
)

__all__ = ["EXERCISES"]

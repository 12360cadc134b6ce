"""The exercises of chapter 1.3, training and sampling, in the order of the chapter."""

from companion.exercises.chapter_1_3 import (
    average_memory,
    ddim_from_v,
    linear_noise,
    training_pair,
    zero_loss,
)

EXERCISES = (
    zero_loss.EXERCISE,
    linear_noise.EXERCISE,
    training_pair.EXERCISE,
    ddim_from_v.EXERCISE,
    average_memory.EXERCISE,
)

__all__ = ["EXERCISES"]

"""The exercises of chapter 1.3.1, what to predict, in the order of the chapter."""

from companion.exercises.chapter_1_3_1 import (
    divergence,
    magnified,
    magnified_times,
    min_snr_in_v,
    weight_in_v,
)

EXERCISES = (
    magnified.EXERCISE,
    weight_in_v.EXERCISE,
    divergence.EXERCISE,
    min_snr_in_v.EXERCISE,
    magnified_times.EXERCISE,
)

__all__ = ["EXERCISES"]

"""The exercises of chapter 2.1, the autoencoder, in the order of the chapter."""

from companion.exercises.chapter_2_1 import (
    fewer_numbers,
    hinge,
    nearest_code,
    two_slopes,
    used_codes,
    width_of_a_cloud,
)

EXERCISES = (
    fewer_numbers.EXERCISE,
    width_of_a_cloud.EXERCISE,
    nearest_code.EXERCISE,
    hinge.EXERCISE,
    two_slopes.EXERCISE,
    used_codes.EXERCISE,
)

__all__ = ["EXERCISES"]

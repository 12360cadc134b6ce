"""The exercises of chapter 2.2.2, words, in the order of the chapter."""

from companion.exercises.chapter_2_2_2 import (
    best_of_a_bag,
    forgotten_order,
    more_than_the_product,
    present_and_bound,
    seven_words,
    which_bug,
)

EXERCISES = (
    seven_words.EXERCISE,
    more_than_the_product.EXERCISE,
    best_of_a_bag.EXERCISE,
    present_and_bound.EXERCISE,
    forgotten_order.EXERCISE,
    which_bug.EXERCISE,
)

__all__ = ["EXERCISES"]

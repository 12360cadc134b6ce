"""The exercises of chapter 1.2, the posterior, in the order of the chapter."""

from companion.exercises.chapter_1_2 import (
    general_posterior,
    late_posterior,
    misprints,
    noise_form,
    posterior_mean,
    skipped_steps,
)

EXERCISES = (
    late_posterior.EXERCISE,
    posterior_mean.EXERCISE,
    general_posterior.EXERCISE,
    noise_form.EXERCISE,
    misprints.EXERCISE,
    skipped_steps.EXERCISE,
)

__all__ = ["EXERCISES"]

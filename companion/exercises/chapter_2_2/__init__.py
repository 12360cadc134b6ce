"""The exercises of chapter 2.2, latent diffusion, in the order of the chapter."""

from companion.exercises.chapter_2_2 import (
    masked_attention,
    one_null,
    places_and_tokens,
    scale_of_channels,
    schedule_for_a_scale,
)

EXERCISES = (
    scale_of_channels.EXERCISE,
    schedule_for_a_scale.EXERCISE,
    masked_attention.EXERCISE,
    one_null.EXERCISE,
    places_and_tokens.EXERCISE,
)

__all__ = ["EXERCISES"]

"""Part 1 of the article: equations 1-1 to 1-15."""

from companion.proofs.chapter_1.forward import (
    general_step,
    merge_by_integration,
    merge_by_variances,
    one_shot_by_induction,
    one_shot_by_marginalising,
    one_step,
    signal_to_noise,
)

__all__ = [
    "general_step",
    "merge_by_integration",
    "merge_by_variances",
    "one_shot_by_induction",
    "one_shot_by_marginalising",
    "one_step",
    "signal_to_noise",
]

"""Part 1 of the article: equations 1-1 to 1-15, and the bound that training minimises."""

from companion.proofs.chapter_1.any_eta import any_eta
from companion.proofs.chapter_1.best_guess import best_guess
from companion.proofs.chapter_1.bound import (
    dropped_weight,
    first_term,
    kl_of_gaussians,
    last_term,
    middle_term,
    split,
)
from companion.proofs.chapter_1.bound_steps import (
    no_width,
    product_of_three,
    random_time,
    split_step,
)
from companion.proofs.chapter_1.conditional import bayes, markov
from companion.proofs.chapter_1.flow import euler, flow, score, second_order
from companion.proofs.chapter_1.forward import (
    general_step,
    one_shot_by_induction,
    one_shot_by_marginalising,
    signal_to_noise,
)
from companion.proofs.chapter_1.misprints import (
    no_root_1_14,
    no_root_1_15,
    product_to_T,
    root_of_beta,
)
from companion.proofs.chapter_1.mixture import expected_clean, one_bump
from companion.proofs.chapter_1.noise import (
    draw_from_noise,
    draw_with_root,
    mean_from_noise,
    mean_from_noise_one_step,
    x0_from_noise,
)
from companion.proofs.chapter_1.posterior import posterior_by_square, posterior_one_step
from companion.proofs.chapter_1.prediction import same_error, turned_back
from companion.proofs.chapter_1.steps import (
    merge_by_integration,
    merge_by_variances,
    one_step,
)

__all__ = [
    "any_eta",
    "bayes",
    "best_guess",
    "draw_from_noise",
    "draw_with_root",
    "dropped_weight",
    "euler",
    "expected_clean",
    "first_term",
    "flow",
    "general_step",
    "kl_of_gaussians",
    "last_term",
    "markov",
    "mean_from_noise",
    "mean_from_noise_one_step",
    "merge_by_integration",
    "merge_by_variances",
    "middle_term",
    "no_root_1_14",
    "no_root_1_15",
    "no_width",
    "one_bump",
    "one_shot_by_induction",
    "one_shot_by_marginalising",
    "one_step",
    "posterior_by_square",
    "posterior_one_step",
    "product_of_three",
    "product_to_T",
    "random_time",
    "root_of_beta",
    "same_error",
    "score",
    "second_order",
    "signal_to_noise",
    "split",
    "split_step",
    "turned_back",
    "x0_from_noise",
]

"""The rows of the ledger for what a network is asked for and can answer: all ours."""

from companion.proofs import chapter_1
from companion.proofs.row import Row, claim, row

PREDICT = "1-3-1-what-to-predict"
STEPS = "1-4-why-many-steps"

ROWS: tuple[Row, ...] = (
    row(
        "1-12a",
        "the clean data from the velocity",
        claim(chapter_1.turned_back, 0),
        chapter_1.turned_back,
        "parameterization.Parameterization.predict",
        "test_clean_data_from_velocity",
        PREDICT,
    ),
    row(
        "1-12b",
        "the noise from the velocity",
        claim(chapter_1.turned_back, 1),
        chapter_1.turned_back,
        "parameterization.Parameterization.predict",
        "test_noise_from_velocity",
        PREDICT,
    ),
    row(
        "1-12c",
        "one error in three units",
        r",\qquad ".join(claim(chapter_1.same_error, n) for n in (0, 1)),
        chapter_1.same_error,
        "parameterization.Prediction",
        "test_one_error_in_three_units",
        PREDICT,
    ),
    row(
        "1-16a",
        "one time taken out of the bound",
        claim(chapter_1.split),
        chapter_1.split,
        "objectives.bound",
        "test_one_time_taken_out",
        PREDICT,
        note="Used at each time in turn, it makes the bound a sum of divergences.",
    ),
    row(
        "1-16b",
        "the divergence of two normal densities",
        claim(chapter_1.kl_of_gaussians),
        chapter_1.kl_of_gaussians,
        "objectives.kl",
        "test_divergence",
        PREDICT,
    ),
    row(
        "1-16c",
        "the last term of the bound",
        claim(chapter_1.last_term),
        chapter_1.last_term,
        "objectives.bound",
        "test_last_term",
        PREDICT,
    ),
    row(
        "1-16d",
        "a middle term of the bound",
        claim(chapter_1.middle_term),
        chapter_1.middle_term,
        "objectives.bound_weight",
        "test_middle_term",
        PREDICT,
    ),
    row(
        "1-16e",
        "the same in the noise: the weight that the simple loss drops",
        claim(chapter_1.dropped_weight),
        chapter_1.dropped_weight,
        "objectives.bound_weight",
        "test_dropped_weight",
        PREDICT,
    ),
    row(
        "1-16f",
        "the first term of the bound",
        claim(chapter_1.first_term),
        chapter_1.first_term,
        "objectives.bound",
        "test_first_term",
        PREDICT,
    ),
    row(
        "1-17a",
        "the error of any guess of the clean data",
        claim(chapter_1.best_guess),
        chapter_1.best_guess,
        "mixture.Mixture.expected_x0",
        "test_best_guess",
        STEPS,
        note="Least where the guess is the mean of all that is still possible.",
    ),
)

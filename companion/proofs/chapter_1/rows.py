"""The rows of the ledger for part 1 of the article, in the order of the book."""

from companion.proofs import chapter_1
from companion.proofs.chapter_1.forward import ONE_SHOT
from companion.proofs.chapter_1.steps import DRAW
from companion.proofs.letters import x_prev, x_s, x_t
from companion.proofs.row import Row, claim, row, says

FORWARD, POSTERIOR = "1-1-forward", "1-2-posterior"


def _one_step_back(number: int) -> str:
    one = chapter_1.bayes().claims[number]
    return says(*(side.xreplace({x_s: x_prev}) for side in (one.lhs, one.rhs)))


ROWS: tuple[Row, ...] = (
    row(
        "1-1",
        "one step, as a distribution",
        claim(chapter_1.one_step, 3),
        chapter_1.one_step,
        "forward.step",
        "test_one_step",
        FORWARD,
        r"The article calls $\beta_t$ the weight of the noise. It is the variance; the "
        r"weight is $\sqrt{\beta_t}$, as the second claim of the proof says.",
    ),
    row(
        "1-2",
        "one step, as a draw",
        says(x_t, DRAW),
        chapter_1.one_step,
        "gaussian.Gaussian.sample",
        "test_draw_of_one_step",
        FORWARD,
        r"The article writes $z_{t-1}$ for this noise, we $\epsilon_t$.",
    ),
    row(
        "1-3",
        "two steps are one",
        claim(chapter_1.merge_by_integration),
        chapter_1.merge_by_integration,
        "forward.transition",
        "test_two_steps",
        FORWARD,
        "Proved twice: `merge_by_variances` shows the same mean and variance from the "
        "two draws, this proof the whole density from the two densities.",
    ),
    row(
        "1-3a",
        "any number of steps",
        claim(chapter_1.general_step),
        chapter_1.general_step,
        "forward.transition",
        "test_any_steps",
        FORWARD,
    ),
    row(
        "1-4",
        "all steps at once, as a draw",
        says(x_t, ONE_SHOT),
        chapter_1.one_shot_by_induction,
        "gaussian.Gaussian.sample",
        "test_draw_of_all_steps",
        FORWARD,
        "An equality of distributions: the proof shows the same mean and the same "
        "variance, and (1-5) the same density.",
    ),
    row(
        "product",
        r"what $\bar\alpha_t$ is",
        says(
            chapter_1.product_to_T().left,
            chapter_1.product_to_T().proved,
        ),
        chapter_1.one_shot_by_induction,
        "schedules.from_betas",
        "test_product_to_t",
        FORWARD,
        "In the text beside 1-4. Printed as it is, the number would be the same for "
        "every $t$, and the first step would already be noise.",
        chapter_1.product_to_T,
    ),
    row(
        "1-5",
        "all steps at once, as a distribution",
        claim(chapter_1.one_shot_by_marginalising),
        chapter_1.one_shot_by_marginalising,
        "forward.marginal",
        "test_all_steps",
        FORWARD,
    ),
    row(
        "1-5a",
        "the signal-to-noise ratio",
        claim(chapter_1.signal_to_noise),
        chapter_1.signal_to_noise,
        "schedule.Schedule.snr",
        "test_signal_to_noise",
        FORWARD,
    ),
    row(
        "1-5b",
        "what noisy data says of the clean data",
        claim(chapter_1.expected_clean, 3),
        chapter_1.expected_clean,
        "mixture.Mixture.expected_x0",
        "test_expected_clean_data",
        FORWARD,
        "For data of two bumps, which have the weights $w_k$, the means $m_k$ and the "
        "variances $C_k$; $r_k$ is the share of bump $k$ in the density of $x_t$. "
        "`one_bump` proves what each of them says.",
        bridge="test_bridge_mixture",
    ),
    row(
        "1-6",
        "the definition of a conditional density",
        _one_step_back(0),
        chapter_1.bayes,
        "posterior.posterior",
        "test_bayes",
        POSTERIOR,
    ),
    row(
        "1-7",
        "the numerator taken apart",
        _one_step_back(1),
        chapter_1.bayes,
        "posterior.posterior",
        "test_bayes",
        POSTERIOR,
    ),
    row(
        "1-8",
        "numerator and denominator taken apart",
        _one_step_back(2),
        chapter_1.bayes,
        "posterior.posterior",
        "test_bayes",
        POSTERIOR,
    ),
    row(
        "1-9",
        "Bayes' rule for one step back",
        _one_step_back(3),
        chapter_1.bayes,
        "posterior.posterior",
        "test_bayes",
        POSTERIOR,
        note="The line from 1-8 is the Markov property, which `markov` derives. Beside "
        "it the article says that $q(x_{t-1} \\mid x_0)$ is 1-1; it is (1-5) at $t-1$.",
    ),
    row(
        "1-10",
        "the posterior is Gaussian",
        claim(chapter_1.posterior_by_square),
        chapter_1.posterior_by_square,
        "posterior.posterior",
        "test_posterior_density",
        POSTERIOR,
        note=r"For any $s < t$, with the mean and variance of (1-11a).",
    ),
    row(
        "1-11a",
        "its mean and variance, for any two times",
        r",\qquad ".join(claim(chapter_1.posterior_by_square, n) for n in (1, 2)),
        chapter_1.posterior_by_square,
        "posterior.posterior",
        "test_posterior_for_any_times",
        POSTERIOR,
    ),
    row(
        "1-11",
        "its mean and variance, for one step",
        r",\qquad ".join(claim(chapter_1.posterior_one_step, n) for n in (0, 1)),
        chapter_1.posterior_one_step,
        "posterior.posterior",
        "test_posterior_of_one_step",
        POSTERIOR,
        note=r"The variance is right as printed; in the mean, $\beta_t$ stands under the "
        "root.",
        wrong=chapter_1.root_of_beta,
    ),
    row(
        "1-12",
        "the clean data from the noise",
        claim(chapter_1.x0_from_noise),
        chapter_1.x0_from_noise,
        "posterior.x0_from_noise",
        "test_clean_data",
        POSTERIOR,
    ),
    row(
        "1-13a",
        "the mean from the noise, for any two times",
        claim(chapter_1.mean_from_noise),
        chapter_1.mean_from_noise,
        "posterior.posterior_from_noise",
        "test_mean_from_noise",
        POSTERIOR,
    ),
    row(
        "1-13",
        "the mean from the noise, for one step",
        claim(chapter_1.mean_from_noise_one_step),
        chapter_1.mean_from_noise_one_step,
        "posterior.posterior_from_noise",
        "test_mean_from_noise_of_one_step",
        POSTERIOR,
        note="Right, and it follows from the corrected 1-11, not from the printed one. The "
        r"article writes it as a function of $x_t$ and $t$; it is one of $x_t$ and $\epsilon$.",
    ),
    row(
        "1-14",
        "a draw from the posterior",
        says(
            chapter_1.no_root_1_14().left,
            chapter_1.no_root_1_14().proved,
        ),
        chapter_1.draw_with_root,
        "gaussian.Gaussian.sample",
        "test_draw_from_posterior",
        POSTERIOR,
        wrong=chapter_1.no_root_1_14,
    ),
    row(
        "1-15",
        "the draw with everything filled in",
        claim(chapter_1.draw_from_noise),
        chapter_1.draw_from_noise,
        "posterior.posterior_from_noise",
        "test_draw_from_noise",
        POSTERIOR,
        note=r"Printed, the last noise is called $z_t(x_t, t)$, as if it came from the "
        r"network; it is fresh, and $\epsilon$ is what the network guesses.",
        wrong=chapter_1.no_root_1_15,
    ),
    row(
        "1-15a",
        "any amount of fresh noise",
        claim(chapter_1.any_eta, 2),
        chapter_1.any_eta,
        "samplers.ddim",
        "test_any_amount_of_fresh_noise",
        POSTERIOR,
        note=r"For the step of DDIM, with any $\sigma^2 \le 1 - \bar\alpha_s$.",
        bridge="test_bridge_mixture",
    ),
)

"""The rows of the ledger for part 2 of the article, in the order of the book."""

from collections.abc import Callable

from companion.proofs import chapter_2
from companion.proofs.algebra import Derivation
from companion.proofs.chapter_2.losses import (
    KL_WEIGHTED,
    LAMBDA,
    LIMITED,
    VQ_WEIGHTED,
    kl_gen,
    lam,
    limited,
    vq_gen,
)
from companion.proofs.chapter_2.regularisers import (
    CODEBOOK,
    COMMITMENT,
    THROUGH,
    L_code,
    beta,
    z,
)
from companion.proofs.row import Row, claim, row, says

AUTOENCODER = "2-1-autoencoder"
WEIGHTS = "The article leaves the weights out. Ours, with them, at a warm-up $s$ of 0 or 1:"


def _row(
    number: str,
    title: str,
    proved: str,
    proof: Callable[[], Derivation],
    function: str,
    test: str,
    note: str = "",
) -> Row:
    """A row of this part: its functions and its bridge are the autoencoder's."""
    task = function.startswith("tasks.")
    return row(
        number,
        title,
        proved,
        proof,
        function.removeprefix("tasks."),
        test,
        AUTOENCODER,
        note,
        package="tasks" if task else "autoencoder",
        bridge="test_bridge_autoencoder",
    )


ROWS: tuple[Row, ...] = (
    _row(
        "2-1",
        "an image to a latent and back",
        r",\qquad ".join(claim(chapter_2.there_and_back, n) for n in (0, 1)),
        chapter_2.there_and_back,
        "coder.Autoencoder.forward",
        "test_there_and_back",
        "The article names the power $m$: here $k + n$, for a first layer that folds "
        "squares of $2^k$ pixels, and $n$ halvings after it.",
    ),
    _row(
        "2-1a",
        "straight through a choice",
        says(z, THROUGH),
        chapter_2.straight_through,
        "codebook.VQ.forward",
        "test_straight_through",
    ),
    _row(
        "2-2",
        "the autoencoder's loss with VQ",
        claim(chapter_2.vq_losses, 0),
        chapter_2.vq_losses,
        "losses.autoencoder_loss",
        "test_the_losses_with_vq",
        f"{WEIGHTS} ${says(vq_gen, VQ_WEIGHTED)}$.",
    ),
    _row(
        "2-2a",
        "the codebook term and the commitment",
        says(L_code, CODEBOOK + beta * COMMITMENT),
        chapter_2.codebook_and_commitment,
        "codebook.VQ.forward",
        "test_codebook_and_commitment",
        "Well-known code has the weight on the other term, and keeps it for the sake of "
        "old weights: there it slows the codes.",
    ),
    _row(
        "2-2b",
        "the adaptive weight",
        says(lam, LAMBDA),
        chapter_2.adaptive_weight,
        "adversarial.adaptive_weight",
        "test_adaptive_weight",
    ),
    _row(
        "2-2c",
        "a code as a running mean",
        claim(chapter_2.running_mean, 0),
        chapter_2.running_mean,
        "codebook.VQ.forward",
        "test_running_mean",
        "A gradient step on the codebook term, each code at its own rate. Without memory "
        "it goes to the minimum at once: `mean_without_memory`.",
    ),
    _row(
        "2-2d",
        "the loss that runs, with its weights",
        claim(chapter_2.weighted_loss),
        chapter_2.weighted_loss,
        "losses.autoencoder_loss",
        "test_the_loss_that_runs",
        "For both bottlenecks; $s$ is 0 before the discriminator starts and 1 after.",
    ),
    _row(
        "2-2e",
        "the limit of the adaptive weight",
        says(limited, LIMITED),
        chapter_2.limited_weight,
        "adversarial.adaptive_weight",
        "test_the_limit_of_the_weight",
        r"In the code $\lambda_{\max} = 10^4$ and $\delta = 10^{-4}$.",
    ),
    _row(
        "2-3",
        "the discriminator's loss with VQ",
        claim(chapter_2.vq_losses, 1),
        chapter_2.vq_losses,
        "losses.discriminator_loss",
        "test_the_losses_with_vq",
    ),
    _row(
        "2-4",
        "the autoencoder's loss with KL",
        claim(chapter_2.kl_losses, 0),
        chapter_2.kl_losses,
        "losses.autoencoder_loss",
        "test_the_losses_with_kl",
        f"{WEIGHTS} ${says(kl_gen, KL_WEIGHTED)}$.",
    ),
    _row(
        "2-4a",
        "the divergence of one number of a latent",
        claim(chapter_2.kl_of_a_latent),
        chapter_2.kl_of_a_latent,
        "bottlenecks.KL.forward",
        "test_divergence_of_a_latent",
    ),
    _row(
        "2-4b",
        "the divergence of many numbers is the sum",
        claim(chapter_2.numbers_add_up),
        chapter_2.numbers_add_up,
        "bottlenecks.KL.forward",
        "test_divergence_of_many_numbers",
    ),
    _row(
        "2-5",
        "the discriminator's loss with KL",
        claim(chapter_2.kl_losses, 1),
        chapter_2.kl_losses,
        "losses.discriminator_loss",
        "test_the_losses_with_kl",
    ),
)

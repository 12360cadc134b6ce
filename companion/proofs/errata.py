"""What the article gets wrong, half right, or right without a reason, in its order."""

from dataclasses import dataclass

from companion.proofs import chapter_1
from companion.proofs.algebra import Counterexample
from companion.proofs.display import tex


@dataclass(frozen=True)
class Erratum:
    """A sentence or an equation of the article that needs a word. All Markdown.

    Attributes:
        where: its place.
        printed: what it says, in our words.
        right: what holds.
        why: the reason.
        shown: where the book settles it, or which chapter will.
    """

    where: str
    printed: str
    right: str
    why: str
    shown: str


def _sides(example: Counterexample) -> tuple[str, str]:
    """The printed and the proved equation, from the one source of both."""
    left = tex(example.left)
    return tuple(f"$$\n{left} = {tex(side)}\n$$" for side in (example.printed, example.proved))


ROWS: tuple[Erratum, ...] = (
    Erratum(
        "Part 1, on the history",
        "Diffusion models begin with DDPM, in 2020.",
        "They begin with {cite:t}`sohl2015deep`; {cite:t}`song2019generative` learned "
        "scores at many noise levels a year before DDPM.",
        "What {cite:t}`ho2020denoising` brought was the simple loss, and pictures that "
        "could compete.",
        "in [the opening of part 1](part-1.md), with the papers",
    ),
    Erratum(
        "Part 1, on the chain of portraits",
        "The third picture depends on the second and on the first.",
        "It depends on the second, and *not* on the first once the second is known.",
        "A word is missing; the sentence is meant to explain the Markov property, and as "
        "it stands it says the opposite. Picture three is related to picture one, but "
        "only by way of picture two.",
        "in 1-1-forward, by correlations with and without the middle picture; the "
        "property itself is derived by `companion.proofs.chapter_1.markov`",
    ),
    Erratum(
        "Section 1.1, beside equation 1-1",
        r"$\beta_t$ is the weight of the noise.",
        r"$\beta_t$ is the variance of the noise; its weight is $\sqrt{\beta_t}$.",
        "With the variance in the place of the weight the noise is far too weak to "
        "replace what the shrinking takes away, and every picture fades to grey.",
        "in 1-1-forward, equation (1-1), with a run of both rules",
    ),
    Erratum(
        r"Section 1.1, beside equation 1-4: the product $\bar\alpha_t$",
        _sides(chapter_1.product_to_T())[0],
        _sides(chapter_1.product_to_T())[1],
        "A product to $T$ is one number for all times, so that the first step would "
        "be noise already.",
        "in 1-1-forward, below equation (1-4)",
    ),
    Erratum(
        "Section 1.2, before equation 1-6",
        "Each step of the reverse process is Gaussian.",
        "It is Gaussian, exactly, when $x_0$ is given; without $x_0$ only in the limit "
        "of small steps.",
        r"The distance to the nearest Gaussian falls as $\beta^3$, but for a large step "
        "the true density may have several humps.",
        "in 1-2-posterior, with exact densities of a mixture",
    ),
    Erratum(
        "Section 1.2, after equation 1-9",
        r"$q(x_{t-1} \mid x_0)$ is equation 1-1.",
        r"It is (1-5) at time $t-1$; equation 1-1 is $q(x_t \mid x_{t-1})$.",
        "A slip: both stand in 1-9, side by side.",
        "in 1-2-posterior, below equation (1-9)",
    ),
    Erratum(
        "Section 1.2, equation 1-11",
        _sides(chapter_1.root_of_beta())[0],
        _sides(chapter_1.root_of_beta())[1],
        r"The $\beta_t$ belongs beside the root. At $t = 1$ the mean has to be $x_0$, and "
        r"the printed weight of $x_0$ there is $1/\sqrt{\beta_1}$. A sampler that uses "
        "it explodes.",
        "in 1-2-posterior, proved as (1-11) and run with and without the misprint",
    ),
    Erratum(
        "Section 1.2, equation 1-14",
        _sides(chapter_1.no_root_1_14())[0],
        _sides(chapter_1.no_root_1_14())[1],
        "Noise is scaled by a standard deviation. Without the root far too little noise "
        "is added, and the samples collapse into the largest group of the data.",
        "in 1-2-posterior, proved as (1-14) and run with and without the root",
    ),
    Erratum(
        "Section 1.2, equation 1-15",
        _sides(chapter_1.no_root_1_15())[0],
        _sides(chapter_1.no_root_1_15())[1],
        "The same root. Besides, the last noise is printed as $z_t(x_t, t)$, as if it came "
        "from the network; it is fresh noise, and putting the network's there makes "
        "the samples explode.",
        "in 1-2-posterior, proved as (1-15) and run",
    ),
    Erratum(
        "Section 1.3, on the network",
        "The network computes $z = f(x_t)$.",
        r"It computes $\epsilon_\theta(x_t, t)$: it has to be told the time.",
        "One and the same noisy value holds more or less noise at different times.",
        "in 1-1-forward on exact data (the last figure), and in 1-3-training, where a "
        "network without $t$ is trained",
    ),
    Erratum(
        "Section 1.3.1, on what to predict",
        "Predicting noise weighs all steps alike, predicting $x_0$ weighs the later ones more.",
        "True relative to the loss on noise, and not in itself.",
        r"$\lVert\epsilon - \hat\epsilon\rVert^2 = \mathrm{SNR}(t)\,"
        r"\lVert x_0 - \hat x_0\rVert^2$, so that each is a reweighting of the other; the "
        "weights of the true bound are a third choice.",
        "in 1-3-1-what-to-predict, proved as (1-12c) and drawn with the weights of the bound",
    ),
    Erratum(
        "Section 1.4, on one step",
        "In theory one step could restore the picture.",
        "One step of a network trained with squared error returns the mean of all "
        "pictures that fit, which is a blur.",
        r"The best guess in that sense is $\mathbb E[x_0 \mid x_t]$, and at $t = T$ that "
        "is the mean of all the data. One step can do if another question is asked.",
        "in 1-4-why-many-steps, proved as (1-17a), shown exactly on two bumps and with a "
        "network on digits",
    ),
    Erratum(
        "Section 1.4, on many steps",
        "Step by step is better and easier to learn.",
        "Better than one step of the same model, yes; but with a good solver ten "
        "calls are as good as a hundred of the same. On digits a GAN, which takes one step, is "
        "as good after a minute of training, though it leaves out more of the data and "
        "goes astray without the penalty on its discriminator.",
        "The article gives no figure. The error of a sampler falls with its order.",
        "in 1-4-why-many-steps, where all of it is measured",
    ),
    Erratum(
        "Section 2, on control",
        "A diffusion model in pixel space cannot be controlled.",
        "Guidance and inpainting work with a model that was trained without conditions.",
        "The sampler can be steered, whatever the space is.",
        "in 1-4-why-many-steps, where a model without conditions completes digits, and in "
        "2-2-latent-diffusion, where a class steers a model of pixels and words one of latents, "
        "and obedience is measured word by word; 2-2-1-guidance guides a sampler on bumps",
    ),
    Erratum(
        "Section 2, on cost",
        "Latent space is cheaper.",
        "It is, by a factor to be measured in time, memory and operations.",
        "The article gives no figure, and says nothing of the quality at equal cost.",
        "in 2-1-autoencoder, the cost of a step of training, and in 2-2-latent-diffusion, the "
        "cost of a call, and the quality after one, four and sixteen minutes of training, with "
        "three seeds: five times cheaper pictures, and words that are learned earlier",
    ),
    Erratum(
        "Section 2.1, on the encoders",
        "There are two *video* encoding modules.",
        "Two modules for *images*.",
        "A slip: the paper that it describes has no video.",
        "in 2-1-autoencoder, which is about images throughout",
    ),
    Erratum(
        "Section 2.1, on residual connections",
        "Encoder and decoder have no residual connections, or nothing would be encoded.",
        "They are built of residual blocks. What they lack is *skip* connections from the "
        "encoder to the decoder.",
        "A residual connection bridges a block, a skip connection the bottleneck; only the "
        "second lets the picture go round it.",
        "in 2-1-autoencoder, where one is built: the pictures get better, and the latent "
        "says little",
    ),
    Erratum(
        "Section 2.1, on training",
        "Generator and discriminator are optimised in alternate iterations.",
        "In the reference code both take a step on every batch, and the discriminator's "
        "part of the loss starts after a warm-up.",
        "Both ways exist; they are not the same.",
        "in 2-1-autoencoder, where both ways are tried on one budget",
    ),
    Erratum(
        "Section 2.1, on the two regularisers",
        "Both are adversarial at heart.",
        "The discriminator is an addition to either, and each works without it.",
        "What it buys has to be measured.",
        "in 2-1-autoencoder, where each is trained with and without",
    ),
    Erratum(
        "After the article's end, on guidance",
        "More guidance is better. (So it is often said; the article breaks off before it.)",
        "The samples are more surely of their class. They differ less from each other, and at "
        "large scales many lie past the edge of the data.",
        "Guided samples are not those of $q(x_0)\\,q(y \\mid x_0)^s$: at each time guidance "
        "takes the power of a mean where that density has the mean of a power.",
        "in 2-2-1-guidance, proved by `companion.proofs.chapter_2.noised_tilt` and measured "
        "by scale on bumps; on pictures obedience falls again and the Frechet distance grows, "
        "while pixels vary no less",
    ),
    Erratum(
        "After the article's end, on composition",
        "A model puts together what it has learned apart. (So it is often hoped; the article "
        "breaks off before it.)",
        "With one diagonal of colour and shape left out, at 83 % of the rate of pairs that were "
        "shown. With two diagonals it is 15 %, and with three 1 %.",
        "Where a colour comes with few shapes, it is enough to read the colour. Dropping the "
        "condition does not help by itself; guidance, which needs it, does.",
        "in 2-2-2-words, measured by diagonal and by the share dropped, one training each; "
        "2-2-latent-diffusion does so for pairs of shapes",
    ),
    Erratum(
        "After the article's end, on transformers",
        "A transformer in the UNet's place is better, because it scales. (So it is often said of "
        "the DiT, which the article's preface names.)",
        "On minutes of one core it depends on what is measured. By the Fréchet distance the UNet "
        "is ahead after 1 minute and the DiT after 16, on scenes and on digits, in the middle of "
        "three sizes. Words are kept by the UNet far more often: 51 against 14 % of the captions "
        "with one shape after 16 minutes.",
        "Peebles and Xie hold transformers of several sizes against each other, and train them for "
        "up to seven million steps. That one of them gets better with its size says nothing about "
        "the first thousands of steps beside a UNet.",
        "in 3-1-dit, measured with three seeds on one core; the ways to bring the condition in and "
        "the size of the patches are measured there as well",
    ),
)

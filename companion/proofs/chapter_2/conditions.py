"""Diffusion in a latent and with a condition: 2-6, 2-7, 2-8 and 2-10."""

from sympy import Expr, Function, Integral, S, Symbol, exp, oo, sqrt, symbols

from companion.proofs.algebra import Derivation, Given, Mean, N, chain, density, equation
from companion.proofs.chapter_1.best_guess import best_guess
from companion.proofs.chapter_1.best_guess import c as var_x0
from companion.proofs.chapter_1.best_guess import f as guess_x0
from companion.proofs.chapter_1.best_guess import m as mean_x0
from companion.proofs.chapter_1.forward import one_shot_by_marginalising
from companion.proofs.chapter_1.mixture import MEAN_K, behind, one_bump
from companion.proofs.chapter_1.mixture import C as var_bump
from companion.proofs.chapter_1.mixture import m as mean_bump
from companion.proofs.letters import Data, ab_t, eps, eps_hat, x_0, x_t

E = Function("E")
x, z, z_t, y = (Data(name, real=True) for name in ("x", "z", "{z}_{t}", "y"))
scale = Symbol("c", positive=True)  # what the latent is multiplied by
ab_other = Symbol(r"\bar{\alpha}'_{t}", positive=True)
snr, snr_other = (Symbol(rf"\mathrm{{SNR}}{mark}(t)", positive=True) for mark in ("", "'"))

# The noise where z_t, and perhaps the condition, is known: its mean and its variance.
noise = Data(r"{\epsilon}", real=True)
noise_mean, noise_mean_y = (
    Data(rf"\mathbb E[{{\epsilon}} \mid {{z}}_{{t}}{also}]", real=True) for also in ("", ", y")
)
noise_var, noise_var_y = (
    Symbol(rf"\mathrm{{Var}}[{{\epsilon}} \mid {{z}}_{{t}}{also}]", positive=True)
    for also in ("", ", y")
)


def _least(guess: Expr, mean: Expr, var: Expr) -> Given:
    """The error of a guess of the noise: 1-17a, said of the noise in place of x_0."""
    return Given(
        "the error of any guess (1-17a), of the noise in place of $x_0$",
        Mean((noise - guess) ** 2),
        var + (mean - guess) ** 2,
        proof=best_guess,
        at={x_0: noise, guess_x0: guess, mean_x0: mean, var_x0: var},
    )


def in_the_latent() -> Derivation:
    """2-6: the chain, and the loss of any network, with z = c E(x) in place of x_0."""
    ahead = density(z_t, given=z)
    of_image = N(z_t, scale * sqrt(ab_t) * E(x), 1 - ab_t)
    loss = Mean((noise - eps_hat) ** 2)
    least = noise_var + (noise_mean - eps_hat) ** 2
    steps = (
        *chain(
            ahead,
            ("All steps at once (1-5), said of $z$.", N(z_t, sqrt(ab_t) * z, 1 - ab_t)),
            ("The latent of the image put in.", of_image),
        ),
        *chain(
            loss,
            ("What cannot be known, and what is wrong.", least),
        ),
    )
    given = (
        Given("the latent that is noised", z, scale * E(x)),
        Given(
            "all steps at once (1-5), which asks nothing of $x_0$ but that it is a number",
            ahead,
            N(z_t, sqrt(ab_t) * z, 1 - ab_t),
            proof=one_shot_by_marginalising,
            at={x_0: z, x_t: z_t},
        ),
        _least(eps_hat, noise_mean, noise_var),
    )
    claims = (equation(ahead, of_image), equation(loss, least))
    return Derivation("Diffusion in the latent", ("2-6",), steps, claims, given)


def wrong_scale() -> Derivation:
    """2-6a: a latent c times too large is the right one under another schedule."""
    seen = scale * sqrt(ab_t) * z + sqrt(1 - ab_t) * eps
    width = sqrt(scale**2 * ab_t + 1 - ab_t)
    moved = scale**2 * ab_t / (scale**2 * ab_t + 1 - ab_t)
    other = sqrt(ab_other) * z + sqrt(1 - ab_other) * eps
    steps = (
        *chain(
            z_t / width,
            ("What the network sees, divided by its width.", seen / width),
            ("The same draw, with other weights whose squares add up to 1.", other),
        ),
        *chain(
            snr_other,
            ("Those weights, squared and divided.", ab_other / (1 - ab_other)),
            ("Put in, the width cancels.", scale**2 * ab_t / (1 - ab_t)),
            ("So the ratio is $c^2$ times as large.", scale**2 * snr),
        ),
    )
    given = (
        Given("(1-4) of $c z$ in place of $x_0$", z_t, seen),
        Given("the weight that belongs to this ratio", ab_other, moved),
        Given("the signal-to-noise ratio of the schedule", snr, ab_t / (1 - ab_t)),
        Given("the one of the moved schedule", snr_other, ab_other / (1 - ab_other)),
    )
    claims = (equation(z_t / width, other), equation(snr_other, scale**2 * snr))
    return Derivation("A wrong scale moves the schedule", ("2-6a",), steps, claims, given)


def with_a_condition() -> Derivation:
    """2-7: the best network with a condition, exact where a class is one bump."""
    loss = Mean((noise - eps_hat) ** 2)
    least = noise_var_y + (noise_mean_y - eps_hat) ** 2
    m, var = Symbol("{m}_{y}", real=True), Symbol("{C}_{y}", positive=True)
    centre = behind(m, var).args[1].xreplace({x_t: z_t})
    left = Data(r"\mathrm{E}[z \mid {z}_{t}, y]", real=True)
    exact = sqrt(1 - ab_t) * (z_t - sqrt(ab_t) * m) / (ab_t * var + 1 - ab_t)
    steps = (
        *chain(loss, ("What cannot be known, and what is wrong.", least)),
        *chain(
            noise_mean_y,
            (
                "The mean of (1-4) where $z_t$ and $y$ are known, solved for the noise.",
                (z_t - sqrt(ab_t) * left) / sqrt(1 - ab_t),
            ),
            ("The centre of what the class leaves.", (z_t - sqrt(ab_t) * centre) / sqrt(1 - ab_t)),
            ("Over one denominator.", exact),
        ),
    )
    given = (
        _least(eps_hat, noise_mean_y, noise_var_y),
        Given(
            "the mean of (1-4), solved for the noise",
            noise_mean_y,
            (z_t - sqrt(ab_t) * left) / sqrt(1 - ab_t),
        ),
        Given(
            "what a class that is one bump leaves (1-5b)",
            left,
            centre,
            proof=one_bump,
            at={x_t: z_t, mean_bump: m, var_bump: var, MEAN_K: left},
        ),
    )
    claims = (equation(loss, least), equation(noise_mean_y, exact))
    return Derivation("The best network with a condition", ("2-7",), steps, claims, given)


# ---- attention, on three tokens

scores = symbols("a_1 a_2 a_3", real=True)
values = tuple(Data(f"{{v}}_{{{n}}}", real=True) for n in (1, 2, 3))
masks = symbols("M_1 M_2 M_3", extended_real=True)
out = Data("o", real=True)
width = Symbol("d", integer=True, positive=True)
score_var, product_var = (Symbol(rf"\mathrm{{Var}}[{w}]", positive=True) for w in ("a", "q k"))


def attended(order: tuple[int, ...]) -> Expr:
    """softmax(scores) values, over the tokens in this order."""
    weights = [exp(scores[n]) for n in order]
    return sum(w * values[n] for w, n in zip(weights, order, strict=True)) / sum(weights)


def attention() -> Derivation:
    """2-8: the order of the tokens, the size of a score, and a token that is masked."""
    three = sum(exp(a + M) * v for a, M, v in zip(scores, masks, values, strict=True))
    whole = sum(exp(a + M) for a, M in zip(scores, masks, strict=True))
    score_sum = width * product_var / sqrt(width) ** 2
    squares, means = Mean(eps**2) * Mean(eps**2), Mean(eps) * Mean(eps)
    steps = (
        *chain(
            out,
            ("Softmax of the scores, times the values.", three / whole),
            ("The third token masked: its weight is 0.", attended((0, 1))),
            ("The two that are left in the other order.", attended((1, 0))),
        ),
        *chain(
            product_var,
            ("The mean of the square, less the square of the mean.", squares - means**2),
            ("Both are standard normal.", S.One),
        ),
        *chain(
            score_var,
            ("There are $d$ terms, each divided by $\\sqrt d$.", score_sum),
            ("Variances add, and a factor is squared.", S.One),
        ),
    )
    given = (
        Given("attention, with a mask added to the scores", out, three / whole),
        Given("the first token is seen", masks[0], S.Zero),
        Given("the second token is seen", masks[1], S.Zero),
        Given("the third token is masked", masks[2], -oo),
        Given(
            "two independent numbers: means of products are products of means",
            product_var,
            squares - means**2,
        ),
        Given(
            r"the score $a = q \cdot k / \sqrt d$ of independent numbers",
            score_var,
            score_sum,
        ),
    )
    claims = (equation(out, attended((1, 0))), equation(score_var, S.One))
    return Derivation("Attention", ("2-8",), steps, claims, given)


# ---- a condition that is an image

tau = Symbol(r"{\tau}", positive=True)  # how far the condition is from the latent it shows
prior_var = Symbol("C", positive=True)  # of the latent, whose mean is 0


def with_channels() -> Derivation:
    """2-10: the best network that sees an image beside z_t, exact for Gaussian data."""
    loss = Mean((noise - eps_hat) ** 2)
    least = noise_var_y + (noise_mean_y - eps_hat) ** 2
    ahead, shown, prior = density(z_t, given=z), density(y, given=z), density(z)
    behind_both = density(z, given=(z_t, y))
    product = N(z_t, sqrt(ab_t) * z, 1 - ab_t) * N(y, z, tau**2) * N(z, 0, prior_var)
    total = 1 / prior_var + ab_t / (1 - ab_t) + 1 / tau**2
    centre = (sqrt(ab_t) * z_t / (1 - ab_t) + y / tau**2) / total
    result = N(z, centre, 1 / total)
    line = (z, -oo, oo)
    steps = (
        *chain(loss, ("What cannot be known, and what is wrong.", least)),
        *chain(
            behind_both,
            (
                "Bayes' rule, with two observations of one latent.",
                ahead * shown * prior / Integral(ahead * shown * prior, line),
            ),
            ("All three are known.", product / Integral(product, line)),
            ("The square completed: precisions add, and each pulls by its own.", result),
        ),
    )
    given = (
        _least(eps_hat, noise_mean_y, noise_var_y),
        Given("all steps at once (1-5)", ahead, N(z_t, sqrt(ab_t) * z, 1 - ab_t)),
        Given(
            "the image beside it, for one number: the latent and an error", shown, N(y, z, tau**2)
        ),
        Given("the latent, for one number, with mean 0", prior, N(z, 0, prior_var)),
        Given("Bayes' rule", behind_both, steps[1].right),
    )
    claims = (equation(loss, least), equation(behind_both, result))
    return Derivation("An image beside the latent", ("2-10",), steps, claims, given)

"""The frame of part 2: the shapes of 2-1, and the losses 2-2 to 2-5 with their weights."""

from sympy import Function, Min, S, Symbol

from companion.proofs.algebra import Derivation, Given, chain, equation
from companion.proofs.letters import Data


def _terms(*names: str) -> tuple[Data, ...]:
    return tuple(Data(rf"L_{{\mathrm{{{name}}}}}", real=True) for name in names)


D, E = (Function(name) for name in "DE")
x, x_recon, z = (Data(name, real=True) for name in ("x", r"\tilde{x}", "z"))
H, here = (Symbol(name, positive=True) for name in "Hh")
f, patch = (Symbol(name, positive=True) for name in "fp")
levels, k = (Symbol(name, integer=True, positive=True) for name in "nk")

pixel, perceptual, gen, codebook, kl, dis = _terms(
    "pixel", "perceptual", "gen", "codebook", "kl", "dis"
)
vq_gen, vq_dis, kl_gen, kl_dis = _terms("VQ-GEN", "VQ-DIS", "AEKL-GEN", "AEKL-DIS")
# Of pixels, perceptual term, adversarial part (and its adaptive one), regulariser; and
# the warm-up, 0 or 1.
w, w_p, w_a, lam, w_r, begun = (
    Symbol(name, nonnegative=True)
    for name in (
        "w",
        r"w_{\mathrm{p}}",
        r"w_{\mathrm{a}}",
        r"\lambda",
        r"w_{\mathrm{r}}",
        "s",
    )
)

GRAD_REC, GRAD_GEN, delta = (
    Symbol(name, positive=True)
    for name in (
        r"\lVert \nabla L_{\mathrm{rec}} \rVert",
        r"\lVert \nabla L_{\mathrm{gen}} \rVert",
        r"\delta",
    )
)
LAMBDA = GRAD_REC / (GRAD_GEN + delta)
most, reach = Symbol(r"\lambda_{\max}", positive=True), Symbol("r", positive=True)
limited = Symbol(r"\lambda'", positive=True)
LIMITED = Min(lam, most)


def there_and_back() -> Derivation:
    """2-1: an image to a latent and back, and how much smaller that is."""
    steps = (
        *chain(
            x_recon,
            ("The decoder sees the latent and nothing else,", D(z)),
            ("which the encoder made of the image.", D(E(x))),
        ),
        *chain(
            f,
            ("By definition.", H / here),
            ("Folded once, halved $n$ times.", patch * 2**levels),
            ("The fold is a power of two itself.", 2 ** (k + levels)),
        ),
    )
    given = (
        Given("the reconstruction", x_recon, D(z)),
        Given("the latent", z, E(x)),
        Given("the factor", f, H / here),
        Given("the height of the latent", here, H / patch / 2**levels),
        Given("the side of the squares that are folded", patch, 2**k),
    )
    claims = (equation(x_recon, D(E(x))), equation(f, 2 ** (k + levels)))
    return Derivation("There and back", ("2-1",), steps, claims, given)


def adaptive_weight() -> Derivation:
    """2-2b: The discriminator's gradient made as long as the reconstruction's."""
    less = GRAD_REC - delta / (GRAD_GEN + delta) * GRAD_REC
    steps = chain(
        lam * GRAD_GEN,
        ("A weight makes a gradient as many times longer.", LAMBDA * GRAD_GEN),
        (r"As long as the other, but for the small $\delta$.", less),
    )
    given = (Given("the weight", lam, LAMBDA),)
    claims = (equation(lam * GRAD_GEN, less),)
    return Derivation("The adaptive weight", ("2-2b",), steps, claims, given)


def limited_weight() -> Derivation:
    """2-2e: The weight's limit, and what it leaves of the discriminator's gradient."""
    gradient = reach * most * (GRAD_GEN + delta)
    cut, left = Min(reach * most, most), GRAD_REC / reach - most * delta
    steps = (
        *chain(
            lam,
            ("Put in: the weight would be $r$ times its limit.", reach * most),
        ),
        *chain(limited, ("Cut off where $r$ is above 1.", cut)),
        *chain(
            most * GRAD_GEN,
            ("At the limit the pull is an $r$-th of the other, less a little.", left),
        ),
    )
    given = (
        Given("the weight that is used", limited, LIMITED),
        Given("the weight (2-2b)", lam, LAMBDA),
        Given("the reconstruction's gradient, in units of the limit", GRAD_REC, gradient),
    )
    claims = (equation(limited, cut), equation(most * GRAD_GEN, left))
    return Derivation("The limit of the weight", ("2-2e",), steps, claims, given)


rec, reg, total = _terms("rec", "reg", "AE")
WEIGHTED = w * pixel + w_p * perceptual + w_r * reg + begun * w_a * limited * gen


def weighted_loss() -> Derivation:
    """2-2d: The loss that runs, for both bottlenecks, before and after the warm-up."""
    together = rec + w_r * reg + begun * w_a * limited * gen
    steps = (
        *chain(rec, ("The reconstruction: two terms.", w * pixel + w_p * perceptual)),
        *chain(
            total,
            ("Besides, the bottleneck's price and the discriminator's part.", together),
            ("The reconstruction put in.", WEIGHTED),
        ),
    )
    given = (
        Given("the reconstruction's part", rec, w * pixel + w_p * perceptual),
        Given("the autoencoder's loss", total, together),
    )
    claims = (equation(total, WEIGHTED),)
    return Derivation("The loss that runs", ("2-2d",), steps, claims, given)


_ONE = (
    Given("all weights left out", w, S.One),
    Given("also the perceptual term's", w_p, S.One),
    Given("also the adversarial part's", w_a, S.One),
    Given("also the adaptive one", lam, S.One),
    Given("also the regulariser's", w_r, S.One),
    Given("the warm-up over", begun, S.One),
)
VQ_WEIGHTED = w * pixel + w_p * perceptual + begun * w_a * lam * gen + w_r * codebook
KL_WEIGHTED = w * pixel + w_p * perceptual + begun * w_a * lam * gen + w_r * kl


def vq_losses() -> Derivation:
    """Ours with all weights left out is the article's: 2-2 and 2-3."""
    printed = pixel + perceptual + gen + codebook
    steps = (
        *chain(vq_gen, ("Ours.", VQ_WEIGHTED), ("Without weights.", printed)),
        *chain(vq_dis, ("Ours.", begun * dis), ("After the warm-up.", dis)),
    )
    given = (
        *_ONE,
        Given("the autoencoder's loss", vq_gen, VQ_WEIGHTED),
        Given("the discriminator's loss", vq_dis, begun * dis),
    )
    claims = (equation(vq_gen, printed), equation(vq_dis, dis))
    return Derivation("The losses with VQ", ("2-2", "2-3"), steps, claims, given)


def kl_losses() -> Derivation:
    """Ours with all weights left out is the article's: 2-4 and 2-5."""
    printed = pixel + perceptual + gen + kl
    steps = (
        *chain(kl_gen, ("Ours.", KL_WEIGHTED), ("Without weights.", printed)),
        *chain(kl_dis, ("Ours.", begun * dis), ("After the warm-up.", dis)),
    )
    given = (
        *_ONE,
        Given("the autoencoder's loss", kl_gen, KL_WEIGHTED),
        Given("the discriminator's loss", kl_dis, begun * dis),
    )
    claims = (equation(kl_gen, printed), equation(kl_dis, dis))
    return Derivation("The losses with KL", ("2-4", "2-5"), steps, claims, given)

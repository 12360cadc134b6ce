"""The recipes of the book's autoencoders, by name. Each is for a CPU."""

from dataclasses import replace

from companion.autoencoder.recipe import AutoencoderRecipe

# Weights of the two terms beside the pixels. Squared errors are small numbers: at 0.03
# the perceptual term outweighs them, and every figure gets worse.
PERCEPTUAL, ADVERSARIAL = 0.005, 0.3
DISCRIMINATOR_RATE = 0.1  # at the full rate it wins, and teaches nothing

_SUITS = {  # each bottleneck
    "plain": {"regulariser": 0.0},
    "kl": {"regulariser": 1e-6},
    "vq": {"regulariser": 1.0, "vq_ema": True, "decay": 0.99, "restart": 0.05},
}


def with_bottleneck(recipe: AutoencoderRecipe, name: str) -> AutoencoderRecipe:
    """The recipe with another bottleneck, and the numbers that suit it.

    name: "plain", "kl" or "vq".   Raises ValueError for another.
    """
    return replace(recipe, bottleneck=name, **_SUITS.get(name, {}))


def with_both_terms(recipe: AutoencoderRecipe) -> AutoencoderRecipe:
    """The recipe with the perceptual and the adversarial term beside the pixels.

    The discriminator begins after five eighths of the steps, when reconstructions are
    good enough to learn from.
    """
    return replace(
        recipe,
        perceptual=PERCEPTUAL,
        adversarial=ADVERSARIAL,
        discriminator_rate=DISCRIMINATOR_RATE,
        begin=recipe.steps * 5 // 8,
    )


_KL = AutoencoderRecipe(
    steps=6000,
    rate=4e-3,
    warmup=100,
    ema=0.999,
    width=64,
    multipliers=(1,),
    blocks=2,
    squares=0.9,
    recolour=True,
)
_VQ = with_bottleneck(_KL, "vq")

AUTOENCODER_RECIPES: dict[str, AutoencoderRecipe] = {
    "photos-kl": _KL,
    "photos-vq": _VQ,
    "photos-kl-gan": with_both_terms(_KL),
    "photos-vq-gan": with_both_terms(_VQ),
    "scenes-kl": replace(_KL, data="scenes"),
}

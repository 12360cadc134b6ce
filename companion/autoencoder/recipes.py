"""The recipes of the book's autoencoders, by name. Each is for a CPU."""

from dataclasses import replace

from companion.autoencoder.recipe import AutoencoderRecipe

_SUITS = {"plain": 0.0, "kl": 1e-6, "vq": 1.0}  # the regulariser, by bottleneck


def with_bottleneck(recipe: AutoencoderRecipe, name: str) -> AutoencoderRecipe:
    """The recipe with another bottleneck, and the weight that suits its loss.

    name: "plain", "kl" or "vq".   Raises ValueError for another.
    """
    return replace(recipe, bottleneck=name, regulariser=_SUITS.get(name, 0.0))


def with_judges(recipe: AutoencoderRecipe) -> AutoencoderRecipe:
    """The recipe with the perceptual and the adversarial term beside the pixels.

    The discriminator begins halfway, when there is something to judge.
    """
    return replace(recipe, perceptual=0.1, adversarial=0.5, begin=recipe.steps // 2)


_KL = AutoencoderRecipe(steps=4000, rate=2e-3, warmup=200, ema=0.999)
_VQ = with_bottleneck(_KL, "vq")

AUTOENCODER_RECIPES: dict[str, AutoencoderRecipe] = {
    "photos-kl": _KL,
    "photos-vq": _VQ,
    "photos-kl-gan": with_judges(_KL),
    "photos-vq-gan": with_judges(_VQ),
    "scenes-kl": replace(_KL, data="scenes"),
}

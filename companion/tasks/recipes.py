"""The recipes of the book, by name. Each is for a CPU; the times are those of one core."""

from companion.data import SCENE_WORDS
from companion.tasks.autoencoder import AutoencoderRecipe
from companion.tasks.classifier import ClassifierRecipe
from companion.tasks.data import DataConfig
from companion.tasks.diffusion import DiffusionRecipe
from companion.tasks.features import FeatureRecipe
from companion.tasks.oneshot import GANRecipe, VAERecipe
from companion.training.recipe import Recipe

KINDS: dict[str, type[Recipe]] = {
    recipe.KIND: recipe
    for recipe in (
        DiffusionRecipe,
        AutoencoderRecipe,
        VAERecipe,
        GANRecipe,
        ClassifierRecipe,
        FeatureRecipe,
    )
}

# Weights of the two terms beside the pixels. Squared errors are small numbers: at 0.03
# the perceptual term outweighs them, and every figure gets worse.
PERCEPTUAL, ADVERSARIAL = 0.005, 0.3
SCENES_SCALE = 1.2146  # 1 / the standard deviation of the latents of scenes-kl
DISC_LR_FACTOR = 0.1  # at the full rate it wins, and teaches nothing

_SUITS = {  # each bottleneck
    "plain": {"regulariser": 0.0},
    "kl": {"regulariser": 1e-6},
    "vq": {"regulariser": 1.0, "vq_ema": True, "decay": 0.99, "dead_code_threshold": 0.05},
}


def with_bottleneck(recipe: AutoencoderRecipe, name: str) -> AutoencoderRecipe:
    """The recipe with another bottleneck, and the numbers that suit it.

    Args:
        recipe: of an autoencoder.
        name: "plain", "kl" or "vq".

    Raises:
        ValueError: for another name.
    """
    return recipe.override(bottleneck_type=name, **_SUITS.get(name, {}))


def with_both_terms(recipe: AutoencoderRecipe) -> AutoencoderRecipe:
    """The recipe with the perceptual and the adversarial term beside the pixels.

    The discriminator begins after five eighths of the steps, when reconstructions are
    good enough to learn from.
    """
    return recipe.override(
        perceptual=PERCEPTUAL,
        adversarial=ADVERSARIAL,
        disc_lr_factor=DISC_LR_FACTOR,
        disc_start=recipe.steps * 5 // 8,
    )


_DIGITS = DiffusionRecipe()
_LONGER = _DIGITS.override(steps=4000, warmup=100, ema_decay=0.998, lr=4e-3)
_LARGER = _DIGITS.override(steps=3000, warmup=200, ema_decay=0.999, lr=1e-3, multipliers=(1, 2, 2))
_PHOTOS = DataConfig("photos", size=32, channels=3)

_KL = AutoencoderRecipe().override(
    steps=6000,
    lr=4e-3,
    warmup=100,
    ema_decay=0.999,
    width=64,
    multipliers=(1,),
    blocks=2,
    l2_weight=0.9,
    channel_shuffle=True,
)
_VQ = with_bottleneck(_KL, "vq")

# Eight channels, and not four: a small circle has to come back as a circle.
_SCENES = _KL.override(source="scenes", latent_channels=8, steps=20_000)
_LATENT = DiffusionRecipe().override(
    source="scenes",
    size=32,
    channels=3,
    autoencoder="scenes-kl",
    f=4,
    latent_channels=8,
    scale=SCENES_SCALE,
    width=64,
    attention=(1,),
    steps=18_000,
    batch_size=32,
    lr=1e-3,
    warmup=300,
    ema_decay=0.999,
)


_WORDS = _LATENT.override(
    condition_type="words", words=SCENE_WORDS, length=12, batch_size=128, steps=8050
)
_PICTURE = _LATENT.override(
    condition_type="image", width=32, steps=3000, lr=2e-3, warmup=100, ema_decay=0.998
)

RECIPES: dict[str, Recipe] = {
    "digits": _DIGITS.override(steps=900),
    "digits-v": _LONGER,
    "digits-eps": _LONGER.override(prediction_type="eps"),
    "digits-x0": _LONGER.override(prediction_type="x0"),
    "digits-16": _LARGER.override(size=16),
    "digits-32": _LARGER.override(size=32, batch_size=32),
    "photos": _LARGER.override(data=_PHOTOS, steps=5000, batch_size=32),
    "photos-kl": _KL,
    "photos-vq": _VQ,
    "photos-kl-gan": with_both_terms(_KL),
    "photos-vq-gan": with_both_terms(_VQ),
    "digits-class": _LONGER.override(condition_type="class", classes=10),
    "digits-dit": _LONGER.override(network_type="dit", block_type="adaln_zero", lr=1e-3),
    "scenes-kl": _SCENES,
    "scenes-latent": _LATENT,
    "scenes-words": _WORDS,
    "scenes-dit": _WORDS.override(network_type="dit", lr=2e-3),
    "scenes-upscale": _PICTURE.override(image_task="upscale"),
    "scenes-inpaint": _PICTURE.override(image_task="inpaint"),
    "scenes-layout": _PICTURE.override(image_task="layout"),
}


def recipes_of(kind: str) -> dict[str, Recipe]:
    """The recipes of one kind of model, by name."""
    return {name: recipe for name, recipe in RECIPES.items() if recipe.KIND == kind}

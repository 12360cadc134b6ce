"""What each kind of model learns, its recipes, and the models that come of it."""

from companion.tasks.autoencoder import (
    AutoencoderRecipe,
    AutoencoderTask,
    autoencoder_of,
    reconstructed,
)
from companion.tasks.autoencoder_config import (
    BottleneckConfig,
    CoderConfig,
    DiscriminatorConfig,
)
from companion.tasks.classifier import ClassifierRecipe, train_classifier
from companion.tasks.codec import Latents, Pixels
from companion.tasks.data import Conditioned, DataConfig
from companion.tasks.diffusion import DiffusionRecipe, DiffusionTask
from companion.tasks.diffusion_config import CodecConfig, ConditionConfig
from companion.tasks.edits import edit, inpaint
from companion.tasks.features import (
    FeatureRecipe,
    evaluation_features,
    photo_features,
    train_features,
)
from companion.tasks.models import Model, data_for, load, model_of, sample, shipped
from companion.tasks.network_config import DiTConfig, UNetConfig
from companion.tasks.oneshot import VAE, GANRecipe, GANTask, VAERecipe, VAETask
from companion.tasks.pictures import fill_in, matched, picture_conditions, upscale
from companion.tasks.recipes import (
    ADVERSARIAL,
    DISC_LR_FACTOR,
    KINDS,
    PERCEPTUAL,
    RECIPES,
    recipes_of,
    with_both_terms,
    with_bottleneck,
)

__all__ = [
    "ADVERSARIAL",
    "DISC_LR_FACTOR",
    "KINDS",
    "PERCEPTUAL",
    "RECIPES",
    "VAE",
    "AutoencoderRecipe",
    "AutoencoderTask",
    "BottleneckConfig",
    "ClassifierRecipe",
    "CodecConfig",
    "CoderConfig",
    "ConditionConfig",
    "Conditioned",
    "DataConfig",
    "DiTConfig",
    "DiffusionRecipe",
    "DiffusionTask",
    "DiscriminatorConfig",
    "FeatureRecipe",
    "GANRecipe",
    "GANTask",
    "Latents",
    "Model",
    "Pixels",
    "UNetConfig",
    "VAERecipe",
    "VAETask",
    "autoencoder_of",
    "data_for",
    "edit",
    "fill_in",
    "inpaint",
    "load",
    "matched",
    "model_of",
    "photo_features",
    "picture_conditions",
    "evaluation_features",
    "recipes_of",
    "reconstructed",
    "sample",
    "shipped",
    "train_classifier",
    "train_features",
    "upscale",
    "with_both_terms",
    "with_bottleneck",
]

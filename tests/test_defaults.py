"""Numbers of a default: each that a reader takes without saying so, and where it is from."""

import inspect

import pytest

from companion import autoencoder, diffusion, evaluation, tasks
from companion.autoencoder import adversarial, bottlenecks, codebook, features
from companion.evaluation import distances

DEFAULTS = {
    # Kingma and Welling, van den Oord et al.: beta 0.25; the rest measured in bench/
    bottlenecks.Identity: {"channels": 4},
    bottlenecks.KL: {"channels": 4},
    codebook.VQ: {
        "num_codes": 512,
        "channels": 4,
        "beta": 0.25,
        "ema": False,
        "decay": 0.97,
        "dead_code_threshold": 0.1,
    },
    # Latent diffusion: 1e-6 for KL, a limit of 1e4 and a delta of 1e-4
    autoencoder.Weights: {
        "pixel": 1.0,
        "perceptual": 0.0,
        "adversarial": 0.0,
        "regulariser": 1e-6,
        "l2_weight": 0.0,
    },
    autoencoder.pixel_loss: {"l2_weight": 0.0},
    adversarial.adaptive_weight: {"most": 1e4, "delta": 1e-4},
    adversarial.PatchDiscriminator: {"channels": 3, "width": 32},
    autoencoder.FeatureNet: {"widths": (32, 64, 96), "photographs": 9},
    tasks.train_features: {"steps": 3000, "size": 32, "seed": 0},
    autoencoder.Encoder: {
        "channels": 3,
        "latent": 4,
        "f": 4,
        "width": 48,
        "multipliers": (1, 2),
        "blocks": 1,
        "attention": (),
    },
    autoencoder.Decoder: {
        "channels": 3,
        "latent": 4,
        "f": 4,
        "width": 48,
        "multipliers": (1, 2),
        "blocks": 1,
        "attention": (),
    },
    # Kynkäänniemi et al. (2019), section 3: k = 3
    distances.precision_recall: {"k": 3},
    distances.symmetric_precision_recall: {"k": 3},
    evaluation.Classifier: {"features": 64, "classes": 10},
    tasks.train_classifier: {"steps": 1500, "seed": 0},
    # Hang et al. (2023): 5; Ho et al. (2020); Rombach et al. (2022); Nichol and Dhariwal (2021)
    diffusion.min_snr_weight: {"gamma": 5.0},
    diffusion.bits_per_dim: {"levels": None},
    diffusion.linear: {"T": 1000, "beta_1": 1e-4, "beta_T": 0.02},
    diffusion.scaled_linear: {"T": 1000, "beta_1": 0.00085, "beta_T": 0.012},
    diffusion.cosine: {"T": 1000, "offset": 0.008, "max_beta": 0.999},
    diffusion.ddim: {"eta": 0.0},
}


@pytest.mark.parametrize("what", DEFAULTS, ids=lambda what: what.__name__)
def test_defaults(what):
    parameters = inspect.signature(what).parameters.values()
    found = {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}
    assert found == DEFAULTS[what]


def test_the_other_numbers():
    """Those of modules: the range of a log-variance, and what a perceptual map is made of."""
    limits = (bottlenecks.LOWEST, bottlenecks.HIGHEST, bottlenecks.HIGHEST_IN_HALF)
    assert limits == (-30, 20, 11)
    assert (features.TURNS, features.DAMAGES, features.DETAIL) == (4, 4, 5)
    slopes = {
        m.negative_slope
        for m in adversarial.PatchDiscriminator().modules()
        if hasattr(m, "negative_slope")
    }
    assert slopes == {0.2}
    assert evaluation.LEAST_IMAGES == 50

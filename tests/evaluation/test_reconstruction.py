"""The figures of reconstructions and latents: properties, real crops, bad input."""

import math
import re

import numpy as np
import pytest
import torch
from scipy.stats import kurtosis

from companion import evaluation
from companion.data import photo_crops
from companion.evaluation import (
    CodebookUse,
    Reconstruction,
    codebook_use,
    latent_statistics,
    psnr,
    reconstruction,
    scale_factor,
)
from tests.evaluation import reconstruction_properties as p
from tests.evaluation.reconstruction_properties import damaged, pictures


@pytest.mark.parametrize("holds", p.ALL, ids=lambda holds: holds.__name__)
def test_property(holds):
    holds(evaluation)


def smaller_and_back(x, k=4):
    coarse = torch.nn.functional.avg_pool2d(x, k)
    return torch.nn.functional.interpolate(coarse, scale_factor=k, mode="bilinear")


def test_crops_of_photographs_show_why_the_two_psnrs_differ():
    """Plain sky has hardly an error: the mean of the figures is dB above the figure."""
    x = photo_crops(32, count=1, held_out=100).held_out
    found = reconstruction(x, smaller_and_back(x))
    assert found.psnr_mean > found.psnr + 3
    assert 0.5 < found.ssim < 1
    one = reconstruction(x[:1], smaller_and_back(x[:1]))
    assert one.psnr == pytest.approx(one.psnr_mean)


def test_one_exact_crop_makes_the_mean_infinite_and_not_the_figure():
    x = pictures()
    y = damaged(x)
    y[3] = x[3]
    found = reconstruction(x, y)
    assert found.psnr_mean == math.inf and 0 < found.psnr < 60


def test_nothing_depends_on_the_dtype_the_order_or_the_batch():
    x = pictures(count=4)
    y = damaged(x)
    found = reconstruction(x, y)
    assert reconstruction(x.double(), y.double()) == found
    turned = reconstruction(x.flip(0), y.flip(0))
    assert turned.psnr == pytest.approx(found.psnr, rel=1e-12)
    assert turned.ssim == pytest.approx(found.ssim, rel=1e-12)
    grown = reconstruction(x.repeat(3, 1, 1, 1), y.repeat(3, 1, 1, 1))
    assert grown.psnr == pytest.approx(found.psnr, rel=1e-12)


def test_gradients_are_not_kept():
    x, weight = pictures(), torch.ones((), requires_grad=True)
    found = reconstruction(
        x,
        x * weight * 0.9,
        lambda a, b: weight * (a - b).abs().mean(dim=(1, 2, 3)),
        lambda images: weight * images.mean(dim=(2, 3)),
    )
    assert all(isinstance(v, float | int) for v in vars(found).values())
    z = weight * torch.randn(3, 2, 4, 4)
    assert not latent_statistics(z, z**2).kl.requires_grad
    assert isinstance(scale_factor(z), float)


def test_inputs_are_left_as_they_were():
    x, y = pictures(), 3 * pictures(1)
    before = x.clone(), y.clone()
    reconstruction(x, y)
    assert torch.equal(x, before[0]) and torch.equal(y, before[1])


def test_likeness_to_a_normal_agrees_with_kurtosis_about_which_is_less():
    """Normal, uniform and heavy-tailed channels, by both of the usual figures."""
    g = torch.Generator().manual_seed(0)
    normal = torch.randn(4, 1, 16, 16, generator=g)
    uniform = torch.rand(4, 1, 16, 16, generator=g)
    heavy = torch.randn(4, 1, 16, 16, generator=g) ** 3
    z = torch.cat([normal, uniform, heavy], dim=1)
    found = latent_statistics(z).normal
    excess = np.abs(kurtosis(z.transpose(0, 1).flatten(1).numpy(), axis=1))
    assert found[0] > 0.997
    assert list(np.argsort(excess)) == list(np.argsort(-found.numpy())) == [0, 1, 2]


def test_a_channel_of_one_value_is_like_nothing():
    z = torch.randn(3, 2, 4, 4)
    z[:, 1] = 0.25
    found = latent_statistics(z)
    assert found.std[1] == 0 and found.mean[1] == 0.25
    assert found.normal[1].isnan() and not found.normal[0].isnan()


def test_the_factor_of_stable_diffusion():
    """Latents with the standard deviation of its autoencoder's give its number."""
    z = torch.randn(8, 4, 16, 16, generator=torch.Generator().manual_seed(0))
    z = 5.49 * (z - z.mean()) / z.std(correction=0)
    assert scale_factor(z) == pytest.approx(0.18215, rel=1e-4)


# -------------------------------------------------------------------------- as printed


def test_a_reconstruction_is_printed_in_a_few_lines():
    assert str(Reconstruction(400, 25.554, 30.461, 0.7884)).splitlines() == [
        "400 reconstructions   SSIM 0.788",
        "PSNR 25.55 dB   (mean of the images' own 30.46)",
    ]
    full = str(Reconstruction(9, 1, math.inf, 1, 0.25, 3.5)).splitlines()
    assert full[1] == "PSNR 1.00 dB   (mean of the images' own inf)"
    assert full[2:] == [
        "perceptual distance  0.2500",
        "Frechet distance     3.5000",
    ]


def test_latents_and_codes_are_printed():
    z = torch.randn(5, 3, 2, 2)
    lines = str(latent_statistics(z, z**2)).splitlines()
    assert lines[0] == "5 latents of 3 channels"
    assert [len(re.findall(r"-?\d\.\d{3}", line)) for line in lines[1:]] == [3] * 4
    assert len({len(line) for line in lines[1:]}) == 1
    assert len(str(latent_statistics(z)).splitlines()) == 4
    assert str(CodebookUse(512, 0.568, 263.46)) == (
        "56.8% of 512 codes used, as many as 263.5 used evenly"
    )


def test_the_docstrings_say_what_one_must_know():
    words = " ".join(Reconstruction.__doc__.split())
    assert "the mean of the images' own figures" in words and "convex" in words
    words = " ".join(scale_factor.__doc__.split())
    assert "0.18215" in words and "appendix G" in words


# --------------------------------------------------------------------------- bad input


X, Z = pictures(count=2), torch.randn(2, 3, 4, 4)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: reconstruction(X.numpy(), X), "images: got ndarray"),
        (lambda: reconstruction(X[0], X[0]), "images: got shape .3, 16, 16."),
        (
            lambda: reconstruction(X[..., :10], X[..., :10]),
            "images: got shape .2, 3, 16, 10., expected .* at least 11",
        ),
        (lambda: reconstruction(1.5 * X / X.abs().max(), X), "images: got values in"),
        (lambda: reconstruction(X * math.nan, X), "images: got .* NaN"),
        (lambda: reconstruction(X, X * math.nan), "reconstructed: got .* NaN"),
        (lambda: reconstruction(X, X[:1]), "reconstructed: got shape .1, 3, 16, 16."),
        (lambda: reconstruction(X.byte(), X), "images: got dtype torch.uint8"),
        (
            lambda: reconstruction(X, X, lambda a, b: (a - b).abs().mean()),
            r"perceptual: got a function that returns \(\), expected \(2,\)",
        ),
        (
            lambda: reconstruction(X, X, features=lambda images: images.mean()),
            "one: got .*number",
        ),
        (
            lambda: reconstruction(X[:1], X[:1], features=lambda i: i.mean((2, 3))),
            "one: got shape .1, 3., expected .*at least 2",
        ),
        (lambda: latent_statistics(Z[0]), "z: got shape .3, 4, 4."),
        (lambda: latent_statistics(Z / 0), "z: got .* NaN or infinite"),
        (lambda: latent_statistics(Z, Z[:1]), "kl: got shape .1, 3, 4, 4."),
        (lambda: latent_statistics(Z, Z.numpy()), "kl: got ndarray"),
        (lambda: latent_statistics(Z, Z * math.nan), "kl: got .* NaN"),
        (lambda: scale_factor(Z[0]), "z: got shape .3, 4, 4."),
        (lambda: scale_factor(torch.ones_like(Z)), "z: got a standard deviation of 0"),
        (lambda: scale_factor(Z * math.inf), "z: got .* infinite"),
        (lambda: codebook_use(Z, 8), "indices: got torch.float32, expected an int64"),
        (lambda: codebook_use([1, 2], 8), "indices: got list, expected an int64"),
        (lambda: codebook_use(torch.tensor([8]), 8), r"indices: got 8..8, .* 0\.\.7"),
        (lambda: codebook_use(torch.tensor([-1, 3]), 8), r"indices: got -1\.\.3"),
        (
            lambda: codebook_use(torch.tensor([], dtype=torch.int64), 8),
            "indices: got none",
        ),
        (lambda: codebook_use(torch.tensor([0]), 0), "num_codes: got 0"),
        (lambda: codebook_use(torch.tensor([0]), 1.0), "num_codes: got 1.0"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(ValueError, match=f"^{words}"):
        call()


@pytest.mark.parametrize(
    "x, y, words",
    [
        (torch.zeros(1, 3, 4, 4), torch.zeros(1, 3, 4, 5), "reconstructed: got shape"),
        (torch.zeros(1, 3, 4, 4) / 0, torch.zeros(1, 3, 4, 4), "images: got"),
        (torch.zeros(1, 3, 4, 4), torch.zeros(1, 3, 4, 4) / 0, "reconstructed: got"),
        (
            torch.zeros(3, 4, 4),
            torch.zeros(3, 4, 4),
            r"images: got shape \(3, 4, 4\), expected \(N, C, H, W\) with H and W at lea",
        ),
        (torch.zeros(4), torch.zeros(4), r"images: got shape \(4,\), expected \(N, C"),
        (
            torch.full((1, 3, 4, 4), 5.0),
            torch.zeros(1, 3, 4, 4),
            r"images: got values in 5\.\.5, expected them in \[-1, 1\]",
        ),
    ],
)
def test_psnr_of_bad_images_is_refused(x, y, words):
    with pytest.raises(ValueError, match=words):
        psnr(x, y)


def test_psnr_is_of_images_of_any_size():
    assert psnr(torch.zeros(1, 3, 1, 2), torch.ones(1, 3, 1, 2)).tolist() == [
        pytest.approx(10 * math.log10(4))
    ]

"""What holds for the figures of reconstructions and latents, of the library under test.

`lib` has the names of `companion.evaluation`: the package's own, or a
copy with one line broken.
"""

import math

import numpy as np
import torch
from scipy.special import ndtri
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torch.testing import assert_close

from companion.autoencoder import KL, VQ
from companion.evaluation import frechet_distance

SEEDS = range(3)


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def pictures(seed=0, count=6, size=16):
    """Smooth pictures of different contrast, inside [-1, 1]: (N, 3, size, size)."""
    coarse = torch.rand(count, 3, size // 4, size // 4, generator=seeded(seed))
    smooth = torch.nn.functional.interpolate(2 * coarse - 1, scale_factor=4, mode="bilinear")
    return smooth * torch.linspace(0.05, 0.95, count)[:, None, None, None]


def damaged(x, seed=0):
    """In proportion to each picture's contrast, as it is with an autoencoder."""
    noise = torch.randn(x.shape, generator=seeded(100 + seed))
    return x + 0.2 * noise * x.abs().amax(dim=(1, 2, 3), keepdim=True)


def close(found, expected, rtol=1e-6, atol=1e-9):
    found, expected = (torch.as_tensor(v, dtype=torch.float64) for v in (found, expected))
    assert_close(found, expected, rtol=rtol, atol=atol)


# -------------------------------------------------------------------- reconstructions


def psnr_is_that_of_all_crops_as_one_picture(lib):
    """By hand, and by scikit-image, which knows one picture only."""
    for seed in SEEDS:
        x = pictures(seed)
        y = damaged(x, seed)
        found = lib.reconstruction(x, y)
        errors = (y.clamp(-1, 1).double() - x.double()) ** 2
        close(found.psnr, -10 * math.log10(errors.mean().item() / 4))
        ours, theirs = x.double().numpy(), y.clamp(-1, 1).double().numpy()
        close(found.psnr, peak_signal_noise_ratio(ours, theirs, data_range=2))


def psnr_mean_is_the_mean_of_the_figures_of_scikit_image(lib):
    for seed in SEEDS:
        x = pictures(seed)
        y = damaged(x, seed)
        each = [
            peak_signal_noise_ratio(a, b, data_range=2)
            for a, b in zip(x.double().numpy(), y.clamp(-1, 1).double().numpy(), strict=True)
        ]
        found = lib.reconstruction(x, y)
        close(found.psnr_mean, np.mean(each))
        close(lib.psnr(x, y), each)
        close(lib.psnr(x[..., :5, :7], y[..., :5, :7]).isfinite().sum(), len(x))
        assert found.psnr_mean > found.psnr + 3


def the_range_is_two_and_the_unit_a_decibel(lib):
    """White that comes back as black is an error of 4, 0 dB; a tenth of that is 20."""
    white = torch.ones(2, 1, 16, 16)
    found = lib.reconstruction(white, -white)
    close([found.psnr, found.psnr_mean], [0, 0])
    found = lib.reconstruction(white, 0.8 * white)
    close([found.psnr, found.psnr_mean], [20, 20])


def what_lies_outside_the_range_is_cut_off(lib):
    white = torch.ones(2, 1, 16, 16)
    found = lib.reconstruction(white, 1.5 * white)
    assert found.psnr == math.inf and found.ssim == 1
    assert lib.reconstruction(-white, -1.5 * white).psnr == math.inf
    x = pictures(1)
    assert lib.reconstruction(x, 3 * x) == lib.reconstruction(x, (3 * x).clamp(-1, 1))


def ssim_is_the_mean_of_the_figures_of_scikit_image(lib):
    """With the settings that its page names for those of the paper."""
    for seed in SEEDS:
        x = pictures(seed)
        y = damaged(x, seed).clamp(-1, 1)
        each = [
            structural_similarity(
                a,
                b,
                data_range=2.0,
                channel_axis=-1,
                gaussian_weights=True,
                sigma=1.5,
                use_sample_covariance=False,
            )
            for a, b in zip(
                x.double().permute(0, 2, 3, 1).numpy(),
                y.double().permute(0, 2, 3, 1).numpy(),
                strict=True,
            )
        ]
        close(lib.reconstruction(x, y).ssim, np.mean(each))


def ssim_of_two_constant_pictures_is_its_formula(lib):
    """No structure, so that what is left is (2 m n + C1) / (m^2 + n^2 + C1)."""
    m, n, C1 = 0.5, -0.25, (0.01 * 2) ** 2
    x, y = (torch.full((1, 3, 12, 12), v) for v in (m, n))
    expected = (2 * m * n + C1) / (m**2 + n**2 + C1)
    close(lib.reconstruction(x, y).ssim, expected)


def ssim_of_the_same_is_one_and_falls_with_noise_and_blur(lib):
    x = pictures(size=32)
    noise = torch.randn(x.shape, generator=seeded(5))
    noisy = [lib.reconstruction(x, x + s * noise).ssim for s in (0, 0.02, 0.1, 0.5)]
    blurred = [
        lib.reconstruction(
            x, torch.nn.functional.avg_pool2d(x, k, 1, k // 2, count_include_pad=False)
        ).ssim
        for k in (1, 3, 5, 9)
    ]
    for falls in (noisy, blurred):
        close(falls[0], 1)
        assert all(a > b + 1e-3 for a, b in zip(falls, falls[1:], strict=False)), falls


def distances_see_originals_and_what_has_been_cut_off(lib):
    """The functions get pictures in [-1, 1], the originals first, all at once."""
    x = pictures(2)
    y = damaged(x) + 0.5
    cut = y.clamp(-1, 1)

    def perceptual(a, b):
        return (2 * a - b).mean(dim=(1, 2, 3)).abs()

    def features(images):
        return images.mean(dim=(2, 3))

    found = lib.reconstruction(x, y, perceptual, features)
    close(found.perceptual, perceptual(x, cut).mean(), rtol=1e-5)
    close(found.frechet, frechet_distance(features(cut), features(x)))
    assert found.count == 6
    bare = lib.reconstruction(x, y)
    assert bare.perceptual is None and bare.frechet is None


# ---------------------------------------------------------------------------- latents


def mean_and_std_of_a_channel_are_those_of_numpy(lib):
    for seed in SEEDS:
        z = torch.randn(5, 3, 4, 2, generator=seeded(seed))
        z = z * torch.tensor([0.5, 1.0, 4.0])[:, None, None] + 3
        found, values = lib.latent_statistics(z), z.double().numpy()
        assert found.count == 5
        close(found.mean, values.mean(axis=(0, 2, 3)))
        close(found.std, values.std(axis=(0, 2, 3)))


def likeness_to_a_normal_is_one_for_its_quantiles_only(lib):
    """Whatever mean and scale; by hand: sorted values against medians of order."""
    n = 400
    order = (torch.arange(1, n + 1, dtype=torch.float64) - 0.3175) / (n + 0.365)
    order[0], order[-1] = 1 - 0.5 ** (1 / n), 0.5 ** (1 / n)
    quantiles = torch.tensor(ndtri(order.numpy()))
    mixed = torch.randperm(n, generator=seeded(0))
    laplace = torch.sign(quantiles) * quantiles.abs() ** 3
    two = torch.where(quantiles > 0, 1.0, -1.0).double() + 0.01 * quantiles
    channels = torch.stack([5 + 0.1 * quantiles, laplace, two])[:, mixed]  # (3, n)
    z = channels.reshape(3, 4, 10, 10).transpose(0, 1)  # (4, 3, 10, 10)
    found = lib.latent_statistics(z).normal
    close(found[0], 1)
    expected = [np.corrcoef(quantiles, values.sort().values)[0, 1] for values in channels]
    close(found, expected)
    assert found[1] < 0.9 and found[2] < 0.9


def kl_of_a_channel_is_nats_a_number(lib):
    """What the bottleneck charges an image, shared out over its channels."""
    h = torch.randn(6, 4, 3, 5, generator=seeded(2))
    h[:, 1] += 3
    latent = KL(2).eval()(h)
    found = lib.latent_statistics(latent.z, latent.info["kl"])
    close(found.kl.sum() * 15, latent.loss.double().mean(), rtol=1e-5)
    close(found.kl, latent.info["kl"].double().mean(dim=(0, 2, 3)))
    assert found.kl[1] > found.kl[0] + 1
    mean, logvar = latent.info["mean"].double(), latent.info["logvar"].double()
    normal = torch.distributions.Normal
    exact = torch.distributions.kl_divergence(normal(mean, (logvar / 2).exp()), normal(0.0, 1.0))
    close(found.kl, exact.mean(dim=(0, 2, 3)), rtol=1e-4)
    assert lib.latent_statistics(latent.z).kl is None


def codebook_use_counts_over_the_whole_set(lib):
    """Two images that use other codes: together twice the share of each."""
    one, other = torch.zeros(1, 2, 2, dtype=torch.int64), torch.full((1, 2, 2), 7)
    other[0, 0] = 3
    one[0, 0] = 1
    for codes in (one, other):
        found = lib.codebook_use(codes, num_codes=8)
        close([found.share, found.perplexity], [2 / 8, 2])
    found = lib.codebook_use(torch.cat([one, other]), num_codes=8)
    close([found.share, found.perplexity], [4 / 8, 4])
    assert found.num_codes == 8
    uneven = torch.tensor([0, 0, 0, 4])
    found = lib.codebook_use(uneven, num_codes=5)
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    close([found.share, found.perplexity], [2 / 5, math.exp(entropy)])
    every = lib.codebook_use(torch.arange(6).repeat(3), num_codes=6)
    close([every.share, every.perplexity], [1, 6])


def codebook_use_of_one_batch_is_what_the_bottleneck_says(lib):
    vq = VQ(num_codes=16, channels=2).eval()
    vq.codebook.data = torch.randn(16, 2, generator=seeded(0))
    latent = vq(torch.randn(3, 2, 4, 4, generator=seeded(1)))
    found = lib.codebook_use(latent.info["indices"], 16)
    close(found.perplexity, latent.info["perplexity"], rtol=1e-5)
    close(found.share, len(set(latent.info["indices"].flatten().tolist())) / 16)


def the_scale_factor_gives_unit_variance(lib):
    """Over all numbers at once, whatever the mean, and however the channels differ."""
    for seed in SEEDS:
        z = torch.randn(7, 4, 3, 3, generator=seeded(seed))
        z = z * torch.tensor([0.2, 1.0, 5.0, 9.0])[:, None, None] + 4
        factor = lib.scale_factor(z)
        assert isinstance(factor, float)
        close((factor * z.double()).numpy().var(), 1)
        close(lib.scale_factor(10 * z), factor / 10)
        close(lib.scale_factor(z - 4), factor, rtol=1e-5)
    small = torch.tensor([1.0, 3.0]).reshape(1, 1, 1, 2)
    close(lib.scale_factor(small), 1)
    large = (10**4 + small).double()
    close(lib.scale_factor(large), 1)


ALL = (
    psnr_is_that_of_all_crops_as_one_picture,
    psnr_mean_is_the_mean_of_the_figures_of_scikit_image,
    the_range_is_two_and_the_unit_a_decibel,
    what_lies_outside_the_range_is_cut_off,
    ssim_is_the_mean_of_the_figures_of_scikit_image,
    ssim_of_two_constant_pictures_is_its_formula,
    ssim_of_the_same_is_one_and_falls_with_noise_and_blur,
    distances_see_originals_and_what_has_been_cut_off,
    mean_and_std_of_a_channel_are_those_of_numpy,
    likeness_to_a_normal_is_one_for_its_quantiles_only,
    kl_of_a_channel_is_nats_a_number,
    codebook_use_counts_over_the_whole_set,
    codebook_use_of_one_batch_is_what_the_bottleneck_says,
    the_scale_factor_gives_unit_variance,
)

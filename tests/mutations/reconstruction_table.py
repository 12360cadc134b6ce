"""Mutations of `companion.evaluation.reconstruction`: the figures of images."""

from tests.evaluation import reconstruction_properties as p
from tests.mutations.mutation import Mutation

PSNR = "return 10 * log10(_RANGE**2 / error)"
CUT = "y = reconstructed.detach().cpu().float().clamp(-1, 1)"
ERROR = "return (x.double() - y.double()).square().mean(dim=(1, 2, 3))"
OVERALL = "psnr=_psnr(error.mean()).item()"
EACH = "psnr_mean=_psnr(error).mean().item()"
SSIM = "ssim=float(np.mean([_ssim(*pair) for pair in zip(x, y, strict=True)]))"
FRECHET = "frechet = frechet_distance(features(y), features(x))"

RECONSTRUCTIONS = (
    Mutation(
        "data range 1 in place of 2",
        "_RANGE = 2",
        "_RANGE = 1",
        p.the_range_is_two_and_the_unit_a_decibel,
    ),
    Mutation(
        "psnr: the range not squared",
        PSNR,
        "return 10 * log10(_RANGE / error)",
        p.the_range_is_two_and_the_unit_a_decibel,
    ),
    Mutation(
        "psnr: the natural logarithm",
        PSNR,
        "return 10 * torch.log(_RANGE**2 / error)",
        p.the_range_is_two_and_the_unit_a_decibel,
    ),
    Mutation(
        "psnr: the logarithm to the base 2",
        PSNR,
        "return 10 * torch.log2(_RANGE**2 / error)",
        p.psnr_is_that_of_all_crops_as_one_picture,
    ),
    Mutation(
        "psnr: 20 in place of 10, as if of a root",
        PSNR,
        PSNR.replace("10 *", "20 *"),
        p.psnr_is_that_of_all_crops_as_one_picture,
    ),
    Mutation(
        "psnr: a sign",
        PSNR,
        "return 10 * log10(error / _RANGE**2)",
        p.psnr_mean_is_the_mean_of_the_figures_of_scikit_image,
    ),
    Mutation(
        "psnr: a small number against division by zero",
        PSNR,
        "return 10 * log10(_RANGE**2 / (error + 1e-3))",
        p.psnr_mean_is_the_mean_of_the_figures_of_scikit_image,
    ),
    Mutation(
        "psnr: the mean of the images' own passed off as that of all",
        OVERALL,
        "psnr=_psnr(error).mean().item()",
        p.psnr_is_that_of_all_crops_as_one_picture,
    ),
    Mutation(
        "psnr: the median image's",
        OVERALL,
        "psnr=_psnr(error.median()).item()",
        p.psnr_is_that_of_all_crops_as_one_picture,
    ),
    Mutation(
        "psnr_mean: that of all, once more",
        EACH,
        "psnr_mean=_psnr(error.mean()).item()",
        p.psnr_mean_is_the_mean_of_the_figures_of_scikit_image,
    ),
    Mutation(
        "psnr: alone, not cut off",
        "reconstructed.detach().cpu().clamp(-1, 1)\n    return",
        "reconstructed.detach().cpu()\n    return",
        p.psnr_mean_is_the_mean_of_the_figures_of_scikit_image,
    ),
    Mutation(
        "error: absolute in place of squared",
        ERROR,
        ERROR.replace(".square()", ".abs()"),
        p.psnr_is_that_of_all_crops_as_one_picture,
    ),
    Mutation(
        "error: summed over the channels",
        ERROR,
        ERROR.replace(".mean(dim=(1, 2, 3))", ".sum(dim=1).mean(dim=(1, 2))"),
        p.psnr_is_that_of_all_crops_as_one_picture,
    ),
    Mutation(
        "error: of the image's mean",
        ERROR,
        "return (x.double() - y.double()).mean(dim=(1, 2, 3)).square()",
        p.psnr_is_that_of_all_crops_as_one_picture,
    ),
    Mutation(
        "reconstruction: not cut off",
        CUT,
        CUT.replace(".clamp(-1, 1)", ""),
        p.what_lies_outside_the_range_is_cut_off,
    ),
    Mutation(
        "reconstruction: cut off to 0..1",
        CUT,
        CUT.replace("(-1, 1)", "(0, 1)"),
        p.what_lies_outside_the_range_is_cut_off,
    ),
    Mutation(
        "reconstruction: distances of what was not cut off",
        "distances = perceptual(x, y)",
        "distances = perceptual(x, reconstructed)",
        p.distances_see_originals_and_what_has_been_cut_off,
    ),
    Mutation(
        "reconstruction: distances the other way round",
        "distances = perceptual(x, y)",
        "distances = perceptual(y, x)",
        p.distances_see_originals_and_what_has_been_cut_off,
    ),
    Mutation(
        "reconstruction: distances of an image to itself",
        "distances = perceptual(x, y)",
        "distances = perceptual(x, x)",
        p.distances_see_originals_and_what_has_been_cut_off,
    ),
    Mutation(
        "reconstruction: the largest distance",
        "distance = distances.double().mean().item()",
        "distance = distances.double().max().item()",
        p.distances_see_originals_and_what_has_been_cut_off,
    ),
    Mutation(
        "reconstruction: Frechet distance of what was not cut off",
        FRECHET,
        FRECHET.replace("features(y)", "features(reconstructed)"),
        p.distances_see_originals_and_what_has_been_cut_off,
    ),
    Mutation(
        "reconstruction: Frechet distance of two halves of the reconstructions",
        FRECHET,
        "frechet = frechet_distance(features(y[::2]), features(y[1::2]))",
        p.distances_see_originals_and_what_has_been_cut_off,
    ),
    Mutation(
        "ssim: of the first image alone",
        SSIM,
        "ssim=float(_ssim(x[0], y[0]))",
        p.ssim_is_the_mean_of_the_figures_of_scikit_image,
    ),
    Mutation(
        "ssim: of neighbours",
        SSIM,
        SSIM.replace("zip(x, y,", "zip(x, y.roll(1, 0),"),
        p.ssim_of_the_same_is_one_and_falls_with_noise_and_blur,
    ),
    Mutation(
        "ssim: dissimilarity",
        SSIM,
        SSIM.replace("ssim=", "ssim=1 - "),
        p.ssim_of_the_same_is_one_and_falls_with_noise_and_blur,
    ),
    Mutation(
        "ssim: data range 255",
        "data_range=_RANGE",
        "data_range=255",
        p.ssim_of_two_constant_pictures_is_its_formula,
    ),
    Mutation(
        "ssim: a flat window",
        "gaussian_weights=True",
        "gaussian_weights=False",
        p.ssim_is_the_mean_of_the_figures_of_scikit_image,
    ),
    Mutation(
        "ssim: covariances by N - 1",
        "use_sample_covariance=False",
        "use_sample_covariance=True",
        p.ssim_is_the_mean_of_the_figures_of_scikit_image,
    ),
    Mutation(
        "ssim: of grey pictures",
        SSIM,
        SSIM.replace("*pair", "*(v.mean(dim=0, keepdim=True) for v in pair)"),
        p.ssim_is_the_mean_of_the_figures_of_scikit_image,
    ),
)

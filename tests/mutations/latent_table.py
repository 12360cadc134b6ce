"""Mutations of `companion.evaluation.latents`: the figures of latents."""

from tests.evaluation import reconstruction_properties as p
from tests.mutations.mutation import Mutation

CHANNELS = "channels = z.detach().cpu().double().transpose(0, 1).flatten(1)"
STD = "std=channels.std(dim=1, correction=0)"
PLOT = "_, (_, _, correlation) = probplot(values.numpy())"
KL = "kl = kl.detach().cpu().double().mean(dim=(0, 2, 3))"
COUNTS = "counts = indices.cpu().flatten().bincount(minlength=K)"
SHARE = "share = (counts > 0).double().mean().item()"
USE = "return CodebookUse(K, share, perplexity(counts.double()).item())"
SCALE = "std = z.detach().cpu().double().std(correction=0).item()"

LATENTS = (
    Mutation(
        "latent_statistics: images taken for channels",
        CHANNELS,
        CHANNELS.replace(".transpose(0, 1)", ""),
        p.mean_and_std_of_a_channel_are_those_of_numpy,
    ),
    Mutation(
        "latent_statistics: std without the mean",
        STD,
        "std=channels.square().mean(dim=1).sqrt()",
        p.mean_and_std_of_a_channel_are_those_of_numpy,
    ),
    Mutation(
        "latent_statistics: variance in place of std",
        STD,
        STD.replace(".std(", ".var("),
        p.mean_and_std_of_a_channel_are_those_of_numpy,
    ),
    Mutation(
        "latent_statistics: std by N - 1",
        STD,
        STD.replace("correction=0", "correction=1"),
        p.mean_and_std_of_a_channel_are_those_of_numpy,
    ),
    Mutation(
        "like_a_normal: against an even spread",
        PLOT,
        PLOT.replace("values.numpy()", "values.numpy(), dist='uniform'"),
        p.likeness_to_a_normal_is_one_for_its_quantiles_only,
    ),
    Mutation(
        "like_a_normal: the slope",
        PLOT,
        PLOT.replace("(_, _, correlation)", "(correlation, _, _)"),
        p.likeness_to_a_normal_is_one_for_its_quantiles_only,
    ),
    Mutation(
        "like_a_normal: squared",
        "return correlation",
        "return correlation**2",
        p.likeness_to_a_normal_is_one_for_its_quantiles_only,
    ),
    Mutation(
        "kl: summed over places",
        KL,
        KL.replace(".mean(dim=(0, 2, 3))", ".mean(dim=0).sum(dim=(1, 2))"),
        p.kl_of_a_channel_is_nats_a_number,
    ),
    Mutation(
        "kl: in bits",
        KL,
        KL + " / torch.log(torch.tensor(2.0))",
        p.kl_of_a_channel_is_nats_a_number,
    ),
    Mutation(
        "kl: the same for all channels",
        KL,
        KL.replace(".mean(dim=(0, 2, 3))", ".mean().repeat(z.shape[1])"),
        p.kl_of_a_channel_is_nats_a_number,
    ),
    Mutation(
        "codebook_use: counted for a batch, here an image",
        COUNTS,
        "counts = indices[:1].cpu().flatten().bincount(minlength=K)",
        p.codebook_use_counts_over_the_whole_set,
    ),
    Mutation(
        "codebook_use: the mean over batches, here images",
        SHARE,
        "share = sum(len(set(c.flatten().tolist())) for c in indices) / len(indices) / K",
        p.codebook_use_counts_over_the_whole_set,
    ),
    Mutation(
        "codebook_use: a share of the codes that occur",
        COUNTS,
        "counts = indices.cpu().flatten().bincount()",
        p.codebook_use_counts_over_the_whole_set,
    ),
    Mutation(
        "codebook_use: a share of the places",
        SHARE,
        "share = (counts > 0).sum().item() / indices.numel()",
        p.codebook_use_of_one_batch_is_what_the_bottleneck_says,
    ),
    Mutation(
        "codebook_use: a code used once does not count",
        SHARE,
        SHARE.replace("> 0", "> 1"),
        p.codebook_use_counts_over_the_whole_set,
    ),
    Mutation(
        "codebook_use: the entropy in place of the perplexity",
        USE,
        USE.replace(".item()", ".log().item()"),
        p.codebook_use_of_one_batch_is_what_the_bottleneck_says,
    ),
    Mutation(
        "codebook_use: the perplexity of which codes occur",
        USE,
        USE.replace("counts.double()", "(counts > 0).double()"),
        p.codebook_use_counts_over_the_whole_set,
    ),
    Mutation(
        "scale_factor: std without the mean",
        SCALE,
        "std = z.detach().cpu().double().square().mean().sqrt().item()",
        p.the_scale_factor_gives_unit_variance,
    ),
    Mutation(
        "scale_factor: upside down",
        "return 1 / std",
        "return std",
        p.the_scale_factor_gives_unit_variance,
    ),
    Mutation(
        "scale_factor: the variance",
        SCALE,
        SCALE.replace(".std(", ".var("),
        p.the_scale_factor_gives_unit_variance,
    ),
    Mutation(
        "scale_factor: by N - 1",
        SCALE,
        SCALE.replace("correction=0", "correction=1"),
        p.the_scale_factor_gives_unit_variance,
    ),
    Mutation(
        "scale_factor: the mean of the channels' std",
        SCALE,
        SCALE.replace("correction=0", "dim=(0, 2, 3), correction=0").replace(
            ".item()", ".mean().item()"
        ),
        p.the_scale_factor_gives_unit_variance,
    ),
    Mutation(
        "scale_factor: in half precision",
        SCALE,
        SCALE.replace(".double()", ".half()"),
        p.the_scale_factor_gives_unit_variance,
    ),
)

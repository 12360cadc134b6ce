"""Blocks, waves and UNet, each line that matters broken and caught."""

from tests.mutations.mutation import Mutation
from tests.mutations.suite import suite
from tests.networks import block_properties as p

BLOCKS, WAVES, UNET = "networks.blocks", "networks.embeddings", "networks.unet"
TABLE = (
    (
        BLOCKS,
        Mutation(
            "Upsample: pixels mixed, not doubled",
            "scale_factor=2.0)",
            'scale_factor=2.0, mode="bilinear")',
            p.doubling_repeats_pixels,
        ),
    ),
    (
        BLOCKS,
        Mutation(
            "ResBlock: what goes around is taken off",
            "self.shortcut(x) + h",
            "self.shortcut(x) - h",
            p.a_block_is_its_formula,
        ),
    ),
    (
        BLOCKS,
        Mutation(
            "ResBlock: the shift taken off",
            "(1 + scale) * h + shift",
            "(1 + scale) * h - shift",
            p.a_block_is_its_formula,
        ),
    ),
    (
        BLOCKS,
        Mutation(
            "ResBlock: scale and shift changed over",
            "scale, shift = self.emb_proj",
            "shift, scale = self.emb_proj",
            p.a_block_is_its_formula,
        ),
    ),
    (
        BLOCKS,
        Mutation(
            "ResBlock: a straight line in place of the first SiLU",
            "F.silu(self.norm1(x))",
            "self.norm1(x)",
            p.a_block_is_its_formula,
        ),
    ),
    (
        BLOCKS,
        Mutation(
            "norm: groups that need not divide the channels",
            "max(channels // 8, 1)",
            "1",
            p.groups_are_of_eight_channels_and_divide_them,
        ),
    ),
    (
        BLOCKS,
        Mutation(
            "Attention: does not begin at nothing",
            "3 * channels, 1)\n        self.out = zero_module(nn.Conv2d(channels, channels, 1))",
            "3 * channels, 1)\n        self.out = nn.Conv2d(channels, channels, 1)",
            p.a_block_begins_as_nothing,
        ),
    ),
    (
        BLOCKS,
        Mutation(
            "Attention: one head, whatever is asked",
            "3, self.heads, C // self.heads, H * W",
            "3, 1, C, H * W",
            p.attention_is_its_formula,
        ),
    ),
    (
        BLOCKS,
        Mutation(
            "Attention: keys ask and queries answer",
            "q, k, v = qkv.mT",
            "k, q, v = qkv.mT",
            p.attention_is_its_formula,
        ),
    ),
    (
        WAVES,
        Mutation(
            "sinusoidal_embedding: the longest wave is ten times as long",
            "longest: float = 10_000.0",
            "longest: float = 100_000.0",
            p.waves_are_the_papers,
        ),
    ),
    (
        WAVES,
        Mutation(
            "sinusoidal_embedding: the last wave is one short of the longest",
            "max(dim // 2 - 1, 1)",
            "(dim // 2)",
            p.waves_are_the_papers,
        ),
    ),
    (
        WAVES,
        Mutation(
            "sinusoidal_embedding: cosines first",
            "[angles.sin(), angles.cos()]",
            "[angles.cos(), angles.sin()]",
            p.waves_are_the_papers,
        ),
    ),
    (
        UNET,
        Mutation(
            "UNet: no attention in the middle",
            "stage(widths[-1], widths[-1], self.levels - 1)",
            "stage(widths[-1], widths[-1], self.levels)",
            p.the_unet_is_its_parts_in_their_order,
        ),
    ),
    (
        UNET,
        Mutation(
            "UNet: no last SiLU",
            "self.conv_out(F.silu(self.norm(h)))",
            "self.conv_out(self.norm(h))",
            p.the_unet_is_its_parts_in_their_order,
        ),
    ),
    (
        UNET,
        Mutation(
            "UNet: the skip connection and what comes up changed over",
            "torch.cat([h, skips.pop()], dim=1)",
            "torch.cat([skips.pop(), h], dim=1)",
            p.the_unet_is_its_parts_in_their_order,
        ),
    ),
    (
        UNET,
        Mutation(
            "UNet: does not begin at zero",
            "zero_module(nn.Conv2d(width, channels, 3, padding=1))",
            "nn.Conv2d(width, channels, 3, padding=1)",
            p.the_unet_begins_at_zero,
        ),
    ),
)


(
    test_a_copy_with_nothing_broken_passes,
    test_mutant_is_caught,
    test_every_property_catches_something,
) = suite([BLOCKS, WAVES, UNET], p.ALL, TABLE)

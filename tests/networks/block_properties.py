"""What holds for the blocks and the UNet, as functions of the library under test.

`lib` has `norm`, `ResBlock`, `Attention`, `Upsample`, `Downsample`,
`sinusoidal_embedding` and `UNet`: the package's own, or a copy with one line broken.
"""

import torch
import torch.nn.functional as F
from torch.testing import assert_close

CLOSE = {"rtol": 1e-4, "atol": 1e-4}


def awake(module, seed=0):
    """The module with random weights everywhere: nothing starts at zero."""
    g = torch.Generator().manual_seed(seed)
    for parameter in module.parameters():
        parameter.data = 0.2 * torch.randn(parameter.shape, generator=g)
    return module


def image(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def silu(h):
    return h * h.sigmoid()


def normed(norm, h):
    """Each group of channels with mean 0 and variance 1, then scale and shift."""
    groups = h.reshape(len(h), norm.num_groups, -1)
    mean, var = groups.mean(-1, keepdim=True), groups.var(-1, keepdim=True, correction=0)
    h = ((groups - mean) / (var + 1e-5).sqrt()).reshape(h.shape)
    return h * norm.weight[:, None, None] + norm.bias[:, None, None]


def groups_are_of_eight_channels_and_divide_them(lib):
    for channels, groups in ((1, 1), (8, 1), (15, 1), (16, 2), (24, 3), (34, 2), (44, 4), (64, 8)):
        assert lib.norm(channels).num_groups == groups


def a_block_is_its_formula(lib):
    block = awake(lib.ResBlock(16, 8, 12))
    x, emb = image(3, 16, 6, 4), image(3, 12, seed=1)
    h = normed(block.norm2, block.conv1(silu(normed(block.norm1, x))))
    told = silu(emb) @ block.emb_proj.weight.T + block.emb_proj.bias
    scale, shift = told[:, :8, None, None], told[:, 8:, None, None]
    h = block.conv2(silu((1 + scale) * h + shift))
    assert_close(block(x, emb), block.shortcut(x) + h, **CLOSE)


def a_block_begins_as_nothing(lib):
    x = image(2, 8, 4, 4)
    assert torch.equal(lib.ResBlock(8, 8)(x), x) and torch.equal(lib.Attention(8)(x), x)


def attention_is_its_formula(lib):
    look, x = awake(lib.Attention(16, 2)), image(2, 16, 3, 5)
    rows = normed(look.norm, x).flatten(2).mT  # (B, N, C)
    weight, bias = look.qkv.weight[..., 0, 0], look.qkv.bias
    q, k, v = (rows @ weight.T + bias).chunk(3, dim=2)
    heads = []
    for one in range(2):
        part = slice(8 * one, 8 * one + 8)
        shares = (q[..., part] @ k[..., part].mT / 8**0.5).softmax(-1)
        heads.append(shares @ v[..., part])
    out = torch.cat(heads, dim=2) @ look.out.weight[..., 0, 0].T + look.out.bias
    assert_close(look(x), x + out.mT.reshape(x.shape), **CLOSE)


def doubling_repeats_pixels(lib):
    up, x = awake(lib.Upsample(8)), image(2, 8, 3, 5)
    doubled = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert_close(up(x), F.conv2d(doubled, up.conv.weight, up.conv.bias, padding=1), **CLOSE)


def waves_are_the_papers(lib):
    """Vaswani et al. (2017): sines, then cosines, from 2 pi to 2 pi 10000 long."""
    t = torch.tensor([1, 17, 1000])
    found = lib.sinusoidal_embedding(t, 8).double()
    lengths = 10_000.0 ** (torch.arange(4).double() / 3)
    angles = t[:, None] / lengths
    assert_close(found, torch.cat([angles.sin(), angles.cos()], 1), rtol=1e-3, atol=1e-3)


def the_unet_is_its_parts_in_their_order(lib):
    """Two levels and attention below: what goes down waits as a skip connection, the last first."""
    network = awake(lib.UNet(3, 8, (1, 2), 1, (1,)))
    xt, t = image(2, 3, 8, 12), torch.tensor([3, 700])
    emb = network.time(t)
    (((top,),), ((low, look),)) = network.down
    (((up, up_look),), ((end,),)) = network.up
    one = top(network.conv_in(xt), emb)
    two = look(low(network.downsample[1](one), emb))
    assert len(network.middle) == 2
    block, middle_look = network.middle
    h = middle_look(block(two, emb))
    h = network.upsample[0](up_look(up(torch.cat([h, two], 1), emb)))
    h = end(torch.cat([h, one], 1), emb)
    assert_close(network(xt, t), network.conv_out(silu(normed(network.norm, h))), **CLOSE)


def the_unet_begins_at_zero(lib):
    assert lib.UNet(1, 8)(image(2, 1, 8, 8), torch.tensor([1, 2])).eq(0).all()


ALL = (
    groups_are_of_eight_channels_and_divide_them,
    a_block_is_its_formula,
    a_block_begins_as_nothing,
    attention_is_its_formula,
    doubling_repeats_pixels,
    waves_are_the_papers,
    the_unet_is_its_parts_in_their_order,
    the_unet_begins_at_zero,
)

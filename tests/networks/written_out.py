"""What the shipped networks compute, written out by their tensors in order and by no name.

Each function takes the values of a `state_dict` in its order, so that a renamed module is
computed as before. The operations are torch's own, so that on one machine the two have to
agree to the bit.
"""

import math

import torch
import torch.nn.functional as F

PATCH = 4  # of the photographs' autoencoders


def group_norm(x, weight, bias):
    return F.group_norm(x, len(weight) // 8, weight, bias)


def conv(x, weight, bias, **how):
    return F.conv2d(x, weight, bias, padding=weight.shape[-1] // 2, **how)


def res_block(x, take, emb=None):
    """norm, conv, (emb), norm, conv, and (shortcut): in the order of the file."""
    n1, c1 = take(2), take(2)
    e = take(2) if emb is not None else None
    n2, c2 = take(2), take(2)
    ch_in, ch_out = c1[0].shape[1], c1[0].shape[0]
    shortcut = conv(x, *take(2)) if ch_in != ch_out else x
    h = group_norm(conv(F.silu(group_norm(x, *n1)), *c1), *n2)
    if emb is not None:
        scale, shift = F.linear(F.silu(emb), *e)[:, :, None, None].chunk(2, 1)
        h = (1 + scale) * h + shift
    return shortcut + conv(F.silu(h), *c2)


def taking(values):
    rest = iter(values)
    return lambda n: [next(rest) for _ in range(n)], rest


def of_digits(values, xt, t):
    """The UNet of the digits: 32 and 64 channels, a block a level."""
    take, rest = taking(values)
    k = torch.exp(-math.log(10_000) * (torch.arange(16) / 15))
    angles = t[:, None].float() * k
    emb = F.linear(torch.cat([angles.sin(), angles.cos()], 1), *take(2))
    emb = F.linear(F.silu(emb), *take(2))
    one = res_block(conv(xt, *take(2)), take, emb)
    low = list(take(12))  # of the block below; the convolution that halves stands behind it
    h = F.conv2d(one, *take(2), stride=2, padding=1)
    two = res_block(h, taking(low)[0], emb)
    h = res_block(two, take, emb)
    h = res_block(torch.cat([h, two], 1), take, emb)
    end = list(take(12))
    h = conv(F.interpolate(h, scale_factor=2.0), *take(2))
    h = res_block(torch.cat([h, one], 1), taking(end)[0], emb)
    last, norm = take(2), take(2)
    assert not [*rest]
    return conv(F.silu(group_norm(h, *norm)), *last)


def of_photos(values, x):
    """The autoencoder's latent and image: two blocks a side, no level below the first."""
    values = list(values)
    codebook = values[22] if values[22].ndim == 2 else None
    if codebook is not None:
        del values[22:24]  # it, and how often its entries are used
    take, rest = taking(values)
    h = conv(F.pixel_unshuffle(x, PATCH), *take(2))
    h = res_block(res_block(h, take), take)
    h = conv(F.silu(group_norm(h, *take(2))), *take(2))
    z, _ = (h, None) if codebook is not None else h.chunk(2, 1)
    if codebook is not None:
        v = z.permute(0, 2, 3, 1).flatten(0, 2).double()
        square = (v[:, None] - codebook.double()).square().sum(-1)
        z = codebook[square.argmin(1)].reshape(len(x), *z.shape[2:], -1).permute(0, 3, 1, 2)
    h = res_block(res_block(conv(z, *take(2)), take), take)
    h = conv(F.silu(group_norm(h, *take(2))), *take(2))
    assert not [*rest]
    return z, F.pixel_shuffle(h, PATCH)


def of_classifier(values, x):
    """The logits of the digits' classifier."""
    values = list(values)
    take, rest = taking(values[1:])
    scale = values[0]
    h = F.max_pool2d(res_block(conv(x, *take(2)), take), 2)
    h = F.linear(res_block(h, take).flatten(1), *take(2))
    logits = F.linear(scale * F.silu(h) / scale, *take(2))
    assert not [*rest]
    return logits


def of_features(values, x):
    """The three maps of a feature network, and the last one's scaled mean."""
    values = list(values)
    take, scale = taking(values[1:])[0], values[0]
    smooth = F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
    both = torch.cat([x, 5 * (x - smooth)], dim=1)
    one = F.silu(F.conv2d(both, *take(2), stride=2, padding=1))
    two = F.silu(res_block(F.avg_pool2d(one, 2), take))
    three = F.silu(res_block(F.avg_pool2d(two, 2), take))
    return one, two, three, scale * three.mean(dim=(2, 3))

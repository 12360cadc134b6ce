"""The adversarial part: a discriminator of patches, its two losses, their weight."""

import torch
from torch import Tensor, nn

from companion.checks import check_count, check_data, check_same_shape, check_tensor
from companion.diffusion.precision import widened
from companion.networks.blocks import norm
from companion.networks.shapes import check_shape


class PatchDiscriminator(nn.Module):
    """Looks at an image patch by patch, and says of each whether it is a real one.

    The convolutions behind a logit reach 18 by 18 pixels, so that texture counts, and the
    whole image is left to the other losses. The group norms reach farther: they divide by
    mean and spread over the whole image, and each pixel has a small share in these. They are
    by image and not by batch: what is said of an image depends on no other.

    Args:
        channels: of the image.
        width: channels of the first layer.

    Source: Isola et al. (2017), appendix 6.1.2, with a layer less for small images.
    """

    def __init__(self, channels: int = 3, width: int = 32) -> None:
        super().__init__()
        self.channels = check_count("channels", channels, 1, 1 << 10)
        width = check_count("width", width, 1, 1 << 12)
        self.layers = nn.Sequential(
            nn.Conv2d(channels, width, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, 2 * width, 4, stride=2, padding=1),
            norm(2 * width),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 4 * width, 3, padding=1),
            norm(4 * width),
            nn.LeakyReLU(0.2),
            nn.Conv2d(4 * width, 1, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """A logit for each patch; above 0 it says real.

        Args:
            x: (B, channels, H, W), H and W at least 4.

        Returns:
            (B, 1, H / 4, W / 4).

        Raises:
            ValueError: for other shapes.
        """
        check_shape("x", x, "B", self.channels, "H", "W")
        if min(x.shape[2:]) < 4:
            raise ValueError(
                f"x: got shape {tuple(x.shape)}, expected (B, {self.channels}, H, W) "
                "with H and W at least 4"
            )
        return self.layers(x)  # (B, 1, H / 4, W / 4), rounded down


def hinge_d(real: Tensor, fake: Tensor) -> Tensor:
    """What the discriminator minimises: logits above 1 for real, below -1 for made.

    A logit beyond 1 on its right side costs nothing, and is pulled no further.

    Args:
        real: logits, (B, ...), two axes or more.
        fake: of the same shape.

    Returns:
        (B,), the mean over the patches of an image and over the two kinds: at least 0, and 1
        for one who says nothing.

    Raises:
        ValueError: for two shapes, for a single axis, and for what is no finite data.

    Source: Lim and Ye (2017), who add the two kinds up; halved as in latent diffusion.
    """
    _check_logits("real", real)
    _check_logits("fake", fake)
    check_same_shape("fake", fake, "real", real)
    real_cost = _over_patches((1 - real).relu())  # (B,)
    fake_cost = _over_patches((1 + fake).relu())  # (B,)
    return (real_cost + fake_cost) / 2


def hinge_g(fake: Tensor) -> Tensor:
    """What the autoencoder minimises: what the discriminator says, with a minus.

    Args:
        fake: logits, (B, ...), two axes or more.

    Returns:
        (B,), of any sign.

    Raises:
        ValueError: for a single axis, and for what is no finite data.

    Source: Lim and Ye (2017).
    """
    _check_logits("fake", fake)
    return -_over_patches(fake)


def adaptive_weight(
    reconstruction: Tensor,
    adversarial: Tensor,
    last_weight: Tensor,
    most: float = 1e4,
    delta: float = 1e-4,
) -> Tensor:
    """Equation 2-2b: how much longer the one gradient is than the other.

    With this weight the adversarial loss pulls at the decoder's last layer as hard as the
    reconstruction does, whatever the scale of its logits.
    Latent diffusion has the same limit of 1e4; but its reconstruction loss is the *sum* over
    an image's N = C H W numbers, ours their mean. So its weight is N times as large and meets
    the limit where ours is 1e4 / N: 3.3 for 32 by 32 pixels in colour. Ours at 1e4 is what
    would be 1e4 N there, and is met by hardly anything.

    Args:
        reconstruction: a loss, ().
        adversarial: the other loss, ().
        last_weight: that both come through.
        most: the weight's limit.
        delta: keeps it finite where the discriminator is flat.

    Returns:
        A number in 0..most, (), through which no gradient passes. The graphs of the two losses
        stay, to be used once more.

    Raises:
        ValueError: for losses that are not single numbers or not made by this weight, and for
            what is no tensor.

    Source: Esser et al. (2021), equation 7.
    """
    rec = _length("reconstruction", reconstruction, last_weight)
    adv = _length("adversarial", adversarial, last_weight)
    return (rec / (adv + delta)).clamp(0, most).detach()


def _length(name: str, loss: Tensor, weight: Tensor) -> Tensor:
    check_tensor(name, loss)
    check_tensor("last_weight", weight)
    if loss.ndim:
        raise ValueError(f"{name}: got shape {tuple(loss.shape)}, expected a single number, ()")
    slope = None
    if loss.requires_grad and weight.requires_grad:
        (slope,) = torch.autograd.grad(loss, weight, retain_graph=True, allow_unused=True)
    if slope is None:
        raise ValueError(f"{name}: got a loss that does not depend on last_weight")
    return widened(slope).norm()


def _check_logits(name: str, logits: Tensor) -> None:
    check_data(name, logits)
    if logits.ndim < 2:
        raise ValueError(
            f"{name}: got shape {tuple(logits.shape)}, expected (B, ...), two axes or more"
        )


def _over_patches(logits: Tensor) -> Tensor:
    return widened(logits).flatten(1).mean(dim=1)  # (B,)

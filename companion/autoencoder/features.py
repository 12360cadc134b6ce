"""A distance between images as features see it: LPIPS in small, trained offline."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from companion.autoencoder.pretext import DAMAGES, TURNS
from companion.checks import check_data, check_same_shape, check_sizes
from companion.diffusion.precision import widened
from companion.networks import ResBlock
from companion.networks.shapes import check_multiple, check_shape

# An image, (B, 3, H, W), to its feature maps, each (B, C, h, w).
FeatureMaps = Callable[[Tensor], Sequence[Tensor]]

DETAIL = 5  # how much stronger than x the network sees x less its surroundings
_VGG_LAYERS = (3, 8, 15, 22, 29)  # the last ReLU before each of the five halvings


def perceptual(features: FeatureMaps, x: Tensor, y: Tensor) -> Tensor:
    """How different two images look: from 0 for equal ones to 4 a map.

    Each map is scaled to length 1 over its channels; the squared difference is averaged over
    space, and the maps add up. LPIPS has learned weights for each channel, from what people
    said; here all are 1. What losses and figures take is `partial(perceptual, photo_features())`.

    Args:
        features: an image to a list of maps, (B, C, h, w) each: `photo_features()`,
            `evaluation_features()` or `vgg_features()`.
        x: (B, C, H, W), pixels in -1..1.
        y: of the same shape.

    Returns:
        (B,), in float32 or a longer dtype.

    Raises:
        ValueError: for other data, and for two shapes.

    Source: Zhang et al. (2018), section 3.
    """
    check_data("x", x)
    check_data("y", y)
    check_same_shape("y", y, "x", x)
    distance = widened(x).new_zeros(len(x))  # (B,)
    for one, other in zip(features(x), features(y), strict=True):
        one, other = widened(one), widened(other)  # of a length of 0 float16 makes 0 / 0
        apart = F.normalize(one, dim=1) - F.normalize(other, dim=1)  # (B, C, h, w)
        distance = distance + apart.square().sum(dim=1).mean(dim=(1, 2))  # (B,)
    return distance


class FeatureNet(nn.Module):
    """Three maps of an image, at 1/2, 1/4 and 1/8 of its size, learned from a pretext task.

    It is trained to say which photograph a crop is from, which way up it was, and what was
    done to it, so that its features know textures, edges and damage. It has seen a handful of
    photographs and no names of things: a stand-in for VGG, not its equal.
    A picture's finest detail is faint, and without help it goes unseen for thousands of steps:
    the network gets it beside the picture, five times as strong.

    Args:
        widths: channels of the maps.
        photographs: how many it can tell apart.

    Raises:
        ValueError: for sizes that are no positive whole numbers.

    Attributes:
        scale: of `pooled`; set in training.
    """

    def __init__(self, widths: tuple[int, int, int] = (32, 64, 96), photographs: int = 9) -> None:
        super().__init__()
        first, second, third = widths
        for width in widths:
            check_sizes(widths=width)
        check_sizes(photographs=photographs)
        self.level1 = nn.Conv2d(6, first, 4, stride=2, padding=1)
        self.level2 = nn.Sequential(nn.AvgPool2d(2), ResBlock(first, second))
        self.level3 = nn.Sequential(nn.AvgPool2d(2), ResBlock(second, third))
        self.photographs = photographs
        self.answers = nn.Linear(4 * sum(widths), photographs + TURNS + DAMAGES)
        self.register_buffer("scale", torch.ones(()))

    def forward(self, x: Tensor) -> list[Tensor]:
        """The three maps.

        Args:
            x: (B, 3, H, W), pixels in -1..1, H and W divisible by 8.

        Returns:
            (B, 32, H / 2, W / 2), (B, 64, H / 4, W / 4) and (B, 96, H / 8, W / 8), as `widths`
            has it.

        Raises:
            ValueError: for other shapes.
        """
        check_shape("x", x, "B", 3, "H", "W")
        check_multiple("x", x, 8, "the maps are of 1/2, 1/4 and 1/8 of its size")
        smooth = F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
        both = torch.cat([x, DETAIL * (x - smooth)], dim=1)  # (B, 6, H, W)
        one = F.silu(self.level1(both))  # (B, 32, H / 2, W / 2)
        two = F.silu(self.level2(one))  # (B, 64, H / 4, W / 4)
        three = F.silu(self.level3(two))  # (B, 96, H / 8, W / 8)
        return [one, two, three]

    def pooled(self, x: Tensor) -> Tensor:
        """The last map's mean over space, times `scale`, to compare sets with.

        Over the crops of training the variances add up to 100.

        Args:
            x: as for `forward`.

        Returns:
            (B, 96).

        Raises:
            ValueError: for other shapes.
        """
        return self.scale * self(x)[-1].mean(dim=(2, 3))  # (B, 96)

    def predict(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits for the three questions: photograph, turn and damage.

        Args:
            x: as for `forward`.

        Returns:
            (B, photographs), (B, 4) and (B, 4).

        Raises:
            ValueError: for other shapes.
        """
        quarters = [F.adaptive_avg_pool2d(h, 2).flatten(1) for h in self(x)]
        logits = self.answers(torch.cat(quarters, dim=1))  # (B, photographs + 8)
        return logits.split((self.photographs, TURNS, DAMAGES), dim=1)


class VGG(nn.Module):
    """The five maps of VGG16 that LPIPS takes, of an image, frozen.

    Args:
        layers: its `features`, as torchvision has them. The last halving, behind the last
            map, is left out.

    Source: Simonyan and Zisserman (2015).
    """

    def __init__(self, layers: nn.Sequential) -> None:
        super().__init__()
        self.layers = layers[: _VGG_LAYERS[-1] + 1]
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406])[:, None, None])
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225])[:, None, None])
        self.eval().requires_grad_(False)

    def forward(self, x: Tensor) -> list[Tensor]:
        """The five maps.

        Args:
            x: (B, 3, H, W), pixels in -1..1, H and W at least 16.

        Returns:
            Maps of 64 to 512 channels, each of half the size of the one before.

        Raises:
            ValueError: for other shapes.
        """
        check_shape("x", x, "B", 3, "H", "W")
        if min(x.shape[2:]) < 16:
            raise ValueError(
                f"x: got shape {tuple(x.shape)}, expected (B, 3, H, W), H and W at least 16"
            )
        h = ((x + 1) / 2 - self.mean) / self.std  # (B, 3, H, W)
        maps = []
        for number, layer in enumerate(self.layers):
            h = layer(h)
            if number in _VGG_LAYERS:
                maps.append(h)  # (B, 64..512, H / 2^i, W / 2^i)
        return maps


def vgg_features() -> VGG:
    """VGG16's five maps, as LPIPS takes them; its weights are fetched once, online.

    It is on the CPU; `.to(device)` moves it. Images have to have 16 pixels or more.

    Raises:
        ImportError: without torchvision.
        URLError: where its weights are neither on this machine nor to be had.
    """
    try:
        from torchvision.models import VGG16_Weights, vgg16
    except ImportError:
        raise ImportError(
            "vgg_features needs torchvision, which is not installed: pip install "
            "torchvision; its weights (528 MB) need the network once. "
            "photo_features() needs neither"
        ) from None
    return VGG(vgg16(weights=VGG16_Weights.IMAGENET1K_V1).features)

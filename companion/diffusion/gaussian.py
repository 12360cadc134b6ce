"""A Gaussian with one variance for all coordinates of an item: every q of the book."""

from dataclasses import KW_ONLY, InitVar, dataclass
from math import pi

import torch
from torch import Tensor, log, sqrt

from companion.checks import check_data, check_same_shape
from companion.diffusion.precision import like, scaled


@dataclass(frozen=True, eq=False)
class Gaussian:
    """N(mean, var I): first the distribution, then the draw.

    Args:
        mean: (B, ...), in the dtype of the data that it was computed from.
        var: (B, 1, ..., 1) or another shape that broadcasts to that of `mean`; float64
            (float32 on mps), at least 0. A variance of 0 is the point mass at `mean`.
        validate_args: False where a formula that has no other variance makes it inside
            a loop: then nothing is looked at.

    Raises:
        ValueError: for a variance below 0, NaN, or of another shape.
    """

    mean: Tensor
    var: Tensor
    _: KW_ONLY
    validate_args: InitVar[bool] = True

    def __post_init__(self, validate_args: bool) -> None:
        if not validate_args:
            return
        if not isinstance(self.var, Tensor):
            raise ValueError(f"var: got {type(self.var).__name__}, expected a torch.Tensor")
        shape, full = self.var.shape, self.mean.shape
        last = full[len(full) - len(shape) :]
        if len(shape) > len(full) or any(v not in (1, m) for v, m in zip(shape, last, strict=True)):
            raise ValueError(
                f"var: got shape {tuple(shape)}, expected one that broadcasts to {tuple(full)}, "
                "the shape of the mean"
            )
        if not self.var.min().item() >= 0:
            raise ValueError(f"var: got {self.var.min().item():.6g}, expected 0 or more everywhere")

    @property
    def std(self) -> Tensor:
        """The standard deviation, sqrt(var): the number that scales the noise."""
        return sqrt(self.var)

    def sample(
        self, eps: Tensor | None = None, *, generator: torch.Generator | None = None
    ) -> Tensor:
        """Draw x = mean + std * eps (1-2, 1-4, 1-14).

        Args:
            eps: standard normal noise in the shape of `mean`; drawn if it is not given.
            generator: what it is drawn with, on the device of that generator.

        Returns:
            x, in the shape and the dtype of `mean`.

        Raises:
            ValueError: if `eps` has another shape or is not finite.
        """
        if eps is None:
            device = self.mean.device if generator is None else generator.device
            eps = torch.randn(
                self.mean.shape,
                generator=generator,
                device=device,
                dtype=self.mean.dtype,
            )
        else:
            check_data("eps", eps)
            check_same_shape("eps", eps, "the mean", self.mean)
        return self.mean + scaled(self.std, like(self.mean, eps))

    def log_prob(self, x: Tensor) -> Tensor:
        """The log density at `x`, in nats, summed over the coordinates.

        Args:
            x: (B, ...), in the shape of `mean`.

        Returns:
            (B,), in the dtype of `var`: float64.

        Raises:
            ValueError: if `x` has another shape than `mean` or is not finite, and where
                the variance is 0: a point mass has no density.
        """
        check_data("x", x)
        check_same_shape("x", x, "the mean", self.mean)
        if not (self.var > 0).all():
            raise ValueError(
                "log_prob: got a variance of 0, expected more: a point mass has no density"
            )
        x, mean = like(self.var, x), like(self.var, self.mean)
        terms = -(log(2 * pi * self.var) + (x - mean) ** 2 / self.var) / 2
        return terms.reshape(len(x), -1).sum(dim=1)

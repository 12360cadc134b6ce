"""The door of a mixture: its weights, means and covariances, checked and in float64."""

import torch
from torch import Size, Tensor

from companion.checks import check_data, check_same_device


def checked_parts(weights: Tensor, means: Tensor, covs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The three in float64, the weights with sum 1 to the last digit.

    Args:
        weights: (..., K), at least 0, summing to 1.
        means: (..., K, D).
        covs: (..., K, D, D), symmetric and positive definite.

    Returns:
        The three.

    Raises:
        ValueError: for other shapes or values.
    """
    weights, means = doubles("weights", weights), doubles("means", means)
    covs = doubles("covs", covs)
    _check_shapes(weights, means, covs)
    total = weights.sum(-1, keepdim=True)
    if not (weights >= 0).all() or not torch.allclose(total, torch.ones_like(total)):
        raise ValueError(
            f"weights: got values from {weights.min().item():.6g} up and "
            f"sum {total.flatten()[0].item():.6g}, expected 0 or more and sum 1"
        )
    if not torch.allclose(covs, covs.mT) or torch.linalg.cholesky_ex(covs).info.any():
        raise ValueError(
            "covs: got a matrix that is not a covariance, expected symmetric positive definite ones"
        )
    return weights / total, means, covs


def leading_axes(weights: Tensor, means: Tensor, covs: Tensor) -> Size:
    """The shape of the batch of mixtures that the three make."""
    return torch.broadcast_shapes(weights.shape[:-1], means.shape[:-2], covs.shape[:-3])


def doubles(name: str, values: Tensor) -> Tensor:
    """The values as a tensor of finite float64 numbers.

    Raises:
        ValueError: for what is no such tensor.
    """
    try:
        values = torch.as_tensor(values)
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(
            f"{name}: got {type(values).__name__}, expected a tensor of numbers"
        ) from None
    if not (values.is_complex() or values.dtype == torch.bool):
        values = values.double()
    check_data(name, values)
    return values


def _check_shapes(weights: Tensor, means: Tensor, covs: Tensor) -> None:
    K = weights.shape[-1]
    if means.ndim < 2 or means.shape[-2] != K:
        raise ValueError(
            f"means: got shape {tuple(means.shape)}, "
            f"expected (..., K, D) with K = {K}, the number of weights"
        )
    D = means.shape[-1]
    if covs.shape[-3:] != (K, D, D):
        raise ValueError(f"covs: got shape {tuple(covs.shape)}, expected (..., {K}, {D}, {D})")
    try:
        leading_axes(weights, means, covs)
    except RuntimeError:
        raise ValueError(
            f"weights, means, covs: got leading axes {[*weights.shape[:-1]]}, "
            f"{[*means.shape[:-2]]}, {[*covs.shape[:-3]]}, "
            "expected the same ones, or ones that broadcast"
        ) from None
    check_same_device("means", means, "weights", weights)
    check_same_device("covs", covs, "weights", weights)

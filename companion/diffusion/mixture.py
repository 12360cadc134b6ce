"""The exact oracle: what a network has to learn, known, for Gaussian-mixture data."""

from dataclasses import dataclass
from math import log, pi

import torch
from torch import Tensor, sqrt

from companion.checks import check_count, check_data, check_same_device, check_time
from companion.diffusion.schedules import Schedule


@dataclass(frozen=True, eq=False)
class Mixture:
    """sum_k weights_k N(means_k, covs_k) in D dimensions.

    weights: (..., K), at least 0, summing to 1.
    means:   (..., K, D).
    covs:    (..., K, D, D), symmetric and positive definite.
    With leading axes it is one mixture for each of them; all is kept, and all that it
    returns comes, in float64 (so not on mps, which has none).
    Raises ValueError for other shapes or values.
    """

    weights: Tensor
    means: Tensor
    covs: Tensor

    def __post_init__(self) -> None:
        for name in ("weights", "means", "covs"):
            object.__setattr__(self, name, _doubles(name, getattr(self, name)))
        self._check_shapes()
        total = self.weights.sum(-1, keepdim=True)
        if not (self.weights >= 0).all() or not torch.allclose(total, torch.ones_like(total)):
            raise ValueError(
                f"weights: got values from {self.weights.min().item():.6g} up and "
                f"sum {total.flatten()[0].item():.6g}, expected 0 or more and sum 1"
            )
        object.__setattr__(self, "weights", self.weights / total)
        if (
            not torch.allclose(self.covs, self.covs.mT)
            or torch.linalg.cholesky_ex(self.covs).info.any()
        ):
            raise ValueError(
                "covs: got a matrix that is not a covariance, "
                "expected symmetric positive definite ones"
            )

    @classmethod
    def isotropic(cls, weights: Tensor, means: Tensor, stds: Tensor) -> "Mixture":
        """A mixture whose components are round, with standard deviations `stds`.

        weights: (K,).   means: (K, D).   stds: (K,), above 0.
        Raises ValueError for other shapes or values.
        """
        means, stds = _doubles("means", means), _doubles("stds", stds)
        if means.ndim != 2 or stds.shape != means.shape[:1] or not (stds > 0).all():
            raise ValueError(
                f"stds: got shape {tuple(stds.shape)} and values from "
                f"{stds.min().item():.6g} up beside means of shape "
                f"{tuple(means.shape)}, expected (K,) above 0 beside (K, D)"
            )
        eye = torch.eye(means.shape[-1], dtype=torch.float64, device=means.device)
        return cls(weights, means, stds[:, None, None] ** 2 * eye)

    # ---- the distribution itself

    def component_log_prob(self, x: Tensor) -> Tensor:
        """log(weights_k N(x; means_k, covs_k)), each component apart: (..., K).

        x: (..., D).
        """
        L = torch.linalg.cholesky(self.covs)  # (..., K, D, D)
        white = self._whitened(x, L)  # (..., K, D)
        log_det = 2 * torch.diagonal(L, dim1=-2, dim2=-1).log().sum(-1)  # (..., K)
        D = self.means.shape[-1]
        log_density = -(D * log(2 * pi) + log_det + (white**2).sum(-1)) / 2
        return self.weights.log() + log_density

    def log_prob(self, x: Tensor) -> Tensor:
        """The log density at `x` (..., D), in nats: (...,)."""
        return self.component_log_prob(x).logsumexp(-1)

    def bits_per_dim(self, x: Tensor) -> Tensor:
        """The exact negative log-likelihood of `x` (..., D), in bits per dimension.

        -log p(x) / (D log 2): (...,). Its mean over the data is the least that any model
        can reach, and the variational bound (`objectives.bound`) lies above it. It is of
        a density: `objectives.bits_per_dim` says what that means beside published figures.
        """
        return -self.log_prob(x) / (self.means.shape[-1] * log(2))

    def score(self, x: Tensor) -> Tensor:
        """The gradient of the log density at `x` (..., D): (..., D)."""
        share = self.component_log_prob(x).softmax(-1)  # (..., K)
        L = torch.linalg.cholesky(self.covs)
        white = self._whitened(x, L)[..., None]  # (..., K, D, 1)
        pull = -torch.linalg.solve_triangular(L.mT, white, upper=True)[..., 0]
        return (share[..., None] * pull).sum(-2)

    def mean(self) -> Tensor:
        """The mean: (..., D)."""
        return (self.weights[..., None] * self.means).sum(-2)

    def cov(self) -> Tensor:
        """The covariance: (..., D, D).

        The mean of the covariances plus the covariance of the means.
        """
        spread = self.means - self.mean()[..., None, :]
        inner = self.covs + spread[..., :, None] * spread[..., None, :]
        return (self.weights[..., None, None] * inner).sum(-3)

    def sample(self, n: int, *, generator: torch.Generator | None = None) -> Tensor:
        """n draws from each mixture: (n, ..., D).

        Drawn with `generator`, on its device, if it is given.
        Raises ValueError for an `n` that is not a whole number from 1 up.
        """
        n = check_count("n", n, 1, 10**9)
        device = self.means.device if generator is None else generator.device
        K, D = self.means.shape[-2:]
        lead = self._lead()
        weights = self.weights.expand(*lead, K).reshape(-1, K).to(device)
        k = torch.multinomial(weights, n, replacement=True, generator=generator)
        pick = k.mT.reshape(n, *lead, 1, 1).to(self.means.device)
        mean = self.means.expand(n, *lead, K, D)
        mean = mean.gather(-2, pick.expand(n, *lead, 1, D))[..., 0, :]  # (n, ..., D)
        L = torch.linalg.cholesky(self.covs).expand(n, *lead, K, D, D)
        L = L.gather(-3, pick[..., None].expand(n, *lead, 1, D, D))[..., 0, :, :]
        eps = torch.randn(n, *lead, D, 1, dtype=torch.float64, generator=generator, device=device)
        return mean + (L @ eps.to(mean.device))[..., 0]

    # ---- the mixture as the data x_0 of a diffusion

    def marginal(self, schedule: Schedule, t: int | Tensor) -> "Mixture":
        """The distribution of x_t, a mixture again (1-5 for each component).

        t: in 0..T, a whole number, or (B,) int64 for B mixtures.
        Raises ValueError for another `t`.
        """
        ab_t = self._alpha_bar(schedule, t)
        eye = torch.eye(self.means.shape[-1], dtype=torch.float64, device=ab_t.device)
        covs = ab_t[..., None] * self.covs + (1 - ab_t)[..., None] * eye
        return Mixture(self.weights, sqrt(ab_t) * self.means, covs)

    def reverse(
        self, schedule: Schedule, xt: Tensor, s: int | Tensor, t: int | Tensor
    ) -> "Mixture":
        """q(x_s | x_t) *without* x_0: what a sampler's step should draw from.

        One mixture for each row of xt, (B, D); s = 0 gives q(x_0 | x_t).
        s, t: 0 <= s < t <= T, whole numbers or (B,) int64.
        Each component is conditioned as a joint Gaussian of x_s and x_t, and weighted
        by how well it explains x_t. C_t = alpha C_s + (1 - alpha) I commutes with C_s.
        Raises ValueError for other times, and for data of another shape or not finite.
        """
        self._check_rows(xt)
        schedule.pair(s, t, xt)  # the checks of s, t and their order
        alpha = self._alpha_bar(schedule, t) / self._alpha_bar(schedule, s)
        at_s, at_t = self.marginal(schedule, s), self.marginal(schedule, t)
        C_t, C_s = torch.broadcast_tensors(at_t.covs, at_s.covs)
        ratio = torch.linalg.solve(C_t, C_s)  # C_s / C_t
        offset = (xt[:, None, :] - at_t.means)[..., None]  # (B, K, D, 1)
        means = at_s.means + sqrt(alpha) * (ratio @ offset)[..., 0]
        covs = (1 - alpha)[..., None] * (ratio + ratio.mT) / 2
        return Mixture(at_t.component_log_prob(xt).softmax(-1), means, covs)

    def expected_x0(self, schedule: Schedule, xt: Tensor, t: int | Tensor) -> Tensor:
        """E[x_0 | x_t], the best guess of the clean data in mean square: (B, D).

        xt: (B, D).   t: in 1..T, a whole number or (B,) int64.
        Raises ValueError as `reverse` does.
        """
        return self.reverse(schedule, xt, 0, t).mean()

    def optimal_eps(self, schedule: Schedule, xt: Tensor, t: int | Tensor) -> Tensor:
        """E[eps | x_t], what a perfect noise network returns: (B, D).

        It is -sqrt(1 - alpha_bar_t) times the score of x_t.
        xt: (B, D).   t: in 1..T, a whole number or (B,) int64.
        Raises ValueError as `reverse` does.
        """
        self._check_rows(xt)
        ab_t = schedule.at(t, xt)
        return -sqrt(1 - ab_t) * self.marginal(schedule, t).score(xt)

    # ----

    def _lead(self) -> torch.Size:
        return torch.broadcast_shapes(
            self.weights.shape[:-1], self.means.shape[:-2], self.covs.shape[:-3]
        )

    def _check_shapes(self) -> None:
        K = self.weights.shape[-1]
        if self.means.ndim < 2 or self.means.shape[-2] != K:
            raise ValueError(
                f"means: got shape {tuple(self.means.shape)}, "
                f"expected (..., K, D) with K = {K}, the number of weights"
            )
        D = self.means.shape[-1]
        if self.covs.shape[-3:] != (K, D, D):
            raise ValueError(
                f"covs: got shape {tuple(self.covs.shape)}, expected (..., {K}, {D}, {D})"
            )
        try:
            self._lead()
        except RuntimeError:
            raise ValueError(
                f"weights, means, covs: got leading axes {[*self.weights.shape[:-1]]}, "
                f"{[*self.means.shape[:-2]]}, {[*self.covs.shape[:-3]]}, "
                "expected the same ones, or ones that broadcast"
            ) from None
        check_same_device("means", self.means, "weights", self.weights)
        check_same_device("covs", self.covs, "weights", self.weights)

    def _check_rows(self, xt: Tensor) -> None:
        check_data("xt", xt)
        if xt.ndim != 2 or xt.shape[-1] != self.means.shape[-1]:
            raise ValueError(
                f"xt: got shape {tuple(xt.shape)}, expected (B, {self.means.shape[-1]})"
            )
        check_same_device("xt", xt, "the mixture", self.means)

    def _whitened(self, x: Tensor, L: Tensor) -> Tensor:
        check_data("x", x)
        if x.shape[-1] != self.means.shape[-1]:
            raise ValueError(
                f"x: got shape {tuple(x.shape)}, expected (..., {self.means.shape[-1]})"
            )
        offset = (x.double()[..., None, :] - self.means)[..., None]  # (..., K, D, 1)
        return torch.linalg.solve_triangular(L, offset, upper=False)[..., 0]

    def _alpha_bar(self, schedule: Schedule, t: int | Tensor) -> Tensor:
        t = check_time("t", t, 0, schedule.T)
        ab_t = schedule.alpha_bar[t][..., None, None]  # (1, 1) or (B, 1, 1)
        return ab_t.to(self.means.device)


def _doubles(name: str, values: Tensor) -> Tensor:
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

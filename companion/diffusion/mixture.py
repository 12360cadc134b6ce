"""The exact oracle: what a network has to learn, known, for Gaussian-mixture data."""

from dataclasses import dataclass
from math import log

import torch
from torch import Tensor, sqrt
from torch.distributions import MultivariateNormal
from torch.special import erfc, ndtri

from companion.checks import check_count, check_data, check_same_device, check_time
from companion.diffusion.mixture_parts import checked_parts, doubles, leading_axes
from companion.diffusion.schedule import Schedule


@dataclass(frozen=True, eq=False)
class Mixture:
    """sum_k weights_k N(means_k, covs_k) in D dimensions.

    With leading axes it is one mixture for each of them; all is kept, and all that it
    returns comes, in float64 (so not on mps, which has none).

    Args:
        weights: (..., K), at least 0, summing to 1.
        means: (..., K, D).
        covs: (..., K, D, D), symmetric and positive definite.

    Raises:
        ValueError: for other shapes or values.
    """

    weights: Tensor
    means: Tensor
    covs: Tensor

    def __post_init__(self) -> None:
        parts = checked_parts(self.weights, self.means, self.covs)
        for name, part in zip(("weights", "means", "covs"), parts, strict=True):
            object.__setattr__(self, name, part)

    @classmethod
    def isotropic(cls, weights: Tensor, means: Tensor, stds: Tensor) -> "Mixture":
        """A mixture whose components are round, with standard deviations `stds`.

        Args:
            weights: (K,).
            means: (K, D).
            stds: (K,), above 0.

        Raises:
            ValueError: for other shapes or values.
        """
        means, stds = doubles("means", means), doubles("stds", stds)
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
        """log(weights_k N(x; means_k, covs_k)), each component apart.

        x is (..., D); the result (..., K).
        """
        x = self._checked(x)[..., None, :]  # (..., 1, D)
        return self.weights.log() + self._components().log_prob(x)

    def log_prob(self, x: Tensor) -> Tensor:
        """The log density at `x` (..., D), in nats: (...,)."""
        return self.component_log_prob(x).logsumexp(-1)

    def bits_per_dim(self, x: Tensor) -> Tensor:
        """The exact negative log-likelihood of `x` (..., D), in bits per dimension: (...,).

        -log p(x) / (D log 2). Its mean over the data is the least that any model can
        reach, and the variational bound (`bound`) lies above it. It is of a
        density: `objectives.bits_per_dim` says what that means beside published figures.
        """
        return -self.log_prob(x) / (self.means.shape[-1] * log(2))

    def score(self, x: Tensor) -> Tensor:
        """The gradient of the log density at `x` (..., D): (..., D)."""
        share = self.component_log_prob(x).softmax(-1)  # (..., K)
        L = torch.linalg.cholesky(self.covs)
        offset = (x.double()[..., None, :] - self.means)[..., None]  # (..., K, D, 1)
        white = torch.linalg.solve_triangular(L, offset, upper=False)
        pull = -torch.linalg.solve_triangular(L.mT, white, upper=True)[..., 0]
        return (share[..., None] * pull).sum(-2)

    def cdf(self, x: Tensor) -> Tensor:
        """The probability of less than `x`, of a mixture in one dimension.

        Args:
            x: numbers on the line, (...,): without the last axis of D = 1.

        Returns:
            From 0 to 1, (...,).

        Raises:
            ValueError: for a mixture in more dimensions, and for numbers not finite.
        """
        means, stds = self._on_the_line()
        check_data("x", x)
        z = (x.double()[..., None] - means) / stds  # (..., K)
        below = erfc(-z / 2**0.5) / 2  # torch's ndtr has no digits left at z = -8
        return (self.weights * below).sum(-1)

    def icdf(self, p: Tensor) -> Tensor:
        """The quantiles: where `cdf` is p, of a mixture in one dimension.

        Halved 64 times, from between the least and the largest quantile of a component.

        Args:
            p: shares inside (0, 1), (...,).

        Returns:
            Numbers on the line, (...,).

        Raises:
            ValueError: for a mixture in more dimensions, and for other shares.
        """
        means, stds = self._on_the_line()
        check_data("p", p)
        if not ((p > 0) & (p < 1)).all():
            raise ValueError(f"p: got {p.min():.6g}..{p.max():.6g}, expected shares inside (0, 1)")
        p = p.double()
        of_each = means + stds * ndtri(p)[..., None]  # (..., K)
        low, high = of_each.amin(-1), of_each.amax(-1)
        for _ in range(64):
            middle = (low + high) / 2
            below = self.cdf(middle) < p
            low, high = torch.where(below, middle, low), torch.where(below, high, middle)
        return (low + high) / 2

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
        """n draws from each mixture.

        Args:
            n: how many.
            generator: what they are drawn with, on its device; torch.distributions, which
                draw from the global one only, are of no use here.

        Returns:
            (n, ..., D).

        Raises:
            ValueError: for an `n` that is not a whole number from 1 up.
        """
        n = check_count("n", n, 1, 10**9)
        device = self.means.device if generator is None else generator.device
        K, D = self.means.shape[-2:]
        lead = leading_axes(self.weights, self.means, self.covs)
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

        Args:
            schedule: the noise schedule.
            t: in 0..T, a whole number, or (B,) int64 for B mixtures.

        Raises:
            ValueError: for another `t`.
        """
        ab_t = self._alpha_bar(schedule, t)
        eye = torch.eye(self.means.shape[-1], dtype=torch.float64, device=ab_t.device)
        covs = ab_t[..., None] * self.covs + (1 - ab_t)[..., None] * eye
        return Mixture(self.weights, sqrt(ab_t) * self.means, covs)

    def reverse(
        self, schedule: Schedule, xt: Tensor, s: int | Tensor, t: int | Tensor
    ) -> "Mixture":
        """q(x_s | x_t) *without* x_0: what a sampler's step should draw from.

        s = 0 gives q(x_0 | x_t). Each component is conditioned as a joint Gaussian of x_s
        and x_t, and weighted by how well it explains x_t.
        C_t = alpha C_s + (1 - alpha) I commutes with C_s.

        Args:
            schedule: the noise schedule.
            xt: noisy data, (B, D).
            s: the earlier time, 0 <= s < t, a whole number or (B,) int64.
            t: the later time, s < t <= T, a whole number or (B,) int64.

        Returns:
            B mixtures, one for each row of xt.

        Raises:
            ValueError: for other times, and for data of another shape or not finite.
        """
        self._check_rows(xt)
        schedule.check_times(s, t, len(xt))
        alpha = self._alpha_bar(schedule, t) / self._alpha_bar(schedule, s)
        at_s, at_t = self.marginal(schedule, s), self.marginal(schedule, t)
        C_t, C_s = torch.broadcast_tensors(at_t.covs, at_s.covs)
        ratio = torch.linalg.solve(C_t, C_s)  # C_s / C_t
        offset = (xt[:, None, :] - at_t.means)[..., None]  # (B, K, D, 1)
        means = at_s.means + sqrt(alpha) * (ratio @ offset)[..., 0]
        covs = (1 - alpha)[..., None] * (ratio + ratio.mT) / 2
        return Mixture(at_t.component_log_prob(xt).softmax(-1), means, covs)

    def expected_x0(self, schedule: Schedule, xt: Tensor, t: int | Tensor) -> Tensor:
        """E[x_0 | x_t], the best prediction of the clean data in mean square.

        Args:
            schedule: the noise schedule.
            xt: noisy data, (B, D).
            t: in 1..T, a whole number or (B,) int64.

        Returns:
            (B, D).

        Raises:
            ValueError: as `reverse` does.
        """
        return self.reverse(schedule, xt, 0, t).mean()

    def optimal_eps(self, schedule: Schedule, xt: Tensor, t: int | Tensor) -> Tensor:
        """E[eps | x_t], what a perfect noise network returns.

        It is -sqrt(1 - alpha_bar_t) times the score of x_t.

        Args:
            schedule: the noise schedule.
            xt: noisy data, (B, D).
            t: in 1..T, a whole number or (B,) int64.

        Returns:
            (B, D).

        Raises:
            ValueError: as `reverse` does.
        """
        self._check_rows(xt)
        ab_t = schedule.at(t, xt)
        return -sqrt(1 - ab_t) * self.marginal(schedule, t).score(xt)

    # ----

    def _check_rows(self, xt: Tensor) -> None:
        check_data("xt", xt)
        if xt.ndim != 2 or xt.shape[-1] != self.means.shape[-1]:
            raise ValueError(
                f"xt: got shape {tuple(xt.shape)}, expected (B, {self.means.shape[-1]})"
            )
        check_same_device("xt", xt, "the mixture", self.means)

    def _components(self) -> MultivariateNormal:
        L = torch.linalg.cholesky(self.covs)
        return MultivariateNormal(self.means, scale_tril=L, validate_args=False)

    def _checked(self, x: Tensor) -> Tensor:
        check_data("x", x)
        if x.shape[-1] != self.means.shape[-1]:
            raise ValueError(
                f"x: got shape {tuple(x.shape)}, expected (..., {self.means.shape[-1]})"
            )
        return x.double()

    def _on_the_line(self) -> tuple[Tensor, Tensor]:
        D = self.means.shape[-1]
        if D != 1:
            raise ValueError(f"means: got D = {D}, expected a mixture in one dimension")
        return self.means[..., 0], sqrt(self.covs[..., 0, 0])  # (..., K) each

    def _alpha_bar(self, schedule: Schedule, t: int | Tensor) -> Tensor:
        t = check_time("t", t, 0, schedule.T)
        ab_t = schedule.alpha_bar[t][..., None, None]  # (1, 1) or (B, 1, 1)
        return ab_t.to(self.means.device)

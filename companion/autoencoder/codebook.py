"""The bottleneck of a list of codes: VQ."""

import math

import torch
from torch import Generator, Tensor, nn

from companion.autoencoder.bottlenecks import Latent, check_below, check_encoded
from companion.checks import check_count, check_tensor
from companion.diffusion.precision import like, narrowed, widened

CHUNK = 1 << 24  # distances held at once, 128 MiB of them


class VQ(nn.Module):
    """z is the nearest of K learned codes at each place.

    The loss is the mean over an image's c h w numbers of (e - sg h)^2 + beta (h - sg e)^2,
    equation 2-2a; the first term, which moves the code, falls away with `ema`. `info` has
    `indices` (B, h, w); `codebook` and `commitment`, the two terms, not weighted, (B,);
    `perplexity` (), how many codes a batch of even use would have, in 1..K. Codebook and
    counts change in training only, after z has been made. At first no code has been used, so
    that the first batch fills the codebook.

    Args:
        num_codes: how many, K.
        channels: c, of a code and of h.
        beta: the weight of the commitment.
        ema: learn a code as the running mean of the vectors that chose it, equation 2-2c, in
            place of the codebook term's gradient.
        decay: how much of that mean, and of the count of a code's use, a step of training
            keeps.
        dead_code_threshold: a code that is used less than this share of an even one, 1 / K,
            is dead, and becomes one of the batch's vectors; at 0 none is.

    Raises:
        ValueError: for arguments out of range.

    Source: van den Oord et al. (2017), equation 3 and appendix A.1; what becomes of dead
    codes, Dhariwal et al. (2020), section 3.1.
    """

    def __init__(
        self,
        num_codes: int = 512,
        channels: int = 4,
        beta: float = 0.25,
        ema: bool = False,
        decay: float = 0.97,
        dead_code_threshold: float = 0.1,
    ) -> None:
        super().__init__()
        K = check_count("num_codes", num_codes, 1, 1 << 20)
        self.channels = self.channels_in = check_count("channels", channels, 1, 1 << 16)
        check_below("beta", beta, math.inf)
        check_below("decay", decay, 1)
        check_below("dead_code_threshold", dead_code_threshold, 1)
        self.beta, self.ema, self.decay = beta, ema, decay
        self.dead_code_threshold = dead_code_threshold
        start = torch.empty(K, channels).uniform_(-1 / K, 1 / K)
        self.codebook = nn.Parameter(start, requires_grad=not ema)
        self.register_buffer("use", torch.zeros(K))  # running; 1 is an even share

    def forward(self, h: Tensor, generator: Generator | None = None) -> Latent:
        """The nearest codes, and what they cost.

        Args:
            h: (B, c, h, w).
            generator: for the vectors that dead codes become.

        Raises:
            ValueError: for another shape.
        """
        indices = self.indices(h)  # (B, h, w)
        dtype, h, e = h.dtype, widened(h), widened(self._codes(indices))  # (B, c, h, w)
        z = e.detach() + (h - h.detach())  # is e, to the bit, and its gradient is h's
        codebook = (e - h.detach()).square().mean(dim=(1, 2, 3))  # (B,)
        commitment = (h - e.detach()).square().mean(dim=(1, 2, 3))  # (B,)
        loss = self.beta * commitment + (0 if self.ema else codebook)
        counts = counted(indices, len(self.codebook))  # (K,)
        if self.training:
            self._learn(vectors(h.detach()), indices.flatten(), counts, generator)
        info = {
            "indices": indices,
            "codebook": codebook.detach(),
            "commitment": commitment.detach(),
            "perplexity": _perplexity(counts),
        }
        return Latent(narrowed(z, dtype), loss, info)

    @torch.no_grad()
    def indices(self, h: Tensor) -> Tensor:
        """The number of the nearest code at each place; of several as near, the first.

        h may lie anywhere: the differences themselves are squared. To multiply the squares
        out would be faster, and cancels far from 0: at 1000 a quarter of the codes came out
        wrong.

        Args:
            h: (B, c, h, w).

        Returns:
            (B, h, w), int64 in 0..K-1.

        Raises:
            ValueError: for another shape.
        """
        check_encoded(h, self.channels_in)
        v, e = longest(vectors(h)), longest(self.codebook)  # (B h w, c), (K, c)
        nearest = [
            torch.cdist(part, e, compute_mode="donot_use_mm_for_euclid_dist").argmin(1)
            for part in v.split(max(CHUNK // len(e), 1))
        ]
        return torch.cat(nearest).reshape(len(h), *h.shape[2:])  # (B, h, w)

    def lookup(self, indices: Tensor) -> Tensor:
        """The codes of these numbers.

        Args:
            indices: (B, h, w), int64 in 0..K-1.

        Returns:
            (B, c, h, w).

        Raises:
            ValueError: for no tensor, another shape or dtype, and numbers out of range.
        """
        K = len(self.codebook)
        check_tensor("indices", indices)
        expected = f"int64 numbers in 0..{K - 1} of shape (B, h, w)"
        if indices.dtype != torch.int64 or indices.ndim != 3 or indices.numel() == 0:
            raise ValueError(
                f"indices: got {indices.dtype} of shape {tuple(indices.shape)}, expected {expected}"
            )
        if indices.min() < 0 or indices.max() >= K:
            raise ValueError(
                f"indices: got {indices.min().item()}..{indices.max().item()}, expected {expected}"
            )
        return self._codes(indices)

    def _codes(self, indices: Tensor) -> Tensor:
        return self.codebook[indices].permute(0, 3, 1, 2)  # (B, c, h, w)

    @torch.no_grad()
    def _learn(
        self, v: Tensor, indices: Tensor, counts: Tensor, generator: Generator | None
    ) -> None:
        """Count, average, revive.

        Args:
            v: (N, c).
            indices: (N,).
            counts: (K,).
            generator: for the vectors that dead codes become.
        """
        e, use = widened(self.codebook), widened(self.use)  # (K, c), (K,)
        v, K = like(e, v), len(e)
        now = like(e, counts) * (K / len(v))  # (K,)
        use = use.lerp(now, 1 - self.decay)
        if self.ema:
            seen = counts > 0
            sums = torch.zeros_like(e).index_add(0, indices, v)  # (K, c)
            mean = sums[seen] / counts[seen, None]
            rate = (1 - self.decay) * (now / use)[seen, None]
            self.codebook[seen] = narrowed(e[seen].lerp(mean, rate), self.codebook.dtype)
        self.use.copy_(narrowed(use, self.use.dtype))
        dead = use < self.dead_code_threshold
        device = v.device if generator is None else generator.device
        rows = torch.randint(len(v), (int(dead.sum()),), generator=generator, device=device)
        self.codebook[dead] = narrowed(v[rows.to(v.device)], self.codebook.dtype)
        self.use[dead] = 1


def vectors(h: Tensor) -> Tensor:
    """(B, c, h, w) as (B h w, c): one vector a place."""
    return h.permute(0, 2, 3, 1).flatten(0, 2)


def longest(x: Tensor) -> Tensor:
    """x in float64, or on mps, which has none, in float32."""
    return x.float() if x.device.type == "mps" else x.double()


def perplexity(counts: Tensor) -> Tensor:
    """exp of the entropy of how often each code was chosen.

    With even use it is K, with one code alone 1.

    Args:
        counts: (K,), none below 0, not all 0.

    Returns:
        A number in 1..K, ().

    Raises:
        ValueError: for other counts.
    """
    check_counts("counts", counts)
    return _perplexity(counts)


def _perplexity(counts: Tensor) -> Tensor:
    share = counts / counts.sum()  # (K,)
    return torch.special.entr(share).sum().exp()


def counted(indices: Tensor, K: int) -> Tensor:
    """How often each of the numbers 0..K-1 occurs: (K,).

    `bincount` would wait for the largest of them.
    """
    flat = indices.flatten()
    return flat.new_zeros(K).scatter_add(0, flat, torch.ones_like(flat))


def check_counts(name: str, counts: Tensor) -> None:
    """How often each of K things was seen: (K,), none below 0, not all 0.

    Raises:
        ValueError: where it is not.
    """
    check_tensor(name, counts, " of shape (K,)")
    if counts.ndim != 1 or not len(counts):
        raise ValueError(f"{name}: got shape {tuple(counts.shape)}, expected (K,)")
    if not (counts.min() >= 0 and 0 < counts.sum() < math.inf):
        raise ValueError(
            f"{name}: got {counts.min():.3g}..{counts.max():.3g}, "
            "expected finite numbers of 0 or more, not all 0"
        )

"""What stands between encoder and decoder and keeps the latent in order: KL or VQ."""

import math
from dataclasses import dataclass
from numbers import Real

import torch
from torch import Generator, Tensor, exp, nn

from companion.checks import check_count, check_data, check_tensor
from companion.diffusion import Gaussian
from companion.diffusion.precision import narrowed, widened

# Log-variances are kept within these. exp(11) / 2, the slope of KL there, is the last that
# float16 holds; it ends at 65504.
LOWEST, HIGHEST, HIGHEST_IN_HALF = -30, 20, 11
CHUNK = 1 << 24  # distances held at once, 128 MiB of them


@dataclass(frozen=True, eq=False)
class Latent:
    """What a bottleneck makes of the encoder's output.

    z: what the decoder gets, (B, c, h, w), in the dtype of the encoder's output.
    loss: what this z costs, one number an image, (B,): nats from `KL`, a mean squared
    error from `VQ`, 0 from `Plain`; in float32 or a longer dtype, as other figures.
    info: what there is to look at, by name; each bottleneck says what it gives.
    """

    z: Tensor
    loss: Tensor
    info: dict[str, Tensor]


class Plain(nn.Module):
    """No bottleneck but the size: z is what the encoder says, and costs nothing.

    channels: of z.   info: nothing.
    """

    def __init__(self, channels: int = 4) -> None:
        super().__init__()
        self.channels = self.channels_in = check_count("channels", channels, 1, 1 << 16)

    def forward(self, h: Tensor, generator: Generator | None = None) -> Latent:
        """h: (B, c, h, w).   Raises ValueError for another shape."""
        check_encoded(h, self.channels_in)
        return Latent(h, widened(h).new_zeros(len(h)), {})


class KL(nn.Module):
    """z is drawn from a Gaussian at each place, which is kept near the standard one.

    channels: c, of z. The encoder gives twice as many: means, then log-variances, which
    are kept within -30..20, and within -30..11 in float16, which holds no more.
    In training z is a draw, mean + std * eps, through which the gradient passes to both;
    in evaluation it is the mean, and nothing is drawn.
    loss: the divergence from N(0, I) in nats, summed over an image's c h w numbers.
    info: `mean`, `logvar`, and `kl`, the divergence of each number, all (B, c, h, w),
    float32 or longer.
    Source: Kingma and Welling (2014), appendix B; Rombach et al. (2022), appendix G.
    """

    def __init__(self, channels: int = 4) -> None:
        super().__init__()
        self.channels = check_count("channels", channels, 1, 1 << 16)
        self.channels_in = 2 * self.channels

    def forward(self, h: Tensor, generator: Generator | None = None) -> Latent:
        """h: (B, 2 c, h, w).   generator: for the draw.   Equation 2-4a.

        Raises ValueError for another shape.
        """
        check_encoded(h, self.channels_in)
        mean, logvar = widened(h).chunk(2, dim=1)  # (B, c, h, w) each
        logvar = logvar.clamp(LOWEST, HIGHEST_IN_HALF if h.dtype == torch.float16 else HIGHEST)
        q = Gaussian(mean, exp(logvar))
        z = q.sample(generator=generator) if self.training else mean  # (B, c, h, w)
        kl = (mean**2 + q.var - logvar - 1) / 2  # (B, c, h, w)
        info = {"mean": mean, "logvar": logvar, "kl": kl}
        return Latent(narrowed(z, h.dtype), kl.sum(dim=(1, 2, 3)), info)


class VQ(nn.Module):
    """z is the nearest of K learned codes at each place.

    codes: K.   channels: c, of a code and of h.   beta: the weight of the commitment.
    ema: learn a code as the running mean of the vectors that chose it, equation 2-2c, in
    place of the codebook term's gradient.   decay: how much of that mean, and of the
    count of a code's use, a step of training keeps.
    restart: a code that is used less than this share of an even one, 1 / K, is dead, and
    becomes one of the batch's vectors; 0 restarts none. At first no code has been used,
    so that the first batch fills the codebook.
    loss: the mean over an image's c h w numbers of (e - sg h)^2 + beta (h - sg e)^2,
    equation 2-2a; the first term, which moves the code, falls away with `ema`.
    info: `codes` (B, h, w); `codebook` and `commitment`, the two terms, not weighted,
    (B,); `perplexity` (), how many codes a batch of even use would have, in 1..K.
    Codebook and counts change in training only, after z has been made.
    Raises ValueError for arguments out of range.
    Source: van den Oord et al. (2017), equation 3 and appendix A.1; the restart,
    Dhariwal et al. (2020), section 3.1.
    """

    def __init__(
        self,
        codes: int = 512,
        channels: int = 4,
        beta: float = 0.25,
        ema: bool = False,
        decay: float = 0.97,
        restart: float = 0.1,
    ) -> None:
        super().__init__()
        K = check_count("codes", codes, 1, 1 << 20)
        self.channels = self.channels_in = check_count("channels", channels, 1, 1 << 16)
        check_below("beta", beta, math.inf)
        check_below("decay", decay, 1)
        check_below("restart", restart, 1)
        self.beta, self.ema, self.decay, self.restart = beta, ema, decay, restart
        start = torch.empty(K, channels).uniform_(-1 / K, 1 / K)
        self.codebook = nn.Parameter(start, requires_grad=not ema)
        self.register_buffer("use", torch.zeros(K))  # running; 1 is an even share

    def forward(self, h: Tensor, generator: Generator | None = None) -> Latent:
        """h: (B, c, h, w).   generator: for the vectors that dead codes become.

        Raises ValueError for another shape.
        """
        codes = self.codes(h)  # (B, h, w)
        dtype, h, e = h.dtype, widened(h), widened(self.embed(codes))  # (B, c, h, w)
        z = e.detach() + (h - h.detach())  # is e, to the bit, and its gradient is h's
        codebook = (e - h.detach()).square().mean(dim=(1, 2, 3))  # (B,)
        commitment = (h - e.detach()).square().mean(dim=(1, 2, 3))  # (B,)
        loss = self.beta * commitment + (0 if self.ema else codebook)
        counts = codes.flatten().bincount(minlength=len(self.codebook))  # (K,)
        if self.training:
            self._learn(vectors(h.detach()), codes.flatten(), counts, generator)
        info = {
            "codes": codes,
            "codebook": codebook.detach(),
            "commitment": commitment.detach(),
            "perplexity": perplexity(counts),
        }
        return Latent(narrowed(z, dtype), loss, info)

    @torch.no_grad()
    def codes(self, h: Tensor) -> Tensor:
        """The number of the nearest code at each place: (B, h, w), int64 in 0..K-1.

        Of several as near it is the first.   h: (B, c, h, w), wherever it lies: the
        differences themselves are squared. To multiply the squares out would be faster,
        and cancels far from 0: at 1000 a quarter of the codes came out wrong.
        Raises ValueError for another shape.
        """
        check_encoded(h, self.channels_in)
        v, e = longest(vectors(h)), longest(self.codebook)  # (B h w, c), (K, c)
        nearest = [
            torch.cdist(part, e, compute_mode="donot_use_mm_for_euclid_dist").argmin(1)
            for part in v.split(max(CHUNK // len(e), 1))
        ]
        return torch.cat(nearest).reshape(len(h), *h.shape[2:])  # (B, h, w)

    def embed(self, codes: Tensor) -> Tensor:
        """The codes of these numbers: (B, c, h, w).   codes: (B, h, w), int64 in 0..K-1.

        Raises ValueError for no tensor, another shape or dtype, and numbers out of range.
        """
        K = len(self.codebook)
        check_tensor("codes", codes)
        expected = f"int64 numbers in 0..{K - 1} of shape (B, h, w)"
        if codes.dtype != torch.int64 or codes.ndim != 3 or codes.numel() == 0:
            raise ValueError(
                f"codes: got {codes.dtype} of shape {tuple(codes.shape)}, expected {expected}"
            )
        if codes.min() < 0 or codes.max() >= K:
            raise ValueError(
                f"codes: got {codes.min().item()}..{codes.max().item()}, expected {expected}"
            )
        return self.codebook[codes].permute(0, 3, 1, 2)  # (B, c, h, w)

    @torch.no_grad()
    def _learn(self, v: Tensor, codes: Tensor, counts: Tensor, generator: Generator | None) -> None:
        """Count, average, restart.   v: (N, c).   codes: (N,).   counts: (K,)."""
        e, use = widened(self.codebook), widened(self.use)  # (K, c), (K,)
        v, K = v.to(e), len(e)
        now = counts.to(e) * (K / len(v))  # (K,)
        use = use.lerp(now, 1 - self.decay)
        if self.ema:
            seen = counts > 0
            sums = torch.zeros_like(e).index_add(0, codes, v)  # (K, c)
            mean = sums[seen] / counts[seen, None]
            rate = (1 - self.decay) * (now / use)[seen, None]
            self.codebook[seen] = narrowed(e[seen].lerp(mean, rate), self.codebook.dtype)
        self.use.copy_(narrowed(use, self.use.dtype))
        dead = use < self.restart
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
    """exp of the entropy of how often each code was chosen, in 1..K: ().

    counts: (K,), none below 0, not all 0. With even use it is K, with one code alone 1.
    Raises ValueError for others.
    """
    check_counts("counts", counts)
    share = counts / counts.sum()  # (K,)
    return torch.special.entr(share).sum().exp()


def check_counts(name: str, counts: Tensor) -> None:
    """How often each of K things was seen: (K,), none below 0, not all 0.

    Raises ValueError where it is not.
    """
    check_tensor(name, counts, " of shape (K,)")
    if counts.ndim != 1 or not len(counts):
        raise ValueError(f"{name}: got shape {tuple(counts.shape)}, expected (K,)")
    if not (counts.min() >= 0 and 0 < counts.sum() < math.inf):
        raise ValueError(
            f"{name}: got {counts.min():.3g}..{counts.max():.3g}, "
            "expected finite numbers of 0 or more, not all 0"
        )


def check_encoded(h: Tensor, channels: int) -> None:
    """What the encoder gave is finite data of shape (B, channels, h, w).

    Raises ValueError where it is not.
    """
    check_data("h", h)
    if h.ndim != 4 or h.shape[1] != channels:
        raise ValueError(f"h: got shape {tuple(h.shape)}, expected (B, {channels}, h, w)")


def check_below(name: str, value: float, limit: float) -> None:
    """A number from 0 up to, but not, the limit.   Raises ValueError for another."""
    if not (isinstance(value, Real) and 0 <= value < limit):
        raise ValueError(f"{name}: got {value!r}, expected a number in [0, {limit})")

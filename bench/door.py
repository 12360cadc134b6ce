"""What the checks of a formula cost: a call of `posterior` beside its bare lines.

    python bench/door.py

Batches of 64 small pictures, where a check weighs the most. Both are called in turn, in blocks,
on one thread, and timed by what the processor did for them; printed is the fastest tenth, which a
busy machine
disturbs least.
"""

from collections.abc import Callable
from statistics import median, quantiles
from time import process_time

import torch
from torch import Tensor, sqrt

from companion.diffusion import linear, posterior

SCHEDULE = linear(1000)
BLOCKS, CALLS = 300, 10


def bare(xt: Tensor, x0: Tensor, s: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """The mathematics of `posterior`, and the casts, with nothing asked."""
    ab_s = SCHEDULE.alpha_bar[s].reshape(-1, 1, 1, 1)
    ab_t = SCHEDULE.alpha_bar[t].reshape(-1, 1, 1, 1)
    alpha = ab_t / ab_s
    weight_x0 = sqrt(ab_s) * (1 - alpha) / (1 - ab_t)
    weight_xt = sqrt(alpha) * (1 - ab_s) / (1 - ab_t)
    mean = weight_x0.to(x0.dtype) * x0 + weight_xt.to(xt.dtype) * xt
    return mean, (1 - ab_s) / (1 - ab_t) * (1 - alpha)


def microseconds(call: Callable[[], object]) -> float:
    """The time of one call, from a block of them."""
    begun = process_time()
    for _ in range(CALLS):
        call()
    return (process_time() - begun) / CALLS * 1e6


def main() -> None:
    """Print both and their ratio, for a batch of times and for one whole number."""
    torch.set_num_threads(1)
    g = torch.Generator().manual_seed(0)
    xt, x0 = torch.randn(2, 64, 1, 8, 8, generator=g)
    each = torch.randint(2, 1001, (64,), generator=g)
    for label, t, t_bare in (("64 times", each, each), ("one time", 500, torch.tensor(500))):
        rows = []
        for _ in range(BLOCKS):
            lines = microseconds(lambda t=t_bare: bare(xt, x0, t - 1, t))
            rows.append((lines, microseconds(lambda t=t: posterior(SCHEDULE, xt, x0, t - 1, t))))
        lines, call = (quantiles(column, n=10)[0] for column in zip(*rows, strict=True))
        print(
            f"{label}: bare {lines:5.1f}, posterior {call:5.1f} microseconds, "
            f"ratio {call / lines:.2f} (of the medians: {ratio_of_medians(rows):.2f})"
        )


def ratio_of_medians(rows: list[tuple[float, float]]) -> float:
    """The second column's median over the first's."""
    lines, call = (median(column) for column in zip(*rows, strict=True))
    return call / lines


if __name__ == "__main__":
    main()

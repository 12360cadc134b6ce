"""What a training step of the digits' UNet takes, in one way and another, as ratios.

Each way takes a few steps in turn, in changing order; a ratio is that of the processor times
of one round. One thread.

    python bench/speed.py            float32, without a compiler
    python bench/speed.py compiled   torch.compile too; each way takes a minute to compile
    python bench/speed.py bfloat16   bfloat16 too; a processor without units for it is slow

The figures of `compiled bfloat16` are those of both.
"""

import random
import sys
from collections.abc import Callable
from contextlib import nullcontext
from statistics import median, quantiles
from time import process_time

import torch
import torch.nn.functional as F
from diffusers import UNet2DModel
from torch import Tensor, nn

from companion.data import digits
from companion.diffusion import V, cosine, marginal, simple_loss
from companion.networks import UNet, from_diffusers
from companion.training import ema

ROUNDS, STEPS = 11, 2


def theirs(norm_groups: int = 4) -> nn.Module:
    """diffusers' UNet of the same levels and channels, one block a level, no attention."""
    from diffusers import DDPMScheduler

    unet = UNet2DModel(
        8,
        in_channels=1,
        out_channels=1,
        block_out_channels=(32, 64),
        down_block_types=("DownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "UpBlock2D"),
        layers_per_block=1,
        norm_num_groups=norm_groups,
        add_attention=False,
    )
    return from_diffusers(unet, DDPMScheduler(prediction_type="v_prediction"))[0]


def step_of(
    make: Callable[[], nn.Module] = UNet,
    *,
    channels_last: bool = False,
    compiled: bool = False,
    bf16: bool = False,
    optimizer: str = "fused",
    foreach: bool | None = None,
    looks: int = 2,
    averaged: bool = True,
) -> Callable[[], None]:
    """A function that takes one step, as `companion.training.train` does."""
    torch.manual_seed(0)
    network = make()
    if channels_last:
        network = network.to(memory_format=torch.channels_last)
    average = ema.averaged(network)
    model = torch.compile(network) if compiled else network
    kind = {} if optimizer == "plain" else {optimizer: True}
    adam = torch.optim.AdamW(network.parameters(), lr=1e-3, **kind)
    images, schedule, g = digits().train.images, cosine(1000), torch.Generator().manual_seed(0)
    number = 0

    def step() -> None:
        nonlocal number
        x0 = images[torch.randint(len(images), (64,), generator=g)]
        t = torch.randint(1, 1001, (64,), generator=g)
        eps = torch.randn(x0.shape, generator=g)
        xt, target = marginal(schedule, x0, t).sample(eps), V.target(schedule, x0, eps, t)
        if channels_last:
            xt = xt.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16) if bf16 else nullcontext():
            output = model(xt, t)
        losses = simple_loss(output.float(), target)
        loss = losses.mean()
        if looks == 2 and not losses.isfinite().all():
            raise ValueError
        loss.backward()
        length = nn.utils.clip_grad_norm_(network.parameters(), 1.0, foreach=foreach)
        seen = length if looks == 2 else length + loss.detach()
        if looks and not seen.isfinite():
            raise ValueError
        adam.step()
        adam.zero_grad()
        number += 1
        if averaged:
            ema.update(average, network, 0.995, number)

    return step


def attention_of(n: int, written_out: bool, dtype: torch.dtype) -> Callable[[], None]:
    """A forward and a backward pass over 16 images of n pixels, 4 heads of 16 channels."""
    q, k, v = torch.randn(3, 16, 4, n, 16, dtype=dtype).unbind(0)
    q, k, v = (one.clone().requires_grad_() for one in (q, k, v))

    def by_hand(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return (q @ k.mT * q.shape[-1] ** -0.5).softmax(-1) @ v

    attend = by_hand if written_out else F.scaled_dot_product_attention

    def step() -> None:
        torch.autograd.grad(attend(q, k, v).sum(), (q, k, v))

    return step


def compare(title: str, ways: dict[str, Callable[[], None]], steps: int = STEPS) -> None:
    """Print the median ratio of each way to the first, and the middle half of the ratios."""
    for step in ways.values():
        for _ in range(3):  # compiled, and warm
            step()
    took = {name: [] for name in ways}
    for number in range(ROUNDS):
        for name in random.Random(number).sample([*ways], len(ways)):
            begun = process_time()
            for _ in range(steps):
                ways[name]()
            took[name].append((process_time() - begun) / steps)
    base, *_ = ways
    print(f"{title}: {base} takes {1000 * median(took[base]):.2f} ms")
    for name in ways:
        ratios = [one / other for one, other in zip(took[name], took[base], strict=True)]
        low, _, high = quantiles(ratios, n=4)
        print(f"  {name:<42} {median(ratios):.2f}   {low:.2f} to {high:.2f}", flush=True)


def main() -> None:
    torch.set_num_threads(1)
    compiled, bf16 = (word in sys.argv[1:] for word in ("compiled", "bfloat16"))
    ways = {
        "as it is": step_of(),
        "channels_last": step_of(channels_last=True),
        "one look at finiteness": step_of(looks=1),
        "no look": step_of(looks=0),
        "clipping with foreach": step_of(foreach=True),
        "AdamW with foreach": step_of(optimizer="foreach"),
        "AdamW, parameter by parameter": step_of(optimizer="plain"),
        "no average": step_of(averaged=False),
        "channels_last, one look, foreach clipping": step_of(
            channels_last=True, looks=1, foreach=True
        ),
    }
    if bf16:
        ways["bfloat16"] = step_of(bf16=True)
        ways["channels_last, bfloat16"] = step_of(channels_last=True, bf16=True)
    if compiled:
        ways["compiled"] = step_of(compiled=True)
        ways["compiled, channels_last"] = step_of(compiled=True, channels_last=True)
    if compiled and bf16:
        ways["compiled, bfloat16"] = step_of(compiled=True, bf16=True)
    compare("a step of the digits' UNet", ways)
    for settings in ({}, {"channels_last": True}, *([{"compiled": True}] if compiled else [])):
        pair = {"diffusers": step_of(theirs, **settings), "ours": step_of(**settings)}
        compare(f"ours and diffusers', {settings or 'as they are'}", pair)
    for dtype in (torch.float32, *([torch.bfloat16] if bf16 else [])):
        for n in (16, 64, 256):
            pair = {
                "scaled_dot_product_attention": attention_of(n, False, dtype),
                "written out": attention_of(n, True, dtype),
            }
            compare(f"attention, {n} pixels, {dtype}", pair, steps=20)


if __name__ == "__main__":
    main()

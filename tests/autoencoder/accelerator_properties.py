"""What holds for the autoencoder in several processes and in half precision.

`lib` has the names of `companion.tasks`, `companion.training` and `companion.autoencoder`: the
package's own, or a copy with one line broken. Two processes are two threads here, which give
each other what processes do; `test_two_processes` starts real ones.
"""

import math
from contextlib import contextmanager, nullcontext, suppress
from threading import Barrier, BrokenBarrierError, Thread
from types import SimpleNamespace
from unittest.mock import patch

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch.testing import assert_close

from companion.diffusion import Gaussian
from companion.training import Diverged
from tests.autoencoder.failure_properties import ALL_KINDS, fails, learned
from tests.autoencoder.loss_properties import distance
from tests.autoencoder.runs import images, same, start, state, train

ALONE = {"adversarial": 0.0, "batch_size": 8}  # with no adaptive weight, which is each one's own


def one_of_several(index, meet, said):
    """What the loop asks of an accelerator, in a thread of its own."""

    def gathered(tensor):
        said[index] = tensor.clone()
        meet.wait()
        found = [said[n].clone() for n in sorted(said)]
        with suppress(BrokenBarrierError):  # one that has heard, and failed, may be gone
            meet.wait()  # nobody says the next before all have heard
        return found

    return SimpleNamespace(
        num_processes=meet.parties,
        process_index=index,
        mixed_precision="no",
        device=torch.device("cpu"),
        scaler=None,
        autocast=nullcontext,
        prepare=lambda optimizer: optimizer,
        backward=lambda loss, **how: loss.backward(**how),
        gather=lambda tensor: torch.cat(gathered(tensor)),
        reduce=lambda tensor, how: {"mean": torch.mean, "sum": torch.sum}[how](
            torch.stack(gathered(tensor)), dim=0
        ),
    )


def together(lib, runs):
    """Trains one run for each of several processes; the error of each, or None."""
    meet, said, errors = Barrier(len(runs), timeout=60), {}, [None] * len(runs)

    def learn(index):
        try:
            for _ in lib.train(runs[index], images(), one_of_several(index, meet, said)):
                pass
        except BrokenBarrierError:
            errors[index] = AssertionError("the others did not come along")
        except Exception as error:
            errors[index] = error
            meet.abort()

    threads = [Thread(target=learn, args=(index,)) for index in range(len(runs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def interleaved(q, eps=None, *, generator):
    """The draw of KL for a whole batch, of which each of two processes draws its half."""
    seed = int(torch.randint(2**62, (), generator=generator))
    eps = torch.empty_like(q.mean)
    for index in range(2):
        own = torch.Generator().manual_seed(seed + index)
        eps[index::2] = torch.randn(q.mean[index::2].shape, generator=own)
    return q.mean + q.var.sqrt() * eps


def draws_along(bottleneck, inputs):
    """The seed that two processes draw, though without KL they make no use of it."""
    torch.randint(2**62, (), generator=inputs[1])


def two_processes_learn_as_one(lib):
    """As one with a batch of twice the size."""
    unclipped = {"max_grad_norm": 1e9}  # so that a gradient of another length shows
    for kind in ({"bottleneck_type": "plain"} | unclipped, {"bottleneck_type": "kl"}):
        whole = start(lib, **ALONE, **kind)
        if kind["bottleneck_type"] == "plain":
            whole.network.bottleneck.register_forward_pre_hook(draws_along)
        with patch.object(Gaussian, "sample", interleaved):
            train(lib, whole)
        runs = [start(lib, **ALONE | kind | {"batch_size": 4}) for _ in range(2)]
        errors = together(lib, runs)
        assert errors == [None, None], errors
        for run in runs:
            assert run.step == 6
            for one, other in zip(learned(run), learned(whole), strict=True):
                assert_close(one, other, rtol=1e-3, atol=1e-5)
        assert same(learned(runs[0]), learned(runs[1]))


def two_processes_have_one_discriminator(lib):
    """And one autoencoder, though the adaptive weight is each one's own."""
    runs = [start(lib, bottleneck_type="kl") for _ in range(2)]
    before = state(runs[0].networks["discriminator"])
    errors = together(lib, runs)
    assert errors == [None, None], errors
    assert same(learned(runs[0]), learned(runs[1]))
    assert not same(before, state(runs[0].networks["discriminator"]))
    assert torch.equal(runs[0].generator.get_state(), runs[1].generator.get_state())


def all_processes_stop_together(lib):
    """Where the loss of one is not finite, nobody has learned in that step."""
    runs = [start(lib, adversarial=0.0, bottleneck_type="kl") for _ in range(2)]

    def spoiled(x, recon):
        return distance(x, recon) * (math.inf if runs[1].step == 2 else 1)

    runs[1].task.perceptual_loss = spoiled
    words = "the loss of step 3 is not finite"
    for error in together(lib, runs):
        assert isinstance(error, Diverged) and words in str(error), error
    assert runs[0].step == runs[1].step == 2
    assert same(learned(runs[0]), learned(runs[1]))


@contextmanager
def accelerated(**how):
    """Accelerate has one state a process, so it is reset."""
    AcceleratorState._reset_state(reset_partial_state=True)
    try:
        yield Accelerator(cpu=True, **how)
    finally:
        AcceleratorState._reset_state(reset_partial_state=True)


def in_bf16_all_kinds_learn(lib):
    """Layers compute in bf16, weights and losses are float32, and near those of float32."""
    for kind in ALL_KINDS:
        run, full, seen = start(lib, **kind), start(lib, **kind), []
        run.network.decoder.register_forward_hook(
            lambda _, inputs, out, seen=seen: seen.append(out.dtype)
        )
        with accelerated(mixed_precision="bf16") as accelerator:
            try:
                found = [*lib.train(run, images(), accelerator)]
            except ValueError as error:
                raise AssertionError(error) from error
        expected = train(lib, full)
        assert {*seen} == {torch.bfloat16}
        assert {p.dtype for n in run.networks.values() for p in n.parameters()} == {torch.float32}
        assert not same(state(run.network), state(full.network))
        for part in ("pixel", "discriminator"):
            assert_close(found[0].parts[part], expected[0].parts[part], rtol=0.03, atol=0)


def what_cannot_be_trained_so_is_refused(lib):
    """VQ in several processes; float16 where there is a discriminator."""
    two, half = {"num_processes": 2}, {"mixed_precision": "fp16"}
    for kind, how, words in (
        (
            {"bottleneck_type": "vq", "adversarial": 0.0},
            two,
            "accelerator: got 2 processes, expected 1 with VQ: "
            "each would replace its own dead codes",
        ),
        (
            {"bottleneck_type": "kl"},
            half,
            "accelerator: got mixed precision 'fp16', expected 'no' or 'bf16' with a "
            "discriminator: the adaptive weight compares gradients that are too small for it",
        ),
    ):
        run = start(lib, **kind)
        before = learned(run)
        asked = SimpleNamespace(**vars(one_of_several(0, Barrier(1), {})) | how)
        fails(lambda: next(lib.train(run, images(), asked)), ValueError, words)  # noqa: B023
        assert same(learned(run), before) and run.step == 0 and run.accelerator is None
    for kind, how in (
        ({"bottleneck_type": "vq"}, {}),
        ({"bottleneck_type": "kl", "adversarial": 0.0}, half),
        ({"bottleneck_type": "kl"}, two),
    ):
        asked = SimpleNamespace(**{"num_processes": 1, "mixed_precision": "no"} | how)
        start(lib, **kind).task.check_accelerator(asked)


ALL = (
    two_processes_learn_as_one,
    two_processes_have_one_discriminator,
    all_processes_stop_together,
    in_bf16_all_kinds_learn,
    what_cannot_be_trained_so_is_refused,
)

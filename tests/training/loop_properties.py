"""What holds for the training loop, as functions of the library under test.

`lib` has `train`, `start`, `lr_at`, `update` (of the average) and `denoiser`: the
package's own, or a copy with one line broken.
"""

import math

import torch
from torch.testing import assert_close

from companion.data import digits
from companion.diffusion import EPS, X0, V, cosine, marginal
from companion.tasks import DiffusionRecipe
from companion.training import Diverged, averaged

RECIPE = DiffusionRecipe().override(steps=6, batch_size=8, width=8, warmup=3, T=50, ema_decay=0.6)
SCHEDULE = cosine(50)


def start(lib, recipe):
    """A session by the library's own recipe, whose task is its own too."""
    return lib.start(lib.DiffusionRecipe.from_json(recipe.to_json()))


def images():
    return digits().train.images[:64]


def watched(run):
    """The inputs that the network gets, as they come."""
    seen = []
    run.network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs))
    return seen


def draws(recipe, step=1):
    """What the first steps of a run draw, by hand: x0, t, eps."""
    g = torch.Generator().manual_seed(recipe.seed)
    for _ in range(step):
        rows = torch.randint(64, (recipe.batch_size,), generator=g)
        t = torch.randint(1, recipe.T + 1, (recipe.batch_size,), generator=g)
        eps = torch.randn(recipe.batch_size, 1, 8, 8, generator=g)
    return images()[rows], t, eps


def the_network_sees_xt_and_its_time(lib):
    run = start(lib, RECIPE)
    seen = watched(run)
    next(lib.train(run, images()))
    x0, t, eps = draws(RECIPE)
    assert torch.equal(seen[0][1], t)
    assert_close(seen[0][0], marginal(SCHEDULE, x0, t).sample(eps))


def every_time_is_drawn(lib):
    recipe = RECIPE.override(steps=30, batch_size=64)
    seen = [p.parts["t"] for p in lib.train(start(lib, recipe), images())]
    assert set(torch.cat(seen).tolist()) == set(range(1, 51))


def the_first_loss_is_the_mean_square_of_the_target(lib):
    """A fresh network returns 0."""
    x0, t, eps = draws(RECIPE)
    for name, asked in {"eps": EPS, "x0": X0, "v": V}.items():
        progress = next(lib.train(start(lib, RECIPE.override(prediction_type=name)), images()))
        each = asked.target(SCHEDULE, x0, eps, t).square().mean(dim=(1, 2, 3))
        assert math.isclose(progress.loss, each.mean().item(), rel_tol=1e-5)
        assert_close(progress.parts["losses"], each)
        assert torch.equal(progress.parts["t"], t) and progress.step == 1


def one_image_is_learned(lib):
    recipe = RECIPE.override(steps=60, width=16, lr=4e-3, T=50, batch_size=16)
    losses = [p.loss for p in lib.train(start(lib, recipe), images()[:1])]
    assert sum(losses[-5:]) / 5 < 0.35 * losses[0]


def the_average_follows_its_formula(lib):
    """After each step it is what averaging the weights by hand gives."""
    run = start(lib, RECIPE)
    by_hand = averaged(run.network)
    for progress in lib.train(run, images()):
        keep = min(RECIPE.optimizer.ema_decay, (progress.step - 1) / (progress.step + 9))
        for old, new in zip(by_hand.parameters(), run.network.parameters(), strict=True):
            old.copy_(keep * old + (1 - keep) * new.detach())
        for one, other in zip(run.ema_model.parameters(), by_hand.parameters(), strict=True):
            assert_close(one, other, rtol=1e-5, atol=1e-7)


def gradients_are_cut_and_forgotten(lib):
    """AdamW's own memory of the first gradient says how long it was."""
    recipe = RECIPE.override(max_grad_norm=1e-3)
    run = start(lib, recipe)
    steps = lib.train(run, images())
    next(steps)
    moments = [state["exp_avg"] for state in run.optimizers["network"].state.values()]
    length = torch.cat([m.flatten() for m in moments]).norm().item() / 0.1
    assert math.isclose(length, 1e-3, rel_tol=1e-2)
    assert all(not (p.grad is not None and p.grad.any()) for p in run.network.parameters())


def the_rate_of_each_step_is_that_of_the_recipe(lib):
    run = start(lib, RECIPE)
    seen = []
    for _ in lib.train(run, images()):
        seen.append(run.optimizers["network"].param_groups[0]["lr"])
    ends = [(1 + math.cos(math.pi * n / 3)) / 2 for n in range(3)]
    expected = [RECIPE.optimizer.lr * share for share in (1 / 3, 2 / 3, 1, *ends)]
    assert_close(torch.tensor(seen), torch.tensor(expected))


def first_weights(run):
    """Copies of all that a step changes."""
    held = run.optimizers["network"].state_dict()["state"]
    return [
        *(p.detach().clone() for n in (run.network, run.ema_model) for p in n.parameters()),
        *(v.clone() for n in sorted(held) for v in held[n].values()),
    ]


def what_is_not_finite_teaches_nothing(lib):
    """A loss, and a gradient under a finite loss, of one image and of one weight."""

    def spoil_loss(run):
        run.network.register_forward_hook(
            lambda _, inputs, output: output.index_fill(0, torch.tensor([2]), math.nan)
        )

    def spoil_gradient(run):
        run.network.conv_in.weight.register_hook(
            lambda slope: slope.index_fill(0, torch.tensor([1]), math.nan)
        )

    for spoil, words in ((spoil_loss, "the loss"), (spoil_gradient, "the gradient")):
        run = start(lib, RECIPE)
        steps = lib.train(run, images())
        for _ in range(3):
            next(steps)
        spoil(run)
        before = first_weights(run)
        try:
            next(steps)
        except Diverged as error:
            said = str(error)
        else:
            raise AssertionError("nothing was noticed")
        _, t, _ = draws(RECIPE, 4)
        times = [t[2].item()] if words == "the loss" else t.tolist()
        assert said == (
            f"{words} of step 4 is not finite, at t = {times}, and the weights stay as they are. "
            "A smaller lr or max_grad_norm may help"
        )
        assert run.step == 3
        assert all(torch.equal(a, b) for a, b in zip(first_weights(run), before, strict=True))
        assert not any(p.grad is not None and p.grad.any() for p in run.network.parameters())


def the_first_times_are_named_and_the_others_counted(lib):
    run = start(lib, RECIPE.override(batch_size=11))
    run.network.conv_out.bias.data.fill_(math.inf)
    try:
        next(lib.train(run, images()))
    except Diverged as error:
        _, t, _ = draws(RECIPE.override(batch_size=11))
        assert f"at t = {t[:8].tolist()} and 3 more, and the weights" in str(error)
    else:
        raise AssertionError("nothing was noticed")


def bytes_teach_what_floats_do(lib):
    """To the bit, and no more of them than a batch become floats."""
    g = torch.Generator().manual_seed(1)
    pixels = torch.randint(256, (64, 1, 8, 8), generator=g, dtype=torch.uint8)
    floats = pixels.float() / 127.5 - 1
    one, other = start(lib, RECIPE), start(lib, RECIPE)
    found = [[p.loss for p in lib.train(run, x)] for run, x in ((one, pixels), (other, floats))]
    assert found[0] == found[1]
    assert all(
        torch.equal(a, b) for a, b in zip(first_weights(one), first_weights(other), strict=True)
    )


def pictures_that_are_none_are_refused(lib):
    for bad, words in (
        (torch.zeros(4, 1, 8, 8, dtype=torch.int32), "images: got dtype torch.int32"),
        (torch.zeros(4, 3, 8, 8), "images: got shape (4, 3, 8, 8), expected (N, 1, H, W)"),
        (
            torch.zeros(4, 3, 8, 8, dtype=torch.uint8),
            "images: got shape (4, 3, 8, 8), expected (N, 1, H, W)",
        ),
        (
            torch.zeros(4, 8, 8, dtype=torch.uint8),
            "images: got shape (4, 8, 8), expected (N, 1, H, W)",
        ),
        (
            torch.zeros(0, 1, 8, 8, dtype=torch.uint8),
            "images: got shape (0, 1, 8, 8), expected (N, 1, H, W)",
        ),
        (torch.full((4, 1, 8, 8), math.nan), "images: got 256 of 256 values NaN"),
        ([0], "images: got list, expected a torch.Tensor"),
    ):
        try:
            next(lib.train(start(lib, RECIPE), bad))
        except ValueError as error:
            assert words in str(error), error
        else:
            raise AssertionError(f"nothing was refused: {words}")


def the_network_learns_in_training_mode(lib):
    run, seen = start(lib, RECIPE), []
    run.network.eval().register_forward_hook(lambda network, *_: seen.append(network.training))
    next(lib.train(run, images()))
    assert seen == [True] and not run.ema_model.training


def the_rate_has_its_edges(lib):
    """No warm-up, all of it warm-up, and the last step of each."""
    for steps, warmup, expected in (
        (4, 0, [1, (1 + math.sqrt(0.5)) / 2, 0.5, (1 - math.sqrt(0.5)) / 2]),
        (4, 4, [0.25, 0.5, 0.75, 1]),
        (2, 4, [0.25, 0.5]),
        (1, 0, [1]),
        (3, 2, [0.5, 1, 1]),
    ):
        recipe = RECIPE.override(steps=steps, warmup=warmup, lr=0.5)
        found = [lib.lr_at(step, recipe) / 0.5 for step in range(steps)]
        assert_close(torch.tensor(found), torch.tensor(expected, dtype=torch.float32))
        steady = recipe.override(lr_scheduler="constant")
        found = [lib.lr_at(step, steady) / 0.5 for step in range(steps)]
        rising = [min(1, (step + 1) / max(warmup, 1)) for step in range(steps)]
        assert_close(torch.tensor(found), torch.tensor(rising, dtype=torch.float32))


def the_average_has_its_edges(lib):
    """Update 1 keeps nothing; the 1991st is the first that keeps 0.995; buffers are copied."""
    for step, kept in (
        (1, 0.0),
        (2, 1 / 11),
        (10, 9 / 19),
        (1990, 1989 / 1999),
        (1991, 0.995),
        (10**6, 0.995),
    ):
        network = torch.nn.BatchNorm1d(1)
        average = averaged(network)
        average.weight.fill_(1.0)
        network.weight.data.fill_(0.0)
        network.running_mean.fill_(7.0)
        network.num_batches_tracked.fill_(3)
        lib.update(average, network, 0.995, step)
        assert math.isclose(average.weight.item(), kept, rel_tol=1e-6, abs_tol=1e-6)
        assert average.running_mean.item() == 7 and average.num_batches_tracked.item() == 3


def the_optimiser_is_adamw_as_it_comes(lib):
    run = start(lib, RECIPE)
    told = {
        key: run.optimizers["network"].defaults[key]
        for key in ("lr", "betas", "eps", "weight_decay", "amsgrad")
    }
    assert type(run.optimizers["network"]) is torch.optim.AdamW
    assert told == {
        "lr": 2e-3,
        "betas": (0.9, 0.999),
        "eps": 1e-8,
        "weight_decay": 0.01,
        "amsgrad": False,
    }


def a_network_is_asked_in_evaluation_mode_and_left_as_it_was(lib):
    class Noisy(torch.nn.Dropout):
        def forward(self, x, t):
            return super().forward(x)

    network = Noisy(0.5).train()
    ask = lib.denoiser(network, SCHEDULE, X0)
    xt = torch.ones(2, 1, 8, 8)
    assert torch.equal(ask(xt, 3).x0, xt)
    assert network.training
    network.eval()
    ask(xt, 3)
    assert not network.training


def a_guess_is_cut_off_on_request(lib):
    xt = torch.linspace(-3, 3, 64).reshape(1, 1, 8, 8)
    loud = lib.denoiser(lambda_network(lambda xt, t: 2 * xt), SCHEDULE, X0, clip=True)
    guess = loud(xt, 20)
    assert_close(guess.x0, (2 * xt).clamp(-1, 1))
    back = marginal(SCHEDULE, guess.x0, 20).sample(guess.eps)
    assert_close(back, xt, rtol=1e-5, atol=1e-5)


def lambda_network(function):
    class Network(torch.nn.Module):
        def forward(self, xt, t):
            return function(xt, t)

    return Network()


def a_step_alone_leaves_no_gradient_and_teaches_nothing_where_it_fails(lib):
    for spoil in (math.nan, math.inf):
        run = start(lib, RECIPE)
        x, t = torch.ones(2, 1, 8, 8), torch.tensor([3, 7])
        lib.descend(run, "network", (run.network(x, t) - 1).square().mean(dim=(1, 2, 3)))
        before = first_weights(run)
        loss = (run.network(x, t) - 1).square().mean() * spoil
        try:
            lib.descend(run, "network", loss, {"t": t})
        except Diverged as error:
            assert str(error).startswith("the loss of step 1 is not finite, at t = [3, 7]")
        else:
            raise AssertionError("nothing was noticed")
        assert all(torch.equal(a, b) for a, b in zip(first_weights(run), before, strict=True))
        assert not any(p.grad is not None and p.grad.any() for p in run.network.parameters())


ALL = (
    a_step_alone_leaves_no_gradient_and_teaches_nothing_where_it_fails,
    the_network_sees_xt_and_its_time,
    every_time_is_drawn,
    the_first_loss_is_the_mean_square_of_the_target,
    one_image_is_learned,
    the_average_follows_its_formula,
    gradients_are_cut_and_forgotten,
    what_is_not_finite_teaches_nothing,
    the_first_times_are_named_and_the_others_counted,
    bytes_teach_what_floats_do,
    pictures_that_are_none_are_refused,
    the_network_learns_in_training_mode,
    the_rate_has_its_edges,
    the_average_has_its_edges,
    the_optimiser_is_adamw_as_it_comes,
    the_rate_of_each_step_is_that_of_the_recipe,
    a_network_is_asked_in_evaluation_mode_and_left_as_it_was,
    a_guess_is_cut_off_on_request,
)

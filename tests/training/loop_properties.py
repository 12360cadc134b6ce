"""What holds for the training loop, as functions of the library under test.

`lib` has `train`, `start`, `rate_at`, `update` (of the average) and `denoiser`: the
package's own, or a copy with one line broken.
"""

import math
from dataclasses import replace

import torch
from torch.testing import assert_close

from companion.data import digits
from companion.diffusion import EPS, X0, V, cosine, marginal
from companion.training import Recipe, averaged

RECIPE = Recipe(steps=6, batch_size=8, width=8, warmup=3, T=50, ema=0.6)
SCHEDULE = cosine(50)


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
    run = lib.start(RECIPE)
    seen = watched(run)
    next(lib.train(run, images()))
    x0, t, eps = draws(RECIPE)
    assert torch.equal(seen[0][1], t)
    assert_close(seen[0][0], marginal(SCHEDULE, x0, t).sample(eps))


def every_time_is_drawn(lib):
    recipe = replace(RECIPE, steps=30, batch_size=64)
    seen = [p.t for p in lib.train(lib.start(recipe), images())]
    assert set(torch.cat(seen).tolist()) == set(range(1, 51))


def the_first_loss_is_the_mean_square_of_the_target(lib):
    """A fresh network returns 0."""
    x0, t, eps = draws(RECIPE)
    for name, asked in {"eps": EPS, "x0": X0, "v": V}.items():
        progress = next(lib.train(lib.start(replace(RECIPE, asks=name)), images()))
        expected = asked.target(SCHEDULE, x0, eps, t).square().mean()
        assert math.isclose(progress.loss, expected.item(), rel_tol=1e-5)


def one_image_is_learned(lib):
    recipe = replace(RECIPE, steps=60, width=16, rate=4e-3, T=50, batch_size=16)
    losses = [p.loss for p in lib.train(lib.start(recipe), images()[:1])]
    assert sum(losses[-5:]) / 5 < 0.35 * losses[0]


def the_average_follows_its_formula(lib):
    """After each step it is what averaging the weights by hand gives."""
    run = lib.start(RECIPE)
    by_hand = averaged(run.network)
    for progress in lib.train(run, images()):
        keep = min(RECIPE.ema, (progress.step - 1) / (progress.step + 9))
        for old, new in zip(
            by_hand.parameters(), run.network.parameters(), strict=True
        ):
            old.copy_(keep * old + (1 - keep) * new.detach())
        for one, other in zip(
            run.average.parameters(), by_hand.parameters(), strict=True
        ):
            assert_close(one, other, rtol=1e-5, atol=1e-7)


def gradients_are_cut_and_forgotten(lib):
    """AdamW's own memory of the first gradient says how long it was."""
    recipe = replace(RECIPE, clip=1e-3)
    run = lib.start(recipe)
    steps = lib.train(run, images())
    next(steps)
    moments = [state["exp_avg"] for state in run.optimizer.state.values()]
    length = torch.cat([m.flatten() for m in moments]).norm().item() / 0.1
    assert math.isclose(length, 1e-3, rel_tol=1e-2)
    assert all(
        not (p.grad is not None and p.grad.any()) for p in run.network.parameters()
    )


def the_rate_of_each_step_is_that_of_the_recipe(lib):
    run = lib.start(RECIPE)
    seen = []
    for _ in lib.train(run, images()):
        seen.append(run.optimizer.param_groups[0]["lr"])
    ends = [(1 + math.cos(math.pi * n / 3)) / 2 for n in range(3)]
    expected = [RECIPE.rate * share for share in (1 / 3, 2 / 3, 1, *ends)]
    assert_close(torch.tensor(seen), torch.tensor(expected))


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


ALL = (
    the_network_sees_xt_and_its_time,
    every_time_is_drawn,
    the_first_loss_is_the_mean_square_of_the_target,
    one_image_is_learned,
    the_average_follows_its_formula,
    gradients_are_cut_and_forgotten,
    the_rate_of_each_step_is_that_of_the_recipe,
    a_network_is_asked_in_evaluation_mode_and_left_as_it_was,
    a_guess_is_cut_off_on_request,
)

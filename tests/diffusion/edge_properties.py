"""What is drawn and for whom, what is kept, and the numbers of defaults, for mutants as well."""

import math

import torch
from torch.testing import assert_close


def noise(*shape, seed=0):
    g = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=g, dtype=torch.float64)


def each_item_has_its_own_noise(lib):
    """In a batch of equal items no two draws are alike, in whatever coordinate."""
    q = lib.Gaussian(torch.zeros(5, 3, 4).double(), torch.ones(5, 1, 1).double())
    x = q.sample(generator=torch.Generator().manual_seed(0)).flatten()
    assert len(x.unique()) == 60
    assert torch.equal(x, noise(5, 3, 4).flatten())


def the_simple_loss_is_of_the_difference(lib):
    output, target = noise(4, 3, 2, 5), noise(4, 3, 2, 5, seed=1)
    expected = ((output.numpy() - target.numpy()) ** 2).mean(axis=(1, 2, 3))
    assert_close(lib.simple_loss(output, target), torch.from_numpy(expected))


def the_weight_of_min_snr_is_cut_at_five(lib):
    assert lib.min_snr_weight(lib.linear(1000), torch.tensor([1, 100])).tolist() == [5.0, 5.0]


def the_first_row_of_the_bound_is_as_wide_as_the_first_noise(lib):
    schedule, x0 = lib.cosine(20), noise(3, 4)
    var = 1 - schedule.alpha_bar[1].item()
    terms = lib.bound(schedule, lambda xt, t: lib.Prediction(0 * xt + 0.2, xt), x0)
    expected = (math.log(2 * math.pi * var) + (x0 - 0.2) ** 2 / var) / 2
    assert_close(terms[0], expected.sum(dim=1))


def a_walk_keeps_two_states_and_ends_with_the_last_guess(lib):
    """A walk of a thousand steps that kept every state would not fit."""
    seen = []

    def step(schedule, history, s):
        seen.append([state.t for state in history])
        return lib.Gaussian(history[-1].xt, torch.zeros(1, 1))

    def denoise(xt, t):
        return lib.Prediction(torch.full_like(xt, float(t)), xt)

    *_, end = lib.trajectory(denoise, lib.cosine(20), noise(2, 3), (9, 7, 4, 2), step)
    assert seen == [[9], [9, 7], [7, 4], [4, 2]] and end.prediction.x0.eq(2).all()


def one_rise_among_falling_times_is_refused(lib):
    try:
        lib.sample(lambda xt, t: lib.Prediction(xt, xt), lib.cosine(20), noise(2, 3), (5, 7, 3))
    except ValueError as error:
        assert "expected falling times" in str(error)
    else:
        raise AssertionError("times that rise were taken")


def all_draws_are_from_the_generator(lib):
    """Of a walk, of inpainting and of the bound: the global generator stays where it is."""
    x, schedule = noise(2, 3), lib.cosine(20)
    given = torch.tensor([[True, False, True]]).repeat(2, 1)

    def denoise(xt, t):
        return lib.X0.predict(schedule, xt / 2, xt, t)

    def run(seed):
        g = torch.Generator().manual_seed(seed)
        return (
            lib.sample(denoise, schedule, x, (12, 5), generator=g),
            lib.inpaint(denoise, schedule, x, given, x, (12, 5), repeats=2, generator=g),
            lib.bound(schedule, denoise, x, generator=g),
        )

    before = torch.get_rng_state()
    found, same = run(1), run(1)
    assert torch.equal(torch.get_rng_state(), before)
    for one, other in zip(found, same, strict=True):
        assert torch.equal(one, other)


ALL = (
    each_item_has_its_own_noise,
    the_simple_loss_is_of_the_difference,
    the_weight_of_min_snr_is_cut_at_five,
    the_first_row_of_the_bound_is_as_wide_as_the_first_noise,
    a_walk_keeps_two_states_and_ends_with_the_last_guess,
    one_rise_among_falling_times_is_refused,
    all_draws_are_from_the_generator,
)

"""Answers to the exercises of chapter 2.2: right in other forms, and wrong."""

import torch
from sympy import sqrt, symbols

AB, C = symbols("ab c", positive=True)


def moved(factor):
    return AB / (AB + factor * (1 - AB))


def look(scale=5**-0.5, hide=lambda mask: ~mask, keys=None, values=None):
    def answer(q, k, v, mask):
        a, b = (k if keys is None else keys(k, v)), (v if values is None else values(k, v))
        scores = (q @ a.T * scale).masked_fill(hide(mask), float("-inf"))
        return scores.softmax(dim=1) @ b

    return answer


def both(dropped=None, unsaid=None):
    """Two rows of conditions, one of them in another way."""

    def answer(y, null, u, rate):
        train = torch.where(u < rate, null, y) if dropped is None else dropped(y, null, u, rate)
        none = null.expand_as(y) if unsaid is None else unsaid(y, null, u, rate)
        return train, none

    return answer


RIGHT = {
    "scale-of-channels": [0.53, 0.5298, torch.tensor(0.53), 1 / 3.5625**0.5],
    "schedule-for-a-scale": [
        moved(C**2),
        1 / (1 + C**2 * (1 / AB - 1)),
        "ab / (c**2 - ab * (c**2 - 1))",
        1 - C**2 * (1 - AB) / (AB + C**2 * (1 - AB)),
    ],
    "masked-attention": [
        look(),
        lambda q, k, v, mask: (q @ k[mask].T / 5**0.5).softmax(1) @ v[mask],
        lambda q, k, v, mask: torch.nn.functional.scaled_dot_product_attention(
            q, k, v, mask.expand(len(q), -1)
        ),
        lambda q, k, v, mask: torch.stack(
            [((k[mask] @ row) / 5**0.5).softmax(0) @ v[mask] for row in q]
        ),
    ],
    "one-null": [
        both(),
        both(lambda y, null, u, rate: (u < rate) * null + (u >= rate) * y),
        both(unsaid=lambda y, null, u, rate: null.repeat(len(y), 1)),
    ],
    "places-and-tokens": [218.1, 218, torch.tensor(218.1), 1024 * 1036 / (64 * 76)],
}

WRONG = {
    "scale-of-channels": [
        (0.615, "the mean of the four deviations"),
        (1.887, "this is the deviation of all"),
        (0.281, "one over the variance"),
        (0.958, "the mean of four factors"),
        (0.265, "are added up here"),
        (0.333, "the widest channel to 1"),
        (0.51, "too small"),
        (0.57, "too large"),
        (3.5625, "alone"),
    ],
    "schedule-for-a-scale": [
        (C**2 * AB / (C**2 * AB + 1 - AB), "moves the schedule to"),
        (moved(C), "c counts once"),
        (AB / (C**2 * (1 - AB)), "Solve it for the weight"),
        (AB / C**2, "the weight itself is divided"),
        (C**2 * AB, "the weight itself is multiplied"),
        (1 - (1 - AB) / C**2, "the noise is divided"),
        (1 - moved(C**2), "the weight of the noise"),
        (sqrt(moved(C**2)), "the root of the answer"),
        (AB + C, "No usual mistake"),
    ],
    "masked-attention": [
        (lambda q, k, v, mask: (q @ k.T / 5**0.5).softmax(1) @ v, "no effect"),
        (lambda q, k, v, mask: (q @ k.T / 5**0.5 * mask).softmax(1) @ v, "exponential of 0"),
        (lambda q, k, v, mask: (q @ k.T / 5**0.5).softmax(1) * mask @ v, "after the softmax"),
        (look(hide=lambda mask: mask), "the wrong way round"),
        (look(scale=1), "are not divided"),
        (look(scale=1 / 5), "divided by d"),
        (look(scale=6**-0.5), "the number of tokens"),
        (lambda q, k, v, mask: v[mask].mean(0).repeat(len(q), 1), "the plain mean"),
        (look(values=lambda k, v: k), "the keys are averaged"),
        (look(keys=lambda k, v: v), "scores come from the values"),
        (lambda q, k, v, mask: (q @ k.T / 5**0.5).exp() * mask @ v, "not divided by their sum"),
        (lambda q, k, v, mask: v[mask][(q @ k[mask].T).argmax(1)], "the best token alone"),
        (lambda q, k, v, mask: (q + 1) ** 3, "No usual mistake"),
        (lambda q, k, v, mask: (q @ k.T / 5**0.5).softmax(1), "got shape (4, 6)"),
    ],
    "one-null": [
        (both(lambda y, null, u, rate: torch.where(u > rate, 0 * y, y)), "two faults are still"),
        (both(lambda y, null, u, rate: torch.where(u > rate, null, y)), "the wrong rows"),
        (both(lambda y, null, u, rate: torch.where(u < rate, 0 * y, y)), "zeros stand where"),
        (both(lambda y, null, u, rate: y + null * (u < rate)), "is added to what is said"),
        (both(lambda y, null, u, rate: y), "nothing is dropped"),
        (both(lambda y, null, u, rate: null.repeat(len(y), 1)), "everything is dropped"),
        (
            both(lambda y, null, u, rate: torch.where(u[0] < rate[0], null, y)),
            "goes by its first number",
        ),
        (
            both(unsaid=lambda y, null, u, rate: y.mean(0).expand_as(y)),
            "the mean of the conditions",
        ),
        (both(unsaid=lambda y, null, u, rate: 0 * y), "these are two nulls"),
        (both(unsaid=lambda y, null, u, rate: y), "what was to be dropped"),
        (
            both(unsaid=lambda y, null, u, rate: torch.where(u < rate, null, y)),
            "still say something",
        ),
        (
            both(unsaid=lambda y, null, u, rate: null.mean().expand_as(y)),
            "averaged over its numbers",
        ),
        (lambda y, null, u, rate: y, "returns 1 value"),
    ],
    "places-and-tokens": [
        (256, "self-attention alone"),
        (16, "cross-attention alone"),
        (185.8, "one sequence"),
        (4, "the factor of one side"),
        (8.8, "taken for the number of places"),
        (1056, "the difference of the two"),
        (240, "too large"),
        (190, "too small"),
    ],
}

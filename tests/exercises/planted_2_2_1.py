"""Answers to the exercises of chapter 2.2.1: right in other forms, and wrong."""

import torch
from sympy import Symbol, exp, sqrt, tanh

X, S = Symbol("x_t", real=True), Symbol("s", real=True)
AB = Symbol("ab_t", positive=True)
ODDS = 2 * sqrt(AB) * X / (1 - AB)  # log of the chance of 1 over that of -1
MEAN = (exp(ODDS) - 1) / (exp(ODDS) + 1)


def three(none, a, b):
    """A weighted sum of three noises, the weights made of the two scales."""
    return lambda uncond, cond_a, cond_b, s_a, s_b: (
        none(s_a, s_b) * uncond + a(s_a, s_b) * cond_a + b(s_a, s_b) * cond_b
    )


def by_x0(xt, cond, uncond, scale, ab_t, *, last=True, weight=lambda s: s, at_end=True):
    """The guess of x_0, mixed of the two guesses in place of the two noises."""
    one, none = ((xt - (1 - ab_t) ** 0.5 * e) / ab_t**0.5 for e in (cond, uncond))
    mixed = (1 - weight(scale)) * none + weight(scale) * one
    if not last:
        mixed = torch.cat([mixed[:, :3], one[:, 3:]], dim=1)
    return mixed if at_end else one


RIGHT = {
    "narrow-scale": [4, 4.0, torch.tensor(4)],
    "guess-outside": [
        MEAN + S * (1 - MEAN),
        1 + (S - 1) * (1 - MEAN),
        "s + (1 - s) * tanh(sqrt(ab_t) * x_t / (1 - ab_t))",
    ],
    "two-conditions": [
        three(lambda a, b: 1 - a - b, lambda a, b: a, lambda a, b: b),
        lambda uncond, cond_a, cond_b, s_a, s_b: (
            torch.lerp(uncond, cond_a, s_a) + torch.lerp(uncond, cond_b, s_b) - uncond
        ),
    ],
    "guided-guess": [
        by_x0,
        lambda xt, cond, uncond, scale, ab_t: (
            (xt - (1 - ab_t).sqrt() * torch.lerp(uncond, cond, scale)) / ab_t.sqrt()
        ),
    ],
    "enough-guidance": [1.8, torch.tensor(1.8)],
}

WRONG = {
    "narrow-scale": [
        (3, "this is w"),
        (2.5, "*variance* is 1/8"),
        (85, "*tilted density*"),
        (7, "halve with each unit"),
        (5, "a step too many"),
        (4.3, "too large"),
        (3.7, "too small"),
    ],
    "guess-outside": [
        (1 + S * (1 - MEAN), "this is the scale w"),
        (MEAN - S * (1 - MEAN), "a sign is wrong"),
        (1 + S * (MEAN - 1), "changed places"),
        (MEAN, "s does nothing"),
        (S, "for x_t = 0 only"),
        (S + (1 - S) * (1 + MEAN) / 2, "not the probability"),
        (tanh(ODDS / 2 + S * sqrt(AB)), "tilts the *weights*"),
        (S + (1 - S) * tanh(AB * X / (1 - AB)), "root of ab_t"),
        (S**3 + X, "No usual mistake"),
    ],
    "two-conditions": [
        (three(lambda a, b: 2 - a - b, lambda a, b: a, lambda a, b: b), "in it twice"),
        (three(lambda a, b: 1 - (a + b) / 2, lambda a, b: a / 2, lambda a, b: b / 2), "half its"),
        (three(lambda a, b: 1 - a, lambda a, b: a - b, lambda a, b: b), "to `cond_a`"),
        (three(lambda a, b: 1, lambda a, b: a, lambda a, b: b), "a *difference*"),
        (
            three(lambda a, b: (1 - a) * (1 - b), lambda a, b: a * (1 - b), lambda a, b: b),
            "weakened by s_b",
        ),
        (three(lambda a, b: 1 - a - b, lambda a, b: b, lambda a, b: a), "changed places"),
        (three(lambda a, b: -1 - a - b, lambda a, b: 1 + a, lambda a, b: 1 + b), "scales w"),
        (three(lambda a, b: 1 - a, lambda a, b: a, lambda a, b: 0 * b), "b is not in it"),
        (lambda u, a, b, s_a, s_b: u + a.mean() ** 3, "No usual mistake"),
    ],
    "guided-guess": [
        (lambda *of: by_x0(*of, weight=lambda s: 1 + s), "At a scale of 1"),
        (lambda *of: by_x0(*of, last=False), "is each of them guided"),
        (lambda *of: by_x0(*of, at_end=False), "computed and not used"),
        (lambda *of: by_x0(*of, weight=lambda s: 1 + s, last=False), "two faults"),
        (lambda *of: by_x0(*of, weight=lambda s: -s), "a sign is wrong"),
        (lambda *of: by_x0(*of, weight=lambda s: 1 - s), "changed places"),
        (
            lambda xt, cond, uncond, scale, ab_t: torch.lerp(uncond, cond, scale),
            "this is the guided noise",
        ),
        (lambda xt, cond, uncond, scale, ab_t: xt + cond.mean(), "No usual mistake"),
    ],
    "enough-guidance": [
        (1.2, "0.95"),
        (1.3, "right side of 0"),
        (0.8, "this is w"),
        (1.9, "too large"),
        (1.7, "too small"),
    ],
}

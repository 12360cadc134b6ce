"""Answers to the exercises of chapter 1.4: right in other forms, and wrong."""

from functools import partial

import sympy
import torch
from sympy import Symbol, exp, sqrt, tanh

X, AB = Symbol("x_t", real=True), Symbol("ab_t", positive=True)
HALF = sqrt(AB) * X / (1 - AB)


def distance(a, b, *, sort=True, power=2, over=torch.mean, root=True, down=False):
    if sort:
        a, b = a.sort(dim=1).values, b.sort(dim=1, descending=down).values
    d = over((a - b).abs() ** power, dim=1)
    return d.sqrt() if root else d


def nearest(a, b):
    ways = (a[:, :, None] - b[:, None]).square().amin(dim=2)
    return ways.mean(dim=1).sqrt()


def put_in(signal=torch.sqrt, noise=torch.sqrt, turn=False):
    def line(x0, given, xs, eps, ab_s):
        known = signal(ab_s) * x0 + noise(1 - ab_s) * eps
        return torch.where(given != turn, known, xs)

    return line


def flow(xt, score, ab_s, ab_t, *, factor=lambda ab: -((1 - ab) ** 0.5), shrink=True):
    """A step of DDIM from the score, by way of the predicted x_0."""
    eps = factor(ab_t) * score
    if shrink:
        x0 = (xt - (1 - ab_t) ** 0.5 * eps) / ab_t**0.5
        return ab_s**0.5 * x0 + (1 - ab_s) ** 0.5 * eps
    apart = ((1 - ab_s) / ab_s) ** 0.5 - ((1 - ab_t) / ab_t) ** 0.5
    return ab_s**0.5 * (xt + apart * eps)


RIGHT = {
    "accuracy-calls": [100, 100.0, torch.tensor(100)],
    "mean-of-two": [
        (exp(HALF) - exp(-HALF)) / (exp(HALF) + exp(-HALF)),
        1 - 2 / (exp(2 * HALF) + 1),
        "tanh(sqrt(ab_t) * x_t / (1 - ab_t))",
        sympy.sinh(HALF) / sympy.cosh(HALF),
    ],
    "sorted-pairs": [
        distance,
        lambda a, b: (
            torch.linalg.vector_norm(a.sort(1)[0] - b.sort(1)[0], dim=1) / a.shape[1] ** 0.5
        ),
    ],
    "keep-given": [
        put_in(),
        lambda x0, given, xs, eps, ab_s: (
            given * (ab_s.sqrt() * x0 + (1 - ab_s).sqrt() * eps) + ~given * xs
        ),
    ],
    "few-calls": [141, 141.0, torch.tensor(141)],
    "score-step": [
        flow,
        lambda xt, score, ab_s, ab_t: (
            (ab_s / ab_t) ** 0.5 * (xt + (1 - ab_t) * score)
            - ((1 - ab_s) * (1 - ab_t)) ** 0.5 * score
        ),
    ],
}

WRONG = {
    "accuracy-calls": [
        (1000, "of *first* order"),
        (20, "by four only"),
        (32, "divide the error by ten"),
        (100_000, "the wrong way round"),
        (10_000, "the square of a hundred"),
        (120, "too large: 12 times the calls divide the error by 144"),
        (60, "too small"),
        (-1, "10 calls already"),
    ],
    "mean-of-two": [
        (tanh(AB * X / (1 - AB)), "root of ab_t is missing"),
        (tanh(sqrt(AB) * X / sqrt(1 - AB)), "stands the variance"),
        (tanh(2 * HALF), "a factor 2 too many"),
        (tanh(HALF / 2), "a factor 2 is missing"),
        (1 / (1 + exp(-2 * HALF)), "the *probability*"),
        (X / sqrt(AB), "thinks the noise away"),
        (sqrt(AB) * X, "for Gaussian data"),
        (tanh(X**3 + AB), "No usual mistake"),
    ],
    "sorted-pairs": [
        (lambda a, b: distance(a, b, sort=False), "partner at the same place"),
        (lambda a, b: distance(a, b, root=False), "the root at the end"),
        (lambda a, b: distance(a, b, power=1, root=False), "1-Wasserstein"),
        (lambda a, b: distance(a, b, over=torch.sum), "a sum for a mean"),
        (lambda a, b: distance(a.msort(), b.msort(), sort=False), "the columns"),
        (lambda a, b: (a.mean(1) - b.mean(1)).abs(), "compares the means only"),
        (lambda a, b: distance(a, b, down=True), "the *longest* way"),
        (lambda a, b: nearest(a, b), "several may go to one"),
        (lambda a, b: nearest(b, a), "several may have one"),
        (lambda a, b: (a - b).mean(dim=1), "No usual mistake"),
    ],
    "keep-given": [
        (put_in(signal=torch.ones_like), "the signal has shrunk"),
        (put_in(noise=lambda a: a), "a variance or its root"),
        (put_in(turn=True), "with nothing given"),
        (put_in(signal=lambda a: a), "share of x_0 is too small"),
        (put_in(lambda a: a, lambda a: a), "both weights are variances"),
        (put_in(torch.ones_like, lambda a: a), "both in the noisy picture"),
        (put_in(torch.ones_like, turn=True), "the weight of x_0, and which"),
        (put_in(noise=lambda a: a, turn=True), "the weight of the noise, and which"),
        (put_in(torch.ones_like, torch.zeros_like), "goes in without noise"),
    ],
    "few-calls": [
        (29, "for `dpm_solver`"),
        (286, "for `linear(1000)`"),
        (27, "for 10 per cent"),
        (34, "within 0.02 of 0.25"),
        (288, "for the *variance*"),
        (69, "for 4 per cent"),
        (91, "for `leading` times"),
        (142, "the 0 at the end among them"),
        (72, "with 72 calls the standard deviation is 0.2404"),
        (160, "and so near it is with fewer"),
        (1.5, "no whole number"),
        (140, "deviation is 0.24498, 2.01 per cent from 0.25, where 2 are allowed"),
    ],
    "score-step": [
        (partial(flow, factor=lambda ab: (1 - ab) ** 0.5), "a sign is wrong"),
        (partial(flow, factor=torch.ones_like), "as if it were the noise"),
        (partial(flow, factor=lambda ab: -torch.ones_like(ab)), "a minus only"),
        (partial(flow, factor=lambda ab: ab - 1), "is a variance here"),
        (partial(flow, shrink=False), "not divided by the weight"),
        (
            lambda xt, score, ab_s, ab_t: flow(xt, score, ab_s, ab_t, shrink=False) / ab_s**0.5,
            "is taken in x_t itself",
        ),
        (
            lambda xt, score, ab_s, ab_t: flow(xt, score, ab_s, ab_t) / ab_s**0.5,
            "this is x_bar at time s",
        ),
        (
            lambda xt, score, ab_s, ab_t: (xt + (1 - ab_t) * score) / ab_t**0.5,
            "the predicted x_0 only",
        ),
        (lambda xt, score, ab_s, ab_t: xt + score.mean(), "No usual mistake"),
    ],
}

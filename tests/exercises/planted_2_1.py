"""Answers to the exercises of chapter 2.1: right in other forms, and wrong."""

import sympy
import torch
from sympy import log, sqrt, symbols
from torch.nn import functional as F

A, W = symbols("a w", positive=True)


def cloud(times=2, sign=1):
    return sqrt(W / (times * A + sign * W))


def choose(score):
    """The code with the smallest score, for each row of h."""
    return lambda h, e: e[score(h, e).argmin(dim=1)]


def squares(h, e):
    return (h[:, None] - e).square().sum(dim=-1)


def hinged(cut=torch.relu, margin=1, over=torch.mean, half=2, sign=1):
    def loss(real, fake):
        both = cut(margin - sign * real) + cut(margin + sign * fake)
        return over(both, dim=1) / half

    return loss


def slopes(h_weight=lambda b: 2 * b, e_weight=lambda b: 2, turn=(1, 1)):
    def both(h, e, beta):
        return turn[0] * h_weight(beta) * (h - e), turn[1] * e_weight(beta) * (e - h)

    return both


def by_autograd(h, e, beta):
    h, e = h.clone().requires_grad_(), e.clone().requires_grad_()
    with torch.enable_grad():
        loss = (e - h.detach()) ** 2 + beta * (h - e.detach()) ** 2
        return torch.autograd.grad(loss.sum(), (h, e))


RIGHT = {
    "fewer-numbers": [12, 12.0, torch.tensor(12), 64 * 3 / 16],
    "width-of-a-cloud": [
        cloud(),
        1 / sqrt(1 + 2 * A / W),
        "sqrt(w) / sqrt(2*a + w)",
        sympy.exp(-log(1 + 2 * A / W) / 2),
    ],
    "nearest-code": [
        choose(squares),
        choose(torch.cdist),
        choose(lambda h, e: e.square().sum(dim=1) - 2 * h @ e.T),
        lambda h, e: h + (choose(squares)(h, e) - h).detach(),
        lambda h, e: torch.stack(
            [min(e, key=lambda code: (code - row).norm().item()) for row in h]
        ),
    ],
    "hinge": [
        hinged(),
        hinged(cut=lambda a: a.clamp(min=0)),
        lambda real, fake: torch.cat([1 - real, 1 + fake], dim=1).relu().mean(dim=1),
    ],
    "two-slopes": [slopes(), by_autograd, lambda *args: list(slopes()(*args))],
    "used-codes": [117.23, 117, torch.tensor(117.2)],
}

WRONG = {
    "fewer-numbers": [
        (64, "the area alone"),
        (8, "the factor of one side"),
        (1.5, "one side only"),
        (341.33, "the wrong way round"),
        (3, "for f = 4"),
        (48, "a latent of 4 channels"),
        (192, "a latent of one channel"),
        (4, "a grey picture"),
        (3072, "channels are multiplied"),
        (16384, "how many numbers the latent has"),
        (1 / 12, "divided by which"),
        (14, "too large"),
        (10, "too small"),
    ],
    "width-of-a-cloud": [
        (W / (2 * A + W), "this is the variance"),
        (cloud(1), "a factor of 2 is missing"),
        (cloud(4), "a counts twice"),
        (sqrt(W / (2 * A)), "only its logarithm"),
        (1 / cloud(), "one over it"),
        (cloud(sign=-1), "different signs"),
        (1 / sqrt(2 * A * W + 1), "changed places"),
        (1 / sqrt(2 * A + 1), "left out"),
        (log(cloud() ** 2), "the log-variance"),
        (cloud() / sqrt(2), "counts half here"),
        (A * W, "No usual mistake"),
    ],
    "nearest-code": [
        (choose(lambda h, e: -squares(h, e)), "*farthest* away"),
        (lambda h, e: squares(h, e).min(dim=1).values, "one number in place of each row"),
        (choose(lambda h, e: -h @ e.T), "the largest product"),
        (choose(lambda h, e: (e**2).sum(1) - h @ e.T), "counted once"),
        (choose(lambda h, e: -h @ F.normalize(e).T), "the direction alone"),
        (choose(lambda h, e: squares(h[:, :1], e[:, :1])), "first coordinate only"),
        (choose(lambda h, e: (h[:, None] - e).abs().sum(2)), "absolute values"),
        (choose(lambda h, e: (h[:, None] - e).abs().amax(2)), "largest difference"),
        (choose(lambda h, e: (h[:, None] - e).mean(2).abs()), "with their signs"),
        (lambda h, e: e.mean(dim=0).expand(len(h), -1), "the mean of all codes"),
        (lambda h, e: choose(squares)(h.roll(1, 0), e), "of the one before it"),
        (lambda h, e: choose(squares)(h.roll(-1, 0), e), "of the one after it"),
        (lambda h, e: h, "gives h back"),
        (lambda h, e: e[torch.arange(len(h)) % len(e)], "No usual mistake"),
        (lambda h, e: squares(h, e).argmin(dim=1), "places in a table"),
        (lambda h, e: squares(h, e), "got shape (12, 6)"),
    ],
    "hinge": [
        (hinged(sign=-1), "signs have changed over"),
        (hinged(cut=lambda a: a), "has no end"),
        (hinged(margin=0), "the margin is 0"),
        (lambda real, fake: -fake.mean(dim=1), "of the *generator*"),
        (hinged(over=torch.sum), "a sum for a mean"),
        (hinged(half=1), "twice the loss"),
        (
            lambda real, fake: hinged()(real.mean(1, keepdim=True), fake.mean(1, keepdim=True)),
            "before the cut",
        ),
        (hinged(cut=F.softplus, margin=0), "the logistic loss"),
        (lambda real, fake: F.relu(1 - real).mean(dim=1) / 2, "for the real pictures"),
        (lambda real, fake: (real - fake).abs().mean(dim=1), "No usual mistake"),
        (lambda real, fake: hinged()(real, fake).mean(), "got shape ()"),
    ],
    "two-slopes": [
        (slopes(h_weight=lambda b: 2), "h: beta is missing"),
        (slopes(h_weight=lambda b: b), "h: this is half of it"),
        (
            slopes(lambda b: 1, lambda b: b),
            "h: two faults are still in this line",
        ),
        (slopes(turn=(-1, 1)), "takes h away"),
        (
            slopes(lambda b: 2 * (1 + b), lambda b: 2 * (1 + b)),
            "both terms move h",
        ),
        (lambda *args: slopes()(*args)[::-1], "changed places in the `return`"),
        (slopes(turn=(1, -1)), "takes the code away"),
        (slopes(e_weight=lambda b: 2 * b), "e: beta is in it"),
        (
            slopes(e_weight=lambda b: 2 * b, turn=(1, -1)),
            "e: two faults are still in this line",
        ),
        (slopes(e_weight=lambda b: 1), "a factor is missing here now"),
        (slopes(e_weight=lambda b: 2 * (1 + b)), "both terms move e"),
        (lambda *args: slopes()(*args)[0], "returns 1 value"),
        (slopes(h_weight=lambda b: b**2), "h: two slips"),
        (slopes(h_weight=lambda b: b.sin()), "h: your value differs"),
    ],
    "used-codes": [
        (27.17, "2 to the power"),
        (4.76, "the entropy itself, in nats"),
        (6.82, "this is `weights.sum()` alone"),
        (6.87, "the entropy itself, in bits"),
        (966.05, "e to the power"),
        (512, "equally often"),
        (75, "more than an even share"),
        (28.28, "squared shares"),
        (409.55, "the *root* of k"),
        (182.36, "for 1024 codes"),
        (19.39, "do not add up to 1"),
        (2.6404e8, "your shares do not add up to 1"),
        (120, "too large"),
        (110, "too small"),
    ],
}

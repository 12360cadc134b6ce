"""Answers to the exercises of chapter 1.3.1: right in other forms, and wrong."""

import torch
from sympy import Symbol

S_S, S_T = Symbol("snr_s"), Symbol("snr_t")


def kl(m, C, n, D, *, half=0.5, one=1, flip=False, over=torch.sum):
    ratio = C / D if flip else D / C
    return half * over(ratio.log() + (C + (m - n) ** 2) / D - one, dim=1)


def weighed(ratio=lambda a: a / (1 - a), cut="max", unit=1.0):
    def loss(v_hat, v, ab_t):
        snr = ratio(ab_t)
        weight = snr.clamp(**{cut: 5}) / (snr + unit)
        return (weight * (v_hat - v) ** 2).mean(dim=1)

    return loss


def inverse(a):
    return (1 - a) / a


RIGHT = {
    "magnified": [0.5, 0.502, torch.tensor(0.5)],
    "weight-in-v": [
        (S_S - S_T) / (S_T + 1) / 2,
        "(snr_s - snr_t) / (2 * snr_t + 2)",
        ((S_S + 1) / (S_T + 1) - 1) / 2,
    ],
    "divergence": [
        kl,
        lambda m, C, n, D: torch.distributions.kl_divergence(
            torch.distributions.Normal(m, C.sqrt()),
            torch.distributions.Normal(n, D.sqrt()),
        ).sum(dim=1),
    ],
    "min-snr-in-v": [
        weighed(),
        lambda v_hat, v, a: (torch.minimum(a, 5 * (1 - a)) * (v_hat - v).square()).mean(dim=1),
    ],
    "magnified-times": [64, 64.0, torch.tensor(64)],
}

WRONG = {
    "magnified": [
        (0.02, "the other way round"),
        (2.5, "the root is missing"),
        (0.1, "the weight that the noise"),
        (0.51, "alpha_bar alone"),
        (2.6, "this divides by alpha_bar"),
        (0.102, "divides by the weight of the noise"),
        (0.004, "two slips: this is the other way round"),
        (0.7, "too large"),
        (0.3, "too small"),
    ],
    "weight-in-v": [
        ((S_S - S_T) / 2, "error of x_0"),
        ((S_S / S_T - 1) / 2, "error of the noise"),
        ((S_S - S_T) / (S_T + 1), "the half is missing"),
        ((S_S - S_T) * (S_T + 1) / 2, "multiplied where"),
        ((S_S - S_T) / (2 * S_S + 2), "which SNR goes"),
        (S_S, "this is `snr_s` alone"),
        (S_S**2 * (S_T + 3), "No usual mistake"),
    ],
    "divergence": [
        (lambda m, C, n, D: kl(n, D, m, C), "the other way round"),
        (lambda m, C, n, D: kl(m, C, n, D, over=torch.mean), "is the mean over"),
        (lambda m, C, n, D: kl(m, C, n, D, half=1), "half in front is missing"),
        (lambda m, C, n, D: kl(m, C, n, D, flip=True), "upside down"),
        (lambda m, C, n, D: kl(m, C, n, D, one=0), "the -1 is missing"),
        (lambda m, C, n, D: ((m - n) ** 2 / D / 2).sum(dim=1), "equal variances only"),
    ],
    "min-snr-in-v": [
        (weighed(inverse), "large where there is much"),
        (weighed(cut="min"), "the *larger* of the two"),
        (weighed(unit=0.0), "The network predicts v"),
        (weighed(cut="min", unit=0.0), "the cut, and the units"),
        (weighed(inverse, unit=0.0), "the ratio, and the units"),
        (weighed(inverse, cut="min"), "the ratio, and the cut"),
        (
            lambda v_hat, v, a: ((v_hat - v) ** 2).mean(dim=1),
            "the factor `snr.clamp(max=5) / (snr + 1)` is missing",
        ),
        (lambda v_hat, v, a: (v_hat * v.sin()).sum(dim=1), "No usual mistake"),
    ],
    "magnified-times": [
        (197, "the root again"),
        (56, "the *noise* would be"),
        (326, "for `linear(1000)`"),
        (207, "alpha_bar is below"),
        (936, "tenfold at most."),
        (937, "t = 0 among them"),
        (65, "alpha_bar is below a hundredth"),
        (7, "a square too many"),
        (63, "t = 1000 is the last"),
        (66, "too large"),
        (61, "too small"),
    ],
}

"""Answers to the exercises of chapter 2.2.2: right in other forms, and wrong."""

from collections import Counter

import torch
from sympy import exp, log, symbols

P, F, N = symbols("p f n", positive=True)
R = P / (1 - F)  # the rate of a word where a picture is not lost


def columns(pairs):
    """The colours of both shapes, and their kinds."""
    return [*zip(*pairs, strict=True)]


def torn(one, other):
    """The same words, each kind by itself."""
    return all(Counter(x) == Counter(y) for x, y in zip(columns(one), columns(other), strict=True))


def tied(one, other):
    """The same pairs."""
    return sorted(one) == sorted(other)


def counted(wanted, seen, *, words=None, pairs=None):
    """The two shares by counting, picture by picture, or one of them in another way."""

    rows = [*zip(wanted.tolist(), seen.tolist(), strict=True)]
    return tuple(
        torch.tensor([float(rule(*row)) for row in rows]).double().mean()
        for rule in (words or torn, pairs or tied)
    )


def words_by(rule):
    return lambda wanted, seen: counted(wanted, seen, words=rule)


def pairs_by(rule):
    return lambda wanted, seen: counted(wanted, seen, pairs=rule)


def one_kind(k):
    return lambda one, other: sorted(x[k] for x in one) == sorted(x[k] for x in other)


def numbered(x):
    return x @ torch.tensor([7, 1])


def encoder(*, place=True, hide="keys", over=-1, keep=True, late=False):
    """A text encoder, written with einsum, in which one thing may be otherwise."""

    def encode(words, at, there):
        shift = at if place is True else at.mean(0) if place == "mean" else 0 * at
        h = words + (0 if late else shift)
        scores = torch.einsum("bnd,bmd->bnm", h, h) / 2
        seen = {
            "keys": there[:, None],
            "queries": there[:, :, None],
            "words": ~there[:, None],
            "nobody": torch.ones_like(there)[:, None],
        }[hide]
        weights = torch.where(seen, scores, torch.tensor(-1e9).double()).softmax(over)
        found = torch.einsum("bnm,bmd->bnd", weights, h)
        return (h if keep else 0) + found + (shift if late else 0)

    return encode


RIGHT = {
    "seven-words": [0.9686, 0.969, 0.8 ** (1 / 7), torch.tensor(0.9686)],
    "more-than-the-product": [
        (1 - F) * R**N,
        P**N / (1 - F) ** (N - 1),
        exp(N * log(P) - (N - 1) * log(1 - F)),
        "p^n * (1 - f)^(1 - n)",
    ],
    "best-of-a-bag": [0.25, 1 / 4, torch.tensor(0.25)],
    "present-and-bound": [
        counted,
        lambda wanted, seen: tuple(
            (one == two).flatten(1).all(dim=1).double().mean()
            for one, two in (
                (wanted.sort(1).values, seen.sort(1).values),
                (
                    (wanted @ torch.tensor([7, 1])).sort(1)[0],
                    (seen @ torch.tensor([7, 1])).sort(1)[0],
                ),
            )
        ),
    ],
    "forgotten-order": [encoder()],
    "which-bug": ["CFDB", "cfdb", "C, F, D, B", ["C", "F", "D", "B"], ("c", "f", "d", "b")],
}

WRONG = {
    "seven-words": [
        (0.9714, "the bound"),
        (0.8, "of the *whole* caption"),
        (0.21, "goes the other way"),
        (0.928, "for one shape"),
        (0.9457, "for four words"),
        (0.9635, "the place is missing"),
        (0.9725, "for eight words"),
        (0.1143, "shared out among the words"),
        (0.99, "too large"),
        (0.9, "too small"),
    ],
    "more-than-the-product": [
        (P**N, "over *all* pictures"),
        ((1 - F) * P**N, "p is measured over all pictures"),
        (R**N, "the share among the pictures"),
        (P**N / (1 - F), "for each of the n words"),
        (P, "the rate of one word"),
        ((1 - F) * ((P - F) / (1 - F)) ** N, "nothing is taken from p"),
        ((1 - F) * (P * (1 - F)) ** N, "*higher* than p"),
        (F + (1 - F) * R**N, "count as whole"),
        (F * (P / F) ** N, "the share of the pictures that are *not* lost"),
        (log(1 + P) * F + N, "No usual mistake"),
    ],
    "best-of-a-bag": [
        (0.125, "all differ"),
        (0.5, "A bag knows neither"),
        (0.375, "leaves the shapes out"),
        (0.333, "leaves the sizes out"),
        (0.625, "one caption in two has one shape"),
        (0.2, "over the *mean* number"),
        (1, "it can always draw both"),
        (0.28, "too large"),
    ],
    "present-and-bound": [
        (words_by(lambda one, other: one == other), "compared in their order. The picture"),
        (
            words_by(
                lambda one, other: all(
                    {*x} <= {*y} for x, y in zip(columns(one), columns(other), strict=True)
                )
            ),
            "counts here if it is there once",
        ),
        (words_by(tied), "pictures whose pairs are right"),
        (
            words_by(lambda one, other: torn([x[:1] for x in one], [x[:1] for x in other])),
            "colours",
        ),
        (words_by(lambda one, other: torn([x[1:] for x in one], [x[1:] for x in other])), "shapes"),
        (
            words_by(
                lambda one, other: (
                    sum(
                        a == b
                        for x, y in zip(columns(one), columns(other), strict=True)
                        for a, b in zip(sorted(x), sorted(y), strict=True)
                    )
                    / 4
                )
            ),
            "the share of *words*",
        ),
        (pairs_by(lambda one, other: one == other), "in the first place is as good"),
        (pairs_by(torn), "sorted apart"),
        (pairs_by(lambda one, other: any(x in other for x in one)), "one bound shape is enough"),
        (pairs_by(lambda one, other: all(x in other for x in one)), "counts twice"),
        (
            pairs_by(lambda one, other: sorted(map(sum, one)) == sorted(map(sum, other))),
            "a sum of colour and shape",
        ),
        (lambda wanted, seen: counted(wanted, seen)[::-1], "changed places in the `return`"),
        (lambda wanted, seen: counted(wanted, seen)[0], "returns 1 value"),
    ],
    "forgotten-order": [
        (encoder(place="mean", hide="queries", over=1), "three faults are still"),
        (encoder(place="mean"), "one fault is still in it. Look at the places"),
        (encoder(hide="queries"), "one fault is still in it. Look at the mask"),
        (encoder(over=1), "one fault is still in it. Look at the softmax"),
        (encoder(hide="queries", over=1), "two faults are still in it. Look at the mask"),
        (encoder(late=True), "after the words have looked"),
        (encoder(place=False), "there are no places in it"),
        (encoder(hide="nobody"), "the mask is gone"),
        (encoder(keep=False), "without the word itself"),
        (encoder(hide="words"), "turned round"),
    ],
    "which-bug": [
        ("AFDB", "Q and R and S: right. P: something of the caption does arrive"),
        ("BFDB", "none of the second one"),
        ("CADB", "not scenes of any kind"),
        ("CGDB", "in the wrong direction"),
        ("CFAB", "To which?"),
        ("CFFB", "right, each for another caption"),
        ("CFDC", "not cut off"),
        ("CFDA", "Something arrives"),
        ("CFEB", "six large red circles"),
        ("DFCB", "P: with D each picture would be right"),
        ("CFD", "these are 3 letters"),
        ("CFDX", "'X' is not one of A to G"),
        (3624, "4 letters in quotation marks"),
    ],
}

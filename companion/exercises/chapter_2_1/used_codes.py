"""Explore: how many codes of an unevenly used codebook are in use."""

import torch
from torch import Tensor

from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def perplexity_of_law(power: float = 1.0, codes: int = 512) -> float:
    """exp of the entropy of codes with shares proportional to 1 / k^power."""
    weights = torch.arange(1, codes + 1, dtype=torch.float64) ** -power
    share = weights / weights.sum()
    entropy = -(share * share.log()).sum()  # nats
    return entropy.exp().item()


def _weights() -> Tensor:
    return 1 / torch.arange(1, 513, dtype=torch.float64)


def _shares() -> Tensor:
    return _weights() / _weights().sum()


def _nats() -> float:
    return -(_shares() * _shares().log()).sum().item()


def _bits() -> float:
    return -(_shares() * _shares().log2()).sum().item()


EXERCISE = Exercise(
    name="used-codes",
    number="2.1.6",
    title="How many codes are in use",
    kind=Kind.EXPLORE,
    chapter="2-1-autoencoder",
    difficulty=2,
    importance=2,
    minutes=20,
    answer="used",
    stub="used = None  # a number",
    solution=perplexity_of_law,
    checker=NumberChecker(
        solution=perplexity_of_law,
        tolerance=0.5,
        mistakes=(
            Mistake(
                "this is 2 to the power of an entropy in nats. Which number is raised to it?",
                lambda: 2 ** _nats(),
            ),
            Mistake(
                "this is the entropy itself, in nats. Even use of K codes has the "
                "entropy log K; how do you get back from there to K?",
                _nats,
            ),
            Mistake(
                "this is the entropy itself, in bits. How many answers have so many "
                "yes-or-no questions?",
                _bits,
            ),
            Mistake(
                "this is e to the power of an entropy in bits, and more codes than there are.",
                lambda: torch.tensor(_bits()).exp().item(),
            ),
            Mistake(
                "this would be right if each code were chosen equally often.",
                lambda: 512.0,
            ),
            Mistake(
                "this is how many codes have more than an even share. The others are not unused.",
                lambda: (_shares() > 1 / 512).sum().item(),
            ),
            Mistake(
                "this is one over the sum of the squared shares, another count of "
                "what is in use. The perplexity goes by the entropy.",
                lambda: 1 / _shares().square().sum().item(),
            ),
            Mistake(
                "this is for shares that go with one over the *root* of k.",
                lambda: perplexity_of_law(power=0.5),
            ),
            Mistake(
                "this is for 1024 codes. Here there are 512.",
                lambda: perplexity_of_law(codes=1024),
            ),
            Mistake(
                "the shares do not add up to 1 here: is 1/k divided by the sum of all the 1/k?",
                lambda: -(_weights() * _weights().log()).sum().item(),
            ),
            Mistake(
                "your shares do not add up to 1: divide each 1/k by the sum of all of them.",
                lambda: (-(_weights() * _weights().log()).sum()).exp().item(),
            ),
        ),
    ),
    meaning="A codebook of so many codes, evenly used, would tell as much.",
    hints=(
        "Make the 512 weights 1/k and divide them by their sum. The entropy is the sum "
        "of -p log p.",
        "`torch.arange(1, 513)` gives the k. The logarithm is the natural one, "
        "`torch.log`, and what goes with it is `torch.exp`.",
    ),
    on_failure=(
        ("The entropy itself.", "For K equal shares the answer has to be K: try it."),
        ("2 to the power of nats.", "`log` goes with `exp`, `log2` with `2 **`."),
        ("Shares that do not add up.", "Print `p.sum()`."),
    ),
    discussion=(
        "A sample answer. Every code is chosen now and then, but half of all choices "
        "fall on the first 17, and 512 codes tell as much as 117 of even use. With one "
        "over the root of $k$ there are 410, with $1/k^2$ no more than 5. Twice "
        "the codes with shares by $1/k$, 1024, count for 182, and not for 234. In code:"
    ),
)

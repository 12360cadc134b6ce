"""Implement: cross-attention in which some tokens are masked."""

import torch
from torch import Generator, Tensor

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def look_at_tokens(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """What each query, (N, d), finds in k and v, (M, d), where the mask shows."""
    scores = q @ k.T / k.shape[1] ** 0.5  # (N, M)
    scores = scores.masked_fill(~mask, float("-inf"))
    return scores.softmax(dim=1) @ v  # (N, d)


def _inputs(generator: Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    q = torch.randn(4, 5, generator=generator, dtype=torch.float64)
    k, v = torch.randn(2, 6, 5, generator=generator, dtype=torch.float64)
    mask = torch.tensor([True, False, True, True, False, False])
    return q, k, v, mask[torch.randperm(6, generator=generator)]


def _weights(q: Tensor, k: Tensor, mask: Tensor, scale: float, dim: int = 1) -> Tensor:
    return (q @ k.T * scale).masked_fill(~mask, float("-inf")).softmax(dim=dim)


EXERCISE = Exercise(
    name="masked-attention",
    number="2.2.3",
    title="Words that are not there",
    kind=Kind.IMPLEMENT,
    chapter="2-2-latent-diffusion",
    difficulty=2,
    importance=3,
    minutes=20,
    answer="look",
    stub=(
        "def look(q, k, v, mask):\n"
        '    """What each row of q finds in the tokens that the mask lets it see, (N, d)."""\n'
        "    ..."
    ),
    solution=look_at_tokens,
    checker=FunctionChecker(
        solution=look_at_tokens,
        inputs=_inputs,
        parts=("what is found",),
        mistakes=(
            Mistake(
                "the mask has no effect: the tokens behind it are still seen.",
                lambda q, k, v, mask: (q @ k.T / 5**0.5).softmax(dim=1) @ v,
            ),
            Mistake(
                "a masked score is 0 here, and the exponential of 0 is 1: such a token still "
                "has a weight. Which score has the weight 0?",
                lambda q, k, v, mask: (q @ k.T / 5**0.5 * mask).softmax(dim=1) @ v,
            ),
            Mistake(
                "the weights are masked after the softmax, so that those that are left no longer "
                "add up to 1. Mask the scores.",
                lambda q, k, v, mask: ((q @ k.T / 5**0.5).softmax(dim=1) * mask) @ v,
            ),
            Mistake(
                "the mask is the wrong way round: it is True where there *is* a token.",
                lambda q, k, v, mask: _weights(q, k, ~mask, 5**-0.5) @ v,
            ),
            Mistake(
                "the weights are not divided by their sum: that is the other half of the softmax.",
                lambda q, k, v, mask: ((q @ k.T / 5**0.5).exp() * mask) @ v,
            ),
            Mistake(
                "this is the value of the best token alone. Softmax leaves some to the others.",
                lambda q, k, v, mask: v[mask][(q @ k[mask].T).argmax(dim=1)],
            ),
            Mistake(
                "the scores are not divided by the root of d.",
                lambda q, k, v, mask: _weights(q, k, mask, 1.0) @ v,
            ),
            Mistake(
                "the scores are divided by d, and not by its root.",
                lambda q, k, v, mask: _weights(q, k, mask, 1 / 5) @ v,
            ),
            Mistake(
                "the scores are divided by the root of the number of tokens. It is the width of "
                "a token that makes a score large.",
                lambda q, k, v, mask: _weights(q, k, mask, 6**-0.5) @ v,
            ),
            Mistake(
                "this is the plain mean of the visible values, the same for each query.",
                lambda q, k, v, mask: v[mask].mean(dim=0).expand_as(q),
            ),
            Mistake(
                "the keys are averaged here. The scores come from the keys, what is found from "
                "the values.",
                lambda q, k, v, mask: _weights(q, k, mask, 5**-0.5) @ k,
            ),
            Mistake(
                "the scores come from the values here, and not from the keys.",
                lambda q, k, v, mask: _weights(q, v, mask, 5**-0.5) @ v,
            ),
        ),
    ),
    meaning="`attend` of `companion.networks.blocks` does the same, for a batch and several heads.",
    hints=(
        "Three lines: the scores, (N, M); the mask on the scores; softmax over the tokens, "
        "times the values.",
        "`scores.masked_fill(~mask, float('-inf'))`: the exponential of minus infinity is 0.",
    ),
    on_failure=(
        ("A masked token counts.", "Change its value: nothing in the result may change."),
        ("Weights that do not add up.", "Let all values be 1. Then all results have to be 1."),
        ("Softmax over the wrong axis.", "The weights of one *query* add up to 1."),
    ),
    discussion=(
        "The mask goes on the scores, before the softmax. Then the weights of the visible tokens "
        "add up to 1, and a hidden one has exactly 0. To leave the hidden rows of k and v out "
        "altogether gives the same. In code:"
    ),
)

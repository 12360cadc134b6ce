"""Break and repair: a branch with adaLN-zero in which two faults hide each other."""

from collections.abc import Callable

import torch.nn.functional as F
from torch import Generator, Tensor, randn

from companion.exercises.checkers import FunctionChecker
from companion.exercises.exercise import Exercise, Kind, Mistake, still_wrong


def gated_block(
    h: Tensor,
    emb: Tensor,
    modulation: Tensor,
    weight: Tensor,
) -> Tensor:
    """Each token, and what the branch makes of it, behind a gate: (B, N, D)."""
    vectors = (emb @ modulation)[:, None]  # (B, 1, 3 D)
    shift, scale, gate = vectors.chunk(3, dim=-1)  # (B, 1, D) each
    x = F.layer_norm(h, h.shape[2:]) * (1 + scale) + shift  # (B, N, D)
    return h + gate * (x @ weight).tanh()  # (B, N, D)


def _inputs(generator: Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    shapes = ((3, 5, 4), (3, 4), (4, 12), (4, 4))
    return tuple(randn(shape, generator=generator).double() for shape in shapes)


def _left(wide_norm: bool, no_one: bool, open_gate: bool) -> Callable:
    """The block with only these faults left in it."""

    def block(h: Tensor, emb: Tensor, modulation: Tensor, weight: Tensor) -> Tensor:
        shift, scale, gate = (emb @ modulation)[:, None].chunk(3, dim=-1)
        x = F.layer_norm(h, h.shape[1:] if wide_norm else h.shape[2:])
        x = x * (scale if no_one else 1 + scale) + shift
        return h + (1 + gate if open_gate else gate) * (x @ weight).tanh()

    return block


def _with(join: Callable, see: Callable | None = None, eps: float = 1e-5) -> Callable:
    """The block with another last line, or with another thing that the branch sees."""

    def block(h: Tensor, emb: Tensor, modulation: Tensor, weight: Tensor) -> Tensor:
        shift, scale, gate = (emb @ modulation)[:, None].chunk(3, dim=-1)
        normed = F.layer_norm(h, h.shape[2:], eps=eps)
        x = see(h, normed, shift, scale) if see else normed * (1 + scale) + shift
        return join(h, gate, (x @ weight).tanh())

    return block


def _beside(h: Tensor, gate: Tensor, f: Tensor) -> Tensor:
    return h + gate * f


WHERE = (
    "the norm: does a token change when another one of its image does?",
    "the scale: what does the branch see at the start, when all of the modulation is zero?",
    "the gate: what does the block add at the start?",
)


EXERCISE = Exercise(
    name="adaln-zero",
    number="3.1.4",
    title="Two faults that hide each other",
    kind=Kind.REPAIR,
    chapter="3-1-dit",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="block",
    stub=(
        "import torch.nn.functional as F\n\n\n"
        "def block(h, emb, modulation, weight):\n"
        '    """Tokens behind a branch with adaLN-zero, (B, N, D). Three things are wrong."""\n'
        "    shift, scale, gate = (emb @ modulation)[:, None].chunk(3, dim=-1)\n"
        "    x = F.layer_norm(h, h.shape[1:]) * scale + shift\n"
        "    return h + (1 + gate) * (x @ weight).tanh()"
    ),
    solution=gated_block,
    checker=FunctionChecker(
        solution=gated_block,
        inputs=_inputs,
        parts=("the tokens",),
        mistakes=(
            *still_wrong(WHERE, _left),
            Mistake(
                "the shift and the scale have changed places: the first third of the modulation "
                "is the shift.",
                _with(_beside, lambda h, normed, shift, scale: normed * (1 + shift) + scale),
            ),
            Mistake(
                "all is repaired, and `emb` goes through a SiLU once more. It has been through "
                "it before it comes here.",
                lambda h, emb, modulation, weight: gated_block(h, F.silu(emb), modulation, weight),
            ),
            Mistake(
                "the gate closes the shortcut, too. At the start nothing at all comes out.",
                _with(lambda h, gate, f: gate * (h + f)),
            ),
            Mistake(
                "there is no shortcut: at the start nothing comes out.",
                _with(lambda h, gate, f: gate * f),
            ),
            Mistake(
                "the gate shares out between the two, so that an open gate loses the tokens. The "
                "shortcut has no gate.",
                _with(lambda h, gate, f: (1 - gate) * h + gate * f),
            ),
            Mistake(
                "the gate is not in it, and the branch is open from the start.",
                _with(lambda h, gate, f: h + f),
            ),
            Mistake(
                "the norm is not in it: the branch sees the tokens as they are.",
                _with(_beside, lambda h, normed, shift, scale: h * (1 + scale) + shift),
            ),
            Mistake(
                "the shortcut takes the normed tokens. What comes in has to go on unchanged.",
                lambda h, emb, modulation, weight: (
                    gated_block(h, emb, modulation, weight) - h + F.layer_norm(h, h.shape[2:])
                ),
            ),
            Mistake(
                "the shift is scaled as well: it is added behind the scale.",
                _with(_beside, lambda h, normed, shift, scale: (normed + shift) * (1 + scale)),
            ),
            Mistake(
                "all is repaired, with another small number in the norm. Leave its `eps` as it "
                "was in the cell.",
                _with(_beside, eps=1e-6),
            ),
        ),
    ),
    meaning=(
        "With a modulation of zeros it returns its tokens unchanged, and the gate has a gradient "
        "at the first step."
    ),
    hints=(
        "Let `modulation` be zero, as at the start. What should the branch see then, and how much "
        "of it should be let through?",
        "Then change one token alone. The norm belongs to a token, so the others have to stay as "
        "they are.",
    ),
    on_failure=(
        ("The norm.", "It is over the D numbers of one token: `h.shape[2:]`."),
        ("The scale.", "Zero has to mean unchanged: `1 + scale`."),
        ("The gate.", "Zero has to mean closed: `gate` alone."),
    ),
    discussion=(
        "The norm ran over all tokens of an image, so that each token changed with all others. The "
        "scale without its 1 showed the branch a zero at the start. The gate with a 1 let all of "
        "the branch through. At the start the last two hide each other: the branch makes a zero of "
        "a zero, and the tokens come out unchanged. With the gate alone repaired, nothing of the "
        "modulation would ever move, since both the branch and its gate would be zero. In code:"
    ),
)

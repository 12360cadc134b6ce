"""A row of the ledger, and how one is made from a proof.

What a row shows as proved is printed from the claim of its proof, and what it shows as
printed from its counterexample. Nothing is typed twice.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Expr

from companion.proofs.algebra import Counterexample, Derivation
from companion.proofs.display import tex

LAST_PRINTED = {"1": 15, "2": 5}  # the last number of each part of the article


@dataclass(frozen=True)
class Row:
    """An equation and its whereabouts.

    Attributes:
        number: "1-11", with a letter if it is ours; a name where the article has no number.
        title: what it says.
        printed: the article's side, TeX.
        proved: ours, TeX.
        verdict: "right", "misprint" or "ours".
        note: what there is to say, Markdown.
        proof: the dotted name of the function of its proof.
        function: the dotted name of the function of the package that uses it.
        test: "tests/file.py::test", which holds proof and function together.
        chapter: the stem of the notebook that shows it.
        counterexample: a dotted name, for misprints only.
    """

    number: str
    title: str
    printed: str
    proved: str
    verdict: str
    note: str
    proof: str
    function: str
    test: str
    chapter: str
    counterexample: str | None = None


def says(left: Expr, right: Expr) -> str:
    """left = right as TeX."""
    return f"{tex(left)} = {tex(right)}"


def claim(proof: Callable[[], Derivation], number: int = 0) -> str:
    """One of the claims of a proof as TeX."""
    one = proof().claims[number]
    return says(one.lhs, one.rhs)


def row(
    number: str,
    title: str,
    proved: str,
    proof: Callable[[], Derivation],
    function: str,
    test: str,
    chapter: str,
    note: str = "",
    wrong: Callable[[], Counterexample] | None = None,
    package: str = "diffusion",
    bridge: str = "test_bridge",
) -> Row:
    """A row: ours if the article has no such number, a misprint if `wrong` refutes it.

    Args:
        number: that of the equation, or a name.
        title: what it says.
        proved: TeX, from `says` or `claim`.
        proof: the function of its proof.
        function: a name in `package`.
        test: a test in `bridge`.
        chapter: the stem of the notebook that shows it.
        note: what there is to say, Markdown.
        wrong: the function of the counterexample.
        package: a part of `companion`.
        bridge: a file of `tests/proofs`.

    Returns:
        The row, with what it shows printed from the proof.
    """
    ours = is_ours(number)
    printed = "" if ours else proved
    if wrong:
        printed = says(wrong().left, wrong().printed)
    return Row(
        number=number,
        title=title,
        printed=printed,
        proved=proved,
        verdict="ours" if ours else "misprint" if wrong else "right",
        note=note,
        proof=_dotted(proof),
        function=f"companion.{package}.{function}",
        test=f"tests/proofs/{bridge}.py::{test}",
        chapter=chapter,
        counterexample=_dotted(wrong) if wrong else None,
    )


def is_ours(number: str) -> bool:
    """Whether the article has no such number: one with a letter, or one past its end."""
    part, _, place = number.partition("-")
    if not place:  # a name: what the article prints without a number
        return False
    return not place.isdigit() or int(place) > LAST_PRINTED.get(part, 0)


def _dotted(function: Callable) -> str:
    return f"{function.__module__}.{function.__name__}"

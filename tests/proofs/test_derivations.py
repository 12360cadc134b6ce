"""Every proof holds, and stops holding as soon as one line of it is touched."""

from dataclasses import replace

import pytest
import sympy
from sympy import Expr, Pow, Rational, S, cos, floor, sin

from companion.proofs import algebra, deciding
from companion.proofs.algebra import Derivation, Let, ProofError, Step
from companion.proofs.ledger import ROWS
from companion.proofs.letters import (
    ab_prev,
    ab_s,
    ab_t,
    alpha,
    alpha_prev,
    alpha_t,
    beta_t,
)
from companion.proofs.whole_numbers import Remainder
from tests.proofs.derivations import COUNTEREXAMPLES, DERIVATIONS

HALF = Rational(1, 2)


@pytest.mark.parametrize("name", DERIVATIONS)
def test_a_proof_holds(name):
    proof = DERIVATIONS[name]()
    assert 0 < proof.verify() <= len(proof.steps)
    assert proof.claims and proof.equations


def test_together_they_prove_every_equation_from_1_1_to_1_15():
    proved = {n for make in DERIVATIONS.values() for n in make().equations}
    assert {f"1-{n}" for n in range(1, 16)} <= proved
    assert {row.number for row in ROWS} - {"product"} <= proved


def test_a_row_names_a_proof_of_its_equation():
    for row in ROWS:
        proof = DERIVATIONS[row.proof.rpartition(".")[2]]()
        assert row.number == "product" or row.number in proof.equations


@pytest.mark.parametrize("name", DERIVATIONS)
def test_what_a_proof_takes_from_another_is_proved_there(name):
    for fact in DERIVATIONS[name]().given:
        assert fact.proof is None or fact.proof.__name__ in DERIVATIONS


# ------------------------------------------------- each line, broken in the usual ways


def without_roots(side: Expr) -> Expr:
    """A root forgotten, wherever there is one."""
    return side.replace(
        lambda e: isinstance(e, Pow) and abs(e.exp) == HALF,
        lambda e: e.base ** (2 * e.exp),
    )


def swapped(side: Expr) -> Expr:
    """Earlier and later time swapped."""
    earlier = {ab_s: ab_t, ab_t: ab_s} if side.has(ab_s) else {ab_prev: ab_t, ab_t: ab_prev}
    return side.xreplace(earlier)


def alpha_for_alpha_bar(side: Expr) -> Expr:
    return side.xreplace({ab_t: alpha if side.has(alpha) else alpha_t})


def shifted(side: Expr) -> Expr:
    """The index of a step off by one."""
    return side.xreplace({alpha_t: alpha_prev, beta_t: 1 - alpha_prev})


def turned(side: Expr) -> Expr:
    return -side


def doubled(side: Expr) -> Expr:
    return 2 * side if side else S.One


def unrounded(side: Expr) -> Expr:
    """Quotients of whole numbers with their fractions, and what is left over with the rest."""
    whole = side.replace(lambda e: isinstance(e, Remainder), lambda e: e.args[0])
    return whole.replace(lambda e: isinstance(e, floor), lambda e: e.args[0])


def sine_for_cosine(side: Expr) -> Expr:
    return side.replace(cos, sin)


BREAKS = (
    without_roots,
    swapped,
    alpha_for_alpha_bar,
    shifted,
    turned,
    doubled,
    unrounded,
    sine_for_cosine,
)


def alone(proof: Derivation, number: int, right: Expr) -> Derivation:
    """One line of a proof, with another right side, and the letters above it."""
    letters = [line for line in proof.steps[:number] if isinstance(line, Let)]
    line = replace(proof.steps[number], right=right, joins=False)
    return replace(proof, steps=(*letters, line), claims=())


LINES = [
    pytest.param(make(), number, id=f"{name}-{number + 1}")
    for name, make in DERIVATIONS.items()
    for number, line in enumerate(make().steps)
    if isinstance(line, Step)
]


def by_numbers(left: Expr, right: Expr) -> Expr:
    """As `difference`, which is 0 nowhere where numbers differ, but nothing is simplified there."""
    gap = deciding.worked_out(left) - deciding.worked_out(right)
    return gap if deciding._differs_somewhere(gap) else deciding.difference(left, right)


@pytest.mark.parametrize("proof, number", LINES)
def test_a_broken_line_is_found(proof, number, monkeypatch):
    """One of the breaks by `difference` itself, the others faster: by what decides there, too."""
    line = proof.steps[number]
    alone(proof, number, line.right).verify()
    with pytest.raises(ProofError, match="line"):
        alone(proof, number, turned(line.right) if line.right else S.One).verify()
    monkeypatch.setattr(algebra, "difference", by_numbers)
    broken = {b.__name__: b(line.right) for b in BREAKS}
    broken = {name: side for name, side in broken.items() if side != line.right}
    assert {"turned", "doubled"} & set(broken)
    for name, side in broken.items():
        with pytest.raises(ProofError, match="line"):
            alone(proof, number, side).verify()
            pytest.fail(f"{name}: {sympy.sstr(side)} was taken for true")


@pytest.mark.parametrize("name", DERIVATIONS)
def test_a_broken_letter_is_found(name):
    """A `Let` with twice its value makes a later line fail."""
    proof = DERIVATIONS[name]()
    for number, line in enumerate(proof.steps):
        if isinstance(line, Let):
            steps = list(proof.steps)
            steps[number] = replace(line, right=2 * line.right)
            with pytest.raises(ProofError, match="line"):
                replace(proof, steps=tuple(steps)).verify()


@pytest.mark.parametrize("name", DERIVATIONS)
def test_another_claim_is_not_reached(name):
    proof = DERIVATIONS[name]()
    for claim in proof.claims:
        wrong = sympy.Eq(claim.lhs, doubled(claim.rhs), evaluate=False)
        with pytest.raises(ProofError, match="reaches"):
            replace(proof, claims=(wrong,)).verify()


@pytest.mark.parametrize("name", DERIVATIONS)
def test_another_fact_is_not_what_the_other_proof_proves(name):
    proof = DERIVATIONS[name]()
    for number, fact in enumerate(proof.given):
        if fact.proof:
            given = list(proof.given)
            given[number] = replace(fact, right=2 * fact.right)
            with pytest.raises(ProofError, match=f"not what {fact.proof.__name__}"):
                replace(proof, given=tuple(given)).verify()


# ------------------------------------------------------------- what the article prints


@pytest.mark.parametrize("name", COUNTEREXAMPLES)
def test_what_is_printed_is_refuted_by_numbers(name):
    example = COUNTEREXAMPLES[name]()
    printed, proved = example.verify()
    assert printed.is_number and proved.is_number and printed != proved


@pytest.mark.parametrize("name", COUNTEREXAMPLES)
def test_the_numbers_refute_nothing_that_is_right(name):
    example = COUNTEREXAMPLES[name]()
    with pytest.raises(ProofError, match="agree"):
        replace(example, printed=example.proved).verify()


@pytest.mark.parametrize("name", COUNTEREXAMPLES)
def test_no_letter_is_left_without_a_number(name):
    example = COUNTEREXAMPLES[name]()
    with pytest.raises(ProofError, match="not numbers"):
        replace(example, values={}).verify()


@pytest.mark.parametrize("name", ["root_of_beta", "no_root_1_15"])
def test_the_numbers_are_those_of_a_schedule(name):
    values = COUNTEREXAMPLES[name]().values
    assert values[alpha_t] == values[ab_t] / values[ab_prev]
    assert values[beta_t] == 1 - values[alpha_t]
    assert 0 < values[ab_t] < values[ab_prev] < 1


def test_the_proved_side_of_a_misprint_is_the_claim_of_its_proof():
    for row in ROWS:
        if row.counterexample and row.number != "product":
            example = COUNTEREXAMPLES[row.counterexample.rpartition(".")[2]]()
            proof = DERIVATIONS[row.proof.rpartition(".")[2]]()
            sides = [claim.rhs for claim in proof.claims]
            sides += [fact.right for fact in proof.given]
            assert example.proved in sides

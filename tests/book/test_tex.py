"""TeX that every renderer takes and that says something else than was meant.

A bracket that opens on the line and closes in a subscript, a script that a name has swallowed:
`p(x_{s \\mid x t)}` is set without a complaint. Looked at is all that is displayed.
"""

import re
from collections.abc import Iterator

import pytest

from companion.exercises import EXERCISES
from companion.exercises.exercise import Exercise
from companion.proofs import errata, ledger
from tests.book.course import notebooks, texts
from tests.proofs.derivations import DERIVATIONS

# Code, which is passed over, or a formula; read from left to right, so that neither is
# found inside the other.
PIECE = re.compile(
    r"^ *(?P<fence>```+)(?P<math>\{math\})?[^\n]*\n(?P<fenced>.*?)^ *(?P=fence) *$"
    r"|`[^`\n]+`"
    r"|\$\$(?P<display>.+?)\$\$"
    r"|\\begin\{equation\*\}(?P<starred>.+?)\\end\{equation\*\}"
    r"|(?<![\\$\w])\$(?P<inline>[^$]+?)\$(?![\w$])",
    re.M | re.S,
)
TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.S)
WORDS = re.compile(
    r"\\(text|textbf|textit|mathrm|operatorname\*?|tag\*?|label|begin|end) *\{[^{}]*\}"
)
SIZED = re.compile(r"\\(left|right|[bB]igg?[lrm]?) *(\\[A-Za-z]+|\\?.)")
OPEN, CLOSED = {"(", "[", r"\{", r"\langle", r"\lfloor"}, {")", "]", r"\}", r"\rangle", r"\rfloor"}


def tex_problems(formula: str) -> list[str]:
    """What is wrong in a formula: a half-open interval, [0, 1), is not."""
    formula = WORDS.sub(r"\\words", formula)
    # \left. and \right| need no partner to look like; other sizes are as good as none.
    formula = SIZED.sub(lambda m: m[2] if m[2] in OPEN | CLOSED else " ", formula)
    problems, groups = [], [[]]  # the brackets that are open, in each group of braces
    scripts = [set()]  # what the last letter of each group has already: _ or ^
    pending = None  # a script that has not come yet
    tokens = [t for t in TOKEN.findall(formula)]
    for place, token in enumerate(tokens):
        around = "".join(tokens[max(place - 12, 0) : place + 12]).strip()
        if token.isspace():
            continue
        if pending and token in ("}", "_", "^", "&", r"\\"):
            problems.append(f"a script without anything in it: {around}")
        if token in "_^":
            if token in scripts[-1]:
                problems.append(f"two scripts of one kind: {around}")
            scripts[-1].add(token)
            pending = token
            continue
        if token == "{":
            if not pending:
                scripts[-1] = set()
            groups.append([])
            scripts.append(set())
            inside = _inside(tokens, place)
            if pending and not inside.strip():
                problems.append(f"a script without anything in it: {around}")
            if pending and re.search(
                r"(?<![\\A-Za-z])[A-Za-z0-9] +[A-Za-z0-9](?![A-Za-z])", inside
            ):
                problems.append(f"two letters in one script: {around}")
        elif token == "}":
            if len(groups) == 1:
                problems.append(f"a brace closes that was not open: {around}")
                continue
            if groups.pop():
                problems.append(f"a bracket opens in a group and does not close there: {around}")
            scripts.pop()
        elif token in OPEN:
            groups[-1].append(token)
        elif token in CLOSED:
            if not groups[-1]:
                problems.append(f"a bracket closes that was not open there: {around}")
            else:
                groups[-1].pop()
        elif (
            pending
            and token.isdigit()
            and tokens[place + 1 : place + 2]
            and tokens[place + 1].isdigit()
        ):
            problems.append(f"a number of which one digit is a script: {around}")
        if pending:  # that was the script; what it belongs to is still the letter before
            pending = None
        elif token not in "{}'":
            scripts[-1] = set()
    if len(groups) > 1:
        problems.append(f"a brace does not close: {formula.strip()[:60]}")
    if groups[0]:
        problems.append(f"a bracket does not close: {formula.strip()[:60]}")
    return problems


def _inside(tokens: list[str], place: int) -> str:
    """What stands between the brace at this place and the one that closes it."""
    depth, end = 0, place
    for end in range(place, len(tokens)):
        depth += {"{": 1, "}": -1}.get(tokens[end], 0)
        if depth == 0:
            break
    return "".join(tokens[place + 1 : end])


def formulas(markdown: str) -> list[str]:
    """The TeX of a piece of Markdown."""
    found = []
    for piece in PIECE.finditer(markdown):
        fenced = piece["fenced"] if piece["math"] else None
        found.append(fenced or piece["display"] or piece["starred"] or piece["inline"])
    return [formula for formula in found if formula]


def problems(where: str, *pieces: str) -> list[str]:
    return [
        f"{where}: {problem}"
        for piece in pieces
        for formula in formulas(piece)
        for problem in tex_problems(formula)
    ]


def _outputs(notebook: dict) -> Iterator[str]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            for kind in ("text/markdown", "text/latex"):
                yield "".join(output.get("data", {}).get(kind, ""))


def _words(exercise: Exercise) -> tuple[str, ...]:
    failures = [part for pair in exercise.on_failure for part in pair]
    return exercise.title, exercise.meaning, exercise.discussion, *exercise.hints, *failures


@pytest.mark.parametrize("page", sorted(texts()))
def test_every_page_says_what_it_means(page):
    assert problems(page, *(text.text for text in texts()[page])) == []


@pytest.mark.parametrize("stem", sorted(notebooks()))
def test_every_output_says_what_it_means(stem):
    assert problems(stem, *_outputs(notebooks()[stem])) == []


@pytest.mark.parametrize("name", sorted(DERIVATIONS))
def test_every_line_of_a_proof_says_what_it_means(name):
    shown = DERIVATIONS[name]()._repr_markdown_()
    assert formulas(shown)
    assert problems(name, shown) == []


def test_every_row_of_the_ledger_and_of_the_errata_says_what_it_means():
    for row in ledger.ROWS:
        sides = [f"$${side}$$" for side in (row.printed, row.proved) if side]
        assert problems(row.number, row.title, row.note, *sides) == []
    for row in errata.ROWS:
        assert problems(row.where, row.printed, row.right, row.why, row.shown) == []


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_every_hint_and_solution_says_what_it_means(exercise):
    assert problems(exercise.name, *_words(exercise)) == []


# ---------------------------------------------------------------- the rule, seen red


@pytest.mark.parametrize(
    "good",
    [
        r"p({x}_{s} \mid {x}_{t})",
        r"t \in [0, 1)",
        r"\left(x_t\right)^{2} + \left. y \right|_{t = 0}",
        r"\sum_{i=1}^{t} \alpha_i' + x_t^2 + \bar x_{t-1}^{(n)}",
        r"\begin{aligned} x &= (1 \\ &+ 2)_t \tag{1-5} \end{aligned}",
        r"\mathrm{E}_{q(x_t \mid x_0)}\big[x_0\big], \{a_b\}",
        r"\frac{a_t}{b_t}_{c}",
        r"\text{if (a} x_{10} e^{-\alpha t}",
    ],
)
def test_a_good_formula_has_no_problem(good):
    assert tex_problems(good) == []


@pytest.mark.parametrize(
    "bad, problem",
    [
        (r"p(x_{s \mid x t)}", "a bracket closes that was not open there"),
        (r"p(x_{s \mid x t)}", "a bracket does not close"),
        (r"x_{(s} t)", "a bracket opens in a group"),
        (r"x_{s t}", "two letters in one script"),
        (r"\hat{x}_{0 a}", "two letters in one script"),
        (r"x_t_s", "two scripts of one kind"),
        (r"x^{2}^{3}", "two scripts of one kind"),
        (r"x_{}", "a script without anything in it"),
        (r"x_10", "a number of which one digit is a script"),
        (r"10^12", "a number of which one digit is a script"),
        (r"\sqrt{x", "a brace does not close"),
        (r"x}", "a brace closes that was not open"),
        (r"\left(x", "a bracket does not close"),
        (r"(x]) ", "a bracket closes that was not open there"),
    ],
)
def test_a_bad_formula_is_found(bad, problem):
    found = tex_problems(bad)
    assert any(problem in sentence for sentence in found), found


def test_a_formula_is_found_wherever_it_stands():
    markdown = (
        "A $a$ and `$no$`, 5 \\$ or\n\n$$\nb\n$$\n\n```{math}\nc\n```\n\n- x\n\n"
        "  \\begin{equation*}\n  d\n  \\end{equation*}\n\n```python\n$no$\n```\n"
    )
    assert [f.strip() for f in formulas(markdown)] == ["a", "b", "c", "d"]

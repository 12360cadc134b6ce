"""TeX rewritten: colours for what is data, noise and learned, and lines broken for a phone.

Plain functions of strings. `formulas.py` calls them on the formulas of a page.
"""

import re

TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.S)
WORDS = {
    *(r"\text", r"\textbf", r"\textit", r"\mathrm", r"\mathcal", r"\mathbb", r"\mathbf", r"\class"),
    *(r"\operatorname", r"\operatorname*", r"\tag", r"\tag*", r"\label", r"\begin", r"\end"),
}
ACCENTS = {r"\hat", r"\tilde", r"\bar", r"\widehat", r"\widetilde", r"\overline", r"\vec"}
NOISE = {r"\epsilon", r"\varepsilon"}
TAKES_ONE = {r"\sqrt", r"\frac", r"\tfrac", r"\dfrac", "_", "^", r"\mathbf", r"\boldsymbol"}
COLOURED = re.compile(r"\\(?:textcolor|color)\{#[0-9A-Fa-f]{6}\}")
BREAK = r"\allowbreak"


def tokens(formula: str) -> list[str]:
    """Commands, single letters, and whole groups in braces, each a string."""
    found, depth, group = [], 0, ""
    for token in TOKEN.findall(formula):
        if token == "{":
            depth += 1
        if depth:
            group += token
        else:
            found.append(token)
        if token == "}":
            depth -= 1
            if depth == 0:
                found.append(group)
                group = ""
            if depth < 0:
                raise ValueError(f"formula: got {formula!r}, expected braces that match")
    if depth:
        raise ValueError(f"formula: got {formula!r}, expected braces that match")
    return found


def colour(formula: str) -> str:
    r"""The formula with x_0, the noise and what is learned in a \class of their own.

    Learned is what has a theta in its index, and what the source has coloured by hand.
    """
    return _colour(tokens(COLOURED.sub(r"\\bookcolour", formula)))


def _colour(parts: list[str]) -> str:
    out, at = [], 0
    while at < len(parts):
        part = parts[at]
        if part == r"\bookcolour":  # \textcolor{#c75800}{...}: learned, as a whole
            out.append(rf"{{\class{{learned}}{parts[at + 1]}}}")
            at += 2
            continue
        if part in WORDS and at + 1 < len(parts) and parts[at + 1][0] == "{":
            out += parts[at : at + 2]
            at += 2
            continue
        end, base, index = _atom(parts, at)
        kind = _kind(base, index)
        if kind and _last(out) in TAKES_ONE:  # x^\epsilon_t: the script is the epsilon alone
            end, kind = at + 1, _kind(base, "")
        if kind:
            out.append(rf"{{\class{{{kind}}}{{{''.join(parts[at:end])}}}}}")
            at = end
        else:
            out.append(_inside(part))
            at += 1
    return "".join(out)


def _last(out: list[str]) -> str:
    return next((part for part in reversed(out) if not part.isspace()), "")


def _inside(part: str) -> str:
    return f"{{{_colour(tokens(part[1:-1]))}}}" if part[0] == "{" else part


def _skip(parts: list[str], at: int) -> int:
    while at < len(parts) and parts[at].isspace():
        at += 1
    return at


def _atom(parts: list[str], at: int) -> tuple[int, str, str]:
    """Where the letter at a place ends with its accent and scripts; the letter, its index."""
    base, index = parts[at], ""
    end = at + 1
    if base in ACCENTS:
        inner = _skip(parts, end)
        if inner < len(parts):
            base = parts[inner].strip("{}").strip()
            end = inner + 1
    while True:
        here = _skip(parts, end)
        if here < len(parts) and parts[here] == "'":
            end = here + 1
        elif here < len(parts) and parts[here] in "_^":
            script = _skip(parts, here + 1)
            if script >= len(parts):
                break
            if parts[here] == "_":
                index = parts[script].strip("{}").strip()
            end = script + 1
        else:
            break
    return end, base, index


def _kind(base: str, index: str) -> str:
    if r"\theta" in index or base == r"\theta":
        return "learned"
    if base == "x" and index == "0":
        return "signal"
    return "noise" if base in NOISE else ""


# ---------------------------------------------------------------- lines for a phone

ALIGNED = re.compile(
    r"\A\s*\\begin\{(aligned|gathered)\}(?P<inside>.*)\\end\{\1\}(?P<rest>.*)\Z", re.S
)
ROW = re.compile(r"\\\\|\\cr(?![A-Za-z])")
TAG = re.compile(r"\\tag\*?\{[^{}]*\}")
UNSEEN = "\u200b"  # makes the tag of a second form another one: MathJax makes an id of it


def breakable(formula: str) -> bool:
    return BREAK in formula


def wide(formula: str) -> str:
    """The formula as it was written, in one piece."""
    return re.sub(r"\\allowbreak(?![A-Za-z]) ?", "", formula)


def narrow(formula: str) -> str:
    r"""The formula with a new line wherever it says \allowbreak.

    A break to the left of a row's "&" puts all of the right side on the next line; one to the
    right of it, or in a formula of one row, indents what follows.
    """
    found = ALIGNED.match(formula)
    inside, rest = (found["inside"], found["rest"]) if found else (TAG.sub("", formula), "")
    if not found:
        rest = " ".join(TAG.findall(formula))
    rows = [row for row in ROW.split(inside) if row.strip()]
    lines = []
    for row in rows:
        lines += _lines(row, aligned=bool(found) and found[1] == "aligned")
    body = " \\cr\n".join(lines)
    rest = TAG.sub(lambda tag: f"{tag[0][:-1]}{UNSEEN}}}", rest.strip())
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}} {rest}".rstrip()


def _lines(row: str, aligned: bool) -> list[str]:
    pieces = [piece.strip() for piece in row.split(BREAK)]
    for piece in pieces if len(pieces) > 1 else []:
        sized = [len(re.findall(rf"\\{side}(?![A-Za-z])", piece)) for side in ("left", "right")]
        if sized[0] != sized[1]:
            raise ValueError(f"formula: got a break inside \\left ... \\right, in {row!r}")
    first = pieces[0]
    if not aligned:
        return [f"& {first}", *(f"& \\quad {piece}" for piece in pieces[1:])]
    if len(pieces) > 1 and "&" not in first:  # "f(x) \allowbreak &= ..."
        rest = [
            piece.replace("&", "", 1) if n == 0 else piece for n, piece in enumerate(pieces[1:])
        ]
        return [f"& {first}", *(f"& \\quad {piece.strip()}" for piece in rest)]
    return [first, *(f"& \\quad {piece}" for piece in pieces[1:])]


# ---------------------------------------------------------------- words for a formula

LETTERS = dict(
    zip(
        "alpha beta gamma delta epsilon theta lambda mu sigma eta pi phi psi".split(),
        "αβγδεθλμσηπφψ",
        strict=True,
    )
)
NAMES = {
    **{r"\sqrt": "root of ", r"\cdot": "·", r"\le": "≤", r"\ge": "≥", r"\approx": "≈"},
    **{r"\to": "→", r"\mid": "|", r"\pm": "±", r"\infty": "∞", r"\frac": "", r"\dots": "…"},
}
MARKS = {r"\hat": "\u0302", r"\bar": "\u0304", r"\tilde": "\u0303"}


def in_words(formula: str) -> str:
    """A formula for a place that sets none, such as the words in place of an image: "ᾱ_t"."""
    out, mark = "", ""
    for token in TOKEN.findall(formula):
        if token in MARKS:
            mark = MARKS[token]
            continue
        name = token[1:]
        if token in "{}":
            continue
        if token[0] == "\\":
            word = LETTERS.get(name, NAMES.get(token, "" if not name.isalpha() else name))
            out += word + mark if token not in WORDS else ""
        else:
            out += token + (mark if token.strip() else "")
        if token.strip():
            mark = ""
    return " ".join(out.split())

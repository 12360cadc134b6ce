"""What a check says of a number, and how a notebook shows what it says.

There, lines break between words and code is set as code.
"""

import re
import sys
from html import escape

_MARKS = re.compile(r"`([^`]+)`|(?<!\S)\*(\w[^*\n]*)\*(?=[\s.,:;?!)]|$)")
NEAR = 0.05  # a share of the right number: so near to it, most of the way there was right


def to_four_digits(truth: float) -> str:
    """The right number; nothing if it is whole, because then the answer says it."""
    return "" if float(f"{truth:.9g}").is_integer() else f"To four digits it is {truth:.4g}."


def too_far(guess: float, truth: float, tolerance: float, shows: str | None = None) -> str:
    """That a number is too large or too small, where no mistake explains it.

    Args:
        guess: the number.
        truth: the right one.
        tolerance: how far off it may be.
        shows: what follows from the guess, after "too large".

    Returns:
        A sentence or two.
    """
    size = "large" if guess > truth else "small"
    if shows is not None:
        return f"your number is too {size}{shows}."
    if abs(guess - truth) <= NEAR * abs(truth):
        return (
            f"your number is near, but too {size}, by more than {tolerance:g}. Is something "
            "rounded on the way, or counted once too often?"
        )
    return (
        f"your number is too {size}, by more than {tolerance:g}. No usual mistake that the "
        "check knows gives it: try hint 1."
    )


def in_a_notebook() -> bool:
    """Does a Jupyter kernel run this?"""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


def show(words: str) -> None:
    """Show words below the cell that runs. What is printed JupyterLab breaks inside words."""
    from IPython.display import display

    display({"text/plain": words, "text/html": html(words)}, raw=True)


def html(words: str) -> str:
    """The words as HTML, with what stands in backticks as code and in stars as emphasis.

    Args:
        words: plain text. Nothing in it is HTML, whatever it looks like.

    Returns:
        One paragraph.
    """

    def marked(found: re.Match) -> str:
        return f"<code>{found[1]}</code>" if found[1] else f"<em>{found[2]}</em>"

    said = _MARKS.sub(marked, escape(words, quote=False))
    return f"<p>{said.replace(chr(10), '<br>')}</p>"

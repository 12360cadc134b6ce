"""Code of the package, shown in a chapter without being typed again."""

import ast
import inspect
from collections.abc import Callable
from textwrap import dedent

from companion.text import Text


def source(*objects: Callable | type) -> Text:
    """The source code of functions or classes, as it is now, in one block of code.

    Docstrings are left out. Below the code stand the full names: in the book they are links to the
    entries that hold the docstrings. A chapter commits the output, so that the test of its outputs
    fails where the code has moved on and the page has not.

    Args:
        objects: functions or classes, in the order in which they are shown.

    Returns:
        The code as Markdown, and where it is described.

    Raises:
        ValueError: For an object whose source Python cannot find.
    """
    try:
        listings = [
            without_docstrings(dedent(inspect.getsource(thing)).strip()) for thing in objects
        ]
    except (OSError, TypeError) as error:
        raise ValueError(
            f"objects: got {objects!r}, expected functions or classes from a file"
        ) from error
    names = ", ".join(dict.fromkeys(f"`{_described(thing)}`" for thing in objects))
    code = "\n\n\n".join(listings)
    return Text(f"```python\n{code}\n```\n\nDescribed at {names}.")


def _described(thing: Callable | type) -> str:
    """The full name that the API has; of what is private, its module's."""
    private = any(part.startswith("_") for part in thing.__qualname__.split("."))
    return thing.__module__ + ("" if private else f".{thing.__qualname__}")


def without_docstrings(code: str) -> str:
    """The code without its docstrings and without the empty lines that follow them.

    A docstring that is all there is of a body stays.

    Args:
        code: of a function or a class, from the margin.

    Returns:
        The other lines, as they are.
    """
    lines = code.splitlines()
    gone: set[int] = set()
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            continue
        if ast.get_docstring(node) is None or len(node.body) == 1:
            continue
        words = node.body[0]
        last = words.end_lineno
        while last < len(lines) and not lines[last].strip():
            last += 1
        gone.update(range(words.lineno - 1, last))
    return "\n".join(line for n, line in enumerate(lines) if n not in gone)

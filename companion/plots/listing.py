"""Code of the package, shown in a chapter without being typed again."""

import inspect
from collections.abc import Callable
from textwrap import dedent

from companion.text import Text


def source(*objects: Callable | type) -> Text:
    """The source code of functions or classes, as it is now, in one block of code.

    A chapter commits the output, so that the test of its outputs fails where the code has moved on
    and the page has not.

    Args:
        objects: functions or classes, in the order in which they are shown.

    Returns:
        The code as Markdown.

    Raises:
        ValueError: For an object whose source Python cannot find.
    """
    try:
        listings = [dedent(inspect.getsource(thing)).strip() for thing in objects]
    except (OSError, TypeError) as error:
        raise ValueError(
            f"objects: got {objects!r}, expected functions or classes from a file"
        ) from error
    return Text("```python\n" + "\n\n\n".join(listings) + "\n```")

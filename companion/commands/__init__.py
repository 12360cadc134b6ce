"""The command line: `python -m companion`. It parses, asks the package, and prints."""

from companion.commands.main import main

__all__ = ["main"]

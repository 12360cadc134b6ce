"""`python -m companion`: the command line of the course."""

from companion.commands import main

__all__: list[str] = []

if __name__ == "__main__":
    main(prog_name="python -m companion")

"""`python -m companion`: the command line of the course."""

import sys

__all__: list[str] = []

if __name__ == "__main__":
    try:
        from companion.commands import main

        main(prog_name="python -m companion")
    except KeyboardInterrupt:  # during the imports: afterwards click answers it
        sys.exit("Aborted!")

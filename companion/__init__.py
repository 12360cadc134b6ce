"""The code behind the book: every function that a chapter shows lives here, once, tested.

Layers, from the ground up (a module imports only from the layers above it in this list, and from its own):

    checks       the errors that public functions raise at their own door
    diffusion    the mathematics: tensors in, tensors out
    proofs       every numbered equation, proved in sympy, and the ledger of them all
    data         the digits and the photographs
    plots        figures and players, for the book only
    exercises    checkers, hints, solutions, progress
"""

__version__ = "0.1.0"  # pyproject.toml reads it here

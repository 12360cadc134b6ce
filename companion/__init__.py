"""The code behind the book: every function that a chapter shows lives here, once, tested.

Rooms, from the ground up (a module imports from its own room and from those above it here):

    text         Markdown that a cell shows, and tables
    checks       the errors that public functions raise at their own door
    files        a file written whole or not at all
    training     recipes, the one loop, checkpoints, the weights that come with the package
    diffusion    the mathematics: tensors in, tensors out
    proofs       every numbered equation, proved in sympy, and the ledger of them all
    data         digits, photographs, drawn scenes, a folder of your own
    networks     what predicts: blocks, the UNet, a network bound to its schedule
    autoencoder  images to latents and back: coders, bottlenecks, losses
    tasks        what each kind of model learns, the recipes of the book, trained models
    evaluation   how good samples, reconstructions and latents are; what a drawn scene shows
    plots        figures and players, and images as files
    exercises    checkers, hints, solutions, progress
    commands     what `python -m companion` does
"""

__version__ = "0.1.0"  # pyproject.toml reads it here

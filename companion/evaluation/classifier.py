"""The network whose features the metrics use: it names digits, and was trained here."""

from companion.networks.classifier import Classifier
from companion.training import read

SHIPPED = "digits-classifier"


def digit_classifier() -> Classifier:
    """The classifier that comes with the package, ready to be asked.

    Raises ValueError where its file is not the one that was packed.
    """
    tensors, _ = read(SHIPPED)
    network = Classifier()
    network.load_state_dict(tensors)
    return network.eval().requires_grad_(False)

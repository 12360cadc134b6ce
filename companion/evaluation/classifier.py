"""The network whose features the metrics use: it names digits, and was trained here."""

from companion.networks.classifier import Classifier
from companion.tasks import shipped

SHIPPED = "digits-classifier"


def digit_classifier() -> Classifier:
    """The classifier that comes with the package, ready to be asked.

    Raises:
        ValueError: where its file is not the one that was packed.
    """
    return shipped(SHIPPED).network

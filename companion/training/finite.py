"""What a step says that met a NaN or an infinity: nothing has been learned in it."""


class Diverged(RuntimeError):
    """An update met a NaN or an infinity, and nothing has been learned in it."""


def diverged(what: str, step: int, where: str = "") -> Diverged:
    """What a loop raises.

    Args:
        what: what is not finite, such as "loss".
        step: the number of the step, from 1.
        where: what else is known of the place, such as ", at t = [3]".

    Returns:
        The error, with its words. It is for the caller to see that they are true.
    """
    return Diverged(
        f"the {what} of step {step} is not finite{where}, and the weights stay as they "
        "are. A smaller lr or max_grad_norm may help"
    )

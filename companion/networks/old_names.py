"""What the tensors of a network were called in files that were written before November 2026."""

from torch import Tensor

# Parts of a name, between its dots. None of them is a name of today.
_NEW = {
    "around": "shortcut",
    "embed": "emb_proj",
    "first": "conv_in",
    "grow": "upsample",
    "last": "conv_out",
    "shrink": "downsample",
}


def with_new_names(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors of a UNet or an autoencoder, under the names of today.

    Names of today stay as they are, and so do all others: "optimizer.0.exp_avg",
    "generator". A checksum over a file's names has to be compared before.

    Args:
        tensors: by name, also with the name of a part in front: "network.first.weight".

    Returns:
        The tensors themselves, no copies, in the order in which they came.
    """
    return {
        ".".join(_NEW.get(part, part) for part in name.split(".")): tensor
        for name, tensor in tensors.items()
    }

"""Captions read by a text encoder from outside that is not trained here: an extra, and online."""

import hashlib
import os
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor, nn

from companion.checks import check_count, shown

CLIP = "openai/clip-vit-base-patch32"  # 512 numbers a token
AT_ONCE = 256  # captions through an encoder


class EncoderFound(NamedTuple):
    """What a run has to know of an encoder from outside.

    Attributes:
        name: on the hub, or the absolute path of its folder.
        given: D, the width of its tokens.
        sum: the SHA-256 of its weights.
        most: tokens of a caption that it takes, its start and its end among them.
    """

    name: str
    given: int
    sum: str
    most: int


def frozen_tokens(
    captions: Sequence[str], encoder: str = CLIP, length: int = 32, expected_sum: str = ""
) -> Tensor:
    """Captions as the tokens of a frozen encoder, each with a mask: what `GivenTokens` takes.

    Args:
        captions: of any words.
        encoder: the text part of a CLIP model, by its name on the Hugging Face hub, or the
            folder where it was saved.
        length: N, tokens of a caption at the most, two of them its start and its end.
        expected_sum: of its weights, as `find_encoder` has it; nothing for any.

    Returns:
        (B, N, 1 + D): first 1 where there is a token, else 0; then the token, or zeros.

    Raises:
        ValueError: for no captions, for what is no text, for one that is too long, for a
            folder without an encoder, and for an encoder with other weights.
        ImportError: without the library `transformers`.
        ConnectionError: where the encoder is neither on this machine nor to be had.

    Source: Radford et al. (2021); as the text encoder of a diffusion model, Rombach et al.
        (2022).
    """
    length = check_count("length", length, 3, 1 << 12)
    if isinstance(captions, str) or not len(captions):
        raise ValueError(f"captions: got {shown(captions)}, expected a list of texts")
    for one in captions:
        if not isinstance(one, str):
            raise ValueError(f"captions: got {shown(one)}, expected text")
    if expected_sum and find_encoder(encoder).sum != expected_sum:
        raise ValueError(
            f"encoder: got {encoder}, which has other weights since, expected those that "
            "read the captions of the training"
        )
    tokenizer, network = _encoder(encoder)
    read = tokenizer(list(captions), padding="max_length", max_length=length, return_tensors="pt")
    numbers, mask = read["input_ids"], read["attention_mask"]  # (B, N) each
    if numbers.shape[1] > length:
        longest = captions[int(mask.sum(dim=1).argmax())]
        raise ValueError(f"captions: got {shown(longest)}, expected at most {length} tokens")
    with torch.no_grad():
        parts = [
            network(input_ids=some, attention_mask=which).last_hidden_state
            for some, which in zip(numbers.split(AT_ONCE), mask.split(AT_ONCE), strict=True)
        ]
    tokens = torch.cat(parts)  # (B, N, D)
    mask = mask[..., None].to(tokens)
    return torch.cat([mask, mask * tokens], dim=-1)  # (B, N, 1 + D)


@cache
def find_encoder(encoder: str = CLIP) -> EncoderFound:
    """An encoder from outside, with what a run has to know of it.

    Args:
        encoder: as for `frozen_tokens`.

    Raises:
        ValueError, ImportError, ConnectionError: as `frozen_tokens` does.
    """
    tokenizer, network = _encoder(encoder)
    digest = hashlib.sha256()
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\0".encode())
        digest.update(tensor.detach().contiguous().view(-1).view(torch.uint8).numpy())
    most = min(tokenizer.model_max_length, 1 << 12)
    width = frozen_tokens([""], encoder, 3).shape[2] - 1
    name = os.path.abspath(encoder) if os.path.isdir(encoder) else encoder
    return EncoderFound(name, width, digest.hexdigest(), most)


def token_count(captions: Sequence[str], encoder: str = CLIP) -> list[int]:
    """How many tokens each caption is to an encoder, its start and its end among them.

    Args:
        captions: of any words, one or more.
        encoder: as for `frozen_tokens`.

    Raises:
        ValueError, ImportError, ConnectionError: as `frozen_tokens` does.
    """
    read = _encoder(encoder)[0](list(captions), padding="max_length", max_length=3)
    return [sum(row) for row in read["attention_mask"]]


@cache
def _encoder(name: str) -> tuple[object, nn.Module]:
    """The tokenizer and the network of an encoder, read once."""
    try:
        from transformers import AutoTokenizer, CLIPTextModel
    except ImportError:
        raise ImportError(
            f"{name} is read with the library transformers, which is not installed: pip install "
            "'companion[clip]'. The words of the scenes, and a tokenizer of your own, need no "
            "network"
        ) from None
    if not name:
        raise ValueError("encoder: got an empty name, expected one on the hub, or a folder")
    here = os.path.isdir(name)
    if not here and (os.path.isabs(name) or name.startswith(".")):
        raise ValueError(f"encoder: got {name}, where no folder is, expected one with an encoder")
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
        network, read = CLIPTextModel.from_pretrained(name, output_loading_info=True)
    except Exception as error:  # its errors offline are of many kinds
        words = (str(error).splitlines() or [type(error).__name__])[0]
        if here:
            raise ValueError(
                f"encoder: got {name}, a folder that holds no text encoder of CLIP ({words})"
            ) from error
        raise ConnectionError(
            f"encoder: could not read {name} from the hub ({words}). It needs the network once; "
            "after that a copy is kept"
        ) from error
    missing = [name for name in read["missing_keys"] if not name.endswith("position_ids")]
    if missing:  # the library has filled them with random numbers
        raise ValueError(
            f"encoder: got {name}, which lacks {len(missing)} of the weights of a text encoder "
            "of CLIP, expected the whole of one"
        )
    return tokenizer, network.eval()

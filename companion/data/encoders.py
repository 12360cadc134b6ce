"""Captions read by a text encoder from outside that is not trained here: an extra, and online."""

from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor, nn

from companion.checks import check_count, shown

CLIP = "openai/clip-vit-base-patch32"  # 512 numbers a token


def frozen_tokens(captions: Sequence[str], encoder: str = CLIP, length: int = 32) -> Tensor:
    """Captions as the tokens of a frozen encoder, each with a mask: what `GivenTokens` takes.

    Args:
        captions: of any words.
        encoder: the text part of a CLIP model, by its name on the Hugging Face hub.
        length: N, tokens of a caption at the most, two of them its start and its end.

    Returns:
        (B, N, 1 + D): first 1 where there is a token, else 0; then the token, or zeros.

    Raises:
        ValueError: for no captions, for what is no text, and for one that is too long.
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
    tokenizer, network = _encoder(encoder)
    read = tokenizer(list(captions), padding="max_length", max_length=length, return_tensors="pt")
    numbers, mask = read["input_ids"], read["attention_mask"]  # (B, N) each
    if numbers.shape[1] > length:
        longest = max(captions, key=len)
        raise ValueError(f"captions: got {shown(longest)}, expected at most {length} tokens")
    with torch.no_grad():
        tokens = network(input_ids=numbers, attention_mask=mask).last_hidden_state  # (B, N, D)
    mask = mask[..., None].to(tokens)
    return torch.cat([mask, mask * tokens], dim=-1)  # (B, N, 1 + D)


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
    try:
        return AutoTokenizer.from_pretrained(name), CLIPTextModel.from_pretrained(name).eval()
    except Exception as error:  # its errors offline are of many kinds
        words = (str(error).splitlines() or [type(error).__name__])[0]
        raise ConnectionError(
            f"encoder: could not read {name} from the hub ({words}). It needs the network once; "
            "after that a copy is kept"
        ) from error

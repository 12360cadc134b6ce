"""Tensors and notes in one safetensors file: to the byte, and with a checksum."""

import json
from hashlib import sha256
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load as from_bytes
from safetensors.torch import save as to_bytes
from torch import Tensor

SUM = "sha256"  # the note that holds the checksum of all else


def in_pieces(tensors: dict[str, Tensor], notes: dict[str, str]) -> list[bytes | memoryview]:
    """One safetensors file, in pieces: the same bytes for the same tensors and notes.

    The library writes notes in an order that changes from one call to the next: here
    the header is written again, with its notes in the order of their names.
    """
    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    content = to_bytes(whole, metadata=notes)
    start = 8 + int.from_bytes(content[:8], "little")  # as the format has it
    header = json.loads(content[8:start])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # and the numbers begin at a multiple of 8
    return [len(text).to_bytes(8, "little"), text, memoryview(content)[start:]]


def unpacked(path: str | Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a safetensors file and its notes; they do not refer to the file.

    Raises:
        SafetensorError: for what is no such file.
        OSError: for one that cannot be read.
    """
    with safe_open(path, framework="pt") as file:
        notes = file.metadata() or {}
    return from_bytes(Path(path).read_bytes()), notes


def checksum(tensors: dict[str, Tensor], notes: dict[str, str]) -> str:
    """SHA-256 over all that a file holds: names, dtypes, shapes, bytes, and its notes."""
    digest = sha256()
    told = sorted((name, text) for name, text in notes.items() if name != SUM)
    digest.update(json.dumps(told).encode())
    for name, tensor in sorted(tensors.items()):
        tensor = tensor.detach().cpu().contiguous()
        digest.update(json.dumps([name, str(tensor.dtype), list(tensor.shape)]).encode())
        if tensor.numel():
            digest.update(tensor.reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()

"""Tensors and notes in one safetensors file: to the byte, whole or not at all, checked."""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from itertools import count
from pathlib import Path

import torch
from safetensors.torch import load as from_bytes
from safetensors.torch import save as to_bytes
from torch import Tensor

SUM = "sha256"  # the note that holds the checksum of all else
_NUMBER = count()


def in_pieces(tensors: dict[str, Tensor], notes: dict[str, str]) -> list[bytes | memoryview]:
    """One safetensors file, in pieces: the same bytes for the same tensors and notes.

    The library writes notes in an order that changes from one call to the next: here
    the header is written again, with its notes in the order of their names.
    """
    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    content = to_bytes(whole, metadata=notes)
    header, start = _header(content)
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # as the format has it: the numbers begin at a multiple of 8
    return [len(text).to_bytes(8, "little"), text, memoryview(content)[start:]]


def unpacked(content: bytes) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a safetensors file and its notes.

    Raises:
        SafetensorError: for bytes that are no such file.
    """
    tensors = from_bytes(content)  # it looks at the header before we do
    return tensors, _header(content)[0].get("__metadata__", {})


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


def replaced(path: str | Path, pieces: Iterable[bytes | memoryview]) -> None:
    """Write a file beside `path` under a name of its own, and rename it.

    What stood there stays until then, also where `path` is a link: its target is
    written.

    Raises:
        OSError: where it cannot be written; then nothing has changed.
    """
    path = Path(os.path.realpath(path))
    beside = path.with_name(f"{path.name[:40]}.{os.getpid()}-{next(_NUMBER)}.part")
    try:
        with open(beside, "xb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        with suppress(OSError):  # it is gone where all went well
            beside.unlink()


def sweep(path: str | Path) -> None:
    """Remove what processes that were killed have left of their writing in `path`."""
    if os.name != "posix":  # elsewhere nobody can be asked whether he lives
        return
    path = Path(os.path.realpath(path))
    start = f"{path.name[:40]}."
    for beside in path.parent.glob("*.part"):
        number = beside.name.removeprefix(start).partition("-")[0]
        if beside.name.startswith(start) and number.isdecimal() and not _lives(int(number)):
            with suppress(OSError):
                beside.unlink()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass  # of another user, or no number of a process
    return True


def _header(content: bytes) -> tuple[dict, int]:
    """The header of a safetensors file, and where its numbers begin."""
    start = 8 + int.from_bytes(content[:8], "little")
    return json.loads(content[8:start]), start

"""What a folder says of its pictures, and who reads it to the network that is trained."""

import torch

from companion.commands.options import as_options
from companion.commands.words import say
from companion.data import Folder, find_encoder, held_out, labels, token_count
from companion.tasks import DiffusionRecipe

LONGEST = 256  # numbers of a row of words, the start among them


def told(recipe: DiffusionRecipe, found: Folder, encoder: str | None = None) -> DiffusionRecipe:
    """The recipe, told what the folder says of its pictures; says what that is.

    Args:
        recipe: of a network that is not told anything yet.
        found: its folder.
        encoder: one from outside that reads the captions, in place of a new one; see
            `companion.data.find_encoder`.

    Raises:
        ValueError: for captions that are too long, or of none of the pictures that are
            learned, and for an encoder where there are none, or that is none.
        ImportError, ConnectionError: for an encoder that cannot be read here.
    """
    known = labels(found)
    if encoder is not None and known.kind != "words":
        has = "classes" if known.kind == "class" else "nothing said of its pictures"
        raise ValueError(f"--encoder: got it for a folder with {has}, expected one with captions")
    if known.kind == "class":
        classes = known.classes
        say(f"{len(classes)} classes, by {known.where}: {', '.join(classes)}")
        return recipe.override(
            condition_type="class", classes=len(classes), names="/".join(classes)
        )
    if known.kind == "none":
        say(
            "nothing is said of the pictures: no metadata.csv, no texts beside them, no "
            "subfolders for classes; so the network is not told anything"
        )
        return recipe
    out = held_out(found) if len(found.images) > 1 else torch.zeros(1, dtype=torch.bool)
    said = [one for one, away in zip(known.said, out.tolist(), strict=True) if one and not away]
    if not said:
        raise ValueError(
            f"{known.where}: got a caption for none of the pictures to learn from, "
            "expected one for each"
        )
    if encoder is not None:
        return _read_by(recipe, said, known.where, encoder)
    return _read(recipe, said, known.where)


def _read(recipe: DiffusionRecipe, said: list[str], where: str) -> DiffusionRecipe:
    """The recipe of a network that learns to read such captions; says how many words they have."""
    from companion.data.pieces import Pieces, learned

    tokenizer, pieces = learned(said)
    by = Pieces(tokenizer)
    most = max(len(by.split(one)) for one in said)
    if most >= LONGEST:
        longest = max(said, key=lambda one: len(by.split(one)))
        raise ValueError(
            f"{where}: got a caption of {most} pieces of words, {longest!r:.60}, "
            f"expected at most {LONGEST - 1}"
        )
    say(
        f"{len(said)} captions to learn from, of {where}: {len(pieces)} words and pieces of "
        f"words, at most {most} in a caption"
    )
    return recipe.override(
        condition_type="words", words=" ".join(pieces), tokenizer=tokenizer, length=most + 1
    )


def _read_by(recipe: DiffusionRecipe, said: list[str], where: str, encoder: str) -> DiffusionRecipe:
    """The recipe of a network to which an encoder from outside reads such captions."""
    with as_options({"encoder"}):
        it, counts = find_encoder(encoder), token_count(said, encoder)
    most = max(counts)
    if most > it.most:
        raise ValueError(
            f"{where}: got a caption of {most} tokens, {said[counts.index(most)]!r:.60}, "
            f"expected at most {it.most}, which is all that {encoder} reads"
        )
    say(
        f"{len(said)} captions to learn from, of {where}, read by {encoder}: at most {most} tokens "
        f"in a caption, of {it.given} numbers"
    )
    return recipe.override(
        condition_type="frozen",
        encoder=it.name,
        encoder_sum=it.sum,
        given=it.given,
        length=most,
    )

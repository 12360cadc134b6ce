"""How long the sentences of a page are.

`python -m tests.book.sentences book/1-1-forward.ipynb` prints, for each file, the numbers, the
longest sentences and the paragraphs that have too many. Counted is prose: no heading, no
display, no table, no code. A formula or a piece of code within a line is one word.
"""

import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

MEAN, NINE_IN_TEN, LONGEST, IN_PARAGRAPH = 17, 28, 45, 5
FEW = 3  # words of a paragraph, as of a list of names, that needs no full stop

FRONT_MATTER = re.compile(r"\A---\n.*?^---\n", re.S | re.M)
COMMENT = re.compile(r"<!--.*?-->", re.S)
FENCED = re.compile(
    r"^ *(```+)(?!\{(?:glossary|admonition|note|tip|warning)\})[^\n]*\n.*?^ *\1 *$", re.S | re.M
)
DISPLAY = re.compile(r"\$\$.*?\$\$|\\begin\{(equation|align)\*?\}.*?\\end\{\1\*?\}", re.S)
# What is a line of its own and no prose: a fence of a directive and its options, an anchor,
# attributes, a heading, a row of a table, a tag, the facts of an exercise.
MARKUP = re.compile(
    r"^\s*(?::{3,}.*|```.*|:[\w-]+:.*|\([\w.-]+\)=|\{[.#][^}]*\}|#+ .*|\|.*|</?[a-z][^>]*>"
    r"|<summary>.*|\*[a-z ]+ · difficulty .*\*|-{3,})\s*$"
)
ITEM = re.compile(r"^(\s*)(?:[-*+]|\d+[.)]|:) +")
LABEL = re.compile(r"^\*\*(?:(?:Figure|Table)[^*]*|\d+\.)\*\*")
ABBREVIATIONS = r"(?:\bal|\be\.g|\bi\.e|\bcf|\bvs|\bFig|\bEq|\betc|\b[A-Z])"
END = re.compile(r"(?<=[.?!])[\"”’)\]*]*\s+(?=[\"“‘(\[*]*[A-Z0-9$`])")


@dataclass
class Counted:
    """The sentences of a page, in words, and its paragraphs."""

    sentences: list[str] = field(default_factory=list)
    paragraphs: list[list[str]] = field(default_factory=list)

    @property
    def lengths(self) -> list[int]:
        return [words(sentence) for sentence in self.sentences]


def words(sentence: str) -> int:
    """Words of a sentence: what has a letter or a digit in it, and each formula."""
    return sum(any(c.isalnum() or c in "$`" for c in word) for word in sentence.split())


def markdown_of(path: Path) -> str:
    """What a page says, or the Markdown cells of a notebook."""
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        cells = [c for c in json.loads(text)["cells"] if c["cell_type"] == "markdown"]
        text = "\n\n".join(FRONT_MATTER.sub("", "".join(cell["source"])) for cell in cells)
    return FRONT_MATTER.sub("", text)


def plain(text: str) -> str:
    """A paragraph without its markup; each formula and each piece of code is one word."""
    kept: list[str] = []

    def keep(word: str) -> str:
        kept.append("".join(word.split()))
        return f"\0{len(kept) - 1}\0"

    text = LABEL.sub("", text)
    text = re.sub(r"\{[a-z:+-]+\}`([^`]+?)(?: *<[^`]*>)?`", r"\1", text)
    text = re.sub(r"(`+).+?\1", lambda m: keep(m[0]), text)
    text = re.sub(r"(?<![\\$\w])\$[^$]+?\$(?![\w$])", lambda m: keep(m[0]), text)
    link = r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\([^()]*\)"
    text = re.sub(link, r"\1", re.sub(link, r"\1", text))
    text = re.sub(r"\{[.#][^}]*\}|<[^<>]*>|[*\\]", "", text)
    return " ".join(re.sub(r"\0(\d+)\0", lambda m: kept[int(m[1])], text).split())


def split(paragraph: str) -> list[str]:
    """The sentences of a paragraph without markup."""
    found, start = [], 0
    for end in END.finditer(paragraph):
        before = paragraph[start : end.start()]
        if re.search(rf"{ABBREVIATIONS}\.$", before):
            continue
        found.append(paragraph[start : end.end()].strip())
        start = end.end()
    return [s for s in [*found, paragraph[start:].strip()] if words(s)]


def blocks(markdown: str) -> list[str]:
    """The paragraphs, the items of lists among them. A display is a paragraph "Ⓓ"."""
    text = FENCED.sub("\n\n", COMMENT.sub("", markdown))
    text = DISPLAY.sub("\n\nⒹ\n\n", text)
    if "```{glossary}" in text:  # whose terms stand at the margin
        before, _, inside = text.partition("```{glossary}")
        text = before + re.sub(r"^(?!```)\S.*$", "", inside, flags=re.M)
    found, lines = [], []

    def end() -> None:
        if lines:
            found.append(" ".join(lines))
            lines.clear()

    for line in text.splitlines():
        if not line.strip() or MARKUP.match(line):
            end()
        else:
            if ITEM.match(line):
                end()
            lines.append(ITEM.sub("", line).strip().lstrip("> "))
    end()
    return found


def counted(markdown: str) -> Counted:
    """The sentences of a page.

    One that goes on below a display is one sentence. A paragraph or an item of a list of more
    than a few words ends a sentence with its own full stop or colon, and goes on without.
    """
    result, after_display, open_end, unfinished = Counted(), False, False, False
    for block in blocks(markdown):
        if block.startswith("Ⓓ"):
            after_display = True
            continue
        text = plain(block)
        sentences = split(text)
        if not sentences:
            continue
        goes_on = after_display and open_end and re.match(r"[a-z(,]", text)
        if result.sentences and (goes_on or unfinished):
            result.sentences[-1] += " " + sentences.pop(0)
        result.sentences += sentences
        result.paragraphs.append(sentences)
        after_display, open_end = False, not re.search(r"[.?!][\"”’)]*$", text)
        unfinished = open_end and not text.endswith(":") and len(text.split()) > FEW
    return result


def problems(markdown: str) -> list[str]:
    """Where a page breaks the book's rules for sentences and paragraphs."""
    found = counted(markdown)
    lengths = found.lengths
    if not lengths:
        return []
    said = []
    mean = sum(lengths) / len(lengths)
    if mean > MEAN:
        said.append(f"{mean:.1f} words in a sentence on average, above {MEAN}")
    long = sum(n >= NINE_IN_TEN for n in lengths)
    if 10 * long > max(len(lengths), 10):
        said.append(
            f"{long} of {len(lengths)} sentences of {NINE_IN_TEN} words or more: over a tenth"
        )
    said += [
        f"{n} words, above {LONGEST}: {sentence}"
        for n, sentence in zip(lengths, found.sentences, strict=True)
        if n > LONGEST
    ]
    said += [
        f"a paragraph of {len(sentences)} sentences, above {IN_PARAGRAPH}: {sentences[0]}"
        for sentences in found.paragraphs
        if len(sentences) > IN_PARAGRAPH
    ]
    return said


def report(path: Path, longest: int = 15) -> str:
    """The numbers of a page, its longest sentences, its long paragraphs."""
    markdown = markdown_of(path)
    found = counted(markdown)
    lengths = found.lengths
    if not lengths:
        return f"{path}: no prose"
    ordered = sorted(lengths)
    tenth = ordered[min(int(0.9 * len(ordered)), len(ordered) - 1)]
    long = sum(n >= NINE_IN_TEN for n in lengths)
    lines = [
        f"{path}: {sum(lengths)} words, {len(lengths)} sentences; mean "
        f"{sum(lengths) / len(lengths):.1f} (at most {MEAN}); {long} of {NINE_IN_TEN} words or "
        f"more (at most {max(len(lengths), 10) // 10}; the ninth tenth ends at {tenth}); "
        f"longest {ordered[-1]} (at most {LONGEST})"
    ]
    pairs = sorted(zip(lengths, found.sentences, strict=True), key=lambda pair: -pair[0])
    lines += [f"  {n:3d}  {sentence}" for n, sentence in pairs[:longest]]
    lines += [f"  {each}" for each in problems(markdown) if each.startswith("a paragraph")]
    return "\n".join(lines + [f"  {'WRONG' if problems(markdown) else 'right'}"])


if __name__ == "__main__":
    print("\n\n".join(report(Path(name)) for name in sys.argv[1:]))

"""Explore: which mistake made these pictures."""

from collections.abc import Mapping

from companion.evaluation import listens
from companion.exercises.chapter_2_2_2.suspects import CAPTIONS, suspects
from companion.exercises.exercise import Exercise, Kind, Mistake
from companion.exercises.letters import LettersChecker

LETTERS = {"order": "B", "words": "C", "own": "D", "scale": "F"}  # by what `listens` finds
OPTIONS: Mapping[str, str] = {
    "A": "there would be scenes of any kind, as right for one caption as for another.",
    "B": "single shapes would be right, and of two shapes the colours too; but sizes and shapes "
    "would stand with the wrong colour.",
    "C": "the first shape of each caption would be right, and the second one left to chance.",
    "D": "each picture would be right for another caption of the row.",
    "E": "there would be six large red circles.",
    "F": "the pictures would have what the caption does not say: never its colours.",
    "G": "the pictures would show the caption, with edges and colours overdone.",
}


def which_mistakes() -> str:
    """A letter for each row of pictures: what the check finds in its model."""
    found = (listens(model, CAPTIONS[1:3]).found for model in suspects().values())
    return "".join(LETTERS[name] for (name,) in found)


EXERCISE = Exercise(
    name="which-bug",
    number="2.2.2.6",
    title="Which mistake is it?",
    kind=Kind.EXPLORE,
    chapter="2-2-2-words",
    difficulty=2,
    importance=3,
    minutes=15,
    answer="mistakes",
    stub="mistakes = None  # four letters in quotation marks, for P, Q, R and S",
    solution=which_mistakes,
    checker=LettersChecker(
        solution=which_mistakes,
        questions=("P", "Q", "R", "S"),
        options=OPTIONS,
        mistakes=(
            Mistake(
                "something of the caption does arrive: compare the first shape of each caption "
                "with the picture.",
                lambda: "AFDB",
            ),
            Mistake(
                "each picture shows the first shape of its own caption and none of the second "
                "one. Without order both colours would be there.",
                lambda: "BFDB",
            ),
            Mistake(
                "these are not scenes of any kind. Go through the colours: is one of them ever "
                "that of its caption?",
                lambda: "CADB",
            ),
            Mistake(
                "look for the captions of these pictures in the row: they are not there.",
                lambda: "CDDB",
            ),
            Mistake(
                "they are overdone, but in the wrong direction: no picture has a colour of its "
                "caption.",
                lambda: "CGDB",
            ),
            Mistake(
                "each of these pictures is the answer to one of the captions. To which?",
                lambda: "CFAB",
            ),
            Mistake(
                "what is not asked for would be avoided then. But the pictures are right, each "
                "for another caption.",
                lambda: "CFFB",
            ),
            Mistake(
                "the colours of the second shape are there too, so its words are not cut off.",
                lambda: "CFDC",
            ),
            Mistake(
                "the colours are those of the caption, all of them. Something arrives.",
                lambda: "CFDA",
            ),
        ),
    ),
    meaning=(
        "`listens` finds each of the four without a picture: P at `words`, Q at `scale`, R at "
        "`own` and S at `order`."
    ),
    hints=(
        "Take one caption after the other, and note what is right: the first colour, the second "
        "one, the size and the shape of each.",
        "Each of four statements holds for one row: no colour is right; only the first shape is "
        "right; the colours are right and the shapes are not; everything is right elsewhere.",
    ),
    on_failure=(
        ("A row without one right colour.", "There are two: are its pictures captions of others?"),
        ("A row with some right pictures.", "Are they right for one shape, or for the first one?"),
    ),
    discussion=(
        "In P the words after the fourth are cut off, as with prompts that are too long. In Q the "
        "two halves of guidance have changed places, so that samples are led away from the "
        "caption. In R each image is told the caption of its neighbour. In S all words stand at "
        "one place: colours arrive, and do not find their shapes. Each of them happened in a "
        "published program, and none makes the loss rise. In code:"
    ),
)

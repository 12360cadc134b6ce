"""A checker for letters that are chosen from a list, one for each question."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from companion.exercises import guard
from companion.exercises.exercise import Mistake, Objection, Status


@dataclass(frozen=True)
class LettersChecker:
    """Compares letters with the right ones, question by question.

    Attributes:
        solution: gives the right letters.
        questions: what the questions are called, in their order.
        options: each letter that may be chosen, with what would be seen if it were right.
        mistakes: usual confusions, each as right letters with one that is wrong.
    """

    solution: Callable[[], str]
    questions: tuple[str, ...]
    options: Mapping[str, str]
    mistakes: tuple[Mistake, ...]

    def judge(self, answer: object) -> str:
        """ "" if all are right.

        Raises:
            Objection: some are not; with what speaks against each of them.
        """
        letters, right = guard.call(self._letters, answer), _computed(self.solution)
        wrong = [n for n, letter in enumerate(letters) if letter != right[n]]
        if not wrong:
            return ""
        fine = [q for n, q in enumerate(self.questions) if n not in wrong]
        opening = f"{' and '.join(fine)}: right. " if fine else ""
        raise Objection(opening + " ".join(self._against(n, letters[n], right) for n in wrong))

    def prepare(self) -> None:
        """Compute the right letters; they are kept."""
        _computed(self.solution)

    def _against(self, n: int, letter: str, right: str) -> str:
        """What speaks against a letter."""
        one = right[:n] + letter + right[n + 1 :]
        for mistake in self.mistakes:
            if mistake.wrong() == one:
                return f"{self.questions[n]}: {mistake.says}"
        return f"{self.questions[n]}: with {letter} {self.options[letter]}"

    def _letters(self, answer: object) -> str:
        if isinstance(answer, list | tuple) and all(isinstance(one, str) for one in answer):
            answer = "".join(answer)
        count, known = len(self.questions), "".join(self.options)
        if not isinstance(answer, str):
            raise Objection(
                f"this is {guard.kind_of(answer)}, expected {count} letters in quotation marks.",
                Status.STOPPED,
            )
        letters = "".join(answer.upper().replace(",", " ").split())
        if len(letters) != count:
            raise Objection(
                f"these are {len(letters)} letters, expected one for each of "
                f"{', '.join(self.questions)}."
            )
        strange = [letter for letter in letters if letter not in known]
        if strange:
            raise Objection(f"{strange[0]!r} is not one of {known[0]} to {known[-1]}.")
        return letters


@lru_cache(maxsize=16)
def _computed(letters: Callable[[], str]) -> str:
    """The right letters: the same each time."""
    return letters()

"""Explore: at how many times an error in the noise is magnified more than tenfold."""

from companion.diffusion import Schedule, cosine, linear
from companion.exercises.checkers import NumberChecker
from companion.exercises.exercise import Exercise, Kind, Mistake


def _count(schedule: Schedule, most: float) -> float:
    """How many times have an SNR below this."""
    return float((schedule.snr[1:] < most).sum())


def times_above_ten() -> float:
    """How many times of the cosine schedule have an SNR below a hundredth."""
    return _count(cosine(1000), 0.01)


def _written_out() -> float:
    return (cosine(1000).snr[1:] < 1 / 10**2).sum()


EXERCISE = Exercise(
    name="magnified-times",
    number="1.3.1.5",
    title="Where asking for the noise is a bad idea",
    kind=Kind.EXPLORE,
    chapter="1-3-1-what-to-predict",
    difficulty=2,
    importance=2,
    minutes=20,
    answer="count",
    stub="count = None  # a whole number",
    solution=times_above_ten,
    checker=NumberChecker(
        solution=times_above_ten,
        tolerance=0.5,
        forms=(_written_out,),
        mistakes=(
            Mistake(
                "the root again: this counts the times with an SNR below a tenth.",
                lambda: _count(cosine(1000), 0.1),
            ),
            Mistake(
                "these are the times at which the *noise* would be magnified tenfold "
                "from a guess of x_0.",
                lambda: float((cosine(1000).snr[1:] > 100).sum()),
            ),
            Mistake(
                "this is the count for `linear(1000)`. The question is for the cosine.",
                lambda: _count(linear(1000), 0.01),
            ),
            Mistake(
                "these are the times at which alpha_bar is below a tenth.",
                lambda: float((cosine(1000).alpha_bar < 0.1).sum()),
            ),
            Mistake(
                "these are the other times, at which an error is magnified tenfold at most.",
                lambda: 1000 - times_above_ten(),
            ),
            Mistake(
                "these are the other times, at which an error is magnified tenfold at "
                "most, and t = 0 among them, where there is no noise.",
                lambda: 1001 - times_above_ten(),
            ),
            Mistake(
                "these are the times at which alpha_bar is below a hundredth. The SNR is "
                "alpha_bar / (1 - alpha_bar).",
                lambda: float((cosine(1000).alpha_bar < 0.01).sum()),
            ),
            Mistake(
                "a square too many: this counts the times with an SNR below one in ten "
                "thousand, where an error is magnified a hundredfold.",
                lambda: _count(cosine(1000), 1e-4),
            ),
            Mistake(
                "one time is missing: t = 1000 is the last, and there the SNR is lowest.",
                lambda: times_above_ten() - 1,
            ),
        ),
    ),
    meaning=(
        "That is one time in about sixteen. Tenfold does little harm on these digits; the "
        "cut is needed at the last ten times or so."
    ),
    hints=(
        "By (1-12c) the magnification is one over the root of the SNR. The schedule has "
        "`snr`, from t = 0.",
        "Count where `cosine(1000).snr[1:] < 1 / 100`.",
    ),
    on_failure=(
        ("The root again.", "Tenfold in the error is a hundredfold in its square."),
        ("The other schedule.", "`cosine(1000)`."),
        ("One more or less.", "Times run from 1 to 1000."),
    ),
    discussion=(
        "A sample answer. The linear schedule has several hundred such times, a third of "
        "the walk; the cosine far fewer, and they are its last. Sample the shipped "
        "`digits-eps` with and without `clip=True`: without, the first step magnifies "
        "the network's error by twenty thousand, and no later step repairs it. A walk that "
        "starts at about 990 or below does as well without the cut as with it "
        "(`bench/answers.py`). With the "
        "linear schedule the first step magnifies by about 160 only: it never reaches "
        "noise, which is why asking for the noise went well with it. In code:"
    ),
)

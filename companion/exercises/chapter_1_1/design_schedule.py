"""Explore: a schedule of a hundred steps that reaches noise."""

import warnings
from dataclasses import dataclass

import torch

from companion.diffusion import Schedule, from_betas, linear
from companion.exercises.exercise import Exercise, Kind, Mistake, Objection, Status
from companion.exercises.guard import call, kind_of
from companion.exercises.reading import tensor

STEPS, NOISE, CLIFF = 100, 0.1, 55.0
SLACK = 1 + 1e-9  # rounding, at the edge of a bound


def ten_times_the_betas() -> Schedule:
    """A tenth of the steps, each with ten times the variance."""
    return linear(100, beta_1=1e-3, beta_T=0.2)


@dataclass(frozen=True)
class ScheduleChecker:
    """Looks at what can be looked at: length, end, and cliffs on the way."""

    mistakes: tuple[Mistake, ...]

    def prepare(self) -> None:
        """Nothing is worth keeping."""

    def judge(self, answer: object) -> str:
        """Where the schedule ends and crosses SNR 1; raises Objection for a bad one."""
        schedule = call(_as_schedule, answer)
        if schedule.T != STEPS:
            plus = " A list is read as betas, one for each step." * (schedule.T == STEPS + 1)
            raise Objection(f"your schedule has {schedule.T} steps, expected {STEPS}.{plus}")
        for mistake in self.mistakes:
            known = mistake.wrong().alpha_bar
            if torch.allclose(schedule.alpha_bar, known, rtol=1e-6):
                raise Objection(mistake.says)
        left = schedule.alpha_bar[-1].sqrt().item()
        if left > NOISE * SLACK:
            raise Objection(
                f"sqrt(alpha_bar_T) = {left:.3f} of the picture is left at the end, "
                f"expected {NOISE} or less: the betas have to add up to more."
            )
        falls = -schedule.log_snr[1:-1].diff()
        t = int(falls.argmax()) + 2
        if schedule.alpha_bar[1] <= 0.5:  # an SNR of 1 is no more picture than noise
            raise Objection(
                f"after the first step the SNR is {schedule.snr[1]:.3g}, so that the picture "
                "does not outweigh the noise any more: "
                f"the other {STEPS - 1} steps have little left to do. Begin gently."
            )
        if falls.max().exp() > CLIFF * SLACK:
            raise Objection(
                f"there is a cliff at t = {t}: this one step divides the SNR by "
                f"{falls.max().exp():.4g}, expected {CLIFF:g} or less. "
                "Spread the loss over more steps."
            )
        if schedule.snr[-2] >= 1:
            raise Objection(
                f"before the last step the SNR is still {schedule.snr[-2]:.3g}, and this one "
                f"step takes the rest. Noise should outweigh the picture after {STEPS - 1} "
                "steps: let the betas before the last grow."
            )
        half = int((schedule.snr > 1).sum())
        return (
            f"Yours ends at sqrt(alpha_bar_T) = {left:.4f}, and noise outweighs the "
            f"picture from t = {half} on."
        )


def _as_schedule(answer: object) -> Schedule:
    if callable(answer):
        answer = answer()
    if isinstance(answer, Schedule):
        return answer
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            betas = tensor(answer)
            return from_betas(answer if betas is None else betas)
        except ValueError as error:
            raise Objection(f"no schedule can be made of this: {error}.", Status.STOPPED) from None
        except Exception:  # whatever a strange object raises
            raise Objection(
                f"this is {kind_of(answer)}, expected a Schedule or a row of betas.",
                Status.STOPPED,
            ) from None


EXERCISE = Exercise(
    name="design-schedule",
    number="1.1.6",
    title="A hundred steps to noise",
    kind=Kind.EXPLORE,
    chapter="1-1-forward",
    difficulty=2,
    importance=2,
    minutes=20,
    answer="my_schedule",
    stub=(
        "from companion.diffusion import cosine, from_betas, linear\n\n"
        "my_schedule = None  # a Schedule, or its 100 betas"
    ),
    solution=ten_times_the_betas,
    checker=ScheduleChecker(
        mistakes=(
            Mistake(
                "these are the betas that suit 1000 steps, on 100 of them, and more "
                "than half of the picture is left at the end. The betas have to grow "
                "as the steps become fewer.",
                lambda: linear(STEPS),
            ),
        ),
    ),
    meaning="It has 100 steps, reaches noise, and falls off no cliff on the way.",
    hints=(
        "What decides where a schedule ends is, roughly, the sum of its betas. "
        "1000 steps of the linear schedule sum to about 10. What must 100 betas be to "
        "sum to the same?",
        "Plot `schedule.log_snr[1:]` against $t/T$ for `linear(1000)` and for yours. "
        "Two schedules with the same curve give the same sequence of pictures, one of "
        "them seen through a coarser comb.",
    ),
    on_failure=(
        (
            "Part of the picture is left.",
            "Multiply the betas by a number, or let the last ones be larger.",
        ),
        (
            "A cliff.",
            "The ratio of two neighbouring SNRs may be 55 at most. The very last step may "
            "fall to nothing, once noise outweighs the picture.",
        ),
        (
            "beta outside (0, 1).",
            "Only the last beta may be 1: it leaves nothing of the picture.",
        ),
    ),
    discussion=(
        "A sample answer. Ten times the betas on a tenth of the steps has nearly the "
        "same sum, and so nearly the same curve of SNR against $t/T$; it ends at "
        "$\\sqrt{\\bar\\alpha_T} < 0.01$. "
        "The two part at the end, where $\\ln(1 - \\beta)$ is no longer close to "
        "$-\\beta$: the last steps are larger than ten old ones. `cosine(100)` "
        "is another good answer: it takes longer to lose the picture, because its "
        "$\\bar\\alpha_t$ falls almost on a line in the middle. What a good schedule "
        "is cannot be said from the forward process alone: it shows in the samples."
    ),
)

"""What a check says of a number and of parts, and its words as HTML."""

import pytest
import torch

from companion.exercises import check, isolation, spoken
from companion.exercises.compare import Trial, diagnose
from tests.exercises.answers import BY_NAME


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    monkeypatch.setattr(isolation, "_forks", False)


@pytest.mark.parametrize(
    "truth, words",
    [
        (141.0, ""),
        (-12.0, ""),
        (99.99999999999, ""),  # a hundred, but for rounding
        (0.123456, "To four digits it is 0.1235."),
        (119.25, "To four digits it is 119.2."),
    ],
)
def test_only_what_the_answer_does_not_say_is_said(truth, words):
    assert spoken.to_four_digits(truth) == words


def test_a_right_whole_number_is_not_repeated():
    assert "digits" not in check("fewer-numbers", 12).words
    assert (
        "To four digits it is"
        in check("short-schedule", BY_NAME["short-schedule"].solution()).words
    )


@pytest.mark.parametrize(
    "guess, shows, words",
    [
        (97.0, None, "near, but too small, by more than 0.5. Is something rounded"),
        (105.0, None, "near, but too large, by more than 0.5. Is something rounded"),
        (106.0, None, "is too large, by more than 0.5. No usual mistake"),
        (40.0, None, "is too small, by more than 0.5. No usual mistake"),
        (40.0, ": with 40 calls it is 3", "is too small: with 40 calls it is 3."),
    ],
)
def test_what_nothing_explains_is_near_or_far(guess, shows, words):
    assert words in spoken.too_far(guess, 100.0, 0.5, shows)


@pytest.mark.parametrize(
    "words, html",
    [
        ("plain", "<p>plain</p>"),
        ("a `b < c` and `*d*`", "<p>a <code>b &lt; c</code> and <code>*d*</code></p>"),
        ("the *noise*, and *x* too", "<p>the <em>noise</em>, and <em>x</em> too</p>"),
        ("2 * a * b", "<p>2 * a * b</p>"),
        ("2*a*b", "<p>2*a*b</p>"),
        ("<script>&", "<p>&lt;script&gt;&amp;</p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
    ],
)
def test_words_as_html(words, html):
    assert spoken.html(words) == html


@pytest.mark.parametrize(
    "parts, words",
    [
        (("the mean", "the width"), "the mean: right. The width: your value has the opposite"),
        (("x_t", "v"), "x_t: right. v: your value has the opposite"),
    ],
)
def test_a_sentence_begins_with_a_capital_and_a_letter_stays(parts, words):
    one = torch.tensor([1.0, 2.0])
    trial = Trial((), (one, -one), (one, one))
    assert diagnose([trial], parts, (), None).startswith(words)

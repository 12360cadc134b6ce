"""From pixels to tokens and back, by division of whole numbers: 3-1 and 3-1a."""

from sympy import Expr, S, Symbol, floor, symbols

from companion.proofs.algebra import Derivation, Given, chain, equation
from companion.proofs.whole_numbers import Remainder

# A pixel: channel, frame, row and column. A token, and one of its numbers.
c, f, y, x = symbols("c f y x", integer=True, nonnegative=True)
n, j = symbols("n j", integer=True, nonnegative=True)
# Sides of a patch in pixels and frames, and how many patches there are in a column and in a row.
p, p_f, N_y, N_x = symbols("p p_f N_y N_x", integer=True, positive=True)

TOKEN = N_x * floor(y / p) + floor(x / p)
NUMBER = p * (p * c + Remainder(y, p)) + Remainder(x, p)
ROW = p * floor(n / N_x) + Remainder(floor(j / p), p)
COLUMN = p * Remainder(n, N_x) + Remainder(j, p)
CHANNEL = floor(floor(j / p) / p)

READING = "Patches are counted as one reads, row by row."
INSIDE = "Within a token: channel by channel, and in each row by row."
OUT = "A whole number comes out of the brackets."
REST = "A remainder is what the quotient leaves."
WHOLE = "Divisor times quotient, and the remainder: that is the number itself."


def _in(inner: Expr, count: Symbol, words: str) -> Given:
    """A patch lies in its row or column: its number divided by how many there are is 0."""
    return Given(words, floor(inner / count), S.Zero)


def patches_and_back() -> Derivation:
    """3-1: a pixel goes to one number of one token, and comes back from there."""
    steps = (
        *chain(n, (READING, TOKEN)),
        *chain(j, (INSIDE, NUMBER)),
        *chain(
            floor(n / N_x),
            (OUT, floor(y / p) + floor(floor(x / p) / N_x)),
            ("Each column of patches lies in its row.", floor(y / p)),
        ),
        *chain(
            Remainder(n, N_x), (REST, n - N_x * floor(y / p)), ("The two put in.", floor(x / p))
        ),
        *chain(
            floor(j / p),
            (OUT, p * c + Remainder(y, p) + floor(Remainder(x, p) / p)),
            ("A remainder is less than its divisor.", p * c + Remainder(y, p)),
        ),
        *chain(
            ROW,
            ("Both parts by the lines above.", p * floor(y / p) + Remainder(y, p)),
            (WHOLE, y),
        ),
        *chain(
            COLUMN,
            ("In the same way.", p * floor(x / p) + Remainder(x, p)),
            (WHOLE, x),
        ),
        *chain(
            CHANNEL,
            (
                "The number without its column, divided once more.",
                floor((p * c + Remainder(y, p)) / p),
            ),
            (OUT, c),
        ),
    )
    given = (
        Given("the token of a pixel", n, TOKEN),
        Given("which of its numbers", j, NUMBER),
        _in(floor(x / p), N_x, "the pixel lies in the image, whose rows have $N_x$ patches"),
    )
    claims = tuple(
        equation(*sides) for sides in ((n, TOKEN), (j, NUMBER), (CHANNEL, c), (ROW, y), (COLUMN, x))
    )
    return Derivation("Patches and back", ("3-1",), steps, claims, given)


def tokens_and_back() -> Derivation:
    """3-1: a number of a token goes to a pixel, and comes back from there."""
    steps = (
        *chain(y, ("The row of the patch, and the row in it.", ROW)),
        *chain(x, ("The column of the patch, and the column in it.", COLUMN)),
        *chain(c, ("Channels come after rows and columns.", CHANNEL)),
        *chain(
            TOKEN,
            ("Rows in a patch are fewer than $p$.", N_x * floor(n / N_x) + floor(x / p)),
            ("So are columns.", N_x * floor(n / N_x) + Remainder(n, N_x)),
            (WHOLE, n),
        ),
        *chain(
            floor(floor(x / p) / N_x),
            ("The column lies in its row: a remainder is less than its divisor.", S.Zero),
        ),
        *chain(
            NUMBER,
            (
                "Whole patches leave no remainder.",
                p * (p * c + Remainder(floor(j / p), p)) + Remainder(j, p),
            ),
            (WHOLE, p * floor(j / p) + Remainder(j, p)),
            (WHOLE, j),
        ),
    )
    given = (
        Given("the row of a number of a token", y, ROW),
        Given("its column", x, COLUMN),
        Given("its channel", c, CHANNEL),
    )
    claims = (equation(TOKEN, n), equation(NUMBER, j))
    return Derivation("Tokens and back", ("3-1",), steps, claims, given)


FILM_TOKEN = N_x * (N_y * floor(f / p_f) + floor(y / p)) + floor(x / p)
FILM_NUMBER = p * (p * (p_f * c + Remainder(f, p_f)) + Remainder(y, p)) + Remainder(x, p)
WITHOUT_COLUMN, WITHOUT_ROW = floor(n / N_x), floor(floor(j / p) / p)
FILM_FRAME = p_f * floor(WITHOUT_COLUMN / N_y) + Remainder(WITHOUT_ROW, p_f)
FILM_ROW = p * Remainder(WITHOUT_COLUMN, N_y) + Remainder(floor(j / p), p)
FILM_CHANNEL = floor(WITHOUT_ROW / p_f)


def films_and_back() -> Derivation:
    """3-1a: the same with frames, of which a patch holds several."""
    rows = N_y * floor(f / p_f) + floor(y / p)
    frames = p_f * c + Remainder(f, p_f)
    steps = (
        *chain(n, ("Frame by frame, each as one reads.", FILM_TOKEN)),
        *chain(j, ("Channel by channel, frame by frame, row by row.", FILM_NUMBER)),
        *chain(
            WITHOUT_COLUMN,
            (OUT, rows + floor(floor(x / p) / N_x)),
            ("Each column of patches lies in its row.", rows),
        ),
        *chain(
            WITHOUT_ROW,
            ("A remainder is less than its divisor.", floor((p * frames + Remainder(y, p)) / p)),
            ("Once more.", frames),
        ),
        *chain(
            FILM_FRAME,
            (
                "Both parts by the lines above, and each row of patches lies in its frame.",
                p_f * floor(f / p_f) + Remainder(f, p_f),
            ),
            (WHOLE, f),
        ),
        *chain(
            FILM_ROW,
            ("In the same way.", p * floor(y / p) + Remainder(y, p)),
            (WHOLE, y),
        ),
        *chain(
            COLUMN,
            ("In the same way.", p * floor(x / p) + Remainder(x, p)),
            (WHOLE, x),
        ),
        *chain(FILM_CHANNEL, ("What is left.", floor(frames / p_f)), (OUT, c)),
    )
    given = (
        Given("the token of a pixel", n, FILM_TOKEN),
        Given("which of its numbers", j, FILM_NUMBER),
        _in(floor(x / p), N_x, "the pixel lies in its frame, whose rows have $N_x$ patches"),
        _in(floor(y / p), N_y, "and whose columns have $N_y$"),
    )
    claims = tuple(
        equation(*sides)
        for sides in (
            (n, FILM_TOKEN),
            (j, FILM_NUMBER),
            (FILM_CHANNEL, c),
            (FILM_FRAME, f),
            (FILM_ROW, y),
            (COLUMN, x),
        )
    )
    return Derivation("Films and back", ("3-1a",), steps, claims, given)

"""The colours of every figure, on light paper and on a dark page."""

# Okabe and Ito's colours, told apart by colour-blind eyes. The order falls from dark
# to light and alternates the line style, so that it survives grey print too.
COLORS = {
    "ink": "#1b1b1b",
    "signal": "#0072B2",
    "noise": "#D55E00",
    "other": "#009E73",
    "fourth": "#CC79A7",
    "faint": "#8a8a8a",
}
# The same on a dark page, where the first four have to be lighter.
DARK = {
    "ink": "#e8e8e8",
    "signal": "#56B4E9",
    "noise": "#F5A15A",
    "other": "#35C99B",
    "fourth": "#E9A6C9",
    "faint": "#9a9a9a",
}

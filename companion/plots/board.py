"""What a diagram is drawn with: boxes, arrows and words, on a page as wide as a figure."""

from base64 import b64encode
from dataclasses import dataclass, field
from html import escape
from io import BytesIO

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from PIL import Image

from companion.plots.colors import COLORS, DARK
from companion.plots.style import WIDTH, panels
from companion.plots.vector import svg

SMALL = 13.2  # points: 12 pixels on a telephone 390 pixels wide
POINTS = 72 * WIDTH  # how wide a board is
_INK = COLORS["ink"]
_DARK = "".join(f"--figure-{name}: {color}; " for name, color in DARK.items())


@dataclass(frozen=True)
class Diagram:
    """A drawing with names of the code; what `diagram` returns.

    Attributes:
        html: SVG in the page's colours, with its title and its description.
        png: the same for other places.
        fig: the figure that both were made from.
    """

    html: str = field(repr=False)
    png: bytes = field(repr=False)
    fig: Figure = field(repr=False)

    def _repr_html_(self) -> str:
        return self.html

    def _repr_png_(self) -> bytes:
        return self.png


class Board:
    """A page to draw on, y downwards from the top, everything in points.

    Args:
        height: of the page.
    """

    def __init__(self, height: float) -> None:
        self.fig, (self.ax,) = panels(height=height / 72)
        self.fig.set_layout_engine("none")
        self.ax.set(position=[0, 0, 1, 1], xlim=(0, POINTS), ylim=(height, 0))
        self.ax.set_axis_off()
        self.links: list[str] = []  # as HTML, in SVG

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        code: bool = False,
        color: str = _INK,
        **more: object,
    ) -> None:
        """Words with their middle at (x, y), or where `ha` says.

        Args:
            x: of the middle.
            y: of the middle.
            words: with TeX between dollars.
            code: whether they are a name of the code.
            color: one of the book's.
            more: as matplotlib has them.
        """
        family = "DejaVu Sans Mono" if code else "DejaVu Sans"
        more = {"ha": "center", "va": "center", "fontsize": SMALL} | more
        self.ax.text(x, y, words, family=family, color=color, clip_on=False, **more)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *lines: str,
        color: str = _INK,
        code: bool = True,
    ) -> None:
        """A box, (x, y) its middle, with lines of words in it; the first is set bold.

        Args:
            x: of the middle.
            y: of the middle.
            width: of the box.
            height: of the box.
            lines: from the top.
            color: of its edge, one of the book's.
            code: whether the lines are names of the code.
        """
        corner = (x - width / 2, y - height / 2)
        shape = FancyBboxPatch(
            corner, width, height, "round,pad=0,rounding_size=5", fc="none", ec=color, lw=1.6
        )
        self.ax.add_patch(shape)
        for n, line in enumerate(lines):
            weight = "bold" if n == 0 and len(lines) > 1 else "normal"
            self.text(x, y + 17 * (n - (len(lines) - 1) / 2), line, code=code, weight=weight)

    def arrow(
        self,
        *ends: tuple[float, float],
        bend: float = 0.0,
        color: str = _INK,
        dashed: bool = False,
    ) -> None:
        """An arrow through two points, bent by so much of its length, or straight through more.

        Args:
            ends: where it goes, from tail to head.
            bend: to the left of its way.
            color: one of the book's.
            dashed: whether its line is.
        """
        line = {"color": color, "lw": 1.6, "ls": (0, (4, 3)) if dashed else "-"}
        for a, b in zip(ends[:-2], ends[1:-1], strict=True):
            self.ax.plot(*zip(a, b, strict=True), marker="", clip_on=False, **line)
        self.ax.add_patch(
            FancyArrowPatch(
                *ends[-2:],
                arrowstyle="-|>",
                mutation_scale=13,
                shrinkA=0,
                shrinkB=0,
                connectionstyle=f"arc3,rad={bend}",
                **line,
            )
        )

    def link(self, x: float, y: float, width: float, height: float, url: str, name: str) -> None:
        """A place that leads to a page.

        Args:
            x: of its middle.
            y: of its middle.
            width: of it.
            height: of it.
            url: the page, a notebook beside the one that shows this; the book makes it a page.
            name: what it is called by a screen reader.
        """
        place = (
            f'x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width:g}" height="{height:g}"'
        )
        # A link of HTML: JupyterLab rewrites every link, and fails at one of SVG.
        self.links.append(
            f'<foreignObject {place}><a xmlns="http://www.w3.org/1999/xhtml" href="{url}" '
            f'aria-label="{escape(name)}" style="display: block; height: 100%"></a></foreignObject>'
        )

    def diagram(self, name: str, title: str, description: str) -> Diagram:
        """What was drawn.

        Args:
            name: of the diagram, one of its own in the page.
            title: what it is.
            description: what one sees, for those who do not.

        Returns:
            The diagram.
        """
        drawn = svg(self.fig)
        drawn = drawn.replace("</svg>", "".join(f"{link}\n" for link in self.links) + "</svg>")
        role = "group" if self.links else "img"
        words = f'aria-labelledby="diagram-{name}-title" aria-describedby="diagram-{name}-words"'
        head = f'<title id="diagram-{name}-title">{escape(title)}</title>\n'
        head += f'<desc id="diagram-{name}-words">{escape(description)}</desc>\n'
        start = drawn.index(">") + 1
        root = drawn[:start].replace(
            'class="figure"', f'class="figure diagram" role="{role}" {words}'
        )
        rule = f'body[data-jp-theme-light="false"] svg.diagram {{ --figure-paper: none; {_DARK}}}'
        # A notebook that is not trusted drops rules and SVG, and shows the still.
        png = self._still()
        still = b64encode(png).decode("ascii")
        image = f'<img class="diagram-still" alt="{escape(title)}"'
        image += f' src="data:image/png;base64,{still}">'
        rule += " svg.diagram { display: block; margin: 0 auto; }"
        rules = f"<style>{rule} .diagram-still {{ display: none !important; }}</style>"
        html = f"{rules}\n{root}\n{head}{drawn[start:].lstrip()}\n{image}"
        return Diagram(html, png, self.fig)

    def _still(self) -> bytes:
        """The drawing as PNG; its few colours need no more than a palette."""
        drawn, packed = BytesIO(), BytesIO()
        FigureCanvasAgg(self.fig).print_figure(drawn, format="png", dpi=110)
        image = Image.open(drawn).convert("RGB").quantize(64, dither=Image.Dither.NONE)
        image.save(packed, "png", optimize=True)
        return packed.getvalue()

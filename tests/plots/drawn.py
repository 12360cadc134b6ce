"""What a figure's SVG and a player's frames hold, read back."""

import json
import re
from base64 import b64decode
from io import BytesIO
from xml.etree import ElementTree

from PIL import Image

SVG = "{http://www.w3.org/2000/svg}"


def frames_in(html: str) -> list[str]:
    """The SVG of each frame of a player, put together as its script does."""
    lines, frames = (
        json.loads(re.search(rf"const {name} = (\[.*\]);", html)[1]) for name in ("lines", "frames")
    )
    return [
        "\n".join(
            line
            for start, count in zip(runs[::2], runs[1::2], strict=True)
            for line in lines[start : start + count]
        )
        for runs in frames
    ]


def parts(svg: str, tag: str) -> list[ElementTree.Element]:
    """The elements of one name, in their order."""
    return ElementTree.fromstring(svg).findall(f".//{SVG}{tag}")


def images_in(svg: str) -> list[Image.Image]:
    """The images in it, as they are stored."""
    return [
        Image.open(BytesIO(b64decode(image.get("href").partition("base64,")[2])))
        for image in parts(svg, "image")
    ]

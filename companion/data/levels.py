"""What the numbers in a picture mean: each mode that Pillow opens, in levels of 8 bits."""

import numpy as np
from PIL import Image

_WHITE_IS_ZERO, _BITS = 262, 258  # tags of TIFF: which end is white, and how many bits
_ROWS = 1 << 22  # pixels that become floats at a time: memory stays that of the picture


def levels(image: Image.Image) -> Image.Image:
    """A picture in levels of 8 bits, with what is transparent still transparent.

    Black and white are where the mode has them, never where one picture has its
    darkest and lightest pixel:

    - 1, L, LA, La, P, PA, RGB, RGBA, RGBX, RGBa, CMYK, YCbCr, LAB, HSV: 8 bits a
      channel, as Pillow converts them. Files with 16 bits a colour come from Pillow as
      RGB, in their upper 8 bits.
    - I;16 in all orders of bytes: 0..65535, or 0..4095 where a TIFF has 12 bits.
    - I, 32 bits: 0..65535 from PGM and PNG, whose files say so. No other file says what
      is white in it: refused.
    - F: 0 is black and 1 is white, as in every library that has pictures of floats; half
      a level beyond is rounding. Any other range, NaN and infinity: refused.
    - A TIFF that says that 0 is white is turned over. FITS is refused beyond 8 bits:
      Pillow reads its signed numbers as if they had no sign.

    Args:
        image: of any mode.

    Returns:
        The picture, of mode L, LA, RGB or RGBA.

    Raises:
        ValueError: For numbers that are no picture's, with the range that came.
    """
    if image.mode[0] in "IF":
        return _of_numbers(image)
    if image.mode in ("La", "RGBa"):  # multiplied by their alpha
        return image.convert(image.mode.upper())
    if image.mode in ("L", "RGB", "LA", "RGBA") and "transparency" not in image.info:
        return image
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("L" if image.mode == "1" else "RGB")


def _of_numbers(image: Image.Image) -> Image.Image:
    """A picture of 16 bits, of whole numbers or of floats, as L or LA."""
    tags = getattr(image, "tag_v2", {})
    if image.format == "FITS":
        raise ValueError(
            "FITS with more than 8 bits, which Pillow misreads: save it as a TIFF or a PNG"
        )
    if image.mode == "I" and image.format not in ("PPM", "PNG"):
        raise ValueError(
            "whole numbers of 32 bits, of which the file does not say what is white: "
            "save it with 8 or 16 bits a pixel"
        )
    white = 1 if image.mode == "F" else 4095 if tags.get(_BITS) == (12,) else 65535
    grey, lowest, highest = _scaled(image, white)
    if not np.isfinite([lowest, highest]).all():
        raise ValueError("numbers that are NaN or infinite, expected 0 (black) to 1 (white)")
    half = white / 255 / 2
    if lowest < -half or highest > white + half:
        raise ValueError(
            f"numbers from {lowest:.4g} to {highest:.4g}, expected 0 (black) to {white} (white): "
            "scale them, or save it with 8 or 16 bits a pixel"
        )
    if tags.get(_WHITE_IS_ZERO) == 0:
        grey = grey.point(lambda level: 255 - level)
    if "transparency" in image.info:
        alpha = (np.asarray(image) != image.info["transparency"]) * np.uint8(255)
        grey.putalpha(Image.fromarray(alpha))
    return grey


def _scaled(image: Image.Image, white: float) -> tuple[Image.Image, float, float]:
    """0..white as 0..255, rounded and clipped; the lowest and the highest number, or NaN."""
    grey = Image.new("L", image.size)
    rows = max(_ROWS // image.width, 1)
    ends = []
    for top in range(0, image.height, rows):
        box = (0, top, image.width, min(top + rows, image.height))
        values = np.asarray(image.crop(box), dtype=np.float32)  # (rows, W)
        ends += [values.min(), values.max()]
        part = np.nan_to_num(values * np.float32(255 / white)).clip(0, 255)
        grey.paste(Image.fromarray(np.rint(part).astype(np.uint8)), box)
    return grey, float(np.min(ends)), float(np.max(ends))

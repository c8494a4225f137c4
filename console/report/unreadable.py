"""Makes parts of a photo unreadable, for good: faces, number plates, a name on a door.

A blur that only smears can be undone by whoever knows how it was made. So a part is first reduced
to a few flat patches of its average colour, which is all that is left of it; what is drawn there
is made from these. The file is new, and holds pixels alone.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

PATCHES = 4  # along the longer side of a part
MOST = 20  # parts of a photo
_QUALITY = 88


class BadPartError(ValueError):
    """A part is no rectangle within the photo, or there are too many, or nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of a photo, in pixels from its upper left corner."""

    left: int
    top: int
    width: int
    height: int


def parts_of(rows: Sequence[Sequence[str]]) -> tuple[Part, ...]:
    """The rectangles that a form names: left, top, width, height. Empty rows are passed over.

    Raises: BadPartError.
    """
    filled = [row for row in rows if any(one.strip() for one in row)]
    if len(filled) > MOST:
        raise BadPartError(f"at most {MOST} parts")
    return tuple(_part(row) for row in filled)


def _part(row: Sequence[str]) -> Part:
    try:
        left, top, width, height = (round(float(one)) for one in row)
    except (ValueError, OverflowError) as error:
        raise BadPartError("four numbers make a part") from error
    if width < 1 or height < 1:
        raise BadPartError("a part is at least one pixel wide and high")
    return Part(left, top, width, height)


def unreadable(content: bytes, parts: Sequence[Part], turn: int = 0) -> bytes:
    """A new photo in which these parts are unreadable, turned clockwise by 0, 90, 180 or 270.

    Raises: BadPartError when a part lies outside, or nothing is to be done.
    """
    from PIL import Image  # noqa: PLC0415 - the image library waits for a first photo

    turns = {0: None, 90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180,
             270: Image.Transpose.ROTATE_90}  # fmt: skip
    if turn not in turns:
        raise BadPartError("a photo is turned by 90, 180 or 270 degrees")
    if not parts and not turn:
        raise BadPartError("nothing is to be done")
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
        pixels = Image.new("RGB", image.size)
        pixels.paste(image.convert("RGB"))
    for part in parts:
        box = _within(part, pixels.size)
        wide, high = box[2] - box[0], box[3] - box[1]
        cell = max(wide, high) / PATCHES
        few = (max(1, round(wide / cell)), max(1, round(high / cell)))
        flat = pixels.crop(box).resize(few, Image.Resampling.BOX)
        pixels.paste(flat.resize((wide, high), Image.Resampling.NEAREST), box)
    method = turns[turn]
    turned = pixels if method is None else pixels.transpose(method)
    out = io.BytesIO()
    turned.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _within(part: Part, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The part as a box, cut to the photo."""
    box = (
        max(0, part.left),
        max(0, part.top),
        min(size[0], part.left + part.width),
        min(size[1], part.top + part.height),
    )
    if box[0] >= box[2] or box[1] >= box[3]:
        raise BadPartError("the part lies outside the photo")
    return box

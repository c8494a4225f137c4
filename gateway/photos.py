"""Photos: known by content, opened with limits, turned upright, kept as pixels alone.

The position is read from EXIF before anything is stripped. What is kept is a new image made from
the pixels: re-saving a JPEG would keep its comment, and with it whatever a phone wrote there.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from math import isfinite
from pathlib import Path
from typing import Any

import filetype
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from gateway.media import Limits
from store.media import Kept, PhotoRefusedError

register_heif_opener()

_READ = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"})
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
_GPS, _QUALITY = 0x8825, 85
_MIN_SIDE = 16  # pixels; smaller ones are tracking dots and smileys of mail


def keep(content: bytes, folder: Path, limits: Limits) -> Kept:
    """Read, turn upright, strip, scale and store a photo under `folder` by its content's hash.

    Raises: PhotoRefusedError: media_too_large, media_not_a_photo, media_damaged.
    """
    if len(content) > limits.max_bytes:
        raise PhotoRefusedError("media_too_large")
    kind = filetype.guess_mime(content)
    if kind not in _READ:
        raise PhotoRefusedError("media_not_a_photo")
    pixels, position = _open(content, limits)
    encoded = _encode(pixels)
    digest = hashlib.sha256(encoded).hexdigest()
    _write(folder / digest[:2] / f"{digest}.jpg", encoded)
    lat, lon = position or (None, None)
    return Kept(
        sha256=digest,
        content_type="image/jpeg",
        width=pixels.width,
        height=pixels.height,
        lat=lat,
        lon=lon,
    )


def _open(content: bytes, limits: Limits) -> tuple[Image.Image, tuple[float, float] | None]:
    with warnings.catch_warnings():
        # Pillow warns at its own limit; ours is checked before a pixel is decoded.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                if image.width * image.height > limits.max_pixels:
                    raise PhotoRefusedError("media_too_large")
                if min(image.size) < _MIN_SIDE:
                    raise PhotoRefusedError("media_not_a_photo")
                position = exif_position(image)
                image.draft("RGB", (limits.keep_side, limits.keep_side))
                upright = ImageOps.exif_transpose(image).convert("RGB")
        except PhotoRefusedError:
            raise
        except Image.DecompressionBombError as error:
            raise PhotoRefusedError("media_too_large") from error
        except UnidentifiedImageError as error:
            raise PhotoRefusedError("media_not_a_photo") from error
        except Exception as error:
            # Decoders raise what they like on damaged files; none of it is ours to mend.
            raise PhotoRefusedError("media_damaged") from error
    upright.thumbnail((limits.keep_side, limits.keep_side))
    return upright, position


def exif_position(image: Image.Image) -> tuple[float, float] | None:
    """Degrees north and east from the photo's GPS directory; None without a usable one.

    Source: Exif 2.32, tags GPSLatitudeRef (1) to GPSLongitude (4).
    """
    try:
        gps: dict[int, Any] = dict(image.getexif().get_ifd(_GPS))
        lat, lon = _degrees(gps[2], gps[1], "S"), _degrees(gps[4], gps[3], "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OSError, SyntaxError):
        return None
    if not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):  # noqa: PLR2004
        return None
    return None if lat == lon == 0 else (round(lat, 6), round(lon, 6))


def _degrees(dms: Any, reference: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(value) for value in dms)
    size = degrees + minutes / 60 + seconds / 3600
    return -size if str(reference).strip("\x00 ").upper() == negative else size


def _encode(pixels: Image.Image) -> bytes:
    bare = Image.new("RGB", pixels.size)
    bare.paste(pixels)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a half-written photo must never carry a hash's name."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)

"""Photos: known by content, opened with limits, upright, and nothing kept but pixels."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from gateway.photos import Limits, keep
from store.media import PhotoRefusedError

LIMITS = Limits(max_bytes=5_000_000, max_pixels=20_000_000, keep_side=800)


def jpeg(size=(640, 480), **save) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, "JPEG", **save)
    return out.getvalue()


def located(lat=(6.0, 11.0, 43.8), lon=(106.0, 49.0, 37.2), orientation=6) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Telepon Ani"
    exif.get_ifd(0x8825).update({1: "S", 2: lat, 3: "E", 4: lon})
    return jpeg(exif=exif, comment=b"rahasia di komentar")


def encoded(kind: str) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_photos_of_every_phone_are_kept_as_jpeg(kind: str, tmp_path: Path) -> None:
    kept = keep(encoded(kind), tmp_path, LIMITS)
    file = tmp_path / kept.sha256[:2] / f"{kept.sha256}.jpg"
    with Image.open(file) as image:
        assert (image.format, image.size) == ("JPEG", (kept.width, kept.height))


def test_position_is_read_orientation_applied_and_the_rest_stripped(tmp_path: Path) -> None:
    kept = keep(located(), tmp_path, LIMITS)
    assert (kept.lat, kept.lon) == (-6.195500, 106.827000)
    assert (kept.width, kept.height) == (480, 640)  # orientation 6: turned by a quarter
    stored = (tmp_path / kept.sha256[:2] / f"{kept.sha256}.jpg").read_bytes()
    assert b"Telepon Ani" not in stored
    assert b"rahasia" not in stored
    with Image.open(io.BytesIO(stored)) as image:
        assert not image.getexif()
        assert "comment" not in image.info


def test_a_large_photo_is_scaled_down(tmp_path: Path) -> None:
    kept = keep(jpeg((3000, 2000)), tmp_path, LIMITS)
    assert max(kept.width, kept.height) == 800


def test_the_same_photo_is_stored_once(tmp_path: Path) -> None:
    content = jpeg()
    assert keep(content, tmp_path, LIMITS) == keep(content, tmp_path, LIMITS)
    assert len(list(tmp_path.rglob("*.jpg"))) == 1
    assert not list(tmp_path.rglob("*.part"))


def bomb() -> bytes:
    """A PNG of 60,000 by 60,000 pixels in a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("foto.jpg", jpeg())
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "phrase"),
    [
        (b"", "media_not_a_photo"),
        (b"bukan foto", "media_not_a_photo"),
        (zipped(), "media_not_a_photo"),  # whatever its name says
        (b"%PDF-1.7 ...", "media_not_a_photo"),
        (b"GIF89a" + bytes(64), "media_not_a_photo"),
        (jpeg((8, 8)), "media_not_a_photo"),  # a tracking dot
        (jpeg()[:5000], "media_damaged"),
        (bomb(), "media_too_large"),
        (bytes(60_000_000), "media_too_large"),
    ],
    ids=["empty", "text", "zip", "pdf", "gif", "dot", "truncated", "bomb", "60 MB"],
)
def test_what_is_no_photo_is_refused_by_name(content: bytes, phrase: str, tmp_path: Path) -> None:
    with pytest.raises(PhotoRefusedError) as refused:
        keep(content, tmp_path, LIMITS)
    assert refused.value.phrase == phrase
    assert not list(tmp_path.rglob("*.*"))


@pytest.mark.parametrize(
    ("lat", "lon"),
    [((float("nan"), 0, 0), (1, 1, 1)), ((95, 0, 0), (1, 1, 1)), ((0, 0, 0), (0, 0, 0))],
)
def test_a_senseless_position_is_none(lat, lon, tmp_path: Path) -> None:
    try:
        content = located(lat, lon)
    except (ValueError, OverflowError, struct.error):
        content = located((95, 0, 0), lon)  # the writer itself refuses NaN
    kept = keep(content, tmp_path, LIMITS)
    assert (kept.lat, kept.lon) == (None, None)

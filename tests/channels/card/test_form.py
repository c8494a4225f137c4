"""Forms as clients that others wrote make them, and as nobody should."""

from __future__ import annotations

from contextlib import suppress

import pytest
from aiohttp import FormData
from hypothesis import given
from hypothesis import strategies as st

from channels.card.form import FormError, fields
from channels.card.payload import BadAnswerError, photo, read
from tests.channels.card.conftest import jpeg


async def written(form: FormData) -> tuple[bytes, str]:
    """The bytes that aiohttp's client sends, and what it says they are."""
    payload = form()
    kept = bytearray()

    class Wire:
        async def write(self, chunk: bytes) -> None:
            kept.extend(chunk)

    await payload.write(Wire())  # type: ignore[arg-type]
    return bytes(kept), payload.headers["Content-Type"]


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"\r\n", b"\r\n--", b"--\r\n\r\n", bytes(range(256)) * 40, b"\n\r\r\n\n", jpeg()],
)
async def test_a_file_comes_out_byte_by_byte(content: bytes) -> None:
    form = FormData()
    form.add_field("photo", content, filename='hujan "besar".jpg', content_type="image/jpeg")
    form.add_field("words", "Jl. Kemang – 5\r\ndepan pasar")
    file, words = fields(*await written(form))

    assert (file.name, file.content, file.content_type) == ("photo", content, "image/jpeg")
    assert file.filename is not None
    assert (words.text, words.filename) == ("Jl. Kemang – 5\r\ndepan pasar", None)


BOUND = "multipart/form-data; boundary=x"
HEAD = b'--x\r\nContent-Disposition: form-data; name="words"\r\n\r\n'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (HEAD + b"a\r\n--x--", "text/plain"),
        (HEAD + b"a\r\n--x--", "multipart/form-data"),
        (HEAD + b"a\r\n--x--", "multipart/form-data; boundary="),
        (HEAD + b"a\r\n--x--", "multipart/form-data; boundary=" + "x" * 71),
        (HEAD + b"a\r\n--x--", "multipart/mixed; boundary=x"),
        (HEAD + b"a", BOUND),
        (b"", BOUND),
        (b"--x", BOUND),
        (b"--x\r\n" * 100_000, BOUND),
        (b"--x\r\nContent-Disposition: " + b"a" * 10_000 + b"\r\n\r\nb\r\n--x--", BOUND),
        (b"--xy\r\n\r\n\r\n--x--", BOUND),
    ],
    ids=range(11),
)
def test_what_is_no_form_is_refused(body: bytes, content_type: str) -> None:
    with pytest.raises(FormError):
        fields(body, content_type)


@given(st.binary(max_size=300), st.text(max_size=60))
def test_anything_is_a_form_or_refused(body: bytes, content_type: str) -> None:
    for kind in (content_type, BOUND):
        with suppress(BadAnswerError):
            read(HEAD + body, kind)
        assert photo(body, kind, "0") is None


@pytest.mark.parametrize(
    "point",
    [
        "NaN, NaN",
        "inf, inf",
        "1e9, 1",
        "-91, 0",
        "0, 181",
        "90.0001, 0",
        "6,2, 106,8",
        "١٢, ٣",
        "-6.2",
    ],
)
def test_a_point_that_is_none(point: str) -> None:
    body = HEAD.replace(b"words", b"point") + point.encode() + b"\r\n--x--\r\n"
    with pytest.raises(BadAnswerError, match="bad_point"):
        read(body, BOUND)


@pytest.mark.parametrize("ref", ["1", "-1", "x", "", "99999999999999999999", "²"])
def test_no_reference_leads_elsewhere(ref: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\nA\r\n--x--'
    assert photo(body, BOUND, "0") == b"A"
    assert photo(body, BOUND, ref) is None
    assert photo(HEAD + b"a\r\n--x--", BOUND, "0") is None  # words are no photo

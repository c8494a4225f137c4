"""Parsing is pure, equals the fixtures, and nothing that comes over a wire makes it raise."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.adapter import Carder, Channel, Received
from channels.errors import Malformed
from channels.message import InboundMessage
from tests.conformance.folders import (
    ACCOUNT,
    RECEIVED,
    Folder,
    Pair,
    folders,
    inbound_pairs,
    raw_of,
)

AdapterOf = Callable[[Folder], Channel]

each_folder = pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
each_pair = pytest.mark.parametrize("pair", inbound_pairs(), ids=str)
fuzz = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,  # the same garbage in every run: a red build can be run again
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

STRANGE: tuple[Any, ...] = (
    None, True, "", "\x00", "\ud83d", "\u202e", "x" * 100_000, -1, 2**63, 10**400, -(10**400),
    1e308, float("nan"), float("inf"), [], [None], {}, {"": None}, [[[[]]]],
)  # fmt: skip
NOISE = (
    b"", b"\x00", b"\xff\xfe\x00", b"null", b"[]", b"{}", b"0", b'"', b"{" * 5_000, b"[" * 100_000,
    b"9" * 10_000, b"-" + b"9" * 5_000, b"1e999", b"\xef\xbb\xbf{}", b"\xc3\x28", b"a=b&c=%ff",
    b"\r\n\r\n", b"From: \r\n\r\n" + b"\x80" * 2_000, b"--x\r\n" * 2_000,
)  # fmt: skip


@each_pair
def test_parses_as_documented(pair: Pair, adapter_of: AdapterOf, no_network: None) -> None:
    written = json.loads(pair.expected.read_text())
    written.pop("source", None)
    adapter = adapter_of(pair.folder)

    if "raises" in written:
        assert written == {"raises": "Malformed"}
        with pytest.raises(Malformed):
            adapter.parse(pair.raw())
        return
    expected = RECEIVED.validate_python(written)
    received = adapter.parse(pair.raw())

    assert received == expected
    # and the file says nothing that the types do not know
    assert RECEIVED.dump_python(expected, mode="json", exclude_defaults=True) == written


@each_pair
def test_parse_is_pure(pair: Pair, adapter_of: AdapterOf, no_network: None) -> None:
    outcomes = [outcome(adapter_of(pair.folder), pair) for _ in range(2)]

    assert outcomes[0] == outcomes[1]


@each_folder
def test_noise_is_malformed_or_ignored(folder: Folder, adapter_of: AdapterOf) -> None:
    adapter = adapter_of(folder)
    for file in sorted(folder.fixtures.glob("*.in.*"))[:3]:
        for noise in NOISE:
            read(adapter, folder, file, noise)


@each_folder
def test_truncated_deliveries_do_not_raise(folder: Folder, adapter_of: AdapterOf) -> None:
    adapter = adapter_of(folder)
    for file in folder.fixtures.glob("*.in.*"):
        body = file.read_bytes()
        for end in range(0, len(body), max(1, len(body) // 40)):
            read(adapter, folder, file, body[:end])
            read(adapter, folder, file, body[:end] + b"\x00\xff" + body[end + 1 :])


@each_folder
def test_json_with_strange_values_does_not_raise(folder: Folder, adapter_of: AdapterOf) -> None:
    adapter = adapter_of(folder)
    for file in folder.fixtures.glob("*.in.json"):
        with suppress(ValueError):
            delivery = json.loads(file.read_bytes())
            for body in mutations(delivery):
                read(adapter, folder, file, body)


@each_folder
@fuzz
@given(body=st.binary(max_size=600))
def test_random_bytes_do_not_raise(folder: Folder, body: bytes, adapter_of: AdapterOf) -> None:
    file = min(folder.fixtures.glob("*.in.*"))
    read(adapter_of(folder), folder, file, body)


@each_folder
@fuzz
@given(choices=st.data())
def test_spliced_deliveries_do_not_raise(
    folder: Folder, choices: st.DataObject, adapter_of: AdapterOf
) -> None:
    file = choices.draw(st.sampled_from(sorted(folder.fixtures.glob("*.in.*"))))
    body = file.read_bytes()
    start = choices.draw(st.integers(0, len(body)))
    end = choices.draw(st.integers(start, len(body)))
    noise = choices.draw(st.binary(max_size=40))
    read(adapter_of(folder), folder, file, body[:start] + noise + body[end:])


def outcome(adapter: Channel, pair: Pair) -> Received | str:
    try:
        return adapter.parse(pair.raw())
    except Malformed as error:
        return str(error)


def read(adapter: Channel, folder: Folder, file: Any, body: bytes) -> None:
    """Parse; anything but Malformed or sound messages fails the test."""
    with suppress(Malformed):
        received = adapter.parse(raw_of(folder, file, body))
        assert isinstance(received, Received)
        for message in (*received.messages, *(part.message for part in received.parts)):
            check(message, folder)
            assert is_own(message, folder) != isinstance(adapter, Carder)
        for part in received.parts:
            assert abs(part.index) < 2**63
            storable(part.key)


def is_own(message: InboundMessage, folder: Folder) -> bool:
    """Whether it is a message of the channel's own; a card's belongs to whoever was asked."""
    here = (message.channel, message.account) == (folder.name, ACCOUNT)
    return here and not message.card


def check(message: InboundMessage, folder: Folder) -> None:
    """Hold a message against what `channels.message` promises."""
    assert message.sent_at.tzinfo is not None
    assert message.external_id
    assert message.text == unicodedata.normalize("NFC", message.text).strip()
    files = (word for item in message.media for word in (item.ref, item.name))
    words = (
        message.external_id, message.sender, message.address, message.text, message.subject,
        message.choice, message.reply_to, message.sender_name, message.locale, *message.thread,
        *message.thread.values(), *files,
    )  # fmt: skip
    for word in words:
        storable(word)
    assert all(abs(item.size or 0) < 2**63 for item in message.media)
    if message.location is not None:
        assert -90 <= message.location.lat <= 90
        assert -180 <= message.location.lon <= 180


def storable(word: str) -> None:
    word.encode()  # raises for a lone surrogate
    assert "\x00" not in word


def mutations(delivery: Any) -> Iterator[bytes]:
    """The delivery with each of its values in turn replaced by something strange, or gone."""
    for path in paths(delivery):
        for strange in STRANGE:
            yield json.dumps(replaced(delivery, path, strange)).encode()


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if here:
        yield here
    match value:
        case dict():
            for key, inner in value.items():
                yield from paths(inner, (*here, key))
        case list():
            for index, inner in enumerate(value):
                yield from paths(inner, (*here, index))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy

"""Rendering is pure, equals the fixtures, and keeps to the channel's own limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from channels.adapter import Caps, Channel, Showing
from channels.message import Choice, OutboundMessage
from tests.conformance.folders import (
    ACCOUNT,
    OUTBOUND,
    PARTS,
    Folder,
    Pair,
    folders,
    leaves,
    outbound_pairs,
)

AdapterOf = Callable[[Folder], Channel]

each_folder = pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
LONG = 100_000  # bytes


@pytest.mark.parametrize("pair", outbound_pairs(), ids=str)
def test_renders_as_documented(pair: Pair, adapter_of: AdapterOf, no_network: None) -> None:
    expected = json.loads(pair.expected.read_text())["parts"]
    message = OUTBOUND.validate_json(pair.given.read_bytes())
    adapter = adapter_of(pair.folder)

    assert PARTS.dump_python(adapter.render(message), mode="json") == expected
    assert adapter.render(message) == adapter.render(message)


@each_folder
def test_long_text_is_cut_to_the_limit(folder: Folder, adapter_of: AdapterOf) -> None:
    adapter = adapter_of(folder)
    words = [f"kata{number:05}" for number in range(LONG // 10)]
    requests = adapter.render(message_to(folder, " ".join(words)))
    texts = [leaf for part in requests for leaf in leaves(part.body)]

    if adapter.caps.text_limit >= LONG:
        assert requests
        return
    assert [
        size(text, adapter.caps)
        for text in texts
        if size(text, adapter.caps) > adapter.caps.text_limit
    ] == []
    everything = " ".join(texts)
    assert [word for word in words if word not in everything] == []


@each_folder
def test_no_surrogate_pair_is_cut(folder: Folder, adapter_of: AdapterOf) -> None:
    adapter = adapter_of(folder)
    requests = adapter.render(message_to(folder, "a" + "😀" * (LONG // 4)))
    texts = [leaf for part in requests for leaf in leaves(part.body)]

    for text in texts:
        text.encode()  # raises for half a pair
        assert "\ufffd" not in text
    if adapter.caps.text_limit < LONG:
        assert sum(text.count("😀") for text in texts) == LONG // 4


@each_folder
def test_photos_are_named_once_where_the_channel_can_send_them(
    folder: Folder, adapter_of: AdapterOf
) -> None:
    adapter = adapter_of(folder)
    assert isinstance(adapter, Showing) == adapter.caps.photos_out
    if not adapter.caps.photos_out:
        return
    reference = "4f0c2a7d" * 8
    message = replace(message_to(folder, "Selesai."), photos=(reference,))
    named = [leaf for part in adapter.render(message) for leaf in leaves(part.body)]
    assert sum(leaf.count(reference) for leaf in named) == 1


@each_folder
@pytest.mark.parametrize("text", ["", " \n ", "\x00", "half a pair \ud83d", "\u202eterbalik"])
def test_strange_texts_make_requests_that_can_be_sent(
    folder: Folder, text: str, adapter_of: AdapterOf
) -> None:
    choices = (Choice(value="v" * 300, label="Ya"), Choice(value="no", label="Tidak"))
    message = message_to(folder, text, choices=choices, ask_location=True)

    for part in adapter_of(folder).render(message):
        json.dumps(dict(part.body), allow_nan=False, ensure_ascii=False).encode()


def message_to(
    folder: Folder, text: str, *, choices: tuple[Choice, ...] = (), ask_location: bool = False
) -> OutboundMessage:
    """A message to an address that the folder's own fixtures use."""
    file = min(folder.fixtures.glob("*.out.json"))
    given = OUTBOUND.validate_json(file.read_bytes())
    return OutboundMessage(
        channel=folder.name,
        account=ACCOUNT,
        address=given.address,
        key="key-1",
        text=text,
        choices=choices,
        ask_location=ask_location,
        thread=given.thread,
    )


def size(text: str, caps: Caps) -> int:
    match caps.text_unit:
        case "utf16":
            return len(text.encode("utf-16-le")) // 2
        case "bytes":
            return len(text.encode())
        case _:
            return len(text)

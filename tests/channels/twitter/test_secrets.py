"""Keys stand in signed headers, and nowhere that a person could read them."""

from __future__ import annotations

import logging
import traceback

import pytest

from channels.adapter import WirePart
from channels.errors import ChannelError
from channels.twitter.adapter import Settings
from tests.peers.twitter.x_server import Fault

DM = WirePart(method="dm_events", body={"to": "9001", "text": "kata warga"})


async def told(work: object) -> str:
    with pytest.raises(ChannelError) as caught:
        await work  # type: ignore[misc]
    return "".join(traceback.format_exception(caught.value)) + repr(caught.value)


async def test_no_key_is_in_a_log_an_error_or_a_repr(
    x, polling, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = [repr(polling), repr(polling._api), repr(polling._api._keys), repr(Settings())]
    for status in (200, 400, 403, 404, 500, 502):
        x.faults = [Fault("/2/", status, b"kata warga planted")]
        said.append(repr(await polling.send(DM)))
    for status in (401, 403, 429, 500):
        x.faults = [Fault("/2/", status, {"detail": "x"})]
        said.append(await told(polling.pull(None)))
    everything = "\n".join([*said, caplog.text, *(repr(r.__dict__) for r in caplog.records)])
    assert "planted" not in everything
    assert "kata warga" not in everything

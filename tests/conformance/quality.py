"""The rules that every channel's quality.yml answers: done, todo or exempt."""

from __future__ import annotations

RULES = {
    "acknowledges-after-commit": "nothing is acknowledged to the provider before T1 returns",
    "signature-verified": "a delivery that the provider did not sign is refused, in constant time",
    "parse-is-pure": "the same bytes give the same messages: no clock, network or store",
    "every-kind-handled": "each documented kind of delivery has a fixture or a stated reason",
    "media-full-resolution": "the largest version of a photo is fetched",
    "splits-long-text": "an answer beyond the channel's limit is cut, never truncated",
    "honours-retry-after": "when the provider says how long to wait, we wait that long",
    "secrets-redacted": "no secret in a log, an exception, a repr or the journal",
    "blocked-recipient": "a citizen who shut the door is told apart from a failure",
    "duplicate-ids": "the same event has the same external_id, another event has another",
    "edited-messages": "an edit is an event of its own, marked as an edit",
    "real-peer": "proved against a server or client that others wrote",
}

"""The webhook: challenges, signatures, acknowledgement."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from channels.adapter import Accepted, Challenged, Received, Reply, Webhook
from tests.channels.twitter.conftest import Hooked

BODY = json.dumps({"for_user_id": "1708", "tweet_create_events": []}).encode()


def test_it_is_a_webhook_that_can_be_challenged(hooked: Hooked) -> None:
    assert isinstance(hooked, Webhook)
    assert isinstance(hooked, Challenged)


def test_a_challenge_is_answered_as_x_expects(x, hooked: Hooked) -> None:
    reply = hooked.challenge({"crc_token": "invented-token"})
    assert reply is not None
    assert json.loads(reply.body) == x.crc_answer("invented-token")


def test_without_a_token_or_a_secret_nothing_is_proved(hooked: Hooked, monkeypatch) -> None:
    assert hooked.challenge({}) is None
    monkeypatch.delenv("KANAL_TWITTER_CONSUMER_SECRET")
    assert hooked.challenge({"crc_token": "x"}) is None


def test_what_x_signs_is_believed(x, hooked: Hooked) -> None:
    headers = {name.lower(): value for name, value in x.signed(BODY).items()}
    assert hooked.verify(headers, BODY)
    assert not hooked.verify(headers, BODY + b" ")
    assert not hooked.verify({}, BODY)


def test_the_client_secret_is_preferred_where_there_is_one(x, hooked, monkeypatch) -> None:
    monkeypatch.setenv("KANAL_TWITTER_CLIENT_SECRET", "planted-client-secret")
    digest = hmac.new(b"planted-client-secret", BODY, hashlib.sha256).digest()
    signed = f"sha256={base64.b64encode(digest).decode()}"
    both = {"x-twitter-webhooks-signature-oauth2": signed}
    assert hooked.verify(both, BODY)
    # A wrong one is not saved by a right one of the older kind.
    older = {name.lower(): value for name, value in x.signed(BODY).items()}
    wrong = {"x-twitter-webhooks-signature-oauth2": "sha256=AAAA"}
    assert not hooked.verify({**older, **wrong}, BODY)
    assert hooked.verify(older, BODY)


def test_acknowledgement_is_an_empty_200(hooked: Hooked) -> None:
    accepted = Accepted(received=Received(), outcomes=())
    assert hooked.acknowledge(accepted) == Reply(status=200, body=b"")

"""Signatures against examples that others have published, and against another implementation.

OAuth 1.0a: X's "Creating a signature" (docs.x.com, Fundamentals, Authentication), which names both
keys and the result, in its edition for the host api.twitter.com that requests are signed for; and
RFC 5849, section 1.2. HMAC-SHA256: RFC 4231, section 4.3. For the challenge X publishes a recipe
and an answer to the token "foo", but not the secret that it was made with ("Securing webhooks"):
nobody can check that one, so the answer is compared with what OpenSSL makes.
"""

from __future__ import annotations

import base64
import json
import subprocess
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from aiohttp import ContentTypeError, web
from aiohttp.test_utils import TestServer, make_mocked_request

from channels.twitter.adapter import Hooked
from channels.twitter.api import Api, Keys
from tests.peers.twitter import x_server
from tests.peers.twitter.x_server import X

OF_X = x_server.Keys(
    consumer_key="xvz1evFS4wEEPTGEFPHBog",
    consumer_secret="kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
    access_token="370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
    access_secret="LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
)
OF_THE_RFC = x_server.Keys(
    consumer_key="dpf43f3p2l4k3l03",
    consumer_secret="kd94hf93k423kf44",
    access_token="nnch734d00sl2jdk",
    access_secret="pfkkdhi9sl3r4s00",
)
BODY = json.dumps({"for_user_id": "1708", "tweet_create_events": []}).encode()


async def test_a_request_is_signed_as_in_the_example_of_x(monkeypatch) -> None:
    when = 1318622958
    monkeypatch.setattr(x_server, "time", SimpleNamespace(time=lambda: when))
    monkeypatch.setattr("oauthlib.oauth1.rfc5849.generate_timestamp", lambda: str(when))
    monkeypatch.setattr(
        "oauthlib.oauth1.rfc5849.generate_nonce",
        lambda: "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg",
    )
    x, signed = X(OF_X), []

    @web.middleware
    async def remember(request, handler):
        signed.append(dict(x_server._oauth_pairs(request.headers["Authorization"])))
        return await handler(request)

    x.app.middlewares.insert(0, remember)
    own = Keys(
        consumer_key=OF_X.consumer_key,
        consumer_secret=OF_X.consumer_secret,
        access_token=OF_X.access_token,
        access_secret=OF_X.access_secret,
    )
    async with TestServer(x.app, host="127.0.0.1") as server:
        api = Api(own, str(server.make_url("")).rstrip("/"), frozenset())
        said = {
            "include_entities": "true",
            "status": "Hello Ladies + Gentlemen, a signed OAuth request!",
        }
        # Nobody is at home there: 404, and not 401, says that our own X believes it.
        with pytest.raises(ContentTypeError, match="404"):
            await api._client.request("POST", "/1.1/statuses/update.json", said, user_auth=True)
        await api.close()
    assert [one["oauth_signature"] for one in signed] == ["hCtSmYh+iHYCEqBWrE7C7hYmtUk="]


def test_our_own_x_believes_the_example_of_the_rfc_and_nothing_else() -> None:
    x = X(OF_THE_RFC)
    said = {
        "oauth_consumer_key": OF_THE_RFC.consumer_key,
        "oauth_token": OF_THE_RFC.access_token,
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "137131202",
        "oauth_nonce": "chapoH",
        "oauth_signature": unquote("MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D"),
    }
    for path, believed in (("vacation.jpg", True), ("another.jpg", False)):
        asked = make_mocked_request("GET", f"/photos?file={path}&size=original")
        assert x._signed_for(asked, said, "http://photos.example.net") is believed


def test_a_delivery_is_signed_as_in_the_example_of_the_rfc(hooked: Hooked, monkeypatch) -> None:
    monkeypatch.setenv("KANAL_TWITTER_CONSUMER_SECRET", "Jefe")
    digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    signed = f"sha256={base64.b64encode(bytes.fromhex(digest)).decode()}"
    headers = {"x-twitter-webhooks-signature": signed}
    assert hooked.verify(headers, b"what do ya want for nothing?")


def test_a_challenge_is_answered_as_openssl_does(hooked: Hooked, monkeypatch) -> None:
    secret, token = "rahasia-93", "M2RkODJkZmMtYjlkYi00NmQ4LTk0MGUtM2JjYzkwM2Q4MjQ0"
    monkeypatch.setenv("KANAL_TWITTER_CONSUMER_SECRET", secret)
    made = subprocess.run(
        ["openssl", "dgst", "-sha256", "-hmac", secret, "-binary"],
        input=token.encode(), capture_output=True, check=True,
    )  # fmt: skip
    reply = hooked.challenge({"crc_token": token})
    assert reply is not None
    assert json.loads(reply.body) == {
        "response_token": f"sha256={base64.b64encode(made.stdout).decode()}"
    }


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "sha256=",
        "sha256=AAAA",
        "of another secret",
        "of another delivery",
        "without its prefix",
        "cut off",
        "twice",
        "in capitals",
        "sha256=\u00e9\ud83d",
    ],
)
def test_a_forged_signature_is_refused(x: X, hooked: Hooked, forged: str) -> None:
    (good,) = x.signed(BODY).values()
    other = X(x_server.Keys(consumer_secret="another"))
    made = {
        "of another secret": next(iter(other.signed(BODY).values())),
        "of another delivery": next(iter(x.signed(BODY + b" ").values())),
        "without its prefix": good.removeprefix("sha256="),
        "cut off": good[:-1],
        "twice": f"{good}, {good}",
        "in capitals": good.upper(),
    }
    name = "x-twitter-webhooks-signature"
    assert hooked.verify({name: good}, BODY)
    assert not hooked.verify({name: made.get(forged, forged)}, BODY)


@pytest.mark.parametrize("token", [BODY.decode(), '{"', "a b", "", "x" * 300, "%7B", "é"])
def test_a_forged_challenge_makes_no_signature(hooked: Hooked, token: str) -> None:
    """Who could have a delivery's bytes answered as a challenge could sign deliveries."""
    assert hooked.challenge({"crc_token": token}) is None

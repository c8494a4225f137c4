"""Single sign-on against a provider that others wrote (oidc-provider 9.13.3)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from console.people.grants import Grant, newcomer
from console.people.oidc import Client, SignOn
from console.people.provider import Provider, Tokens
from console.people.sso import SignOnError
from console.rights import Role
from tests.peers.oidc.conftest import CLIENT, SECRET, SITE, Peer, Person

pytestmark = pytest.mark.peer("oidc-provider")

GRANTS = {
    "kanal-moderators": Grant(role=Role.MODERATOR),
    "kanal-officers": Grant(role=Role.OFFICER, agency="bina_marga", area="Kota Jakarta Pusat"),
}


class OnTheWay(Provider):
    """A provider whose tokens somebody changes on their way to us."""

    change: Callable[[str], str] = staticmethod(lambda token: token)

    async def redeem(self, *args: Any) -> Tokens:
        tokens = await super().redeem(*args)
        return replace(tokens, id_token=self.change(tokens.id_token))


@pytest.fixture
def wire(provider: Peer) -> OnTheWay:
    return OnTheWay(provider.issuer)


@pytest.fixture
def sign_on(wire: OnTheWay) -> SignOn:
    return SignOn(wire, Client(client_id=CLIENT, secret=SECRET, site=SITE), b"seal" * 8)


def now() -> datetime:
    return datetime.now(UTC)


async def refused(sign_on: SignOn, query: dict[str, str], sealed: str) -> str:
    with pytest.raises(SignOnError) as caught:
        await sign_on.end(query, sealed, now())
    return f"{caught.value.word}: {caught.value}"


async def test_a_person_signs_on_and_his_groups_say_what_he_is(
    sign_on: SignOn, person: Person, provider: Peer
) -> None:
    where, sealed = await sign_on.begin("/console/reports/JKT-1", now())
    query = await person.signs_in(where, "rina")
    claims, back = await sign_on.end(query, sealed, now())
    rina = newcomer(claims, "groups", GRANTS)

    assert back == "/console/reports/JKT-1"
    assert rina.subject == f"{provider.issuer} rina"
    assert rina.names == ("rina@kota.example", "rina")
    assert rina.grant == GRANTS["kanal-moderators"]

    assert "refused: it refused the code" in await refused(sign_on, query, sealed)  # replayed


@pytest.mark.parametrize(("name", "names", "grant"), [
    ("budi", ("budi",), GRANTS["kanal-officers"]),  # his address is not verified: no name of his
    ("tamu", ("tamu",), None),
])  # fmt: skip
async def test_what_others_are(
    name: str, names: tuple[str, ...], grant: Grant | None, sign_on: SignOn, person: Person
) -> None:
    where, sealed = await sign_on.begin("/console/", now())
    claims, _ = await sign_on.end(await person.signs_in(where, name), sealed, now())

    found = newcomer(claims, "groups", GRANTS)
    assert (found.names, found.grant) == (names, grant)


async def test_what_is_forged_or_late_does_not_get_in(sign_on: SignOn, person: Person) -> None:
    where, sealed = await sign_on.begin("/console/", now())
    query = await person.signs_in(where, "rina")
    _, others = await sign_on.begin("/console/", now())
    body, mark = sealed.split(".")
    told = json.loads(base64.urlsafe_b64decode(body))
    elsewhere = base64.urlsafe_b64encode(json.dumps({**told, "next": "//evil"}).encode()).decode()

    for asked, kept in (
        (query, ""),  # another's answer, in a browser that began nothing
        (query, others),  # in one that began another
        ({**query, "state": "x"}, sealed),
        ({**query, "state": ""}, sealed),
        (query, f"{elsewhere}.{mark}"),
    ):
        assert (await refused(sign_on, asked, kept)).startswith("forged")
    with pytest.raises(SignOnError, match="too long ago"):
        await sign_on.end(query, sealed, now() + timedelta(minutes=11))
    assert "another provider" in await refused(
        sign_on, {**query, "iss": "https://evil.test"}, sealed
    )
    assert "another provider" in await refused(
        sign_on, {name: said for name, said in query.items() if name != "iss"}, sealed
    )
    denied = {"state": query["state"], "iss": query["iss"], "error": "access_denied"}
    assert await refused(sign_on, denied, sealed) == "cancelled: access_denied"


async def test_a_code_of_another_sign_on_is_not_taken(sign_on: SignOn, person: Person) -> None:
    """Injected: the attacker's code under the victim's state; PKCE is what refuses it."""
    attacker, _ = await sign_on.begin("/console/", now())
    stolen = await person.signs_in(attacker, "budi")
    where, sealed = await sign_on.begin("/console/", now())
    own = await person.signs_in(where, "rina")

    assert "refused the code" in await refused(sign_on, {**own, "code": stolen["code"]}, sealed)


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def claims_of(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


def unsigned(token: str) -> str:
    return f"{part({'alg': 'none'})}.{part(claims_of(token))}."


def somebody_else(token: str) -> str:
    head, _, mark = token.split(".")
    return f"{head}.{part({**claims_of(token), 'sub': 'admin'})}.{mark}"


def by_another_key(token: str) -> str:
    kid = json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))["kid"]
    key = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "kid": kid}, claims_of(token), key)


def by_an_unknown_key(token: str) -> str:
    return jwt.encode({"alg": "RS256", "kid": "ours"}, claims_of(token), RSAKey.generate_key(2048))


def by_a_password(token: str) -> str:
    key = OctKey.import_key("what everybody knows: the public key, say")
    return jwt.encode({"alg": "HS256"}, claims_of(token), key, algorithms=["HS256"])


@pytest.mark.parametrize(("change", "why"), [
    (unsigned, "not signed in a way that we accept"),
    (by_a_password, "not signed in a way that we accept"),
    (somebody_else, "the signature is not the provider's"),
    (by_another_key, "the signature is not the provider's"),
    (by_an_unknown_key, "a key that the provider does not show"),
    (lambda token: token.rpartition(".")[0], "does not hold"),
    (lambda _: "a.b", "does not hold"),
    (lambda _: "x" * 40_000, "too long"),
])  # fmt: skip
async def test_a_token_that_was_tampered_with_is_refused(
    change: Callable[[str], str], why: str, sign_on: SignOn, wire: OnTheWay, person: Person
) -> None:
    where, sealed = await sign_on.begin("/console/", now())
    query = await person.signs_in(where, "rina")
    wire.change = change

    assert why in await refused(sign_on, query, sealed)


async def test_the_token_of_an_earlier_sign_on_is_refused(
    sign_on: SignOn, wire: OnTheWay, person: Person
) -> None:
    kept: list[str] = []
    wire.change = lambda token: kept.append(token) or token
    where, sealed = await sign_on.begin("/console/", now())
    await sign_on.end(await person.signs_in(where, "rina"), sealed, now())
    where, sealed = await sign_on.begin("/console/", now())
    query = await person.signs_in(where, "rina")
    wire.change = lambda _: kept[0]

    assert "another sign-on" in await refused(sign_on, query, sealed)  # the nonce


async def test_a_provider_may_change_its_keys(
    sign_on: SignOn, wire: OnTheWay, person: Person, provider: Peer
) -> None:
    where, sealed = await sign_on.begin("/console/", now())
    await sign_on.end(await person.signs_in(where, "rina"), sealed, now())
    await provider.rotates()
    where, sealed = await sign_on.begin("/console/", now())
    query = await person.signs_in(where, "rina")

    later = now() + timedelta(minutes=2)  # unknown keys make us ask once a minute
    claims, _ = await sign_on.end(query, sealed, later)
    assert claims["sub"] == "rina"


async def test_wrong_secret_and_wrong_issuer_are_refused(provider: Peer, person: Person) -> None:
    wrong = Client(client_id=CLIENT, secret="another", site=SITE)
    sign_on = SignOn(Provider(provider.issuer), wrong, b"seal" * 8)
    where, sealed = await sign_on.begin("/console/", now())
    assert "refused the code" in await refused(
        sign_on, await person.signs_in(where, "rina"), sealed
    )

    slash = SignOn(Provider(f"{provider.issuer}/"), wrong, b"seal" * 8)
    with pytest.raises(SignOnError, match="another issuer") as caught:
        await slash.begin("/console/", now())
    assert caught.value.word == "away"

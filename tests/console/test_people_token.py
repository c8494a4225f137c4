"""What an id_token must say, with keys of our own; the whole way is proved in tests/peers/oidc."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from console.people.grants import Grant, newcomer
from console.people.id_token import Expected, TokenRefusedError, half_hash, verified
from console.people.provider import ProviderError, safe
from console.rights import Role

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
KEY = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
SECOND = ECKey.generate_key("P-256", {"kid": "two"})
KEYS = KeySet([KEY, SECOND])
EXPECTED = Expected(
    issuer="https://id.example", client_id="kanal", nonce="n-1", access_token="at-1"
)
CLAIMS = {
    "iss": "https://id.example",
    "sub": "u1",
    "aud": "kanal",
    "nonce": "n-1",
    "iat": AT - 5,
    "exp": AT + 300,
}


def token(key: Any = KEY, header: dict[str, Any] | None = None, **claims: Any) -> str:
    said = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode({"alg": "ES256", "kid": key.kid, **(header or {})}, said, key)


@pytest.mark.parametrize("claims", [
    {},
    {"aud": ["kanal"]},
    {"aud": ["other", "kanal"], "azp": "kanal"},
    {"exp": AT - 30},  # clocks differ by less than a minute
    {"at_hash": half_hash("at-1", "sha256")},
])  # fmt: skip
def test_a_token_that_holds(claims: dict[str, Any]) -> None:
    assert verified(token(**claims), KEYS, EXPECTED, NOW)["sub"] == "u1"


@pytest.mark.parametrize(("claims", "why"), [
    ({"iss": "https://id.example/"}, "InvalidClaim"),
    ({"iss": None}, "MissingClaim"),
    ({"aud": "other"}, "InvalidClaim"),
    ({"aud": None}, "MissingClaim"),
    ({"sub": None}, "MissingClaim"),
    ({"exp": AT - 61}, "ExpiredToken"),
    ({"exp": None}, "MissingClaim"),
    ({"exp": "never"}, "InvalidClaim"),
    ({"iat": AT + 600}, "InvalidClaim"),
    ({"nbf": AT + 600}, "InvalidClaim"),
    ({"nonce": "n-2"}, "another sign-on"),
    ({"nonce": None}, "another sign-on"),
    ({"aud": ["kanal", "other"]}, "who asked for it"),
    ({"azp": "other"}, "made for another"),
    ({"at_hash": half_hash("at-2", "sha256")}, "the access token"),
    ({"at_hash": 7}, "the access token"),
])  # fmt: skip
def test_a_token_that_does_not_hold(claims: dict[str, Any], why: str) -> None:
    with pytest.raises(TokenRefusedError, match=why):
        verified(token(**claims), KEYS, EXPECTED, NOW)


def test_a_key_is_found_by_its_name_or_by_trying() -> None:
    nameless = jwt.encode({"alg": "ES256"}, dict(CLAIMS), SECOND)

    assert verified(nameless, KEYS, EXPECTED, NOW)
    with pytest.raises(TokenRefusedError, match="signature"):
        verified(token(SECOND, {"kid": "one"}), KEYS, EXPECTED, NOW)


def test_a_secret_among_the_keys_signs_nothing() -> None:
    password = OctKey.import_key("k" * 32, {"kid": "three"})
    signed = jwt.encode({"alg": "HS256", "kid": "three"}, dict(CLAIMS), password)

    with pytest.raises(TokenRefusedError, match="not signed in a way"):
        verified(signed, KeySet([KEY, password]), EXPECTED, NOW)


def test_a_key_for_encryption_signs_nothing() -> None:
    key = RSAKey.generate_key(2048, {"kid": "enc", "use": "enc"})
    signed = jwt.encode({"alg": "RS256", "kid": "enc"}, dict(CLAIMS), RSAKey.import_key(
        {**key.as_dict(private=True), "use": "sig"}
    ))  # fmt: skip

    with pytest.raises(TokenRefusedError, match="does not show"):
        verified(signed, KeySet([key]), EXPECTED, NOW)


@pytest.mark.parametrize("address", [
    "https://id.example/auth", "http://127.0.0.1:9000/x", "http://localhost/x", "http://[::1]:3/x",
])  # fmt: skip
def test_addresses_that_are_asked(address: str) -> None:
    assert safe(address) == address


@pytest.mark.parametrize("address", [
    "http://id.example/auth", "http://10.0.0.1/", "ftp://127.0.0.1/", "https://a:b@id.example/",
    "/relative", "http://127.0.0.1.nip.io/",
])  # fmt: skip
def test_addresses_that_are_not(address: str) -> None:
    with pytest.raises(ProviderError):
        safe(address)


GRANTS = {
    "officers": Grant(role=Role.OFFICER, agency="bina_marga"),
    "moderators": Grant(role=Role.MODERATOR),
    "admins": Grant(role=Role.ADMIN),
}


@pytest.mark.parametrize(("groups", "role"), [
    (["officers"], Role.OFFICER),
    (["officers", "admins", "moderators"], Role.ADMIN),  # the highest
    ("moderators", Role.MODERATOR),  # some providers write one group so
    (["Admins"], None),
    ([], None),
    (None, None),
    ({"admins": True}, None),
    ([["admins"], 7], None),
])  # fmt: skip
def test_groups_name_a_role(groups: Any, role: Role | None) -> None:
    found = newcomer({"iss": "i", "sub": "s", "groups": groups}, "groups", GRANTS)
    assert (found.grant.role if found.grant else None) == role


@pytest.mark.parametrize(("claims", "names"), [
    ({"email": "Rina@Kota.example", "email_verified": True}, ("rina@kota.example",)),
    ({"email": "rina@kota.example", "email_verified": "true"}, ()),
    ({"email": "rina@kota.example", "preferred_username": "rina w"}, ("rina-w",)),
    ({"preferred_username": "<script>"}, ("script",)),
    ({"preferred_username": 7}, ()),
])  # fmt: skip
def test_what_he_may_be_called(claims: dict[str, Any], names: tuple[str, ...]) -> None:
    assert newcomer({"iss": "i", "sub": "s", **claims}, "groups", GRANTS).names == names

"""An id_token: who signed it, for whom, when, and for which sign-on. Pure.

Sources: OpenID Connect Core 1.0, 3.1.3.7 and 3.1.3.6 (at_hash); RFC 7519; RFC 8725.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

from console.people.grants import Claims

#: What may sign: asymmetric alone. With HS256 a public key would be a password; `none` is nobody.
HASHES = {
    "RS256": "sha256", "RS384": "sha384", "RS512": "sha512",
    "PS256": "sha256", "PS384": "sha384", "PS512": "sha512",
    "ES256": "sha256", "ES384": "sha384", "ES512": "sha512", "Ed25519": "sha512",
}  # fmt: skip
_KINDS: dict[str, type[Key]] = {"RS": RSAKey, "PS": RSAKey, "ES": ECKey}  # else OKP
_LEEWAY_S = 60  # clocks differ
_LONGEST = 32_000  # characters of a token


class TokenRefusedError(Exception):
    """The token is not to be believed; the message says why and quotes nothing of it."""


class UnknownKeyError(TokenRefusedError):
    """It names a key that we do not have: the provider may have changed its keys."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What the token must say."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str  # that came with it


def verified(token: str, keys: KeySet, expected: Expected, now: datetime) -> Claims:
    """The claims of a token that holds. Raises: TokenRefusedError, UnknownKeyError."""
    if len(token) > _LONGEST:
        raise TokenRefusedError("the token is too long")
    try:
        header = jws.extract_compact(token.encode()).headers()
        claims = _signed(token, header, keys)
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": expected.issuer},
            aud={"essential": True, "value": expected.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        registry.validate(claims)
    except (JoseError, ValueError) as error:
        raise TokenRefusedError(f"the token does not hold: {type(error).__name__}") from error
    _meant_for_us(claims, expected)
    _of_this_sign_on(claims, expected, HASHES[header["alg"]])
    return claims


def _signed(token: str, header: Mapping[str, Any], keys: KeySet) -> dict[str, Any]:
    """The claims, signed by one of the provider's keys that fits. Raises: JoseError."""
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in HASHES:
        raise TokenRefusedError("the token is not signed in a way that we accept")
    kind = _KINDS.get(algorithm[:2], OKPKey)
    fitting = [
        key
        for key in keys
        if isinstance(key, kind)
        and (key.get("use") or "sig") == "sig"
        and (key.get("alg") or algorithm) == algorithm
        and (kid or key.kid) == key.kid
    ]
    if not fitting:
        raise UnknownKeyError("the token is signed by a key that the provider does not show")
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    for key in fitting:
        try:
            return jwt.decode(token, key, registry=registry).claims
        except BadSignatureError:
            continue
    raise TokenRefusedError("the signature is not the provider's")


def _meant_for_us(claims: Claims, expected: Expected) -> None:
    audience = claims["aud"]
    party = claims.get("azp")
    if isinstance(audience, list) and len(audience) > 1 and party is None:
        raise TokenRefusedError("the token is for several, and does not say who asked for it")
    if party not in {None, expected.client_id}:
        raise TokenRefusedError("the token was made for another")


def _of_this_sign_on(claims: Claims, expected: Expected, hash_name: str) -> None:
    if not _same(claims.get("nonce"), expected.nonce):
        raise TokenRefusedError("the token belongs to another sign-on")
    if "at_hash" in claims and not _same(
        claims["at_hash"], half_hash(expected.access_token, hash_name)
    ):
        raise TokenRefusedError("the access token is not the one that came with the token")


def half_hash(value: str, hash_name: str) -> str:
    """The left half of a hash, as `at_hash` has it."""
    digest = hashlib.new(hash_name, value.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")


def _same(given: object, expected: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), expected.encode())

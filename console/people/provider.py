"""The wire to an OpenID provider: what it says of itself, its keys, a code for tokens, userinfo.

The operator names the issuer, so its addresses are believed; they must be https, but for one on
this machine. Nothing is followed elsewhere, and answers are short or refused.
Sources: OpenID Connect Discovery 1.0; RFC 6749, 4.1.3; RFC 7636 (PKCE).
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from yarl import URL

_MOST_BYTES = 512_000  # of one answer
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_FRESH = timedelta(hours=1)  # what the provider says of itself is read again after this
_KEYS_AGAIN = timedelta(minutes=1)  # unknown keys make us ask no oftener


class ProviderError(Exception):
    """The provider is away, or does not speak OpenID Connect as we do. Names no secret."""


class CodeRefusedError(ProviderError):
    """It does not take the code: used before, too old, or another's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Metadata:
    """What the discovery document says, as far as it concerns us."""

    issuer: str
    authorize: str
    token: str
    keys: str
    userinfo: str | None
    names_itself: bool  # answers carry `iss` (RFC 9207)
    secret_in_body: bool  # it takes the client's secret in the form alone


@dataclass(frozen=True, kw_only=True, slots=True)
class Tokens:
    """What a code is good for."""

    id_token: str
    access_token: str


class Provider:
    """One provider, by its issuer. Remembers what it said of itself, and its keys."""

    def __init__(self, issuer: str) -> None:
        self._issuer = safe(issuer)
        self._metadata: tuple[datetime, Metadata] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    async def metadata(self, now: datetime) -> Metadata:
        """The discovery document. Raises: ProviderError."""
        if self._metadata and now - self._metadata[0] < _FRESH:
            return self._metadata[1]
        where = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        found = _read(await self._ask("GET", where), self._issuer)
        self._metadata = (now, found)
        return found

    async def keys(self, now: datetime, *, renewed: bool = False) -> KeySet:
        """Its public keys; `renewed` where a token names one that we do not have."""
        if self._keys:
            age = now - self._keys[0]
            if age < (_KEYS_AGAIN if renewed else _FRESH):
                return self._keys[1]
        told = await self._ask("GET", (await self.metadata(now)).keys)
        try:
            found = KeySet.import_key_set({"keys": told["keys"]})
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise ProviderError("its keys cannot be read") from error
        self._keys = (now, found)
        return found

    async def redeem(
        self, form: Mapping[str, str], client_id: str, secret: str | None, now: datetime
    ) -> Tokens:
        """Change a code for tokens. Raises: CodeRefusedError, ProviderError."""
        metadata = await self.metadata(now)
        body, headers = {**form, "grant_type": "authorization_code"}, {}
        if secret is None:
            body["client_id"] = client_id
        elif metadata.secret_in_body:
            body |= {"client_id": client_id, "client_secret": secret}
        else:
            pair = aiohttp.encode_basic_auth(quote(client_id, safe=""), quote(secret, safe=""))
            headers["Authorization"] = pair
        told = await self._ask("POST", metadata.token, data=body, headers=headers)
        match told:
            case {"id_token": str(id_token), "access_token": str(access_token)}:
                return Tokens(id_token=id_token, access_token=access_token)
        raise ProviderError("its answer to the code holds no id_token")

    async def userinfo(self, access_token: str, now: datetime) -> dict[str, Any]:
        """What else it says of the person; {} where it has no such place."""
        where = (await self.metadata(now)).userinfo
        if where is None:
            return {}
        return await self._ask("GET", where, headers={"Authorization": f"Bearer {access_token}"})

    async def _ask(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        options["headers"] = {"Accept": "application/json", **options.get("headers", {})}
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as http,
                http.request(method, url, allow_redirects=False, **options) as answer,
            ):
                body = await _short(answer)
                if method == "POST" and answer.status in {400, 401}:
                    raise CodeRefusedError(f"it refused the code ({answer.status})")
                if answer.status != 200:  # noqa: PLR2004 - HTTP
                    raise ProviderError(f"it answered {answer.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ProviderError(f"it is away: {type(error).__name__}") from error
        try:
            told = json.loads(body)
        except ValueError as error:
            raise ProviderError("its answer is not JSON") from error
        if not isinstance(told, dict):
            raise ProviderError("its answer is not an object")
        return told


async def _short(answer: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for chunk in answer.content.iter_chunked(1 << 14):
        body += chunk
        if len(body) > _MOST_BYTES:
            raise ProviderError("its answer is too long")
    return body


def _read(told: Mapping[str, Any], issuer: str) -> Metadata:
    """Raises: ProviderError."""
    if told.get("issuer") != issuer:
        raise ProviderError("it names another issuer than the settings do")
    missing = [
        name
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if not isinstance(told.get(name), str)
    ]
    if missing:
        raise ProviderError(f"its discovery document lacks {', '.join(missing)}")
    ways = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    userinfo = told.get("userinfo_endpoint")
    return Metadata(
        issuer=issuer,
        authorize=safe(told["authorization_endpoint"]),
        token=safe(told["token_endpoint"]),
        keys=safe(told["jwks_uri"]),
        userinfo=safe(userinfo) if isinstance(userinfo, str) else None,
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
        secret_in_body="client_secret_basic" not in ways and "client_secret_post" in ways,
    )


def safe(address: str) -> str:
    """An address that is https, or on this machine. Raises: ProviderError."""
    url = URL(address)
    if url.user or url.password or not url.host:
        raise ProviderError("an address of it is none that we ask")
    if url.scheme != "https" and not (url.scheme == "http" and _is_here(url.host)):
        raise ProviderError("an address of it is not https")
    return address


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

"""Single sign-on by OpenID Connect: authorization code, PKCE, state, nonce.

    where, sealed = await sign_on.begin(next_path, now)     # to the provider; `sealed` is a cookie
    claims, next_path = await sign_on.end(query, sealed, now)   # back from it

What a sign-on must remember between the two lies in the browser that began it, sealed and for ten
minutes, so that nobody can finish in his browser what another began in his (login CSRF).
Sources: OpenID Connect Core 1.0; RFC 7636; RFC 9207; RFC 9700.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from yarl import URL

from console.people.grants import Claims
from console.people.id_token import Expected, TokenRefusedError, UnknownKeyError, verified
from console.people.provider import CodeRefusedError, Provider, ProviderError, Tokens
from console.people.sso import SSO_PATH, SignOnError

_GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """Who we are to the provider."""

    client_id: str
    secret: str | None = field(default=None, repr=False)  # None: a public client, PKCE alone
    site: str  # our public address
    scopes: tuple[str, ...] = ("openid", "profile", "email")

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends the browser back to; registered there."""
        return f"{self.site}{SSO_PATH}"


class SignOn:
    """Sign-ons with one provider. `seal` is a key of ours."""

    def __init__(self, provider: Provider, client: Client, seal: bytes) -> None:
        self._provider = provider
        self._client = client
        self._seal = seal

    async def begin(self, next_path: str, now: datetime) -> tuple[str, str]:
        """Where to send the browser, and what its cookie keeps. Raises: SignOnError."""
        try:
            metadata = await self._provider.metadata(now)
        except ProviderError as error:
            raise SignOnError("away", str(error)) from error
        begun = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        digest = hashlib.sha256(begun["verifier"].encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": self._client.redirect_uri,
            "scope": " ".join(self._client.scopes),
            "state": begun["state"],
            "nonce": begun["nonce"],
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        until = int((now + _GOOD_FOR).timestamp())
        where = URL(metadata.authorize).update_query(asked)
        return str(where), self._sealed({**begun, "next": next_path, "until": until})

    async def end(self, query: Mapping[str, str], sealed: str, now: datetime) -> tuple[Claims, str]:
        """The person's claims, and the page that he wanted. Raises: SignOnError."""
        begun = self._opened(sealed, now)
        if not hmac.compare_digest(query.get("state", "").encode(), begun["state"].encode()):
            raise SignOnError("forged", "the state is not the one that we sent")
        try:
            claims = await self._claims(query, begun, now)
        except (TokenRefusedError, CodeRefusedError) as error:
            raise SignOnError("refused", str(error)) from error
        except ProviderError as error:
            raise SignOnError("away", str(error)) from error
        return claims, begun["next"]

    async def _claims(
        self, query: Mapping[str, str], begun: Mapping[str, str], now: datetime
    ) -> Claims:
        metadata = await self._provider.metadata(now)
        named = query.get("iss")
        if named != metadata.issuer and (named is not None or metadata.names_itself):
            raise TokenRefusedError("another provider has answered")
        if "error" in query or "code" not in query:
            raise SignOnError("cancelled", query.get("error", "no code")[:60])
        form = {
            "code": query["code"],
            "redirect_uri": self._client.redirect_uri,
            "code_verifier": begun["verifier"],
        }
        tokens = await self._provider.redeem(form, self._client.client_id, self._client.secret, now)
        claims = await self._believed(tokens, begun["nonce"], metadata.issuer, now)
        more = await self._provider.userinfo(tokens.access_token, now)
        if more and more.get("sub") != claims["sub"]:
            raise TokenRefusedError("userinfo speaks of another person")
        return {**more, **claims}

    async def _believed(self, tokens: Tokens, nonce: str, issuer: str, now: datetime) -> Claims:
        expected = Expected(
            issuer=issuer,
            client_id=self._client.client_id,
            nonce=nonce,
            access_token=tokens.access_token,
        )
        try:
            return verified(tokens.id_token, await self._provider.keys(now), expected, now)
        except UnknownKeyError:  # it has changed its keys since we looked
            keys = await self._provider.keys(now, renewed=True)
            return verified(tokens.id_token, keys, expected, now)

    def _sealed(self, begun: Mapping[str, Any]) -> str:
        body = base64.urlsafe_b64encode(json.dumps(begun).encode()).decode()
        return f"{body}.{self._mark(body)}"

    def _opened(self, sealed: str, now: datetime) -> dict[str, str]:
        body, _, mark = sealed.partition(".")
        if not hmac.compare_digest(mark.encode(), self._mark(body).encode()):
            raise SignOnError("forged", "this browser did not begin the sign-on")
        try:
            begun: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body))
        except (ValueError, binascii.Error) as error:
            raise SignOnError("forged", "the sign-on's cookie cannot be read") from error
        if begun["until"] < now.timestamp():
            raise SignOnError("forged", "the sign-on was begun too long ago")
        return begun

    def _mark(self, body: str) -> str:
        return hmac.digest(self._seal, f"sign-on {body}".encode(), "sha256").hex()

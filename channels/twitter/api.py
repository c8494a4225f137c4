"""X's API v2 over tweepy: requests and answers stay plain JSON, limits and errors are ours.

tweepy signs (OAuth 1.0a) and knows the routes. Its models are not used: a time without fractions of
a second raises in them and takes a whole page along. It sends to one host only; another one, such
as a server of our own in a test, is put in its place at the session (tweepy PR 1971).
"""

from __future__ import annotations

import base64
import logging
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from oauthlib.oauth1 import Client as Signer
from tweepy.asynchronous import AsyncClient
from tweepy.errors import HTTPException
from yarl import URL

HOST = "https://api.twitter.com"  # as tweepy has it; signatures are computed over it
TALKATIVE = ("tweepy", "oauthlib", "requests_oauthlib")  # at DEBUG they log signed headers
_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=5)
_CHUNK = 65_536  # bytes
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What the developer console gives for an app and an account. Never printed."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_secret: str

    def __repr__(self) -> str:
        return "Keys(hidden)"


@dataclass(eq=False)
class Rejected(Exception):  # noqa: N818 - says what became of the request
    """X answered, and said no."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(eq=False)
class Broken(Exception):  # noqa: N818 - says what the connection is
    """No answer that can be read. `sent` says whether the request may have arrived."""

    detail: str
    sent: bool


class _Session:
    """The two methods of a session that tweepy calls, at another host."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session = session
        self._base = base

    def request(
        self, method: str, url: Any, **more: Any
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        there = URL(str(url).replace(HOST, self._base, 1), encoded=True)
        return self._session.request(method, there, **more)


class Api:
    """One account of X. Open until `close()`."""

    def __init__(self, keys: Keys, base: str, media_hosts: frozenset[str]) -> None:
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
        self._keys = keys
        self._base = base
        self._media_hosts = media_hosts | {urlsplit(base).netloc}
        self._http = aiohttp.ClientSession(timeout=_TIMEOUT)
        self._client = AsyncClient(
            consumer_key=keys.consumer_key,
            consumer_secret=keys.consumer_secret,
            access_token=keys.access_token,
            access_token_secret=keys.access_secret,
            return_type=aiohttp.ClientResponse,
        )
        self._client.session = _Session(self._http, base)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def me(self) -> Mapping[str, Any]:
        """Who the keys belong to. Raises: Rejected, Broken."""
        return _object(await _answer(self._client.get_me()), "data")

    async def mentions(self, me: str, since: str, page: str, most: int) -> Mapping[str, Any]:
        """A page of posts that mention us, newer than `since` ("" for all), the newest first.

        Source: "Get mentions". Raises: Rejected, Broken.
        """
        return await _answer(
            self._client.get_users_mentions(
                me,
                max_results=most,
                since_id=since or None,
                pagination_token=page or None,
                tweet_fields="created_at,conversation_id,entities,note_tweet,geo,lang,author_id,"
                "referenced_tweets,attachments,edit_history_tweet_ids",
                expansions="author_id,attachments.media_keys,referenced_tweets.id,"
                "referenced_tweets.id.attachments.media_keys",
                media_fields="type,url,preview_image_url",
                user_fields="username",
                user_auth=True,
            )
        )

    async def messages(self, page: str, most: int) -> Mapping[str, Any]:
        """A page of direct messages, ours among them, the newest first.

        Source: "Get DM events"; there is no since_id. Raises: Rejected, Broken.
        """
        return await _answer(
            self._client.get_direct_message_events(
                max_results=most,
                pagination_token=page or None,
                event_types="MessageCreate",
                dm_event_fields="created_at,sender_id,dm_conversation_id,attachments,entities",
                expansions="sender_id,attachments.media_keys",
                media_fields="type,url,preview_image_url",
                user_fields="username",
            )
        )

    async def upload(self, photo: bytes, *, private: bool) -> str:
        """Give X a photo, a JPEG of at most 5 MB; the id under which a post or message shows it.

        Source: "Upload media". tweepy has no method for it. Raises: Rejected, Broken.
        """
        body = {
            "media": base64.b64encode(photo).decode(),
            "media_category": "dm_image" if private else "tweet_image",
        }
        said = self._client.request("POST", "/2/media/upload", params={}, json=body, user_auth=True)
        return str(_object(await _answer(said), "data").get("id", ""))

    async def post(self, text: str, in_reply_to: str, photos: Sequence[str] = ()) -> str:
        """Post; the id. Raises: Rejected, Broken."""
        said = self._client.create_tweet(
            text=text, in_reply_to_tweet_id=in_reply_to or None, media_ids=[*photos] or None
        )
        return str(_object(await _answer(said), "data").get("id", ""))

    async def message(self, citizen: str, text: str, photo: str = "") -> str:
        """Send a direct message; the event's id. Raises: Rejected, Broken."""
        said = self._client.create_direct_message(
            participant_id=citizen, text=text or None, media_id=photo or None
        )
        return str(_object(await _answer(said), "data").get("dm_event_id", ""))

    @asynccontextmanager
    async def download(self, url: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open a photo of X's own media hosts, and of no other host; redirects are not followed.

        Photos of direct messages ask for a signature ("DM media retrieval"), others do not mind.
        Raises: Rejected, Broken, PermissionError for another host.
        """
        parts = urlsplit(url)
        if parts.netloc not in self._media_hosts or parts.scheme not in {"https", self._scheme}:
            raise PermissionError("not one of X's media hosts")
        signer = Signer(
            self._keys.consumer_key,
            self._keys.consumer_secret,
            self._keys.access_token,
            self._keys.access_secret,
        )
        headers = signer.sign(url)[1] if "/dm/" in parts.path else {}
        try:
            async with self._http.get(url, headers=headers, allow_redirects=False) as answer:
                if answer.status != 200:  # noqa: PLR2004 - HTTP
                    raise Rejected(answer.status, None, dict(answer.headers))
                yield answer.content.iter_chunked(_CHUNK)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Broken(type(error).__name__, sent=True) from None

    @property
    def _scheme(self) -> str:
        return urlsplit(self._base).scheme


async def _answer(request: Awaitable[Any]) -> Mapping[str, Any]:
    """The JSON that X answered. Raises: Rejected, Broken."""
    try:
        answer = await (await request).json()
    except HTTPException as error:
        response = error.response
        raise Rejected(response.status, await _body(response), dict(response.headers)) from None
    except aiohttp.ContentTypeError as error:  # a page of HTML in the place of an answer
        raise Rejected(error.status, None, dict(error.headers or {})) from None
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise Broken(type(error).__name__, not isinstance(error, _NOT_SENT)) from None
    if not isinstance(answer, Mapping):
        raise Broken("the answer is no JSON object", sent=True)
    return answer


async def _body(response: aiohttp.ClientResponse) -> Any:
    """What X said in full: tweepy keeps only parts of it. The body has been read before."""
    try:
        return await response.json(content_type=None)
    except ValueError:
        return None


def _object(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = answer.get(name)
    if not isinstance(found, Mapping):
        raise Broken(f"the answer holds no {name}", sent=True)
    return found

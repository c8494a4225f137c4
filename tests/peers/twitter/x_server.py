"""Our own X: the part of API v2 that a city account uses, from X's published description.

Written apart from the adapter, from docs.x.com ("Get mentions", "Get DM events", "Create post",
"Create DM message by participant ID", "Upload media", "Rate limits", "Response codes and errors",
"Webhooks", "Account Activity API"); proved by X's own client `xdk` in test_server.py before the
adapter meets it. Names and numbers are invented.

It checks every OAuth 1.0a signature (RFC 5849) and refuses what X refuses.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from aiohttp import web
from oauthlib.common import Request
from oauthlib.oauth1.rfc5849 import signature

REAL_HOSTS = ("https://api.twitter.com", "https://api.x.com")
POST_LIMIT = 280  # weighted characters; every character counts one here
DM_LIMIT = 10_000
HANGS_UP, SILENT = 0, 1  # the status of no answer at all: at once, or never


@dataclass(frozen=True)
class Keys:
    """The account's keys, as X's developer console shows them."""

    consumer_key: str = "planted-consumer-key"
    consumer_secret: str = "planted-consumer-secret"
    access_token: str = "1708-planted-access-token"
    access_secret: str = "planted-access-secret"
    bearer: str = "planted-user-bearer"


@dataclass
class Fault:
    """What the next requests to a path get instead of an answer."""

    path: str
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    taken: bool = False  # the request is carried out before


class X:
    """The state of the little world, and the application that serves it."""

    def __init__(self, keys: Keys | None = None, *, fractions: bool = True) -> None:
        self.keys = keys or Keys()
        self.me = {"id": "1708", "username": "LaporKota", "name": "Lapor Kota"}
        self.users: dict[str, dict[str, Any]] = {"1708": self.me}
        self.posts: dict[str, dict[str, Any]] = {}
        self.events: dict[str, dict[str, Any]] = {}
        self.media: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.blocked: set[str] = set()  # users who take no DM from us
        self.faults: list[Fault] = []
        self.asked: list[tuple[str, str]] = []  # method and path of every request
        self.budget: dict[str, int] = defaultdict(lambda: 300)
        self.reset_at = int(time.time()) + 900
        self.down = False  # the media host answers 503
        self.redirects: dict[str, str] = {}
        self.fractions = fractions  # whether created_at has milliseconds
        self._number = 1_900_000_000_000_000_000
        self.app = web.Application(middlewares=[self._guard], client_max_size=20_000_000)
        self.app.add_routes(
            [
                web.get("/2/users/me", self._me),
                web.get("/2/users/{id}/mentions", self._mentions),
                web.get("/2/tweets/{id}", self._post),
                web.post("/2/tweets", self._create_post),
                web.get("/2/dm_events", self._dm_events),
                web.post("/2/dm_conversations/with/{id}/messages", self._create_dm),
                web.post("/2/media/upload", self._upload),
                web.get("/2/dm_conversations/media/{dm}/{media}/{name}", self._dm_media),
                web.get("/media/{name}", self._file),
                web.get("/1.1/ton/data/dm/{dm}/{media}/{name}", self._file),
            ]
        )

    # -- what happens in the world

    def citizen(self, username: str, *, protected: bool = False) -> str:
        """A citizen's account; answers its id."""
        number = str(9000 + len(self.users))
        self.users[number] = {
            "id": number,
            "username": username,
            "name": username.title(),
            "protected": protected,
        }
        return number

    def next_id(self) -> str:
        """Ids grow with time, as X's do."""
        self._number += 4096
        return str(self._number)

    def _now(self) -> str:
        kind = "milliseconds" if self.fractions else "seconds"
        return datetime.now(UTC).isoformat(timespec=kind).replace("+00:00", "Z")

    def post(self, author: str, text: str, **more: Any) -> str:
        """Somebody posts; answers the id. `more` are fields of a Post object."""
        number = self.next_id()
        self.posts[number] = {
            "id": number,
            "text": text,
            "author_id": author,
            "created_at": self._now(),
            "conversation_id": more.pop("conversation_id", number),
            "edit_history_tweet_ids": [number],
            **more,
        }
        return number

    def dm(self, sender: str, text: str, **more: Any) -> str:
        """A direct message between a citizen and us; answers the event's id."""
        number = self.next_id()
        pair = "-".join(sorted([sender, more.pop("recipient", "1708")], key=int))
        self.events[number] = {
            "id": number,
            "event_type": "MessageCreate",
            "text": text,
            "sender_id": sender,
            "dm_conversation_id": pair,
            "created_at": self._now(),
            **more,
        }
        return number

    def photo(self, content: bytes, base: str, name: str = "a.jpg") -> str:
        """A photo on X's media host; answers its media key."""
        key = f"3_{self.next_id()}"
        self.files[f"{key}-{name}"] = content
        self.media[key] = {
            "media_key": key,
            "type": "photo",
            "url": f"{base}/media/{key}-{name}",
            "width": 64,
            "height": 64,
        }
        return key

    # -- webhooks, as X would send them

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers of a webhook delivery."""
        return {"X-Twitter-Webhooks-Signature": _sha256(self.keys.consumer_secret, body)}

    def crc_answer(self, token: str) -> dict[str, str]:
        """What a challenge must be answered with."""
        return {"response_token": _sha256(self.keys.consumer_secret, token.encode())}

    # -- the door

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append((request.method, request.path))
        if request.path.startswith("/media/"):
            return await handler(request)
        fault = next((one for one in self.faults if request.path.startswith(one.path)), None)
        if fault is not None:
            fault.times -= 1
            if not fault.times:
                self.faults.remove(fault)
            if fault.taken:
                await handler(request)
            if fault.status == SILENT:
                await asyncio.Event().wait()  # until the other side hangs up
            return _faulty(fault, request)
        if not await self._authorised(request):
            return _problem(401, "Unauthorized", "Unauthorized")
        kind = _route(request)
        if self.budget[kind] <= 0:
            return self._limited(_problem(429, "Too Many Requests", "Too Many Requests"), kind)
        self.budget[kind] -= 1
        return self._limited(await handler(request), kind)

    def _limited(self, response: web.StreamResponse, kind: str) -> web.StreamResponse:
        response.headers["x-rate-limit-limit"] = "300"
        response.headers["x-rate-limit-remaining"] = str(max(0, self.budget[kind]))
        response.headers["x-rate-limit-reset"] = str(self.reset_at)
        return response

    async def _authorised(self, request: web.Request) -> bool:
        header = request.headers.get("Authorization", "")
        if header.startswith("Bearer "):
            return hmac.compare_digest(header[7:], self.keys.bearer)
        if not header.startswith("OAuth "):
            return False
        said = dict(_oauth_pairs(header))
        if said.get("oauth_consumer_key") != self.keys.consumer_key:
            return False
        if said.get("oauth_token") != self.keys.access_token:
            return False
        if abs(time.time() - int(said.get("oauth_timestamp", 0))) > 300:
            return False
        own = f"http://{request.host}"
        return any(self._signed_for(request, said, host) for host in (*REAL_HOSTS, own))

    def _signed_for(self, request: web.Request, said: dict[str, str], host: str) -> bool:
        """Whether the signature fits (RFC 5849, 3.4). A JSON body is not part of it."""
        signed = Request(f"{host}{request.rel_url.raw_path_qs}", request.method)
        signed.params = [
            *((key, value) for key, value in said.items() if key != "oauth_signature"),
            *request.query.items(),
        ]
        signed.signature = said.get("oauth_signature", "")
        return bool(
            signature.verify_hmac_sha1(signed, self.keys.consumer_secret, self.keys.access_secret)
        )

    # -- endpoints

    async def _me(self, request: web.Request) -> web.Response:
        return web.json_response({"data": _only(self.me, request, "user.fields", USER)})

    async def _mentions(self, request: web.Request) -> web.Response:
        """GET /2/users/:id/mentions. max_results 5 to 100; the newest first."""
        asked = request.query
        most = int(asked.get("max_results", 10))
        since = asked.get("since_id", "0")
        if not 5 <= most <= 100:
            return _problem(400, "Invalid Request", "max_results is not between 5 and 100")
        if not since.isdigit():
            return _problem(400, "Invalid Request", f"since_id [{since}] is not valid")
        wanted = [
            one
            for one in self.posts.values()
            if f"@{self.me['username']}".lower() in self._words(one).lower()
            and int(one["id"]) > int(since)
        ]
        return self._page(request, wanted, most, "tweet.fields", POST)

    @staticmethod
    def _words(post: dict[str, Any]) -> str:
        return str(post.get("note_tweet", {}).get("text", post["text"]))

    async def _dm_events(self, request: web.Request) -> web.Response:
        """GET /2/dm_events. max_results 1 to 100; the newest first; there is no since_id."""
        asked = request.query
        if "since_id" in asked:
            return _problem(400, "Invalid Request", "The query parameter [since_id] is not one of")
        most = int(asked.get("max_results", 100))
        if not 1 <= most <= 100:
            return _problem(400, "Invalid Request", "max_results is not between 1 and 100")
        kinds = asked.get("event_types", "MessageCreate,ParticipantsJoin,ParticipantsLeave")
        wanted = [one for one in self.events.values() if one["event_type"] in kinds.split(",")]
        return self._page(request, wanted, most, "dm_event.fields", EVENT)

    def _page(
        self,
        request: web.Request,
        wanted: list[dict[str, Any]],
        most: int,
        fields: str,
        default: tuple[str, ...],
    ) -> web.Response:
        ordered = sorted(wanted, key=lambda one: -int(one["id"]))
        start = int(request.query.get("pagination_token", "p0").removeprefix("p"))
        page = ordered[start : start + most]
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
        if start + most < len(ordered):
            meta["next_token"] = f"p{start + most}"
        answer: dict[str, Any] = {"meta": meta}
        if page:
            answer["data"] = [_only(one, request, fields, default) for one in page]
            if includes := self._includes(request, page):
                answer["includes"] = includes
        return web.json_response(answer)

    def _includes(
        self, request: web.Request, page: Iterable[dict[str, Any]]
    ) -> dict[str, list[dict[str, Any]]]:
        wanted = request.query.get("expansions", "").split(",")
        found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        for one in page:
            for who in ("author_id", "sender_id"):
                if who in wanted and one.get(who) in self.users:
                    user = self.users[one[who]]
                    found["users"][user["id"]] = _only(user, request, "user.fields", USER)
            if "attachments.media_keys" in wanted:
                for key in (one.get("attachments") or {}).get("media_keys", ()):
                    media = _only(self.media[key], request, "media.fields", ("media_key", "type"))
                    found["media"][key] = media
            if "referenced_tweets.id" in wanted:
                for said in one.get("referenced_tweets", ()):
                    if said["id"] in self.posts:  # a deleted or protected one is not included
                        post = _only(self.posts[said["id"]], request, "tweet.fields", POST)
                        found["tweets"][said["id"]] = post
        return {name: list(rows.values()) for name, rows in found.items()}

    async def _post(self, request: web.Request) -> web.Response:
        found = self.posts.get(request.match_info["id"])
        if found is None:
            title = "Not Found Error"
            detail = f"Could not find tweet with id: [{request.match_info['id']}]."
            return web.json_response({"errors": [{"title": title, "detail": detail}]})
        return web.json_response({"data": _only(found, request, "tweet.fields", POST)})

    async def _create_post(self, request: web.Request) -> web.Response:
        """POST /2/tweets."""
        said = await request.json()
        text = said.get("text", "")
        if len(text) > POST_LIMIT:
            return _problem(403, "Forbidden", "Your Tweet text is too long.")
        mine = [one for one in self.posts.values() if one["author_id"] == "1708"]
        if any(one["text"] == text for one in mine):
            detail = "You are not allowed to create a Tweet with duplicate content."
            return _problem(403, "Forbidden", detail)
        answered = said.get("reply", {}).get("in_reply_to_tweet_id")
        if answered is not None and answered not in self.posts:
            detail = "You attempted to reply to a Tweet that is deleted or not visible to you."
            return _problem(403, "Forbidden", detail)
        if any(key not in self.media for key in said.get("media", {}).get("media_ids", ())):
            return _problem(400, "Invalid Request", "Your media IDs are invalid.")
        more: dict[str, Any] = {}
        if answered:
            more["referenced_tweets"] = [{"type": "replied_to", "id": answered}]
            more["conversation_id"] = self.posts[answered]["conversation_id"]
        if media := said.get("media"):
            more["media"] = media
        number = self.post("1708", text, **more)
        body = {"id": number, "text": text, "edit_history_tweet_ids": [number]}
        return web.json_response({"data": body}, status=201)

    async def _create_dm(self, request: web.Request) -> web.Response:
        """POST /2/dm_conversations/with/:participant_id/messages."""
        said = await request.json()
        whom = request.match_info["id"]
        text = said.get("text", "")
        if not text and not said.get("attachments"):
            return _problem(400, "Invalid Request", "text or attachments must be given")
        if len(text) > DM_LIMIT:
            return _problem(400, "Invalid Request", "text is too long")
        if whom in self.blocked:
            detail = "You do not have permission to DM one or more participants."
            return _problem(403, "Forbidden", detail)
        number = self.dm("1708", text, recipient=whom, attachments=said.get("attachments"))
        body = {
            "dm_conversation_id": self.events[number]["dm_conversation_id"],
            "dm_event_id": number,
        }
        return web.json_response({"data": body}, status=201)

    async def _upload(self, request: web.Request) -> web.Response:
        """POST /2/media/upload, in one piece: multipart, or JSON with base64."""
        if request.content_type == "application/json":
            said = await request.json()
            content = base64.b64decode(said["media"])
        else:
            form = await request.post()
            part = form["media"]
            content = part.file.read() if isinstance(part, web.FileField) else part.encode()
        number = self.next_id()
        self.files[number] = content
        self.media[number] = {"media_key": f"3_{number}", "type": "photo"}
        body = {"id": number, "media_key": f"3_{number}", "size": len(content)}
        return web.json_response({"data": {**body, "expires_after_secs": 86_400}})

    async def _dm_media(self, request: web.Request) -> web.Response:
        """GET /2/dm_conversations/media/...: with a user's OAuth 2.0 token alone."""
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return _problem(403, "Unsupported Authentication", "OAuth 2.0 User Context only")
        return await self._file(request)

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if self.down:
            return web.Response(status=503)
        if name in self.redirects:
            return web.Response(status=302, headers={"Location": self.redirects[name]})
        content = self.files.get(name)
        if content is None:
            return web.Response(status=404)
        return web.Response(body=content, content_type="image/jpeg")


USER = ("id", "name", "username")
POST = ("id", "text", "edit_history_tweet_ids")
EVENT = ("id", "event_type", "text")


def _only(
    row: dict[str, Any], request: web.Request, fields: str, default: tuple[str, ...]
) -> dict[str, Any]:
    """An object holds its default fields and those that were asked for."""
    asked = request.query.get(fields, "")
    if fields == "tweet.fields":  # X's own client says post.fields by now; both are known
        asked = asked or request.query.get("post.fields", "")
    wanted = {*default, *asked.split(",")}
    expanded = request.query.get("expansions", "")
    if "author_id" in expanded or "sender_id" in expanded:
        wanted |= {"author_id", "sender_id"}
    if "attachments" in expanded:
        wanted.add("attachments")
    if "referenced_tweets" in expanded:
        wanted.add("referenced_tweets")
    return {key: value for key, value in row.items() if key in wanted and value is not None}


def _problem(status: int, title: str, detail: str) -> web.Response:
    body = {"title": title, "type": "about:blank", "status": status, "detail": detail}
    if status == 400:
        body["errors"] = [{"message": detail}]
    return web.json_response(body, status=status, content_type="application/problem+json")


def _faulty(fault: Fault, request: web.Request) -> web.Response:
    if fault.status == HANGS_UP and request.transport is not None:
        request.transport.close()
    body = fault.body if isinstance(fault.body, bytes) else json.dumps(fault.body or {}).encode()
    headers = {"Content-Type": "application/json", **fault.headers}
    return web.Response(status=fault.status, body=body, headers=headers)


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return f"{request.method} {resource.canonical if resource else ''}"


def _oauth_pairs(header: str) -> Iterable[tuple[str, str]]:
    for pair in header.removeprefix("OAuth ").split(","):
        name, _, value = pair.strip().partition("=")
        yield unquote(name), unquote(value.strip('"'))


def _sha256(secret: str, content: bytes) -> str:
    digest = hmac.new(secret.encode(), content, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(digest).decode()}"

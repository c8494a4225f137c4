"""What the gateway's door serves for the chat: the page, its files, the socket, photos.

A message is acknowledged to the page after `accept` has returned, never before: it is on disk then.
Everything else that can happen to a message is a frame of its own, so that the page can keep it:

    {"ack": id}                        kept
    {"retry": id}                      the store is away; send it again
    {"wait": id, "seconds": 4}         too many in a minute; send it again then
    {"error": "empty", "id": id}       it will never be taken; the page says why
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSMsgType, web

from channels.adapter import Accept, Photos, Raw, StoreAway
from channels.pace import Pace
from channels.uploads import UploadError, Uploads
from channels.webchat import payload
from channels.webchat.listeners import MOST_SOCKETS, Listeners, Socket
from channels.webchat.pages import Pages, language_of
from channels.webchat.receipts import Receipts
from channels.webchat.session import (
    PROTOCOL,
    forget,
    framed_session,
    new_session,
    of_our_pages,
    remember,
    remember_in_frame,
    session_of,
    session_of_frame,
)

ROOT = "/channels/webchat"
MOST_FRAME = 262_144  # bytes: a text of 100 kB is answered; beyond this the socket is closed
ID_HEADER = "X-Kanal-Id"
_HEARTBEAT_S = 25.0  # proxies close what is silent for a minute


@dataclass(frozen=True, kw_only=True)
class ChatSite:
    """The handlers, with all that they share."""

    accept: Accept
    listeners: Listeners
    receipts: Receipts
    pages: Pages
    pace: Pace
    own_origins: Collection[str]
    clock: Callable[[], float]
    photos: Photos
    uploads: Uploads = field(default_factory=Uploads)

    def routes(self) -> list[web.RouteDef]:
        """Everything that the chat answers to."""
        return [
            web.get("/", self.page),
            web.get(ROOT + "/widget", self.framed_page),
            web.get(ROOT + "/widget.js", self.loader),
            web.get(ROOT + "/static/{digest}/{name:.+}", self.file),
            web.get(ROOT + "/socket", self.socket),
            web.post(ROOT + "/photo", self.photo),
            web.post(ROOT + "/leave", self.leave),
            web.get(payload.SHOWN + "/{photo:[0-9a-f]{64}}.jpg", self.shown),
        ]

    async def page(self, request: web.Request) -> web.Response:
        response = self.pages.page(language_of(request))
        remember(response, request, session_of(request) or new_session())
        return response

    async def framed_page(self, request: web.Request) -> web.Response:
        """The page as the widget shows it on another site; framed there alone."""
        session = session_of_frame(request)
        response = self.pages.framed(language_of(request), session.token)
        remember_in_frame(response, session)
        return response

    async def loader(self, _: web.Request) -> web.Response:
        """The script that draws the widget."""
        return self.pages.loader()

    async def file(self, request: web.Request) -> web.StreamResponse:
        digest, name = request.match_info["digest"], request.match_info["name"]
        return self.pages.files.serve(digest, name, request.headers.get("Accept-Encoding", ""))

    async def shown(self, request: web.Request) -> web.Response:
        """Serve a photo that was sent: to a browser that chats, and knows its name."""
        chats = (framed_session(request) or session_of(request)) is not None
        content = await self.photos(request.match_info["photo"]) if chats else None
        if content is None:
            raise web.HTTPNotFound
        headers = {"Cache-Control": "private, max-age=86400"}
        return web.Response(body=content, content_type="image/jpeg", headers=headers)

    async def leave(self, request: web.Request) -> web.Response:
        """Forget the session in this browser, on a shared computer for example."""
        self._must_be_ours(request)
        response = web.json_response({"left": True})
        if framed_session(request):
            remember_in_frame(response, None)
        else:
            forget(response)
        return response

    def _must_be_ours(self, request: web.Request) -> None:
        if not of_our_pages(request, self.own_origins):
            raise web.HTTPForbidden(text='{"error": "origin"}', content_type="application/json")

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """Hear one tab until it goes."""
        self._must_be_ours(request)
        framed = framed_session(request)
        session = framed or session_of(request) or new_session()
        if self.listeners.count(session.address) >= MOST_SOCKETS:
            raise web.HTTPTooManyRequests
        wire = web.WebSocketResponse(
            protocols=(PROTOCOL,), heartbeat=_HEARTBEAT_S, max_msg_size=MOST_FRAME, compress=False
        )
        if framed is None:
            remember(wire, request, session)
        await wire.prepare(request)
        socket = Socket(wire, request.transport, session.address, language_of(request))
        with self.listeners.listening(socket):
            await self.accept.awake(socket.address)
            async for message in wire:
                text = message.data if message.type is WSMsgType.TEXT else ""
                await self._hear(socket, text)
        return wire

    async def _hear(self, socket: Socket, frame: str) -> None:
        """Answer one frame."""
        try:
            read = payload.read(frame)
        except payload.BadFrameError as bad:
            seconds = self.pace.take(socket.address, self.clock())
            code = "too_fast" if seconds else bad.code
            await socket.write({"error": code, "id": bad.message_id})
            return
        if isinstance(read, payload.Got):
            if self.listeners.confirm(socket.address, read.key):
                self.receipts.add(read.key, self.accept)
            return
        envelope = {"kind": "frame", "session": socket.address, "locale": socket.locale}
        await socket.write(await self._keep(read.id, frame.encode(), envelope))

    async def _keep(self, message_id: str, body: bytes, envelope: dict[str, str]) -> dict[str, Any]:
        """Keep a message, if it may pass; returns what to tell the page."""
        seconds = self.pace.take(envelope["session"], self.clock())
        if seconds:
            return {"wait": message_id, "seconds": seconds}
        raw = Raw(body=body, received_at=datetime.now(UTC), envelope=envelope)
        try:
            await self.accept(raw)
        except StoreAway:
            return {"retry": message_id}
        return {"ack": message_id}

    async def photo(self, request: web.Request) -> web.Response:
        """Take one photo: the bytes are the body, the message's id is a header.

        The header is one that no form can set, so a foreign page cannot even try.
        """
        self._must_be_ours(request)
        photo_id = request.headers.get(ID_HEADER, "")
        try:
            answer = await self._upload(request, photo_id)
        except UploadError as error:
            return self._sorry(request, error, photo_id)
        return _told(answer, 200 if "ack" in answer else 503)

    async def _upload(self, request: web.Request, photo_id: str) -> dict[str, Any]:
        session = framed_session(request) or session_of(request)
        if not payload.is_id(photo_id):
            raise UploadError(400, "unknown")
        if session is None:
            raise UploadError(401, "no_session")
        async with self.uploads.room(session.address) as has_room:
            if not has_room:
                return {"wait": photo_id, "seconds": 3}
            body = await self.uploads.read(request, self.pages.max_photo_bytes)
            envelope = {
                "kind": "photo",
                "session": session.address,
                "id": photo_id,
                "content-type": payload.content_type(request.headers.get("Content-Type", "")),
                "locale": language_of(request),
            }
            return await self._keep(photo_id, body, envelope)

    def _sorry(self, request: web.Request, error: UploadError, photo_id: str) -> web.Response:
        """Say why not, in the page's language."""
        sentence = self.pages.words[language_of(request)][f"error_{error.code}"]
        megabytes = str(self.pages.max_photo_bytes // 1_000_000)
        text = sentence.replace("{mb}", megabytes)
        return _told({"error": error.code, "id": photo_id, "text": text}, error.status)


def _told(answer: dict[str, Any], status: int) -> web.Response:
    headers = {"Retry-After": str(answer.get("seconds", 5))} if status == 503 else None  # noqa: PLR2004 - HTTP
    return web.json_response(answer, status=status, headers=headers)

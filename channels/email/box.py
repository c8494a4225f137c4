"""A mailbox, read by IMAP: what is new since the cursor, then waiting for more. Blocking.

The cursor is JSON: how far each folder has been read, by UIDVALIDITY and UID (RFC 3501, 2.3.1.1).
A folder that was made anew is read again from the first day on; the store knows by the mails' own
ids what it has. A mail is marked as read once the cursor that the store keeps lies behind it.

IDLE (RFC 2177) tells of news at once, and is left every `sweep_s` seconds to look by UID: servers
and routers lose connections without a word, and a folder that is not selected tells nothing.

Source: RFC 3501 and RFC 9051 (IMAP). Libraries are known to hang in an IDLE of hours
(imapclient#349): every read has a time limit, every IDLE ends soon.
"""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from pydantic import TypeAdapter, ValidationError

from channels.adapter import Raw
from channels.email.imap import (
    GARBAGE,
    connect,
    host_of,
    log_in,
    password_of,
    read_ahead,
    select,
    sorted_out,
)
from channels.email.ours import UNREAD
from channels.email.settings import Settings
from channels.errors import ChannelError, Misconfigured

_AT_ONCE = 50  # mails of one pull
_MOST_BYTES = 50_000_000  # of one pull, the last mail beyond
_HEAD_BYTES = 65_536  # kept of a mail that is too large
_TRIES = 3  # of a mail that breaks the conversation, before it is passed over
_SEEN = rb"\Seen"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """How far a folder has been read."""

    validity: int  # UIDVALIDITY: another one means that the UIDs are others
    uid: int  # the last one that was taken
    since: date | None = None  # mails that came before are left alone


Cursor = dict[str, Place]  # by folder
_CURSOR = TypeAdapter(Cursor)


class Mailbox:
    """One user's mailbox. All but `hang_up` belongs to one thread at a time."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        allows: Callable[[bytes], bool] = lambda _: True,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._allows = allows  # whether a mail's sender may write so much
        self._client: IMAPClient | None = None
        self._hung_up = False
        self._idles = False  # whether the server tells of news
        self._allowed: dict[tuple[str, int, int], bool] = {}  # a mail that comes again counts once
        self._failures: Counter[tuple[str, int, int]] = Counter()
        self._taken: dict[str, tuple[int, list[int]]] = {}  # to be marked once they are kept

    @property
    def where(self) -> str:
        """For the operator."""
        folders = ", ".join(self._settings.folders)
        return f"{folders} of {self._settings.imap_user} at {host_of(self._settings)}"

    def news(self, cursor: str | None, stop: threading.Event) -> tuple[list[Raw], str]:
        """Give what came since the cursor, at most a batch; waits for a while if nothing did.

        Whoever sets `stop` and then hangs up ends it. Raises: Unreachable, Misconfigured. The next
        call opens a new connection then.
        """
        known = _places(cursor)
        if self._hung_up:
            self.close()
        with self._talking():
            client = self._client or self._open()
            return self._news(client, known, stop)

    def check(self) -> None:
        """See that the mailbox lets us in and has these folders. Raises as `news`."""
        with self._talking():
            self._client = self._open()
            for folder in self._settings.folders:
                select(self._client, folder, readonly=True)
        self.close()

    def hang_up(self) -> None:
        """End whatever wait or talk is under way; any thread may call it."""
        client, self._hung_up = self._client, True
        if client is not None:
            with suppress(OSError):  # past the TLS layer, which another thread is using
                socket.socket.shutdown(client.socket(), socket.SHUT_RDWR)

    def close(self) -> None:
        """Leave; the next `news` comes back."""
        client, self._client, self._hung_up = self._client, None, False
        if client is not None:
            with suppress(IMAPClientError, OSError):
                client.shutdown()

    @contextmanager
    def _talking(self) -> Iterator[None]:
        """Sort whatever goes wrong by who must act, and begin anew next time."""
        try:
            yield
        except ChannelError:
            self.close()
            raise
        except (OSError, IMAPClientError, *GARBAGE) as error:
            self.close()
            raise sorted_out(error, self._settings) from error

    def _open(self) -> IMAPClient:
        password = password_of(self._settings)
        client = connect(self._settings)
        self._client = client  # `hang_up` and `close` reach it from here on
        log_in(client, self._settings, password)
        self._idles = client.has_capability("IDLE")  # may ask, and drop what is told of news then
        return client

    def _news(
        self, client: IMAPClient, known: Cursor, stop: threading.Event
    ) -> tuple[list[Raw], str]:
        raws: list[Raw] = []
        places = dict(known)
        trouble: Misconfigured | None = None
        for folder in reversed(self._settings.folders):  # the first stays selected for IDLE
            try:
                selected = select(client, folder, readonly=not self._settings.mark_seen)
            except Misconfigured as error:
                trouble = error  # the other folders are read all the same
                continue
            if self._mark(client, folder, known.get(folder)):
                # What the server told of news along with that, the library has dropped.
                selected = select(client, folder, readonly=False)
            raws += self._sweep(client, folder, selected, places)
            if len(raws) >= _AT_ONCE or self._client is None:
                break
        if trouble is not None and not raws and places == known:
            raise trouble
        if not raws and places == known:
            self._wait(client, stop)
        return raws, _CURSOR.dump_json(dict(sorted(places.items()))).decode()

    def _sweep(
        self, client: IMAPClient, folder: str, selected: dict[bytes, Any], places: Cursor
    ) -> list[Raw]:
        """Take what is new in the selected folder, and move its place."""
        validity, following = selected.get(b"UIDVALIDITY", 0), selected.get(b"UIDNEXT")
        place = places.get(folder) or self._beginning(client, validity, following)
        if place.validity != validity:
            place = replace(place, validity=validity, uid=0)
        places[folder] = place
        if following is not None and following <= place.uid + 1:
            return []
        uids = self._uids(client, place)[:_AT_ONCE]
        if not uids:
            if following is not None:
                places[folder] = replace(place, uid=following - 1)
            return []
        raws, last = self._gather(client, folder, place, uids)
        places[folder] = replace(place, uid=last)
        taken = [raw for raw in raws if UNREAD not in raw.envelope]
        self._taken[folder] = (validity, [int(raw.envelope["uid"]) for raw in taken])
        return raws

    def _gather(
        self, client: IMAPClient, folder: str, place: Place, uids: list[int]
    ) -> tuple[list[Raw], int]:
        """Take these mails, one by one; gives them and the UID up to which all are taken."""
        raws: list[Raw] = []
        last = place.uid
        for uid, size in self._sizes(client, uids).items():
            try:
                raw = None if size is None else self._take(client, folder, place, uid, size)
            except (OSError, IMAPClientError, *GARBAGE):
                if not raws:
                    raise
                self.close()  # what came before it is kept first
                break
            last = uid
            if raw is not None:
                raws.append(raw)
            if sum(len(one.body) for one in raws) >= _MOST_BYTES:
                break
        return raws, last

    def _beginning(self, client: IMAPClient, validity: int, following: int | None) -> Place:
        """Where to begin in a folder that was never read."""
        if self._settings.read_old:
            return Place(validity=validity, uid=0)
        last = following - 1 if following is not None else max(client.search("ALL"), default=0)
        # A day earlier: servers name days in their own time zone.
        since = (self._clock() - timedelta(days=1)).date()
        return Place(validity=validity, uid=last, since=since)

    def _uids(self, client: IMAPClient, place: Place) -> list[int]:
        """The UIDs after a place. "n:*" always gives the last mail as well (RFC 3501, 6.4.8)."""
        criteria: list[Any] = ["UID", f"{place.uid + 1}:*"]
        if place.since is not None:
            criteria += ["SINCE", place.since]
        return sorted(uid for uid in client.search(criteria) if uid > place.uid)

    def _sizes(self, client: IMAPClient, uids: list[int]) -> dict[int, int | None]:
        """The size of each mail in bytes, None for one that was deleted meanwhile."""
        told = client.fetch(uids, ["RFC822.SIZE"])
        return {uid: told.get(uid, {}).get(b"RFC822.SIZE") for uid in uids}

    def _take(
        self, client: IMAPClient, folder: str, place: Place, uid: int, size: int
    ) -> Raw | None:
        """Fetch one mail, without marking it as read; None when it was deleted meanwhile."""
        envelope = {"folder": folder, "uid": str(uid)}
        which = (folder, place.validity, uid)
        if self._failures[which] >= _TRIES:
            return self._raw(b"", {**envelope, UNREAD: "the mail server cannot give this mail"})
        large = size > self._settings.max_bytes
        wanted = f"BODY.PEEK[HEADER]<0.{_HEAD_BYTES}>" if large else "BODY.PEEK[]"
        try:
            told = client.fetch([uid], [wanted]).get(uid, {})
        except (OSError, IMAPClientError, *GARBAGE):
            self._failures[which] += 1
            raise
        self._failures.pop(which, None)
        body = next((value for key, value in told.items() if key.startswith(b"BODY[")), None)
        if not isinstance(body, bytes):
            return None
        if large:
            megabytes = self._settings.max_bytes // 1_000_000
            envelope[UNREAD] = f"larger than {megabytes} MB: left in the mailbox"
        elif not self._may_write(which, body):
            envelope[UNREAD] = "too many mails of one sender within an hour: left in the mailbox"
        return self._raw(body, envelope)

    def _may_write(self, which: tuple[str, int, int], mail: bytes) -> bool:
        """Whether the sender may write so much; asked once for each mail until it is kept."""
        if which not in self._allowed:
            self._allowed[which] = self._allows(mail)
        return self._allowed[which]

    def _raw(self, body: bytes, envelope: dict[str, str]) -> Raw:
        return Raw(body=body, received_at=self._clock(), envelope=envelope)

    def _mark(self, client: IMAPClient, folder: str, kept: Place | None) -> bool:
        """Mark what the store has kept: its cursor lies behind it. Tells whether it did."""
        validity, uids = self._taken.get(folder, (0, []))
        if kept is None or kept.validity != validity or kept.uid < max(uids, default=0):
            return False
        del self._taken[folder]
        self._allowed = {which: said for which, said in self._allowed.items() if which[0] != folder}
        if not uids or not self._settings.mark_seen:
            return False
        with suppress(IMAPClientError):  # may not be allowed; it is a courtesy
            client.add_flags(uids, [_SEEN], silent=True)
        return True

    # Waiting.

    def _wait(self, client: IMAPClient, stop: threading.Event) -> None:
        """Wait until the first folder has news, or it is time to look."""
        if stop.is_set():
            return
        if not self._idles:
            stop.wait(self._settings.sweep_s)
            return
        client.idle()
        if not read_ahead(client):
            client.idle_check(timeout=self._settings.sweep_s)
        client.idle_done()  # raises where the server has hung up


def _places(cursor: str | None) -> Cursor:
    if cursor is None:
        return {}
    try:
        return _CURSOR.validate_json(cursor)
    except ValidationError:
        raise Misconfigured(
            "channels.email.imap: the cursor that is kept for this mailbox is none of ours."
            " Give the account another name"
        ) from None

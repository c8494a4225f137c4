"""One complaint with all that belongs to it, as rows of the tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from channels.message import InboundMessage, OutboundMessage
from dialogs.conversation import Status
from dialogs.filing import agency
from dialogs.phrasebook import say
from gateway.invented.city import City, Spot
from gateway.invented.year import Move, moment, moves
from nlu import ticket
from nlu.categories import categories
from nlu.understanding import Candidate, Understanding
from store.codec import dump
from store.ids import Dated
from store.tables import (
    Complaint,
    ComplaintEvent,
    ConversationRow,
    Correction,
    Inbox,
    Outbox,
    Prediction,
    Row,
    Supporter,
    Task,
)
from store.urgency import UNSURE_BELOW, need

ACCOUNT = "demo"  # no gateway serves it: what is written to its addresses is never sent
ENGINE = "invented"
_DESK = ("ani", "budi", "citra", "dewi")
_WRONG, _SEEN = 0.14, 0.55  # of predictions; of wrong ones that somebody has corrected
_CONFIRMED, _JOINED, _TOLD_AGAIN = 0.08, 0.06, 0.03
_ASKS_FOR_A_PERSON, _UNSENT = 0.0008, 0.0006
_A_CITIZEN_AGAIN = 0.4  # files from an address that filed before
_TASK_DONE_BY = timedelta(days=1)

Rows = dict[type[Row], list[dict[str, Any]]]


@dataclass
class Lives:
    """Draws complaints and keeps the citizens that come again."""

    random: Random
    city: City
    channels: Sequence[str]
    now: datetime
    ids: Dated
    first: int = 0  # number of the first citizen's address
    rows: Rows = field(default_factory=dict)
    _talks: list[tuple[int, str, str]] = field(default_factory=list)

    def complaint(self) -> None:
        """Add one, from the first word to where it stands now."""
        category = self.city.category()
        filed = moment(self.random, category, self.now)
        spot, number = self.city.spot(), ticket.make(self.random)
        talk = self._talk(filed)
        text = self.city.text(category, spot)
        guess = self._guess(category)
        by = self._heard(talk, text, filed)
        self._read(by, guess)
        way = moves(self.random, filed, self.now)
        corrected = guess[0].category != category and self.random.random() < _SEEN
        row = self._row(
            number, category if corrected else guess[0].category, guess, spot, text, talk, by, filed
        )
        self._said(talk, filed, "filed", ticket=number, agency=agency(row["category"], "id"))
        if self.random.random() < _UNSENT:
            self.rows[Outbox][-1] |= {"state": "dead", "detail": "the provider refused it"}
        self._event(row, filed, "filed", "citizen", {}, by)
        self._judged(row, guess, by, filed, corrected=corrected)
        for status, at in way:
            self._moved(row, talk, status, at)
        self._others(row, filed, spot)
        self._tasks(row, talk, by, way)

    def _add(self, of: type[Row], **row: Any) -> dict[str, Any]:
        self.rows.setdefault(of, []).append(row)
        return row

    def _talk(self, at: datetime) -> tuple[int, str, str]:
        if self._talks and self.random.random() < _A_CITIZEN_AGAIN:
            return self.random.choice(self._talks)
        channel = self.random.choices(
            self.channels, [2.0**-at for at in range(len(self.channels))]
        )[0]
        address = f"demo-{self.first + len(self._talks):07d}"
        talk = (self.ids.at(at), channel, address)
        self._talks.append(talk)
        self._add(
            ConversationRow,
            id=talk[0],
            channel=channel,
            account=ACCOUNT,
            address=address,
            state="",
            stopped=False,
            handed_over=False,
            updated_at=at,
            heard_at=at,
        )
        return talk

    def _heard(self, talk: tuple[int, str, str], text: str, at: datetime) -> int:
        number = self.ids.at(at)
        message = InboundMessage(
            channel=talk[1],
            account=ACCOUNT,
            external_id=f"demo:{number}",
            sender=talk[2],
            address=talk[2],
            text=text,
            sent_at=at,
        )
        self._add(
            Inbox,
            id=number,
            channel=talk[1],
            external_id=message.external_id,
            conversation_id=talk[0],
            message=dump(message),
            due_at=at,
            state="done",
            attempts=0,
        )
        return number

    def _guess(self, category: str) -> tuple[Candidate, ...]:
        """What an engine makes of it: right six times in seven, and less sure where it is wrong."""
        right = self.random.random() >= _WRONG
        sure = self.random.betavariate(6, 1.6) if right else self.random.betavariate(3, 3)
        others = self.random.sample([one for one in self.city.kinds if one != category], 3)
        best = category if right else others.pop()
        rest = [*others, category][:3] if not right else others
        shares = sorted((self.random.random() for _ in rest), reverse=True)
        left = (1 - sure) * 0.9 / (sum(shares) or 1)
        return (
            Candidate(category=best, confidence=round(sure, 4)),
            *(
                Candidate(category=one, confidence=round(min(share * left, sure), 4))
                for one, share in zip(rest, shares, strict=True)
            ),
        )

    def _read(self, by: int, guess: Sequence[Candidate]) -> None:
        best = guess[0]
        said = Understanding(
            intent="report",
            intent_confidence=0.9,
            category=best.category,
            confidence=best.confidence,
            candidates=tuple(guess),
            categories=(best.category,),
            entities=(),
            place=None,
            places=(),
            language="id",
            emergency=categories()[best.category].emergency,
            engine=ENGINE,
        )
        self._add(
            Prediction,
            inbox_id=by,
            engine=ENGINE,
            intent=said.intent,
            category=said.category,
            confidence=said.confidence,
            understanding=dump(said),
            text=None,
        )

    def _row(
        self,
        number: str,
        category: str,
        guess: Sequence[Candidate],
        spot: Spot,
        text: str,
        talk: tuple[int, str, str],
        by: int,
        filed: datetime,
    ) -> dict[str, Any]:
        return self._add(
            Complaint,
            id=self.ids.at(filed),
            ticket=number,
            status=Status.OPEN.value,
            category=category,
            confidence=guess[0].confidence,
            engine=ENGINE,
            text=text,
            lat=spot.lat,
            lon=spot.lon,
            place_words=spot.name,
            place_source=self.random.choice(("pin", "text", "card")),
            place_radius_m=50,
            kelurahan=spot.area.kelurahan,
            kecamatan=spot.area.kecamatan,
            kota=spot.area.kota,
            slots="{}",
            emergency=categories()[category].emergency,
            complete=True,
            escalated=0,
            anonymous=self.random.random() < 0.03,  # noqa: PLR2004 - a share
            channel=talk[1],
            conversation_id=talk[0],
            filed_by=by,
            filed_at=filed,
            updated_at=filed,
            agency=categories()[category].agency[0],
            waits=0,
            checked=False,
        )

    def _event(
        self,
        row: Mapping[str, Any],
        at: datetime,
        kind: str,
        actor: str,
        body: Mapping[str, Any],
        by: int | None = None,
    ) -> None:
        self._add(
            ComplaintEvent,
            id=self.ids.at(at),
            complaint_id=row["id"],
            at=at,
            kind=kind,
            actor=actor,
            body=json.dumps(body, ensure_ascii=False),
            inbox_id=by,
        )

    def _judged(
        self,
        row: dict[str, Any],
        guess: Sequence[Candidate],
        by: int,
        filed: datetime,
        *,
        corrected: bool,
    ) -> None:
        """A moderator's word: another category, or that it was right."""
        if not corrected and self.random.random() > _CONFIRMED:
            return
        at = min(filed + self.random.expovariate(1) * _TASK_DONE_BY, self.now)
        actor = self.random.choice(_DESK)
        before = {"category": guess[0].category, "intent": "report",
                  "confidence": guess[0].confidence, "place_words": row["place_words"]}  # fmt: skip
        self._add(
            Correction,
            id=self.ids.at(at),
            complaint_id=row["id"],
            inbox_id=by,
            actor=actor,
            at=at,
            engine=ENGINE,
            before=json.dumps(before, ensure_ascii=False),
            category=row["category"],
            categories=json.dumps([row["category"]]),
            intent=None,
            spot=None,
        )
        row["checked"] = True
        body = {"from": guess[0].category, "to": row["category"], "also": [], "intent": None,
                "place": None}  # fmt: skip
        self._event(row, at, "corrected" if corrected else "confirmed", actor, body)

    def _moved(
        self, row: dict[str, Any], talk: tuple[int, str, str], status: Status, at: datetime
    ) -> None:
        body = {"from": row["status"], "to": status.value, "note": "", "photos": []}
        if status is Status.REOPENED:
            self._event(row, at, "dispute", "citizen", {**body, "text": "belum beres"})
            row["escalated"] += 1
        else:
            actor = self.random.choice(_DESK) if row["status"] == "open" else f"{row['agency']}-1"
            self._event(row, at, "status", actor, body)
            name = say("id", f"status_{status.value}", {})
            self._said(talk, at, "status_changed", ticket=row["ticket"], status=name)
        row["status"], row["updated_at"] = status.value, at

    def _said(self, talk: tuple[int, str, str], at: datetime, phrase: str, **slots: str) -> None:
        number = self.ids.at(at)
        said = OutboundMessage(
            channel=talk[1],
            account=ACCOUNT,
            address=talk[2],
            key=f"demo:{number}",
            text=say("id", phrase, slots),
        )
        self._add(
            Outbox,
            id=number,
            key=said.key,
            conversation_id=talk[0],
            channel=talk[1],
            account=ACCOUNT,
            message=dump(said),
            priority=0,
            state="delivered",
            part=1,
            attempts=1,
            due_at=at,
            created_at=at,
            sent_at=at,
            detail=None,
        )

    def _others(self, row: dict[str, Any], filed: datetime, spot: Spot) -> None:
        """Neighbours who join."""
        if self.random.random() > _JOINED:
            return
        seen = {row["conversation_id"]}
        for _ in range(self.random.randint(1, 6)):
            at = min(filed + timedelta(hours=self.random.expovariate(0.2)), self.now)
            talk = self._talk(at)
            if talk[0] in seen:
                continue
            seen.add(talk[0])
            text = self.city.text(row["category"], spot)
            by = self._heard(talk, text, at)
            self._add(
                Supporter,
                id=self.ids.at(at),
                complaint_id=row["id"],
                conversation_id=talk[0],
                inbox_id=by,
                at=at,
                text=text,
                slots="{}",
                place_words=spot.name,
                lat=spot.lat,
                lon=spot.lon,
                anonymous=False,
            )
            self._event(row, at, "joined", "citizen", {}, by)

    def _tasks(
        self, row: dict[str, Any], talk: tuple[int, str, str], by: int, way: Sequence[Move]
    ) -> None:
        """What a person must look at, and what one has looked at since."""
        if row["emergency"]:
            self._task("emergency", row, talk, by, way)
        if row["confidence"] < UNSURE_BELOW and row["category"] == "tidak_jelas":
            self._task("unsure", row, talk, by, way)
        if row["status"] == Status.REOPENED:
            self._task("dispute", row, talk, by, [])
        if self.random.random() < _TOLD_AGAIN:
            row["escalated"] += 1
            self._task("repeat", row, talk, by, way)
        if self.random.random() < _ASKS_FOR_A_PERSON:
            self._task("asked_for_human", None, talk, by, [])

    def _task(
        self,
        reason: str,
        row: dict[str, Any] | None,
        talk: tuple[int, str, str],
        by: int,
        way: Sequence[Move],
    ) -> None:
        at = row["filed_at"] if row else self.now - timedelta(hours=self.random.expovariate(0.1))
        is_done = bool(way)
        self._add(
            Task,
            id=self.ids.at(at),
            reason=reason,
            conversation_id=talk[0],
            inbox_id=by,
            ticket=row["ticket"] if row else None,
            at=at,
            done_at=way[0][1] if is_done else None,
            done_by=self.random.choice(_DESK) if is_done else None,
        )
        if row is not None and not is_done:
            row["waits"] = max(row["waits"], need(reason).value)

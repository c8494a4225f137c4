"""Plays a transcript through the real step: a clock, a channel, and what was filed, on paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from random import Random
from typing import Any

from dialogs import cards, codes, subjects
from dialogs.conversation import (
    Abilities,
    Card,
    Code,
    Conversation,
    Draft,
    Known,
    Nearby,
    News,
    Offer,
    Photo,
    Spot,
    Status,
    Ticket,
    Turn,
)
from dialogs.effects import (
    Effect,
    Erase,
    FileComplaint,
    HandOver,
    JoinComplaint,
    Link,
    OfferCode,
    Unlink,
    UpdateComplaint,
)
from dialogs.render import compose
from dialogs.rule import UNCLEAR
from dialogs.step import step
from dialogs.transcript import SAID, Row, TranscriptError, aliased
from nlu import ticket
from nlu.places.place import OutsideCity, Place
from nlu.places.resolve import locate
from nlu.understanding import Candidate, Understanding

Read = Callable[[Sequence[str]], list[Understanding]]
BEGIN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
_ALIAS = re.compile(r"\bJKT-(\d{1,2})\b")
_PART = re.compile(r"\[(photo|foto|pin|card|press|edited|refused|reply|subject)\b([^\]]*)\]\s*")
_FLAGS = {"yes": True, "no": False}
_DONE: dict[type, str] = {Link: "linked", Unlink: "unlinked", Erase: "erased"}


def run(rows: Sequence[Row], read: Read) -> tuple[Row, ...]:
    """Play the citizen's rows through the real step and give back all that came of it."""
    stage = Stage(read=read)
    said = [row for row in rows if row.who in SAID]
    for at, row in enumerate(said):
        if row.who != "also":
            stage.play(row, *takewhile(lambda one: one.who == "also", said[at + 1 :]))
    return tuple(aliased(stage.rows))


@dataclass
class Stage:
    """The little world of one transcript: a clock, a channel, and what was filed."""

    read: Read
    rows: list[Row] = field(default_factory=list)
    conversation: Conversation = field(default_factory=Conversation)
    abilities: Abilities = field(default_factory=Abilities)
    locale: str = ""
    site: str = ""
    at: datetime = BEGIN
    tickets: list[Ticket] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    nearby: list[Nearby] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    linked: bool = False
    reading: str = ""
    random: Random = field(default_factory=lambda: Random(112))
    secret: Random = field(default_factory=lambda: Random(110))
    photos: int = 0
    cards: int = 0
    has_cards: bool = False
    replied: str = ""

    def play(self, row: Row, *also: Row) -> None:
        """One row of the citizen's, of time, or of the scene; `also` is gathered into its turn."""
        self.rows += [row, *also]
        match row.who:
            case "channel":
                words = row.words.split()
                self.has_cards = "card=yes" in words
                self.abilities = abilities(" ".join(one for one in words if one != "card=yes"))
            case "locale" | "site":
                setattr(self, row.who, row.words)
            case "later":
                amount, unit = row.words.split()
                self.at += timedelta(**{unit if unit.endswith("s") else f"{unit}s": float(amount)})
            case "moved":
                self._move(*self._real(row.words).split())
            case "officer":
                self._take(self._news(row.words))
            case "moderator":
                self._take(self._turn("", timer="said", person=row.words))
            case "nearby" | "code":
                self._scene(row.who, *row.words.split())
            case "reads":
                self.reading = row.words
            case "timer":
                self._take(self._turn("", timer=row.words))
            case _:
                self._take(self._heard(row.words, *(one.words for one in also)))

    def _news(self, words: str) -> Turn:
        """What `JKT-1 done [photo] words` brings: an officer has moved a complaint."""
        alias, status, *said = words.split(maxsplit=2)
        number = self._real(alias)
        self._move(number, status)
        note = " ".join(said)
        photos = ("photo-of-an-officer",) if note.startswith("[photo]") else ()
        ticket = next(one for one in self.tickets if one.number == number)
        news = News(
            ticket=ticket,
            status=ticket.status,
            note=note.removeprefix("[photo]").strip(),
            photos=photos,
        )
        return self._turn("", timer="news:1", news=news)

    def _move(self, number: str, status: str) -> None:
        self.tickets = [
            replace(one, status=Status(status), updated_at=self.at) if one.number == number else one
            for one in self.tickets
        ]

    def _scene(self, who: str, *words: str) -> None:
        if who == "nearby":
            self._nearby(*words)
        else:
            self._code(*words)

    def _nearby(self, category: str, people: str, at: str, amount: str, unit: str) -> None:
        lat, lon = _point(at)
        filed_at = self.at - timedelta(**{unit if unit.endswith("s") else f"{unit}s": int(amount)})
        one = Ticket(
            number=ticket.make(self.random),
            category=category,
            status=Status.OPEN,
            area="",
            filed_at=filed_at,
            updated_at=filed_at,
            mine=False,
        )
        self.numbers.append(one.number)
        self.nearby.append(Nearby(ticket=one, lat=lat, lon=lon, people=int(people)))

    def _code(self, code: str, purpose: str, where: str = "here") -> None:
        self.codes[code] = Code(id=len(self.codes) + 1, purpose=purpose, own=where == "here")

    def _real(self, words: str) -> str:
        def number(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            return self.numbers[at] if at < len(self.numbers) else match[0]

        return _ALIAS.sub(number, words)

    def _heard(self, *messages: str) -> Turn:
        more: dict[str, Any] = {"photos": (), "messages": len(messages)}
        texts = []
        for one in messages:
            words, subject = one, ""
            while part := _PART.match(words):
                words = words[part.end() :]
                if part[1] == "subject":
                    subject = part[2].strip()
                else:
                    self._add(more, part[1], part[2].strip())
            texts.append(subjects.read(self.conversation, subject, words))
        return self._turn(self._real("\n".join(filter(None, texts))), **more)

    def _add(self, more: dict[str, Any], kind: str, detail: str) -> None:
        match kind:
            case "pin":
                point, _, name = detail.partition(" ")
                spot, more["outside_city"] = pin(*_point(point))
                more["spot"] = replace(spot, words=name)
            case "card":
                more["spot"], more["outside_city"] = marked(detail)
                more["by_card"] = self.conversation.card.id if self.conversation.card else "old"
            case "press":
                more["choice"] = self._real(detail)
            case "edited":
                more["edited"] = True
            case "reply":
                self.replied = self._real(detail)
            case _:
                more["photos"] = (*more["photos"], self._photo(kind, detail))

    def _photo(self, kind: str, detail: str) -> Photo:
        self.photos += 1
        one = Photo(media_id=f"photo-{self.photos}", state="kept")
        if kind == "refused":
            return replace(one, state="refused", reason=detail)
        if detail.startswith("at "):
            lat, lon = _point(detail.removeprefix("at "))
            place = locate(lat, lon)
            if isinstance(place, Place):
                return replace(one, spot=Spot(lat=lat, lon=lon, place=place, source="exif"))
        return replace(one, state="pending") if detail == "pending" else one

    def _turn(self, text: str, **more: Any) -> Turn:
        self.at += timedelta(minutes=1)
        understanding = self.read([text])[0]
        if self.reading:
            understanding, self.reading = reading(understanding, self.reading), ""
        known = Known(tickets=tuple(self.tickets), replied=self.replied)
        self.replied = ""
        outside = understanding.outside and understanding.place is None
        return Turn(
            **{"outside_city": outside, **more},
            text=text,
            understanding=understanding,
            at=self.at,
            ticket_number=ticket.make(self.random),
            code=codes.make(self.secret),
            abilities=self.abilities,
            known=replace(
                known,
                nearby=tuple(self.nearby),
                code=self.codes.get(codes.find(text) or ""),
                linked=self.linked,
            ),
            locale_hint=self.locale,
            offer=self._offer(more.get("by_card", "")),
            site=self.site,
        )

    def _offer(self, by_card: str) -> Offer | None:
        if not self.has_cards:
            return None
        card = cards.live(self.conversation, self.at, by_card)
        if card is None:
            card = Card(id=f"{self.cards + 1}", expires_at=self.at + timedelta(hours=24))
        return Offer(card=card, url=f"https://lapor.example/c/{card.id}")

    def _take(self, turn: Turn) -> None:
        before = self.conversation.card
        self.conversation, effects = step(self.conversation, turn)
        self.cards += self.conversation.card not in {None, before}
        reply = compose(self.conversation.locale, effects, self.abilities)
        said = [Row("bot", line) for line in reply.text.splitlines() if line.strip()]
        said += [Row("bot", "[photo]") for _ in reply.photos]
        if reply.options:
            said.append(Row("bot", " ".join(f"[{label}]" for _, label in reply.options)))
        self.rows += said
        for effect in effects:
            self._carry_out(effect, turn)

    def _carry_out(self, effect: Effect, turn: Turn) -> None:
        match effect:
            case FileComplaint():
                self.tickets.insert(0, filed_ticket(effect, turn.at))
                self.numbers.append(effect.ticket)
                self.rows.append(filed_row(effect))
            case JoinComplaint():
                self._join(effect, turn.at)
            case UpdateComplaint():
                photos = f" +{len(effect.photos)} photo" if effect.photos else ""
                moved = f" {effect.moves_to.value}" if effect.moves_to else ""
                self.rows.append(Row("noted", f"{effect.ticket} {effect.kind}{moved}{photos}"))
                if effect.moves_to:
                    self._move(effect.ticket, effect.moves_to.value)
            case HandOver():
                self.rows.append(Row("person", effect.reason))
            case OfferCode():
                self._code(effect.code, effect.purpose)
            case Link() | Unlink() | Erase():
                self.linked = isinstance(effect, Link)
                self.rows.append(Row("did", _DONE[type(effect)]))

    def _join(self, effect: JoinComplaint, at: datetime) -> None:
        joined = next(one for one in self.nearby if one.ticket.number == effect.ticket)
        self.nearby.remove(joined)
        self.tickets.insert(0, replace(joined.ticket, mine=True, filed_at=at))
        photos = f" +{len(effect.draft.photos)} photo" if effect.draft.photos else ""
        self.rows.append(Row("joined", f"{effect.ticket}{photos}"))


def filed_row(effect: FileComplaint) -> Row:
    """What was filed: category, place, photos, and whether it lacks something."""
    draft = effect.draft
    words = [draft.category or UNCLEAR, *_where(draft)]
    if draft.photos:
        words.append(f"+{len(draft.photos)} photo")
    if not effect.complete:
        words.append("incomplete")
    if draft.anonymous:
        words.append("anonymous")
    if effect.resembles:
        words += ["resembles", effect.resembles]
    return Row("filed", " ".join(words))


def _where(draft: Draft) -> list[str]:
    spot = draft.spot
    if spot is None:
        return []
    if spot.lat is not None and (spot.source != "words" or not spot.words):
        return ["at", f"{spot.lat},{spot.lon}"]
    area = f" ({spot.place.kelurahan})" if spot.place and spot.place.kelurahan else ""
    return ["at", f'"{spot.words}"{area}']


def filed_ticket(effect: FileComplaint, at: datetime) -> Ticket:
    """The complaint as the store would speak of it."""
    spot = effect.draft.spot or Spot()
    place = spot.place
    return Ticket(
        number=effect.ticket,
        category=effect.draft.category or UNCLEAR,
        status=Status.OPEN,
        area=(place and (place.kelurahan or place.kecamatan)) or spot.words[:60],
        filed_at=at,
        updated_at=at,
    )


def abilities(words: str) -> Abilities:
    """A channel's abilities: "buttons=0 location=no media=yes". Raises TranscriptError."""
    told: dict[str, Any] = {}
    for pair in words.split():
        name, _, value = pair.partition("=")
        if name not in Abilities.__slots__ or (value not in _FLAGS and not value.isdigit()):
            raise TranscriptError(f"channel: `{pair}`; such as buttons=3 location=yes media=no")
        told[name] = _FLAGS.get(value, int(value) if value.isdigit() else 0)
    return Abilities(**told)


def pin(lat: float, lon: float) -> tuple[Spot, bool]:
    """A native pin, resolved as the gateway does, and whether it lies outside the city."""
    place = locate(lat, lon)
    if isinstance(place, OutsideCity):
        return Spot(lat=lat, lon=lon, source="pin"), True
    return Spot(lat=lat, lon=lon, place=place, source="pin"), False


def marked(detail: str) -> tuple[Spot | None, bool]:
    """What was marked on a card: a point and words beside it, or nothing."""
    if not detail:
        return None, False
    point, _, words = detail.partition(" ")
    spot, outside = pin(*_point(point))
    return replace(spot, source="card", words=words), outside


def _point(detail: str) -> tuple[float, float]:
    lat, lon = (float(part) for part in detail.split(","))
    return lat, lon


def reading(understanding: Understanding, words: str) -> Understanding:
    """An understanding overruled by a `reads` row: `report banjir 0.40 macet 0.35 both`."""
    intent, *rest = words.replace("emergency", "").replace("both", "").split()
    pairs = zip(rest[::2], rest[1::2], strict=True)
    candidates = tuple(Candidate(category=one, confidence=float(share)) for one, share in pairs)
    changed = replace(
        understanding, intent=intent, intent_confidence=0.95, emergency="emergency" in words
    )
    if not candidates:
        return changed
    best = candidates[0]
    return replace(
        changed,
        category=best.category,
        confidence=best.confidence,
        candidates=candidates,
        categories=tuple(one.category for one in candidates[: 2 if "both" in words else 1]),
    )

"""Simulated citizens: seeded people who tell a problem, read what is asked, and answer somehow.

Each means one category and one place. What he writes comes from the NLU's test texts, which no
model has learned from, and from the few lines below. Kinds: cooperative (says all, reads what he
confirms), terse (as little as possible), confused (greets, asks, answers beside the question,
corrects himself), chatty (many short messages in a row, stories, thanks), malicious (insults,
adverts, floods, noise, and now and then a report).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

from dialogs.conversation import Abilities, Spot
from dialogs.effects import Ask, Effect, Say
from dialogs.rehearsal import pin
from dialogs.render import Reply
from nlu.categories import categories
from nlu.places.gazetteer import Area, gazetteer
from nlu.places.resolve import resolve
from nlu.understanding import Understanding

TEXTS = Path(__file__).parent.parent / "nlu" / "frozen"
KINDS = {"cooperative": 30, "terse": 25, "confused": 20, "chatty": 20, "malicious": 5}  # percent
CHANNELS = {
    "rich": Abilities(location=True, buttons=8),
    "letters": Abilities(),
    "sms": Abilities(media=False, short=True),
}
Read = Callable[[str], Understanding]

_GREETINGS = ["halo", "selamat siang min", "permisi pak", "assalamualaikum", "halo admin"]
_QUESTIONS = ["ini apa?", "bagaimana cara lapor?", "laporan saya", "makasih", "tes"]
_STORIES = [
    "kasihan anak-anak lewat sini tiap hari",
    "tetangga juga sudah pada mengeluh",
    "kemarin sempat bilang ke pak RT tapi belum ada hasilnya",
    "mohon dibantu ya pak",
]
_NOISE = [
    "goblok semua",
    "tolol",
    "asdf qwer zxcv",
    "??????",
    "'; DROP TABLE complaint; --",
    "<script>alert(1)</script>",
    "{place} {0}",
    "9" * 300,
    "bla " * 400,
    "STOP",
    "/start",
    "JKT-0000",
]
_LANDMARKS = ["dekat pasar", "depan masjid", "samping sekolah", "belakang puskesmas", "RT 03 RW 05"]


@dataclass(frozen=True, slots=True)
class Told:
    """One message: what the citizen writes, presses, or sends."""

    text: str = ""
    choice: str = ""
    spot: Spot | None = None
    photo: bool = False
    messages: int = 1  # that were gathered


@dataclass
class Citizen:
    """A person, what he means, and how he behaves."""

    kind: str
    channel: str
    random: Random
    text: str
    labels: tuple[str, ...]
    area: Area
    own_place: bool  # the text names no place: the area is what he means
    has_photo: bool
    texts: list[str] = field(default_factory=list)  # told as part of a report
    patience: int = 14  # messages after which he goes away
    last: Ask | None = None  # what he was asked last, and can read again
    slips: int = 0

    @property
    def able(self) -> Abilities:
        """What his channel can carry."""
        return CHANNELS[self.channel]

    def opening(self) -> list[Told]:
        """What he sends before he reads anything; each is a turn."""
        match self.kind:
            case "cooperative":
                where = f" di {self._place()}" if self.own_place else ""
                photo = self._chance(0.4) and self._shows()
                return [self._report(f"{self.text}{where}", photo=photo)]
            case "confused":
                first = Told(text=self.random.choice([*_GREETINGS, *_QUESTIONS]))
                photo = Told(photo=True)
                begin = [first] if self._chance(0.6) else []
                return [*begin, *([photo] if self._chance(0.15) and self._shows() else []),
                        self._report(self.text)]  # fmt: skip
            case "chatty":
                lines = [self.random.choice(_GREETINGS), self.text, self.random.choice(_STORIES)]
                return [self._report("\n".join(lines), messages=3)]
            case "malicious":
                return [self._noise() for _ in range(self.random.randint(1, 6))]
        return [self._report(self.text)]

    def answer(self, effects: Sequence[Effect], reply: Reply) -> Told | None:
        """What he does about an answer of the bot; None when he is done with it."""
        if self.kind == "malicious":
            return self._noise() if self._chance(0.7) else None
        asked = next((one for one in effects if isinstance(one, Ask)), None)
        recalled = any(isinstance(one, Say) and one.phrase == "draft_waiting" for one in effects)
        ask = asked or (self.last if recalled else None)
        self.last = ask
        if ask is None:
            return None if self.texts else self._report(self.text)
        if self.kind == "confused" and self.slips < 2 and self._chance(0.25):
            self.slips += 1
            return self._slip(ask)
        if self.kind == "chatty" and self.slips < 1 and self._chance(0.3):
            self.slips += 1
            return Told(text=self.random.choice([*_STORIES, "makasih ya pak"]))
        return self._reads(ask, reply)

    def _reads(self, ask: Ask, reply: Reply) -> Told:
        answers = {
            "text": self._tells, "new_text": self._tells, "category": self._kind_of,
            "new_category": self._kind_of, "location": self._where, "area": self._where,
            "about_location": self._where, "new_location": self._where, "place": self._which,
            "photo": self._photo, "confirm": self._confirms, "change": self._changes,
        }  # fmt: skip
        found = answers.get(ask.slot, self._extra)
        return found(ask, reply)

    def _tells(self, _ask: Ask, _reply: Reply) -> Told:
        return self._report(self.text)

    def _kind_of(self, ask: Ask, reply: Reply) -> Told:
        values = [one.value for one in ask.options]
        if not values:
            return self._report(self.random.choice(_texts()[self.labels[0]]))
        for label in self.labels:
            if f"{ask.slot}:{label}" in values:
                return self._chooses(ask, reply, f"{ask.slot}:{label}")
        if ask.phrase == "ask_category_one":
            right = ask.slots["category"] in self._names()
            return self._chooses(ask, reply, f"{ask.slot}:{'yes' if right else 'no'}")
        if ask.slot == "new_category":
            return Told(text=self._names()[0])
        return self._chooses(ask, reply, values[-1])

    def _names(self) -> list[str]:
        return [name for label in self.labels for name in categories()[label].name.values()]

    def _where(self, ask: Ask, _reply: Reply) -> Told:
        self.own_place = self.own_place or ask.slot in {"location", "new_location"}
        if self.able.location and self._chance(0.5):
            spot, _ = pin(self.area.lat, self.area.lon)
            return Told(spot=spot)
        place = self._place()
        self.texts.append(place)
        return Told(text=place)

    def _place(self) -> str:
        name = self.area.name
        match self.kind:
            case "terse":
                return self.random.choice([f"kel {name}", name]).lower()
            case "cooperative":
                return f"{self.random.choice(_LANDMARKS)}, Kel. {name}"
        return self.random.choice([f"Kel. {name} {self.random.choice(_LANDMARKS)}", f"di {name}"])

    def _which(self, ask: Ask, reply: Reply) -> Told:
        for one in ask.options:
            if self.area.name in one.label:
                return self._chooses(ask, reply, one.value)
        if ask.phrase == "ask_place_one":
            right = self.area.name in ask.slots["place"]
            return self._chooses(ask, reply, f"place:{'yes' if right else 'no'}")
        return self._chooses(ask, reply, ask.options[-1].value)

    def _photo(self, ask: Ask, reply: Reply) -> Told:
        if self._shows():
            self.has_photo = False
            return Told(photo=True)
        return self._passes(ask, reply)

    def _shows(self) -> bool:
        return self.has_photo and self.able.media

    def _passes(self, ask: Ask, reply: Reply) -> Told:
        skip = next((one.value for one in ask.options if one.value.endswith(":skip")), "")
        if skip and reply.options:
            return Told(choice=skip)
        return Told(text=self.random.choice(["lewati", "gak ada", "ga ada"]))

    def _extra(self, ask: Ask, reply: Reply) -> Told:
        kinds = [one.value for one in ask.options if not one.value.endswith(":skip")]
        if kinds and self._chance(0.7):
            return self._chooses(ask, reply, self.random.choice(kinds))
        return self._passes(ask, reply)

    def _confirms(self, ask: Ask, reply: Reply) -> Told:
        careless = self.kind in {"terse", "confused"} and self._chance(0.5)
        right = ask.slots["category"] in self._names()
        if right or careless or self.slips > 3:
            return self._chooses(ask, reply, "confirm:yes")
        self.slips += 1
        return self._chooses(ask, reply, "confirm:change")

    def _changes(self, ask: Ask, reply: Reply) -> Told:
        return self._chooses(ask, reply, "change:category")

    def _chooses(self, ask: Ask, reply: Reply, value: str) -> Told:
        """By button where there is one, else by number, or in a word."""
        if reply.options:
            return Told(choice=value)
        if value.endswith(":yes"):
            return Told(text=self.random.choice(["ya", "y", "iya", "1", "ok"]))
        values = [one.value for one in ask.options]
        return Told(text=str(values.index(value) + 1)) if value in values else Told(text="bukan")

    def _slip(self, ask: Ask) -> Told:
        beside = [
            Told(text=self.random.choice(_QUESTIONS)),
            Told(choice="confirm:old"),
            Told(text="gak tau"),
        ]
        if ask.slot == "confirm" and self.own_place:
            text = f"bukan di situ, di Kel. {self.area.name}"
            self.texts.append(text)
            return Told(text=text)
        return self.random.choice(beside)

    def _noise(self) -> Told:
        adverts = _texts()["bukan_aduan"]
        text = self.random.choice([*_NOISE, *adverts, self.text])
        return Told(text=text, messages=self.random.choice([1, 1, 1, 12]))

    def _report(self, text: str, *, photo: bool = False, messages: int = 1) -> Told:
        self.texts.append(text)
        self.has_photo = self.has_photo and not photo
        return Told(text=text, photo=photo, messages=messages)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share


@cache
def _texts() -> dict[str, list[str]]:
    """The test texts by label."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in (TEXTS / "categories.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found[row["label"]].append(row["text"])
    return dict(found)


@cache
def _rows() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Texts that tell of a problem, and what they are about."""
    rows = map(json.loads, (TEXTS / "categories.jsonl").read_text(encoding="utf-8").splitlines())
    return tuple(
        (row["text"], tuple(dict.fromkeys((row["label"], *row.get("labels", ())))))
        for row in rows
        if categories()[row["label"]].kind == "complaint"
    )


@cache
def _areas() -> tuple[Area, ...]:
    """Kelurahan whose name means nothing else."""
    return tuple(
        one
        for one in gazetteer().kelurahan
        if (place := resolve(f"Kel. {one.name}").place) and place.kelurahan == one.name
    )


def citizen(seed: int, read: Read) -> Citizen:
    """The person of a seed."""
    random = Random(seed)
    kind = random.choices(list(KINDS), weights=list(KINDS.values()))[0]
    channel = random.choice(list(CHANNELS))
    text, labels = random.choice(_rows())
    area, said = random.choice(_areas()), read(text)
    told = said.place or next(iter(said.places), None)
    if told is not None:
        area = next((one for one in _areas() if one.name == told.kelurahan), area)
    names_place = told is not None or any(one.entity == "location" for one in said.entities)
    return Citizen(
        kind=kind, channel=channel, random=random, text=text, labels=labels, area=area,
        own_place=not names_place, has_photo=random.random() < 0.5,
    )  # fmt: skip

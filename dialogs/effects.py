"""What a step can make happen. Values only: the gateway carries them out inside T2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from dialogs.conversation import Draft, Spot, Status


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """An answer offered: `label` is a phrase key, or, where `literal`, the words themselves."""

    value: str
    label: str
    literal: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Say:
    """A sentence, by phrase key. `slots` fill its placeholders; values are plain strings."""

    phrase: str
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A question: the conversation waits for `slot`."""

    slot: str
    phrase: str
    slots: Mapping[str, str] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    location: bool = False  # invite a native pin where the channel has one


@dataclass(frozen=True, kw_only=True, slots=True)
class Show:
    """Photos of ours that go with the words, by reference."""

    photos: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FileComplaint:
    """A draft becomes a complaint under `ticket`."""

    ticket: str
    draft: Draft
    complete: bool = True  # False: filed without an answer to everything, rather than lost
    resembles: str = ""  # the ticket of a complaint that this one probably repeats


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinComplaint:
    """A draft joins a complaint of somebody else: its words and photos are kept with it."""

    ticket: str
    draft: Draft


@dataclass(frozen=True, kw_only=True, slots=True)
class UpdateComplaint:
    """Something happened to a filed complaint: kept in its history."""

    ticket: str
    kind: str  # citizen_note | citizen_photo | dispute | repeat | edited | confirmed
    text: str = ""
    photos: tuple[str, ...] = ()
    spot: Spot | None = None  # a place told after filing; `text` holds it in words too
    moves_to: Status | None = None  # a status, where the table of moves allows it


@dataclass(frozen=True, kw_only=True, slots=True)
class HandOver:
    """A person must look: becomes a moderator's task."""

    reason: str
    """asked_for_human, misunderstood, emergency, unsure, dispute, repeat, loop, abuse."""
    ticket: str = ""  # the complaint that it is about


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """Wake this conversation later with `Turn.timer`; a new one replaces the old of that name."""

    timer: str
    after: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class OptOut:
    """STOP (or START again): whether unasked messages may be sent to this address."""

    stopped: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferCode:
    """A one-time code was told to this address; it is good for `lasts`."""

    code: str
    purpose: str  # link | proof (of a link that another address began) | erase
    lasts: timedelta
    proves: int = 0  # the code of the other address, for a proof


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """This address and the one that the code was given to are the same person's."""

    code: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Unlink:
    """This address stands alone again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Erase:
    """Forget this person: every address linked with this one."""

    code: int = 0  # the code that confirmed it, 0 where a word was enough


Effect = (
    Say
    | Ask
    | Show
    | FileComplaint
    | JoinComplaint
    | UpdateComplaint
    | HandOver
    | Schedule
    | OptOut
    | OfferCode
    | Link
    | Unlink
    | Erase
)

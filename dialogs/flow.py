"""Reads flows/*.yml: which questions a dialog asks, in which order. Every mistake has its line.

The first document of a file is the flow, the second what categories may ask beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import timedelta
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, NoReturn

import yaml

from dialogs.phrasebook import LOCALES, has

ACCEPTS = frozenset(
    {"words", "category", "photo_position", "address", "place", "photo", "choice", "centimetres",
     "details"}
)  # fmt: skip
EXTRAS = "extras"
_ELSE = frozenset({"go_on", "incomplete"})
_SKIP_WHEN = frozenset({"", "channel_has_no_media"})
_AT = frozenset({"", "confirm"})
_MOST_RETRIES = 1


class FlowError(ValueError):
    """A flow cannot be read. The message names file, key and remedy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A fixed answer to a category's own question."""

    value: Any
    label: str  # phrase key


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One thing that may be asked."""

    slot: str
    phrase: str
    again: str = ""  # "" for the same phrase
    accept: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    retries: int = 0
    at: str = ""  # confirm: not asked by itself, invited in the confirmation
    skip_when: str = ""
    otherwise: str = "go_on"  # written `else`


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """A dialog as its file declares it."""

    name: str
    ask: tuple[Question, ...]
    extras: dict[str, Question] = field(default_factory=dict)
    confirm: Question
    most_questions: int
    sure_from: float
    advert_from: float
    plausible_from: float
    twin_from: float
    sure_place_from: float
    remind_after: timedelta
    expire_after: timedelta

    def questions(self, extra: tuple[str, ...]) -> tuple[Question, ...]:
        """The questions of this flow with a category's own ones in their place."""
        own = tuple(self.extras[slot] for slot in extra)
        at = next((i for i, one in enumerate(self.ask) if one.slot == EXTRAS), len(self.ask))
        return (*self.ask[:at], *own, *self.ask[at + 1 :])

    def question(self, slot: str) -> Question | None:
        """The question that fills a slot, None when no question does."""
        return next((one for one in (*self.ask, *self.extras.values()) if one.slot == slot), None)


@cache
def flow(name: str) -> Flow:
    """The flow of `flows/<name>.yml`. Raises FlowError."""
    path = files("dialogs") / "flows" / f"{name}.yml"
    if not path.is_file():
        raise FlowError(f"dialogs/flows/{name}.yml: no such flow")
    return read(path.read_text(encoding="utf-8"), f"dialogs/flows/{name}.yml")


def read(text: str, source: str) -> Flow:
    """Read one flow file. Raises FlowError, naming `source`."""
    try:
        documents = list(yaml.safe_load_all(text))
    except yaml.YAMLError as error:
        raise FlowError(f"{source}: not valid YAML ({error})") from error
    match documents:
        case [dict(head)]:
            own: list[Any] = []
        case [dict(head), {"extras": list(own)}]:
            pass
        case _:
            raise FlowError(f"{source}: a flow, then at most one document with `extras`")
    return _Reader(source).flow(head, own)


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source

    def flow(self, head: dict[str, Any], own: list[Any]) -> Flow:
        known = {one.name for one in fields(Flow)} - {"name", "extras"} | {"flow", "then"}
        self._keys(head, known, needed=known, where="")
        if head["then"] != "file":
            self._fail("then", f"`{head['then']}`; the one thing that follows is `file`")
        return Flow(
            name=str(head["flow"]),
            ask=tuple(self._question(row, f"ask[{i}]") for i, row in enumerate(head["ask"])),
            extras={
                one.slot: one
                for one in (self._extra(row, f"extras[{i}]") for i, row in enumerate(own))
            },
            confirm=self._question({"slot": "confirm", **head["confirm"]}, "confirm"),
            most_questions=int(head["most_questions"]),
            sure_from=float(head["sure_from"]),
            advert_from=float(head["advert_from"]),
            plausible_from=float(head["plausible_from"]),
            twin_from=float(head["twin_from"]),
            sure_place_from=float(head["sure_place_from"]),
            remind_after=self._time(head["remind_after"], "remind_after"),
            expire_after=self._time(head["expire_after"], "expire_after"),
        )

    def _extra(self, row: dict[str, Any], where: str) -> Question:
        return self._question({"options": ["skip"], **row}, where)

    def _question(self, row: dict[str, Any], where: str) -> Question:
        if row == {"slot": EXTRAS}:
            return Question(slot=EXTRAS, phrase="")
        row = {("otherwise" if key == "else" else key): value for key, value in row.items()}
        self._keys(
            row, {one.name for one in fields(Question)}, needed={"slot", "phrase"}, where=where
        )
        choices = tuple(Choice(**choice) for choice in row.get("choices", ()))
        listed = {key: tuple(row.get(key, ())) for key in ("accept", "options")}
        question = Question(**{**row, **listed, "choices": choices})
        for key in (question.phrase, question.again, *(choice.label for choice in choices)):
            self._phrase(key, where)
        for option in question.options:
            self._phrase(f"option_{option}", where)
        for word in question.accept:
            self._one_of(word, ACCEPTS, f"{where}.accept")
        self._one_of(question.otherwise, _ELSE, f"{where}.else")
        self._one_of(question.skip_when, _SKIP_WHEN, f"{where}.skip_when")
        self._one_of(question.at, _AT, f"{where}.at")
        if not 0 <= question.retries <= _MOST_RETRIES:
            self._fail(f"{where}.retries", "0 or 1; nothing is asked three times")
        return question

    def _phrase(self, key: str, where: str) -> None:
        for locale in LOCALES:
            if key and not has(locale, key):
                self._fail(where, f"phrase `{key}` is not in dialogs/phrases/{locale}.yml; add it")

    def _time(self, value: Any, where: str) -> timedelta:
        try:
            return timedelta(**value)
        except TypeError as error:
            self._fail(where, f"a time such as {{hours: 1}}, not {value!r} ({error})")

    def _keys(self, row: Any, known: set[str], *, needed: set[str], where: str) -> None:
        if not isinstance(row, dict):
            self._fail(where, f"keys and values, not {row!r}")
        for key in row:
            self._one_of(key, known, where)
        for key in sorted(needed - row.keys()):
            self._fail(where, f"`{key}` is missing")

    def _one_of(self, word: str, known: set[str] | frozenset[str], where: str) -> None:
        if word not in known:
            near = get_close_matches(str(word), sorted(known), n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(sorted(known))}"
            self._fail(where, f"`{word}` is not known; {hint}")

    def _fail(self, where: str, problem: str) -> NoReturn:
        raise FlowError(
            f"{self._source}: {where}: {problem}" if where else f"{self._source}: {problem}"
        )

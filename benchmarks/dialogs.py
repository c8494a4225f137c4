"""Ten thousand simulated citizens talk to the real engine and the real step: `make bench-dialogs`.

filed      share of those who came to report whose complaint is filed with all that it needs
turns      of the citizen's until it is filed; short messages in a row, gathered, are one
misfiled   another category than he meant, or another kelurahan than he told
shown      a text of a report that is in no complaint after all timers, and waits for a moderator
lost       a text or photo of a report that is in no complaint, and waits for nobody: must be 0
step       CPU time of one decision, without the engine
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from benchmarks.__main__ import machine
from benchmarks.citizens import KINDS, Citizen, Read, Told, citizen
from dialogs.conversation import Conversation, Known, Photo, Ticket, Turn
from dialogs.effects import Effect, FileComplaint, UpdateComplaint
from dialogs.rehearsal import filed_ticket
from dialogs.render import Reply, compose
from dialogs.step import step
from gateway.settings import load as load_settings
from nlu import ticket
from nlu.engines.embedded import EmbeddedEngine
from nlu.places.resolve import resolve
from nlu.training import train
from nlu.understanding import Understanding
from store.urgency import is_unsure

BEGIN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
_TIMERS = ("reminder", *(["expire"] * 6))  # all that comes when nobody writes any more


@dataclass
class Talk:
    """One conversation, and what came of it."""

    who: Citizen
    read: Read
    random: Random
    conversation: Conversation = field(default_factory=Conversation)
    at: datetime = BEGIN
    turns: int = 0
    turns_to_file: int = 0
    filed: list[FileComplaint] = field(default_factory=list)
    updates: list[UpdateComplaint] = field(default_factory=list)
    photos: list[str] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    took: list[float] = field(default_factory=list)  # seconds of CPU of each step

    def hold(self) -> None:
        """Talk until the citizen has what he wants, or has had enough."""
        effects: Sequence[Effect] = ()
        reply = Reply()
        for told in self.who.opening():
            effects, reply = self._say(told)
        while self.turns < self.who.patience and not self.conversation.handed_over:
            if self.filed and not self.conversation.waiting_for:
                break
            answer = self.who.answer(effects, reply)
            if answer is None:
                break
            effects, reply = self._say(answer)
        self.at += timedelta(days=2)
        for timer in ("hand_back", *_TIMERS):
            self._take(self._turn("", timer=timer))

    def _say(self, told: Told) -> tuple[Sequence[Effect], Reply]:
        self.turns += 1
        photos = ()
        if told.photo:
            self.photos.append(f"photo-{len(self.photos) + 1}")
            photos = (Photo(media_id=self.photos[-1], state="kept"),)
        turn = self._turn(
            told.text, choice=told.choice, spot=told.spot, photos=photos, messages=told.messages
        )
        effects = self._take(turn)
        if self.filed and not self.turns_to_file:
            self.turns_to_file = self.turns
        return effects, compose(self.conversation.locale, effects, turn.abilities)

    def _turn(self, text: str, **more: object) -> Turn:
        self.at += timedelta(seconds=40)
        said = self.read(text)
        outside = said.outside and said.place is None
        return Turn(
            text=text, understanding=said, at=self.at, ticket_number=ticket.make(self.random),
            abilities=self.who.able, known=Known(tickets=tuple(self.tickets)),
            **{"outside_city": outside, **more},  # type: ignore[arg-type]
        )  # fmt: skip

    def _take(self, turn: Turn) -> Sequence[Effect]:
        began = time.process_time_ns()
        self.conversation, effects = step(self.conversation, turn)
        if not turn.timer:
            self.took.append((time.process_time_ns() - began) / 1e9)
        for one in effects:
            if isinstance(one, FileComplaint):
                self.filed.append(one)
                self.tickets.insert(0, filed_ticket(one, turn.at))
            if isinstance(one, UpdateComplaint):
                self.updates.append(one)
        return effects

    def missed(self) -> tuple[bool, bool]:
        """Whether a text is in no complaint, yet in the moderators' queue; whether one is nowhere.

        A photo that is in no complaint is nowhere.
        """
        drafts = [one.draft for one in self.filed]
        texts = "\n".join([text for one in drafts for text in one.texts]
                          + [one.text for one in self.updates])  # fmt: skip
        ids = {photo for one in (*drafts, *self.updates) for photo in one.photos}
        missing = [self.read(one) for one in self.who.texts if one not in texts]
        shown = [is_unsure(one.category, one.intent, one.confidence) for one in missing]
        return any(shown), not all(shown) or bool(set(self.photos) - ids)

    def is_complete(self) -> bool:
        """Whether he got it filed with all that it needs; an emergency's place comes after it."""
        first, *_ = self.filed
        located = any(one.ticket == first.ticket and one.spot for one in self.updates)
        return bool(self.turns_to_file) and (first.complete or located)

    def is_misfiled(self) -> tuple[bool, bool]:
        """Whether the first complaint is of another category, and at another place, than meant."""
        draft = self.filed[0].draft
        place = draft.spot.place if draft.spot else None
        elsewhere = bool(
            self.who.own_place and place and place.kelurahan != self.who.area.name
            and place.kelurahan
        )  # fmt: skip
        return draft.category not in self.who.labels, elsewhere


def engine(var: Path) -> Read:
    """The real engine, each text read once."""
    if not (var / "models" / "current").exists():
        train(var)
    own = EmbeddedEngine.load(var / "models", places=resolve)
    known: dict[str, Understanding] = {}

    def read(text: str) -> Understanding:
        if text not in known:
            known[text] = own.read([text])[0]
        return known[text]

    return read


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def row(name: str, talks: Sequence[Talk]) -> str:
    """A line of the table."""
    came = [one for one in talks if one.who.kind != "malicious"]
    filed = [one for one in came if one.filed]
    complete = [one for one in filed if one.is_complete()]
    turns = [one.turns_to_file for one in filed if one.turns_to_file]
    wrong = [one.is_misfiled() for one in filed]
    placed = [one for one in filed if one.who.own_place]
    missed = [one.missed() for one in came]
    shown, lost = sum(one for one, _ in missed), sum(one for _, one in missed)
    share = f"{len(complete) / len(came):6.1%}" if came else "     -"
    kinds = f"{sum(one for one, _ in wrong) / len(wrong):6.1%}" if wrong else "     -"
    places = f"{sum(one for _, one in wrong) / len(placed):6.1%}" if placed else "     -"
    middle = (
        f"{statistics.median(turns):3.0f} {quantile(turns, 0.95):4.0f}" if turns else "  -    -"
    )
    return f"{name:12} {len(talks):6} {share} {middle}  {kinds}  {places} {shown:5} {lost:5}"


def report(talks: Sequence[Talk]) -> None:
    """Print the table."""
    by_kind: dict[str, list[Talk]] = defaultdict(list)
    for one in talks:
        by_kind[one.who.kind].append(one)
        by_kind[one.who.channel].append(one)
    print("              talks  filed  turns p95  category  place shown  lost")
    for name in (*KINDS, "rich", "letters", "sms"):
        print(row(name, by_kind[name]))
    print(row("all", talks))
    took = [seconds for one in talks for seconds in one.took]
    malicious = by_kind["malicious"]
    spam = sum(len(one.filed) for one in malicious)
    middle, late = statistics.median(took) * 1e3, quantile(took, 0.99) * 1e3
    print(
        f"step: median {middle:.2f} ms, p99 {late:.2f} ms of CPU over {len(took)} turns "
        "(goal: under 1 ms)"
    )
    print(f"malicious: {spam} complaints of {len(malicious)} people")


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dialogs", description=__doc__)
    parser.add_argument("--talks", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--var", type=Path, default=None, help="another folder with a model")
    chosen = parser.parse_args()
    read = engine(chosen.var or load_settings().var)
    talks = []
    for number in range(chosen.talks):
        seed = chosen.seed * 1_000_003 + number
        one = Talk(citizen(seed, read), read, Random(seed))
        one.hold()
        talks.append(one)
    print(machine())
    report(talks)


if __name__ == "__main__":
    main()

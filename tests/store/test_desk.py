"""The queue: what comes first, what each filter holds, what a scope hides, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text, update

from channels.message import OutboundMessage
from dialogs.conversation import Draft, Spot, Status
from dialogs.rule import filing_flow
from nlu.places.place import Place
from nlu.understanding import Candidate, Understanding
from store import (
    complaints,
    conversations,
    corrections,
    counts,
    desk,
    journal,
    loose,
    progress,
    tasks,
)
from store.assignment import HAND
from store.codec import dump
from store.corrections import Said
from store.database import Database
from store.desk import Cursor, Filter
from store.ids import Ids
from store.scope import EVERYTHING, Scope
from store.tables import Complaint, ConversationRow, Delivery, Inbox, Outbox, Prediction, table
from store.urgency import OPEN, REFUSED_FROM, SETTLED, UNSURE, Need, is_unsure
from tests.paper import NOON, later, message

IDS = Ids(node=1)
COMPLAINT = table(Complaint)
LATER = NOON + timedelta(hours=1)


def place(kelurahan: str, kecamatan: str, kota: str) -> Spot:
    where = Place(
        name=kelurahan,
        kelurahan=kelurahan,
        kecamatan=kecamatan,
        kota=kota,
        lat=-6.2,
        lon=106.8,
        radius_m=50,
        confidence=1.0,
        boundary="polygon",
    )
    return Spot(lat=-6.2, lon=106.8, words=f"dekat kantor {kelurahan}", source="pin", place=where)


CIKINI = place("Cikini", "Menteng", "Jakarta Pusat")
MENTENG = place("Menteng", "Menteng", "Jakarta Pusat")
TEBET = place("Tebet Timur", "Tebet", "Jakarta Selatan")


class House:
    """Files complaints and asks the desk."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.talk: int | None = None
        self.by: int | None = None

    async def open(self) -> None:
        async with self.database.begin() as connection:
            raw = journal.Raw(body=b"{}", received_at=NOON)
            received = journal.Received(messages=(message("m1", text="halo"),))
            arrival = journal.Arrival(channel="paper", account="main", raw=raw, received=received)
            await journal.write(connection, IDS, [arrival])
            self.talk = await conversations.find(connection, ("paper", "main", "ani"))
            self.by = (await connection.execute(select(table(Inbox).c.id))).scalar_one()
            await connection.execute(update(table(Inbox)).values(state="done", due_at=NOON))

    async def file(self, number: str, words: str = "banjir selutut", at: float = 0, **more) -> str:
        """A complaint by its differences from a plain one; `columns` are set afterwards."""
        columns = more.pop("columns", {})
        channel = more.pop("channel", "paper")
        plain = {"category": "banjir", "confidence": 0.9, "spot": CIKINI}
        draft = Draft(texts=(words,), **{**plain, **more})
        ticket = f"JKT-{number}"
        filing = complaints.Filing(
            ticket=ticket,
            draft=draft,
            complete=True,
            channel=channel,
            conversation_id=self.talk or 0,
            inbox_id=self.by or 0,
            at=later(at),
        )
        async with self.database.begin() as connection:
            await complaints.file(connection, IDS, [filing])
            if columns:
                await connection.execute(
                    update(COMPLAINT).where(COMPLAINT.c.ticket == ticket).values(columns)
                )
        return ticket

    async def ask(self, scope: Scope = EVERYTHING, **wanted) -> list[str]:
        """What a filter shows, by number; what is no complaint by its kind."""
        after, most = wanted.pop("after", None), wanted.pop("most", 50)
        async with self.database.read() as connection:
            page = await desk.search(
                connection, Filter(**wanted), scope, now=LATER, after=after, most=most
            )
        return [one.ticket.removeprefix("JKT-") or one.kind for one in page.items]

    async def task(self, reason: str, ticket: str = "") -> None:
        async with self.database.begin() as connection:
            row = tasks.row(IDS, reason, NOON, ticket=ticket, conversation_id=self.talk)
            await tasks.put(connection, [row])

    async def predict(self, intent: str, category: str, confidence: float) -> None:
        """What the machine said of the one message, in a talk that is over."""
        said = Understanding(
            intent=intent,
            intent_confidence=0.6,
            category=category,
            confidence=confidence,
            candidates=(Candidate(category=category, confidence=confidence),),
            categories=(category,),
            entities=(),
            place=None,
            places=(),
            language="id",
            emergency=False,
            engine="test",
        )
        read = {"intent": intent, "category": category, "confidence": confidence}
        row = {"inbox_id": self.by, "engine": "test", "understanding": dump(said), **read}
        over = LATER - timedelta(minutes=20)
        async with self.database.begin() as connection:
            await connection.execute(insert(table(Prediction)), [row])
            await connection.execute(update(table(ConversationRow)).values(updated_at=over))

    async def urgency(self, number: str) -> int:
        async with self.database.read() as connection:
            found = await connection.execute(
                select(COMPLAINT.c.urgency).where(COMPLAINT.c.ticket == f"JKT-{number}")
            )
            return found.scalar_one()


@pytest.fixture
async def house(database: Database) -> House:
    made = House(database)
    await made.open()
    return made


async def test_what_needs_a_person_comes_first_then_the_newest(house: House) -> None:
    await house.file("OLD", at=1)
    await house.file("NEW", at=9)
    await house.file("DONE", at=8, columns={"status": "done"})
    await house.file("VAGUE", at=2, confidence=0.3)
    await house.file("AGAIN", at=3)
    await house.file("FIRE", at=4, category="kebakaran", emergency=True)
    await house.task("dispute", "JKT-AGAIN")
    await house.task("emergency", "JKT-FIRE")
    await house.task("asked_for_human")
    assert await house.ask() == ["FIRE", "talk", "AGAIN", "VAGUE", "NEW", "OLD"]
    assert await house.ask(status="any") == [*await house.ask(), "DONE"]
    assert await house.ask(need=Need.PERSON) == ["talk"]
    assert await house.ask(need=Need.DISPUTE) == ["AGAIN"]


FILTERS: list[tuple[dict, list[str]]] = [
    ({"category": "macet"}, ["JAM"]),
    ({"channel": "sms"}, ["JAM"]),
    ({"agency": "dishub"}, ["JAM"]),
    ({"status": "assigned"}, ["JAM"]),
    ({"status": "done"}, []),
    ({"area": "Jakarta Pusat"}, ["FLOOD"]),
    ({"area": "Jakarta Pusat/Menteng/Menteng"}, []),
    ({"area": "Jakarta Selatan/Tebet"}, ["JAM"]),
    ({"below": 0.7}, ["JAM"]),
    ({"since": later(5)}, ["JAM"]),
    ({"until": later(5)}, ["FLOOD"]),
    ({"words": "macet"}, ["JAM"]),
    ({"words": "parah MACET"}, ["JAM"]),
    ({"words": "ban tebet"}, []),
    ({"words": "genang"}, ["FLOOD"]),  # tergenang
    ({"words": "tebet timur"}, ["JAM"]),
    ({"words": "JKT-JAM"}, ["JAM"]),
    ({"words": "%"}, ["JAM", "FLOOD"]),  # no word: nothing is asked for
    ({"words": "_____"}, ["JAM", "FLOOD"]),
    ({"words": "mac%"}, ["JAM"]),
    ({"words": "' OR 1=1 --"}, []),
    ({"words": '"; DROP TABLE complaint; --'}, []),
    ({"words": "NOT macet"}, []),
    ({"words": "text:macet"}, []),
    ({"words": "macet*"}, ["JAM"]),
    ({"words": "\0macet\\"}, ["JAM"]),
]


async def test_each_filter(house: House) -> None:
    await house.file("FLOOD", "rumah tergenang sejak subuh", at=1)
    await house.file(
        "JAM",
        "macet parah depan pasar",
        at=9,
        category="macet",
        confidence=0.6,
        spot=TEBET,
        channel="sms",
        columns={"status": "assigned"},
    )
    found = [(wanted, await house.ask(**wanted)) for wanted, _ in FILTERS]
    assert found == FILTERS
    assert await house.ask() == ["JAM", "FLOOD"]


async def test_pages_follow_each_other_whatever_comes_in_between(house: House) -> None:
    for at in range(7):
        await house.file(f"N{at}", at=at // 2)  # several at one moment
    await house.task("asked_for_human")
    seen, after = [], None
    while True:
        async with house.database.read() as connection:
            page = await desk.search(
                connection, Filter(), EVERYTHING, now=LATER, after=after, most=3
            )
        seen += [one.ticket or one.kind for one in page.items]
        if page.next is None:
            break
        assert Cursor.read(str(page.next)) == page.next
        after = page.next
        await house.file(f"M{len(seen)}", at=99)
    assert seen == ["talk", *(f"JKT-N{at}" for at in reversed(range(7)))]


@pytest.mark.parametrize("written", ["", "1.2", "a.b.c", "9.1.1", "0.1.-1", "0." + "9" * 40 + ".1"])
def test_a_cursor_that_is_none(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the words
        Cursor.read(written)


async def test_an_officer_sees_his_agency_and_his_area_alone(house: House) -> None:
    await house.file("MINE", spot=CIKINI)
    await house.file("NEXT", spot=TEBET)
    await house.file("OTHERS", spot=CIKINI, category="macet")
    await house.task("asked_for_human")
    officer = Scope(agency="dinas_sda", area="Jakarta Pusat/Menteng")
    assert await house.ask(officer) == ["MINE"]
    assert await house.ask(officer, area="Jakarta Selatan") == []
    assert await house.ask(officer, agency="dishub") == []
    assert await house.ask(Scope(agency="dishub")) == ["OTHERS"]
    assert await house.ask(Scope(area="Jakarta Selatan")) == ["NEXT"]
    assert "talk" in await house.ask()
    async with house.database.read() as connection:
        assert await desk.revision(connection, "JKT-MINE", officer) > 0
        for ticket in ("JKT-NEXT", "JKT-OTHERS", "JKT-NONE"):
            with pytest.raises(LookupError, match="no complaint has the number"):
                await desk.revision(connection, ticket, officer)
        both = ["JKT-MINE", "JKT-NEXT"]
        (mine,) = await desk.among(connection, both, Filter(), officer)
        _, counted = await counts.look(connection, Filter(), officer, now=LATER)
    assert mine.ticket == "JKT-MINE"
    assert (counted.total, counted.by["agency"]) == (1, {"dinas_sda": 1})


async def test_an_area_of_four_names_is_refused(house: House) -> None:
    with pytest.raises(ValueError, match="no kota/kecamatan/kelurahan"):
        await house.ask(area="a/b/c/d")


async def test_counts_are_of_what_is_shown(house: House, monkeypatch) -> None:
    await house.file("A")
    await house.file("B", category="macet", spot=TEBET, channel="sms")
    await house.file("C", columns={"status": "done"})
    await house.task("asked_for_human")
    async with house.database.read() as connection:
        page, counted = await counts.look(connection, Filter(), EVERYTHING, now=LATER)
        assert len(page.items) == 3
        assert (counted.total, counted.capped) == (2, False)
        assert counted.by["category"] == {"banjir": 1, "macet": 1}
        assert counted.by["channel"] == {"paper": 2, "sms": 1}
        assert counted.by["urgency"] == {OPEN: 2, Need.PERSON: 1}
        assert counted.by["kota"] == {"Jakarta Pusat": 1, "Jakarta Selatan": 1}
        loose_ones = [item for item in page.items if not item.ticket]
        which = await desk.conditions(connection, Filter(), EVERYTHING)
        assert await counts.tally(connection, which, loose_ones) == counted
        monkeypatch.setattr(counts, "COUNTED", 1)
        counted = await counts.tally(connection, which, [])
    assert (counted.total, counted.capped) == (1, True)


async def test_postgresql_plans_a_filter_for_what_it_asks_and_nothing_else(house: House) -> None:
    """SQLite always does."""

    async def mode(*, asked: bool) -> str:
        async with house.database.read() as connection:
            if asked:
                await counts.look(connection, Filter(), EVERYTHING, now=LATER)
            return str(await connection.scalar(text("SHOW plan_cache_mode")))

    sqlite = house.database.is_sqlite
    modes = [] if sqlite else [await mode(asked=True), await mode(asked=False)]
    assert modes == ([] if sqlite else ["force_custom_plan", "auto"])


async def test_urgency_follows_what_is_done(house: House) -> None:
    ticket = await house.file("A", confidence=0.2)
    assert await house.urgency("A") == Need.UNSURE
    await house.task("unsure", ticket)
    await house.task("repeat", ticket)
    assert await house.urgency("A") == Need.DISPUTE
    async with house.database.begin() as connection:
        await corrections.append(
            connection, IDS, Said(categories=("macet",)), ticket=ticket, actor="ani", now=LATER
        )
        (left,) = await tasks.waiting(connection)
    assert (left.reason, await house.urgency("A")) == ("repeat", Need.DISPUTE)
    async with house.database.begin() as connection:
        await tasks.done(connection, left.id, actor="ani", now=LATER)
    assert await house.urgency("A") == OPEN
    assert await house.ask(agency="dishub") == ["A"]  # the category's agency came along
    await house.task("dispute", ticket)
    async with house.database.begin() as connection:
        result = progress.Result(status=Status.DONE, actor="ani")
        await progress.move(connection, IDS, ticket, result, LATER)
        assert await tasks.waiting(connection) == []
    assert await house.urgency("A") == SETTLED


async def test_an_agency_that_somebody_chose_stays(house: House) -> None:
    ticket = await house.file("A", columns={"agency": "bpbd", "agency_rule": HAND})
    async with house.database.begin() as connection:
        await corrections.append(
            connection, IDS, Said(categories=("macet",)), ticket=ticket, actor="ani", now=LATER
        )
    assert await house.ask(agency="bpbd") == ["A"]


async def test_words_that_are_taken_away_are_not_found(house: House) -> None:
    await house.file("A", "hubungi Bambang di rumah")
    assert await house.ask(words="bambang") == ["A"]
    async with house.database.begin() as connection:
        await connection.execute(update(COMPLAINT).values(text="hubungi *** di rumah"))
    assert await house.ask(words="bambang") == []
    assert await house.ask(words="hubungi rumah") == ["A"]
    async with house.database.begin() as connection:
        await connection.execute(text("DELETE FROM complaint_event"))
        await connection.execute(text("DELETE FROM complaint"))
    assert await house.ask(words="hubungi") == []


async def test_the_revision_grows_with_the_history(house: House) -> None:
    ticket = await house.file("A")
    async with house.database.begin() as connection:
        before = await desk.revision(connection, ticket)
        happening = complaints.Happening(
            ticket=ticket, kind="citizen_note", actor="citizen", at=NOON, body={"text": "lagi"}
        )
        await complaints.append(connection, IDS, [happening])
        assert await desk.revision(connection, ticket) > before


async def test_letters_and_messages_wait_until_somebody_has_seen_them(house: House) -> None:
    await house.predict("report", "banjir", 0.3)
    async with house.database.begin() as connection:
        await connection.execute(update(table(Delivery)).values(dead="not JSON"))
        told = {"channel": "paper", "account": "main", "address": "ani", "text": "x", "key": "k"}
        sent = {
            "id": IDS.next(), "key": "k", "conversation_id": house.talk, "channel": "paper",
            "account": "main", "priority": 0, "state": "dead", "part": 0, "attempts": 5,
            "due_at": NOON, "created_at": NOON, "detail": "blocked",
            "message": dump(OutboundMessage(**told)),
        }  # fmt: skip
        await connection.execute(insert(table(Outbox)), [sent])
    assert await house.ask() == ["message", *sorted(["mt", "raw"], key=lambda one: one != "mt")]
    assert await house.ask(category="banjir") == ["message"]
    assert await house.ask(category="macet") == []
    assert await house.ask(need=Need.DEAD, channel="paper") == ["mt", "raw"]
    async with house.database.begin() as connection:
        for kind, number in (("message", house.by), ("mt", sent["id"])):
            await loose.settle(connection, kind, number or 0, actor="ani", now=LATER)
        with pytest.raises(ValueError, match="is not one of"):
            await loose.settle(connection, "complaint", 1, actor="ani", now=LATER)
    assert await house.ask() == ["raw"]


@pytest.mark.parametrize(
    ("intent", "category", "confidence", "shown"),
    [
        ("report", "banjir", 0.49, ["message"]),
        ("report", "banjir", 0.51, []),
        ("other", "bukan_aduan", 0.89, ["message"]),  # the citizen read "not understood"
        ("other", "bukan_aduan", 0.91, []),  # ... and here that it is no complaint
        ("thanks", "bukan_aduan", 0.7, []),
    ],
)
async def test_what_was_not_understood_waits(
    house: House, intent: str, category: str, confidence: float, shown: list[str]
) -> None:
    await house.predict(intent, category, confidence)

    assert await house.ask() == shown
    assert is_unsure(category, intent, confidence) is bool(shown)


async def test_what_was_not_understood_is_found_by_its_index(house: House) -> None:
    number = table(Prediction).c.inbox_id
    sought = select(number).where(text(UNSURE)).order_by(number.desc())
    async with house.database.begin() as connection:
        if not house.database.is_sqlite:
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN" if house.database.is_sqlite else "EXPLAIN"
        plan = "\n".join(map(str, await connection.execute(text(f"{explain} {sought}"))))

    assert "ix_prediction_unsure" in plan


def test_what_is_told_to_be_no_complaint_is_not_asked_about() -> None:
    assert filing_flow().advert_from == REFUSED_FROM


async def test_a_talk_that_was_handed_over_waits_until_it_is_given_back(house: House) -> None:
    await house.task("asked_for_human")
    await house.task("abuse")
    async with house.database.begin() as connection:
        await connection.execute(update(table(ConversationRow)).values(handed_over=True))
        (talk,) = await loose.waiting(connection, LATER)
        assert (talk.kind, talk.need, set(talk.why)) == (
            "talk",
            Need.PERSON,
            {"asked_for_human", "abuse"},
        )
        await loose.settle(connection, "talk", talk.id, actor="ani", now=LATER)
        assert len(await loose.waiting(connection, LATER)) == 1
        await connection.execute(update(table(ConversationRow)).values(handed_over=False))
        assert await loose.waiting(connection, LATER) == []

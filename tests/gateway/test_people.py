"""One person on several addresses: linked by a code, never by a claim; forgotten on his word."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from channels.adapter import Outcome
from gateway.app import compose
from gateway.housekeeping import keep_no_longer
from gateway.sections import Retention
from gateway.settings import Settings
from nlu.engine import Engine
from nlu.ticket import find
from store import erased, erasure, schema
from store.database import Database
from store.tables import (
    Complaint,
    ComplaintEvent,
    ConversationRow,
    Delivery,
    Erasure,
    Exchange,
    Identity,
    Inbox,
    Media,
    OneTimeCode,
    Outbox,
    Prediction,
    Row,
    SentPart,
    Supporter,
    table,
)
from tests.gateway.conftest import PIN, REPORT, Talk, file, photo, rows, until
from tests.gateway.test_joining import ask, file_running, tell
from tests.paper import Paper, line

CODE = re.compile(r"\b[2-9][A-Z][2-9A-Z]{2}-[2-9][A-Z][2-9A-Z]{2}\b")


def code_in(heard: str) -> str:
    (found,) = CODE.findall(heard)
    return found


@pytest.fixture
async def mail(store_url: str, tmp_path: Path, engine: Engine) -> AsyncIterator[Talk]:
    """The same house, on a channel where anybody may write in another's name."""
    settings = Settings(var=tmp_path, store={"url": store_url})
    database = Database(store_url, tmp_path)
    await schema.upgrade(database)
    paper = Paper(forgeable=True)
    yield Talk(compose(settings, database, engine, {("paper", "main"): paper}), paper)
    await database.close()


async def test_a_code_from_the_other_channel_links(talk: Talk) -> None:
    number = await file(talk, "ani")
    code = code_in(await talk.say("HUBUNGKAN", "ani"))
    (kept,) = await rows(talk.gateway, OneTimeCode)
    assert code not in kept.digest
    assert "lain" in await talk.say(code, "ani")  # it must come from elsewhere
    told = await talk.say(code.lower().replace("-", " "), "ani-on-telegram")
    assert "PUTUSKAN" in told.splitlines()[0]
    assert "Bukan Anda?" in told  # the first address hears of it too
    assert number in await talk.say("laporan saya", "ani-on-telegram")
    assert "tidak berlaku" in await talk.say(code, "budi")  # once
    assert "tidak lagi" in await talk.say("PUTUSKAN", "ani")
    assert await rows(talk.gateway, Identity) == []
    assert number not in await talk.say("laporan saya", "ani-on-telegram")
    assert "belum terhubung" in await talk.say("unlink", "ani")


async def test_three_addresses_become_one_person(talk: Talk) -> None:
    number = await file(talk, "a")
    for first, second in (("a", "b"), ("c", "d"), ("b", "c")):
        await talk.say(code_in(await talk.say("LINK", first)), second)
    assert len({row.contact_id for row in await rows(talk.gateway, Identity)}) == 1
    assert number in await talk.say("laporan saya", "d")
    await talk.say("PUTUSKAN", "b")
    assert number in await talk.say("laporan saya", "d")


async def test_a_code_ends_and_only_the_newest_counts(talk: Talk) -> None:
    old = code_in(await talk.say("HUBUNGKAN", "ani"))
    new = code_in(await talk.say("HUBUNGKAN", "ani"))
    assert "tidak berlaku" in await talk.say(old, "budi")
    async with talk.gateway.database.begin() as connection:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await connection.execute(update(table(OneTimeCode)).values(expires_at=past))
    assert "tidak berlaku" in await talk.say(new, "budi")
    assert await rows(talk.gateway, Identity) == []


async def test_guessing_is_stopped(talk: Talk) -> None:
    right = code_in(await talk.say("HUBUNGKAN", "ani"))
    for at in range(5):
        assert "tidak berlaku" in await talk.say(f"2A2{at + 2}-2A2A", "budi")
    assert "Terlalu banyak" in await talk.say(right, "budi")
    assert await rows(talk.gateway, Identity) == []
    assert "terhubung" in await talk.say(right, "citra")


async def test_a_code_used_twice_at_once_links_once(talk: Talk) -> None:
    code = code_in(await talk.say("HUBUNGKAN", "ani"))
    for sender in ("budi", "citra"):
        await talk.deliver(line(sender, code, sender))
    await talk.gateway.worker.once()
    assert len(await rows(talk.gateway, Identity)) == 2
    async with talk.gateway.database.begin() as connection:
        await connection.execute(update(table(Inbox)).values(due_at=datetime.now(UTC)))
    await talk.settle()
    assert len(await rows(talk.gateway, Identity)) == 2
    assert sum("tidak berlaku" in str(one) for one in talk.paper.sent) == 1


async def test_a_sender_that_can_be_forged_proves_his_address_first(mail: Talk) -> None:
    number = await file(mail, "ani@rumah.example")
    code = code_in(await mail.say("HUBUNGKAN", "mallory@jahat.example"))
    # Mallory writes in Ani's name: the answer, with another code, goes to Ani.
    proof = code_in(await mail.say(code, "ani@rumah.example"))
    assert proof != code
    assert await rows(mail.gateway, Identity) == []
    assert "tidak berlaku" in await mail.say(proof, "mallory@jahat.example")
    assert number not in await mail.say("laporan saya", "mallory@jahat.example")
    assert "terhubung" in await mail.say(f"Halo,\n{proof}\nsalam", "ani@rumah.example")
    assert len(await rows(mail.gateway, Identity)) == 2


async def test_deleting_by_mail_needs_the_code_that_was_sent_there(mail: Talk) -> None:
    await file(mail, "ani@rumah.example")
    code = code_in(await mail.say("HAPUS DATA SAYA", "ani@rumah.example"))
    await mail.say("ya", "ani@rumah.example")
    assert await rows(mail.gateway, Erasure) == []
    assert "tidak berlaku" in await mail.say(f"HAPUS {code}", "mallory@jahat.example")
    assert "sudah dihapus" in await mail.say(f"hapus {code}", "ani@rumah.example")
    assert len(await rows(mail.gateway, Erasure)) == 1


SECRETS = ("Siti Rahma", "081234567890", "siti@rumah.example", "Siti", "chat-77", "siti-telegram")


async def everything(talk: Talk, *, but: str = "") -> str:
    """Every column of every row of the database, but for those of a name, as text."""
    found: list[str] = []
    async with talk.gateway.database.read() as connection:
        for of in Row.metadata.sorted_tables:
            columns = [column for column in of.columns if column.name != but]
            rows_ = await connection.execute(select(*columns))
            found += [" ".join(str(value) for value in row) for row in rows_]
    return "\n".join(found)


async def siti(talk: Talk) -> str:
    """Somebody with a report, a photo, a note, a joined report and a second address."""
    other = await file_running(talk, "ani")
    talk.paper.files["foto"] = photo()
    told = f"{REPORT}. nama saya Siti Rahma 081234567890"
    await talk.deliver(line("chat-77:1", told, "siti@rumah.example", pin=PIN, photos=["foto"]))
    await until(lambda: talk.paper.choices[:1] == ["join:yes"])
    number = find(await ask(talk, "beda", "siti@rumah.example"))[0][0]
    await ask(talk, f"laporan {number} sudah 3 kali saya lapor, Siti", "siti@rumah.example")
    code = code_in(await ask(talk, "HUBUNGKAN", "siti@rumah.example"))
    before = len(talk.paper.sent)
    await ask(talk, code, "siti-telegram")
    await until(lambda: len(talk.paper.sent) == before + 2)  # both addresses hear of it
    await ask(talk, f"{other} telepon saya 081234567890", "siti-telegram")
    return number


async def test_whoever_wants_to_be_forgotten_is(running: Talk) -> None:
    number = await siti(running)
    (folder,) = [one for one in (running.gateway.settings.var / "media").iterdir() if one.is_dir()]
    assert list(folder.iterdir())
    asked = await ask(running, "hapus data saya", "siti@rumah.example")
    assert "Hapus?" in asked
    assert running.paper.choices == ["erase:yes", "erase:no"]
    assert "sudah dihapus" in await ask(running, "ya", "siti@rumah.example")
    now = datetime.now(UTC)
    await running.gateway.housekeeping.once(now)
    assert list(folder.iterdir()) == []
    # For three days the ids of her messages stay, so that a repeat is known as one.
    kept = await everything(running, but="external_id")
    assert not [one for one in kept.splitlines() if any(secret in one for secret in SECRETS)]
    assert number in kept
    (record,) = await rows(running.gateway, Erasure)
    assert '"conversation": 2' in record.kinds
    complaint = next(one for one in await rows(running.gateway, Complaint) if one.ticket == number)
    assert REPORT in complaint.text
    assert "***" in complaint.text
    assert (complaint.anonymous, complaint.kelurahan is not None) == (True, True)
    twice = await running.deliver(line("chat-77:1", REPORT, "siti@rumah.example"))
    assert twice.outcomes == (Outcome.DUPLICATE,)
    await running.gateway.housekeeping.once(now + erasure.KEYS_FOR)
    kept = await everything(running)
    assert not [one for one in kept.splitlines() if any(secret in one for secret in SECRETS)]
    (record,) = await rows(running.gateway, Erasure)
    assert record.done_at is not None


async def test_forgotten_means_a_stranger_and_no_news(talk: Talk) -> None:
    number = await file(talk, "siti")
    await talk.say("hapus data saya", "siti")
    await talk.say("", "siti", choice="erase:yes")
    from dialogs.conversation import Status
    from tests.gateway.test_joining import move

    assert await move(talk, number, Status.DONE) == []
    assert number not in await talk.say("laporan saya", "siti")
    talks = await rows(talk.gateway, ConversationRow)
    assert sorted(one.address == "siti" for one in talks) == [False, True]


async def test_the_record_proves_it_without_the_address(talk: Talk) -> None:
    await file(talk, "siti")
    await talk.say("hapus data saya", "siti")
    await talk.say("hapus", "siti")
    digest = talk.gateway.worker._rooms.digest
    who = digest(erasure.address_line("paper", "main", "siti"))
    async with talk.gateway.database.read() as connection:
        ((at, kinds),) = await erased.records(connection, who)
        assert await erased.records(connection, digest("somebody else")) == []
    assert datetime.now(UTC) - at < timedelta(minutes=1)
    assert kinds["complaint"] == 1
    assert kinds["message"] >= 4


async def test_what_is_no_yes_deletes_nothing(talk: Talk) -> None:
    await tell(talk, "siti")
    await talk.say("hapus data saya", "siti")
    assert "tidak ada yang dihapus" in await talk.say("jangan", "siti")
    await talk.say("hapus data saya", "siti")
    await talk.say("laporan saya", "siti")
    assert find(await talk.say("ya", "siti"))  # a yes to the summary: the report is filed
    assert await rows(talk.gateway, Erasure) == []


async def test_what_came_after_the_wish_begins_anew(talk: Talk) -> None:
    await talk.say("halo", "siti")
    await talk.say("hapus data saya", "siti")
    await talk.deliver(line("s1", "ya", "siti"))
    await talk.deliver(line("s2", REPORT, "siti", pin=PIN))
    before = len(talk.paper.sent)
    await talk.settle()
    assert "sudah dihapus" in str(talk.paper.sent[before])
    assert len(talk.paper.sent) == before + 2
    talks = [one for one in await rows(talk.gateway, ConversationRow) if one.address == "siti"]
    assert len(talks) == 1
    assert '"draft"' in talks[0].state


async def test_a_message_that_slips_in_while_closing_begins_anew(talk: Talk) -> None:
    await talk.say("halo", "siti")
    (old,) = await rows(talk.gateway, ConversationRow)
    await talk.say("hapus data saya", "siti")
    await talk.deliver(line("late", REPORT, "siti", pin=PIN))
    inbox = table(Inbox)
    async with talk.gateway.database.begin() as connection:  # T1 that had looked up the old one
        later = datetime.now(UTC) + timedelta(hours=1)
        late = inbox.c.external_id == "late"
        await connection.execute(update(inbox).where(late).values(state="done", due_at=later))
    await talk.say("ya", "siti")
    message = '{"channel":"paper","account":"main","external_id":"late","sender":"siti",'
    message += '"address":"siti","text":"halo","sent_at":"2026-11-23T05:00:00Z"}'
    async with talk.gateway.database.begin() as connection:
        fresh = {"state": "pending", "due_at": datetime.now(UTC), "message": message}
        fresh["conversation_id"] = old.id
        await connection.execute(update(inbox).where(late).values(**fresh))
    before = len(talk.paper.sent)
    await talk.settle()
    assert len(talk.paper.sent) == before  # a closed conversation is not answered
    await talk.gateway.housekeeping.once(datetime.now(UTC))
    await talk.settle()
    assert "Halo!" in str(talk.paper.sent[before])


async def test_a_photo_that_two_sent_is_deleted_with_the_second(running: Talk) -> None:
    running.paper.files["foto"] = photo()
    for sender in ("ani", "budi"):
        before = len(running.paper.sent)
        await running.deliver(line(f"{sender}-p", REPORT, sender, photos=["foto"]))
        await until(lambda before=before: len(running.paper.sent) > before)
    media = running.gateway.settings.var / "media"
    for sender, left in (("ani", 1), ("budi", 0)):
        await ask(running, "hapus data saya", sender)
        await ask(running, "ya", sender)
        await running.gateway.housekeeping.once(datetime.now(UTC))
        assert len(list(media.glob("*/*.jpg"))) == left


async def test_what_is_old_is_emptied_and_keys_stay(talk: Talk) -> None:
    await file(talk, "ani")
    await talk.deliver({"dlr": "of another program", "status": "read"})
    var, now = talk.gateway.settings.var, datetime.now(UTC)
    database = talk.gateway.database
    kept = Retention(journal_days=30, messages_days=365, photos_days=30)
    first = await keep_no_longer(database, var / "media", kept, now)
    assert set(first.values()) == {0}
    done = await keep_no_longer(database, var / "media", kept, now + timedelta(days=31))
    deliveries = await rows(talk.gateway, Delivery)
    assert done["deliveries"] == len(deliveries) > 0
    assert {bytes(one.body) for one in deliveries} == {b""}
    assert done["messages"] == 0
    assert done["receipts"] == 1
    done = await keep_no_longer(database, var / "media", kept, now + timedelta(days=366))
    assert done["messages"] > 0
    assert done["answers"] == len(await rows(talk.gateway, Outbox))
    assert REPORT not in str([one.message for one in await rows(talk.gateway, Inbox)])
    assert {one.understanding for one in await rows(talk.gateway, Prediction)} == {""}
    (complaint,) = await rows(talk.gateway, Complaint)
    assert REPORT in complaint.text
    again = await talk.deliver(line("ani-1", REPORT, "ani"))
    assert again.outcomes == (Outcome.DUPLICATE,)
    last = await keep_no_longer(database, var / "media", kept, now + timedelta(days=367))
    assert set(last.values()) == {0}
    from dialogs.conversation import Status
    from tests.gateway.test_joining import move

    assert len(await move(talk, complaint.ticket, Status.DONE)) == 1  # he is still told


async def test_a_photo_of_no_complaint_and_a_file_of_nobody_go(running: Talk) -> None:
    running.paper.files["foto"] = photo()
    await running.deliver(line("1", REPORT, photos=["foto"]))
    await until(lambda: running.paper.sent)
    media = running.gateway.settings.var / "media"
    stray = media / "ab" / "ab12.jpg"
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"x")
    assert len(list(media.glob("*/*.jpg"))) == 2
    later = datetime.now(UTC) + timedelta(days=31)
    done = await keep_no_longer(running.gateway.database, media, Retention(), later)
    assert (done["photos"], done["files"]) == (1, 2)
    assert list(media.glob("*/*.jpg")) == []
    (row,) = await rows(running.gateway, Media)
    assert (row.state, row.sha256) == ("refused", None)


async def test_no_table_with_a_citizens_words_was_forgotten(talk: Talk) -> None:
    """A new table fails here until somebody has thought of who is forgotten in it."""
    looked_at = {
        Complaint, ComplaintEvent, ConversationRow, Delivery, Erasure, Identity, Inbox, Media,
        OneTimeCode, Outbox, Prediction, Supporter, Exchange, SentPart,
    }  # fmt: skip
    known = {table(one).name for one in looked_at}
    known |= {"contact", "correction", "cursor", "lease", "part", "task"}
    known |= {"channel_state", "early_receipt", "card", "learning", "conversation_event"}
    known |= {"settled", "saved_view"}  # what people at the desk looked at, and how
    known |= {"training"}
    known |= {"overview_day", "overview_change"}  # figures
    known |= {"login_attempt", "setup_link", "audit_seal"}  # the same
    known |= {"account", "session", "audit", "api_token"}  # of people at the desk, not of citizens
    assert {one.name for one in Row.metadata.sorted_tables} == known
    async with talk.gateway.database.read() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar() == 1
        assert (
            await connection.execute(select(func.count()).select_from(table(Erasure)))
        ).scalar() == 0

"""Answering: every act by its form, two people at once, who may what, and nothing unescaped."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import FormData
from PIL import Image
from sqlalchemy import select, update

from channels.message import OutboundMessage
from console.answer import acts, agencies, talks
from console.report.acts import By, place
from dialogs.conversation import Spot, Status
from dialogs.phrasebook import say
from nlu.places.place import Place
from store import complaints, corrections, erasure
from store.agencies import assign_anew
from store.codec import load
from store.corrections import Said
from store.erasure import Wish
from store.handover import lines
from store.revisions import ConflictError
from store.scope import EVERYTHING, Scope
from store.tables import (
    Audit,
    Complaint,
    ComplaintEvent,
    ConversationEvent,
    ConversationRow,
    Media,
    Outbox,
    table,
)
from tests.console.conftest import House, Person
from tests.gateway.conftest import pass_the_minute
from tests.paper import line

EVIL = "</textarea><script>alert(1)</script>{{7*7}}"


async def rows(house: House, of: Any) -> list[Any]:
    async with house.desk.database.read() as connection:
        return [*await connection.execute(select(table(of)).order_by(table(of).c.id))]


async def talk_of(house: House, ticket: str) -> int:
    async with house.desk.database.read() as connection:
        complaint = table(Complaint)
        found = await connection.execute(
            select(complaint.c.conversation_id).where(complaint.c.ticket == ticket)
        )
        return int(found.scalar_one())


async def panel(somebody: Person, of: str) -> tuple[str, dict[str, str]]:
    """The panel, and the revision that each of its forms carries."""
    status, text, _ = await somebody.see(f"/console/{of}/answer", **{"HX-Request": "true"})
    assert status == 200, text
    forms = re.findall(r'data-answer="(\w+)">(.*?)</form>', text, re.DOTALL)
    revs = {name: re.findall(r'name="rev" value="(\d+)"', body) for name, body in forms}
    return text, {name: found[0] for name, found in revs.items() if found}


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((320, 240), 50).convert("RGB").save(out, "JPEG")
    return out.getvalue()


async def heard(house: House, since: int) -> str:
    await house.talk.settle()
    return "\n".join(map(str, house.talk.paper.sent[since:]))


async def test_a_reply_goes_out_and_its_receipts_come_back(house: House) -> None:
    sri = await house.person("moderator", locale="en")
    ticket = await house.file()
    talk = await talk_of(house, ticket)
    text, revs = await panel(sri, f"reports/{ticket}")
    assert "At most 4000 characters in one message" in text
    assert "Private" in text
    before = len(house.talk.paper.sent)
    status, text, headers = await sri.send(
        f"/console/talks/{talk}/say", htmx=True, rev=revs["say"], ticket=ticket, text="Besok, Bu."
    )
    assert (status, headers["HX-Trigger"]) == (200, "report-changed")
    assert "waits its turn" in text
    assert 'hx-trigger="every 2s"' in text
    assert "Hand back to the machine" not in text  # the bot has not taken it in yet
    assert say("id", "person_says", {"text": "Besok, Bu."}) in await heard(house, before)
    replies = f"/console/talks/{talk}/replies"
    assert ">sent</span>" in (await sri.see(replies))[1]
    await house.talk.deliver(line("", dlr=f"p{len(house.talk.paper.sent)}", status="read"))
    text = (await sri.see(replies))[1]
    assert ">read</span>" in text
    assert "hx-trigger" not in text
    assert "Hand back to the machine" in (await panel(sri, f"reports/{ticket}"))[0]
    deeds = [(one.actor, one.act, one.subject) for one in await rows(house, Audit)]
    assert deeds == [(sri.name, "answer.say", str(talk))]
    assert "Besok" not in (await rows(house, Audit))[0].detail


async def test_a_person_takes_a_conversation_without_a_report_and_hands_it_back(
    house: House,
) -> None:
    sri = await house.person("moderator", locale="en")
    await house.talk.say("mau bicara dengan petugas")
    (row,) = await rows(house, ConversationRow)
    path = f"/console/talks/{row.id}"
    _, revs = await panel(sri, f"talks/{row.id}")
    status, _, headers = await sri.send(f"{path}/back", rev=revs["back"])
    assert (status, headers["Location"]) == (303, path)
    await house.talk.settle()
    _, revs = await panel(sri, f"talks/{row.id}")
    assert (await sri.send(f"{path}/take", rev=revs["take"]))[0] == 303
    await house.talk.settle()
    assert await house.talk.say("halo?") == ""
    _, revs = await panel(sri, f"talks/{row.id}")
    assert (await sri.send(f"{path}/note", rev=revs["note"], noted=EVIL))[0] == 303
    text, _ = await panel(sri, f"talks/{row.id}")
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text
    async with house.desk.database.read() as connection:
        said = [(one.who, one.what) for one in await lines(connection, row.id)]
    assert [what for who, what in said if who == sri.name] == ["back", "taken", "note"]
    assert "alert" not in str(house.talk.paper.sent)


async def test_two_people_at_one_report_overwrite_nothing(house: House) -> None:
    sri, rudi = await house.person(locale="en"), await house.person(locale="en", name="rudi")
    ticket = await house.file()
    path = f"/console/reports/{ticket}"
    _, hers = await panel(sri, f"reports/{ticket}")
    _, his = await panel(rudi, f"reports/{ticket}")
    assert (await rudi.send(f"{path}/status", rev=his["status"], status="in_progress"))[0] == 303
    status, text, headers = await sri.send(
        f"{path}/status", htmx=True, rev=hers["status"], status="rejected", note=EVIL
    )
    assert status == 409
    assert "HX-Trigger" not in headers
    assert "Somebody was faster" in text
    assert "rudi:" in text
    assert "changed the status" in text
    assert "being worked on" in text or "in progress" in text
    assert "&lt;/textarea&gt;&lt;script&gt;" in text  # what she typed is not lost
    assert (await rows(house, Complaint))[0].status == "in_progress"
    fresh = re.search(r'data-answer="status">.*?name="rev" value="(\d+)"', text, re.DOTALL)
    assert fresh is not None
    assert (await sri.send(f"{path}/status", rev=fresh[1], status="rejected"))[0] == 303
    talk = await talk_of(house, ticket)
    assert (await rudi.send(f"/console/talks/{talk}/say", rev=his["say"], text="Satu"))[0] == 303
    status, text, _ = await sri.send(f"/console/talks/{talk}/say", rev=hers["say"], text="Dua")
    assert (status, "Satu" in text, "Dua" in text) == (409, True, True)
    assert [one.text for one in await rows(house, ConversationEvent)] == ["Satu"]


async def test_a_status_with_words_and_a_photo_reaches_the_citizen(house: House) -> None:
    house.talk.paper.caps = replace(house.talk.paper.caps, photos_out=True)
    dinas = await house.person("officer", agency="dinas_sda", area="Jakarta Pusat", locale="en")
    ticket = await house.file()
    path = f"/console/reports/{ticket}/status"
    text, revs = await panel(dinas, f"reports/{ticket}")
    assert 'name="text"' not in text  # he cannot write freely,
    assert 'name="into"' not in text  # merge,
    assert 'name="agency"' not in text  # or give it to another
    before = len(house.talk.paper.sent)
    form = FormData({"csrf": dinas.csrf, "rev": revs["status"], "status": "done", "publish": "1"})
    form.add_field("note", "Sudah dikeruk.")
    form.add_field("photo", jpeg(), filename="../../<b>hasil.jpg", content_type="text/html")
    async with dinas.client.post(path, data=form, allow_redirects=False) as answer:
        assert answer.status == 303
    said = await heard(house, before)
    assert "Sudah dikeruk." in said
    (photo,) = await rows(house, Media)
    assert (photo.inbox_id, photo.published, photo.state) == (None, True, "kept")
    assert house.talk.paper.photos == [photo.sha256]
    _, revs = await panel(dinas, f"reports/{ticket}")
    form = FormData({"csrf": dinas.csrf, "rev": revs["status"], "status": "reopened"})
    form.add_field("photo", b"MZ" * 99, filename="x.jpg", content_type="image/jpeg")
    async with dinas.client.post(path, data=form, headers={"HX-Request": "true"}) as answer:
        assert answer.status == 422
        assert "That file is no photo" in await answer.text()
    form = FormData({"csrf": dinas.csrf, "rev": revs["status"], "status": "reopened"})
    for number in range(5):
        form.add_field("photo", jpeg(), filename=f"{number}.jpg", content_type="image/jpeg")
    async with dinas.client.post(path, data=form, headers={"HX-Request": "true"}) as answer:
        assert (answer.status, "At most 4 photos" in await answer.text()) == (422, True)
    status, text, _ = await dinas.send(path, rev=revs["status"], status="in_progress")
    assert (status, "cannot follow the present one" in text) == (422, True)
    assert (await dinas.send(path, rev=revs["status"], status="nonsense"))[0] == 422
    status, text, _ = await dinas.send(path, rev=revs["status"], status="duplicate")
    assert (status, "Merge it into the other report" in text) == (422, True)
    assert (await dinas.send(path, rev=revs["status"], status="reopened"))[0] == 303
    assert (await rows(house, Complaint))[0].status == "reopened"


async def test_what_an_officer_may_not_see_is_not_there(house: House) -> None:
    ticket = await house.file()
    talk = await talk_of(house, ticket)
    for others in (
        await house.person("officer", agency="dinas_lh"),
        await house.person("officer", agency="dinas_sda", area="Jakarta Selatan"),
        await house.person("officer"),
    ):
        for of in (f"reports/{ticket}", "reports/JKT-1111-1111"):
            assert (await others.see(f"/console/{of}/answer"))[0] == 404
            for act in ("status", "note"):
                answer = await others.send(f"/console/{of}/{act}", status="done", noted="x", rev=1)
                assert answer[0] == 404
    dinas = await house.person("officer", agency="dinas_sda")
    viewer = await house.person("viewer")
    for somebody in (dinas, viewer):
        for act in ("agency", "merge"):
            assert (await somebody.send(f"/console/reports/{ticket}/{act}"))[0] == 403
        for act in ("say", "take", "back", "note", "preview", "wording"):
            path = f"/console/talks/{talk}/{act}"
            assert (await somebody.send(path, text="x", ticket=ticket))[0] == 403
    assert (await viewer.send(f"/console/reports/{ticket}/status", status="done"))[0] == 403
    text, _ = await panel(viewer, f"reports/{ticket}")
    assert "<form" not in text
    with pytest.raises(LookupError):
        await acts.note(
            house.desk.database, house.desk.ids, ticket, "x", actor="a", now=house.desk.clock(),
            scope=Scope(agency="dinas_lh"),
        )  # fmt: skip
    assert [one.kind for one in await rows(house, ComplaintEvent)] == ["filed"]


async def test_the_rule_that_fired_is_shown_until_a_hand_decides(house: House) -> None:
    sri = await house.person(locale="en")
    ticket = await house.file()
    path = f"/console/reports/{ticket}/agency"
    text, revs = await panel(sri, f"reports/{ticket}")
    assert "Water Resources Agency" in text
    assert "rule: water" in text
    assert (await sri.send(path, rev=revs["agency"], agency="nobody_such"))[0] == 422
    assert (await sri.send(path, rev=revs["agency"], agency="bina_marga"))[0] == 303
    text, revs = await panel(sri, f"reports/{ticket}")
    assert "chosen by a person" in text
    await _corrected(house, ticket, "sampah")
    (row,) = await rows(house, Complaint)
    assert (row.category, row.agency, row.agency_rule) == ("sampah", "bina_marga", "hand")
    _, revs = await panel(sri, f"reports/{ticket}")
    assert (await sri.send(path, rev=revs["agency"], by_rule="1"))[0] == 303
    assert "rule: rubbish and air" in (await panel(sri, f"reports/{ticket}"))[0]
    await _corrected(house, ticket, "pohon")
    (row,) = await rows(house, Complaint)
    assert (row.agency, row.agency_rule) == ("distamhut", "trees and parks")
    history = [(one.kind, one.actor) for one in await rows(house, ComplaintEvent)]
    assert [one for one in history if one[0] == "assigned"] == [("assigned", sri.name)] * 2


async def test_a_corrected_place_is_another_agencys(house: House) -> None:
    ticket = await house.file()
    await _corrected(house, ticket, "sampah")
    island = house.desk.locate(-5.745, 106.61)
    assert isinstance(island, Place)
    spot = Spot(lat=-5.745, lon=106.61, place=island, source="pin")
    await place(house.desk, ticket, spot, by=By(actor="sri", scope=EVERYTHING))
    (row,) = await rows(house, Complaint)
    assert (row.agency, row.agency_rule) == ("sudin_lh_seribu", "rubbish on the islands")


async def _corrected(house: House, ticket: str, category: str) -> None:
    desk = house.desk
    async with desk.database.begin() as connection:
        said, now = Said(categories=(category,)), desk.clock()
        await corrections.append(connection, desk.ids, said, ticket=ticket, actor="a", now=now)
        await assign_anew(connection, [ticket], desk.agencies.assign, now)


async def test_a_place_that_comes_later_assigns_anew(house: House, monkeypatch) -> None:
    rules = """
agencies:
  - {slug: a, name: {id: Dinas A, en: Agency A}}
  - {slug: b, name: {id: B, en: B}}
rules:
  - {name: centre, kota: Jakarta Pusat, agency: a}
  - {name: elsewhere, agency: b}
"""
    found = agencies.parse(rules, "r")
    rooms = replace(house.gateway.worker._rooms, assign=found.assign, acting=found.acting)
    monkeypatch.setattr(house.gateway.worker, "_rooms", rooms)
    ticket = await house.file()
    (row,) = await rows(house, Complaint)
    assert (row.agency, row.agency_rule) == ("a", "centre")
    assert "diteruskan ke Dinas A." in str(house.talk.paper.sent[-1])
    async with house.desk.database.begin() as connection:
        await connection.execute(
            update(table(Complaint)).values(
                lat=None, lon=None, kota=None, kelurahan=None, kecamatan=None
            )
        )
        now = house.desk.clock()
        assert await assign_anew(connection, [ticket, "JKT-NONE"], found.assign, now) == 1
    (row,) = await rows(house, Complaint)
    assert (row.agency, row.agency_rule) == ("b", "elsewhere")


async def test_merging_tells_everybody_who_reported(house: House) -> None:
    sri = await house.person(locale="en")
    first = await house.file(sender="ani")
    second = await house.file(sender="budi", pin=[-6.2607, 106.8137])  # too far off to join
    path = f"/console/reports/{second}/merge"
    _, revs = await panel(sri, f"reports/{second}")
    for into, told in ((second, "one report already"), ("JKT-4K7P-2Q9X", "No report has that")):
        status, text, _ = await sri.send(path, rev=revs["merge"], into=into)
        assert (status, told in text) == (422, True), into
    assert (await sri.send(path, rev=revs["merge"], into="<b>"))[0] == 422
    before = len(house.talk.paper.sent)
    typed = first.removeprefix("JKT-").replace("-", " ").lower()
    assert (await sri.send(path, rev=revs["merge"], into=typed))[0] == 303
    _, page, _ = await sri.see(f"/console/reports/{second}")
    (word,) = re.findall(r'name="correction" value="(\d+)"', page)
    assert (await sri.send("/console/correct/undo", correction=word))[0] == 303
    _, revs = await panel(sri, f"reports/{second}")
    status, text, _ = await sri.send(path, htmx=True, rev=revs["merge"], into=typed)
    assert (status, "told in a minute" in text) == (200, True)
    assert await heard(house, before) == ""
    await pass_the_minute(house.desk.database)
    told = await heard(house, before)
    assert told.count(say("id", "merged", {"ticket": second, "into": first})) == 1
    text, revs = await panel(sri, f"reports/{second}")
    assert f"/console/reports/{first}" in text
    text, revs = await panel(sri, f"reports/{first}")
    assert "2 people are told" in text
    before = len(house.talk.paper.sent)
    sent = await sri.send(f"/console/reports/{first}/status", rev=revs["status"], status="done")
    assert sent[0] == 303
    assert (await heard(house, before)).count(first) >= 2


async def test_preview_and_sentences_work_without_a_script(house: House) -> None:
    house.talk.paper.pieces = 1
    sri = await house.person(locale="en")
    ticket = await house.file()
    talk = await talk_of(house, ticket)
    path = f"/console/talks/{talk}"
    status, text, _ = await sri.send(f"{path}/preview", ticket=ticket, text=EVIL, rev=1)
    assert status == 200
    assert "<h1>" in text
    assert "1 message" in text
    assert "Petugas: &lt;/textarea&gt;" in text
    assert "49" not in re.findall(r'<li class="told">(.*?)</li>', text)[0]
    status, text, _ = await sri.send(
        f"{path}/wording", htmx=True, ticket=ticket, text="Halo Bu,", wording="id:diterima", rev=1
    )
    assert "<h1>" not in text
    typed = re.findall(r"<textarea id=\"answer-text\".*?>(.*?)</textarea>", text, re.DOTALL)[0]
    assert typed.startswith("Halo Bu,\nLaporan " + ticket)
    assert text.index('label="Indonesian"') < text.index('label="English"')
    async with sri.client.post(
        f"{path}/preview",
        data={"csrf": sri.csrf, "text": "Ya", "ticket": ticket},
        headers={"HX-Request": "true", "HX-Target": "answer-preview"},
    ) as answer:
        fragment = await answer.text()
    assert "Petugas: Ya" in fragment
    assert "<form" not in fragment
    for text, told in (("", "Nothing is written yet"), ("a" * 4001, "at most 4000")):
        status, shown, _ = await sri.send(f"{path}/say", text=text, ticket=ticket, rev=99)
        assert (status, told in shown) == (422, True)


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("stopped", "wants no more messages"),
        ("erased", "had his data erased"),
        ("window", "lets us answer is over"),
        ("unasked", "only ever answers"),
        ("off", "switched off"),
    ],
)
async def test_who_cannot_be_written_to_has_no_text_box(house: House, why: str, told: str) -> None:
    sri = await house.person(locale="en")
    ticket = await house.file(sender="ani")
    talk = await talk_of(house, ticket)
    _, revs = await panel(sri, f"reports/{ticket}")
    caps = house.talk.paper.caps
    match why:
        case "stopped":
            await house.talk.say("BERHENTI", sender="ani")
        case "erased":
            await _forgotten(house, talk)
        case "window":
            house.talk.paper.caps = replace(caps, reply_window=timedelta(microseconds=1))
        case "unasked":
            house.talk.paper.caps = replace(caps, unasked=False)
        case "off":
            house.gateway.accounts.clear()
    text, _ = await panel(sri, f"reports/{ticket}")
    assert told in text
    assert 'id="answer-text"' not in text
    path = f"/console/talks/{talk}/say"
    status, text, _ = await sri.send(path, rev=revs["say"], text="Halo", ticket=ticket)
    assert (status, "cannot be written to now" in text) == (422, True)
    assert await rows(house, ConversationEvent) == []


async def _forgotten(house: House, talk: int) -> None:
    async with house.desk.database.begin() as connection:
        wish = Wish(
            conversation_id=talk, inbox_id=1, answer_key="", at=datetime.now(UTC), mark=str.upper
        )
        await erasure.erase(connection, house.desk.ids, wish)


async def test_notes_are_forgotten_with_whom_they_speak_of(house: House) -> None:
    ticket = await house.file(sender="ani")
    talk = await talk_of(house, ticket)
    desk, more = house.desk, {"actor": "sri", "now": house.desk.clock()}
    await acts.note(desk.database, desk.ids, ticket, "Bu Ani dari RT 5, 0812-3456-7890", **more)
    await talks.note(desk.database, desk.ids, talk, "Suaminya ketua RT", **more)
    await _forgotten(house, talk)
    events = [one for one in await rows(house, ComplaintEvent) if one.kind == "note"]
    assert [json.loads(one.body) for one in events] == [{"text": ""}]
    assert [one.text for one in await rows(house, ConversationEvent)] == [""]
    sri = await house.person(locale="en")
    assert "(erased at the citizen" in (await panel(sri, f"reports/{ticket}"))[0]


async def test_a_note_reaches_no_citizen(house: House) -> None:
    sri = await house.person(locale="en")
    ticket = await house.file(sender="ani")
    before = len(house.talk.paper.sent)
    _, revs = await panel(sri, f"reports/{ticket}")
    path = f"/console/reports/{ticket}/note"
    assert (await sri.send(path, rev=revs["note"], noted="Hubungi lurahnya"))[0] == 303
    status = (await sri.send(path, rev=revs["note"], noted="Lagi"))[0]
    assert status == 409  # her own note came between
    assert await heard(house, before) == ""
    assert "lurah" not in await house.talk.say(f"status {ticket}", sender="ani")
    public = await house.browser()
    async with public.get(f"/console/reports/{ticket}/answer", allow_redirects=False) as answer:
        assert answer.status == 303


async def test_acts_say_what_happened_meanwhile(house: House) -> None:
    ticket = await house.file()
    desk, now = house.desk, house.desk.clock()
    async with desk.database.read() as connection:
        seen = (await complaints.history(connection, ticket))[-1]
    assert seen["kind"] == "filed"
    more: dict[str, Any] = {"actor": "sri", "now": now}
    await acts.assign(desk.database, desk.ids, ticket, "pln", **more)
    await acts.assign(desk.database, desk.ids, ticket, "pln", **more)  # nothing to do
    with pytest.raises(ConflictError) as conflict:
        await acts.change_status(
            desk.database, desk.ids, ticket, Status.DONE, note="", revision=1, **more
        )
    assert [one.kind for one in conflict.value.changes] == ["filed", "assigned"]
    assert conflict.value.changes[1].body["agency"] == "pln"
    sent = [load(OutboundMessage, one.message) for one in await rows(house, Outbox)]
    assert not any("selesai" in one.text for one in sent)

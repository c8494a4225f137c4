"""What a form of the console does a program can ask for: all of it, and for whom it is not."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import select

from console import api
from console import app as console
from console.rights import RIGHTS, Role
from store import tasks
from store.tables import Settled, table
from tests.console.conftest import House
from tests.console.test_api import program, token_of
from tests.console.test_report import audited, change, photo, row_of, with_photo

DOC = Path(__file__).resolve().parents[2] / "docs" / "console.md"
GOT, GELAP = "got depan rumah mampet, air item", "lampu jalan mati semua gelap gulita"
THERE = "JKT-1111-1111"


def mapped() -> dict[str, tuple[str, ...]]:
    """Which operations do what a form does, as the document lists it; () for none."""
    rows = re.findall(r"^\| `POST (/console\S*)` \| (.+) \|$", DOC.read_text(), re.MULTILINE)
    return {path: tuple(re.findall(r"`(\w+)`", told)) for path, told in rows}


async def test_every_form_is_an_operation_or_the_document_says_why_not(house: House) -> None:
    forms = {
        re.sub(r":[^{}]*(\{[^{}]*\})?[^{}]*\}", "}", route.path)
        for route in console.routes(house.desk)
        if isinstance(route.method, str)
        and route.method == "POST"
        and route.path.startswith("/console")
    }
    listed = mapped()
    assert set(listed) == forms
    names = {one.name for one in api.operations()}
    for path, operations in listed.items():
        assert set(operations) <= names, path
    alone = {path for path, operations in listed.items() if not operations}
    assert alone == {
        "/console/login", "/console/logout", "/console/setup/{secret}", "/console/me/password",
        "/console/me/language", "/console/me/tokens",
    }  # fmt: skip


async def test_a_form_and_its_operation_want_the_same_right(house: House) -> None:
    by_name = {one.name: one for one in api.operations()}
    parts = {
        "ticket": THERE, "photo": 1, "view": 1, "talk": 1, "account": 1, "id": 1, "mark": "all",
        "kind": "mo", "correction": 1, "batch": 1, "version": "20261125-0123abcd",
    }  # fmt: skip
    for role in (Role.VIEWER, Role.OFFICER, Role.MODERATOR):
        bot, person = await program(house, role), await house.person(role)
        for path, (name, *_) in ((path, names) for path, names in mapped().items() if names):
            one = by_name[name]
            told, _, _ = await bot.ask(one.method, one.path.format_map(parts))
            shown, _, _ = await person.send(path.format_map(parts))
            assert (told == 403) is (shown == 403), (role, path, told, shown)


BODIES: dict[str, Any] = {
    "status": {"status": "done"}, "assignment": {"agency": None}, "notes": {"text": "x"},
    "merge": {"into": THERE}, "words": {"text": "x"}, "edit_photo": {"turn": 90},
    "publish_photo": {"published": True}, "correct": {}, "split": {"category": "banjir"},
}  # fmt: skip


async def test_what_lies_beyond_an_officer_is_not_there(house: House) -> None:
    ticket = await house.file(GOT)  # dinas_sda
    number = await with_photo(house, ticket)
    talk = (await row_of(house, ticket)).conversation_id
    other = await program(house, "officer", agency="dinas_lh")
    whole = await program(house)
    asked = 0
    for one in api.operations():
        if not {"ticket", "photo"} & set(one.parameters) and one.tag != "talks":
            continue
        body = {"json": BODIES[one.name]} if one.body and one.name in BODIES else {}
        if one.body and not body:
            body = {"json": {"text": "x"}}
        path = one.path.format(ticket=ticket, photo=number, id=talk)
        status, _, _ = await other.ask(one.method, path, **body)
        assert status == (404 if one.right in RIGHTS[Role.OFFICER] else 403), one.name
        path = one.path.format(ticket=THERE, photo="1", id="1")
        assert (await whole.ask(one.method, path, **body))[0] == 404, one.name
        asked += 1
    assert asked >= 26
    for path in ("changes?after=1", "counts", "reports"):
        assert ticket not in str((await other.ask("GET", f"/{path}"))[1])
        assert ticket in str((await whole.ask("GET", f"/{path}"))[1]) or path == "counts"
    assert (await other.ask("GET", "/counts"))[1]["total"] == 0
    assert await audited(house) == [
        (other.name, "overview.export", "reports.api"),
        (whole.name, "overview.export", "reports.api"),
    ]


async def test_many_are_corrected_together_and_what_was_changed_is_left(house: House) -> None:
    first, third = await house.file(GOT), await house.file(GELAP)
    second = await house.file(GOT, pin=[-6.2615, 106.8106])  # Kemang: nobody asks whether to join
    bot = await program(house)
    _, alike, _ = await bot.ask("GET", f"/complaints/{first}/alike")
    assert [one["row"]["ticket"] for one in alike["items"]] == [first, second]
    marks = [{k: one["row"][k] for k in ("ticket", "revision")} for one in alike["items"]]
    await bot.ask("POST", f"/complaints/{second}/notes", json={"text": "sudah dilihat"})
    body = {"which": {"tickets": [*marks, {"ticket": THERE}]}, "categories": ["banjir"]}
    status, done, _ = await bot.ask("POST", "/corrections", json=body)
    assert status == 200
    assert [one["ticket"] for one in done["corrected"]] == [first]
    (left,) = done["left"]
    assert (left["ticket"], left["changes"][0]["kind"]) == (second, "note")
    assert done["unknown"] == [THERE]

    body = {"which": {"like": second, "filter": {"category": "saluran_air"}}, "categories": []}
    _, liked, _ = await bot.ask("POST", "/corrections", json=body)
    assert [(one["ticket"], one["changed"]) for one in liked["corrected"]] == [(second, False)]
    since = "2026-01-01T00:00:00Z"
    body = {"which": {"filter": {"words": "gelap", "since": since}}, "categories": ["sampah"]}
    _, found, _ = await bot.ask("POST", "/corrections", json=body)
    assert [one["ticket"] for one in found["corrected"]] == [third]

    undo = f"/batches/{done['batch']}/undo"
    assert (await bot.ask("POST", undo, json={}))[1] == {
        "undone": [first], "left": [], "next": None,
    }  # fmt: skip
    assert (await bot.ask("POST", undo, json={}))[0] == 404
    assert (await row_of(house, first)).category == "saluran_air"
    deeds = [(act, subject) for _, act, subject in await audited(house)]
    assert ("correct.many", done["batch"]) in deeds
    assert ("correct.undo_many", done["batch"]) in deeds
    for which in ({}, {"tickets": []}, {"filter": {}, "tickets": [{"ticket": first}]}):
        body = {"which": which, "categories": []}
        assert (await bot.ask("POST", "/corrections", json=body))[0] == 400


async def test_a_photo_is_covered_and_the_copy_published(house: House) -> None:
    ticket = await house.file(GOT)
    number = await with_photo(house, ticket)
    bot = await program(house, "moderator")
    look = {"Authorization": f"Bearer {bot.secret}"}
    async with bot.client.get(f"/api/v1/photos/{number}", headers=look) as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        before = Image.open(io.BytesIO(await answer.read()))
    here = f"/complaints/{ticket}/photos"
    box = {"left": 0, "top": 0, "width": 160, "height": 240}
    edit = {"unreadable": [box], "turn": 90, "publish": True}
    status, made, _ = await bot.ask("POST", f"{here}/{number}/edit", json=edit)
    assert status == 201
    _, seen, _ = await bot.ask("GET", here)
    assert [(one["id"], one["published"], one["replaced"]) for one in seen["items"]] == [
        (str(number), False, True), (made["photo"], True, False),
    ]  # fmt: skip
    assert (seen["items"][1]["width"], seen["items"][1]["height"]) == before.size[::-1]
    status, problem, _ = await bot.ask(
        "POST", f"{here}/{number}/published", json={"published": True}
    )
    assert (status, problem["type"]) == (409, "urn:kanal:problem:refused")
    back = {"published": False, "revision": made["revision"]}
    assert (await bot.ask("POST", f"{here}/{made['photo']}/published", json=back))[0] == 200
    assert (await bot.ask("POST", f"{here}/{made['photo']}/published", json=back))[0] == 409
    wrong = {"unreadable": [{**box, "left": 5000}]}
    assert (await bot.ask("POST", f"{here}/{number}/edit", json=wrong))[0] == 409
    words = {"text": "Got mampet di depan rumah."}
    assert (await bot.ask("POST", f"/complaints/{ticket}/words", json=words))[0] == 200
    one = (await bot.ask("GET", f"/complaints/{ticket}"))[1]
    assert one["published_text"] == words["text"]
    assert [act for _, act, _ in await audited(house)] == [
        "report.unreadable", "report.photo", "report.words",
    ]  # fmt: skip


async def test_a_result_is_told_with_its_photo(house: House) -> None:
    ticket = await house.file(GOT)
    bot = await program(house, "officer", agency="dinas_sda")
    path = f"/complaints/{ticket}/status"
    sent = base64.b64encode(photo()).decode()
    wrong = {"status": "done", "photos": [base64.b64encode(b"<svg/>").decode()]}
    status, problem, _ = await bot.ask("POST", path, json=wrong)
    assert (status, problem["detail"]) == (409, "media_not_a_photo")
    assert (await bot.ask("POST", path, json={**wrong, "photos": ["?"]}))[0] == 400
    done = {"status": "done", "note": "Sudah bersih", "photos": [sent], "publish": True}
    assert (await bot.ask("POST", path, json=done))[0] == 200
    (kept,) = (await bot.ask("GET", f"/complaints/{ticket}/photos"))[1]["items"]
    assert (kept["by_officer"], kept["published"]) == (True, True)
    await house.talk.settle()
    assert "Sudah bersih" in str(house.talk.paper.sent[-1])


async def test_personal_data_is_shown_once_and_the_asking_kept(house: House) -> None:
    ticket = await house.file("got mampet, hubungi 0812-3456-7890", sender="0811-2222-3333")
    talk = (await row_of(house, ticket)).conversation_id
    bot = await program(house, "moderator")
    officer = await program(house, "officer", agency="dinas_sda")
    personal = ("0812-3456-7890", "0811-2222-3333")
    for path in (f"/complaints/{ticket}", f"/complaints/{ticket}/conversation", f"/talks/{talk}"):
        shown = str((await bot.ask("GET", path))[1])
        assert not any(one in shown for one in personal), path
    for path in (f"/complaints/{ticket}/reveal", f"/talks/{talk}/reveal"):
        shown = str((await bot.ask("POST", path))[1])
        assert all(one in shown for one in personal), path
    assert await audited(house) == [
        (bot.name, "report.reveal", ticket), (bot.name, "report.reveal", f"conversation {talk}"),
    ]  # fmt: skip
    said = f"/complaints/{ticket}/conversation"
    assert (await officer.ask("GET", said))[1]["items"]
    await change(house, ticket, anonymous=True)
    assert (await officer.ask("GET", said))[1]["items"] == []
    status, problem, _ = await officer.ask("POST", f"/complaints/{ticket}/reveal")
    assert (status, problem["type"]) == (403, "urn:kanal:problem:sealed")
    # A token without the scope `answer` sees no more than somebody whose role lacks the right.
    narrow = await program(house, "moderator", frozenset({"look", "act"}))
    assert (await narrow.ask("GET", f"/talks/{talk}"))[1]["items"] == []
    assert (await narrow.ask("POST", f"/talks/{talk}/reveal"))[0] == 403
    assert len(await audited(house)) == 2


async def test_the_queue_is_counted_and_followed_and_looked_at(house: House) -> None:
    ticket = await house.file(GOT)
    await house.talk.say("saya mau bicara dengan petugas", sender="budi")
    bot = await program(house, "moderator")
    begin = (await bot.ask("GET", "/changes"))[1]
    assert begin["items"] == []
    other = await house.file(GELAP)
    news = (await bot.ask("GET", f"/changes?after={begin['next']}"))[1]
    assert {one["ticket"] for one in news["items"]} == {other}
    assert (await bot.ask("GET", f"/changes?after={news['next']}"))[1]["items"] == []
    counted = (await bot.ask("GET", "/counts"))[1]
    assert counted["total"] == 2
    assert {"by": "need", "value": "person", "count": 1} in counted["items"]
    assert {"by": "category", "value": "saluran_air", "count": 1} in counted["items"]
    (waits,) = (await bot.ask("GET", "/complaints?need=person"))[1]["items"]
    path = f"/queue/{waits['kind']}/{waits['id']}/seen"
    assert (await bot.ask("POST", path))[0] == 200
    assert (await bot.ask("POST", "/queue/mt/17/seen"))[0] == 404
    assert (await bot.ask("POST", "/queue/complaint/17/seen"))[0] == 404
    async with house.desk.database.read() as connection:
        assert await tasks.waiting(connection) == []
        assert (await connection.execute(select(table(Settled)))).all() == []
    assert await audited(house) == [(bot.name, "queue.seen", f"talk:{waits['id']}")]
    _, near, _ = await bot.ask("GET", f"/complaints/{ticket}/neighbours")
    assert [one["ticket"] for one in near["items"]] == [other]
    _, why, _ = await bot.ask("GET", f"/complaints/{ticket}/reasons")
    assert "mampet" in {one["word"] for one in why["items"]}
    _, place, _ = await bot.ask("GET", "/places?lat=-6.1754&lon=106.8272")
    assert place["items"][0]["kota"] == "Jakarta Pusat"


async def test_views_are_kept_for_oneself_and_for_everybody(house: House) -> None:
    mine, other = await program(house, "moderator"), await program(house, "viewer")
    filtered = {"words": "got", "category": "saluran_air", "age": "over7", "below": 0.5}
    status, kept, _ = await mine.ask("POST", "/views", json={"name": "Got", "filter": filtered})
    assert status == 201
    shared = {"name": "Semua", "shared": True, "filter": {"status": "any"}}
    _, everybodys, _ = await mine.ask("POST", "/views", json=shared)
    assert (await other.ask("POST", "/views", json=shared))[0] == 403
    _, seen, _ = await mine.ask("GET", "/views")
    assert [(one["name"], one["shared"]) for one in seen["items"]] == [
        ("Got", False), ("Semua", True),
    ]  # fmt: skip
    assert {k: v for k, v in seen["items"][0]["filter"].items() if v} == filtered
    assert [one["name"] for one in (await other.ask("GET", "/views"))[1]["items"]] == ["Semua"]
    for number in (kept["id"], everybodys["id"]):
        assert (await other.ask("DELETE", f"/views/{number}"))[0] == 404
        assert (await mine.ask("DELETE", f"/views/{number}"))[0] == 200
    bad = {"name": "x", "filter": {"below": 0.4}}
    assert (await mine.ask("POST", "/views", json=bad))[0] == 400
    assert [act for _, act, _ in await audited(house)] == [
        "queue.save_view", "queue.save_view", "queue.delete_view", "queue.delete_view",
    ]  # fmt: skip


async def test_a_conversation_is_taken_noted_and_prepared_for_an_answer(house: House) -> None:
    ticket = await house.file(GOT)
    talk = (await row_of(house, ticket)).conversation_id
    bot = await program(house, "moderator")
    here = f"/talks/{talk}"
    _, ready, _ = await bot.ask("GET", f"{here}/answering?ticket={ticket}")
    assert ready["closed"] == ""
    assert any(ticket in one["text"] for one in ready["wordings"])
    assert not any("JKT" in one["text"] for one in
                   (await bot.ask("GET", f"{here}/answering"))[1]["wordings"])  # fmt: skip
    _, drawn, _ = await bot.ask("POST", f"{here}/preview", json={"text": "Kami datang."})
    assert "Kami datang." in drawn["parts"][0]
    assert (await bot.ask("POST", f"{here}/take?revision={ready['revision']}"))[0] == 200
    late = {"text": "x", "revision": ready["revision"]}
    assert (await bot.ask("POST", f"{here}/messages", json=late))[0] == 409
    assert (await bot.ask("POST", f"{here}/notes", json={"text": "hubungi 081217081708"}))[0] == 200
    await house.talk.settle()
    _, now, _ = await bot.ask("GET", f"{here}/answering")
    assert now["handed_over"]
    assert now["notes"][0]["actor"] == bot.name
    assert "081217081708" not in str(now)
    assert (await bot.ask("POST", f"{here}/return"))[0] == 200
    assert [act for _, act, _ in await audited(house)] == [
        "answer.take", "answer.note", "answer.back",
    ]  # fmt: skip


async def test_a_training_is_begun_once_and_told_of(house: House) -> None:
    house.desk = replace(house.desk, kanal=("sh", "-c", "exec sleep 60"))
    bot = await program(house)
    status, begun, _ = await bot.ask("POST", "/trainings")
    assert status == 202
    _, stands, _ = await bot.ask("GET", "/teaching")
    assert (stands["training"]["id"], stands["training"]["state"]) == (begun["id"], "running")
    status, problem, _ = await bot.ask("POST", "/trainings")
    assert (status, problem["type"]) == (409, "urn:kanal:problem:training")
    assert (await bot.ask("GET", "/questions"))[0] == 200
    assert await audited(house) == [(bot.name, "teach.train", begun["id"])]


async def test_people_are_appointed_and_signed_out(house: House) -> None:
    boss, rudi = await program(house), await house.person("viewer", name="rudi")
    _, everyone, _ = await boss.ask("GET", "/accounts")
    number = next(one["id"] for one in everyone["items"] if one["name"] == "rudi")
    here = f"/accounts/{number}"
    (browser,) = (await boss.ask("GET", f"{here}/sessions"))[1]["items"]
    assert (await boss.ask("POST", f"{here}/sessions/{browser['mark']}/end"))[0] == 200
    assert (await rudi.see("/console/"))[0] == 303
    post = {"role": "officer", "agency": "dinas_lh", "area": "Jakarta Pusat"}
    assert (await boss.ask("POST", f"{here}/appoint", json=post))[0] == 200
    status, problem, _ = await boss.ask("POST", f"{here}/appoint", json={"role": "officer"})
    assert (status, problem["type"]) == (409, "urn:kanal:problem:agency")
    _, everyone, _ = await boss.ask("GET", "/accounts")
    (now,) = (one for one in everyone["items"] if one["name"] == "rudi")
    assert {k: now[k] for k in post} == post
    assert "/console/setup/" in (await boss.ask("POST", f"{here}/link"))[1]["link"]
    assert (await boss.ask("POST", "/accounts/17/appoint", json=post))[0] == 404
    assert [act for _, act, _ in await audited(house)] == [
        "people.end_session", "people.appoint", "people.link",
    ]  # fmt: skip
    ani = await house.person("moderator", name="ani")
    _, everyone, _ = await boss.ask("GET", "/accounts")
    number = next(one["id"] for one in everyone["items"] if one["name"] == "ani")
    hers = await token_of(house, int(number))
    assert len((await hers.ask("GET", "/me/sessions"))[1]["items"]) == 1
    assert (await hers.ask("POST", "/me/sessions/all/end"))[0] == 200
    assert (await ani.see("/console/"))[0] == 303
    (token,) = (await hers.ask("GET", "/me/tokens"))[1]["items"]
    assert token["this"]
    assert (await boss.ask("POST", f"/me/tokens/{token['id']}/end"))[0] == 404
    assert (await hers.ask("POST", f"/me/tokens/{token['id']}/end"))[0] == 200
    assert (await hers.ask("GET", "/me"))[0] == 401

"""Correcting at the desk: a key a report, the next one at once, nothing overwritten or lost."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from console.correct.naming import named
from console.correct.panel import choices
from nlu.alike import likeness
from nlu.understanding import Candidate
from store import corrections
from store.tables import Audit, Complaint, table
from tests.console.conftest import House, Person


async def row(house: House, ticket: str) -> Any:
    async with house.desk.database.read() as connection:
        of = table(Complaint)
        return (await connection.execute(select(of).where(of.c.ticket == ticket))).one()


async def rev(person: Person, ticket: str) -> str:
    _, page, _ = await person.see(f"/console/reports/{ticket}")
    found = re.search(r'name="rev" value="(\d+)"', page)
    assert found, page
    return found[1]


async def deeds(house: House) -> list[tuple[str, str, str]]:
    async with house.desk.database.read() as connection:
        of = table(Audit)
        rows = await connection.execute(select(of).where(of.c.act.startswith("correct.")))
        return [(one.actor, one.act, one.subject) for one in rows]


async def test_one_key_and_the_next_report(house: House) -> None:
    first = await house.file()
    second = await house.file("lampu jalan mati di depan pos ronda", pin=[-6.21, 106.84])
    ani = await house.person("moderator", "ani")
    _, page, _ = await ani.see(f"/console/reports/{second}")
    assert page.count('data-key="1"') == 1
    assert f'href="/console/correct/next?after={second}"' in page

    seen = await rev(ani, second)
    status, _, headers = await ani.send(
        f"/console/reports/{second}/correct", rev=seen, category="kabel_tiang", also="lampu_jalan"
    )
    assert status == 303
    assert headers["Location"].startswith(f"/console/reports/{first}?at=")
    assert (await row(house, second)).category == "kabel_tiang"
    async with house.desk.database.read() as connection:
        (kept,) = await corrections.of_complaint(connection, second)
    assert kept.said.categories == ("kabel_tiang", "lampu_jalan")

    _, page, _ = await ani.see(headers["Location"])  # what was said last, and the way back
    assert f'data-said="{second}: ' in page
    assert f'name="correction" value="{kept.id}"' in page
    status, _, headers = await ani.send(
        f"/console/reports/{first}/correct", rev=await rev(ani, first), right="1", htmx=True
    )
    assert (status, headers["Location"]) == (303, "/console/correct/done")
    assert (await ani.see(headers["Location"]))[0] == 200

    status, _, headers = await ani.send("/console/correct/undo", correction=str(kept.id))
    assert (status, headers["Location"]) == (303, f"/console/reports/{second}")
    assert (await row(house, second)).category != "kabel_tiang"
    assert (await ani.send("/console/correct/undo", correction=str(kept.id)))[0] == 422
    assert [act for _, act, _ in await deeds(house)] == [
        "correct.say", "correct.say", "correct.undo"]  # fmt: skip


async def test_the_second_of_two_sees_what_the_first_one_did(house: House) -> None:
    ticket = await house.file()
    ani, budi = await house.person("moderator", "ani"), await house.person("moderator", "budi")
    path, seen = f"/console/reports/{ticket}/correct", await rev(budi, ticket)
    await ani.send(path, rev=seen, category="banjir")
    status, page, headers = await budi.send(path, rev=seen, named="sampah", htmx=True)
    assert status == 409
    assert headers["HX-Retarget"] == "#act"
    assert "<b>ani</b>" in page
    assert 'name="named" value="sampah"' in page
    assert (await row(house, ticket)).category == "banjir"
    newer = re.search(r'name="rev" value="(\d+)"', page)
    assert newer
    status, _, _ = await budi.send(path, rev=newer[1], named="sampah", htmx=True)
    assert status == 303
    assert (await row(house, ticket)).category == "sampah"


async def test_duplicate_and_split(house: House) -> None:
    first = await house.file("got mampet di depan gang, air meluap ke jalan")
    text = "got mampet dekat gang, baunya sampai rumah, lampu jalan juga mati"
    second = await house.file(text, pin=[-6.1987, 106.8322])  # too far to be asked to join
    ani = await house.person("moderator", "ani", locale="en")
    status, page, _ = await ani.see(
        f"/console/reports/{second}/duplicate", **{"HX-Request": "true"}
    )
    assert status == 200
    assert f'name="of" value="{first}"' in page
    assert "<html" not in page
    seen = await rev(ani, second)
    for of, word in ((second, "the same report"), ("JKT-NONE-NONE", "no report of that number")):
        status, said, _ = await ani.send(f"/console/reports/{second}/duplicate", rev=seen, of=of)
        assert (status, word in said) == (422, True)

    half = {"category": "lampu_jalan", "text": "lampu jalan juga mati"}
    status, _, _ = await ani.send(f"/console/reports/{second}/split", rev=seen, **half)
    assert status == 303
    status, said, _ = await ani.send(
        f"/console/reports/{second}/split", named="taman", text="pohon tumbang"
    )
    assert (status, "own words" in said) == (422, True)
    async with house.desk.database.read() as connection:
        of = table(Complaint)
        texts = (
            (await connection.execute(select(of.c.text).where(of.c.category == "lampu_jalan")))
            .scalars()
            .all()
        )
    assert texts == ["lampu jalan juga mati"]

    status, _, _ = await ani.send(f"/console/reports/{second}/duplicate", of=first)
    assert status == 303
    assert (await row(house, second)).status == "duplicate"


async def test_many_that_look_alike_in_steps_and_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from console.correct.steps import Reversing, Step

    monkeypatch.setattr(Step, "SIZE", 2)
    monkeypatch.setattr(Reversing, "SIZE", 2)
    tickets = []
    for at in (0.19, 0.2, 0.21):
        text = f"got depan rumah nomor {at} mampet, air item"
        tickets.append(await house.file(text, pin=[-6 - at, 106.83]))
    other = await house.file("pohon tumbang menutup jalan", pin=[-6.25, 106.8])
    ani = await house.person("moderator", "ani")
    status, page, _ = await ani.see(f"/console/correct/alike?of={tickets[0]}")
    assert status == 200
    picks = re.findall(r'name="pick" value="([^"]+)" checked', page)
    assert {one.split(":")[0] for one in picks} == set(tickets)
    _, page, _ = await ani.see("/console/correct/many?q=pohon&age=7&status=nonsense")
    assert re.findall(r'name="pick" value="(JKT[^:]+):', page) == [other]

    status, page, _ = await ani.send("/console/correct/many", named="banjir", pick=picks[0])
    assert status == 200
    status, page, _ = await ani.send("/console/correct/many", category="sampah", pick=picks)
    (batch,) = re.findall(r'name="batch" value="(\d+)"', page)
    rest = re.findall(r'name="pick" value="([^"]+)"', page)
    assert rest == picks[2:]
    left = re.findall(r'name="left" value="([^"]+)"', page)
    assert left == [picks[0].split(":")[0]]  # was corrected meanwhile
    carried = {"pick": rest, "batch": batch, "done": "1", "left": left}
    _, page, _ = await ani.send("/console/correct/many", category="sampah", **carried)
    assert "/console/correct/many/undo" in page
    found = {ticket: (await row(house, ticket)).category for ticket in tickets}
    assert sorted(found.values()) == ["banjir", "sampah", "sampah"]
    _, page, _ = await ani.send("/console/correct/many/undo", batch=batch)
    assert {(await row(house, one)).category for one in tickets} == {"banjir", "saluran_air"}
    assert (await ani.send("/console/correct/many", named="zzz", pick=picks))[0] == 422
    assert (await ani.send("/console/correct/many", named="taman"))[0] == 422
    details = [json.loads(one) for one in await audited(house)]
    assert sum(len(one["tickets"]) for one in details) == 5


async def audited(house: House) -> list[str]:
    async with house.desk.database.read() as connection:
        of = table(Audit)
        which = of.c.act.in_(("correct.many", "correct.undo_many"))
        return list((await connection.execute(select(of.c.detail).where(which))).scalars())


async def test_who_may_not_correct(house: House) -> None:
    ticket = await house.file()
    officer = await house.person("officer", agency="dinas_sda")
    viewer = await house.person("viewer")
    for person in (officer, viewer):
        assert 'id="correct"' not in (await person.see(f"/console/reports/{ticket}"))[1]
        for path in (
            f"/console/reports/{ticket}/correct",
            "/console/correct/undo",
            "/console/correct/many",
        ):
            assert (await person.send(path, category="banjir"))[0] == 403
    ani = await house.person("moderator")
    assert (await ani.send("/console/reports/JKT-NONE/correct", category="banjir"))[0] == 404
    assert (await ani.send(f"/console/reports/{ticket}/correct", category="<script>"))[0] == 422
    nonsense = {"rev": "9" * 30, "of": "9" * 99, "category": "-", "text": "x", "pick": "JKT:x"}
    for path in (f"/console/reports/{ticket}/duplicate", f"/console/reports/{ticket}/correct"):
        assert (await ani.send(path, **{**nonsense, "category": "banjir"}))[0] == 409
    assert (await ani.send("/console/correct/undo", correction="9" * 30))[0] == 422
    assert (await ani.see("/console/reports/JKT-NONE/duplicate"))[0] == 404
    assert (await ani.see("/console/correct/next?after=JKT-NONE&at=x&area=a/b/c/d"))[0] == 303
    assert (await ani.see("/console/correct/alike?of=JKT-NONE"))[0] == 404
    assert await deeds(house) == []


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("ban", "banjir"),
        ("flood", "banjir"),
        ("BANJIR_", "banjir"),
        ("lampu j", "lampu_jalan"),
        ("pothole", "jalan_rusak"),
        ("pju", "lampu_jalan"),
        ("liar", "parkir_liar"),
        ("jalan_rusak", "jalan_rusak"),
    ],
)
def test_a_few_letters_name_a_category(typed: str, slug: str) -> None:
    assert named(typed)[0] == slug


def test_letters_that_name_nothing() -> None:
    assert named("") == named("zzzz") == ()


def test_the_machines_candidates_have_the_first_keys() -> None:
    said = [Candidate(category=slug, confidence=0.3) for slug in ("bukan_aduan", "macet", "gone")]
    found = choices("banjir", said)
    assert [one.key for one in found] == list(range(1, 10))
    assert (found[0].slug, found[0].confidence) == ("macet", 0.3)
    assert "bukan_aduan" not in [one.slug for one in found]


def test_what_is_like_a_text() -> None:
    texts = ["lampu jalan mati di gang mawar", "lampu jalan mati dekat gang", "banjir", "", "👍"]
    like = likeness("lampu jalan mati di gang mawar", texts)
    assert like[0] == pytest.approx(1)
    assert 0.4 < like[1] < 1
    assert like[2] < 0.1
    assert list(like[3:]) == [0, 0]
    assert list(likeness("x", [])) == []

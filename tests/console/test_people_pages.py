"""Admins look after accounts, everybody after his own, and the audit log keeps it all."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from console.people import acts, first
from console.people.acts import AccountError, By, Post
from console.rights import Role
from gateway.housekeeping import Housekeeping
from store import audit, audit_chain, staff
from store.database import Database
from store.ids import Ids
from store.tables import Audit, AuditSeal, table
from tests.console.conftest import House
from tests.console.test_people_entry import (  # noqa: F401 - fixtures
    GOOD,
    OTHER,
    Browser,
    ahead,
    cheap,
    hired,
    logged,
)
from tests.console.test_people_passwords import NOW


async def test_an_admin_looks_after_accounts(house: House) -> None:
    sri = await house.person("admin", "sri")
    status, page, _ = await sri.send(
        "/console/people/add",
        name="Budi.Santoso",
        role="officer",
        agency="bina_marga",
        area="Jakarta Pusat/Menteng",
    )
    assert status == 200
    link = re.search(r"(/console/setup/[\w-]{43})", page)
    assert link is not None
    account = re.search(r"/console/people/(\d+)/link", page)
    assert account is not None
    path = f"/console/people/{account[1]}"

    budi = Browser(await house.browser())
    await budi.see(link[1])
    await budi.send(link[1], new=GOOD, again=GOOD)
    assert "Bina Marga" in await budi.see("/console/me")
    assert link[1] not in (await sri.see(path))[1]  # shown once
    status, page, _ = await sri.see("/console/people")
    assert "budi.santoso" in page
    assert "Sesi: 1" in page

    assert (await sri.send(f"{path}/appoint", role="viewer"))[0] == 303
    await budi.see("/console/me")
    assert budi.status == 303  # what he may has changed: he signs in again
    await budi.signs_in("budi.santoso", GOOD)
    _, page, _ = await sri.see(path)
    mark = re.search(r'name="mark" value="(\w{16})"', page)
    assert mark is not None
    assert (await sri.send(f"{path}/end", mark=mark[1]))[0] == 303
    await budi.see("/console/me")
    assert budi.status == 303
    await budi.signs_in("budi.santoso", GOOD)
    assert (await sri.send(f"{path}/disable"))[0] == 303
    await budi.see("/console/me")
    assert budi.status == 303
    assert (await budi.signs_in("budi.santoso", GOOD)).status == 401
    assert (await sri.send(f"{path}/enable"))[0] == 303
    assert (await budi.signs_in("budi.santoso", GOOD)).status == 303

    done = [act for actor, act in await logged(house, subject="budi.santoso") if actor == "sri"]
    assert done == [
        "people.add", "people.appoint", "people.end_session", "people.disable", "people.enable",
    ]  # fmt: skip


async def test_a_desk_that_was_left_open_makes_no_admins(house: House) -> None:
    path = await hired(house, "sri", Post(role=Role.ADMIN))
    sri = Browser(await house.browser())
    await sri.see(path)
    await sri.send(path, new=GOOD, again=GOOD)
    ahead(house, minutes=31)
    left = Browser(await house.browser({
        one.key: one.value for one in sri.client.session.cookie_jar
    }))  # fmt: skip
    await left.see("/console/people")
    assert left.status == 200
    await left.send("/console/people/add", name="tono", role="admin")
    assert left.status == 401
    assert "lebih dari 30 menit" in left.page
    assert "/console/setup/" not in left.page
    await left.send("/console/login", name="sri", password=GOOD)
    await left.send("/console/people/add")
    assert "/console/setup/" in left.page  # what was typed went on with her


async def test_what_an_admin_may_not(house: House) -> None:
    sri = await house.person("admin", "sri", password="x")
    for form, why in (
        ({"name": "sri", "role": "viewer"}, "Sudah ada akun"),
        ({"name": "<b>", "role": "viewer"}, "2 sampai 64"),
        ({"name": "tono", "role": "root"}, "tidak dikenal"),
        ({"name": "tono", "role": "officer"}, "Pilih dinas"),
        ({"name": "tono", "role": "officer", "agency": "x' OR 1=1 --"}, "Pilih dinas"),
        ({"name": "tono", "role": "officer", "agency": "bina_marga", "area": "Mars"}, "wilayah"),
    ):
        status, page, _ = await sri.send("/console/people/add", **form)
        assert status == 422
        assert why in page
        assert "<b>" not in page
    own = re.search(r"/console/people/(\d+)", (await sri.see("/console/people"))[1])
    assert own is not None
    for act, form in (("disable", {}), ("appoint", {"role": "viewer"})):
        status, page, _ = await sri.send(f"/console/people/{own[1]}/{act}", **form)
        assert status == 422
        assert "satu-satunya admin" in page
    assert (await sri.see("/console/people/7"))[0] == 404
    assert (await sri.send("/console/people/9999999999999999999/disable"))[0] == 404


async def test_others_may_look_at_neither_accounts_nor_the_log(house: House) -> None:
    for role in ("viewer", "officer", "moderator"):
        somebody = await house.person(role)
        for path in ("/console/people", "/console/people/1", "/console/audit",
                     "/console/audit.csv", "/console/audit.json"):  # fmt: skip
            assert (await somebody.see(path))[0] == 403, (role, path)
        for path in ("add", "1/appoint", "1/disable", "1/enable", "1/link", "1/end"):
            assert (await somebody.send(f"/console/people/{path}"))[0] == 403, (role, path)
        assert "/console/people" not in (await somebody.see("/console/me"))[1]


async def test_everybody_looks_after_his_own(house: House) -> None:
    path = await hired(house, "rina", Post(role=Role.VIEWER))
    rina, other = Browser(await house.browser()), Browser(await house.browser())
    await rina.see(path)
    await rina.send(path, new=GOOD, again=GOOD)
    await other.signs_in("rina", GOOD)
    await rina.see("/console/me")
    for old, new, again, why in (
        (OTHER, OTHER, OTHER, "Kata sandi sekarang salah"),
        (GOOD, OTHER, GOOD, "tidak sama"),
        (GOOD, "rina rina rina", "rina rina rina", "mudah ditebak"),
    ):
        await rina.send("/console/me/password", old=old, new=new, again=again)
        assert rina.status == 422
        assert why in rina.page
    await rina.send("/console/me/language", locale="en")
    assert "Change password" in await rina.see("/console/me?done=language")
    await rina.send("/console/me/password", old=GOOD, new=OTHER, again=OTHER)
    assert rina.status == 303
    assert "is changed" in await rina.see("/console/me?done=password")
    await other.see("/console/me")
    assert other.status == 303  # his other browser is signed out
    assert (await other.signs_in("rina", GOOD)).status == 401
    assert (await other.signs_in("rina", OTHER)).status == 303
    await rina.see("/console/me")
    await rina.send("/console/me/end", mark="all")
    await other.see("/console/me")
    assert other.status == 303
    await rina.see("/console/me")
    assert rina.status == 200  # but for this one
    for _ in range(6):
        await rina.send("/console/me/password", old="guess", new=GOOD, again=GOOD)
    assert rina.status == 429  # whoever sits down at an open desk guesses no faster


async def test_the_log_is_searched_and_taken_away(house: House) -> None:
    sri = await house.person("admin", "sri")
    desk = house.desk
    deeds = [
        audit.Deed(actor="=cmd|'/C calc'!A0", act="correct.category", subject=f"JKT-{n}",
                   at=desk.clock(), detail={"to": "banjir", "from": None})
        for n in range(150)
    ]  # fmt: skip
    async with desk.database.begin() as connection:
        await audit.append(connection, desk.ids, *deeds)
    _, page, _ = await sri.see("/console/audit?act=correct")
    assert page.count("<tr>") == 101
    assert "to: banjir · from: –" in page
    older = re.search(r'href="(/console/audit\?[^"]*before=\d+)"', page)
    assert older is not None
    _, page, _ = await sri.see(older[1].replace("&amp;", "&"))
    assert page.count("<tr>") == 51
    for query in ("subject=JKT-7", "act=correct&subject=JKT-7&since=2020-01-01"):
        assert (await sri.see(f"/console/audit?{query}"))[1].count("JKT-7</a>") == 1
    for nothing in ("until=2020-01-01", "actor=' OR 1=1 --", "act=%25", "since=9998-12-31"):
        assert "Tidak ada yang cocok" in (await sri.see(f"/console/audit?{nothing}"))[1]
    for odd in ("since=x", "before=x", "before=99999999999999999999", "until=9999-12-31"):
        assert (await sri.see(f"/console/audit?{odd}"))[0] == 200

    _, sheet, headers = await sri.see("/console/audit.csv?act=correct")
    lines = list(csv.reader(io.StringIO(sheet)))
    assert len(lines) == 151
    assert lines[1][2] == "'=cmd|'/C calc'!A0"  # shown, never computed
    assert "attachment" in headers["Content-Disposition"]
    assert headers["Cache-Control"] == "no-store"
    _, text, _ = await sri.see("/console/audit.json?subject=JKT-149")
    assert json.loads(text)[0]["detail"] == {"to": "banjir", "from": None}
    assert await logged(house, act="people.export") == [("sri", "people.export_audit")] * 2


async def test_the_database_keeps_the_log_as_it_is(database: Database) -> None:
    ids = Ids()
    deed = audit.Deed(actor="sri", act="people.add", subject="budi", at=NOW)
    async with database.begin() as connection:
        await audit.append(connection, ids, deed, deed)
        assert await audit_chain.extend(connection) == 2
    for row_of in (Audit, AuditSeal):
        of = table(row_of)
        values = {"actor": "nobody"} if row_of is Audit else {"seal": "x"}
        for tampering in (update(of).values(values), delete(of)):
            with pytest.raises((DBAPIError, Exception), match="only ever appended"):
                async with database.begin() as connection:
                    await connection.execute(tampering)


async def test_a_log_that_was_tampered_with_does_not_hold(database: Database) -> None:
    """The database's owner takes the triggers away first; the chain tells all the same."""
    ids = Ids()
    deeds = [
        audit.Deed(actor="sri", act="people.add", subject=f"budi{n}", at=NOW, detail={"n": n})
        for n in range(5)
    ]
    async with database.begin() as connection:
        await audit.append(connection, ids, *deeds[:3])
        await audit_chain.extend(connection)
        noted = await audit_chain.head(connection)
        await audit.append(connection, ids, *deeds[3:])
    housekeeping = Housekeeping(database, ids, folder=None)  # type: ignore[arg-type]
    await housekeeping.once(NOW)
    async with database.begin() as connection:
        assert not await audit_chain.is_loose(connection)
        assert (await audit_chain.head(connection)).number == 5
        assert await audit_chain.broken(connection) is None
        assert await audit_chain.holds(connection, noted.number, noted.seal)
        assert not await audit_chain.holds(connection, 4, noted.seal)
    found = table(Audit)
    third = found.c.subject == "budi2"
    for tampering, at in (
        (update(found).where(third).values(actor="nobody"), 3),
        (update(found).where(third).values(detail='{"n":2}'), 3),
        (delete(found).where(third), 3),
    ):
        async with database.begin() as connection:
            for name in ("audit", "audit_seal"):
                for statement in _without_triggers(name, is_sqlite=database.is_sqlite):
                    await connection.exec_driver_sql(statement)
            await connection.execute(tampering)
            assert await audit_chain.broken(connection) == at
            await connection.rollback()


def _without_triggers(name: str, *, is_sqlite: bool) -> list[str]:
    if is_sqlite:
        return [f"DROP TRIGGER {name}_no_update", f"DROP TRIGGER {name}_no_delete"]
    return [f"DROP TRIGGER {name}_appended ON {name}", f"DROP TRIGGER {name}_kept ON {name}"]


async def test_the_first_admin_comes_in_by_a_link(database: Database) -> None:
    by = By(actor="kanal", now=NOW, ids=Ids())
    async with database.begin() as connection:
        before = await first.link(connection, by)
        secret = await first.link(connection, by)  # at each start a new one
        assert before
        assert secret
        with pytest.raises(AccountError, match="used, over"):
            await acts.set_up(connection, by, before, "a hash")
        person = await acts.set_up(connection, by, secret, "a hash")
        assert (person.name, person.role) == ("admin", "admin")
        assert await first.link(connection, by) is None
        with pytest.raises(AccountError, match="only admin"):
            await acts.disable(connection, by, person)
        assert await staff.admins(connection) == {person.id}

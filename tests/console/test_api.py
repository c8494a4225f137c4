"""The API: who may ask, what is answered, and that its contract tells the truth."""

from __future__ import annotations

import secrets
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from console.rights import Right
from store import accounts, staff, tokens
from tests.console.conftest import House
from tests.console.test_report import with_photo
from tests.peers.peers import peer

BASE = "/api/v1"


class Program:
    """A program with a token."""

    def __init__(
        self,
        client: TestClient[web.Request, web.Application],
        secret: str,
        token_id: int = 0,
        name: str = "",
    ) -> None:
        self.client = client
        self.secret = secret
        self.token_id = token_id
        self.name = name  # of the account

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any, Any]:
        """Status, JSON, headers."""
        headers = {"Authorization": f"Bearer {self.secret}", **more.pop("headers", {})}
        async with self.client.request(method, BASE + path, headers=headers, **more) as answer:
            return answer.status, await answer.json(content_type=None), answer.headers


async def program(
    house: House,
    role: str = "admin",
    scopes: frozenset[str] = frozenset(Right),
    lasts: timedelta | None = None,
    **more: Any,
) -> Program:
    now = house.desk.clock()
    async with house.desk.database.begin() as connection:
        name = f"bot-{secrets.token_hex(3)}"
        account = await accounts.add(connection, house.desk.ids, name, role, now=now, **more)
    return await token_of(house, account, scopes, lasts, name)


async def token_of(
    house: House,
    account: int,
    scopes: frozenset[str] = frozenset(Right),
    lasts: timedelta | None = None,
    name: str = "",
) -> Program:
    secret, now = secrets.token_urlsafe(32), house.desk.clock()
    async with house.desk.database.begin() as connection:
        token_id = await tokens.add(
            connection,
            house.desk.ids,
            account,
            secret,
            name="a test",
            scopes=scopes,
            now=now,
            expires_at=now + lasts if lasts else None,
        )
    return Program(await house.browser(), secret, token_id, name)


async def test_a_token_says_whose_it_is(house: House) -> None:
    bot = await program(house, "officer", frozenset({"look", "act"}), agency="dinas_lh")
    status, me, headers = await bot.ask("GET", "/me")
    assert status == 200
    assert me["role"] == "officer"
    assert me["agency"] == "dinas_lh"
    assert me["scopes"] == ["act", "look"]
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer x", "Basic abc", "Bearer " + "a" * 43])
async def test_without_a_good_token_nothing_is_told(house: House, shown: str) -> None:
    client = await house.browser()
    async with client.get(f"{BASE}/me", headers={"Authorization": shown}) as answer:
        assert answer.status == 401
        assert answer.content_type == "application/problem+json"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "role" not in await answer.json(content_type=None)


async def test_a_token_ends_by_itself_and_by_hand(house: House) -> None:
    late = await program(house, lasts=timedelta(seconds=-1))
    assert (await late.ask("GET", "/me"))[0] == 401
    bot = await program(house)
    assert (await bot.ask("GET", "/me"))[0] == 200
    async with house.desk.database.begin() as connection:
        assert await tokens.end(connection, bot.token_id, house.desk.clock())
    assert (await bot.ask("GET", "/me"))[0] == 401


async def test_a_scope_is_needed_beside_the_role(house: House) -> None:
    bot = await program(house, "admin", frozenset({"people"}))
    status, problem, _ = await bot.ask("GET", "/categories")
    assert status == 403
    assert problem["type"] == "urn:kanal:problem:scope"
    assert "look" in problem["detail"]


async def test_other_paths_and_methods_are_problems_too(house: House) -> None:
    bot = await program(house)
    assert (await bot.ask("GET", "/nothing"))[0] == 404
    status, problem, headers = await bot.ask("DELETE", "/me")
    assert status == 405
    assert headers["Allow"] == "GET"
    assert problem["title"]


async def test_a_token_is_kept_as_a_hash_alone(house: House) -> None:
    bot = await program(house)
    async with house.desk.database.read() as connection:
        rows = (await connection.execute(tokens.TOKEN.select())).all()
    assert bot.secret not in str(rows)


async def test_a_complaint_is_found_read_and_moved(house: House) -> None:
    ticket = await house.file("got depan rumah mampet, hubungi 081217081708")
    bot = await program(house)
    _, page, _ = await bot.ask("GET", "/complaints?words=mampet&most=1")
    assert [row["ticket"] for row in page["items"]] == [ticket]
    _, one, _ = await bot.ask("GET", f"/complaints/{ticket}")
    assert one["status"] == "open"
    assert "081217081708" not in str(one)
    move = {"status": "in_progress", "note": "Petugas jalan", "revision": one["revision"]}
    status, changed, _ = await bot.ask("POST", f"/complaints/{ticket}/status", json=move)
    assert status == 200
    assert int(changed["revision"]) > int(one["revision"])
    status, problem, _ = await bot.ask("POST", f"/complaints/{ticket}/status", json=move)
    assert status == 409
    assert problem["type"] == "urn:kanal:problem:conflict"
    assert problem["errors"][0]["kind"] == "status"
    body = {"status": "duplicate"}
    status, problem, _ = await bot.ask("POST", f"/complaints/{ticket}/status", json=body)
    assert (status, "only by merging it" in problem["detail"]) == (409, True)
    await house.talk.settle()
    assert "Petugas jalan" in str(house.talk.paper.sent[-1])


async def test_an_officer_finds_his_own_alone(house: House) -> None:
    ticket = await house.file("got depan rumah mampet, air item")  # dinas_sda
    other = await program(house, "officer", agency="dinas_lh")
    mine = await program(house, "officer", agency="dinas_sda")
    for path in (f"/complaints/{ticket}", "/complaints"):
        assert ticket in str((await mine.ask("GET", path))[1])
        assert ticket not in str((await other.ask("GET", path))[1])
    body = {"status": "done"}
    assert (await other.ask("POST", f"/complaints/{ticket}/status", json=body))[0] == 404
    assert (await mine.ask("POST", f"/complaints/{ticket}/status", json=body))[0] == 200
    status, problem, _ = await mine.ask(
        "POST", f"/complaints/{ticket}/merge", json={"into": ticket}
    )
    assert status == 403
    assert problem["type"] == "urn:kanal:problem:role"


async def test_what_is_said_reaches_the_citizen(house: House) -> None:
    ticket = await house.file()
    bot = await program(house)
    talk = (await bot.ask("GET", f"/complaints/{ticket}"))[1]["conversation"]
    status, _, _ = await bot.ask("POST", f"/talks/{talk}/messages", json={"text": "Kami datang."})
    assert status == 200
    await house.talk.settle()
    assert "Kami datang." in str(house.talk.paper.sent[-1])
    _, lines, _ = await bot.ask("GET", f"/talks/{talk}")
    assert lines["items"][-1]["text"].endswith("Kami datang.")


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"status": "gone"}, "status"),
        ({"status": "done", "extra": 1}, "extra"),
        ({"status": "done", "revision": 7}, "revision"),
        ({}, "status"),
        ([], ""),
    ],
)
async def test_a_wrong_field_is_named(house: House, body: Any, at: str) -> None:
    bot = await program(house)
    status, problem, _ = await bot.ask("POST", "/complaints/JKT-1111-1111/status", json=body)
    assert status == 400
    assert [one["at"] for one in problem["errors"]] == [at]


async def test_a_word_is_kept_beside_the_prediction_and_taken_back(house: House) -> None:
    ticket = await house.file("got depan rumah mampet, air item")
    bot = await program(house)
    _, before, _ = await bot.ask("GET", f"/complaints/{ticket}")
    path = f"/complaints/{ticket}/corrections"
    said = {"categories": ["sampah", "saluran_air"], "revision": before["revision"]}
    status, kept, _ = await bot.ask("POST", path, json=said)
    assert status == 200
    _, after, _ = await bot.ask("GET", f"/complaints/{ticket}")
    assert (after["category"], after["agency"]) == ("sampah", "dinas_lh")
    assert after["candidates"] == before["candidates"]
    assert (await bot.ask("POST", path, json=said))[0] == 409
    status, _, _ = await bot.ask("POST", f"/corrections/{kept['correction']}/undo")
    assert status == 200
    _, again, _ = await bot.ask("GET", f"/complaints/{ticket}")
    assert (again["category"], again["agency"]) == (before["category"], before["agency"])


async def test_a_place_is_corrected_and_a_second_complaint_made(house: House) -> None:
    ticket = await house.file("sampah numpuk dan lampu jalan mati depan rumah")
    bot = await program(house)
    path = f"/complaints/{ticket}/corrections"
    there = {"place": {"lat": -6.2615, "lon": 106.8106}}  # Kemang
    assert (await bot.ask("POST", path, json=there))[0] == 200
    _, one, _ = await bot.ask("GET", f"/complaints/{ticket}")
    assert one["kota"] == "Jakarta Selatan"
    status, problem, _ = await bot.ask("POST", path, json={"place": {"lat": 1, "lon": 1}})
    assert (status, problem["detail"]) == (409, "outside")
    other = {"sampah": "lampu_jalan", "lampu_jalan": "sampah"}[one["category"]]
    body = {"category": other}
    status, both, _ = await bot.ask("POST", f"/complaints/{ticket}/split", json=body)
    assert status == 200
    _, second, _ = await bot.ask("GET", f"/complaints/{both['second']}")
    assert second["category"] == other
    again = f"/complaints/{both['second']}/merge"
    for into, code in (("JKT-1111-1111", 404), (both["second"], 409)):
        assert (await bot.ask("POST", again, json={"into": into}))[0] == code
    before = len(house.talk.paper.sent)
    status, word, _ = await bot.ask("POST", again, json={"into": ticket})
    assert status == 200
    _, second, _ = await bot.ask("GET", f"/complaints/{both['second']}")
    assert (second["status"], second["merged_into"]) == ("duplicate", ticket)
    await house.talk.settle()
    assert house.talk.paper.sent[before:] == []  # nobody hears of it for a minute
    assert (await bot.ask("POST", f"/corrections/{word['correction']}/undo"))[0] == 200
    _, second, _ = await bot.ask("GET", f"/complaints/{both['second']}")
    assert second["status"] == "open"


async def test_models_are_named_and_none_is_promoted_unmeasured(house: House) -> None:
    models = house.desk.var / "models"
    (models / "20261125-0123abcd").mkdir(parents=True)
    (models / "current").write_text("20261125-0123abcd")
    bot = await program(house)
    _, seen, _ = await bot.ask("GET", "/models")
    assert seen["current"] == "20261125-0123abcd"
    status, problem, _ = await bot.ask("POST", "/models/20261125-fedcba98/promote")
    assert status == 409
    assert "never measured" in problem["detail"]


async def test_somebody_makes_a_token_and_ends_it_on_a_page(house: House) -> None:
    rudi, other = await house.person("moderator"), await house.person("moderator")
    path = "/console/me/tokens"
    wrong = {"name": "map", "scope": "teach", "days": "90"}  # a moderator may not
    for fields in (wrong, {**wrong, "scope": "look", "days": "9999"}, {"scope": "look"}):
        status, text, _ = await rudi.send(path, **fields)
        assert status == 422
        assert 'id="secret"' not in text
    _, text, _ = await rudi.send(path, name="<b>map", scope="look", days="7")
    assert "&lt;b&gt;map" in text
    secret = text.split('id="secret"')[1].split('value="')[1].split('"')[0]
    bot = Program(await house.browser(), secret)
    assert (await bot.ask("GET", "/me"))[1]["account"] == rudi.name
    number = text.split('name="token" value="')[1].split('"')[0]
    assert secret not in (await rudi.see(path))[1]
    await other.send(f"{path}/end", token=number)
    assert (await bot.ask("GET", "/me"))[0] == 200
    await rudi.send(f"{path}/end", token=number)
    assert (await bot.ask("GET", "/me"))[0] == 401


async def test_an_admin_lets_people_in_and_reads_the_log(house: House) -> None:
    boss = await program(house)
    new = {"name": "sri.dlh", "role": "officer", "agency": "dinas_lh", "area": "Jakarta Pusat"}
    status, made, _ = await boss.ask("POST", "/accounts", json=new)
    assert status == 201
    assert "/console/" in made["link"]
    assert (await boss.ask("POST", "/accounts", json=new))[0] == 409
    theirs = await token_of(house, int(made["id"]))
    assert (await theirs.ask("GET", "/me"))[0] == 200
    assert (await boss.ask("POST", f"/accounts/{made['id']}/disable"))[0] == 200
    assert (await theirs.ask("GET", "/me"))[0] == 401
    _, everyone, _ = await boss.ask("GET", "/accounts")
    assert [one["disabled"] for one in everyone["items"] if one["name"] == "sri.dlh"] == [True]
    _, log, _ = await boss.ask("GET", "/audit?subject=sri.dlh&most=1")
    assert [one["act"] for one in log["items"]] == ["people.disable"]
    _, older, _ = await boss.ask("GET", f"/audit?subject=sri.dlh&after={log['next']}")
    assert [one["act"] for one in older["items"]] == ["people.add"]
    assert (await boss.ask("POST", f"/accounts/{made['id']}/enable"))[0] == 200
    assert (await theirs.ask("GET", "/me"))[0] == 401  # what was ended stays so


async def test_figures_are_those_of_the_account(house: House) -> None:
    await house.file("got depan rumah mampet, air item")  # dinas_sda
    whole = await program(house)
    other = await program(house, "officer", agency="dinas_lh")
    for bot, count in ((whole, 1), (other, 0)):
        _, seen, _ = await bot.ask("GET", "/figures")
        assert [one["value"] for one in seen["items"] if one["figure"] == "reports"] == [count]
    query = "since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z"
    assert (await whole.ask("GET", f"/figures?{query}"))[0] == 409


@pytest.mark.once
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_schemathesis_finds_nothing(house: House, tmp_path: Path) -> None:
    """Requests, right and wrong, made from the contract by a tool of others."""
    command = Path(sys.executable).with_name("schemathesis")
    peer("schemathesis", available=command.exists(), install="make setup dev")
    house.desk = replace(house.desk, kanal=("true",))  # a training that ends at once
    await with_photo(house, await house.file())
    bot = await program(house, "admin")
    async with house.desk.database.begin() as connection:  # the last admin cannot be disabled
        known = await staff.by_name(connection, bot.name)
        assert known is not None
        await staff.change(connection, known[0].id, password="-")
    arguments = [
        command, "run", str(bot.client.make_url(f"{BASE}/openapi.json")),
        "--header", f"Authorization: Bearer {bot.secret}",
        "--checks", "all", "--max-examples", "6", "--no-shrink", "--seed", "1708",
        "--continue-on-failure", "--warnings", "off", "--no-color",
    ]  # fmt: skip
    import asyncio

    for which in ("--exclude-operation-id", "--include-operation-id"):
        # Last what may end the very token that asks.
        run = await asyncio.to_thread(
            subprocess.run, [*arguments, which, "end_token"],
            capture_output=True, text=True, check=False, cwd=tmp_path,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout[-6000:]
        if which.startswith("--ex"):  # to the end somebody asked who may
            assert (await bot.ask("GET", "/accounts"))[0] == 200

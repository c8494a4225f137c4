"""Passwords and the pace of guesses."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from console.people import lockout
from console.people.passwords import LONGEST, Passwords, objection
from store.database import Database

GOOD = "tujuh kerbau minum kopi"
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.mark.parametrize(("password", "why"), [
    ("kerbau kopi", "short"),  # 11 characters
    ("x" * (LONGEST + 1), "long"),
    ("Password123!!", "common"),
    ("P@ssw0rd2026!", "common"),
    ("Jakarta12345678", "common"),
    ("bismillah12345", "common"),
    ("qwertyuiop123", "common"),
    ("abcdefghijklmnop", "common"),  # a series
    ("abcabcabcabcabc", "common"),  # a repetition
    ("aaaaaaaaaaaaaaaa", "common"),
    ("rina.wulandari.1", "common"),  # her own name
    ("Kota Contoh 2026", "common"),  # the service's own
    (GOOD, None),
    ("correct horse battery staple", None),
    ("x7Kp-qm2W-94tz", None),
    ("lampu-merah-payung-basah", None),
])  # fmt: skip
def test_which_passwords_are_taken(password: str, why: str | None) -> None:
    assert objection(password, "rina.wulandari", "Kota Contoh") == why


async def test_a_password_is_kept_as_argon2id_and_checked() -> None:
    passwords = Passwords()
    kept = await passwords.hashed(GOOD)

    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert (await passwords.check(kept, GOOD)).right
    assert not (await passwords.check(kept, f"{GOOD} ")).right
    assert not (await passwords.check("no hash of ours", GOOD)).right
    assert not (await passwords.check(kept, "x" * 100_000)).right


async def test_a_letter_is_the_same_on_every_keyboard() -> None:
    passwords = Passwords(CHEAP)
    kept = await passwords.hashed("caf\N{LATIN SMALL LETTER E WITH ACUTE} di ujung jalan")

    assert (await passwords.check(kept, "cafe\N{COMBINING ACUTE ACCENT} di ujung jalan")).right


async def test_a_hash_of_older_parameters_is_renewed() -> None:
    old = await Passwords(CHEAP).hashed(GOOD)
    now = Passwords(PasswordHasher(time_cost=2, memory_cost=64, parallelism=1))

    assert (await now.check(old, "another")).renewed is None
    renewed = (await now.check(old, GOOD)).renewed
    assert renewed is not None
    assert await now.check(renewed, GOOD) == type(await now.check(renewed, GOOD))(right=True)


async def test_nobody_takes_as_long_as_somebody() -> None:
    passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=16_384, parallelism=1))
    kept = await passwords.hashed(GOOD)
    await passwords.check(None, GOOD)

    async def took(account: str | None) -> float:
        started = time.process_time()
        assert not (await passwords.check(account, "wrong password")).right
        return time.process_time() - started

    somebody = min([await took(kept) for _ in range(3)])
    nobody = min([await took(None) for _ in range(3)])
    assert 0.5 < nobody / somebody < 2


@pytest.mark.parametrize(("failures", "wait"), [
    (1, 0),
    (4, 0),
    (5, 30),
    (6, 60),
    (9, 480),
    (10, 900),  # never longer: a stranger's guesses do not shut a door for ever
    (10_000, 900),
])  # fmt: skip
def test_waits_grow(failures: int, wait: int) -> None:
    assert lockout.OF_ACCOUNT.wait(failures) == timedelta(seconds=wait)


def tried(
    account: str = "rina", address: str = "192.0.2.7", browser: str | None = None
) -> lockout.Keys:
    return lockout.keys(b"secret", account=account, address=address, browser=browser)


async def attempt(database: Database, keys: lockout.Keys, now: datetime) -> timedelta | None:
    async with database.begin() as connection:
        return await lockout.begin(connection, keys, now)


async def test_guesses_at_an_account_are_slowed_down_wherever_they_come_from(
    database: Database,
) -> None:
    for number in range(5):
        assert await attempt(database, tried(address=f"192.0.2.{number}"), NOW) is None
    waits = timedelta(seconds=30)
    assert await attempt(database, tried(address="198.51.100.1"), NOW) == waits
    assert await attempt(database, tried("RINA", address="198.51.100.1"), NOW) == waits
    assert await attempt(database, tried("budi"), NOW) is None
    assert await attempt(database, tried(), NOW + waits) is None
    assert await attempt(database, tried(), NOW + waits) == 2 * waits
    assert await attempt(database, tried(), NOW + timedelta(hours=25)) is None  # forgotten
    assert await attempt(database, tried(), NOW + timedelta(hours=25)) is None


async def test_who_guesses_shuts_the_door_to_strangers_alone(database: Database) -> None:
    for number in range(5):
        await attempt(database, tried(address=f"192.0.2.{number}"), NOW)
    own = tried(address="203.0.113.5", browser="the one that rina has entered with")

    assert await attempt(database, tried(address="203.0.113.5"), NOW) is not None
    assert await attempt(database, own, NOW) is None
    for number in range(30):  # all behind one proxy, say
        await attempt(database, tried(f"account{number}", "203.0.113.5"), NOW)
    assert await attempt(database, tried("another", "203.0.113.5"), NOW) is not None
    assert await attempt(database, own, NOW) is None


async def test_guesses_from_an_address_are_slowed_down_whatever_they_are_at(
    database: Database,
) -> None:
    for number in range(20):
        assert await attempt(database, tried(f"account{number}"), NOW) is None
    assert await attempt(database, tried("another"), NOW) == timedelta(seconds=30)
    assert await attempt(database, tried("another", "198.51.100.1"), NOW) is None


async def test_a_customers_many_addresses_are_one(database: Database) -> None:
    for number in range(20):
        assert await attempt(database, tried(f"a{number}", f"2001:db8:0:1::{number}"), NOW) is None
    assert await attempt(database, tried("b", "2001:db8:0:1:ffff::1%eth0"), NOW) is not None
    assert await attempt(database, tried("b", "2001:db8:0:2::1"), NOW) is None
    assert await attempt(database, tried("b", "::ffff:192.0.2.1"), NOW) is None


async def test_an_account_of_his_own_clears_nobody_the_way(database: Database) -> None:
    """After each guess at others he enters his own account: the address stays counted."""
    for number in range(19):
        assert await attempt(database, tried(f"account{number}"), NOW) is None
        own = tried("his own")
        assert await attempt(database, own, NOW) is None
        async with database.begin() as connection:
            await lockout.succeeded(connection, own, NOW)
    assert await attempt(database, tried("account20"), NOW) is None
    assert await attempt(database, tried("another"), NOW) == timedelta(seconds=30)


async def test_guesses_at_the_same_moment_are_all_counted(database: Database) -> None:
    answers = await asyncio.gather(*(attempt(database, tried(), NOW) for _ in range(20)))

    assert sum(answer is None for answer in answers) <= 6


async def test_what_ended_long_ago_is_not_kept(database: Database) -> None:
    await attempt(database, tried(), NOW)
    await attempt(database, tried("budi", "192.0.2.8"), NOW + timedelta(hours=2))

    async with database.begin() as connection:
        assert await lockout.attempts.drop(connection, NOW + timedelta(hours=1)) == 2
        assert await lockout.attempts.drop(connection, NOW + timedelta(hours=1)) == 0

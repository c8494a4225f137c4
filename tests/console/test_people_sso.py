"""Single sign-on through the console's own pages, against a provider that others wrote."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from console.answer import agencies
from console.people.grants import Grant
from console.people.oidc import Client, SignOn
from console.people.provider import Provider
from console.people.sso import Sso
from console.rights import Role
from gateway.desk import single_sign_on
from gateway.keyring import open_keyring
from gateway.settings import ConfigError, Settings
from store import staff
from tests.console.conftest import House
from tests.console.test_people_entry import Browser, hired, logged
from tests.peers.oidc.conftest import (  # noqa: F401 - fixtures
    CLIENT,
    SECRET,
    SITE,
    Peer,
    Person,
    person,
    provider,
    sent_back_to,
)

pytestmark = pytest.mark.peer("oidc-provider")
OFFICER = Grant(role=Role.OFFICER, agency="bina_marga", area="Jakarta Pusat")


@pytest.fixture
def served(house: House, provider: Peer) -> House:  # noqa: F811
    """A console that knows the provider; what its groups may do can be changed."""
    client = Client(client_id=CLIENT, secret=SECRET, site=SITE)
    house.desk = replace(house.desk, sso=Sso(
        label="Masuk dengan akun kota",
        sign_on=SignOn(Provider(provider.issuer), client, house.desk.key("sign-on")),
        groups_claim="groups",
        grants={"kanal-moderators": Grant(role=Role.MODERATOR), "kanal-officers": OFFICER},
    ))  # fmt: skip
    return house


async def signed_on(
    house: House, somebody: Person, name: str, after: str = "/console/me"
) -> Browser:
    """A browser of its own goes to the provider and comes back."""
    browser = Browser(await house.browser())
    assert "Masuk dengan akun kota" in await browser.see(f"/console/login?next={after}")
    begun = await browser.client.get(
        f"/console/login/sso/begin?next={after}", allow_redirects=False
    )
    query = await somebody.signs_in(begun.headers["Location"], name)
    await browser.came_back(query)
    return browser


async def test_groups_say_what_somebody_is(served: House, person: Person) -> None:  # noqa: F811
    rina = await signed_on(served, person, "rina")
    assert rina.status == 303
    assert "Moderator" in await rina.see("/console/me")
    assert "Kata sandi sekarang" not in rina.page  # the provider has it
    person.http.cookie_jar.clear()
    budi = await signed_on(served, person, "budi")
    assert "Jakarta Pusat" in await budi.see("/console/me")
    person.http.cookie_jar.clear()
    tamu = await signed_on(served, person, "tamu")
    assert (tamu.status, "tidak termasuk kelompok" in tamu.page) == (403, True)
    async with served.desk.database.read() as connection:
        assert [one.person.name for one in await staff.everyone(connection, served.desk.clock())] \
            == ["budi", "rina@kota.example"]  # fmt: skip
    assert ("rina@kota.example", "people.sign_in") in await logged(served)


async def test_what_the_provider_takes_away_is_gone(
    served: House,
    person: Person,  # noqa: F811
) -> None:
    rina = await signed_on(served, person, "rina")
    sso = served.desk.sso
    assert sso is not None
    served.desk = replace(served.desk, sso=replace(sso, grants={"kanal-moderators": OFFICER}))
    again = await signed_on(served, person, "rina")
    assert "Petugas dinas" in await again.see("/console/me")
    await rina.see("/console/me")
    assert rina.status == 303  # her session as a moderator has ended
    served.desk = replace(served.desk, sso=replace(sso, grants={}))
    gone = await signed_on(served, person, "rina")
    assert gone.status == 403
    await again.see("/console/me")
    assert again.status == 303
    sri = await served.person("admin")  # nor is there a way round by a password
    one = re.search(r"(/console/people/\d+)\">rina@", (await sri.see("/console/people"))[1])
    assert one is not None
    assert f"{one[1]}/link" not in (await sri.see(one[1]))[1]
    assert (await sri.send(f"{one[1]}/link"))[0] == 422


async def test_what_was_typed_waits_for_who_signs_on_elsewhere(
    served: House,
    person: Person,  # noqa: F811
) -> None:
    """The provider opens in another tab; the form on this one goes on with the new session."""
    rina = Browser(await served.browser())
    same = {"Sec-Fetch-Site": "same-origin"}
    await rina.send("/console/me/language", headers=same, locale="en")
    assert rina.status == 401
    waiting = rina.page
    assert 'target="_blank"' in waiting
    begun = await rina.client.get("/console/login/sso/begin", allow_redirects=False)
    await rina.came_back(await person.signs_in(begun.headers["Location"], "rina"))
    (fields,) = re.findall(
        r'action="/console/me/language">\s*<input type="hidden" name="(\w+)" value="(\w+)">',
        waiting,
    )
    answer = await rina.client.post("/console/me/language", headers=same, data=dict([fields]))
    rina.page = await answer.text()
    assert "Periksa isinya" in rina.page
    await rina.send("/console/me/language")
    assert "Change password" not in await rina.see("/console/me")
    assert "Sign out" in rina.page


async def test_an_account_is_never_taken_over_by_its_name(
    served: House,
    person: Person,  # noqa: F811
) -> None:
    await hired(served, "budi")
    budi = await signed_on(served, person, "budi")
    assert (budi.status, "sudah dipakai akun lain" in budi.page) == (403, True)


async def test_what_was_not_begun_here_is_refused(
    served: House,
    person: Person,  # noqa: F811
) -> None:
    attacker, victim = Browser(await served.browser()), Browser(await served.browser())
    begun = await attacker.client.get("/console/login/sso/begin", allow_redirects=False)
    query = await person.signs_in(begun.headers["Location"], "rina")
    await victim.came_back(query)  # login CSRF: another's answer in the victim's browser
    assert (victim.status, "tidak dimulai di browser ini" in victim.page) == (403, True)
    assert "kanal_session" not in str(victim.cookies)
    await attacker.came_back({**query, "error": "access_denied", "code": "x"})
    assert "dibatalkan" in attacker.page
    away = replace(served.desk, sso=replace(served.desk.sso, sign_on=SignOn(  # type: ignore[type-var]
        Provider("http://127.0.0.1:1"), Client(client_id=CLIENT, site=SITE), b"k" * 32
    )))  # fmt: skip
    served.desk = away
    browser = Browser(await served.browser())
    await browser.see("/console/login/sso/begin")
    assert (browser.status, "tidak terjangkau" in browser.page) == (503, True)


@pytest.mark.parametrize(("changed", "why"), [
    ({"issuer": "http://id.example"}, "console.oidc.issuer: an address of it is not https"),
    ({"roles": {"x": {"role": "officer"}}}, "console.oidc.roles.x: an officer needs an agency"),
])  # fmt: skip
def test_settings_that_cannot_be_meant_are_named(
    changed: dict[str, object], why: str, tmp_path: Path
) -> None:
    told = {"issuer": "https://id.example", "client_id": "kanal",
            "roles": {"x": {"role": "admin"}}, **changed}  # fmt: skip
    keyring = open_keyring(tmp_path, "KANAL_SECRET", {})
    with pytest.raises(ConfigError, match=why):
        single_sign_on(Settings(console={"oidc": told}), keyring, agencies.load())

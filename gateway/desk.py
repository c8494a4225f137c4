"""What the console is handed: parts of a gateway that runs (console/desk.py says for what)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from channels.adapter import Caps, Channel
from channels.pages import Tiles
from console.answer import wordings
from console.answer.agencies import Agencies
from console.broadcast import Broadcast
from console.desk import Desk
from console.people.acts import AccountError, Post
from console.people.grants import Grant
from console.people.sso import Sso
from gateway.accounts import Key
from gateway.areas import CityMap
from gateway.keyring import Keyring
from gateway.media import Limits
from gateway.progress import keep_photos
from gateway.settings import ConfigError, Settings
from nlu.engine import Engine
from store.accounts import Lifetime
from store.database import Database
from store.ids import Ids
from store.media import Kept


def lay(
    settings: Settings,
    database: Database,
    ids: Ids,
    engine: Engine,
    accounts: Mapping[Key, Channel],
    places: CityMap,
    *,
    limits: Limits,
    agencies: Agencies,
    ring: Callable[[], None],
    keyring: Keyring,
    news: Broadcast,
) -> Desk:
    """Put the parts together for the console. Raises: ConfigError."""
    console = settings.console

    def caps_of(channel: str, account: str) -> Caps | None:
        served = accounts.get((channel, account))
        return served.caps if served else None

    async def keep_photo(content: bytes) -> Kept:
        (kept,) = await keep_photos([content], settings.var / "media", limits)
        return kept

    def ring_all() -> None:
        ring()
        news.tell()

    return Desk(
        database=database,
        ids=ids,
        clock=lambda: datetime.now(UTC),
        zone=settings.zone,
        city=settings.city.name,
        site=_site(settings),
        var=settings.var,
        engine=engine,
        channel_of=lambda channel, account: accounts.get((channel, account)),
        caps_of=caps_of,
        locate=places.locate,
        keep_photo=keep_photo,
        kanal=(sys.executable, "-m", "gateway"),
        ring=ring_all,
        news=news,
        agencies=agencies,
        wordings=wordings.load(console.templates),
        key=lambda purpose: keyring.key(f"console {purpose}"),
        sso=single_sign_on(settings, keyring, agencies),
        behind_proxy=settings.public.behind_proxy,
        tiles=Tiles(url=console.tiles_url, attribution=console.tiles_attribution),
        lifetime=Lifetime(
            idle=timedelta(hours=console.idle_hours), absolute=timedelta(days=console.days)
        ),
    )


def _site(settings: Settings) -> str:
    return str(settings.public.url).rstrip("/")


def single_sign_on(settings: Settings, keyring: Keyring, agencies: Agencies) -> Sso | None:
    """Single sign-on, where config.yml names a provider. Raises: ConfigError."""
    told = settings.console.oidc
    if told is None:
        return None
    from console.people.oidc import Client, SignOn  # noqa: PLC0415 - see console/people/sso.py
    from console.people.provider import Provider, ProviderError  # noqa: PLC0415 - the same

    grants = {}
    for group, one in told.roles.items():
        try:
            post = Post.of(one.role, one.agency, one.area, agencies)
        except AccountError as error:
            raise ConfigError(f"config.yml: console.oidc.roles.{group}: {error}") from error
        grants[group] = Grant(role=post.role, agency=post.agency, area=post.area)
    try:
        provider = Provider(told.issuer)
    except ProviderError as error:
        raise ConfigError(f"config.yml: console.oidc.issuer: {error}") from error
    client = Client(
        client_id=told.client_id,
        secret=os.environ.get(told.client_secret_env, "").strip() or None,
        site=_site(settings),
        scopes=told.scopes,
    )
    return Sso(
        label=told.label,
        sign_on=SignOn(provider, client, keyring.key("console sign-on")),
        groups_claim=told.groups_claim,
        grants=grants,
    )

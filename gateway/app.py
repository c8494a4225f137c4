"""The composition root: what a gateway is made of, from settings. How it runs: running.py."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from channels.adapter import Channel
from console.answer import agencies
from console.broadcast import Broadcast
from gateway import desk
from gateway.accounts import Key, make_all, wanted
from gateway.areas import CityMap
from gateway.cards import Offers
from gateway.dispatch import Dispatcher
from gateway.gallery import Gallery
from gateway.gathering import Gathering
from gateway.housekeeping import Housekeeping
from gateway.identities import digest_by
from gateway.intake import Intake
from gateway.keyring import CODES_AND_ADDRESSES, open_keyring
from gateway.media import Limits, MediaFetcher
from gateway.metrics import Meters
from gateway.redact import Redactor
from gateway.roster import Roster
from gateway.running import Gateway
from gateway.settings import Settings
from gateway.standing import Standing
from gateway.understanding import open_engine
from gateway.wake import Bell
from gateway.whereabouts import Whereabouts, open_whereabouts
from gateway.worker import Rooms, Worker
from nlu.engine import Engine
from store import schema
from store.database import Database
from store.ids import Ids


@asynccontextmanager
async def open_gateway(
    settings: Settings, accounts: Mapping[Key, Channel] | None = None
) -> AsyncIterator[Gateway]:
    """Make everything that runs; nothing runs yet. Migrates the database, loads the model.

    `accounts` takes the place of the channels that config.yml names; no page is named then.
    """
    settings.var.mkdir(parents=True, exist_ok=True)
    chosen = wanted(settings) if accounts is None else {}
    served = make_all(chosen, settings) if accounts is None else accounts
    async with AsyncExitStack() as stack:
        database = Database(settings.store.url, settings.var)
        stack.push_async_callback(database.close)
        await schema.upgrade(database)
        meters = Meters()
        places = CityMap(settings.var)
        await places.look()
        engine = await open_engine(settings, meters, places.resolve)
        stack.push_async_callback(engine.close)
        whereabouts = open_whereabouts(settings.nlu, places, meters)
        stack.push_async_callback(whereabouts.close)
        gateway = compose(
            settings,
            database,
            engine,
            served,
            meters,
            places=places,
            whereabouts=whereabouts,
            has_pages=accounts is None,
        )
        gateway.wanted = chosen
        gateway.dispatcher.redactor.learn(
            secret for one in chosen.values() for secret in one.secrets
        )
        yield gateway


def limits_of(settings: Settings) -> Limits:
    """What may come in as a photo, and how large it stays."""
    return Limits(
        max_bytes=settings.media.max_bytes,
        max_pixels=settings.media.max_pixels,
        keep_side=settings.media.keep_side,
    )


def compose(
    settings: Settings,
    database: Database,
    engine: Engine,
    accounts: Mapping[Key, Channel],
    meters: Meters | None = None,
    *,
    places: CityMap | None = None,
    whereabouts: Whereabouts | None = None,
    has_pages: bool = True,
) -> Gateway:
    """Put the parts together; nothing is opened and nothing runs.

    Without `places` there are no boundaries, without `whereabouts` nobody is asked about a place.
    Unless it `has_pages`, answers name no page: a talk in a terminal has no door.
    """
    ids, meters = Ids(), meters or Meters()
    places = places or CityMap()
    news, outgoing, to_fetch = Bell(), Bell(), Bell()
    at_desk = Broadcast()
    gathering = Gathering(settings)
    rules = agencies.load(settings.console.rules)
    intake = Intake(database, ids, meters, news=news, media=to_fetch, patient=gathering)
    standing = Standing(database, ids, meters)
    lease = timedelta(seconds=settings.worker.lease_s)
    served: dict[Key, Channel] = {}
    dispatcher = Dispatcher(
        database,
        ids,
        served,
        meters,
        standing=standing,
        redactor=Redactor(),
        work=outgoing,
        at_once=settings.worker.sends,
        lease=lease,
    )
    roster = Roster(
        database,
        intake,
        dispatcher,
        standing,
        accounts=served,
        owner=secrets.token_hex(8),
        photos=Gallery(database, settings.var / "media").sendable,
    )
    roster.add(accounts)
    keyring = open_keyring(settings.var, settings.secret_env)
    rooms = Rooms(
        database=database,
        ids=ids,
        engine=engine,
        accounts=served,
        digest=digest_by(keyring.key(CODES_AND_ADDRESSES)),
        meters=meters,
        offers=Offers(accounts=served, public_url=str(settings.public.url).rstrip("/")),
        news=news,
        outgoing=outgoing,
        told=at_desk.tell,
        patient=gathering,
        site=str(settings.public.url).rstrip("/"),
        places=places,
        whereabouts=whereabouts or Whereabouts(places, meters),
        assign=rules.assign,
        acting=rules.acting,
        pages=str(settings.public.url).rstrip("/") if has_pages else "",
    )
    media = MediaFetcher(
        database,
        served,
        meters,
        folder=settings.var / "media",
        limits=limits_of(settings),
        ids=ids,
        work=to_fetch,
        news=news,
        outgoing=outgoing,
    )
    return Gateway(
        settings=settings,
        database=database,
        engine=engine,
        roster=roster,
        standing=standing,
        meters=meters,
        intake=intake,
        worker=Worker(rooms, batch=settings.worker.batch, lease=lease),
        dispatcher=dispatcher,
        media=media,
        housekeeping=Housekeeping(database, ids, folder=settings.var / "media"),
        outgoing=outgoing,
        places=places,
        gathering=gathering,
        desk=desk.lay(
            settings,
            database,
            ids,
            engine,
            served,
            places,
            limits=limits_of(settings),
            agencies=rules,
            ring=news.ring,
            keyring=keyring,
            news=at_desk,
        ),
    )

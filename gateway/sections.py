"""The sections of config.yml: what each key means, its type, its default.

A section is frozen and knows its keys, so that a misspelt one is a mistake with a name
(gateway/settings.py reads the file and says so). docs/settings.md tells all of it to people.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, field_validator, model_validator

from channels.pages import TilesUrl

Port = Annotated[int, Field(ge=0, lt=65536)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class City(_Section):
    """The city that this gateway serves."""

    name: str = "Jakarta"
    timezone: str = "Asia/Jakarta"  # IANA name; dates are shown in it

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("not an IANA time zone; for example Asia/Jakarta") from error
        return value


class Office(_Section):
    """Who runs this service, as the privacy notice names it."""

    name: str = "Kanal Warga"
    contact: str = ""  # e-mail, telephone or address; shown as written


class Store(_Section):
    """Where everything is remembered."""

    url: str = "sqlite"  # sqlite | sqlite:///path | postgresql://user@host/name


class Public(_Section):
    """The gateway's own door: web chat, webhooks, health."""

    host: str = "127.0.0.1"
    port: Port = 8080  # 0 lets the system choose
    url: HttpUrl = HttpUrl("http://127.0.0.1:8080")  # as citizens and providers reach it
    behind_proxy: bool = False  # believe the last address of X-Forwarded-For


class Metrics(_Section):
    """Prometheus metrics, on a port of their own."""

    host: str = "127.0.0.1"
    port: Port = 9108


class Rasa(_Section):
    """A Rasa server, asked when nlu.engine is rasa."""

    url: HttpUrl = HttpUrl("http://127.0.0.1:5005")
    token_env: str = "KANAL_RASA_TOKEN"  # noqa: S105 - the variable's name
    timeout_s: float = Field(default=0.7, gt=0, le=0.9)  # for a batch; then the embedded engine


class NominatimServer(_Section):
    """A Nominatim server, asked when nlu.geocoder is nominatim."""

    url: HttpUrl = HttpUrl("https://nominatim.openstreetmap.org")
    email: str = ""  # whom its operators may write to; sent with every question
    timeout_s: float = Field(default=1.5, gt=0, le=1.9)  # for one question
    per_second: float = Field(default=1.0, gt=0)  # the public server allows one
    country: str = "id"  # ISO 3166-1, two letters


class Nlu(_Section):
    """Which engine understands, and whom it may ask about places."""

    engine: Literal["embedded", "rasa"] = "embedded"
    rasa: Rasa = Rasa()
    frozen: Path | None = None  # folder of the frozen test set; None: the one that ships with us
    short_links: bool = True  # ask map services where their short links lead
    geocoder: Literal["none", "nominatim"] = "none"
    nominatim: NominatimServer = NominatimServer()

    @model_validator(mode="after")
    def _behaves(self) -> Self:
        server = self.nominatim
        public = server.url.host == "nominatim.openstreetmap.org"
        if self.geocoder == "nominatim" and public and (not server.email or server.per_second > 1):
            raise ValueError(
                "the public server's policy asks for an address to write to (nlu.nominatim.email) "
                "and for at most one question a second (nlu.nominatim.per_second)"
            )
        return self


class Media(_Section):
    """What may come in as a photo."""

    max_bytes: int = Field(default=20_000_000, gt=0)  # of one attachment
    max_pixels: int = Field(default=60_000_000, gt=0)  # width times height
    keep_side: int = Field(default=2048, ge=320)  # pixels; longer sides are scaled down


class Retention(_Section):
    """How long is kept what was needed for a while; `kanal retention run` empties the rest."""

    journal_days: int = Field(default=30, gt=0)  # deliveries as they came
    messages_days: int = Field(default=365, gt=0)  # words of messages; complaints keep theirs
    photos_days: int = Field(default=30, gt=0)  # photos of no complaint


class Dialogs(_Section):
    """How the bot talks."""

    gather_s: float = Field(default=3.0, ge=0, le=10)  # messages in a row make one turn


class OidcRole(_Section):
    """What members of one of the provider's groups are in the console."""

    role: Literal["viewer", "officer", "moderator", "admin"]
    agency: str = ""  # of officers
    area: str = ""  # of officers: kota/kecamatan/kelurahan; "" is the whole city


class Oidc(_Section):
    """An OpenID provider with which people sign in to the console."""

    issuer: str  # exactly as its discovery document names itself; https
    client_id: str
    client_secret_env: str = "KANAL_OIDC_SECRET"  # noqa: S105 - the variable's name
    label: str = "Single sign-on"  # what the button says
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    groups_claim: str = "groups"
    roles: dict[str, OidcRole] = Field(min_length=1)  # by group


class Console(_Section):
    """The moderators' desk, at /console on the public door."""

    enabled: bool = True
    idle_hours: float = Field(default=8, gt=0)  # a session that is not used ends
    days: float = Field(default=7, gt=0)  # a session that is used ends all the same
    tiles_url: TilesUrl = ""  # https://host/{z}/{x}/{y}.png; "": the outline of the city alone
    tiles_attribution: str = ""
    rules: Path | None = None  # which agency acts on what; None: those that ship, for Jakarta
    templates: Path | None = None  # folder of sentences at hand, id.yml and en.yml; None: ours
    oidc: Oidc | None = None  # None: passwords alone


class ChannelCommon(_Section):
    """What config.yml may say of any channel, beside the channel's own keys."""

    gather_s: float | None = Field(default=None, ge=0, le=10)  # None: dialogs.gather_s


class Worker(_Section):
    """How much is done at a time."""

    batch: int = Field(default=96, gt=0)  # turns that share one commit
    lease_s: int = Field(default=60, gt=0)  # a conversation is held no longer than this
    sends: int = Field(default=64, gt=0)  # provider requests under way at once


class Log(_Section):
    """Structured logs: events and ids, never a citizen's words or address."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "text"] = "auto"  # auto: text on a terminal, else json

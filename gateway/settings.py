"""config.yml and the environment become frozen, validated settings; mistakes fail by name.

    config.yml: channels.email.lissten_port: unknown key. Did you mean `listen_port`?
    config.yml: public.port: Input should be less than 65536. You gave 99999.

Any setting can come from the environment: KANAL_STORE__URL is store.url. A secret is never a
setting; a setting names the environment variable that holds it.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from channels.pages import TilesUrl

SCHEMA_VERSION = 1
Section = TypeVar("Section", bound=BaseModel)
Port = Annotated[int, Field(ge=0, lt=65536)]


class ConfigError(Exception):
    """config.yml or the environment is wrong; the message names the key and the remedy."""


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


class Settings(BaseSettings):
    """Everything that config.yml may say."""

    model_config = SettingsConfigDict(
        env_prefix="KANAL_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    schema_version: Literal[1] = 1
    var: Path = Path("var")
    secrets_file: Path | None = None  # lines of NAME=value; read at the start and at a reload
    secret_env: str = "KANAL_SECRET"  # noqa: S105 - the variable's name
    city: City = City()
    office: Office = Office()
    store: Store = Store()
    public: Public = Public()
    metrics: Metrics = Metrics()
    nlu: Nlu = Nlu()
    media: Media = Media()
    retention: Retention = Retention()
    dialogs: Dialogs = Dialogs()
    worker: Worker = Worker()
    console: Console = Console()
    log: Log = Log()
    channels: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    @field_validator("channels", mode="before")
    @classmethod
    def _bare_names(cls, value: Any) -> Any:
        """`webchat:` alone means that channel with its defaults."""
        if isinstance(value, Mapping):
            return {name: ({} if own is None else own) for name, own in value.items()}
        return value

    @cached_property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.city.timezone)


def load(path: Path | None = None) -> Settings:
    """Read config.yml (or KANAL_CONFIG, or `path`) and the environment.

    Raises: ConfigError, with one line per mistake.
    """
    file = path or Path(os.environ.get("KANAL_CONFIG", "config.yml"))
    said = _read(file)
    try:
        settings = Settings(**said)
    except ValidationError as error:
        lines = list(_explain(error, Settings))
        raise ConfigError("\n".join(f"{file.name}: {line}" for line in lines)) from error
    if settings.secrets_file is not None:
        os.environ.update(_secrets(settings.secrets_file))
    return settings


def _secrets(file: Path) -> dict[str, str]:
    """The environment variables that a file holds: a changed key needs no restart, a reload does.

    Raises: ConfigError, which quotes nothing of the file.
    """
    try:
        if file.stat().st_mode & 0o077:
            raise ConfigError(f"secrets_file: others may read {file}: chmod 600 {file}")
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"secrets_file: {file} cannot be read: {type(error).__name__}") from error
    found = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            raise ConfigError(f"secrets_file: line {number}: expected NAME=value")
        found[name.strip()] = value.strip()
    return found


def _read(file: Path) -> dict[str, Any]:
    try:
        said = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            f"{file}: not found. Run in the folder that holds config.yml, or set KANAL_CONFIG."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file.name}: not readable as YAML: {error}") from error
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise ConfigError(
            f"{file.name}: expected `key: value` lines, found a {type(said).__name__}"
        )
    return {str(key): value for key, value in said.items()}


def _explain(error: ValidationError, model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for mistake in error.errors():
        path = [str(step) for step in mistake["loc"]]
        key = ".".join((*filter(None, [prefix]), *path))
        if mistake["type"] == "extra_forbidden":
            yield f"{key}: unknown key.{_nearest(model, path)}"
        elif mistake["type"] == "missing":
            yield f"{key}: missing. Set it in config.yml."
        elif key == "schema_version":
            yield (
                f"{key}: {mistake['input']!r} is not {SCHEMA_VERSION}, the version that this "
                "release reads. docs/upgrade.md says how to bring the file up to date."
            )
        else:
            yield f"{key}: {mistake['msg']}. You gave {mistake['input']!r}."


def _nearest(model: type[BaseModel], path: list[str]) -> str:
    inner: type[BaseModel] = model
    for step in path[:-1]:
        annotation = inner.model_fields[step].annotation if step in inner.model_fields else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return ""
        inner = annotation
    known = difflib.get_close_matches(path[-1], list(inner.model_fields), n=1, cutoff=0.5)
    return f" Did you mean `{known[0]}`?" if known else f" Known: {', '.join(inner.model_fields)}."


def channel_names() -> list[str]:
    """Every channel whose folder is there."""
    folder = Path(str(import_module("channels").__file__)).parent
    return sorted(
        child.parent.name for child in folder.glob("*/adapter.py") if child.parent.name[0] != "_"
    )


def channel_settings(name: str, said: Mapping[str, Any], where: str = "") -> BaseModel:
    """Validate what config.yml says under channels.<name> by that channel's own model.

    `where` names the block in messages, where it is not channels.<name> itself.
    Raises: ConfigError.
    """
    known = channel_names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f" Did you mean `{near[0]}`?" if near else f" Known: {', '.join(known)}."
        raise ConfigError(f"config.yml: channels.{name}: unknown channel.{hint}")
    common_settings(name, said, where)
    own = {key: value for key, value in said.items() if key not in ChannelCommon.model_fields}
    model: type[BaseModel] = import_module(f"channels.{name}.adapter").Settings
    return _validated(model, own, where or f"channels.{name}")


def common_settings(name: str, said: Mapping[str, Any], where: str = "") -> ChannelCommon:
    """Validate the keys under channels.<name> that every channel has. Raises: ConfigError."""
    common = {key: value for key, value in said.items() if key in ChannelCommon.model_fields}
    return _validated(ChannelCommon, common, where or f"channels.{name}")


def _validated(model: type[Section], said: Mapping[str, Any], where: str) -> Section:
    try:
        return model(**said)
    except ValidationError as error:
        lines = _explain(error, model, where)
        raise ConfigError("\n".join(f"config.yml: {line}" for line in lines)) from error

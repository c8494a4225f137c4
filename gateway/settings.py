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
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from gateway.sections import (
    ChannelCommon,
    City,
    Console,
    Dialogs,
    Log,
    Media,
    Metrics,
    Nlu,
    Office,
    Public,
    Retention,
    Store,
    Worker,
)

SCHEMA_VERSION = 1
Section = TypeVar("Section", bound=BaseModel)


class ConfigError(Exception):
    """config.yml or the environment is wrong; the message names the key and the remedy."""


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

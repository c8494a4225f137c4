"""A mistake in config.yml names the key, the remedy and the nearest key that exists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from gateway.settings import ConfigError, channel_names, channel_settings, load

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def config(tmp_path: Path):
    def write(text: str) -> Path:
        file = tmp_path / "config.yml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_ours_is_valid_and_every_channel_in_it_is_there() -> None:
    settings = load(ROOT / "config.yml")
    for name, said in settings.channels.items():
        assert name in channel_names()
        channel_settings(name, said)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("public: {prot: 80}", "config.yml: public.prot: unknown key. Did you mean `port`?"),
        ("stoer: {}", "config.yml: stoer: unknown key. Did you mean `store`?"),
        ("public: {port: 99999}", "config.yml: public.port: Input should be less than 65536."),
        ("public: {port: viele}", "You gave 'viele'."),
        ("schema_version: 2", "docs/upgrade.md"),
        ("city: {timezone: Asia/Batavia}", "for example Asia/Jakarta"),
        ("nlu: {engine: oracle}", "config.yml: nlu.engine: Input should be 'embedded'"),
        ("nlu: {geocoder: nominatim}", "config.yml: nlu: "),
        ("nlu: {geocoder: nominatim}", "an address to write to (nlu.nominatim.email)"),
        (
            "nlu: {geocoder: nominatim, nominatim: {email: a@b.example, per_second: 2}}",
            "at most one question a second (nlu.nominatim.per_second)",
        ),
        ("- a\n- b", "expected `key: value` lines, found a list"),
        ("public: [", "not readable as YAML"),
    ],
)
def test_a_mistake_is_named(config, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(config(text))
    assert message in str(error.value)


def test_a_geocoder_of_ones_own_is_asked_as_one_likes(config) -> None:
    own = "{url: 'http://127.0.0.1:8088', per_second: 50}"
    settings = load(config(f"nlu: {{geocoder: nominatim, nominatim: {own}}}"))
    assert settings.nlu.nominatim.per_second == 50


def test_every_mistake_is_named_at_once(config) -> None:
    with pytest.raises(ConfigError) as error:
        load(config("stoer: {}\npublic: {prot: 80, port: -1}"))
    assert len(str(error.value).splitlines()) == 3


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="set KANAL_CONFIG"):
        load(tmp_path / "none.yml")


def test_the_environment_wins(config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANAL_STORE__URL", "postgresql://kanal@127.0.0.1/kanal")
    monkeypatch.setenv("KANAL_CHANNELS__EMAIL__LISTEN_PORT", "2525")
    settings = load(config("store: {url: sqlite}\nchannels: {email: {listen_port: 8025}}"))
    assert settings.store.url == "postgresql://kanal@127.0.0.1/kanal"
    assert settings.channels["email"]["listen_port"] == "2525"


def test_a_channel_by_its_bare_name_has_its_defaults(config) -> None:
    assert load(config("channels:\n  webchat:\n")).channels == {"webchat": {}}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("telegramm", "Did you mean `telegram`?"),
        ("os; import", "unknown channel"),
        ("message", "unknown channel"),
    ],
)
def test_an_unknown_channel_is_named(name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=r"config\.yml: channels") as error:
        channel_settings(name, {})
    assert message in str(error.value)


def test_a_channels_own_mistake_is_named() -> None:
    with pytest.raises(ConfigError) as error:
        channel_settings("telegram", {"mood": "polling"})
    assert "channels.telegram.mood: unknown key. Did you mean `mode`?" in str(error.value)


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    from gateway.settings import Settings

    def keys(model, prefix: str = "") -> Iterator[str]:
        for name, field in model.model_fields.items():
            if hasattr(field.annotation, "model_fields"):
                yield from keys(field.annotation, f"{prefix}{name}.")
            else:
                yield prefix + name

    for key in keys(Settings):
        assert f"`{key}`" in text, f"docs/settings.md does not explain {key}"


def test_ours_names_no_secret() -> None:
    said = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    assert "password" not in str(said).lower()

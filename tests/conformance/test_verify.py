"""A webhook believes a delivery that the provider signed, and no other.

`fixtures/signed.json` holds one that must be believed: {"settings": name of the settings file,
"headers": {...}, "body": "..."}. A channel that has no webhook has no such file.
"""

from __future__ import annotations

import json

import pytest

from channels.adapter import Webhook
from tests.conformance.folders import Setting, settings


def webhooks() -> list[Setting]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        return [each for each in settings() if isinstance(each.adapter(monkeypatch), Webhook)]


each_webhook = pytest.mark.parametrize("setting", webhooks(), ids=str)


def opened(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> Webhook:
    adapter = setting.adapter(monkeypatch)
    assert isinstance(adapter, Webhook)
    return adapter


def signed(setting: Setting) -> tuple[dict[str, str], bytes]:
    written = json.loads((setting.folder.fixtures / "signed.json").read_text())
    return written["headers"], written["body"].encode()


@each_webhook
def test_a_signed_delivery_is_believed(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    headers, body = signed(setting)

    assert opened(setting, monkeypatch).verify(headers, body)


@each_webhook
def test_a_wrong_or_missing_signature_is_refused(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = opened(setting, monkeypatch)
    headers, body = signed(setting)

    assert not adapter.verify({}, body)
    for name, value in headers.items():
        for wrong in ("", value[:-1], value + "x", "x" + value[1:], "é", "\udcff"):
            assert not adapter.verify({**headers, name: wrong}, body), (name, wrong)


@each_webhook
def test_without_a_secret_nothing_is_believed(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = opened(setting, monkeypatch)
    headers, body = signed(setting)
    assert setting.path is not None
    for variable in json.loads(setting.path.read_text()).get("environ", {}):
        monkeypatch.delenv(variable)

    assert not adapter.verify(headers, body)
    assert not adapter.verify(dict.fromkeys(headers, ""), body)


@each_webhook
def test_the_journal_gets_no_header_that_is_a_secret(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = opened(setting, monkeypatch)

    assert adapter.kept_headers & set(signed(setting)[0]) == set()
    assert all(name == name.lower() for name in adapter.kept_headers)

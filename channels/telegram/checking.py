"""What `kanal channels check` says of a bot: who it is, and how its updates travel. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from channels.errors import Misconfigured


def polled(name: str, hook: Mapping[str, Any]) -> str:
    """Say how a polling bot stands by its `getWebhookInfo`. Raises Misconfigured."""
    if elsewhere := _host(hook):
        raise Misconfigured(
            f"channels.telegram: @{name} works, but a webhook sends its updates to {elsewhere}."
            " If another program uses this bot, stop it, or ask @BotFather for one of your own;"
            " `kanal run` takes the webhook away when it starts"
        )
    return f"@{name}, reads by polling; {_waiting(hook)}"


def hooked(name: str, hook: Mapping[str, Any], ours: str) -> str:
    """Say how a bot with a webhook at `ours` stands. Raises Misconfigured."""
    url = hook.get("url")
    if not url:
        return f"@{name}; no webhook is set yet: `kanal run` sets it when it starts"
    if url != ours:
        raise Misconfigured(
            f"channels.telegram.public_url: @{name} works, but its webhook leads to {_host(hook)},"
            " not to this gateway. Stop the program there, or correct public_url; `kanal run` sets"
            " the webhook anew when it starts"
        )
    wrong = hook.get("last_error_message")
    said = f"; Telegram's last trouble with it: {wrong}" if isinstance(wrong, str) else ""
    return f"@{name}, called at {ours}; {_waiting(hook)}{said}"


def _host(hook: Mapping[str, Any]) -> str:
    """Whose webhook it is, without its path, which may hold a secret."""
    url = hook.get("url")
    if not isinstance(url, str) or not url:
        return ""
    try:
        return urlsplit(url).hostname or "an address that cannot be read"
    except ValueError:
        return "an address that cannot be read"


def _waiting(hook: Mapping[str, Any]) -> str:
    count = hook.get("pending_update_count")
    return f"{count if isinstance(count, int) else 'no'} updates wait there"

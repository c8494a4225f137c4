"""How long a message waits for the next ones: several short messages in a row make one turn.

What is whole by itself waits for nothing: a command, a pressed button, a bare answer, an edit.
Danger to life is answered at once, together with what was written just before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from channels.message import InboundMessage
from dialogs import words
from gateway.settings import Settings, common_settings
from nlu.slots import emergency
from store.patience import ALONE, Patience

_WHOLE = Patience(hurry=True)
_DANGER = Patience(quiet=timedelta(), hurry=True)


class Gathering:
    """The patience of each account that config.yml names; any other channel answers at once."""

    def __init__(self, settings: Settings) -> None:
        self.use(settings)

    def use(self, settings: Settings) -> None:
        """Go by these settings from now on."""
        self._quiet = dict(_waits(settings))

    def __call__(self, message: InboundMessage) -> Patience:
        """See `store.patience.Patient`."""
        own = self._quiet.get((message.channel, message.account))
        wait = self._quiet.get((message.channel, "")) if own is None else own
        return _of(message, wait) if wait else ALONE


def _waits(settings: Settings) -> Iterator[tuple[tuple[str, str], timedelta]]:
    """Seconds by channel and account; the account "" stands for all that have none of their own."""
    for name, said in settings.channels.items():
        shared = common_settings(name, said).gather_s
        seconds = settings.dialogs.gather_s if shared is None else shared
        yield (name, ""), timedelta(seconds=seconds)
        accounts = said.get("accounts") or {}
        for account, own in accounts.items():
            its = common_settings(name, own or {}, f"channels.{name}.accounts.{account}").gather_s
            if its is not None:
                yield (name, str(account)), timedelta(seconds=its)


def _of(message: InboundMessage, wait: timedelta) -> Patience:
    if message.choice or message.edited or message.card or _is_whole(message.text):
        return _WHOLE
    return _DANGER if emergency(message.words) else Patience(quiet=wait)


def _is_whole(text: str) -> bool:
    bare = words.meaning("commands", text) or words.meaning("answers", text)
    return bool(bare) or words.number(text) is not None

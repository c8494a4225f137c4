"""What Telegram's refusals mean: who must act, how long to wait, and whom it concerns.

| code | of a send | of anything else |
|---|---|---|
| 400 | refused; a press too old to answer is no failure | a file that is gone: never fetched |
| 400 with `migrate_to_chat_id` | the group is a supergroup now: sent there | |
| 401, 404 | the token is dead: misconfigured | the same |
| 403 | blocked, deactivated, removed from the group: refused as blocked | a file: never fetched |
| 409 | | another program polls (again later) or has set a webhook (misconfigured) |
| 429 | wait as long as `retry_after` says | the same |
| 5xx | later | later |

Source: Bot API, "Making requests", "ResponseParameters"; descriptions as its servers send them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from channels.adapter import Refused, Retry, SendOutcome, Sent
from channels.errors import Misconfigured, Throttled, Unreachable
from channels.errors import Refused as NeverFetched
from channels.telegram.api import Rejected


class Floods:
    """Whom a 429 concerns: Telegram says how long, and never whether one chat or the whole bot.

    Its limits are per chat and over all (Bots FAQ, "My bot is hitting limits"). So a wait is the
    chat's own, until another chat is told to wait before that wait is over: then it is the bot's.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[object, float] = {}  # chat -> when it may be sent to again

    def of_all(self, chat: object, wait: timedelta) -> bool:
        """Remember that `chat` must wait; True when the whole bot must. None: no chat at all."""
        now = self._clock()
        self._until = {other: at for other, at in self._until.items() if at > now}
        others = self._until.keys() - {chat}
        self._until[chat] = now + wait.total_seconds()
        return chat is None or bool(others)


def dead_token(method: str, error: Rejected) -> bool:
    """Tell whether Telegram no longer knows the token: a revoked one, or one of a deleted bot."""
    return error.code in {401, 404} and method != "download"


def outcome(method: str, chat: object, error: Rejected, floods: Floods) -> SendOutcome:
    """What became of a send that Telegram refused; a dead token is not asked about."""
    detail = f"{method}: {error}"
    match error.code:
        case 429:
            after = wait(error)
            return Retry(
                detail=detail, after=after, account=bool(after and floods.of_all(chat, after))
            )
        case 400 if method == "answerCallbackQuery":
            return Sent()  # pressed too long ago: nothing spins any more
        case 400 if method == "sendPhoto":
            return Sent()  # a picture that Telegram does not like must not hold up the words
        case 403:
            return Refused(detail=detail, blocked=True)
        case code if code >= 500:  # noqa: PLR2004 - HTTP
            return Retry(detail=detail)
        case _:
            return Refused(detail=detail)


def trouble(method: str, error: Rejected) -> Exception:
    """The error of a refused call that sends nothing; a dead token is not asked about."""
    detail = f"{method}: {error}"
    match error.code:
        case 429:
            return Throttled(detail, retry_after=wait(error) or timedelta(seconds=1))
        case 400 | 403 | 404 if method in {"getFile", "download"}:
            return NeverFetched(detail)
        case 400 if method == "setWebhook":
            return Misconfigured(f"channels.telegram.public_url: {error.description}")
        case 409 if "webhook" in error.description:
            return Misconfigured(
                "channels.telegram: another program has set a webhook for this bot, so polling is"
                " refused. Stop that program, then restart this gateway, which takes the webhook"
                " away; or ask @BotFather for a bot of your own"
            )
        case 409:
            return Unreachable("another program polls with the same token")
        case _:
            return Unreachable(detail)


def wait(error: Rejected) -> timedelta | None:
    """As long as Telegram says, None when it says nothing."""
    if error.retry_after_s is None:
        return None
    with suppress(OverflowError):
        return timedelta(seconds=error.retry_after_s)
    return None

"""Reading a timeline back to what is known, page by page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

PAGE = 100  # items; the most that X gives at once
FIRST_PAGE = 5  # items; the fewest that X gives
MOST_PAGES = 100  # of one question; X itself ends mentions after 800
NOTHING_YET = "1"  # stands for the newest of an empty timeline: whatever comes is newer

Ask = Callable[[str, str, int], Awaitable[Mapping[str, Any]]]  # since, page, most -> an answer
Item = dict[str, Any]


async def newer(ask: Ask, last: str, me: Mapping[str, str]) -> tuple[list[Item], str]:
    """Everything newer than `last`, in the order in which it was written, and the newest id.

    Without `last` nothing is taken, and the newest id is where reading begins: what was written
    before we served is no news.
    """
    found: list[Item] = []
    newest, page = last or NOTHING_YET, ""
    for _ in range(MOST_PAGES):
        answer = await ask(last, page, PAGE if last else FIRST_PAGE)
        read = [one for one in answer.get("data") or () if isinstance(one, Mapping)]
        fresh = [one for one in read if _number(one) > int(last or 0)]
        newest = max([newest, *(str(one["id"]) for one in fresh)], key=int)
        page = str((answer.get("meta") or {}).get("next_token") or "")
        if not last:
            break
        found += [_item(one, answer, me) for one in fresh]
        if not page or not read or len(fresh) < len(read):
            break
    return found[::-1], newest


def _item(one: Mapping[str, Any], answer: Mapping[str, Any], me: Mapping[str, str]) -> Item:
    """One post or message, with what the answer includes for it."""
    includes = answer.get("includes") or {}
    # What X includes of a post that was deleted meanwhile need not have an id.
    told = {str(post["id"]): post for post in includes.get("tweets") or () if "id" in post}
    posts = {key: told[key] for key in _referenced(one) if key in told}
    both = (one, *posts.values())
    authors = {str(said.get("author_id") or said.get("sender_id")) for said in both}
    keys = {key for said in both for key in (said.get("attachments") or {}).get("media_keys") or ()}
    return {
        "me": dict(me),
        "dm" if "event_type" in one or "sender_id" in one else "post": one,
        "users": _named(includes.get("users"), "id", authors),
        "media": _named(includes.get("media"), "media_key", keys),
        "posts": posts,
    }


def _referenced(one: Mapping[str, Any]) -> Iterable[str]:
    return [str(said["id"]) for said in one.get("referenced_tweets") or () if "id" in said]


def _named(rows: Any, key: str, wanted: set[str]) -> Item:
    return {str(row[key]): row for row in rows or () if key in row and str(row[key]) in wanted}


def _number(one: Mapping[str, Any]) -> int:
    written = str(one.get("id", ""))
    return int(written) if written.isascii() and written.isdigit() else 0

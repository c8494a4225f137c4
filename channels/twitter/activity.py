"""The Account Activity API's objects, which are those of API v1.1, in the shape of API v2. Pure.

Source: docs.x.com, "V2 Account Activity API", "Account Activity data object structure".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

_SILENT = {
    "favorite_events": "like",
    "follow_events": "follow",
    "unfollow_events": "unfollow",
    "block_events": "block",
    "unblock_events": "unblock",
    "mute_events": "mute",
    "unmute_events": "unmute",
    "tweet_delete_events": "deleted post",
    "direct_message_indicate_typing_events": "typing",
    "user_event": "authorisation revoked",
    "replay_job_status": "replay job",
}


def items(said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One item a post, message or receipt; what cannot be one is left for payload to refuse."""
    me = {"id": str(said.get("for_user_id", "")), "username": ""}
    known = False
    for post in _list(said, "tweet_create_events"):
        known = True
        yield _guarded(_post, post, me)
    for event in _list(said, "direct_message_events"):
        known = True
        yield _guarded(_dm, event, me, said.get("users") or {})
    for event in _list(said, "direct_message_mark_read_events"):
        known = True
        yield {"me": me, "read": {"last": event.get("last_read_event_id")}}
    for name, why in _SILENT.items():
        if name in said:
            known = True
            yield {"ignored": why}
    if not known:
        yield {}


def _list(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = said.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _guarded(read: Any, *arguments: Any) -> dict[str, Any]:
    """One bad item never takes its neighbours with it: it becomes an item that means nothing."""
    try:
        item: dict[str, Any] = read(*arguments)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return {}
    return item


def _post(post: Mapping[str, Any], me: Mapping[str, str]) -> dict[str, Any]:
    others = {name: post.get(name) for name in ("quoted_status", "retweeted_status")}
    referenced = [
        {"type": kind, "id": str(post[field])}
        for kind, field in (
            ("replied_to", "in_reply_to_status_id_str"),
            ("quoted", "quoted_status_id_str"),
        )
        if post.get(field)
    ]
    if others["retweeted_status"]:
        referenced.append({"type": "retweeted", "id": str(others["retweeted_status"]["id_str"])})
    quoted = others["quoted_status"]
    media: dict[str, Any] = {}
    item = {
        "me": dict(me),
        "post": {**_said(post, media), "referenced_tweets": referenced},
        "users": {str(post["user"]["id_str"]): {"username": post["user"].get("screen_name", "")}},
        "media": media,
    }
    if isinstance(quoted, Mapping):
        item["posts"] = {str(quoted["id_str"]): _said(quoted, media)}
    return item


def _said(post: Mapping[str, Any], media: dict[str, Any]) -> dict[str, Any]:
    """A post of API v1.1 as one of API v2; its media go into `media` by their keys."""
    whole = post.get("extended_tweet") or {}
    entities = dict(whole.get("entities") or post.get("entities") or {})
    attached = (whole.get("extended_entities") or post.get("extended_entities") or {}).get("media")
    keys, links = [], list(entities.get("urls") or ())
    for one in attached or ():
        key = f"3_{one['id_str']}"
        media[key] = {"type": one.get("type", "photo"), "url": one["media_url_https"]}
        keys.append(key)
        links.append({"url": one["url"], "media_key": key})
    said: dict[str, Any] = {
        "id": str(post["id_str"]),
        "author_id": str(post["user"]["id_str"]),
        "text": str(whole.get("full_text") or post["text"]),
        "created_at": parsedate_to_datetime(str(post["created_at"])).astimezone(UTC).isoformat(),
        "lang": post.get("lang", ""),
        "entities": {"urls": links},
        "attachments": {"media_keys": keys},
    }
    if isinstance(post.get("coordinates"), Mapping):
        said["geo"] = {"coordinates": post["coordinates"]}
    return said


def _dm(
    event: Mapping[str, Any], me: Mapping[str, str], users: Mapping[str, Any]
) -> dict[str, Any]:
    if event.get("type") != "message_create":
        return {"ignored": str(event["type"])}
    created = event["message_create"]
    said, sender = created["message_data"], str(created["sender_id"])
    at = datetime.fromtimestamp(int(event["created_timestamp"]) / 1000, UTC)
    links = list((said.get("entities") or {}).get("urls") or ())
    media, keys = {}, []
    match said.get("attachment"):
        case {
            "type": "media",
            "media": {"id_str": str(number), "media_url_https": str(url)} as one,
        }:
            keys = [f"3_{number}"]
            media = {keys[0]: {"type": one.get("type", "photo"), "url": url}}
            links.append({"url": one.get("url", ""), "media_key": keys[0]})
    user = users.get(sender) or {}
    return {
        "me": dict(me),
        "dm": {
            "id": str(event["id"]),
            "sender_id": sender,
            "dm_conversation_id": f"{sender}-{created['target']['recipient_id']}",
            "text": str(said.get("text", "")),
            "created_at": at.isoformat(),
            "entities": {"urls": [one for one in links if one.get("url")]},
            "attachments": {"media_keys": keys},
        },
        "users": {sender: {"username": user.get("screen_name", "")}},
        "media": media,
    }

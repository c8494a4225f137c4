"""What a person from the provider may do here: his groups name a role, or he does not come in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.rights import Role

Claims = Mapping[str, Any]  # what the provider says of a person

_NAME = re.compile(r"[^a-z0-9._@+-]+")
_LONGEST_NAME = 64
_ORDER = (Role.VIEWER, Role.OFFICER, Role.MODERATOR, Role.ADMIN)  # the highest of several counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What members of a group are here."""

    role: Role
    agency: str | None = None
    area: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Newcomer:
    """A person as the provider knows him."""

    subject: str  # "<issuer> <sub>": his for ever, unlike a name or an address
    names: tuple[str, ...]  # what he may be called here, best first
    grant: Grant | None  # None: none of his groups is one of ours


def newcomer(claims: Claims, groups_claim: str, grants: Mapping[str, Grant]) -> Newcomer:
    """Read claims. An address counts only where the provider has verified it."""
    names = [claims.get("preferred_username")]
    if claims.get("email_verified") is True:
        names.insert(0, claims.get("email"))
    found = [grants[group] for group in _groups(claims.get(groups_claim)) if group in grants]
    return Newcomer(
        subject=f"{claims['iss']} {claims['sub']}",
        names=tuple(dict.fromkeys(filter(None, map(_name, names)))),
        grant=max(found, key=lambda grant: _ORDER.index(grant.role), default=None),
    )


def _groups(told: Any) -> Sequence[str]:
    if isinstance(told, str):
        return (told,)
    return [one for one in told if isinstance(one, str)] if isinstance(told, list) else ()


def _name(told: Any) -> str:
    return (
        _NAME.sub("-", told.casefold())[:_LONGEST_NAME].strip("-") if isinstance(told, str) else ""
    )

"""What the mail server in front of us found out about a mail's sender. Pure.

Only fields under the name of that server count (`authserv_id`), and of those the topmost that
names a method: mail servers write theirs above what the mail brought along.

Source: RFC 8601 (Authentication-Results), RFC 7489 section 3.1 (which domains go together).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from channels.email.fields import Fields

PASS, FAIL = "pass", "fail"

_FIELD = "authentication-results"
_MOST_FIELDS = 20
_LONGEST = 8_000  # characters of a field
_RESULT = re.compile(r"\s*([A-Za-z0-9-]{1,40})\s*(?:/\s*\d+\s*)?=\s*([A-Za-z]{1,40})")
_DOMAIN = re.compile(
    r"(?:smtp\.mailfrom|header\.d|header\.i|header\.from)\s*=\s*(?:[^\s;@]{0,320}@)?([A-Za-z0-9.-]{1,255})",
    re.IGNORECASE,
)
_BAD = frozenset({"fail", "softfail", "permerror"})


@dataclass(frozen=True, slots=True)
class _Found:
    """One method's result."""

    method: str  # "spf", "dkim", "dmarc"
    result: str  # "pass", "fail", "none" ...
    domain: str  # whom it speaks of, "" where it does not say


def verdict(fields: Fields, authserv_id: str, sender: str) -> str:
    """Whether the sender's domain vouches for the mail: PASS, FAIL, or "" where nobody can say.

    DMARC decides, where it speaks of the same domain; where there is no such result, SPF and DKIM
    of the sender's own domain.
    """
    found = list(_results(fields, authserv_id.lower())) if authserv_id else []
    domain = sender.rpartition("@")[2]
    dmarc = next((one for one in found if one.method == "dmarc"), None)
    if dmarc is not None and dmarc.result == "fail":
        return FAIL
    if dmarc is not None and dmarc.result == "pass" and dmarc.domain == domain:
        return PASS
    own = [one for one in found if one.method in {"spf", "dkim"} and _speaks_for(one, domain)]
    if any(one.result == "pass" for one in own):
        return PASS
    return FAIL if any(one.result in _BAD for one in own) else ""


def _speaks_for(one: _Found, domain: str) -> bool:
    """Tell whether a result is about the sender's domain or one that stands above it."""
    return bool(one.domain) and f".{domain}".endswith(f".{one.domain}")


def _results(fields: Fields, authserv_id: str) -> Iterator[_Found]:
    """Give the results of our mail server: of each method those of the topmost field."""
    known: set[str] = set()
    for value in fields.all(_FIELD)[:_MOST_FIELDS]:
        name, *results = _clauses(value[:_LONGEST])
        words = name.split()
        if not words or words[0].lower() != authserv_id:
            continue
        found = [one for clause in results if (one := _found(clause)) is not None]
        yield from (one for one in found if one.method not in known)
        known |= {one.method for one in found}


def _found(clause: str) -> _Found | None:
    result = _RESULT.match(clause)
    if result is None:
        return None
    domain = _DOMAIN.search(clause, result.end())
    return _Found(
        method=result[1].lower(),
        result=result[2].lower(),
        domain=domain[1].lower().strip(".") if domain else "",
    )


def _clauses(value: str) -> list[str]:
    """Divide a field at its semicolons; comments and what stands in quotes hold none."""
    clauses, words, depth, quoted = [""], "", 0, False
    skip = False
    for letter in value:
        if skip:
            skip = False
            words += letter if not depth and letter != ";" else ""
        elif letter == "\\":
            skip = True
        elif depth or (letter == "(" and not quoted):
            depth += (letter == "(") - (letter == ")")
        elif letter == '"':
            quoted = not quoted
        elif letter == ";" and not quoted:
            clauses[-1], words = words, ""
            clauses.append("")
        else:
            words += " " if quoted and letter == ";" else letter
    clauses[-1] = words
    return clauses

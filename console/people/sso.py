"""Single sign-on as the pages use it.

How it is done stands in oidc.py, which only a gateway with a provider loads: what checks its
signatures is 11 MB in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.people.grants import Grant

if TYPE_CHECKING:
    from console.people.oidc import SignOn

SSO_PATH = "/console/login/sso"  # the provider sends the browser back here


class SignOnError(Exception):
    """A sign-on that does not succeed. `word` is a key of the pages' words; the rest for the log.

    away       the provider does not answer, or answers what we do not understand
    cancelled  the person, or the provider, did not want to
    forged     it was not begun in this browser, or too long ago, or was answered before
    refused    what came back is not to be believed
    """

    def __init__(self, word: str, detail: str) -> None:
        super().__init__(detail)
        self.word = word


@dataclass(frozen=True, kw_only=True, slots=True)
class Sso:
    """What the button says, who the provider is, and what its groups may do."""

    label: str
    sign_on: SignOn
    groups_claim: str
    grants: Mapping[str, Grant]

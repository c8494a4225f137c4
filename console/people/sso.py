"""The provider that config.yml names, as the pages use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from console.people.grants import Grant
from console.people.oidc import SignOn


@dataclass(frozen=True, kw_only=True, slots=True)
class Sso:
    """Single sign-on: what the button says, who the provider is, and what its groups may do."""

    label: str
    sign_on: SignOn
    groups_claim: str
    grants: Mapping[str, Grant]

"""What is ours in a mail: our addresses, the ids that we give, the mark that we leave. Pure.

An answer invites replies to an address that is signed for one citizen:

    lapor+re.k5w3mzq7h2xd4ota@kota.example        HMAC-SHA256 over his address, 80 bits of it

Mail from him to that address goes on where he was. The same address in somebody else's mail says
nothing: it was signed for another (RFC 5233, plus addressing).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field

NAME = "email"
LOOP_HEADER = "x-kanal-loop"  # in every mail of ours: whatever carries it is never answered
UNREAD = "unread"  # in an envelope: why it was left in the mailbox, for a person
_LETTER = r"[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f-\x9f]"  # RFC 5322 atext and dots, RFC 6532
_ADDRESS = re.compile(rf"{_LETTER}{{1,64}}@{_LETTER}{{1,190}}")
_SIGNED = "re."
_MARK_BYTES = 10
_OUR_ID = re.compile(r"<kanal\.[0-9a-f]{32}@([^<>\s]{1,190})>")


@dataclass(frozen=True, kw_only=True, slots=True)
class Us:
    """Whom the mail is for, and who answers."""

    account: str
    address: str  # in lower case
    name: str = ""
    recipients: tuple[str, ...] = ()  # further addresses, or "@domain" for all of a domain
    key: bytes = field(default=b"", repr=False)  # signs addresses; b"": they are not signed
    domain: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "domain", self.address.rpartition("@")[2])

    def is_our(self, address: str) -> bool:
        """Tell one of our addresses, with or without "+anything" in it."""
        local, _, domain = address.lower().rpartition("@")
        return f"{local.partition('+')[0]}@{domain}" in {self.address, *self.recipients}

    def takes(self, address: str) -> bool:
        """Tell an address at which mail for us comes in."""
        domain = address.lower().rpartition("@")[2]
        return self.is_our(address) or f"@{domain}" in self.recipients

    def signed(self, citizen: str) -> str:
        """Our address for this citizen's replies."""
        if not self.key:
            return self.address
        local, _, domain = self.address.rpartition("@")
        return f"{local}+{_SIGNED}{self._mark(citizen)}@{domain}"

    def is_signed_for(self, address: str, citizen: str) -> bool:
        """Tell the address that we gave to this citizen, in constant time."""
        local = address.lower().rpartition("@")[0]
        _, _, mark = local.partition(f"+{_SIGNED}")
        good = hmac.compare_digest(mark.encode(), self._mark(citizen).encode())
        return bool(self.key) and self.is_our(address) and good

    def _mark(self, citizen: str) -> str:
        said = f"reply {self.account} {citizen.lower()}".encode()
        mark = hmac.digest(self.key, said, "sha256")[:_MARK_BYTES]
        return base64.b32encode(mark).decode().lower()

    def id_of(self, key: str) -> str:
        """The Message-ID of the mail that an idempotency key stands for: the same at each try."""
        return f"<kanal.{hashlib.sha256(key.encode()).hexdigest()[:32]}@{self.domain}>"

    def is_our_id(self, message_id: str) -> bool:
        """Tell an id that `id_of` made."""
        known = _OUR_ID.fullmatch(message_id)
        return known is not None and known[1] == self.domain


def is_address(text: str) -> bool:
    """Tell an address that can be written to, in the form that all of the world uses."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None  # noqa: PLR2004 - RFC 5321, 4.5.3.1.3

"""How far we have read: the last post and the last direct message, as one line of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Cursor:
    """Ids grow with time; "" before the first question."""

    post: str = ""
    dm: str = ""

    @classmethod
    def read(cls, written: str | None) -> Self:
        """Read what `written` wrote; anything else begins anew."""
        try:
            said = json.loads(written or "{}")
            numbers = {name: str(said.get(name, "")) for name in ("post", "dm")}
        except (ValueError, AttributeError):
            return cls()
        return cls(**{name: one for name, one in numbers.items() if one.isdigit()})

    def written(self) -> str:
        """The line that the gateway keeps."""
        return json.dumps(asdict(self))

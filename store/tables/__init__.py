"""Every table of the house. Times are aware UTC; JSON columns hold what a room's types dump.

    base.py         what every table is made of: moments, ids, references
    coming.py       deliveries, messages, attachments, what an engine said of them
    talking.py      conversations, whose they are, what people did in them
    complaining.py  complaints, who joined them, what happened to them, what waits
    going.py        messages to citizens, what providers said, how channels fare
    teaching.py     moderators' words, and the models that learnt from them
    counting.py     the overview's days, and which of them have changed
    working.py      people at the desk: accounts, how they come in, what they did

A column that is added needs a migration (docs/upgrade.md); `kanal migrate --check` and a test
compare these classes with the migrations.
"""

from __future__ import annotations

from store.tables.base import Row, Utc, table
from store.tables.coming import Cursor, Delivery, Inbox, Media, PartRow, Prediction
from store.tables.complaining import Complaint, ComplaintEvent, Settled, Supporter, Task
from store.tables.counting import OverviewChange, OverviewDay
from store.tables.going import ChannelState, EarlyReceipt, Exchange, Lease, Outbox, SentPart
from store.tables.talking import (
    CardRow,
    Contact,
    ConversationEvent,
    ConversationRow,
    Erasure,
    Identity,
    OneTimeCode,
)
from store.tables.teaching import Correction, Learning, Training
from store.tables.working import (
    Account,
    ApiToken,
    Audit,
    AuditSeal,
    LoginAttempt,
    SavedView,
    SessionRow,
    SetupLink,
)

__all__ = [
    "Account",
    "ApiToken",
    "Audit",
    "AuditSeal",
    "CardRow",
    "ChannelState",
    "Complaint",
    "ComplaintEvent",
    "Contact",
    "ConversationEvent",
    "ConversationRow",
    "Correction",
    "Cursor",
    "Delivery",
    "EarlyReceipt",
    "Erasure",
    "Exchange",
    "Identity",
    "Inbox",
    "Learning",
    "Lease",
    "LoginAttempt",
    "Media",
    "OneTimeCode",
    "Outbox",
    "OverviewChange",
    "OverviewDay",
    "PartRow",
    "Prediction",
    "Row",
    "SavedView",
    "SentPart",
    "SessionRow",
    "Settled",
    "SetupLink",
    "Supporter",
    "Task",
    "Training",
    "Utc",
    "table",
]

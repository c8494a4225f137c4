"""Deliberate silences: a person has the conversation, or a message was only edited.

Silent is not deaf: what comes meanwhile is kept with the draft or the complaint.
"""

from __future__ import annotations

from dataclasses import replace

from dialogs import asking, drafting, spots
from dialogs.conversation import Conversation, Draft, Turn
from dialogs.earlier import note
from dialogs.effects import Schedule
from dialogs.insults import is_insult
from dialogs.reporting import newest
from dialogs.rule import Decision, filing_flow, is_report


def handed_over(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: a person answers. Reports and photos are gathered, to be filed if nobody does."""
    return kept(conversation, turn) if conversation.handed_over else None


def kept(conversation: Conversation, turn: Turn) -> Decision:
    """Say nothing; what reports something joins the draft, which is filed in the end."""
    reports = is_report(turn.understanding) or conversation.draft is not None
    told = bool(turn.text) and reports and not is_insult(turn)
    if not told and not drafting.brings(turn):
        return conversation, ()
    draft = conversation.draft or drafting.begin(turn)
    kept = drafting.with_report(conversation, draft, turn)
    return kept, (Schedule(timer="expire", after=filing_flow().expire_after),)


def edited(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: an edited message is a better wording of one that was answered already."""
    if not turn.edited:
        return None
    draft = conversation.draft
    if draft is not None:
        return _into_draft(conversation, draft, turn)
    ticket = newest(turn)
    if ticket is None:
        return None  # nothing that it could belong to: read like any other message
    return conversation, (note(turn, ticket, "edited"),) if turn.text or turn.photos else ()


def _into_draft(conversation: Conversation, draft: Draft, turn: Turn) -> Decision:
    if turn.text in draft.texts and not drafting.brings(turn):
        return conversation, ()
    taken = drafting.with_topic(drafting.with_details(draft, turn), turn)
    after = replace(conversation, draft=taken)
    found = spots.in_report(turn)
    if found[0] is not None:
        after = drafting.replace_place(after, turn, found)
    if conversation.waiting_for in asking.AT_THE_END and taken != draft:
        return asking.advance(after, turn)
    return after, ()

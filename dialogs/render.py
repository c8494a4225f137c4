"""Effects to one message: sentences joined, choices numbered where there are no buttons. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialogs.conversation import Abilities
from dialogs.effects import Ask, Effect, Option, Say, Show
from dialogs.phrasebook import say

_INLINE = 36  # characters of all labels together
_SHORT_PLACE = 64  # characters of an address that are repeated in an SMS


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What one turn says, channel-neutral."""

    text: str = ""  # "" for a deliberate silence
    options: tuple[tuple[str, str], ...] = ()  # (value, label) for buttons; () once numbered
    ask_location: bool = False
    link: tuple[str, str] | None = None  # address and label of a card that the text names
    photos: tuple[str, ...] = ()  # references


def compose(locale: str, effects: Sequence[Effect], abilities: Abilities) -> Reply:
    """Join all that a turn says, in order, a blank line between.

    Choices become buttons where the channel shows that many of them, else numbered lines.
    """
    paragraphs: list[str] = []
    options: tuple[tuple[str, str], ...] = ()
    location, link = False, None
    for effect in effects:
        if isinstance(effect, Say | Ask):
            paragraphs.append(say(locale, effect.phrase, _slots(effect, abilities), abilities))
        if isinstance(effect, Ask):
            options = _labelled(locale, effect.options, abilities)
            location = effect.location and abilities.location
            url = effect.slots.get("card", "")
            link = (url, say(locale, "open_map", {})) if url and url in paragraphs[-1] else None
    if options and abilities.buttons < len(options):
        if not _is_skip_alone(options):
            paragraphs.append(_numbered(locale, options, abilities))
        options = ()
    text = ("\n" if abilities.short else "\n\n").join(paragraphs)
    shown = tuple(one for effect in effects if isinstance(effect, Show) for one in effect.photos)
    return Reply(text=text, options=options, ask_location=location, link=link, photos=shown)


def _is_skip_alone(options: Sequence[tuple[str, str]]) -> bool:
    """The phrase itself says that the question may be skipped."""
    return len(options) == 1 and options[0][0].endswith(":skip")


def _labelled(
    locale: str, options: Sequence[Option], abilities: Abilities
) -> tuple[tuple[str, str], ...]:
    return tuple(
        (one.value, one.label if one.literal else say(locale, one.label, {}, abilities))
        for one in options
    )


def _slots(effect: Say | Ask, abilities: Abilities) -> Mapping[str, str]:
    """What fills the phrase; a long address is repeated in part where there is little room."""
    place = effect.slots.get("place", "")
    if not abilities.short or len(place) <= _SHORT_PLACE:
        return effect.slots
    return {**effect.slots, "place": f"{place[: _SHORT_PLACE - 3].rstrip()}..."}


def _numbered(locale: str, options: Sequence[tuple[str, str]], abilities: Abilities) -> str:
    """Choices in words: on one line where that stays short, else a line each."""
    inline = sum(len(label) for _, label in options) <= _INLINE
    lines = [
        say(
            locale,
            "inline_option" if inline else "numbered_option",
            {"number": str(at), "label": label},
            abilities,
        )
        for at, (_, label) in enumerate(options, 1)
    ]
    if inline:
        return say(locale, "reply_with_one", {"options": ", ".join(lines)}, abilities)
    return "\n".join([say(locale, "reply_with_number", {}, abilities), *lines])

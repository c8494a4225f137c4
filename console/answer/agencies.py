"""Who acts on a complaint: the city's agencies and its rules, from one YAML file.

A rule names categories and areas; the first that fits assigns, and its name is kept with the
complaint. What a person has assigned no rule changes (`store/agencies.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from console.answer.marked import Entry, MarkedError, like, read
from dialogs.phrasebook import has, say
from nlu.categories import categories
from nlu.places.gazetteer import gazetteer
from nlu.places.place import Place
from store.assignment import HAND, Assigned, Case

LOCALES = ("id", "en")
AREAS = ("kota", "kecamatan", "kelurahan")
_DESK = "moderator"
_SHIPPED = "console/answer/agencies.yml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Agency:
    """Who acts."""

    slug: str  # what complaints and accounts name
    name: Mapping[str, str]  # by locale
    contact: str = ""  # as the city wrote it, for moderators


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """What must be so for an agency to act. What is empty may be anything."""

    name: str
    agency: str
    categories: frozenset[str] = frozenset()
    areas: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by level

    def fits(self, case: Case) -> bool:
        """Whether this rule assigns the case."""
        if self.categories and case.category not in self.categories:
            return False
        return all(getattr(case, level) in names for level, names in self.areas.items())

    def takes_all_of(self, other: Rule) -> bool:
        """Whether nothing is left for `other` behind this one."""
        if self.categories and not (other.categories and other.categories <= self.categories):
            return False
        return all(
            level in other.areas and other.areas[level] <= names
            for level, names in self.areas.items()
        )


@dataclass(frozen=True, kw_only=True)
class Agencies:
    """All agencies, and the rules in their order."""

    rules: tuple[Rule, ...]
    all: tuple[Agency, ...]

    @cached_property
    def by_slug(self) -> dict[str, Agency]:
        """Every agency by its slug."""
        return {one.slug: one for one in self.all}

    def assign(self, case: Case) -> Assigned | None:
        """The agency of the first rule that fits; None where none does. Pure."""
        rule = next((one for one in self.rules if one.fits(case)), None)
        return Assigned(agency=rule.agency, rule=rule.name) if rule else None

    def acting(self, category: str, place: Place | None, locale: str) -> str:
        """Who acts, as a citizen is told; where no rule fits the desk itself. Pure."""
        areas = {level: getattr(place, level) for level in AREAS} if place else {}
        found = self.assign(Case(category=category, **areas))
        slug = found.agency if found else _DESK
        phrase = f"agency_{slug}"
        return say(locale, phrase, {}) if has(locale, phrase) else self.name(slug, locale)

    def name(self, slug: str | None, locale: str) -> str:
        """An agency as it is read; its slug where the file no longer has it, "" for none."""
        found = self.by_slug.get(slug or "")
        return found.name.get(locale, found.slug) if found else slug or ""


def load(path: Path | None = None) -> Agencies:
    """The city's file, or the one that ships. Raises: MarkedError, with line and remedy."""
    if path is None:
        shipped = files("console") / "answer" / "agencies.yml"
        return parse(shipped.read_text(encoding="utf-8"), _SHIPPED)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MarkedError(
            f"{path}: cannot be read; put the file there, or take `console.rules` out of config.yml"
        ) from error
    return parse(text, path.name)


def parse(text: str, file: str) -> Agencies:
    """Read what a file says. Raises: MarkedError."""
    parts = read(text, file).fields("agencies", "rules", needs=("agencies", "rules"))
    agencies: dict[str, Agency] = {}
    for entry in parts["agencies"].items():
        one = _agency(entry)
        if one.slug in agencies:
            raise entry.wrong(f"there is an agency `{one.slug}` already; take one out")
        agencies[one.slug] = one
    return Agencies(rules=tuple(_rules(parts["rules"], agencies)), all=tuple(agencies.values()))


def _agency(entry: Entry) -> Agency:
    parts = entry.fields("slug", "name", "contact", needs=("slug", "name"))
    slug = parts["slug"].text()
    if not slug.replace("_", "").isalnum() or slug != slug.lower() or not slug.isascii():
        raise parts["slug"].wrong(f"`{slug}`: write a slug with a-z, 0-9 and _ alone")
    names = parts["name"].fields(*LOCALES, needs=LOCALES)
    return Agency(
        slug=slug,
        name={locale: words.text() for locale, words in names.items()},
        contact=parts["contact"].text() if "contact" in parts else "",
    )


def _rules(entry: Entry, agencies: Mapping[str, Agency]) -> Iterator[Rule]:
    found: list[Rule] = []
    for item in entry.items():
        rule = _rule(item, agencies)
        for earlier in found:
            if earlier.name == rule.name:
                raise item.wrong(f"there is a rule `{rule.name}` already; give it another name")
            if earlier.takes_all_of(rule):
                raise item.wrong(
                    f"rule `{rule.name}` never fits: `{earlier.name}` before it takes all that it "
                    "could; put it before that one"
                )
        found.append(rule)
        yield rule


def _rule(entry: Entry, agencies: Mapping[str, Agency]) -> Rule:
    parts = entry.fields("name", "agency", "category", *AREAS, needs=("name", "agency"))
    name, agency = parts["name"].text(), parts["agency"].text()
    if name == HAND:
        raise parts["name"].wrong(f"`{HAND}` means a person; give the rule another name")
    if agency not in agencies:
        raise parts["agency"].wrong(f"there is no agency `{agency}`.{like(agency, agencies)}")
    return Rule(
        name=name,
        agency=agency,
        categories=_names(parts.get("category"), "category", dict.fromkeys(categories())),
        areas={
            level: _names(parts[level], level, _areas(level)) for level in AREAS if level in parts
        },
    )


def _names(entry: Entry | None, what: str, known: Mapping[str, object]) -> frozenset[str]:
    """Names that exist, in whatever case they were written. No entry: no name."""
    written = {name.lower(): name for name in known}
    found = set()
    for one, name in entry.texts() if entry else ():
        if name.lower() not in written:
            raise one.wrong(f"there is no {what} `{name}`.{like(name, known)}")
        found.add(written[name.lower()])
    return frozenset(found)


def _areas(level: str) -> dict[str, None]:
    return dict.fromkeys(area.name for area in getattr(gazetteer(), level))

"""The city's rules: who acts on what; and what a mistake in the files is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.answer import agencies, wordings
from console.answer.marked import MarkedError
from dialogs.filing import agency
from dialogs.phrasebook import say
from gateway.app import compose
from gateway.settings import Settings
from nlu.baseline import KeywordEngine
from nlu.categories import categories
from nlu.places.resolve import resolve
from store.assignment import Assigned, Case
from store.database import Database

CITY = """\
agencies:
  - {slug: dinas_lh, name: {id: Dinas LH, en: Environment Agency}}
  - {slug: sudin_lh, name: {id: Sudin LH, en: Environment Office}, contact: "ext. 12"}
rules:
  - {name: Menteng, category: sampah, kelurahan: [menteng, Cikini], agency: sudin_lh}
  - {name: the south, kota: Jakarta Selatan, agency: sudin_lh}
  - {name: rubbish, category: [sampah, pencemaran], agency: dinas_lh}
"""


@pytest.mark.parametrize(
    ("case", "rule"),
    [
        (Case(category="sampah", kota="Jakarta Pusat", kelurahan="Menteng"), "Menteng"),
        (Case(category="sampah", kota="Jakarta Pusat", kelurahan="Gambir"), "rubbish"),
        (Case(category="sampah"), "rubbish"),  # no place is known
        (Case(category="sampah", kota="Jakarta Selatan", kelurahan="Bangka"), "the south"),
        (Case(category="banjir", kota="Jakarta Selatan"), "the south"),
        (Case(category="banjir", kota="Jakarta Pusat", kelurahan="Menteng"), None),
    ],
)
def test_the_first_rule_that_fits_assigns(case: Case, rule: str | None) -> None:
    found = agencies.parse(CITY, "agencies.yml")
    slugs = {one.name: one.agency for one in found.rules}
    wanted = Assigned(agency=slugs[rule], rule=rule) if rule else None
    assert found.assign(case) == wanted


def test_jakartas_rules_say_of_each_category_what_citizens_are_told() -> None:
    found = agencies.load()
    for slug, row in categories().items():
        assigned = found.assign(Case(category=slug, kota="Jakarta Pusat"))
        assert assigned is not None
        assert assigned.agency == row.agency[0], slug
    known = {one for row in categories().values() for one in row.agency}
    assert known <= set(found.by_slug)
    seribu = found.assign(Case(category="sampah", kota="Kepulauan Seribu"))
    assert seribu == Assigned(agency="sudin_lh_seribu", rule="rubbish on the islands")


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("category: sampah,", "category: sampa,", "line 5: there is no category `sampa`. Did you"),
        ("agency: dinas_lh}", "agency: dinas_lj}", "line 7: there is no agency `dinas_lj`. Did"),
        ("kota: Jakarta Selatan", "kota: Bogor", "line 6: there is no kota `Bogor`. There are:"),
        ("[menteng, Cikini]", "[menteng, Cikinni]", "Did you mean `Cikini`?"),
        ("name: rubbish", "name: Menteng", "line 7: there is a rule `Menteng` already"),
        ("name: rubbish", "name: hand", "line 7: `hand` means a person"),
        ("slug: sudin_lh", "slug: dinas_lh", "line 3: there is an agency `dinas_lh` already"),
        ("slug: sudin_lh", "slug: Sudin LH", "line 3: `Sudin LH`: write a slug"),
        ("contact:", "contakt:", "line 3: `contakt` is no key here. Did you mean `contact`?"),
        (", en: Environment Agency", "", "line 2: `en` is missing; add it"),
        ("name: Menteng, ", "", "line 5: `name` is missing; add it"),
        ("rules:", "rule:", "`rule` is no key here. Did you mean `rules`?"),
        ("category: sampah,", "category: {a: b},", "line 5: write a text here"),
        ("agency: dinas_lh}", "agency: dinas_lh, agency: x}", "`agency` stands there twice"),
        ("agency: dinas_lh}", "agency: [dinas_lh", "no YAML"),
        ("category: sampah, ", "kota: Jakarta Selatan, ", "line 6: rule `the south`"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_line_with_its_remedy(right: str, wrong: str, told: str) -> None:
    if told.endswith("rule `the south`"):  # narrower than what stands before it
        text = CITY.replace("  - {name: Menteng, category: sampah, kelurahan: [menteng, Cikini],",
                            "  - {name: Menteng,")  # fmt: skip
        told = "line 6: rule `the south` never fits: `Menteng` before it takes all"
    else:
        assert right in CITY
        text = CITY.replace(right, wrong)
    with pytest.raises(MarkedError) as error:
        agencies.parse(text, "agencies.yml")
    assert told in str(error.value)
    assert str(error.value).startswith("agencies.yml")


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "x: !!python/object:os.x {}\n"])
def test_what_is_no_set_of_rules_is_refused(text: str) -> None:
    with pytest.raises(MarkedError, match=r"agencies\.yml"):
        agencies.parse(text, "agencies.yml")


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(MarkedError, match=r"cannot be read; put the file there.*console\.rules"):
        agencies.load(tmp_path / "mine.yml")
    (tmp_path / "mine.yml").write_text(CITY)
    assert agencies.load(tmp_path / "mine.yml").name("sudin_lh", "en") == "Environment Office"


def test_an_agency_that_is_gone_is_called_by_its_slug() -> None:
    found = agencies.parse(CITY, "agencies.yml")
    assert (found.name("old", "id"), found.name(None, "id")) == ("old", "")


# -- sentences at hand

KNOWN = {
    "id": {"ticket": "JKT-1", "city": "Jakarta", "category": "Sampah"},
    "en": {"ticket": "JKT-1", "city": "Jakarta", "category": "Rubbish"},
}


def test_sentences_are_filled_the_citizens_language_first() -> None:
    offered = [*wordings.load().offered("en", KNOWN)]
    assert offered[0].locale == "en"
    assert {one.locale for one in offered} == {"id", "en"}
    texts = {one.id: one.text for one in offered}
    assert "JKT-1 (Rubbish)" in texts["en:diterima"]
    assert "JKT-1 (Sampah)" in texts["id:diterima"]
    assert "en:jadwal" not in texts  # nobody knows where it is


def test_without_a_complaint_none_names_one() -> None:
    bare = {locale: {"city": "Jakarta"} for locale in ("id", "en")}
    keys = {one.key for one in wordings.load().offered("id", bare)}
    assert "salam" in keys
    assert keys.isdisjoint({"diterima", "status", "diteruskan"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('a: {title: x, text: "{tiket}"}', "{tiket} is never filled. Did you mean `ticket`?"),
        ('a: {title: x, text: "{ticket"}', "braces hold a name"),
        ('a: {title: x, text: "{ticket.__class__}"}', "{ticket.__class__} is never"),
        ('a: {title: x, text: "{ticket[0]}"}', "braces hold a name"),
        ('a: {title: x, text: "{}"}', "braces hold a name"),
        ("a: {title: x}", "line 1: `text` is missing"),
        ("a: hello", "line 1: write it as a mapping"),
    ],
)  # fmt: skip
def test_a_sentence_that_cannot_be_filled_is_refused(text: str, told: str) -> None:
    with pytest.raises(MarkedError) as error:
        wordings.parse(text, "id.yml", "id")
    assert told in str(error.value)


def test_both_languages_have_the_same_sentences(tmp_path: Path) -> None:
    (tmp_path / "id.yml").write_text("a: {title: x, text: y}\nb: {title: x, text: y}\n")
    (tmp_path / "en.yml").write_text("a: {title: x, text: y}\n")
    with pytest.raises(MarkedError, match=r"en\.yml: `b` is missing; add it, or take it out"):
        wordings.load(tmp_path)


def test_the_gateway_does_not_start_with_rules_that_are_wrong(tmp_path: Path) -> None:
    (tmp_path / "agencies.yml").write_text(CITY.replace("dinas_lh}", "dinas_lj}"))
    database = Database("sqlite", tmp_path)
    with pytest.raises(MarkedError, match="line 7: there is no agency `dinas_lj`"):
        compose(
            Settings(var=tmp_path, console={"rules": tmp_path / "agencies.yml"}),
            database,
            KeywordEngine(),
            {},
        )
    with pytest.raises(MarkedError, match=r"id\.yml: cannot be read"):
        compose(
            Settings(var=tmp_path, console={"templates": tmp_path}), database, KeywordEngine(), {}
        )


def test_citizens_are_told_of_who_acts_in_their_words() -> None:
    jakarta = agencies.load()
    for slug in categories():
        for locale in ("id", "en"):
            assert jakarta.acting(slug, None, locale) == agency(slug, locale)
    mine = agencies.parse(CITY, "agencies.yml")
    menteng = resolve("sampah di Kelurahan Menteng").place
    assert mine.acting("sampah", menteng, "en") == "Environment Office"
    assert mine.acting("sampah", None, "id") == say("id", "agency_dinas_lh", {})
    assert mine.acting("banjir", menteng, "id") == say("id", "agency_moderator", {})

"""Every sentence exists in both languages, says what the other says, and is short."""

import re
from pathlib import Path

import pytest

from dialogs.flow import flow
from dialogs.phrasebook import LOCALES, PhraseError, phrases, placeholders, read, say
from nlu.categories import categories

ROOM = Path(__file__).parents[2] / "dialogs"
SMS = 160
LONG = {  # sentences that are no part of filing, or whose slots are long
    "hello", "help", "status_one", "public_filed", "not_understood", "handed_over", "outside_city",
    "ask_erase", "erase_code",
}  # fmt: skip
# Keys that the code puts together from a part and a name.
FAMILIES = re.compile(r"(status|agency|option|detail|emergency|media|public|depth|photos)_\w+")


def test_both_languages_have_the_same_keys() -> None:
    assert list(phrases("id")) == list(phrases("en"))


@pytest.mark.parametrize("key", phrases("id"))
def test_a_phrase_has_the_same_variants_and_placeholders_in_both(key: str) -> None:
    shape = {
        locale: {name: placeholders(text) for name, text in phrases(locale)[key].items()}
        for locale in LOCALES
    }
    assert shape["id"] == shape["en"]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("key", phrases("id"))
def test_a_phrase_fits_an_sms(key: str, locale: str) -> None:
    limit = 2 * SMS if key in LONG else SMS
    assert all(len(text) <= limit for text in phrases(locale)[key].values())


@pytest.mark.parametrize("key", phrases("id"))
def test_a_phrase_is_used(key: str) -> None:
    sources = [*ROOM.parent.glob("[dgc]*/**/*.py"), *ROOM.glob("flows/*.yml")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    names = {category.hint for category in categories().values()}
    made_up = {
        "repeat_anew",
        "dispute_anew",
        "repeat_attached",
        "dispute_attached",
        "ask_new_location",
        "ask_new_text",
        "too_long",
    }
    assert (
        f'"{key}"' in code or f" {key}" in code or FAMILIES.fullmatch(key) or key in names | made_up
    )


def test_every_agency_has_a_name_and_every_hint_its_words() -> None:
    agencies = {f"agency_{one}" for row in categories().values() for one in row.agency}
    hints = {row.hint for row in categories().values() if row.hint}
    assert agencies | hints <= set(phrases("id"))


def test_every_question_of_a_category_is_declared() -> None:
    asked = {slot for row in categories().values() for slot in row.ask}
    assert asked <= set(flow("file_complaint").extras)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("hello: 5", "hello.say: not a sentence"),
        ("hello: {sya: x}", "hello: `say`, and beside it only"),
        ("hello: {say: ''}", "hello.say: not a sentence"),
    ],
)
def test_a_wrong_phrase_file_is_refused_by_key(text: str, complaint: str) -> None:
    with pytest.raises(PhraseError, match=re.escape(complaint)):
        read(text, "id")


def test_a_missing_slot_is_named() -> None:
    with pytest.raises(PhraseError, match="needs agency, ticket"):
        say("id", "filed", {})


def test_a_missing_phrase_is_named() -> None:
    with pytest.raises(PhraseError, match="no phrase `nonesuch`"):
        say("id", "nonesuch", {})


def test_an_empty_placeholder_leaves_no_empty_line() -> None:
    said = say("id", "confirm", {"category": "Banjir", "place": "X", "details": "", "photos": "1"})
    assert said == "Laporan: Banjir\nLokasi: X\nFoto: 1\nSaya kirim?"

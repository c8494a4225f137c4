"""The head of danger: it learns what no rule knows, and nothing else suffers from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.corpus import DANGERS, CorpusError, Example, read, read_dangers, read_file
from nlu.engines.embedded import EmbeddedEngine
from nlu.lessons import lessons, of_danger
from nlu.places.resolve import resolve
from nlu.slots import emergency
from nlu.training import fit
from tests.small_kanal import small

# Words that no rule knows for a danger.
SAID = (
    "{} adek melongo kaku bibirnya biru",
    "tangannya doang yang nongol {}",
    "{} mulutnya mencong",
)
CALM = ("{} lampu taman redup", "antre lama {}", "{} rumput belum dipotong")
WHO = ("di ruko", "pak", "min", "depan masjid", "tolong", "dari tadi", "sini", "ayo", "bu", "bang")


def told(intent: str, texts: tuple[str, ...]) -> list[Example]:
    return [
        Example(text=text.format(who), intent=intent, categories=(), entities=(), source="")
        for text in texts
        for who in WHO
    ]


def engine(dangers: list[Example]) -> EmbeddedEngine:
    model = fit(small(), lambda _what, _share: None, dangers=dangers)
    return EmbeddedEngine(Path(), model, Path(), resolve)


def test_it_knows_what_no_rule_knows() -> None:
    cry = "kak adek kaku bibirnya biru mencong"
    assert not emergency(cry)
    taught = engine([*told("danger", SAID), *told("calm", CALM)])
    assert [one.emergency for one in taught.read([cry, "lampu taman redup bang"])] == [True, False]


def test_a_figure_of_speech_is_no_danger_by_itself() -> None:
    taught = engine([*told("danger", ("{} api", "api {}")), *told("calm", CALM)])
    assert [one.emergency for one in taught.read(["kereta api bang", "api bang"])] == [False, True]
    texts = ["kereta api bang, api bang", "hidran kebakaran bocor min"]
    assert [one.emergency for one in taught.read(texts)] == [True, False]


def test_who_was_taught_none_sees_none_but_by_rule() -> None:
    cry, rule = engine([]).read(["kak adek kaku bibirnya biru mencong", "rumah saya kebakaran!"])
    assert (cry.emergency, rule.emergency) == (False, True)


def test_an_example_is_quiet_unless_somebody_has_looked() -> None:
    texts = ("api di ruko", "lampu mati")
    some = [
        Example(text=text, intent="report", categories=("lainnya",), entities=(), source="")
        for text in texts
    ]
    taught = {
        one.text: one.danger
        for one in lessons(some, seed=1, looked_at={"api di ruko"})
        if one.original
    }
    assert [taught[text] for text in texts] == [None, False]


def test_somebody_has_looked_at_every_example_that_sounds_like_danger() -> None:
    looked_at = {example.text for example in read_dangers()}
    assert [one.text for one in read() if emergency(one.text) and one.text not in looked_at] == []


def test_dangers_teach_no_other_head() -> None:
    taught = of_danger(told("danger", SAID), seed=1)
    assert {(one.intent, tuple(one.categories), one.danger) for one in taught} == {(None, (), True)}


def test_the_house_has_examples_of_both() -> None:
    found = [example.intent for example in read_dangers()]
    assert min(found.count(one) for one in DANGERS) > 2000


def test_another_intent_is_refused_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "fire.yml"
    file.write_text('version: "3.1"\nnlu:\n- intent: dangr\n  examples: |\n    - api!\n')
    with pytest.raises(CorpusError, match=r"fire.yml:3: unknown intent 'dangr' \(did you mean"):
        read_file(file, DANGERS)


def test_no_danger_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no \*.yml under"):
        read_dangers(tmp_path)

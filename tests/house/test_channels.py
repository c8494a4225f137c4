"""Every channel that we ship is documented, and its many fixtures say where they come from."""

from __future__ import annotations

import json

import pytest

from tests.conformance.folders import REPOSITORY, Folder, folders

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "folder", [one for one in folders() if not one.name.startswith("_")], ids=lambda one: one.name
)
def test_folder_has_twenty_pairs_with_their_source_and_a_row_in_the_docs(folder: Folder) -> None:
    pairs = [*folder.fixtures.glob("*.in.*"), *folder.fixtures.glob("*.out.json")]
    expected = [*folder.fixtures.glob("*.messages.json"), *folder.fixtures.glob("*.request.json")]
    sources = [json.loads(file.read_text()).get("source", "") for file in expected]
    table = (REPOSITORY / "docs" / "channels.md").read_text()

    assert len(pairs) >= 20
    assert [file.name for file, source in zip(expected, sources, strict=True) if not source] == []
    assert f"\n| [{folder.name}](../channels/{folder.name}/README.md) |" in table

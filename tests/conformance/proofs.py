"""Run the tests that a channel's quality.yml names; without a name, those of every channel.

python -m tests.conformance.proofs [NAME ...]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.conformance.folders import folders
from tests.conformance.test_quality import answers


def proofs(names: list[str]) -> Iterator[str]:
    """The tests of every rule that is done, as pytest names them."""
    for folder in folders():
        if names and folder.name not in names:
            continue
        for answer in answers(folder).values():
            tests = answer.get("test", [])
            yield from [tests] if isinstance(tests, str) else tests


def main() -> None:
    """Run each once; fails as pytest does."""
    sys.exit(pytest.main(["-q", *dict.fromkeys(proofs(sys.argv[1:]))]))


if __name__ == "__main__":
    main()

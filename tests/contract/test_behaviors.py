"""The list of promises and its tests belong together."""

import re
from pathlib import Path

from tests.contract.behaviors import BEHAVIORS


def test_every_promise_has_a_test() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))

    assert set(re.findall(r'^@behavior\("([^"]+)"\)', tests, re.MULTILINE)) == set(BEHAVIORS)


def test_every_promise_names_its_source() -> None:
    assert all(behavior.sentence.endswith(".") and behavior.source for behavior in BEHAVIORS.values())

"""A smaller run of `researches`, with its figures in a file; `python tests/chaos/researches.py` is the long one."""

import json
import time
from pathlib import Path

import pytest

from tests.chaos.histories import few
from tests.chaos.researches import figures, run

LANES = 4


@pytest.mark.timeout(240)
async def test_whatever_dies_each_research_is_started_once_and_reported_once(tmp_path: Path) -> None:
    """F11, F12, F15, F26: starts, reports, status messages 1; an unknown start is asked about, and nothing else is."""
    began = time.monotonic()

    outcomes = await run(few(), tmp_path, lanes=LANES)

    shown = figures(outcomes, time.monotonic() - began)
    (tmp_path / "researches.json").write_text(json.dumps(shown, indent=2), encoding="utf-8")
    assert shown["broken"] == {}
    assert shown["points_never_hit"] == []

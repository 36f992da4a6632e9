"""A smaller run of `kills`, with its figures in a file; `python tests/chaos/kills.py` is the long one."""

import json
import time
from pathlib import Path

import pytest

from tests.chaos.figures import figures
from tests.chaos.kills import Run
from tests.chaos.plan import Planner

SEED, KILLS, LANES = 7, 40, 3


@pytest.mark.timeout(240)
async def test_whatever_dies_each_question_has_its_one_answer_in_order_in_its_thread(tmp_path: Path) -> None:
    """F02, F03, F06, F09, F10, F13: lost 0, twice 0, out of order 0, foreign 0, left 0."""
    began = time.monotonic()

    outcomes = await Run(Planner(SEED).plans(), kills=KILLS).run(tmp_path, lanes=LANES)

    shown = figures(outcomes, seed=SEED, seconds=time.monotonic() - began)
    (tmp_path / "kills.json").write_text(json.dumps(shown, indent=2), encoding="utf-8")
    assert shown["what_broke"] == []
    assert shown["kills"] >= KILLS
    assert shown["points_never_hit"] == []

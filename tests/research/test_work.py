"""How often a task is looked at."""

import pytest

from bot.research.work import until_next_look


@pytest.mark.parametrize(
    ("elapsed", "alone", "told"),
    [(0, 1.5, 1.5), (19, 1.5, 1.5), (20, 5, 5), (120, 10, 30), (300, 20, 30), (1_799, 20, 30), (1_800, 30, 30)],
)
def test_looks_grow_calmer_and_sooner_where_the_api_tells_of_the_end(elapsed: float, alone: float, told: float) -> None:
    assert until_next_look(elapsed, tells=False) == alone
    assert until_next_look(elapsed, tells=True) == told

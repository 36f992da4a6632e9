"""How often a task is looked at."""

import pytest

from bot.research.work import until_next_look


@pytest.mark.parametrize(
    ("elapsed", "alone", "told"),
    [
        (-1, 1.5, 1.5),
        (0, 1.5, 1.5),
        (19, 1.5, 1.5),
        (20, 5, 5),
        (120, 15, 30),
        (599, 15, 30),
        (600, 30, 30),
        (-60, 30, 30),
    ],
)
def test_looks_grow_calmer_and_sooner_where_the_api_tells_of_the_end(elapsed: float, alone: float, told: float) -> None:
    assert until_next_look(elapsed, tells=False) == alone
    assert until_next_look(elapsed, tells=True) == told

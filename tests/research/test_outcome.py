"""What has come of an interaction."""

import pytest

from bot.research.outcome import Outcome, outcome_of
from tests.research.looks import look, output


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("completed", Outcome.WHOLE),
        ("incomplete", Outcome.CUT_OFF),
        ("requires_continuation", Outcome.CUT_OFF),
        ("requires_action", Outcome.UNCLEAR),
        ("invented_tomorrow", Outcome.UNCLEAR),
        ("failed", Outcome.NOTHING),
        ("budget_exceeded", Outcome.NOTHING),
        ("cancelled", Outcome.NOTHING),
    ],
)
def test_it_depends_on_the_status_and_on_whether_there_is_text(status: str, outcome: Outcome) -> None:
    assert outcome_of(look(output("Otters eat fish."), status=status)) is outcome
    assert outcome_of(look(output(" \n"), status=status)) is Outcome.NOTHING

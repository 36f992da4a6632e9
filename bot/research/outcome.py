"""What has come of an interaction that runs no more, whether it was to make a plan or a report. Pure."""

from collections.abc import Mapping
from enum import Enum, auto

from bot.interactions.types import Interaction, Status


class Outcome(Enum):
    WHOLE = auto()
    CUT_OFF = auto()  # at its length limit
    UNCLEAR = auto()  # it has text, and ended in a way that nobody knew of when this was written
    NOTHING = auto()


WITH_TEXT: Mapping[str, Outcome] = {
    Status.COMPLETED: Outcome.WHOLE,
    Status.INCOMPLETE: Outcome.CUT_OFF,
    Status.REQUIRES_CONTINUATION: Outcome.CUT_OFF,
}
WITHOUT_REPORT = frozenset({Status.FAILED, Status.BUDGET_EXCEEDED, Status.CANCELLED})


def outcome_of(interaction: Interaction) -> Outcome:
    """What it had written before it failed or was cancelled is no outcome, though it may be worth to be kept."""
    if interaction.status in WITHOUT_REPORT or not interaction.output_text.strip():
        return Outcome.NOTHING
    return WITH_TEXT.get(interaction.status, Outcome.UNCLEAR)

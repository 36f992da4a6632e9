"""What the judge of the histories says of a thread, for each thing that can go wrong in one."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from bot.simulators.slack import SlackSimulator
from tests.chaos.people import Question, Shown
from tests.chaos.plan import Asking
from tests.chaos.verdict import Kind, judged
from tests.contract.on_slack import SlackPlatform
from tests.contract.platforms import Platform, Said

FIRST, SECOND = "1/2 S1Q1\n2/2 S1Q1", "1/2 S1Q2\n2/2 S1Q2"


@dataclass
class Written:
    """A thread with a history that is made up."""

    history: list[Shown]
    waits: bool = False
    refused: bool = False
    padding: int = 0
    platform: Platform = field(default_factory=lambda: SlackPlatform(SlackSimulator()))

    async def ask(self, question: Question, under: Question | None) -> None:
        raise AssertionError("nobody asks here")

    def accepted(self, question: Question) -> bool:
        return not self.refused

    def shown(self, said: Said) -> Iterator[Shown]:
        return iter(self.history)

    def is_waiting(self, said: Said) -> bool:
        return self.waits


def questions() -> list[Question]:
    asking = Asking(lines=2, after_seconds=0, has_file=False, deliveries=(), twice=False)
    said = Said("C0GENERAL", "1.0", "1.0")
    return [Question("S1", number, asking, said) for number in (1, 2)]


def thread(*texts: str) -> list[Shown]:
    """Each text as a message of its own."""
    return [Shown(number, f"{number}", text) for number, text in enumerate(texts)]


def kinds(place: Written) -> set[Kind]:
    return {finding.kind for finding in judged(place, questions())}


def test_one_whole_answer_to_each_question_in_order_is_right() -> None:
    assert kinds(Written(thread(FIRST, SECOND))) == set()


def test_an_answer_may_grow_and_have_several_parts() -> None:
    grown = [Shown(0, "a", "1/2 S1Q1"), Shown(1, "b", "…"), Shown(2, "b", "2/2 S1Q1"), *thread(SECOND)]

    assert kinds(Written(grown)) == set()


@pytest.mark.parametrize(
    ("history", "kind"),
    [
        (thread(FIRST), "lost"),
        (thread(FIRST, "1/2 S1Q2"), "lost"),
        (thread(FIRST, FIRST, SECOND), "twice"),
        ([*thread(FIRST, FIRST), Shown(2, "1", None), Shown(3, "c", SECOND)], "twice"),
        (thread(SECOND, FIRST), "out of order"),
        (thread("2/2 S1Q1", "1/2 S1Q1", SECOND), "out of order"),
        (thread(FIRST, f"{SECOND}\n1/2 S2Q1"), "foreign"),
        (thread(FIRST, SECOND, "is thinking…"), "left"),
        (thread(FIRST, SECOND, ""), "left"),
    ],
)
def test_whatever_is_wrong_has_a_name(history: list[Shown], kind: Kind) -> None:
    assert kind in kinds(Written(history))


def test_a_sign_that_the_bot_is_at_work_is_left_behind() -> None:
    assert kinds(Written(thread(FIRST, SECOND), waits=True)) == {"left"}


def test_what_was_never_accepted_is_refused_and_not_lost() -> None:
    assert kinds(Written([], refused=True)) == {"refused"}

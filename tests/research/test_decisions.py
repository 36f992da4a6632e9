"""What people decide about a research while steps of it are under way. On a real Valkey, with no worker."""

import pytest

from bot.conversation.exchange import Exchange
from bot.models import MessageId, UserId
from bot.research import texts
from bot.state.tasks import LastWord, Stage, Wish
from tests.conversation.platform import THREAD, said
from tests.research.hearing import ASKED, FAILED, RETRY, Service

PRESSED = RETRY.model_copy(update={"message": MessageId("6"), "silent": True})


@pytest.mark.parametrize("stage", [Stage.ENDING, Stage.ENDED])
async def test_a_research_that_failed_is_tried_again(service: Service, stage: Stage) -> None:
    await service.starts()
    await service.becomes(stage=stage, last_word=FAILED)

    assert await service.retries() == texts.RETRYING

    assert await service.wishes() == {"retry": "U1"}


@pytest.mark.parametrize(("stage", "last_word"), [(Stage.ENDED, FAILED), (Stage.UNKNOWN, None)])
async def test_only_who_may_approve_has_a_research_tried_again(
    service: Service, stage: Stage, last_word: LastWord | None
) -> None:
    await service.starts()
    await service.becomes(stage=stage, last_word=last_word)

    for message in (RETRY, PRESSED):
        assert await service.retries(message.model_copy(update={"author": UserId("U2")})) == texts.NOT_YOURS
    assert await service.wishes() == {}

    assert await service.retries() == texts.RETRYING
    assert await service.wishes() == {"retry": "U1"}


@pytest.mark.parametrize("last_word", [LastWord(text="done"), None], ids=["told", "by an older release"])
async def test_a_research_that_has_ended_is_not_paid_for_again_on_a_word(
    service: Service, last_word: LastWord | None
) -> None:
    await service.starts()
    await service.becomes(stage=Stage.ENDED, last_word=last_word)

    assert await service.retries() == texts.HAS_ENDED
    assert await service.retries(PRESSED) is None  # its report came since

    assert await service.wishes() == {}


@pytest.mark.parametrize("stage", [Stage.PLAN_QUEUED, Stage.PLANNING, Stage.PROPOSED, Stage.QUEUED, Stage.RUNNING])
async def test_a_research_under_way_is_not_begun_again(service: Service, stage: Stage) -> None:
    await service.starts()
    await service.becomes(stage=stage)

    assert await service.retries() == texts.NOT_ENDED
    assert await service.retries(PRESSED) is None  # twice, perhaps

    assert await service.wishes() == {}


async def test_what_points_at_no_research_is_not_for_one(service: Service) -> None:
    await service.starts()

    assert not await service.decisions.is_for_task(said("retry", "5"))
    assert not await service.decisions.is_for_task(RETRY.model_copy(update={"about": MessageId("4")}))


async def test_a_plan_is_approved_by_word_and_by_its_own_button(service: Service) -> None:
    task = await service.proposes()

    assert await service.approves(task.plan_mark) == texts.APPROVED
    assert await service.approves() == texts.APPROVED
    assert await service.wishes() == {"approve": "U1"}


async def test_the_button_of_an_earlier_plan_approves_nothing(service: Service) -> None:
    await service.proposes()

    assert await service.approves("0a1b2c3d") == texts.NEWER_PLAN
    assert await service.wishes() == {}


async def test_a_plan_that_is_not_shown_yet_is_not_approved_by_word(service: Service) -> None:
    await service.proposes(shown=False)

    assert await service.approves() == texts.NEWER_PLAN
    assert await service.wishes() == {}


async def test_a_plan_that_is_to_change_is_not_approved(service: Service) -> None:
    await service.proposes()

    assert await service.changes("only Europe") == texts.CHANGED
    assert await service.approves() == texts.PLAN_CHANGES
    assert await service.wishes() == {"change": "only Europe"}


async def test_changes_said_before_a_step_takes_them_are_all_made_and_one_that_is_handled_again_once(
    service: Service,
) -> None:
    await service.proposes()
    for change in ("only Europe", "five\n\npages", "five\n\npages", "only Europe"):
        assert await service.changes(change) == texts.CHANGED

    await service.manager.step(THREAD, ASKED.message)

    assert (await service.task()).change == "only Europe\n\nfive\n\npages\n\nonly Europe"
    assert await service.wishes() == {}


async def test_a_change_counts_more_than_an_approval_that_nothing_has_come_of(service: Service) -> None:
    await service.proposes()
    await service.approves()
    await service.changes("only Europe")

    await service.manager.step(THREAD, ASKED.message)

    task = await service.task()
    assert (task.stage, task.change, task.approved_by) == (Stage.PLAN_QUEUED, "only Europe", "")
    assert await service.wishes() == {}


@pytest.mark.parametrize(("stage", "answer"), [(Stage.PROPOSED, texts.DROPPED), (Stage.UNKNOWN, texts.GIVING_UP)])
async def test_a_word_about_a_research_is_confirmed_and_a_button_is_not(
    service: Service, stage: Stage, answer: str
) -> None:
    await service.starts()
    await service.becomes(stage=stage)
    word, button = said("cancel", "7"), said("cancel", "8").model_copy(update={"silent": True})

    assert await service.hears(word, service.decisions.cancel) == answer
    assert await service.hears(button, service.decisions.cancel) is None


async def test_a_button_that_has_a_research_tried_again_needs_no_line(service: Service) -> None:
    await service.starts()
    await service.becomes(stage=Stage.ENDED, last_word=FAILED)

    assert await service.retries(PRESSED) is None
    assert await service.wishes() == {"retry": "U1"}


async def test_the_words_that_were_asked_for_are_about_the_plan_they_were_asked_about(service: Service) -> None:
    """They may point at the message of the bot's that asked, or at nothing while another plan is newer."""
    task = await service.proposes()
    about = list[str]()

    async def asks(exchange: Exchange) -> object:
        asked = await service.decisions.change(exchange)
        about.append(exchange.asks_about)
        return asked

    async def is_answered(exchange: Exchange) -> object:
        [exchange.turn.taken_about] = about
        return await service.decisions.change(exchange)

    press = said("change", "7").model_copy(update={"about": task.id, "silent": True})
    answer = said("only the last years", "8").model_copy(update={"about": press.message})

    assert await service.hears(press, asks) == texts.HOW_TO_CHANGE
    await service.hears(answer, is_answered, "only the last years")

    assert (await service.wishes())[Wish.CHANGE] == "only the last years"

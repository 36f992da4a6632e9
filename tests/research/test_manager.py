"""A research that is asked for, stopped or withdrawn while steps of it are under way, with no worker that takes any.

On a real Valkey.
"""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.models import Inbound, MessageId
from bot.research import texts
from bot.research.manager import ELSEWHERE_SECONDS
from bot.state.steps import NotHere
from bot.state.store import DUE
from bot.state.tasks import LastWord, Stage, Wish
from tests.conversation.platform import THREAD, said
from tests.research.hearing import ASKED, FAILED, RETRY, Service

EDITED = said("research seals").model_copy(update={"revision": "2"})
DELETED = ASKED.model_copy(update={"revision": "deleted", "deleted": True, "content": ()})


async def test_a_task_ends_without_a_word_when_its_message_is_edited(service: Service) -> None:
    await service.starts()
    await service.becomes(stage=Stage.RUNNING)

    assert await service.withdraws(EDITED)

    assert (await service.task()).ended
    assert service.platform.shown == ["status"]


async def test_what_could_not_be_cancelled_for_a_withdrawn_task_is_looked_after(service: Service) -> None:
    await service.starts()
    running = await service.becomes(stage=Stage.RUNNING, interaction_id="v1_x", interactions=["v1_x"])
    await service.records.redis.zrem(DUE, running.name)

    assert await service.withdraws(EDITED)

    assert (await service.task()).strays == ["v1_x"]
    assert await service.records.redis.zscore(DUE, running.name) is not None


async def test_a_task_that_another_release_wrote_keeps_nothing_from_being_answered(service: Service) -> None:
    await service.starts()
    await service.rolls_back()

    assert not await service.withdraws(DELETED)
    assert await service.retries() == texts.HAS_ENDED
    assert not await service.decisions.is_for_task(RETRY)
    assert not await service.manager.stop(said("stop", "2"))
    assert await service.approves() == texts.NOTHING_PROPOSED
    assert not await service.withdraws(EDITED)
    assert (await service.starts(EDITED)).stage == Stage.PLAN_QUEUED


async def test_a_task_that_another_release_wrote_is_left_to_it(service: Service) -> None:
    task = await service.starts()
    newer = await service.rolls_back()

    with pytest.raises(NotHere), capture_logs() as logs:
        await service.manager.step(THREAD, task.id)

    [said_of_it] = logs
    assert (said_of_it["event"], said_of_it["task"]) == ("task_unreadable", task.name)
    assert await service.records.redis.get(service.records.tasks.saved(task).key) == newer
    async with service.runs.take(THREAD, f"step:{task.id}") as run:
        assert run is not None  # which nobody else has
        await run.end()


async def test_a_task_of_a_platform_that_is_not_set_up_is_left_to_other_workers(service: Service) -> None:
    elsewhere = THREAD.model_copy(update={"platform": "other"})

    with capture_logs() as logs:
        waits = [await service.manager.step(elsewhere, MessageId(name)) for name in "12"]

    assert waits == [ELSEWHERE_SECONDS] * 2
    assert [(one["event"], one["platform"]) for one in logs] == [("platform_not_set_up", "other")]
    assert "credentials" in logs[0]["fix"]


async def test_once_there_is_a_report_nothing_is_left_to_stop(service: Service) -> None:
    await service.starts()
    await service.becomes(stage=Stage.RUNNING, interaction_id="v1_x", has_report=True)

    assert not await service.manager.stop(said("stop", "2"))

    assert Wish.STOP not in await service.wishes()


async def test_with_a_deleted_message_goes_what_its_task_shows(service: Service) -> None:
    await service.starts()
    await service.becomes(stage=Stage.RUNNING)

    assert await service.withdraws(DELETED)

    assert service.platform.shown == []


@pytest.mark.parametrize("last_word", [LastWord(text="done"), None], ids=["told", "by an older release"])
async def test_what_has_ended_stays_when_its_message_is_deleted(service: Service, last_word: LastWord | None) -> None:
    await service.starts()
    await service.becomes(stage=Stage.ENDED, last_word=last_word)

    assert not await service.withdraws(DELETED)

    assert service.platform.shown == ["status"]


async def test_a_deletion_that_was_cut_short_is_gone_on_with(service: Service) -> None:
    await service.starts()
    await service.becomes(stage=Stage.ENDED, withdrawn=True)

    assert await service.withdraws(DELETED)

    assert service.platform.shown == []


async def test_it_is_not_withdrawn_before_a_step_that_is_at_work_has_ended(service: Service) -> None:
    await service.starts()
    async with service.runs.take(THREAD, f"step:{ASKED.message}") as step:
        assert step is not None
        withdrawing = asyncio.create_task(service.withdraws(EDITED))
        done, _ = await asyncio.wait({withdrawing}, timeout=0.3)
        assert not done
        await step.end()

    async with asyncio.timeout(5):
        assert await withdrawing


async def test_a_research_takes_the_place_of_an_earlier_one_of_its_message(service: Service) -> None:
    await service.starts()
    await service.becomes(stage=Stage.ENDED, interactions=["v1_old"], starts=2, strays=["v1_old"])
    await service.records.tasks.wish(await service.task(), Wish.STOP, "U1")

    task = await service.starts(EDITED)

    assert (task.asked.revision, task.stage) == ("2", Stage.PLAN_QUEUED)
    assert (task.interactions, task.strays, task.starts) == (["v1_old"], ["v1_old"], 2)
    assert await service.wishes() == {}


async def test_a_step_of_the_earlier_research_does_not_save_it_over_the_new_one(service: Service) -> None:
    earlier = await service.starts()
    async with service.runs.take(THREAD, f"step:{ASKED.message}") as step:
        assert step is not None
        starting = asyncio.create_task(service.starts(EDITED))
        await asyncio.wait({starting}, timeout=0.3)
        await step.end(service.records.tasks.saved(earlier))

    async with asyncio.timeout(5):
        await starting
    assert (await service.task()).asked.revision == "2"


async def test_starting_again_after_a_crash_changes_nothing(service: Service) -> None:
    await service.starts(EDITED)
    await service.becomes(stage=Stage.RUNNING)

    assert not await service.withdraws(EDITED)
    assert (await service.starts(EDITED)).stage == Stage.RUNNING


@pytest.mark.parametrize("change", [EDITED, DELETED], ids=["edited", "deleted"])
async def test_a_withdrawn_research_is_not_tried_again(service: Service, change: Inbound) -> None:
    await service.starts()
    await service.becomes(stage=Stage.ENDING, last_word=FAILED)
    assert await service.retries() == texts.RETRYING
    assert await service.decisions.is_for_task(RETRY)

    await service.withdraws(change)

    assert await service.manager.step(THREAD, ASKED.message) is None
    assert (await service.task()).ended
    assert not await service.decisions.is_for_task(RETRY)

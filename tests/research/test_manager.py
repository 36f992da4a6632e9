"""What people say to a long task while steps of it are under way. On a real Valkey, with no worker that takes steps."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis

from bot.clock import SystemClock
from bot.conversation.commands import Said
from bot.conversation.exchange import Exchange
from bot.conversation.posts import Posts
from bot.interactions.client import InteractionsClient
from bot.interactions.transport import open_http
from bot.models import Inbound, MessageId, Part, UserId
from bot.research import texts
from bot.research.manager import ResearchManager
from bot.research.rules import Rules
from bot.state.engine import Engine
from bot.state.heads import Head
from bot.state.records import Records
from bot.state.runs import Runs
from bot.state.slots import Most, Slots
from bot.state.store import DUE, connect
from bot.state.tasks import LastWord, Stage, Task, Wish
from bot.state.timing import Timing
from bot.state.turns import Turn
from tests.conversation.platform import THREAD, Platform, said
from tests.research.scheduling.firing import nobody_is_woken

ASKED = said("research otters")
EDITED = said("research seals").model_copy(update={"revision": "2"})
DELETED = ASKED.model_copy(update={"revision": "deleted", "deleted": True, "content": ()})
RULES = Rules("deep-research-preview")
RETRY = said("retry", "5").model_copy(update={"about": ASKED.message})
PRESSED = RETRY.model_copy(update={"message": MessageId("6"), "silent": True})
FAILED = LastWord(text="gave up", actions=(texts.RETRY,))


class Service:
    """A research manager, and people who say things to it."""

    def __init__(self, redis: Redis, engine: Engine, interactions: InteractionsClient) -> None:
        self.records, self.platform = Records.over(redis), Platform(message_chars=2_000)
        self.runs = Runs(redis, nobody_is_woken, SystemClock(), Timing(), watching=redis, name="a worker")
        self.manager = ResearchManager(
            records=self.records, slots=Slots(redis, Most()), runs=self.runs, engine=engine, interactions=interactions,
            channels={THREAD.platform: self.platform}, rules=RULES, clock=SystemClock(),
        )  # fmt: skip

    async def hears(self, message: Inbound, do: Callable[[Exchange], Awaitable[object]], argument: str = "") -> object:
        async with AsyncExitStack() as stack:
            run = await stack.enter_async_context(self.runs.take(THREAD, f"test:{message.id}"))
            assert run is not None
            posts = Posts(self.platform, message, self.records.outbox, run, await self.records.parts(message))
            turn = Turn.of(message)
            answer = await do(Exchange(message, Said("", argument), turn, Head(), run, posts, self.platform))
            await run.end()
            return answer

    async def starts(self, message: Inbound = ASKED) -> Task:
        await self.hears(message, lambda exchange: self.manager.start(exchange, "?"))
        return await self.task()

    async def withdraws(self, message: Inbound) -> object:
        return await self.hears(message, self.manager.withdraw)

    async def approves(self, argument: str = "") -> object:
        return await self.hears(said("approve", "2"), self.manager.approve, argument)

    async def changes(self, words: str) -> object:
        return await self.hears(said("change: …", "3"), self.manager.change, words)

    async def retries(self, message: Inbound = RETRY) -> object:
        return await self.hears(message, self.manager.retry)

    async def task(self) -> Task:
        task = await self.records.tasks.get(THREAD, ASKED.message)
        assert task is not None
        return task

    async def becomes(self, **facts: object) -> Task:
        """The task as a step has left it."""
        task = (await self.task()).model_copy(update=facts)
        async with self.runs.take(THREAD, f"step:{task.id}") as run:
            assert run is not None
            posts = Posts(self.platform, ASKED, self.records.outbox, run, {})
            await posts.show(Part(key=posts.key(0), text=task.shown or "status"))
            await run.end(self.records.tasks.saved(task))
        return task

    async def proposes(self, *, shown: bool = True) -> Task:
        await self.starts()
        planned = {"stage": Stage.PROPOSED, "plan": "All of it.", "plan_id": "v1_plan"}
        mark = (await self.task()).model_copy(update=planned).plan_mark
        return await self.becomes(**planned, plan_shown=mark if shown else "")

    async def wishes(self) -> dict[str, str]:
        return await self.records.tasks.wishes(await self.task())


@pytest.fixture
async def service(redis_url: str) -> AsyncGenerator[Service]:
    async with (
        connect(redis_url) as redis,
        Engine.connect(redis_url, Timing()) as engine,
        open_http("http://127.0.0.1:1", "key") as http,
    ):
        yield Service(redis, engine, InteractionsClient(http))


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

    assert (task.asked.revision, task.stage) == ("2", Stage.PLANNING)
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
    assert await service.manager.is_for_task(RETRY)

    await service.withdraws(change)

    assert await service.manager.step(THREAD, ASKED.message) is None
    assert (await service.task()).ended
    assert not await service.manager.is_for_task(RETRY)


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


@pytest.mark.parametrize("stage", [Stage.PLANNING, Stage.PROPOSED, Stage.QUEUED, Stage.RUNNING])
async def test_a_research_under_way_is_not_begun_again(service: Service, stage: Stage) -> None:
    await service.starts()
    await service.becomes(stage=stage)

    assert await service.retries() == texts.NOT_ENDED
    assert await service.retries(PRESSED) is None  # twice, perhaps

    assert await service.wishes() == {}


async def test_what_points_at_no_research_is_not_for_one(service: Service) -> None:
    await service.starts()

    assert not await service.manager.is_for_task(said("retry", "5"))
    assert not await service.manager.is_for_task(RETRY.model_copy(update={"about": MessageId("4")}))


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


async def test_a_change_counts_more_than_an_approval_that_nothing_has_come_of(service: Service) -> None:
    await service.proposes()
    await service.approves()
    await service.changes("only Europe")

    await service.manager.step(THREAD, ASKED.message)

    task = await service.task()
    assert (task.stage, task.change, task.approved_by) == (Stage.PLANNING, "only Europe", "")
    assert await service.wishes() == {}


@pytest.mark.parametrize(("stage", "answer"), [(Stage.PROPOSED, texts.DROPPED), (Stage.UNKNOWN, texts.GIVING_UP)])
async def test_a_word_about_a_research_is_confirmed_and_a_button_is_not(
    service: Service, stage: Stage, answer: str
) -> None:
    await service.starts()
    await service.becomes(stage=stage)
    word, button = said("cancel", "7"), said("cancel", "8").model_copy(update={"silent": True})

    assert await service.hears(word, service.manager.cancel) == answer
    assert await service.hears(button, service.manager.cancel) is None


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
        asked = await service.manager.change(exchange)
        about.append(exchange.asks_about)
        return asked

    async def is_answered(exchange: Exchange) -> object:
        [exchange.turn.taken_about] = about
        return await service.manager.change(exchange)

    press = said("change", "7").model_copy(update={"about": task.id, "silent": True})
    answer = said("only the last years", "8").model_copy(update={"about": press.message})

    assert await service.hears(press, asks) == texts.HOW_TO_CHANGE
    await service.hears(answer, is_answered, "only the last years")

    assert (await service.wishes())[Wish.CHANGE] == "only the last years"

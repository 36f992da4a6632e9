"""A research that people say something to while steps of it are under way: what its tests share."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from redis.asyncio import Redis

from bot.clock import SystemClock
from bot.conversation.commands import Said
from bot.conversation.exchange import Exchange
from bot.conversation.posts import Posts
from bot.interactions.client import InteractionsClient
from bot.models import Inbound, Part
from bot.research import texts
from bot.research.decisions import Decisions
from bot.research.manager import ResearchManager
from bot.research.rules import Rules
from bot.state.engine import Engine
from bot.state.heads import Head
from bot.state.records import Records
from bot.state.runs import Runs
from bot.state.slots import Most, Slots
from bot.state.tasks import LastWord, Stage, Task
from bot.state.timing import Timing
from bot.state.turns import Turn
from tests.conversation.platform import THREAD, Platform, said
from tests.state.inbounds import nobody_is_woken

ASKED = said("research otters")
RETRY = said("retry", "5").model_copy(update={"about": ASKED.message})
FAILED = LastWord(text="gave up", actions=(texts.RETRY,))
RULES = Rules("deep-research-preview")


class Service:
    """What a worker has for researches, and people who say things to it."""

    def __init__(self, redis: Redis, engine: Engine, interactions: InteractionsClient) -> None:
        self.records, self.platform = Records.over(redis), Platform(message_chars=2_000)
        self.runs = Runs(redis, nobody_is_woken, SystemClock(), Timing(), watching=redis, name="a worker")
        self.manager = ResearchManager(
            records=self.records, slots=Slots(redis, Most()), runs=self.runs, engine=engine, interactions=interactions,
            channels={THREAD.platform: self.platform}, rules=RULES, clock=SystemClock(),
        )  # fmt: skip
        self.decisions = Decisions(records=self.records, engine=engine, rules=RULES)

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
        return await self.hears(said("approve", "2"), self.decisions.approve, argument)

    async def changes(self, words: str) -> object:
        return await self.hears(said("change: …", "3"), self.decisions.change, words)

    async def retries(self, message: Inbound = RETRY) -> object:
        return await self.hears(message, self.decisions.retry)

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

    async def rolls_back(self) -> str:
        """The task as a release has left it that knows more than this one; gives its record."""
        saved = self.records.tasks.saved(await self.task())
        newer = str(saved.arguments[0]).replace('"plan_queued"', '"reviewing"')
        await self.records.redis.set(saved.key, newer, ex=60)
        return newer

    async def proposes(self, *, shown: bool = True) -> Task:
        await self.starts()
        planned = {"stage": Stage.PROPOSED, "plan": "All of it.", "plan_id": "v1_plan"}
        mark = (await self.task()).model_copy(update=planned).plan_mark
        return await self.becomes(**planned, plan_shown=mark if shown else "")

    async def wishes(self) -> dict[str, str]:
        return await self.records.tasks.wishes(await self.task())

"""What people decide about a research: whether its plan is approved or changed, to drop it, to try it again.

What is decided is kept beside the task's record, and the task's next step, which is due at once, does it.
"""

from bot.conversation.exchange import Exchange
from bot.models import Inbound
from bot.research import texts
from bot.research.rules import Rules
from bot.state.engine import Engine
from bot.state.records import Records
from bot.state.tasks import Stage, Task, Wish
from bot.state.turns import parse_turn_name

BETWEEN_CHANGES = "\n\n"


class Decisions:
    def __init__(self, *, records: Records, engine: Engine, rules: Rules) -> None:
        self._records, self._engine, self._rules = records, engine, rules

    async def approve(self, exchange: Exchange) -> str | None:
        """The handler of `approve`."""
        return await self._decide(exchange, Wish.APPROVE, exchange.message.author)

    async def change(self, exchange: Exchange) -> str | None:
        """The handler of `change`; the button alone asks for the words."""
        return await self._decide(exchange, Wish.CHANGE, exchange.said.argument if exchange.said else "")

    async def cancel(self, exchange: Exchange) -> str | None:
        """The handler of `cancel`."""
        return await self._decide(exchange, Wish.STOP, exchange.message.author)

    async def retry(self, exchange: Exchange) -> str | None:
        """The handler of `retry`, said of a task: have it begin again, where that is offered and theirs to say.

        It is offered where a task failed, and where nobody knows whether it was started.
        """
        message = exchange.message
        task = await self._pointed_at(message)
        if task is None or not _offers_retry(task):
            is_over = task is None or task.stage in (Stage.ENDING, Stage.ENDED)
            return None if message.silent else texts.HAS_ENDED if is_over else texts.NOT_ENDED
        if not self._may_decide(message, task):
            return texts.NOT_YOURS
        await self._wish(task, Wish.RETRY, message.author)
        return None if message.silent else texts.RETRYING

    async def is_for_task(self, message: Inbound) -> bool:
        """Whether a message points at a task, and at none that was withdrawn."""
        task = await self._pointed_at(message)
        return task is not None and not task.withdrawn

    async def _decide(self, exchange: Exchange, wish: Wish, said: str) -> str | None:
        """What somebody says about a plan, if it is theirs to say."""
        message = exchange.message
        task = await self._decided_on(exchange, wish)
        if task is None:
            return None if message.silent else await self._nothing_proposed(message)  # a button may be pressed twice
        if not self._may_decide(message, task):
            return texts.NOT_YOURS
        if wish is Wish.APPROVE and (refusal := await self._unseen(task, exchange)):
            return refusal
        if not said:
            exchange.asks, exchange.asks_about = "change", task.name
            return texts.HOW_TO_CHANGE
        if wish is Wish.CHANGE:
            said = _both((await self._records.tasks.wishes(task)).get(wish), said)
        await self._wish(task, wish, said)
        return None if message.silent else texts.render_decided(task, wish)

    async def _decided_on(self, exchange: Exchange, wish: Wish) -> Task | None:
        """The task that the bot has asked about, or else the newest one that waits for such a word."""
        if asked_about := exchange.turn.taken_about:
            task = await self._records.tasks.get(*parse_turn_name(asked_about))
            return task if task and task.stage == Stage.PROPOSED else None
        here = await self._records.tasks.here(exchange.message)
        return next((task for task in reversed(here) if _is_asked(task, exchange.message, wish)), None)

    async def _nothing_proposed(self, message: Inbound) -> str:
        """What to say to a word about a plan where none waits for it."""
        here = await self._records.tasks.here(message)
        meant = [task for task in here if is_meant(task, message)]
        return texts.render_not_proposed(meant[-1] if meant else None)

    async def _unseen(self, task: Task, exchange: Exchange) -> str | None:
        """What to say to an approval that would be of a plan which its author has not seen, or None."""
        pressed = exchange.said.argument if exchange.said else ""
        if task.plan_mark not in (pressed, "" if pressed else task.plan_shown):
            return texts.NEWER_PLAN
        return texts.PLAN_CHANGES if Wish.CHANGE in await self._records.tasks.wishes(task) else None

    async def _pointed_at(self, message: Inbound) -> Task | None:
        return await self._records.tasks.get(message.thread, message.about) if message.about else None

    def _may_decide(self, message: Inbound, task: Task) -> bool:
        return self._rules.approvers == "anyone" or task.asked.author == message.author

    async def _wish(self, task: Task, wish: Wish, said: str) -> None:
        await self._records.tasks.wish(task, wish, said)
        await self._engine.step_now(task.asked.thread, task.id)


def _both(earlier: str | None, said: str) -> str:
    """What was said, after what no step has taken yet; once, where its message is handled anew after a crash."""
    if earlier is None or earlier == said:
        return said
    return earlier if earlier.endswith(said_later := BETWEEN_CHANGES + said) else earlier + said_later


def is_meant(task: Task, message: Inbound) -> bool:
    """In a thread people speak of its tasks; outside of threads each of their own in that channel."""
    outside = message.thread.root == message.message
    return task.asked.thread == message.thread or (outside and task.asked.author == message.author)


def _offers_retry(task: Task) -> bool:
    offered = task.last_word.actions if task.last_word else ()
    return task.stage == Stage.UNKNOWN or texts.RETRY.says in [action.says for action in offered]


def _is_asked(task: Task, message: Inbound, wish: Wish) -> bool:
    """Whether the task waits for a word, and for this one."""
    waits = task.stage == Stage.PROPOSED or (task.stage == Stage.UNKNOWN and wish is Wish.STOP)
    return waits and is_meant(task, message) and message.about in (None, task.id)

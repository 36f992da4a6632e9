"""The last question of each thread, for who wants it answered again; and where somebody asked last, to stop that."""

from redis.asyncio import Redis

from bot.models import Inbound, Thread, UserId
from bot.state.reading import parse
from bot.state.store import DAY_SECONDS, Command, key

ASKED_SECONDS = DAY_SECONDS


class Questions:
    def __init__(self, redis: Redis, *, retention_days: int = 55) -> None:
        self._redis = redis
        self._seconds = retention_days * DAY_SECONDS

    async def last(self, thread: Thread) -> Inbound | None:
        return parse(Inbound, await self._redis.get(key(thread, "last")), "question", str(thread))

    def asked(self, question: Inbound) -> Command:
        return Command("SET", key(question.thread, "last"), (question.model_dump_json(), "EX", self._seconds))

    async def forgotten(self, question: Inbound) -> list[Command]:
        """What makes a deleted question no longer the last one, if it is."""
        last = await self.last(question.thread)
        is_last = last is not None and last.message == question.message
        return [Command("DEL", key(question.thread, "last"))] if is_last else []

    async def last_thread(self, of: Inbound) -> Thread | None:
        """The conversation that the author of a message began last, in the channel it was said in."""
        name = await self._redis.get(_began_key(of.thread, of.place or of.thread.channel, of.author))
        return None if name is None else Thread.parse(str(name))

    def began(self, question: Inbound) -> Command:
        began = _began_key(question.thread, question.place or question.thread.channel, question.author)
        return Command("SET", began, (str(question.thread), "EX", ASKED_SECONDS))


def _began_key(thread: Thread, channel: str, author: UserId) -> str:
    return f"parley:began:{thread.platform}:{thread.team}:{channel}:{author}"

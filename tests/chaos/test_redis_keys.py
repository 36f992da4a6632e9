"""What is left in Redis when all has been said."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.chaos.asked import answered, ask, report
from tests.chaos.outages import Outages, service_on
from tests.chaos.redis_server import RedisServer, redis_server
from tests.contract.platforms import Platform, Said

FOR_EVER = {
    r"parley-engine:stream": "the one queue of wake-ups; entries leave it when they are done",
    r"parley-engine:queue": "the one list of what is due later; entries leave it when they are due",
    r"parley-engine:workers": "who works; entries leave it when their heartbeat stays away",
    r"parley-engine:task-workers:\w+": "who does it, for each of the few kinds of task; entries leave it likewise",
}
ENTRIES_LEFT = 20  # in all of them together, when nothing is to be done: some for each process


@pytest.mark.timeout(120)
async def test_every_key_has_a_time_to_live_or_a_reason(tmp_path: Path) -> None:
    """F19: after traffic of every kind, our own keys all have a TTL, and the engine's few permanent ones are known."""
    async with redis_server(tmp_path / "redis") as redis, service_on(redis.url, tmp_path) as service:
        await redis.start()
        await service.start_all()
        for platform in service.platforms:
            await _talk(platform)
        await _change_minds(service)
        await _use_command(service)
        await answered(await ask(service.platforms, [7], 20), 20)

        lifetimes = await _lifetimes(redis)
        immortal = sorted(name for name, seconds in lifetimes.items() if seconds < 0)
        ours = [name for name in lifetimes if name.startswith("parley:")]
        left = await _entries(redis, immortal)
        report(
            "F19 keys", ours=len(ours), engine=len(lifetimes) - len(ours), for_ever=len(immortal), entries_in_those=left
        )
        assert [name for name in immortal if not any(re.fullmatch(known, name) for known in FOR_EVER)] == []
        assert left <= ENTRIES_LEFT


async def _talk(platform: Platform) -> None:
    """A file, a follow-up, a command, another bot, repeats, a research that is stopped and one that is not."""
    said = await platform.mention("my name is Phil", files=[("note.txt", b"Otters", "text/plain")])
    await platform.replied(said, "**Phil**")
    await platform.write("what is my name?", under=said)
    await platform.replied(said, "**Phil**", number=2)
    helped = await platform.mention("help", place=1)
    await platform.replied(helped, "help")
    await platform.other_bot_mentions("hello")
    await platform.write("not for the bot")
    await platform.comes_twice()
    stopped = await platform.mention("research otters", place=2)
    finished = await platform.mention("research bees", place=3)
    await _shows(platform, stopped, "starting")  # the research is over before its status is edited again
    await platform.press(stopped, "Stop")
    await _shows(platform, finished, "done (")


async def _change_minds(service: Outages) -> None:
    """An edit, a deletion and a reaction: before the answer, and after it."""
    slack, discord = service.slack, service.discord
    ada, general = discord.guild.member("ada").id, discord.guild.channel("general").id
    for text in ("count to 50", "count to 5"):
        question = await slack.say("C0GENERAL", f"@Parley {text}", user_id="U0ADA", until_delivered=True)
        await slack.edit("C0GENERAL", question.ts, "@Parley count to 12", until_delivered=True)
        await slack.react("C0GENERAL", question.ts, "octagonal_sign", user_id="U0ADA")
        await slack.delete("C0GENERAL", question.ts, until_delivered=True)
        asked = await discord.say(general, f"@Parley {text}", user_id=ada)
        await discord.edit(asked.id, "@Parley count to 12")
        await discord.react(asked.id, "🛑", user_id=ada)
        await discord.delete(asked.id)


async def _use_command(service: Outages) -> None:
    discord = service.discord
    ada, general = discord.guild.member("ada").id, discord.guild.channel("general").id
    command = await discord.command("ask", {"prompt": "my name is Eve"}, channel_id=general, user_id=ada)
    await discord.wait_for(lambda: "**Eve**" in getattr(discord.original(command), "content", ""), 10)


async def _shows(platform: Platform, said: Said, text: str) -> None:
    async with asyncio.timeout(20):
        while not any(text in reply for reply in platform.replies(said)):
            await asyncio.sleep(0.05)


async def _entries(redis: RedisServer, names: list[str]) -> int:
    async with redis.client() as client:
        kinds = {name: await client.type(name) for name in names}
        counts = [await (client.xlen(name) if kind == "stream" else client.zcard(name)) for name, kind in kinds.items()]
    return sum(counts)


async def _lifetimes(redis: RedisServer) -> dict[str, int]:
    """How many seconds each key has to live; -1 for ever."""
    async with redis.client() as client:
        lifetimes = {str(name): int(await client.ttl(name)) for name in await client.keys("*")}
    return {name: seconds for name, seconds in lifetimes.items() if seconds != -2}  # gone meanwhile

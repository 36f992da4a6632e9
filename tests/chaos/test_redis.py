"""Redis that is away, dies, freezes, is cut off or fills up, under a service of real processes."""

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import pytest

from bot.simulators.discord import DiscordSimulator
from tests.chaos.asked import Asked, answered, ask, asked_at, count, report
from tests.chaos.outages import Outages, service_on
from tests.chaos.proxy import Proxy
from tests.chaos.redis_server import RedisServer, redis_server
from tests.contract.platforms import creates

LONG = bool(os.environ.get("PARLEY_CHAOS_LONG"))  # the figures of a nightly run
BACK_SECONDS = 5.0  # from Redis being back to new turns, and to those that were running
PLACES = range(10)  # channels; a thread of each platform in each
DELAY_SECONDS = 0.1
CUTS, CUT_STRIDE_BYTES, CUT_LIMIT_BYTES = 200 if LONG else 40, 1_777, 30_000


@pytest.mark.timeout(90)
async def test_redis_that_comes_later_than_the_service_costs_nothing_but_time(tmp_path: Path) -> None:
    """F16: the processes start without Redis, wait for it, say so, and then do what Slack brings again."""
    async with redis_server(tmp_path / "redis") as redis, service_on(redis.url, tmp_path) as service:
        processes = await service.start_all(when_connected=False)
        early = asyncio.create_task(count(service.platforms[0], 20))
        await service.slack.wait_for(lambda: 503 in _statuses(service), 10)
        assert await _ready(service) == (503, True)
        await asyncio.sleep(3)
        assert [process.returncode for process in processes] == [None] * 3

        await redis.start()
        back = time.monotonic()

        await service.connected(15)
        connected = time.monotonic() - back
        late = await ask(service.platforms, PLACES[1:2], 30)
        await answered([await early, *late], 30)
        assert await _ready(service) == (200, True)
        report("F16 Redis comes later", gateway_connected=connected, tries_refused=_statuses(service).count(503))


@pytest.mark.timeout(150)
@pytest.mark.parametrize(
    ("how", "seconds"),
    [("killed", 4.0), ("frozen", 8.0), pytest.param("frozen", 30.0, marks=pytest.mark.skipif(not LONG, reason="long"))],
)
async def test_an_outage_in_mid_answer_only_delays(tmp_path: Path, how: str, seconds: float) -> None:
    """F17: 20 answers under way on both platforms, more asked while Redis is away, more once it is back."""
    async with (
        redis_server(tmp_path / "redis") as redis,
        service_on(redis.url, tmp_path, delay_seconds=DELAY_SECONDS) as service,
    ):
        await redis.start()
        processes = await service.start_all(workers=2)
        running = await ask(service.platforms, PLACES, 100)
        await _begun(running)

        async with asyncio.TaskGroup() as group:
            outage = group.create_task(_take_away(redis, how, seconds))
            await asyncio.sleep(seconds / 4)
            meanwhile = group.create_task(ask(service.platforms, PLACES[:4], 20))
            await outage
        back = time.monotonic()
        new = await ask(service.platforms, PLACES, 40)

        late = await _lateness(service, running, back)
        await answered([*meanwhile.result(), *new], 60)
        starts = [asked_at(service.gemini, each)[0] - back for each in new]
        report(
            f"F17 {how} for {seconds:g} s: seconds after it is back",
            first_new_turn=min(starts),
            last_new_turn=max(starts),
            latest_running_turn=max(late),
            creates=len(creates(service.gemini)),
            questions=len(running) + len(meanwhile.result()) + len(new),
        )
        assert [process.returncode for process in processes] == [None] * 4
        assert max(starts) <= BACK_SECONDS
        assert max(late) <= BACK_SECONDS


@pytest.mark.timeout(1_500 if LONG else 300)
async def test_connections_cut_at_any_byte_lose_and_double_nothing(tmp_path: Path) -> None:
    """F17: every connection to Redis closed or reset at the same moment, at a different byte each time."""
    async with (
        redis_server(tmp_path / "redis") as redis,
        Proxy(redis.port).serve() as proxy,
        service_on(
            redis.url_through(proxy.port), tmp_path, retry_seconds=(0.1, 0.5, 2, 10), delay_seconds=0.01
        ) as service,
    ):
        await redis.start()
        await service.start_all()
        began, asked = time.monotonic(), list[Asked]()
        for number in range(CUTS):
            place_bytes = number * CUT_STRIDE_BYTES % CUT_LIMIT_BYTES
            cut = asyncio.create_task(proxy.cut_after(place_bytes, with_reset=number % 2 == 1))
            asked += await ask(service.platforms, [number % 20], 20 + 2 * number % 300)
            await asyncio.wait_for(cut, 30)
            if number % 20 == 19:
                await answered(asked[-40:], 60)

        await answered(asked, 60)
        report(
            "F17 cut connections",
            cuts=proxy.cuts,
            questions=len(asked),
            creates=len(creates(service.gemini)),
            seconds=time.monotonic() - began,
        )


@pytest.mark.timeout(120)
async def test_connections_that_fall_silent_or_are_reset_only_delay(tmp_path: Path) -> None:
    """F17: half-open connections (nothing comes, nothing closes) for 8 s, which a reset ends."""
    async with (
        redis_server(tmp_path / "redis") as redis,
        Proxy(redis.port).serve() as proxy,
        service_on(redis.url_through(proxy.port), tmp_path, delay_seconds=DELAY_SECONDS) as service,
    ):
        await redis.start()
        await service.start_all()
        running = await ask(service.platforms, PLACES[:3], 100)
        await _begun(running)

        proxy.stall()
        await asyncio.sleep(8)
        proxy.reset_all()
        proxy.flow()

        late = await _lateness(service, running, time.monotonic())
        await answered(await ask(service.platforms, PLACES[:3], 20), 30)
        report("F17 silent connections", latest_running_turn=max(late))
        assert max(late) <= BACK_SECONDS


@pytest.mark.timeout(120)
async def test_a_full_store_is_said_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    """F18: Redis refuses writes: Slack hears 503, a command's sender a sentence, and later all is answered once."""
    async with (
        redis_server(tmp_path / "redis") as redis,
        service_on(redis.url, tmp_path, delay_seconds=DELAY_SECONDS) as service,
    ):
        await redis.start()
        await service.start_all()
        running = await ask(service.platforms, PLACES[:2], 50)
        await _begun(running)

        await redis.limit_memory(1)
        refused = asyncio.create_task(ask(service.platforms, PLACES[:2], 20))
        await service.slack.wait_for(lambda: _statuses(service).count(503) >= 4, 10)
        said = await _answer_to_command(service.discord)
        assert "try again" in said
        assert await _half_records(redis, service) == []
        await asyncio.sleep(6)  # the running ones come to their ends meanwhile
        await redis.limit_memory(0)

        late = await _lateness(service, running, time.monotonic())
        await answered(await refused, 40)
        report("F18 full store", latest_running_turn=max(late))


async def _begun(asked: Sequence[Asked]) -> None:
    async with asyncio.timeout(20):
        while not all(each.is_begun for each in asked):
            await asyncio.sleep(0.05)


async def _take_away(redis: RedisServer, how: str, seconds: float) -> None:
    if how == "killed":
        await redis.kill()
        await asyncio.sleep(seconds)
        await redis.start()
    else:
        redis.stop_world()
        await asyncio.sleep(seconds)
        redis.continue_world()


async def _lateness(service: Outages, running: Sequence[Asked], back: float) -> list[float]:
    """How long after Redis was back, or after the model's last word if that came later, each answer was complete."""
    finished = await answered(running, 60)
    ends = [asked_at(service.gemini, each)[0] + each.last * DELAY_SECONDS for each in running]
    return [at - max(back, end) for at, end in zip(finished, ends, strict=True)]


def _statuses(service: Outages) -> list[object]:
    """What web has answered to Slack's events."""
    return [entry["status"] for entry in service.slack.ledger.of("delivery") if entry["event_id"]]


async def _ready(service: Outages) -> tuple[int, bool]:
    """What /readyz answers, and whether it names the store."""
    assert service.slack.deliveries.request_url is not None
    url = service.slack.deliveries.request_url.replace("/slack/events", "/readyz")
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status, "store" in await answer.json()


async def _answer_to_command(discord: DiscordSimulator) -> str:
    """What somebody reads who uses a slash command now."""
    ada, channel = discord.guild.member("ada").id, discord.guild.channel("general").id
    command = await discord.command("ask", {"prompt": "hello"}, channel_id=channel, user_id=ada)
    message = await discord.wait_for(lambda: discord.original(command), 10)
    return message.content if message else ""


async def _half_records(redis: RedisServer, service: Outages) -> list[str]:
    """Keys that carry the name of a message which was refused: the newest ones of people in the first place."""
    discord = service.discord
    said = discord.messages(discord.guild.channel("general").id)
    people = [message.id for message in said if message.author_id != discord.bot.id]
    refused = [people[-1], service.slack.workspace.history("C0GENERAL")[-1].ts]
    async with redis.client() as client:
        return [str(key) for key in await client.keys("*") if any(name in str(key) for name in refused)]

"""What is said about how the service is, by processes of their own on a real Valkey."""

import asyncio
import contextlib
import json
import shutil
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from bot.clock import SystemClock
from bot.service.health import watched
from bot.state.embedded import embedded
from bot.state.heartbeats import MARK, beat, tell_of_api
from bot.state.seat import Seat
from bot.state.store import connect
from tests.chaos.redis_server import RedisServer, redis_server
from tests.service.certificates import identity, tls_in_front_of
from tests.service.processes import parley, url_in

SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "canary-secret", "PORT": "0", "HOST": "127.0.0.1"}


@contextlib.asynccontextmanager
async def web(folder: Path, redis_url: str, **variables: str) -> AsyncGenerator[httpx.AsyncClient]:
    async with (
        parley("web", folder=folder, **SLACK | {"REDIS_URL": redis_url} | variables) as process,
        httpx.AsyncClient(base_url=await url_in(process)) as http,
    ):
        yield http


async def says(http: httpx.AsyncClient, path: str = "/readyz") -> tuple[int, Mapping[str, str]]:
    answer = await http.get(path)
    return answer.status_code, answer.json()


async def becomes(http: httpx.AsyncClient, path: str, status: int, seconds: float = 5) -> Mapping[str, str]:
    async with asyncio.timeout(seconds):
        while (found := await says(http, path))[0] != status:
            await asyncio.sleep(0.1)
    return found[1]


async def test_all_is_well_once_a_worker_and_a_gateway_have_been_heard_of(tmp_path: Path, redis_url: str) -> None:
    async with web(tmp_path, redis_url, GEMINI_API_KEY="k", DISCORD_TOKEN="t") as http, connect(redis_url) as redis:
        before = await says(http)

        await beat(redis, "a-worker")
        async with Seat(redis, "discord", SystemClock()).taken():
            after = await says(http)

    well = {"store": "ok", "worker": "ok", "api": "ok", "slack": "ok", "discord": "ok"}
    assert before == (503, well | {"worker": "none alive", "discord": "no gateway"})
    assert after == (200, well)


async def test_an_api_that_does_nothing_for_a_worker_is_told_by_all(tmp_path: Path, redis_url: str) -> None:
    async with web(tmp_path, redis_url, GEMINI_API_KEY="k") as http, connect(redis_url) as redis:
        await beat(redis, "a-worker")
        await tell_of_api(redis, "key refused")

        status, parts = await says(http)

    assert (status, parts["api"]) == (503, "key refused")


async def test_what_a_process_was_not_told_of_is_no_fault(tmp_path: Path, redis_url: str) -> None:
    async with web(tmp_path, redis_url) as http, connect(redis_url) as redis:
        await beat(redis, "a-worker")

        status, parts = await says(http)

    assert status == 200
    assert parts == {"store": "ok", "worker": "ok", "api": "not set up", "slack": "ok", "discord": "not set up"}


async def test_without_a_worker_events_can_still_be_routed_here(tmp_path: Path, redis_url: str) -> None:
    async with web(tmp_path, redis_url) as http:
        assert (await says(http))[0] == 503
        assert await says(http, "/readyz/store") == (200, {"store": "ok"})


async def test_a_store_that_is_away_fails_readiness_and_never_liveness(tmp_path: Path) -> None:
    """It is away at the start, comes, and goes; the process is the same all the time."""
    folder = tmp_path / "store"
    async with embedded(folder) as url:
        pass
    async with web(tmp_path, url) as http:
        away = await says(http)
        assert (await http.get("/healthz")).status_code == 200

        async with embedded(folder):
            assert await becomes(http, "/readyz/store", 200) == {"store": "ok"}
        gone = await says(http)
        alive = await http.get("/healthz")

    assert away == (
        503,
        {"store": "away", "worker": "unknown", "api": "not set up", "slack": "ok", "discord": "not set up"},
    )
    assert gone == away
    assert alive.status_code == 200


async def test_a_store_that_hangs_is_said_within_three_seconds(tmp_path: Path) -> None:
    """It takes connections and never answers."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        async with web(tmp_path, f"redis://127.0.0.1:{port}") as http, asyncio.timeout(3):
            assert await says(http, "/readyz/store") == (503, {"store": "no answer"})


async def test_a_store_that_takes_no_writes_is_not_ready(tmp_path: Path) -> None:
    async with embedded(tmp_path / "store") as url, web(tmp_path, url) as http, connect(url) as redis:
        await redis.config_set("maxmemory", 1)
        full = await says(http, "/readyz/store")
        await redis.config_set("maxmemory", 0)

        assert full == (503, {"store": "full"})
        assert await says(http, "/readyz/store") == (200, {"store": "ok"})


async def test_a_store_that_may_lose_records_is_ready_with_a_warning(tmp_path: Path) -> None:
    async with embedded(tmp_path / "store") as url, web(tmp_path, url) as http, connect(url) as redis:
        await redis.config_set("appendonly", "no")
        await redis.config_set("maxmemory-policy", "allkeys-lru")

        status, parts = await says(http, "/readyz/store")

    assert status == 200
    assert parts["store"] == "ok, but not durable: appendonly is off, maxmemory-policy is allkeys-lru"


def troubles(stdout: bytes) -> list[tuple[str, str]]:
    lines = [json.loads(line) for line in stdout.splitlines()]
    said = [line for line in lines if line["level"] in ("warning", "error") and "slack_bolt" not in line["logger"]]
    return [(line["event"], line.get("cause", "")) for line in said]


@pytest.mark.parametrize("process", ["web", "worker", "discord"])
async def test_a_store_that_is_away_is_one_line_in_half_a_minute(tmp_path: Path, process: str) -> None:
    """Away at the start, and for longer than the time between two looks at it."""
    variables = {"GEMINI_API_KEY": "k", "DISCORD_TOKEN": "t", "DISCORD_API_URL": "http://127.0.0.1:1/api/v10"}
    nobody = f"unix://{tmp_path}/nobody.sock"
    async with parley(process, folder=tmp_path, PARLEY_LOG="json", REDIS_URL=nobody, **SLACK, **variables) as running:
        await asyncio.sleep(7)
        running.send_signal(signal.SIGTERM)
        stdout, stderr = await asyncio.wait_for(running.communicate(), 15)

    assert troubles(stdout) == [("store_away", "away")]
    assert stderr == b""
    assert running.returncode == 0


class HastyClock(SystemClock):
    """Ten seconds in one."""

    def monotonic(self) -> float:
        return 10 * super().monotonic()

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 10)


async def test_a_store_that_stays_away_is_said_every_half_minute_and_its_return_once(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    async with embedded(folder) as url:
        pass
    with capture_logs() as logged:
        async with watched(url, HastyClock()):
            await asyncio.sleep(6.5)
            async with embedded(folder), asyncio.timeout(5):
                while logged[-1]["event"] != "store_back":
                    await asyncio.sleep(0.05)

    assert [line["event"] for line in logged] == ["store_away", "store_away", "store_away", "store_back"]
    assert all("REDIS_URL" in line["fix"] for line in logged[:-1])


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_store_that_comes_back_empty_is_said_once(tmp_path: Path, keeps: bool) -> None:
    async with redis_server(tmp_path) as server, asyncio.timeout(20):
        await server.start()
        with capture_logs() as logged:
            async with watched(server.url, HastyClock()), server.client() as redis:
                while not await redis.exists(MARK):
                    await asyncio.sleep(0.02)
                await server.kill()
                while not logged:
                    await asyncio.sleep(0.02)
                if not keeps:
                    shutil.rmtree(tmp_path / "appendonlydir")
                await server.start()
                while logged[-1]["event"] == "store_away":
                    await asyncio.sleep(0.02)
                await asyncio.sleep(1.5)  # longer than between two looks

    assert [line["event"] for line in logged] == ["store_away", "store_back", *["store_empty"] * (not keeps)]


async def limited(server: RedisServer) -> str:
    """A user who may do everything but run scripts."""
    async with server.client() as redis:
        rights = ["+@all", "-@scripting"]
        await redis.acl_setuser("joe", enabled=True, passwords=["+pw"], keys=["*"], channels=["*"], categories=rights)
    return f"redis://joe:pw@127.0.0.1:{server.port}/0"


async def replica(server: RedisServer) -> str:
    async with server.client() as redis:
        await redis.replicaof("127.0.0.1", "1")
        await redis.config_set("replica-serve-stale-data", "yes")
    return server.url


async def full(server: RedisServer) -> str:
    await server.limit_memory(1)
    return server.url


async def no_such_database(server: RedisServer) -> str:
    return server.url.removesuffix("/0") + "/99"


async def over_tls(server: RedisServer) -> str:
    return server.url.replace("redis://", "rediss://")


@pytest.mark.parametrize(
    ("broken", "cause", "fix"),
    [
        (limited, "not permitted", "EVAL"),
        (replica, "read-only", "the primary"),
        (full, "full", "maxmemory"),
        (no_such_database, "no such database", "/0"),
        (over_tls, "no answer", "redis://, not rediss://"),
    ],
)
async def test_each_trouble_with_the_store_is_named_with_what_helps(
    tmp_path: Path, broken: Callable[[RedisServer], Awaitable[str]], cause: str, fix: str
) -> None:
    async with redis_server(tmp_path) as server, asyncio.timeout(10):
        await server.start()
        url = await broken(server)
        with capture_logs() as logged:
            async with watched(url):
                while not logged:
                    await asyncio.sleep(0.02)

    assert logged[0]["event"] == "store_away"
    assert logged[0]["cause"] == cause
    assert fix in logged[0]["fix"]


async def test_a_store_without_tls_may_be_why_nothing_is_heard_of_it(tmp_path: Path) -> None:
    """TLS is spoken there, and not here."""
    shown = identity("an authority").save(tmp_path)
    async with embedded(tmp_path / "store") as url, tls_in_front_of(url, shown) as port:
        with capture_logs() as logged:
            async with asyncio.timeout(10), watched(f"redis://127.0.0.1:{port}"):
                while not logged:
                    await asyncio.sleep(0.02)

    assert "rediss://" in logged[0]["fix"]


async def test_what_the_engine_complains_of_all_the_time_is_one_line_a_minute(tmp_path: Path) -> None:
    async with redis_server(tmp_path / "server") as server:
        await server.start()
        url = await limited(server)
        async with parley(
            "worker", folder=tmp_path, PARLEY_LOG="json", REDIS_URL=url, GEMINI_API_KEY="k", **SLACK
        ) as running:
            assert running.stdout is not None
            first = await asyncio.wait_for(running.stdout.readuntil(b"store_away"), 15)
            await asyncio.sleep(3)
            running.send_signal(signal.SIGTERM)
            rest, _ = await asyncio.wait_for(running.communicate(), 15)

    said = troubles(first + rest)
    assert ("store_away", "not permitted") in said
    assert len(said) > 1
    assert len(said) == len(set(said))


async def test_health_tells_nothing_about_the_place(tmp_path: Path) -> None:
    async with web(tmp_path, "redis://canary-user:canary-password@127.0.0.1:1/0", GEMINI_API_KEY="canary-key") as http:
        pages = [await http.get(path) for path in ("/healthz", "/readyz", "/readyz/store", "/readyz/nothing")]

    for page in pages:
        told = f"{page.headers} {page.text}"
        assert "canary" not in told
        assert "127.0.0.1" not in told
        assert str(tmp_path) not in told

"""What the log says while the API is away, however much is asked of it."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.interactions.client import InteractionsClient
from bot.interactions.errors import InteractionError
from bot.interactions.transport import open_http
from bot.service.reach import Reach
from bot.simulators.gemini import GeminiSimulator, HttpError
from bot.state.heartbeats import told_of_api
from bot.state.store import connect
from tests.contract.moved_clock import MovedClock
from tests.state.inbounds import under


class Hands(MovedClock):
    """Nothing but the hands of the test move it."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


async def asked(client: InteractionsClient, times: int = 20) -> None:
    await asyncio.gather(*(client.get("v1_none") for _ in range(times)), return_exceptions=True)


@pytest.mark.parametrize(
    ("failure", "fix"),
    [
        (HttpError(status=503), "status page"),
        (HttpError(status=401), "GEMINI_API_KEY"),
        (HttpError(status=429), "rate limit"),
        (HttpError(status=429, code="quota_exceeded"), "quota"),
    ],
)
async def test_an_api_that_is_away_is_said_once_a_minute_with_what_helps_and_its_return_once(
    failure: HttpError, fix: str
) -> None:
    gemini, clock = GeminiSimulator(), Hands()
    with capture_logs() as logged:
        async with gemini.serve() as url, open_http(url, "any") as http:
            client = InteractionsClient(http, tells=Reach(clock).heard)
            for seconds in (0, 30, 60):
                clock.seconds = seconds
                gemini.fails(failure, times=20, operation="get")
                await asked(client)
            await asked(client)  # nothing of this name is known, which is an answer

    said = [(line["event"], line["seconds"]) for line in logged]
    assert said == [("api_away", 0), ("api_away", 60), ("api_back", 60)]
    assert all(fix in line["fix"] for line in logged[:-1])


async def test_an_api_that_comes_and_goes_is_said_once_a_minute() -> None:
    gemini, clock = GeminiSimulator(), Hands()
    with capture_logs() as logged:
        async with gemini.serve() as url, open_http(url, "any") as http:
            client = InteractionsClient(http, tells=Reach(clock).heard)
            for _ in range(5):
                gemini.fails(HttpError(status=503), operation="get")
                await asked(client, 1)
                await asked(client, 1)

    assert [line["event"] for line in logged] == ["api_away", "api_back"]


async def test_a_key_that_stays_refused_is_told_to_the_other_processes(redis_url: str) -> None:
    gemini, clock = GeminiSimulator(), Hands()
    reach = Reach(clock)
    async with gemini.serve() as url, open_http(url, "any") as http, connect(redis_url) as redis:
        client = InteractionsClient(http, tells=reach.heard)
        async with asyncio.timeout(5), under(reach.tell(redis)):
            for seconds in (0, 30):
                clock.seconds = seconds
                gemini.fails(HttpError(status=401), operation="get")
                await asked(client, 1)
            clock.move(10)

            while await told_of_api(redis) != "key refused":
                await asyncio.sleep(0.01)


async def test_one_call_that_failed_is_no_trouble_that_lasts(redis_url: str) -> None:
    gemini, clock = GeminiSimulator(), Hands()
    reach = Reach(clock)
    async with gemini.serve() as url, open_http(url, "any") as http, connect(redis_url) as redis:
        gemini.fails(HttpError(status=503), operation="get")
        await asked(InteractionsClient(http, tells=reach.heard), 1)
        async with under(reach.tell(redis)):
            for seconds in (31, 62):
                clock.seconds = seconds
                clock.move(10)
                await asyncio.sleep(0.1)

                assert await told_of_api(redis) is None


async def test_nobody_to_connect_to_is_said_with_where_to_look() -> None:
    with capture_logs() as logged:
        async with open_http("http://127.0.0.1:1", "any") as http:
            with pytest.raises(InteractionError):
                await InteractionsClient(http, tells=Reach(Hands()).heard).get("v1_none")

    assert "GOOGLE_GEMINI_BASE_URL" in logged[0]["fix"]

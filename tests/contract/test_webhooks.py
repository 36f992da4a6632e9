"""Calls of the API at our address, on every platform: what they hasten, and that nothing else is believed of them."""

import asyncio
import base64
import hmac
import json
import secrets
import time

import httpx
import pytest
from pydantic import SecretStr

from bot.clock import SystemClock
from bot.service.settings import Settings
from bot.simulators.gemini import Dropped, GeminiSimulator
from bot.simulators.gemini.webhooks import Keys
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, Said, creates, polled
from tests.contract.ports import reachable
from tests.contract.researches import UNKNOWN, at_work, proposed, unknown

KEY = secrets.token_bytes(32)


class LateClock(SystemClock):
    """Later than the machine's, so that a task is looked after at the pace of one that runs for minutes."""

    ahead_seconds = 0.0

    def now(self) -> float:
        return super().now() + self.ahead_seconds


@pytest.fixture
def research_seconds() -> float:
    return 4


@pytest.fixture
def clock() -> LateClock:
    return LateClock()


@pytest.fixture
async def settings(settings: Settings) -> Settings:
    secret = SecretStr(f"whsec_{base64.b64encode(KEY).decode()}")
    return reachable(settings).model_copy(update={"webhook_secret": secret})


def completed(interaction_id: str, **more: object) -> bytes:
    return json.dumps(
        {"type": "interaction.completed", "version": "v1", "data": {"id": interaction_id}} | more
    ).encode()


def signed(body: bytes, *, key: bytes = KEY, sent: float | None = None) -> dict[str, str]:
    """The headers of a call, proven with the shared secret."""
    at = str(int(time.time() if sent is None else sent))
    digest = hmac.digest(key, f"msg_1.{at}.".encode() + body, "sha256")
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": "msg_1", "webhook-timestamp": at, "webhook-signature": signature}


async def call(settings: Settings, body: bytes, headers: dict[str, str]) -> int:
    """The status the API gets."""
    async with httpx.AsyncClient(trust_env=False) as http:
        response = await http.post(settings.webhook_url or "", content=body, headers=headers)
    return response.status_code


async def running(platform: Platform, gemini: GeminiSimulator, clock: LateClock, settings: Settings) -> Said:
    """A research that was just looked at, and will not be again for ten seconds."""
    mention = await at_work(platform)
    clock.ahead_seconds = 130
    body = completed(polled(gemini)[0])
    called_at = time.monotonic()
    assert await call(settings, body, signed(body)) == 200
    await looked(gemini, after=called_at)
    return mention


async def looked(gemini: GeminiSimulator, *, after: float) -> None:
    async with asyncio.timeout(5):
        while not looks_after(gemini, after):
            await asyncio.sleep(0.01)


def looks_after(gemini: GeminiSimulator, moment: float) -> list[float]:
    """How long after a moment the API was asked how far the research is, in seconds."""
    return [one.at - moment for one in gemini.requests if one.method == "GET" and one.at > moment]


@behavior("research:webhook")
async def test_the_end_is_reported_when_the_api_tells_of_it_and_not_only_at_the_next_look(
    platform: Platform, gemini: GeminiSimulator, clock: LateClock, settings: Settings
) -> None:
    mention = await running(platform, gemini, clock, settings)

    await platform.replied(mention, "done (")

    [create] = creates(gemini)
    assert min(looks_after(gemini, create.at + 4)) < 5


@behavior("research:webhook")
async def test_calls_that_come_early_again_and_late_deliver_one_report(
    platform: Platform, gemini: GeminiSimulator, clock: LateClock, settings: Settings
) -> None:
    mention = await running(platform, gemini, clock, settings)
    [research] = polled(gemini)
    body = completed(research)

    early = [await call(settings, body, signed(body)) for _ in range(2)]
    await platform.until(lambda: len(platform.replies(mention)) == 2)
    at_once = await asyncio.gather(*(call(settings, body, signed(body)) for _ in range(5)))
    await platform.replied(mention, "done (")
    messages = platform.message_ids(mention)
    late = [await call(settings, body, signed(body)) for _ in range(2)]

    assert {*early, *at_once, *late} == {200}
    await platform.write("tasks", under=mention)
    await platform.until(lambda: "Nothing is running" in platform.replies(mention)[-1])
    assert platform.message_ids(mention)[:-1] == messages
    assert len(messages) == 2
    assert len(platform.files(mention)) == 3


@behavior("research:webhook")
@pytest.mark.parametrize("research_seconds", [600])
async def test_a_call_with_a_shared_secret_alone_is_enough(
    platform: Platform, gemini: GeminiSimulator, clock: LateClock, settings: Settings
) -> None:
    mention = await running(platform, gemini, clock, settings)
    [research] = polled(gemini)
    called_at = time.monotonic()

    body = completed(research)

    assert await call(settings, body, signed(body)) == 200
    await looked(gemini, after=called_at)
    assert min(looks_after(gemini, called_at)) < 5
    assert "done" not in platform.replies(mention)[0]


@behavior("research:webhook:proof")
@pytest.mark.parametrize("research_seconds", [600])
async def test_what_is_forged_altered_old_or_malformed_is_refused_and_changes_nothing(
    platform: Platform, gemini: GeminiSimulator, clock: LateClock, settings: Settings
) -> None:
    mention = await running(platform, gemini, clock, settings)
    [research] = polled(gemini)
    body, looks = completed(research), len(gemini.requests)
    token = Keys().prove(settings.webhook_url or "", "msg_1", int(time.time()))
    now = str(int(time.time()))

    refused = [
        await call(settings, body, headers)
        for headers in (
            {},
            signed(body, key=b"somebody else's"),
            signed(body, sent=time.time() - 3600),
            signed(body, sent=time.time() + 3600),
            signed(completed("v1_another")),
            signed(body) | {"webhook-timestamp": "yesterday"},
            signed(body) | {"webhook-signature": "v1,?"},
            {"webhook-id": "msg_1", "webhook-timestamp": now, "webhook-signature": token},
        )
    ]
    malformed = [await call(settings, odd, signed(odd)) for odd in (b"", b"[]", b"{", b"\xff", completed(""))]

    assert {*refused, *malformed} == {401}
    assert [one for one in gemini.requests[looks:] if "jwks" not in one.path] == []
    assert "at work" in platform.replies(mention)[0]


@behavior("research:webhook:proof")
async def test_a_call_that_is_too_large_is_refused(platform: Platform, settings: Settings) -> None:
    body = completed("v1_abc", more="x" * 200_000)

    assert await call(settings, body, signed(body)) == 413
    assert platform.threads() == []


@behavior("research:webhook")
async def test_a_call_about_something_that_is_not_ours_is_taken_and_forgotten(
    platform: Platform, gemini: GeminiSimulator, settings: Settings
) -> None:
    body = completed("v1_another")

    assert await call(settings, body, signed(body)) == 200
    assert platform.threads() == []
    assert gemini.requests == []


@behavior("research:webhook")
async def test_a_call_that_names_no_task_as_we_do_is_taken_and_forgotten(
    platform: Platform, gemini: GeminiSimulator, settings: Settings
) -> None:
    names = ["", "nonsense", "a:b 1", "slack:T1:C1:1", "slack:T1:C1:1 ", "slack:T1:C1:1 2 3"]
    bodies = [completed("v1_another", user_metadata={"parley_task": name}) for name in names]

    assert [await call(settings, body, signed(body)) for body in bodies] == [200] * len(names)
    assert gemini.requests == []


@behavior("research:unknown")
async def test_a_research_of_which_only_the_api_knows_is_adopted_when_it_tells(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    gemini.fails(Dropped(after_creating=True))
    mention = await unknown(platform)
    assert platform.buttons(mention) == ["Retry", "Cancel"]

    await platform.replied(mention, "done (")
    assert platform.buttons(mention) == []
    assert len(creates(gemini)) == 1


@behavior("research:unknown")
@pytest.mark.parametrize("consent", [True])
async def test_a_call_about_the_plan_is_not_taken_for_one_about_the_research(
    platform: Platform, gemini: GeminiSimulator, settings: Settings
) -> None:
    mention = await proposed(platform)
    [plan] = polled(gemini)
    config = creates(gemini)[0].body["webhook_config"]
    assert isinstance(config, dict)
    gemini.fails(Dropped(after_creating=True))
    await platform.press(mention, "Approve")
    await platform.replied(mention, UNKNOWN)

    body = completed(plan, user_metadata=config["user_metadata"])
    assert await call(settings, body, signed(body)) == 200

    await platform.replied(mention, "done (")
    assert polled(gemini)[-1] != plan
    assert len(creates(gemini)) == 2

"""Conversations that the API has lost."""

import asyncio
import json

import pytest

from bot.service.settings import Settings
from bot.simulators.gemini import GeminiSimulator, HttpError
from bot.state.store import connect
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, creates

DAY_SECONDS = 24 * 60 * 60
EXPIRED_SECONDS = 56 * DAY_SECONDS
REMEMBERED = "had expired; I went by what was said here"
LOST = "I no longer have the earlier part of this conversation"


@behavior("memory:expired")
async def test_an_expired_conversation_is_told_again_and_goes_on(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    gemini.advance(EXPIRED_SECONDS)

    await platform.write("what is my name?", under=mention)

    await platform.replied(mention, REMEMBERED, number=2)
    assert platform.replies(mention)[1].startswith("Your name is **Phil**")
    refused, again = creates(gemini)[1:]
    assert refused.previous_interaction_id is not None
    assert again.previous_interaction_id is None
    assert "my name is Phil" in json.dumps(again.body["input"])
    await platform.write("do you know my name?", under=mention)
    await platform.replied(mention, "Your name is **Phil**", number=3)
    assert REMEMBERED not in platform.replies(mention)[2]
    assert creates(gemini)[-1].previous_interaction_id is not None


@behavior("memory:expired")
@pytest.mark.parametrize("status", [403, 404, 410, 501])
async def test_a_refused_continuation_is_told_again(platform: Platform, gemini: GeminiSimulator, status: int) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    gemini.fails(HttpError(status=status))

    await platform.write("what is my name?", under=mention)

    await platform.replied(mention, REMEMBERED, number=2)
    assert platform.replies(mention)[1].startswith("Your name is **Phil**")


@behavior("memory:expired")
async def test_where_our_records_are_gone_too_it_is_answered_without_and_said_so(
    platform: Platform, gemini: GeminiSimulator, redis_url: str
) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    await platform.write("my name is still Phil", under=mention)
    await platform.replied(mention, "told me.", number=2)
    gemini.advance(EXPIRED_SECONDS)
    async with asyncio.timeout(5), connect(redis_url) as redis:
        while await redis.keys("parley:{*}:lease:inbox"):  # else the turn that ends writes its record again
            await asyncio.sleep(0.02)
        await redis.delete(*await redis.keys("parley:{*}:turn:*"))

    await platform.write("what is my name?", under=mention)

    await platform.replied(mention, LOST, number=3)
    assert platform.replies(mention)[2].startswith("You have not told me")


@behavior("memory:expired")
@behavior("fork")
async def test_a_fork_of_an_expired_conversation_is_told_again(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    await platform.write("fork", under=mention)
    await platform.replied(mention, "I have begun", number=2)
    [thread] = platform.threads()
    gemini.advance(EXPIRED_SECONDS)

    await platform.write("what is my name?", under=thread)

    await platform.until(lambda: any(REMEMBERED in reply for reply in platform.replies(thread)))
    assert any("Your name is **Phil**" in reply for reply in platform.replies(thread))


@behavior("memory:expired")
@behavior("edit:after")
async def test_an_edit_in_an_expired_conversation_is_told_what_came_before_it(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    follow_up = await platform.write("my name is Grace", under=mention)
    await platform.replied(mention, "**Grace**", number=2)
    gemini.advance(EXPIRED_SECONDS)

    await platform.edit(follow_up, "what is my name?")

    await platform.replied(mention, REMEMBERED, number=2)
    assert platform.replies(mention)[1].startswith("Your name is **Phil**")


@pytest.fixture
def retention_days() -> int:
    return 55


@pytest.fixture
async def settings(settings: Settings, retention_days: int) -> Settings:
    return settings.model_copy(update={"retention_days": retention_days})


@behavior("memory:retention")
@pytest.mark.parametrize("retention_days", [1, 55])
async def test_what_points_to_an_interaction_lives_as_long_as_it(
    platform: Platform, redis_url: str, retention_days: int
) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    after = await platform.write("what is my name?", under=mention)
    await platform.replied(after, "**Phil**", number=2)

    async with connect(redis_url) as redis:
        names = [name for pattern in ("turn:*", "head", "last") for name in await redis.keys(f"parley:{{*}}:{pattern}")]
        seconds = [await redis.ttl(name) for name in names]

    assert len(names) >= 4
    assert all((retention_days - 1) * DAY_SECONDS < left <= retention_days * DAY_SECONDS for left in seconds)

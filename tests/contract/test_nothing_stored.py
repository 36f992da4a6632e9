"""Conversations of which the API is to keep nothing."""

import json

import pytest

from bot.service.settings import Settings
from bot.simulators.gemini import EditionName, GeminiSimulator
from tests.contract.behaviors import behavior
from tests.contract.platforms import Platform, creates


@pytest.fixture(params=["steps", "outputs"])
def edition(request: pytest.FixtureRequest) -> EditionName:
    return request.param


@pytest.fixture
async def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"store": False})


@behavior("memory:nothing-stored")
async def test_each_request_carries_the_whole_conversation(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    await platform.write("remember that the sky is red", under=mention)
    await platform.replied(mention, "told me.", number=2)

    await platform.write("what did I tell you?", under=mention)

    await platform.replied(mention, "the sky is red", number=3)
    assert "**Phil**" in platform.replies(mention)[2]
    assert [request.body["store"] for request in creates(gemini)] == [False, False, False]
    assert [request.previous_interaction_id for request in creates(gemini)] == [None, None, None]
    told = json.dumps(creates(gemini)[-1].body["input"])
    assert told.index("my name is Phil") < told.index("Nice to meet you") < told.index("sky is red")
    assert not any("expired" in reply for reply in platform.replies(mention))


@behavior("memory:nothing-stored")
@behavior("edit:after")
@behavior("fork")
async def test_edits_retries_and_forks_work_too(platform: Platform) -> None:
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    follow_up = await platform.write("my name is Grace", under=mention)
    await platform.replied(mention, "**Grace**", number=2)

    await platform.edit(follow_up, "what is my name?")
    await platform.replied(mention, "Your name is **Phil**", number=2)
    await platform.write("retry", under=mention)
    await platform.replied(mention, "Your name is **Phil**", number=3)
    await platform.write("fork", under=mention)
    await platform.replied(mention, "I have begun", number=4)
    [thread] = platform.threads()
    await platform.write("how many messages?", under=thread)

    await platform.until(lambda: any("3 messages" in reply for reply in platform.replies(thread)))

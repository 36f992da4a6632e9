"""Research for later, on every platform: kept, listed, paused, deleted, and started when its time has come."""

import re

import pytest
from redis.asyncio import Redis

from bot.simulators.gemini import GeminiSimulator
from bot.simulators.slack import SlackSimulator
from tests.contract.behaviors import behavior
from tests.contract.moved_clock import MovedClock
from tests.contract.on_slack import SlackPlatform
from tests.contract.platforms import Platform, asked, creates, makes_plan

REFERENCE = re.compile(r"S-[0-9A-Z]{5}")


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def research_seconds() -> float:
    return 0.5


@pytest.fixture
def consent() -> bool:
    return True


@behavior("schedule:again")
@behavior("tasks")
async def test_a_research_for_every_monday_is_listed_paused_resumed_and_deleted(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("research every Monday 9:00 What do otters eat?")
    await platform.replied(mention, "next on Mon")
    said = platform.replies(mention)[0]
    assert "every Monday at 9:00" in said
    [reference] = REFERENCE.findall(said)

    async def answered(words: str, answer: str) -> None:
        number = len(platform.replies(mention)) + 1
        await platform.write(words, under=mention)
        await platform.replied(mention, answer, number=number)

    await answered("tasks", f"`{reference}` every Monday at 9:00 (UTC), next on Mon")
    await answered(f"pause: {reference}", "Paused")
    await answered("tasks", "paused")
    await answered("resume:", "Which schedule? Say it like `resume S-7F3K2`")
    await answered(f"resume: {reference}", "Resumed: every Monday")
    await answered(f"delete: {reference}", "Deleted")
    await answered("tasks", "Nothing is running or scheduled")
    assert creates(gemini) == []


@behavior("schedule:zone")
async def test_times_are_those_of_the_zone_that_a_person_has_told(platform: Platform) -> None:
    mention = await platform.mention("zone Asia/Tokyo")
    await platform.replied(mention, "Asia/Tokyo from now on")

    await platform.write("research: every Monday 9:00 What do otters eat?", under=mention)

    await platform.replied(mention, "every Monday at 9:00 (Asia/Tokyo), next on Mon", number=2)
    assert "time zone" not in platform.replies(mention)[1]
    await platform.write("research: every Monday 9:00 America/New_York What do seals eat?", under=mention)
    await platform.replied(mention, "every Monday at 9:00 (America/New_York), next on Mon", number=3)


@behavior("schedule:zone")
async def test_times_are_those_of_the_zone_that_slack_knows(platform: Platform, slack: SlackSimulator) -> None:
    if not isinstance(platform, SlackPlatform):
        pytest.skip("Discord tells nobody's time zone")
    slack.workspace.set_time_zone("U0ADA", "Asia/Tokyo")

    mention = await platform.mention("research every Monday 9:00 What do otters eat?")

    await platform.replied(mention, "every Monday at 9:00 (Asia/Tokyo), next on Mon")
    assert "time zone" not in platform.replies(mention)[0]


@behavior("schedule:zone")
async def test_where_nobody_knows_the_zone_the_answer_says_what_was_taken(platform: Platform) -> None:
    if isinstance(platform, SlackPlatform):
        pytest.skip("Slack tells everybody's time zone")

    mention = await platform.mention("research tomorrow 9:00 What do otters eat?")

    await platform.replied(mention, "(UTC)")
    assert "I took UTC for your time zone" in platform.replies(mention)[0]


@behavior("schedule:zone")
async def test_an_edit_that_names_the_zone_as_the_answer_says_moves_the_schedule(platform: Platform) -> None:
    if isinstance(platform, SlackPlatform):
        pytest.skip("Slack tells everybody's time zone")
    mention = await platform.mention("research tomorrow 9:00 What do otters eat?")
    await platform.replied(mention, "(UTC)")
    [time] = re.findall(r"as in `([^`]+)`", platform.replies(mention)[0])

    await platform.edit(mention, f"research tomorrow {time} What do otters eat?")

    await platform.replied(mention, "(Europe/Zurich)")
    assert "I took" not in platform.replies(mention)[0]


@behavior("schedule:zone")
async def test_a_schedule_whose_zone_is_none_any_more_says_so_in_its_thread(
    platform: Platform, gemini: GeminiSimulator, clock: MovedClock, redis: Redis
) -> None:
    mention = await platform.mention("research every day 9:00 Europe/Berlin What do otters eat?")
    await platform.replied(mention, "(Europe/Berlin)")
    [record] = [str(name) for name in await redis.keys("*schedule:S-*")]
    await redis.set(record, str(await redis.get(record)).replace("Europe/Berlin", "Europe/Atlantis"), ex=60)

    clock.move(25 * 3600)

    await platform.replied(mention, "I know no time zone Europe/Atlantis", number=2)
    await platform.write("tasks", under=mention)
    await platform.replied(mention, "paused, since I know no such time zone", number=3)
    assert creates(gemini) == []


@behavior("research:asked")
async def test_a_research_without_a_question_is_asked_for_it(platform: Platform, gemini: GeminiSimulator) -> None:
    mention = await platform.mention("research")

    await platform.replied(mention, "What shall I look into?")
    assert creates(gemini) == []
    await platform.write("What do otters eat?", under=mention)
    await asked(gemini)
    assert [makes_plan(one) for one in creates(gemini)] == [True]


@behavior("schedule:again")
async def test_a_rhythm_that_cannot_be_kept_is_refused_in_a_sentence(
    platform: Platform, gemini: GeminiSimulator
) -> None:
    mention = await platform.mention("research every 5 minutes What do otters eat?")

    await platform.replied(mention, "nothing more often than once an hour")
    assert creates(gemini) == []


@behavior("schedule:once")
async def test_a_research_in_two_hours_starts_then_and_once_and_reports_without_a_plan(
    platform: Platform, gemini: GeminiSimulator, clock: MovedClock
) -> None:
    mention = await platform.mention("research in 2 hours What do otters eat?")
    await platform.replied(mention, " once, on ")
    clock.move(3600)
    assert creates(gemini) == []

    clock.move(3600 + 5)

    await asked(gemini)
    await platform.replied(mention, "done (0:", number=2)
    assert [makes_plan(one) for one in creates(gemini)] == [False]
    assert "otters" in platform.replies(mention)[2]
    [reference] = REFERENCE.findall(platform.replies(mention)[0])
    assert reference in platform.replies(mention)[1]
    clock.move(3600)
    messages = len(platform.replies(mention))
    await platform.write("tasks", under=mention)
    await platform.replied(mention, "Nothing is running or scheduled", number=messages + 1)
    assert len(creates(gemini)) == 1


@behavior("schedule:again")
async def test_a_research_for_every_hour_starts_each_time(
    platform: Platform, gemini: GeminiSimulator, clock: MovedClock
) -> None:
    mention = await platform.mention("research every hour: What do otters eat?")
    await platform.replied(mention, " every hour (UTC), next on ")

    clock.move(3601)
    await platform.replied(mention, "done (0:", number=2)
    clock.move(3601)
    await platform.replied(mention, "done (0:", number=4)

    assert len(creates(gemini)) == 2

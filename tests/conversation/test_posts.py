"""The visible parts of a reply, over several runs of it, on a real Valkey."""

import pytest
from redis.asyncio import Redis

from bot.conversation.adapter import ChannelBusy
from bot.conversation.posts import Posts
from bot.models import MessageId, Part, PartKey
from bot.state.outbox import Outbox
from bot.state.records import Records
from bot.state.run import Run, RunLost
from bot.state.runs import Runs
from bot.state.store import key
from tests.conversation.platform import MESSAGE, THREAD, Platform

KEY = PartKey("1/0")


def part(text: str, key: PartKey = KEY) -> Part:
    return Part(key=key, text=text)


async def posts_of(platform: Platform, records: Records, run: Run) -> Posts:
    """The reply as it is known now, which is what a next run finds."""
    return Posts(platform, MESSAGE, Outbox(), run, await records.parts(MESSAGE))


async def test_a_part_is_posted_once_and_then_edited(platform: Platform, records: Records, run: Run) -> None:
    posts = await posts_of(platform, records, run)
    assert not posts.visible

    await posts.show(part("one"))
    await posts.show(part("two"))
    await (await posts_of(platform, records, run)).show(part("three"))

    assert platform.calls == ["post 1/0", "edit R1", "edit R1"]
    assert platform.shown == ["three"]
    assert posts.visible


async def test_a_part_to_be_shown_once_stays_as_it_is(platform: Platform, records: Records, run: Run) -> None:
    for text in ("one", "two"):
        await (await posts_of(platform, records, run)).show_once(part(text))

    assert platform.calls == ["post 1/0"]
    assert platform.shown == ["one"]


async def test_a_part_whose_posting_nobody_heard_the_end_of_is_looked_for(
    platform: Platform, records: Records, run: Run
) -> None:
    """F35."""
    platform.loses_answers = 1
    posts = await posts_of(platform, records, run)
    with pytest.raises(ChannelBusy):
        await posts.show(part("one"))

    await posts.show(part("one"))
    await posts.show(part("two"))

    assert platform.calls == ["post 1/0", "post 1/0 again", "edit R1"]
    assert platform.shown == ["two"]


async def test_a_part_that_a_run_noted_before_it_died_is_looked_for_by_the_next(
    platform: Platform, records: Records, run: Run
) -> None:
    """F10, F35."""
    await platform.post(MESSAGE, part("one"))
    await run.write(*Outbox().noted(MESSAGE, KEY))

    posts = await posts_of(platform, records, run)
    assert posts.is_known(KEY)
    assert not posts.visible
    await posts.show(part("one"))

    assert platform.calls == ["post 1/0", "post 1/0 again"]
    assert len(platform.messages) == 1


async def test_a_part_that_was_refused_is_posted_as_if_for_the_first_time(
    platform: Platform, records: Records, run: Run
) -> None:
    """F33: nothing has become visible, so there is nothing to look for."""
    platform.troubles = [ChannelBusy("test", retry_after=1)]
    posts = await posts_of(platform, records, run)
    with pytest.raises(ChannelBusy):
        await posts.show(part("one"))

    await posts.show(part("one"))

    assert platform.calls == ["post 1/0", "post 1/0"]


async def test_a_part_that_somebody_deleted_is_posted_anew(platform: Platform, records: Records, run: Run) -> None:
    posts = await posts_of(platform, records, run)
    await posts.show(part("one"))
    platform.messages.clear()

    await posts.show(part("two"))
    await (await posts_of(platform, records, run)).show(part("three"))

    assert platform.shown == ["three"]
    assert platform.calls == ["post 1/0", "edit R1", "post 1/0+", "edit R3"]


async def test_a_part_is_taken_away_and_then_unknown(platform: Platform, records: Records, run: Run) -> None:
    posts = await posts_of(platform, records, run)
    await posts.show(part("one"))

    await posts.remove(KEY)
    await posts.remove(KEY)

    assert platform.messages == {}
    assert await records.parts(MESSAGE) == {}
    assert platform.calls == ["post 1/0", "remove R1"]


async def test_a_part_that_may_be_visible_is_found_and_taken_away(
    platform: Platform, records: Records, run: Run
) -> None:
    """F36."""
    await platform.post(MESSAGE, part("one"))
    await run.write(*Outbox().noted(MESSAGE, KEY))

    await (await posts_of(platform, records, run)).remove_all()

    assert platform.messages == {}
    assert await records.parts(MESSAGE) == {}


async def test_of_a_text_that_has_become_shorter_the_later_parts_go(
    platform: Platform, records: Records, run: Run
) -> None:
    posts = await posts_of(platform, records, run)
    for number in range(4):
        await posts.show(part(f"part {number}", posts.key(number)))

    await posts.remove_from(2)

    assert platform.shown == ["part 0", "part 1"]
    assert list(await records.parts(MESSAGE)) == ["1/0", "1/1"]


async def test_who_goes_on_from_a_part_comes_to_its_turn(
    platform: Platform, records: Records, run: Run, redis: Redis
) -> None:
    await (await posts_of(platform, records, run)).show(part("one"))

    assert await redis.get("parley:place:test:T1:R1") == "test:T1:C1:1 1"


async def test_a_run_that_another_took_over_from_shows_nothing_more(
    platform: Platform, records: Records, run: Run, runs: Runs, redis: Redis
) -> None:
    """F12."""
    posts = await posts_of(platform, records, run)
    await posts.show(part("one"))
    await redis.delete(key(THREAD, "lease:inbox"))
    async with runs.take(THREAD) as newer:
        assert newer is not None
        for attempt in (
            posts.show(part("two")),
            posts.show(part("two", PartKey("1/1"))),
            posts.remove(KEY),
        ):
            with pytest.raises(RunLost):
                await attempt
        await newer.end()

    assert platform.calls == ["post 1/0"]
    assert await records.parts(MESSAGE) == {KEY: MessageId("R1")}


async def test_what_has_been_reached_is_saved_before_an_edit_shows_it(
    platform: Platform, records: Records, run: Run, redis: Redis
) -> None:
    """So that the next run never knows less than people see."""
    posts = await posts_of(platform, records, run)
    await posts.show(part("one"))
    run.checkpoint = lambda: [Outbox().placed(MESSAGE, MessageId("checkpoint"))]
    platform.troubles = [ChannelBusy("test", retry_after=1)]

    with pytest.raises(ChannelBusy):
        await posts.show(part("two"))

    assert await redis.exists("parley:place:test:T1:checkpoint") == 1

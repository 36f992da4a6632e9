"""The growing reply, on a platform that counts what is asked of it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.clock import SystemClock
from bot.conversation.adapter import ChannelBusy
from bot.conversation.posts import Posts
from bot.conversation.reply import Reply
from bot.models import Part, PartKey
from bot.state.outbox import Outbox
from bot.state.records import Records
from bot.state.run import Run
from tests.conversation.platform import MESSAGE, Platform

Open = Callable[[str], Awaitable[Reply]]


@pytest.fixture
def reply(platform: Platform, records: Records, run: Run) -> Open:
    """Opens the reply to the message, with what an earlier run has read of it."""

    async def opened(text: str = "") -> Reply:
        posts = Posts(platform, MESSAGE, Outbox(), run, await records.parts(MESSAGE))
        return Reply(platform, MESSAGE, posts, SystemClock(), text=text)

    return opened


async def until_shown(platform: Platform, text: str) -> None:
    while "".join(platform.shown) != text:
        await asyncio.sleep(0.002)


async def test_a_reply_grows_and_ends_complete(platform: Platform, reply: Open) -> None:
    async with asyncio.timeout(5), await reply("") as growing:
        growing.add("Par")
        await until_shown(platform, "Par")
        growing.add("is")
        await until_shown(platform, "Paris")
        growing.add(".")
        await growing.complete()

    assert platform.shown == ["Paris."]
    assert platform.calls == ["post 1/0", "edit R1", "edit R1"]


async def test_a_reply_that_is_complete_at_once_is_one_call_without_a_button(platform: Platform, reply: Open) -> None:
    async with asyncio.timeout(5), await reply("") as growing:
        growing.add("Paris.")
        await growing.complete()

    assert platform.calls == ["post 1/0"]
    assert platform.looks == [""]


async def test_a_reply_that_grows_has_a_button_to_stop_it_from_its_second_showing_on(
    platform: Platform, reply: Open
) -> None:
    async with asyncio.timeout(5), await reply("") as growing:
        for word in ("one", " two", " three"):
            growing.add(word)
            await until_shown(platform, growing.text)
        await growing.complete()

    assert platform.looks == ["", "Stop", "Stop", ""]
    assert platform.shown == ["one two three"]


async def test_a_reply_that_never_had_a_button_needs_no_edit_to_lose_it(platform: Platform, reply: Open) -> None:
    async with asyncio.timeout(5), await reply("") as growing:
        growing.add("Paris.")
        await until_shown(platform, "Paris.")
        await growing.complete()

    assert platform.calls == ["post 1/0"]


async def test_only_the_last_part_has_a_button(records: Records, run: Run) -> None:
    platform = Platform(message_chars=20)
    posts = Posts(platform, MESSAGE, Outbox(), run, {})
    async with asyncio.timeout(5), Reply(platform, MESSAGE, posts, SystemClock()) as growing:
        growing.add("one two three")
        await until_shown(platform, "one two three")
        growing.add(" four")
        await until_shown(platform, "one two three four")
        growing.add(" five six")
        await until_shown(platform, "one two three fourfive six")
        growing.add(" seven")
        await until_shown(platform, "one two three fourfive six seven")

        labels = [[action.label for action in part.actions or ()] for part in platform.messages.values()]
        assert labels == [[], ["Stop"]]
        await growing.complete()

    assert [part.actions or () for part in platform.messages.values()] == [(), ()]


async def test_the_button_of_an_earlier_run_goes(platform: Platform, reply: Open, records: Records) -> None:
    """F10: it had shown one, and this run ends before it has shown anything else."""
    async with await reply("") as first:
        for word in ("one", " two"):
            first.add(word)
            await until_shown(platform, first.text)
    assert platform.looks == ["", "Stop"]

    async with asyncio.timeout(5), await reply("one two") as second:
        await second.complete()

    assert platform.shown == ["one two"]
    assert platform.looks == ["", "Stop", ""]


async def test_a_next_run_goes_on_in_the_same_message(platform: Platform, reply: Open) -> None:
    async with await reply("") as first:
        first.add("one")
        await until_shown(platform, "one")

    async with asyncio.timeout(5), await reply("one") as second:
        second.add(" two")
        await second.complete()

    assert platform.shown == ["one two"]
    assert platform.calls == ["post 1/0", "edit R1"]


async def test_what_is_marked_is_what_was_read_up_to_there(reply: Open) -> None:
    async with await reply("one") as growing:
        assert growing.marked_text == "one"
        growing.add(" two")
        assert growing.marked_text == "one"
        growing.mark()
        growing.add(" three")
        assert (growing.marked_text, growing.text) == ("one two", "one two three")

        growing.restart()
        assert (growing.marked_text, growing.text) == ("", "")
        growing.mark()
        assert growing.marked_text == ""
        growing.add("uno")
        growing.mark()
        assert (growing.marked_text, growing.text) == ("uno", "uno")


async def test_a_text_that_is_told_again_does_not_shrink_before_it_has_begun(platform: Platform, reply: Open) -> None:
    async with asyncio.timeout(5), await reply("") as growing:
        growing.add("This much is known")
        growing.restart()
        await growing.complete("_The rest is not._")

    assert platform.shown == ["This much is known\n\n_The rest is not._"]


async def test_a_shorter_text_takes_the_parts_of_the_longer_one_away(records: Records, run: Run) -> None:
    """F37: an edited question may have a shorter answer."""
    platform = Platform(message_chars=20)
    first = Posts(platform, MESSAGE, Outbox(), run, {})
    async with asyncio.timeout(5), Reply(platform, MESSAGE, first, SystemClock()) as longer:
        longer.add("one two three four five six seven eight nine ten")
        await longer.complete()
    assert len(platform.shown) == 3

    second = Posts(platform, MESSAGE, Outbox(), run, await records.parts(MESSAGE))
    async with asyncio.timeout(5), Reply(platform, MESSAGE, second, SystemClock()) as shorter:
        shorter.add("eleven")
        await shorter.complete()

    assert platform.shown == ["eleven"]


async def test_notes_stand_outside_of_code(platform: Platform, reply: Open) -> None:
    async with asyncio.timeout(5), await reply("") as growing:
        growing.add("```\ncode that was cut")
        await growing.complete("_A note._", None, "_Another._")

    assert platform.shown == ["```\ncode that was cut\n```\n\n_A note._\n\n_Another._"]


async def test_a_busy_platform_is_not_pestered_for_the_final_text(platform: Platform, reply: Open) -> None:
    """F33."""
    platform.troubles = [ChannelBusy("test", retry_after=0.1) for _ in range(3)]

    async with asyncio.timeout(5), await reply("") as growing:
        growing.add("All of it.")
        await growing.complete()

    assert platform.shown == ["All of it."]
    assert len(platform.calls) == 4


async def test_a_post_whose_answer_was_lost_is_not_made_twice(platform: Platform, reply: Open) -> None:
    """F35."""
    platform.loses_answers = 1

    async with asyncio.timeout(5), await reply("") as growing:
        growing.add("All of it.")
        await growing.complete()

    assert platform.shown == ["All of it."]
    assert platform.calls == ["post 1/0", "post 1/0 again"]


async def test_who_waits_to_see_that_it_stopped_does_not_wait_for_the_interval(records: Records, run: Run) -> None:
    platform = Platform(edit_seconds=30)
    posts = Posts(platform, MESSAGE, Outbox(), run, {})
    async with asyncio.timeout(5), Reply(platform, MESSAGE, posts, SystemClock()) as growing:
        growing.add("one")
        await until_shown(platform, "one")
        growing.add(" two")

        await growing.complete("_Stopped._", at_once=True)

    assert platform.shown == ["one two\n\n_Stopped._"]


async def test_other_parts_of_the_same_reply_stay(platform: Platform, reply: Open, records: Records, run: Run) -> None:
    status = Part(key=PartKey("1/status"), text="looking into it")
    await Posts(platform, MESSAGE, Outbox(), run, {}).show(status)

    async with asyncio.timeout(5), await reply("") as growing:
        growing.add("Paris.")
        await growing.complete()

    assert platform.shown == ["looking into it", "Paris."]

"""What people do with messages, from the gateway to what is stored."""

from adapters.discord.channel import DiscordChannel
from bot.content import TextContent
from bot.models import Inbound
from bot.simulators.discord import DiscordSimulator
from tests.adapters.discord.conftest import Store, ask, delivered, part_of

STOP_SIGN = "\N{OCTAGONAL SIGN}"


async def test_an_edit_of_a_mention_comes_as_a_later_version_of_it(
    simulator: DiscordSimulator, heard: Store, general: str, ada: str
) -> None:
    said = await simulator.say(general, "@Parley helo https://x.test", user_id=ada)
    first = await delivered(simulator, heard)

    await simulator.unfurl(said.id)
    await simulator.edit(said.id, "@Parley hello")
    await simulator.edit(said.id, "@Parley hello?")

    second, third = await delivered(simulator, heard, 2), await delivered(simulator, heard, 3)
    assert [second.content, third.content] == [(TextContent(text="hello"),), (TextContent(text="hello?"),)]
    assert (second.thread, second.message) == (first.thread, first.message)
    assert "" == first.revision < second.revision < third.revision


async def test_an_edit_that_discord_tells_of_again_is_the_same_version(
    simulator: DiscordSimulator, heard: Store, general: str, ada: str
) -> None:
    said = await simulator.say(general, "@Parley see https://x.test", user_id=ada)
    await simulator.edit(said.id, "@Parley look at https://x.test")
    await simulator.unfurl(said.id)

    again = await delivered(simulator, heard, 3)

    assert again.id == heard.deliveries[1].id


async def test_the_bots_own_growing_reply_is_no_news(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, mention: Inbound, general: str, ada: str
) -> None:
    await delivered(simulator, heard)
    posted = await channel.post(mention, part_of(mention, "Par", final=False))
    await channel.edit(mention, posted, part_of(mention, "Paris."))

    await simulator.say(general, "@Parley and now?", user_id=ada)

    assert (await delivered(simulator, heard, 2)).content == (TextContent(text="and now?"),)


async def test_what_is_said_in_a_thread_is_said_in_its_channel_too(
    simulator: DiscordSimulator, heard: Store, general: str, ada: str
) -> None:
    thread = simulator.open_thread(general, "Talk", user_id=ada).id

    await simulator.say(thread, "@Parley hello", user_id=ada)
    written = await delivered(simulator, heard)
    await ask(simulator, thread, ada)
    asked = await delivered(simulator, heard, 2)

    assert [(one.thread.channel, one.place) for one in (written, asked)] == [(thread, general)] * 2


async def test_deleted_messages_are_told_of_one_by_one_where_they_were(
    simulator: DiscordSimulator, heard: Store, general: str, ada: str
) -> None:
    thread = simulator.open_thread(general, "Talk", user_id=ada).id
    said = [await simulator.say(general, f"@Parley {number}", user_id=ada) for number in range(3)]
    inside = await simulator.say(thread, "@Parley hello", user_id=ada)
    await delivered(simulator, heard, 4)

    await simulator.delete(said[0].id)
    await simulator.delete_together([said[2].id, said[1].id])
    await simulator.delete(inside.id)

    await delivered(simulator, heard, 8)
    written, gone = heard.deliveries[:4], heard.deliveries[4:]
    assert [one.thread for one in gone] == [one.thread for one in written]
    assert [one.id for one in gone] == [f"{one.message}@deleted" for one in written]
    assert all(one.deleted for one in gone)


async def test_an_octagonal_sign_says_stop_on_the_bots_messages_alone(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, mention: Inbound, ada: str
) -> None:
    await delivered(simulator, heard)
    posted = await channel.post(mention, part_of(mention, "Par", final=False))

    await simulator.react(mention.message, STOP_SIGN, user_id=ada)
    await simulator.react(posted, "👍", user_id=ada)
    await simulator.react(posted, STOP_SIGN, user_id=simulator.guild.member("otherbot").id)
    await simulator.react(posted, STOP_SIGN, user_id=ada)

    stop = await delivered(simulator, heard, 2)
    assert (stop.continues, stop.author, stop.silent) == (posted, ada, True)
    assert stop.content == (TextContent(text="stop"),)
    assert stop.thread == mention.thread


async def test_an_octagonal_sign_in_a_direct_message_says_stop_too(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, ada: str
) -> None:
    place = simulator.direct(ada).id
    await simulator.say(place, "hello", user_id=ada)
    asked = await delivered(simulator, heard)
    posted = await channel.post(asked, part_of(asked, "Hel", final=False))

    await simulator.react(posted, STOP_SIGN, user_id=ada)

    stop = await delivered(simulator, heard, 2)
    assert (stop.thread, stop.continues) == (asked.thread, posted)


async def test_what_a_stop_is_told_is_found_again(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, ada: str
) -> None:
    place = simulator.direct(ada).id
    await simulator.say(place, "hello", user_id=ada)
    asked = await delivered(simulator, heard)
    posted = await channel.post(asked, part_of(asked, "Hel", final=False))
    await simulator.react(posted, STOP_SIGN, user_id=ada)
    stop = await delivered(simulator, heard, 2)

    first = await channel.post(stop, part_of(stop, "There is nothing to stop."))

    assert await channel.post(stop, part_of(stop, "There is nothing to stop."), again=True) == first


async def test_fork_from_here_is_a_command_about_a_message(
    simulator: DiscordSimulator, heard: Store, channel: DiscordChannel, mention: Inbound, ada: str
) -> None:
    await delivered(simulator, heard)
    posted = await channel.post(mention, part_of(mention, "Paris."))
    await simulator.wait_for(lambda: simulator.ledger.of("commands_registered"))

    used = await simulator.message_command("Fork from here", message_id=posted, user_id=ada)

    fork = await delivered(simulator, heard, 2)
    assert (fork.message, fork.continues, fork.content) == (used.id, posted, (TextContent(text="fork"),))
    (answered,) = await simulator.wait_for(lambda: simulator.ledger.of("interaction_answered"))
    assert answered["type"] == 5
    await channel.post(fork, part_of(fork, "It goes on elsewhere."))
    answer = simulator.original(used)
    assert answer is not None
    assert answer.content == "It goes on elsewhere."

"""Slash commands, which only Discord has so far."""

import asyncio
from base64 import b64decode

import pytest

from bot.conversation.commands import COMMANDS, Command
from bot.simulators.discord import DiscordSimulator, Interaction, Message, Upload
from bot.simulators.gemini import GeminiSimulator, Silent
from tests.contract.behaviors import behavior
from tests.contract.on_discord import visible_text
from tests.contract.platforms import Platform, creates, makes_plan
from tests.contract.researches import proposed

PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==")

pytestmark = pytest.mark.parametrize("platform", ["discord"], indirect=True)


async def answered(discord: DiscordSimulator, command: Interaction, text: str) -> Message:
    def shown() -> Message | None:
        answer = discord.original(command)
        return answer if answer and visible_text(answer) and text in visible_text(answer) else None

    return await discord.wait_for(shown, 10) or Message("", "", "", 0)


@behavior("command:ask")
async def test_ask_is_answered_under_its_question_with_its_file(platform: Platform, discord: DiscordSimulator) -> None:
    channel, ada = discord.guild.channel("general").id, discord.guild.member("ada").id
    file = Upload("dot.png", PIXEL, "image/png")

    command = await discord.command(
        "ask", {"prompt": "what did you receive?"}, channel_id=channel, user_id=ada, files=[file]
    )

    answer = await answered(discord, command, "image/png")
    assert answer.content.startswith("> what did you receive?")


@behavior("command:ask")
async def test_a_reply_to_an_answer_goes_on_with_its_conversation(
    platform: Platform, discord: DiscordSimulator, gemini: GeminiSimulator
) -> None:
    channel, ada = discord.guild.channel("general").id, discord.guild.member("ada").id
    command = await discord.command("ask", {"prompt": "my name is Phil"}, channel_id=channel, user_id=ada)
    answer = await answered(discord, command, "Phil")

    await discord.say(channel, "what is my name?", user_id=ada, reply_to=answer.id)

    await discord.wait_for(lambda: [m for m in discord.messages(channel) if "Your name is **Phil**" in m.content], 10)
    assert creates(gemini)[-1].previous_interaction_id is not None


@behavior("command:ends")
@pytest.mark.parametrize("consent", [True])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.word)
async def test_no_command_is_left_thinking_in_a_channel_or_a_thread(
    platform: Platform, discord: DiscordSimulator, command: Command
) -> None:
    ada = discord.guild.member("ada").id
    mention = await proposed(platform)

    for place in (mention.root, mention.channel):
        argument = {command.argument: "only Europe"} if command.argument else {}
        used = await discord.command(command.word, argument, channel_id=place, user_id=ada)

        await answered(discord, used, "")


@behavior("research:plan:approve")
@behavior("research:plan:change")
@pytest.mark.parametrize("consent", [True])
async def test_in_the_channel_a_plan_is_reached_by_commands_of_who_asked_for_it(
    platform: Platform, discord: DiscordSimulator, gemini: GeminiSimulator
) -> None:
    channel, ada = discord.guild.channel("general").id, discord.guild.member("ada").id
    grace = discord.guild.member("grace").id
    research = await discord.command("research", {"question": "What do otters eat?"}, channel_id=channel, user_id=ada)
    await answered(discord, research, "Research plan")

    hers = await discord.command("approve", {}, channel_id=channel, user_id=grace)
    await answered(discord, hers, "There is no plan here")
    change = await discord.command("change", {"what": "only Europe"}, channel_id=channel, user_id=ada)
    await answered(discord, change, "I am changing the plan.")
    await answered(discord, research, "only Europe")
    his = await discord.command("approve", {}, channel_id=channel, user_id=ada)

    await answered(discord, his, "Approved.")
    await answered(discord, research, "at work")
    assert [makes_plan(one) for one in creates(gemini)] == [True, True, False]


@behavior("research:stop")
async def test_stop_ends_what_the_same_person_started_by_command(platform: Platform, discord: DiscordSimulator) -> None:
    channel, ada = discord.guild.channel("general").id, discord.guild.member("ada").id
    grace = discord.guild.member("grace").id
    research = await discord.command("research", {"question": "What do otters eat?"}, channel_id=channel, user_id=ada)
    await answered(discord, research, "at work")

    hers = await discord.command("stop", {}, channel_id=channel, user_id=grace)
    await answered(discord, hers, "Nothing is running")
    his = await discord.command("stop", {}, channel_id=channel, user_id=ada)

    await answered(discord, his, "stopping")
    await answered(discord, research, "stopped (")


@behavior("reply:follow-up")
async def test_a_direct_message_needs_no_mention(platform: Platform, discord: DiscordSimulator) -> None:
    ada = discord.guild.member("ada").id
    direct = discord.direct(ada).id

    await discord.say(direct, "my name is Phil", user_id=ada)
    await discord.wait_for(
        lambda: [m for m in discord.messages(direct) if "Phil" in m.content and m.author_id != ada], 10
    )
    await discord.say(direct, "what is my name?", user_id=ada)

    await discord.wait_for(lambda: [m for m in discord.messages(direct) if "Your name is **Phil**" in m.content], 10)


@behavior("stop:answer")
async def test_stop_in_the_channel_ends_the_answer_to_ones_own_ask(
    platform: Platform, discord: DiscordSimulator, gemini: GeminiSimulator
) -> None:
    channel, ada = discord.guild.channel("general").id, discord.guild.member("ada").id
    grace = discord.guild.member("grace").id
    gemini.fails(Silent(seconds=60, after_deltas=2))
    ask = await discord.command("ask", {"prompt": "echo: one two three"}, channel_id=channel, user_id=ada)
    await answered(discord, ask, "one two")

    hers = await discord.command("stop", {}, channel_id=channel, user_id=grace)
    await answered(discord, hers, "Nothing is running")
    his = await discord.command("stop", {}, channel_id=channel, user_id=ada)

    async with asyncio.timeout(1):
        answer = await answered(discord, ask, "_Stopped._")
    await answered(discord, his, "stopping")
    assert "one two" in answer.content
    assert "three\n\n_Stopped._" not in answer.content


@behavior("retry")
async def test_retry_in_the_channel_has_nothing_to_repeat_there(platform: Platform, discord: DiscordSimulator) -> None:
    channel, ada = discord.guild.channel("general").id, discord.guild.member("ada").id

    retry = await discord.command("retry", {}, channel_id=channel, user_id=ada)

    await answered(discord, retry, "There is no question here")


@behavior("fork")
async def test_the_menu_of_an_earlier_answer_forks_from_that_answer(
    platform: Platform, discord: DiscordSimulator, gemini: GeminiSimulator
) -> None:
    ada = discord.guild.member("ada").id
    mention = await platform.mention("my name is Phil")
    await platform.replied(mention, "told me.")
    await platform.write("my name is Grace", under=mention)
    await platform.replied(mention, "**Grace**", number=2)

    first, _ = platform.message_ids(mention)
    await discord.message_command("Fork from here", message_id=first, user_id=ada)
    await platform.until(platform.threads)
    await platform.replied(mention, "I have begun", number=3)
    [thread] = platform.threads()
    await platform.write("what is my name?", under=thread)

    await platform.replied(thread, "Your name is **Phil**")
    assert creates(gemini)[2].previous_interaction_id == creates(gemini)[1].previous_interaction_id


@behavior("fork")
async def test_a_direct_message_cannot_be_forked_and_is_told_so(platform: Platform, discord: DiscordSimulator) -> None:
    ada = discord.guild.member("ada").id
    direct = discord.direct(ada).id
    await discord.say(direct, "my name is Phil", user_id=ada)
    await discord.wait_for(lambda: [m for m in discord.messages(direct) if "told me." in m.content], 10)

    await discord.say(direct, "fork", user_id=ada)

    await discord.wait_for(lambda: [m for m in discord.messages(direct) if "cannot begin a thread here" in m.content])

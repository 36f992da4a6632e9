"""Files that people send on Discord, read from where they lie and from nowhere else."""

import pytest

from adapters.discord.channel import DiscordChannel
from bot.content import FileRef
from bot.conversation.adapter import FileUnreadable
from bot.simulators.discord import DiscordSimulator, Message, Upload, dropped_reply


async def read(channel: DiscordChannel, file: FileRef) -> bytes:
    return b"".join([chunk async for chunk in channel.open(file)])


async def test_a_file_is_read_from_where_it_lies(
    simulator: DiscordSimulator, channel: DiscordChannel, general: str, ada: str
) -> None:
    said = await simulator.say(general, "look", user_id=ada, files=[Upload("cat.png", b"PNG" * 100_000)])
    url = _urls(simulator, said)[0]

    assert await read(channel, FileRef(url=url, name="cat.png")) == b"PNG" * 100_000


async def test_a_file_whose_link_has_expired_is_gone(
    simulator: DiscordSimulator, channel: DiscordChannel, general: str, ada: str
) -> None:
    said = await simulator.say(general, "look", user_id=ada, files=[Upload("cat.png", b"PNG")])
    url = _urls(simulator, said)[0]
    simulator.advance(25 * 3600)

    with pytest.raises(FileUnreadable, match="send it again"):
        await read(channel, FileRef(url=url, name="cat.png"))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/attachments/1/2/cat.png",
        "http://cdn.discordapp.com/attachments/1/2/cat.png",
        "https://cdn.discordapp.com.evil.test/cat.png",
        "https://cdn.discordapp.com:444/cat.png",
        "https://me@cdn.discordapp.com/cat.png",
        "https://evil.test/?https://cdn.discordapp.com/",
        "file:///etc/passwd",
        "//cdn.discordapp.com/cat.png",
        "https://[cdn.discordapp.com/",
        "",
    ],
)
async def test_an_address_that_is_not_discords_is_not_read(channel: DiscordChannel, url: str) -> None:
    with pytest.raises(FileUnreadable, match="does not lie on Discord"):
        await read(channel, FileRef(url=url, name="cat.png"))


def _urls(simulator: DiscordSimulator, said: Message) -> list[str]:
    """The signed links of a message's files, as its event had them."""
    everything = [one for place in simulator.state()["channels"] for one in place["messages"]]
    return [file["url"] for one in everything if one["id"] == said.id for file in one["attachments"]]


async def test_a_file_that_breaks_off_is_unreadable(
    simulator: DiscordSimulator, channel: DiscordChannel, general: str, ada: str
) -> None:
    said = await simulator.say(general, "look", user_id=ada, files=[Upload("cat.png", b"PNG")])
    simulator.fails("GET /attachments/*", dropped_reply(times=2))  # aiohttp asks for a file twice by itself

    with pytest.raises(FileUnreadable, match="did not give it"):
        await read(channel, FileRef(url=_urls(simulator, said)[0], name="cat.png"))

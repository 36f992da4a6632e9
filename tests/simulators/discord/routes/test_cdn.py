"""Downloads by signed links that expire."""

import httpx
import pytest

from bot.simulators.discord import DiscordSimulator, Upload


@pytest.fixture
async def url(simulator: DiscordSimulator, rest: httpx.AsyncClient, general: str, ada: str) -> str:
    file = Upload("picture.png", b"PNG")
    message = await simulator.say(general, "look", user_id=ada, files=[file])
    shown = (await rest.get(f"/channels/{general}/messages/{message.id}")).json()
    return shown["attachments"][0]["url"]


async def test_a_link_needs_no_token(url: str) -> None:
    async with httpx.AsyncClient() as anyone:
        reply = await anyone.get(url)

    assert (reply.content, reply.headers["Content-Type"]) == (b"PNG", "image/png")


async def test_a_link_expires_after_a_day_and_a_fresh_one_works(
    simulator: DiscordSimulator, rest: httpx.AsyncClient, general: str, url: str
) -> None:
    simulator.advance(24 * 3600 + 1)
    message = (await rest.get(f"/channels/{general}/messages")).json()[0]

    assert (await rest.get(url)).status_code == 404
    assert (await rest.get(message["attachments"][0]["url"])).status_code == 200


@pytest.mark.parametrize(("part", "other"), [("hm=", "hm=0"), ("ex=", "ex=f"), ("hm=", "hm=é")])
async def test_a_changed_link_opens_nothing(rest: httpx.AsyncClient, url: str, part: str, other: str) -> None:
    assert (await rest.get(url.replace(part, other))).status_code == 404

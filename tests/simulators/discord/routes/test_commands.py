"""Command registration over plain HTTP, by the documented limits."""

from typing import Any

import httpx
import pytest

from bot.simulators.discord import DiscordSimulator

Rest = httpx.AsyncClient
Payload = dict[str, Any]


@pytest.fixture
def path(simulator: DiscordSimulator) -> str:
    return f"/applications/{simulator.bot.id}/commands"


def command(name: str = "ask", **more: object) -> Payload:
    return {"name": name, "description": "Ask", **more}


def option(name: str = "prompt", **more: object) -> Payload:
    return {"type": 3, "name": name, "description": "What", **more}


async def test_an_overwrite_replaces_all_and_keeps_ids_of_names_that_stay(rest: Rest, path: str) -> None:
    first = (await rest.put(path, json=[command("ask"), command("stop")])).json()
    second = (await rest.put(path, json=[command("ask", description="Better"), command("help")])).json()

    assert [one["name"] for one in (await rest.get(path)).json()] == ["ask", "help"]
    assert second[0]["id"] == first[0]["id"]
    assert second[0]["description"] == "Better"


@pytest.mark.parametrize(
    ("commands", "place"),
    [
        ([command("Ask")], ("0", "name")),
        ([command("a" * 33)], ("0", "name")),
        ([command(description="")], ("0", "description")),
        ([command(description="d" * 101)], ("0", "description")),
        ([command(options=[option(f"o{number}") for number in range(26)])], ("0", "options")),
        ([command(options=[option("a"), option("b", required=True)])], ("0", "options", "1")),
        ([command(options=[option("a"), option("a")])], ("0", "options", "0")),
        ([command(options=[option(choices=[{"name": "n" * 101, "value": "v"}])])], ("0", "options", "0", "choices")),
        ([command("Ask about", type=3, description="no")], ("0", "description")),
        ([command(), command()], ()),
    ],
)
async def test_what_breaks_a_rule_is_refused_with_its_place(
    rest: Rest, path: str, commands: list[Payload], place: tuple[str, ...]
) -> None:
    reply = await rest.put(path, json=commands)

    assert (reply.status_code, reply.json()["code"]) == (400, 50035)
    node = reply.json()["errors"]
    for step in place:
        node = node[step]
    assert node
    assert (await rest.get(path)).json() == []


async def test_a_command_over_8000_characters_is_too_large(rest: Rest, path: str) -> None:
    choices = [{"name": f"{number:02}" + "n" * 98, "value": "v" * 100} for number in range(25)]
    reply = await rest.put(path, json=[command(options=[option("a", choices=choices), option("b", choices=choices)])])

    assert "APPLICATION_COMMAND_TOO_LARGE" in reply.text


async def test_a_hundred_slash_commands_and_fifteen_of_each_menu(rest: Rest, path: str) -> None:
    many = await rest.put(path, json=[command(f"c{number}") for number in range(101)])
    menus = await rest.put(path, json=[{"name": f"Menu {number}", "type": 3} for number in range(15)])
    more = await rest.post(path, json={"name": "One more", "type": 3})

    assert (many.json()["code"], menus.status_code, more.json()["code"]) == (30032, 200, 30032)


async def test_two_hundred_creates_a_day(simulator: DiscordSimulator, rest: Rest, path: str) -> None:
    for start in (0, 100):
        await rest.put(path, json=[command(f"c{start + number}") for number in range(100)])
    over = await rest.put(path, json=[command("one-more")])
    same = await rest.put(path, json=[command(f"c{100 + number}") for number in range(50)])
    simulator.advance(24 * 3600 + 1)
    tomorrow = await rest.put(path, json=[command("one-more")])

    assert (over.status_code, over.json()["code"]) == (429, 30034)
    assert (same.status_code, tomorrow.status_code) == (200, 200)


async def test_a_guilds_own_commands_come_first_and_stay_apart(
    simulator: DiscordSimulator, rest: Rest, path: str, general: str, ada: str
) -> None:
    in_guild = f"/applications/{simulator.bot.id}/guilds/{simulator.guild.id}/commands"
    await rest.put(path, json=[command("ask")])
    own = (await rest.post(in_guild, json=command("ask"))).json()

    asked = await simulator.command("ask", {}, channel_id=general, user_id=ada)
    foreign = await rest.get(f"/applications/{simulator.bot.id}/guilds/1/commands")

    assert asked.data["id"] == own["id"]
    assert foreign.json()["code"] == 50001


async def test_one_command_is_changed_and_removed(rest: Rest, path: str) -> None:
    made = await rest.post(path, json=command("ask"))
    one = f"{path}/{made.json()['id']}"

    changed = await rest.patch(one, json={"description": "Ask anything"})
    removed = await rest.delete(one)

    assert (made.status_code, changed.json()["description"], removed.status_code) == (201, "Ask anything", 204)
    assert (await rest.get(one)).json()["code"] == 10063


async def test_subcommands_are_used_by_their_path(
    simulator: DiscordSimulator, rest: Rest, path: str, general: str, ada: str
) -> None:
    start = {"type": 1, "name": "start", "description": "Start", "options": [option("question", required=True)]}
    await rest.put(path, json=[command("research", options=[start])])

    asked = await simulator.command("research start", {"question": "why"}, channel_id=general, user_id=ada)

    assert asked.data["options"][0]["name"] == "start"
    assert asked.data["options"][0]["options"] == [{"name": "question", "type": 3, "value": "why"}]

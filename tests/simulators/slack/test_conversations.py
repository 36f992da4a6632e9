"""What the bot may read, driven by Slack's own client."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.simulators.slack import SlackSimulator


async def test_the_bot_learns_who_it_is(client: Any) -> None:
    answer = await client.auth_test()

    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == ("U0PARLEY", "B0PARLEY", "T0PARLEY")


async def test_replies_come_in_pages_each_with_the_root_first(simulator: SlackSimulator, client: Any) -> None:
    root = await simulator.say("C0GENERAL", "root", user_id="U0ADA")
    for number in range(5):
        await simulator.say("C0GENERAL", str(number), user_id="U0GRACE", thread_ts=root.ts)

    texts: list[list[str]] = []
    async for page in await client.conversations_replies(channel="C0GENERAL", ts=root.ts, limit=3):
        texts.append([message["text"] for message in page["messages"]])  # noqa: PERF401

    assert texts == [["root", "0", "1"], ["root", "2", "3"], ["root", "4"]]


async def test_metadata_is_read_back_only_when_asked_for(simulator: SlackSimulator, client: Any) -> None:
    metadata = {"event_type": "parley_part", "event_payload": {"key": "7"}}
    posted = await client.chat_postMessage(channel="C0GENERAL", text="a", metadata=metadata)

    plain = await client.conversations_replies(channel="C0GENERAL", ts=posted["ts"])
    full = await client.conversations_replies(channel="C0GENERAL", ts=posted["ts"], include_all_metadata=True)

    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == metadata


async def test_history_is_newest_first_and_can_fetch_one_message(simulator: SlackSimulator, client: Any) -> None:
    first = await simulator.say("C0GENERAL", "first", user_id="U0ADA")
    await simulator.say("C0GENERAL", "second", user_id="U0ADA")

    everything = await client.conversations_history(channel="C0GENERAL")
    one = await client.conversations_history(channel="C0GENERAL", latest=first.ts, inclusive=True, limit=1)

    assert [message["text"] for message in everything["messages"]] == ["second", "first"]
    assert [message["ts"] for message in one["messages"]] == [first.ts]


async def test_people_and_places_are_described(client: Any) -> None:
    user = await client.users_info(user="U0ADA")
    channel = await client.conversations_info(channel="C0GENERAL")
    direct = await client.conversations_open(users="U0ADA")

    assert user["user"]["profile"]["display_name"] == "Ada"
    assert (channel["channel"]["name"], channel["channel"]["is_member"]) == ("general", True)
    assert direct["channel"]["id"].startswith("D")


async def test_people_live_in_time_zones(simulator: SlackSimulator, client: Any) -> None:
    new = simulator.workspace.add_person("Hedy", time_zone="Asia/Kolkata")
    before = await client.users_info(user="U0ADA")
    simulator.workspace.set_time_zone("U0ADA", "Asia/Tokyo")

    people = [before, await client.users_info(user="U0ADA"), await client.users_info(user=new.id)]

    zones = [(one["user"]["tz"], one["user"]["tz_offset"]) for one in people]
    assert zones == [("UTC", 0), ("Asia/Tokyo", 32_400), ("Asia/Kolkata", 19_800)]


async def test_without_the_scope_people_are_not_described(simulator: SlackSimulator, client: Any) -> None:
    simulator.workspace.missing_scopes.add("users:read")

    with pytest.raises(SlackApiError) as raised:
        await client.users_info(user="U0ADA")

    assert raised.value.response["error"] == "missing_scope"


async def test_an_unknown_thread_is_refused(client: Any) -> None:
    with pytest.raises(SlackApiError) as raised:
        await client.conversations_replies(channel="C0GENERAL", ts="1.000001")

    assert raised.value.response["error"] == "thread_not_found"

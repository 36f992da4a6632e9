"""Channels, threads, reactions and direct messages over plain HTTP."""

import httpx

from bot.simulators.discord import DiscordSimulator, Permission

Rest = httpx.AsyncClient


async def test_a_message_has_at_most_one_thread(
    simulator: DiscordSimulator, rest: Rest, general: str, ada: str
) -> None:
    message = await simulator.say(general, "topic", user_id=ada)
    path = f"/channels/{general}/messages/{message.id}/threads"

    made = await rest.post(path, json={"name": "Topic", "auto_archive_duration": 60})
    again = await rest.post(path, json={"name": "Topic"})
    parent = await rest.get(f"/channels/{general}/messages/{message.id}")

    assert (made.status_code, made.json()["id"], again.json()["code"]) == (201, message.id, 160004)
    assert made.json()["thread_metadata"]["auto_archive_duration"] == 60
    assert parent.json()["thread"]["id"] == message.id


async def test_bad_thread_names_and_places_are_refused(rest: Rest, general: str) -> None:
    made = await rest.post(f"/channels/{general}/threads", json={"name": "Plan", "type": 11})

    long = await rest.post(f"/channels/{general}/threads", json={"name": "n" * 101, "type": 11})
    odd = await rest.post(f"/channels/{general}/threads", json={"name": "n", "auto_archive_duration": 61})
    nested = await rest.post(f"/channels/{made.json()['id']}/threads", json={"name": "n", "type": 11})

    assert made.status_code == 201
    assert [reply.json()["code"] for reply in (long, odd, nested)] == [50035, 50035, 50024]


async def test_a_locked_thread_takes_no_message_and_an_archived_one_no_edit(
    simulator: DiscordSimulator, rest: Rest, general: str
) -> None:
    thread = (await rest.post(f"/channels/{general}/threads", json={"name": "Plan", "type": 11})).json()["id"]
    sent = (await rest.post(f"/channels/{thread}/messages", json={"content": "x"})).json()

    await rest.patch(f"/channels/{thread}", json={"archived": True, "locked": True})
    posted = await rest.post(f"/channels/{thread}/messages", json={"content": "y"})
    edited = await rest.patch(f"/channels/{thread}/messages/{sent['id']}", json={"content": "z"})

    assert (posted.json()["code"], edited.json()["code"]) == (160005, 50083)
    assert (await rest.get(f"/guilds/{simulator.guild.id}/threads/active")).json()["threads"] == []


async def test_threads_need_their_own_permission(simulator: DiscordSimulator, rest: Rest, general: str) -> None:
    thread = (await rest.post(f"/channels/{general}/threads", json={"name": "Plan", "type": 11})).json()["id"]
    simulator.deny(general, Permission.SEND_MESSAGES_IN_THREADS | Permission.CREATE_PUBLIC_THREADS)

    inside = await rest.post(f"/channels/{thread}/messages", json={"content": "x"})
    another = await rest.post(f"/channels/{general}/threads", json={"name": "More", "type": 11})
    outside = await rest.post(f"/channels/{general}/messages", json={"content": "x"})

    assert [inside.json()["code"], another.json()["code"], outside.status_code] == [50013, 50013, 200]


async def test_reactions_come_and_go(simulator: DiscordSimulator, rest: Rest, general: str, ada: str) -> None:
    message = await simulator.say(general, "hi", user_id=ada)
    path = f"/channels/{general}/messages/{message.id}/reactions"

    unknown = await rest.put(f"{path}/eyes/@me")
    simulator.advance(1)
    await rest.put(f"{path}/👀/@me")
    await simulator.react(message.id, "👀", user_id=ada)
    shown = (await rest.get(f"/channels/{general}/messages/{message.id}")).json()["reactions"][0]
    await rest.delete(f"{path}/👀/@me")

    assert unknown.json()["code"] == 10014
    assert (shown["count"], shown["me"]) == (2, True)
    assert message.reactions == {"👀": [ada]}


async def test_direct_messages_can_be_closed(simulator: DiscordSimulator, rest: Rest, ada: str) -> None:
    stranger = simulator.add_stranger("mallory")
    opened = (await rest.post("/users/@me/channels", json={"recipient_id": ada})).json()
    again = (await rest.post("/users/@me/channels", json={"recipient_id": ada})).json()
    foreign = (await rest.post("/users/@me/channels", json={"recipient_id": stranger.id})).json()
    simulator.guild.member("ada").accepts_direct_messages = False

    closed = await rest.post(f"/channels/{opened['id']}/messages", json={"content": "x"})
    unrelated = await rest.post(f"/channels/{foreign['id']}/messages", json={"content": "x"})

    assert (opened["type"], opened["recipients"][0]["id"], again["id"]) == (1, ada, opened["id"])
    assert (closed.json()["code"], unrelated.json()["code"]) == (50007, 50278)


async def test_typing_is_recorded(simulator: DiscordSimulator, rest: Rest, general: str) -> None:
    assert (await rest.post(f"/channels/{general}/typing")).status_code == 204

    assert [entry.facts["user_id"] for entry in simulator.ledger.of("typing")] == [simulator.bot.id]

"""Answers to interactions over plain HTTP: in time, once, and for fifteen minutes."""

import httpx
import pytest

from bot.simulators.discord import DiscordSimulator, Interaction

Rest = httpx.AsyncClient


@pytest.fixture
async def asked(simulator: DiscordSimulator, rest: Rest, general: str, ada: str) -> Interaction:
    commands = f"/applications/{simulator.bot.id}/commands"
    option = {"type": 3, "name": "prompt", "description": "What to ask", "required": True}
    await rest.put(commands, json=[{"name": "ask", "description": "Ask", "options": [option]}])
    return await simulator.command("ask", {"prompt": "hi"}, channel_id=general, user_id=ada)


def callback(asked: Interaction) -> str:
    return f"/interactions/{asked.id}/{asked.token}/callback"


def webhook(asked: Interaction, simulator: DiscordSimulator) -> str:
    return f"/webhooks/{simulator.bot.id}/{asked.token}"


async def test_a_deferred_answer_is_loading_until_the_original_is_edited(
    simulator: DiscordSimulator, rest: Rest, asked: Interaction, general: str
) -> None:
    deferred = await rest.post(callback(asked) + "?with_response=true", json={"type": 5})
    loading = simulator.original(asked)
    edited = await rest.patch(webhook(asked, simulator) + "/messages/@original", json={"content": "Paris."})

    assert deferred.json()["interaction"]["response_message_loading"] is True
    assert loading is not None
    assert (edited.json()["content"], edited.json()["type"], edited.json()["flags"]) == ("Paris.", 20, 0)
    assert edited.json()["interaction_metadata"]["id"] == asked.id
    assert [message.content for message in simulator.messages(general)] == ["Paris."]


async def test_a_follow_up_after_a_deferral_fills_in_the_answer_and_the_next_is_a_message(
    simulator: DiscordSimulator, rest: Rest, asked: Interaction, general: str
) -> None:
    await rest.post(callback(asked), json={"type": 5})
    for text in ("one", "two"):
        await rest.post(webhook(asked, simulator), json={"content": text})

    assert [message.content for message in simulator.messages(general)] == ["one", "two"]
    assert len(asked.followup_ids) == 1


async def test_after_three_seconds_the_interaction_is_unknown(
    simulator: DiscordSimulator, rest: Rest, asked: Interaction
) -> None:
    simulator.advance(3.1)

    late = await rest.post(callback(asked), json={"type": 5})

    assert (late.status_code, late.json()["code"], asked.state) == (404, 10062, "failed")
    assert len(simulator.ledger.of("interaction_failed")) == 1


async def test_the_person_learns_of_silence(simulator: DiscordSimulator, asked: Interaction) -> None:
    await simulator.wait_for(lambda: simulator.ledger.of("interaction_failed"))

    assert asked.state == "failed"


async def test_a_second_first_answer_is_refused(rest: Rest, asked: Interaction) -> None:
    await rest.post(callback(asked), json={"type": 4, "data": {"content": "a"}})

    second = await rest.post(callback(asked), json={"type": 4, "data": {"content": "b"}})

    assert (second.status_code, second.json()["code"]) == (400, 40060)


async def test_the_token_lives_fifteen_minutes_and_only_after_the_answer(
    simulator: DiscordSimulator, rest: Rest, asked: Interaction
) -> None:
    early = await rest.post(webhook(asked, simulator), json={"content": "x"})
    await rest.post(callback(asked), json={"type": 5})
    simulator.advance(15 * 60 + 1)
    late = await rest.post(webhook(asked, simulator), json={"content": "x"})

    assert (early.status_code, early.json()["code"]) == (404, 10015)
    assert (late.status_code, late.json()["code"]) == (401, 50027)


async def test_the_answer_is_an_ordinary_message_for_the_bots_own_token(
    simulator: DiscordSimulator, rest: Rest, asked: Interaction, general: str
) -> None:
    await rest.post(callback(asked), json={"type": 4, "data": {"content": "draft"}})
    simulator.advance(15 * 60 + 1)

    await rest.patch(f"/channels/{general}/messages/{asked.original_id}", json={"content": "final"})

    assert [message.content for message in simulator.messages(general)] == ["final"]


async def test_an_ephemeral_answer_is_seen_by_the_asker_alone(
    simulator: DiscordSimulator, rest: Rest, asked: Interaction, general: str, ada: str
) -> None:
    await rest.post(callback(asked), json={"type": 4, "data": {"content": "psst @everyone", "flags": 64}})

    assert simulator.messages(general) == []
    assert [message.content for message in simulator.messages(general, user_id=ada)] == ["psst @everyone"]
    assert (await rest.get(f"/channels/{general}/messages")).json() == []
    assert simulator.ledger.of("notification") == []


async def test_answers_mention_people_but_never_everyone(
    simulator: DiscordSimulator, rest: Rest, asked: Interaction
) -> None:
    linus = simulator.guild.member("linus").id
    await rest.post(callback(asked), json={"type": 4, "data": {"content": f"@everyone <@{linus}>"}})

    assert [entry.facts["user_id"] for entry in simulator.ledger.of("notification")] == [linus]


async def test_user_installs_have_five_follow_ups(
    simulator: DiscordSimulator, rest: Rest, asked: Interaction, general: str, ada: str
) -> None:
    own = await simulator.command("ask", {"prompt": "hi"}, channel_id=general, user_id=ada, user_installed=True)
    await rest.post(callback(own), json={"type": 4, "data": {"content": "a"}})

    replies = list[httpx.Response]()
    for _ in range(6):
        simulator.advance(2)
        replies.append(await rest.post(webhook(own, simulator), json={"content": "more"}))

    assert [reply.status_code for reply in replies] == [200] * 5 + [400]
    assert replies[-1].json()["code"] == 40094


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"type": 7}, 50035),
        ({"type": 4, "data": {"content": ""}}, 50006),
        ({"type": 5, "data": {"flags": "x"}}, 50035),
        ({"type": 9, "data": {"custom_id": "c", "title": "t" * 46, "components": [{"type": 18}]}}, 50035),
        ({}, 50035),
    ],
)
async def test_unfit_answers_are_refused(rest: Rest, asked: Interaction, answer: dict[str, object], code: int) -> None:
    reply = await rest.post(callback(asked), json=answer)

    assert reply.json()["code"] == code
    assert asked.state == "waiting"


async def test_people_cannot_send_what_their_client_would_not_offer(
    simulator: DiscordSimulator, asked: Interaction, general: str, ada: str
) -> None:
    with pytest.raises(ValueError, match="registered"):
        await simulator.command("nothing", {}, channel_id=general, user_id=ada)
    with pytest.raises(ValueError, match="lacks"):
        await simulator.command("ask", {}, channel_id=general, user_id=ada)

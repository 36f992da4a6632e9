"""What a running gateway stores and acknowledges, in all weathers."""

import asyncio
import logging

import pytest
from structlog.testing import capture_logs

from adapters.discord.gateway import DiscordGateway, GatewayRefused
from bot.clock import SystemClock
from bot.content import DocumentContent, FileRef, TextContent
from bot.simulators.discord import DiscordSimulator, Portal, Upload, dropped_reply, refused_with
from tests.adapters.discord.conftest import HastyClock, Listening, Store, ask, delivered

CALLBACK = "POST /interactions/{interaction_id}/{token}/callback"


async def test_a_mention_is_stored_before_anything_is_visible(
    simulator: DiscordSimulator, heard: Store, general: str, ada: str
) -> None:
    said = await simulator.say(general, "@Parley hello", user_id=ada)

    message = await delivered(simulator, heard)

    assert message.message == said.id
    assert message.content == (TextContent(text="hello"),)
    assert message.handle == {"open_in": general}
    assert heard.seen_visible == [0]


async def test_the_role_of_the_bot_stands_for_it_and_a_thread_is_known_as_one(
    simulator: DiscordSimulator, heard: Store, general: str, ada: str
) -> None:
    thread = simulator.open_thread(general, "Talk", user_id=ada)
    await simulator.say(general, "lunch?", user_id=ada)
    await simulator.say(thread.id, "an aside", user_id=ada)
    await simulator.say(general, f"<@&{simulator.guild.role('Parley').id}> hello", user_id=ada)

    aside = await delivered(simulator, heard)
    by_role = await delivered(simulator, heard, 2)

    assert (aside.thread.channel, aside.addressed, aside.continues) == (thread.id, False, thread.id)
    assert (by_role.addressed, by_role.content) == (True, (TextContent(text="hello"),))
    assert len(heard.deliveries) == 2


async def test_messages_are_stored_in_order(simulator: DiscordSimulator, heard: Store, ada: str) -> None:
    direct = simulator.direct(ada)
    heard.away = True
    said = [await simulator.say(direct.id, str(number), user_id=ada) for number in range(20)]
    async with asyncio.timeout(5):
        while not heard.refused:
            await asyncio.sleep(0.01)

    heard.away = False

    await delivered(simulator, heard, 20)
    assert [message.message for message in heard.deliveries] == [one.id for one in said]


async def test_an_event_that_comes_twice_is_the_same_message(
    simulator: DiscordSimulator, heard: Store, general: str, ada: str
) -> None:
    simulator.repeat_events(1)
    await simulator.say(general, "@Parley hello", user_id=ada)

    second = await delivered(simulator, heard, 2)

    assert second == heard.deliveries[0]


async def test_what_was_said_while_the_line_was_down_comes_after_it(
    simulator: DiscordSimulator, heard: Store, general: str, ada: str
) -> None:
    await simulator.drop_gateway(resumable=True, close_code=4000)
    await simulator.say(general, "@Parley hello", user_id=ada)

    message = await delivered(simulator, heard)

    assert message.content == (TextContent(text="hello"),)
    assert simulator.ledger.of("gateway", event="resumed")


async def test_a_command_is_stored_and_then_deferred(
    simulator: DiscordSimulator, heard: Store, general: str, ada: str
) -> None:
    asked = await ask(simulator, general, ada, Upload("notes.txt", b"hello"))

    message = await delivered(simulator, heard)
    (answered,) = await simulator.wait_for(lambda: simulator.ledger.of("interaction_answered"))

    file, text = message.content
    assert isinstance(file, DocumentContent)
    assert isinstance(file.source, FileRef)
    assert (file.mime_type, file.source.name, text) == ("text/plain", "notes.txt", TextContent(text="what is this?"))
    assert message.thread.root == asked.id
    assert heard.seen_visible == [0]
    assert answered["type"] == 5


async def test_a_command_whose_acknowledgement_went_unheard_is_fine(
    simulator: DiscordSimulator, heard: Store, general: str, ada: str
) -> None:
    simulator.fails(CALLBACK, dropped_reply())

    await ask(simulator, general, ada)

    await simulator.wait_for(lambda: len(simulator.ledger.of("call", route=CALLBACK)) == 2)
    assert len(simulator.ledger.of("interaction_answered")) == 1


async def test_a_command_that_cannot_be_stored_is_answered_to_its_asker_alone(
    simulator: DiscordSimulator, heard: Store, general: str, ada: str
) -> None:
    heard.away = True

    asked = await ask(simulator, general, ada)

    await simulator.wait_for(lambda: simulator.ledger.of("interaction_answered"))
    answer = simulator.original(asked)
    assert answer is not None
    assert answer.seen_by == ada
    assert "try again" in answer.content
    assert heard.deliveries == []


async def test_an_event_that_breaks_the_library_is_stored_and_the_gateway_comes_back(
    simulator: DiscordSimulator, store: Store, general: str, ada: str
) -> None:
    simulator.gateway.identify_seconds = 0
    gateway = DiscordGateway(simulator.token, api_url=simulator.api_url, clock=HastyClock())
    running = asyncio.create_task(gateway.run(store.accept))
    await simulator.wait_for(lambda: simulator.gateway.connected)
    odd = await simulator.say(simulator.direct(ada).id, "hello", user_id=ada)
    without_text = {"id": odd.id, "channel_id": odd.channel_id, "type": 0, "author": {"id": ada, "username": "ada"}}

    simulator.gateway.dispatch("MESSAGE_CREATE", lambda _: without_text, guild_id=simulator.guild.id)
    await simulator.wait_for(lambda: len(simulator.ledger.of("gateway", event="identified")) == 2)
    new = await simulator.say(general, "@Parley and now?", user_id=ada)

    async with asyncio.timeout(5):
        while new.id not in [message.message for message in store.deliveries]:
            await asyncio.sleep(0.01)
    assert [message.message for message in store.deliveries[:2]] == [odd.id, odd.id]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_no_line_of_the_log_holds_a_text_or_a_token(
    simulator: DiscordSimulator, store: Store, caplog: pytest.LogCaptureFixture, general: str, ada: str
) -> None:
    caplog.set_level(logging.DEBUG)
    store.away, simulator.gateway.identify_seconds = True, 0
    simulator.fails(CALLBACK, refused_with(10062))
    place = simulator.direct(ada).id
    author = {"id": "quite private", "username": "ada"}  # which the library quotes when it cannot read it
    unreadable = {"id": "1", "channel_id": place, "type": 0, "content": "quite private", "author": author}
    gateway = DiscordGateway(simulator.token, api_url=simulator.api_url, clock=HastyClock())
    with capture_logs() as lines:
        running = asyncio.create_task(gateway.run(store.accept))
        try:
            asked = await ask(simulator, general, ada)
            await simulator.say(general, "@Parley quite private", user_id=ada)
            await simulator.wait_for(lambda: simulator.ledger.of("call", route=CALLBACK))
            simulator.gateway.dispatch("MESSAGE_CREATE", lambda _: unreadable, guild_id=simulator.guild.id)
            await simulator.wait_for(lambda: len(simulator.ledger.of("gateway", event="identified")) == 2)
        finally:
            store.away = False
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    said = {line["event"] for line in lines}
    assert {"store_away", "event_not_stored", "interaction_not_acknowledged", "gateway_broke"} <= said
    everything = f"{lines} {caplog.text}"
    for secret in ("private", "what is this?", simulator.token, asked.token):
        assert secret not in everything


async def test_commands_are_registered_once(simulator: DiscordSimulator, listening: Listening) -> None:
    simulator.gateway.identify_seconds = 0
    for _ in range(2):
        async with listening():
            await simulator.wait_for(lambda: simulator.ledger.of("commands_registered"))

    assert len(simulator.ledger.of("commands_registered")) == 1
    assert len(simulator.ledger.of("gateway", event="identified")) == 2


async def test_what_came_in_is_stored_before_the_gateway_ends(
    simulator: DiscordSimulator, store: Store, listening: Listening, ada: str
) -> None:
    store.away = True
    async with listening():
        await simulator.say(simulator.direct(ada).id, "hello", user_id=ada)
        async with asyncio.timeout(5):
            while not store.refused:
                await asyncio.sleep(0.01)
        asyncio.get_running_loop().call_later(0.2, setattr, store, "away", False)

    assert len(store.deliveries) == 1


@pytest.mark.parametrize(
    ("portal", "token", "fix"),
    [(Portal(message_content=False), None, "Message Content Intent"), (Portal(), "wrong", "DISCORD_TOKEN")],
)
async def test_a_bot_that_is_not_let_in_says_how_to_mend_it(portal: Portal, token: str | None, fix: str) -> None:
    async with DiscordSimulator(portal=portal).serve() as simulator:
        gateway = DiscordGateway(token or simulator.token, api_url=simulator.api_url, clock=SystemClock())

        with pytest.raises(GatewayRefused, match=fix):
            async with asyncio.timeout(5):
                await gateway.run(Store().accept)

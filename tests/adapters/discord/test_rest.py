"""What Discord's answers come to, those included that are none of Discord's."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from aiohttp import BodyPartReader, MultipartReader, web
from structlog.testing import capture_logs

from adapters.discord.rest import Refused, Rest, connect
from bot.clock import Clock, SystemClock
from bot.conversation.adapter import ChannelBusy
from bot.models import File

TOKEN = "not-a-secret"


class Peer:
    """Answers every call with the next of its answers."""

    def __init__(self) -> None:
        self.answers: list[web.Response] = []
        self.requests: list[web.Request] = []
        self.parts: list[tuple[BodyPartReader, str | None, bytes]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.requests.append(request)
        if request.content_type == "multipart/form-data":
            await self._read(await request.multipart())
        return self.answers.pop(0)

    async def _read(self, parts: MultipartReader) -> None:
        async for part in parts:
            assert isinstance(part, BodyPartReader)
            self.parts.append((part, part.headers.get("Content-Type"), bytes(await part.read())))


@pytest.fixture
def peer() -> Peer:
    return Peer()


@asynccontextmanager
async def serving(peer: Peer, clock: Clock) -> AsyncGenerator[Rest]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", peer.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with connect(TOKEN, api_url=f"http://127.0.0.1:{runner.addresses[0][1]}/", clock=clock) as rest:
        yield rest
    await runner.cleanup()


@pytest.fixture
async def rest(peer: Peer) -> AsyncGenerator[Rest]:
    async with serving(peer, SystemClock()) as rest:
        yield rest


async def test_the_bots_token_goes_only_where_it_proves_something(rest: Rest, peer: Peer) -> None:
    peer.answers = [web.json_response({"id": "1"}), web.Response(status=204)]

    created = await rest.call("POST", "/channels/{channel}/messages", {"channel": "5"}, {"content": "hi"})
    answered = await rest.call(
        "PATCH", "/webhooks/{token}/messages/{message}", {"token": "a/b", "message": "@original"}
    )

    assert (created, answered) == ({"id": "1"}, {})
    assert [request.headers.get("Authorization") for request in peer.requests] == [f"Bot {TOKEN}", None]
    assert peer.requests[1].raw_path == "/webhooks/a%2Fb/messages/@original"


async def test_a_list_is_an_object_with_items(rest: Rest, peer: Peer) -> None:
    peer.answers = [web.json_response([{"id": "1"}])]

    assert await rest.call("GET", "/commands", {}) == {"items": [{"id": "1"}]}


@pytest.mark.parametrize(
    ("answer", "retry_after"),
    [
        (web.json_response({"retry_after": 7.5}, status=429), 7.5),
        (web.json_response({"retry_after": "soon"}, status=429, headers={"Retry-After": "8"}), 8),
        (web.Response(status=429, text="<html>", headers={"Retry-After": "9"}), 9),
        (web.Response(status=429), 5),
    ],
)
async def test_a_refusal_for_now_says_when_to_come_again(
    rest: Rest, peer: Peer, answer: web.Response, retry_after: float
) -> None:
    peer.answers = [answer]

    with pytest.raises(ChannelBusy) as busy:
        await rest.call("POST", "/typing", {})

    assert (busy.value.retry_after, busy.value.unheard) == (retry_after, False)


async def test_a_ban_by_the_network_in_front_holds_for_every_call(rest: Rest, peer: Peer) -> None:
    peer.answers = [web.Response(status=429, text="<html>", headers={"Retry-After": "9"})]
    with pytest.raises(ChannelBusy):
        await rest.call("POST", "/typing", {})

    with pytest.raises(ChannelBusy):
        await rest.call("POST", "/messages", {}, must=False)

    assert len(peer.requests) == 1


async def test_an_answer_of_500_may_have_taken_effect(rest: Rest, peer: Peer) -> None:
    peer.answers = [web.Response(status=502, text="<html>")]

    with pytest.raises(ChannelBusy) as busy:
        await rest.call("POST", "/messages", {})

    assert busy.value.unheard


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (web.json_response({"code": 50013, "message": "Missing Permissions"}, status=403), 50013),
        (web.json_response({"code": None}, status=400), 0),
        (web.json_response([], status=404), 0),
        (web.Response(status=405, text="No"), 0),
        (web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}), 0),
    ],
)
async def test_any_other_answer_is_a_refusal_for_good(rest: Rest, peer: Peer, answer: web.Response, code: int) -> None:
    peer.answers = [answer]

    with pytest.raises(Refused) as refused:
        await rest.call("POST", "/messages", {})

    assert refused.value.code == code


class LaterClock(SystemClock):
    """Is as far ahead as it is told to be."""

    ahead = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


async def test_a_refused_token_is_busy_and_is_logged_once_a_minute(peer: Peer) -> None:
    clock = LaterClock()
    async with serving(peer, clock) as rest:
        with capture_logs() as lines:
            for later in (0, 30, 31):
                clock.ahead += later
                peer.answers = [web.json_response({"code": 0, "message": "401: Unauthorized"}, status=401)]
                with pytest.raises(ChannelBusy) as busy:
                    await rest.call("POST", "/messages", {})
                assert (busy.value.retry_after, busy.value.unheard) == (30, False)

    errors = [(line["event"], line["fix"]) for line in lines if line["log_level"] == "error"]
    assert errors == [("discord_token_refused", "check DISCORD_TOKEN")] * 2


async def test_the_token_of_an_interaction_is_refused_for_good(rest: Rest, peer: Peer) -> None:
    peer.answers = [web.json_response({"code": 50027, "message": "Invalid Webhook Token"}, status=401)]

    with pytest.raises(Refused) as refused:
        await rest.call("PATCH", "/webhooks/{token}", {"token": "secret"})

    assert refused.value.code == 50027


async def test_a_file_goes_beside_its_json_under_its_own_name_and_type(rest: Rest, peer: Peer) -> None:
    peer.answers = [web.json_response({"id": "1"})]
    file = File(name='my "report".md', mime_type="text/markdown", data="Grüße".encode())

    await rest.call("POST", "/messages", {}, {"content": "hi"}, file=file)

    assert [(part.name, part.filename, kind, data) for part, kind, data in peer.parts] == [
        ("payload_json", None, "application/json", b'{"content": "hi"}'),
        ("files[0]", 'my "report".md', "text/markdown", "Grüße".encode()),
    ]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 502])
async def test_nothing_that_came_back_or_was_sent_gets_into_a_sentence_for_operators(
    rest: Rest, peer: Peer, status: int
) -> None:
    peer.answers = [web.json_response({"code": 1, "message": "no: /webhooks/secret hello"}, status=status)]

    with pytest.raises((Refused, ChannelBusy)) as failed:
        await rest.call("PATCH", "/webhooks/{token}", {"token": "secret"}, {"content": "hello"})

    assert "secret" not in str(failed.value)
    assert "hello" not in str(failed.value)

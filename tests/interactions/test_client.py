"""The client against a socket: what it asks, and what it makes of every kind of answer."""

import gzip
import socket
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.content import DocumentContent, ImageContent, Inline, TextContent
from bot.interactions import errors
from bot.interactions.assemble import Assembler
from bot.interactions.client import InteractionsClient
from bot.interactions.transport import open_http
from bot.interactions.types import Event, Finished, Request, TextDelta
from tests.interactions.conftest import KEY, Recorder, Reply, answer, capture, event, sse

HELLO = Request(model="gemini-3.8-flash", input=(TextContent(text="Hello"),))
HI = Request(model="gemini-3.8-flash", input=(TextContent(text="Hi"),))
RESEARCH = Request(
    agent="deep-research-preview-04-2026",
    input=(TextContent(text="Research x"),),
    background=True,
    agent_config={
        "type": "deep-research",
        "thinking_summaries": "auto",
        "visualization": "auto",
        "collaborative_planning": True,
    },
)
CREATED = event("interaction.created", interaction={"id": "v1_a", "status": "in_progress"}, event_id="evt_0")
HALF = event("step.delta", index=0, delta={"type": "text", "text": "half"}, event_id="evt_1")
REST = event("step.delta", index=0, delta={"type": "text", "text": " and half"}, event_id="evt_2")
COMPLETED = event("interaction.completed", interaction={"id": "v1_a", "status": "completed"}, event_id="evt_3")
DONE = "event: done\ndata: [DONE]\n\n"


async def collect(client: InteractionsClient, request: Request = HELLO) -> list[Event]:
    return [item async for item in client.stream(request)]


def whole(events: list[Event]) -> str:
    last = events[-1]
    assert isinstance(last, Finished)
    return last.interaction.output_text


async def resumed(client: InteractionsClient, after: str | None = None) -> list[Event]:
    return [item async for item in client.resume("v1_stub_1", after=after)]


OPERATIONS: dict[str, Callable[[InteractionsClient], Awaitable[object]]] = {
    "create-text": lambda client: client.create(HELLO),
    "create-background-agent": lambda client: client.create(RESEARCH),
    "create-stream": lambda client: collect(client, HI),
    "get": lambda client: client.get("v1_stub_1"),
    "get-stream": resumed,
    "get-stream-resume": lambda client: resumed(client, "evt_6"),
    "cancel": lambda client: client.cancel("v1_stub_bg"),
    "delete": lambda client: client.delete("v1_stub_1"),
}


@pytest.mark.parametrize("name", OPERATIONS)
async def test_a_request_is_the_one_the_official_sdk_sends(
    recorder: Recorder, client: InteractionsClient, name: str
) -> None:
    recorded = capture(name)
    recorder.answers(recorded.reply())

    await OPERATIONS[name](client)

    (sent,) = recorder.requests
    assert (sent.method, sent.path, sent.query, sent.body) == (
        recorded.method,
        recorded.path,
        recorded.query,
        recorded.body,
    )
    assert sent.headers["accept"] == recorded.headers["accept"]
    assert sent.headers["content-type"] == recorded.headers["content-type"]
    assert sent.headers["x-goog-api-key"] == KEY


async def test_a_stream_ends_with_the_whole_interaction(recorder: Recorder, client: InteractionsClient) -> None:
    recorder.answers(capture("create-stream").reply())

    events = await collect(client)

    assert [item.text for item in events if isinstance(item, TextDelta)] == ["Hello ", "stream."]
    assert whole(events) == "Hello stream."


async def test_a_stream_that_comes_compressed_is_read(recorder: Recorder, client: InteractionsClient) -> None:
    packed = gzip.compress((CREATED + HALF + COMPLETED).encode())
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n"
    recorder.answers(Reply((head.encode(), packed[:20], packed[20:])))

    assert whole(await collect(client)) == "half"


async def test_a_connection_is_used_again_after_a_stream(recorder: Recorder, client: InteractionsClient) -> None:
    recorder.answers(capture("create-stream").reply())

    await collect(client)
    await collect(client)

    assert recorder.connections == 1


async def test_a_stream_left_early_closes_its_connection(recorder: Recorder, client: InteractionsClient) -> None:
    recorder.answers(sse(CREATED, end="silence", complete=False), capture("create-stream").reply())

    async with aclosing(client.stream(HELLO)) as events:
        await anext(events)
    await collect(client)

    assert recorder.connections == 2


async def test_a_stream_that_stays_open_after_its_end_is_not_waited_for(
    recorder: Recorder, client: InteractionsClient
) -> None:
    recorder.answers(sse(CREATED, HALF, COMPLETED, end="silence", complete=False))

    assert whole(await collect(client)) == "half"


async def test_a_large_file_is_sent_whole(recorder: Recorder, client: InteractionsClient) -> None:
    picture = ImageContent(mime_type="image/png", source=Inline(data=bytes(3_000_000)))
    recorder.answers(capture("create-text").reply())

    await client.create(Request(model="m", input=(picture,)))

    assert len(recorder.requests[0].body["input"][0]["content"][0]["data"]) == 4_000_000


async def test_content_that_has_to_be_opened_first_is_refused_before_anything_is_sent(
    recorder: Recorder, client: InteractionsClient
) -> None:
    notes = DocumentContent(mime_type="text/plain", source=Inline(data=b"notes"))

    with pytest.raises(ValueError, match="sent as text"):
        client.stream(Request(model="m", input=(notes,)))

    assert recorder.requests == []


async def test_an_id_cannot_reach_another_path(recorder: Recorder, client: InteractionsClient) -> None:
    recorder.answers(capture("get").reply())

    await client.get("a/../b?x#y")

    assert recorder.requests[0].path == "/v1/interactions/a%2F..%2Fb%3Fx%23y"
    assert recorder.requests[0].query == {"stream": "false"}


@pytest.mark.parametrize(
    ("name", "kind", "retry_after"),
    [
        ("error-429-retry", errors.RateLimited, 1.0),
        ("error-400", errors.BadRequest, None),
        ("error-grpc-400", errors.BadRequest, None),
        ("gateway-array-error", errors.BadKey, None),
        ("stream-http-503", errors.Unavailable, 2.0),
    ],
)
async def test_a_recorded_refusal_is_our_error_after_one_request(
    recorder: Recorder,
    client: InteractionsClient,
    name: str,
    kind: type[errors.InteractionError],
    retry_after: float | None,
) -> None:
    recorder.answers(capture(name).reply())

    with pytest.raises(kind) as raised:
        await collect(client)

    assert raised.value.retry_after == retry_after
    assert len(recorder.requests) == 1


async def test_a_refusal_without_a_frame_ends_the_stream(recorder: Recorder, client: InteractionsClient) -> None:
    recorder.answers(capture("stream-bare-json-error").reply())

    with pytest.raises(errors.Refused):
        await collect(client)


async def test_a_gateway_that_gave_up_on_a_stream_leaves_the_interaction_to_be_looked_at(
    recorder: Recorder, client: InteractionsClient
) -> None:
    recorder.answers(capture("stream-error-event").reply())

    with pytest.raises(errors.StreamCut) as raised:
        await collect(client)

    assert raised.value.interaction_id == "v1_d"


async def test_an_empty_error_event_is_not_the_end(recorder: Recorder, client: InteractionsClient) -> None:
    recorder.answers(sse(CREATED, event("error", error={}), HALF, COMPLETED, DONE))

    assert whole(await collect(client)) == "half"


async def test_a_failed_interaction_finishes_and_its_status_says_so(
    recorder: Recorder, client: InteractionsClient
) -> None:
    failed = {"id": "v1_a", "status": "failed", "errors": [{"code": "safety", "message": ""}]}
    recorder.answers(sse(CREATED, HALF, event("interaction.completed", interaction=failed), DONE))

    last = (await collect(client))[-1]

    assert isinstance(last, Finished)
    assert (last.interaction.status, last.interaction.errors[0].code) == ("failed", "safety")
    assert last.interaction.output_text == "half"


@pytest.mark.parametrize(
    "reply",
    [
        sse(CREATED, HALF),
        sse(CREATED, HALF, DONE),
        sse(CREATED, HALF, REST[:20]),
        sse(CREATED, HALF, "data: {broken\n\n"),
        sse(CREATED, HALF, "data: [1]\n\n"),
        sse(CREATED, HALF, end="close", complete=False),
        sse(CREATED, HALF, REST[:20], end="reset", complete=False),
        sse(CREATED, HALF, end="silence", complete=False),
    ],
)
async def test_a_stream_without_its_terminal_event_is_cut(recorder: Recorder, reply: Reply) -> None:
    recorder.answers(reply)

    async with open_http(recorder.url, KEY, read_timeout_seconds=0.2) as http:
        with pytest.raises(errors.StreamCut) as raised:
            await collect(InteractionsClient(http))

    assert (raised.value.interaction_id, raised.value.last_event_id) == ("v1_a", "evt_1")
    assert raised.value.retry_after is None


async def test_a_stream_that_was_cut_goes_on_and_ends_whole(recorder: Recorder, client: InteractionsClient) -> None:
    recorder.answers(sse(CREATED, HALF, end="reset", complete=False), sse(REST, COMPLETED, DONE))
    assembler = Assembler()
    with pytest.raises(errors.StreamCut) as cut:
        _ = [item async for item in client.stream(HELLO, into=assembler)]

    resumed = client.resume("v1_a", after=cut.value.last_event_id, into=assembler)
    events = [item async for item in resumed]

    assert recorder.requests[1].query == {"stream": "true", "last_event_id": "evt_1"}
    assert [item.text for item in events if isinstance(item, TextDelta)] == [" and half"]
    assert whole(events) == "half and half"


async def test_a_replay_of_everything_does_not_repeat_what_was_there(
    recorder: Recorder, client: InteractionsClient
) -> None:
    recorder.answers(sse(CREATED, HALF, end="reset", complete=False), sse(CREATED, HALF, REST, COMPLETED, DONE))
    assembler = Assembler()
    with pytest.raises(errors.StreamCut):
        _ = [item async for item in client.stream(HELLO, into=assembler)]

    events = [item async for item in client.resume("v1_a", into=assembler)]

    assert whole(events) == "half and half"


async def test_nothing_listens_means_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with open_http(f"http://127.0.0.1:{closed.getsockname()[1]}", KEY) as http:
            with pytest.raises(errors.NotSent) as raised:
                await InteractionsClient(http).create(HELLO)

    assert raised.value.retry_after is not None


@pytest.mark.parametrize(
    "reply",
    [
        Reply(end="reset"),
        Reply(end="close"),
        Reply(end="silence"),
        Reply((b"garbage\r\n\r\n",), "close"),
        answer(502, "<html>Bad gateway</html>", content_type="text/html"),
        answer(200, "<html>welcome</html>"),
        answer(200, ""),
        answer(200, "[]"),
        answer(200, {}),
        answer(200, b"\x1f\x8bnot gzip", content_encoding="gzip"),
        Reply((b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"id": "v1',), "close"),
    ],
)
async def test_a_create_without_a_usable_answer_is_never_to_be_repeated_and_a_get_is(
    recorder: Recorder, reply: Reply
) -> None:
    recorder.answers(reply)

    async with open_http(recorder.url, KEY, read_timeout_seconds=0.2) as http:
        with pytest.raises(errors.OutcomeUnknown) as unknown:
            await InteractionsClient(http).create(HELLO)
        with pytest.raises(errors.Unavailable) as unavailable:
            await InteractionsClient(http).cancel("v1_a")

    assert unknown.value.retry_after is None
    assert unavailable.value.retry_after is not None
    assert len(recorder.requests) == 2


async def test_a_parent_that_is_gone_is_told(recorder: Recorder, client: InteractionsClient) -> None:
    recorder.answers(answer(404, {"error": {"code": "not_found", "message": ""}}))

    with pytest.raises(errors.ParentLost):
        await collect(client, Request(model="m", input=HELLO.input, previous_interaction_id="v1_old"))


async def test_an_error_with_status_200_is_an_error(recorder: Recorder, client: InteractionsClient) -> None:
    recorder.answers(answer(200, {"error": {"code": "quota_exceeded", "message": ""}}))

    with pytest.raises(errors.QuotaExceeded):
        await client.create(HELLO)


async def outcome(client: InteractionsClient) -> Event | errors.InteractionError:
    try:
        return (await collect(client))[-1]
    except errors.InteractionError as error:
        return error


STREAM = "".join((": ping\n\n", CREATED, HALF, REST.replace("half", "Liège 🎈"), COMPLETED, DONE)).encode()


@given(cuts=st.lists(st.integers(1, len(STREAM) - 1), unique=True, max_size=8).map(sorted))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_stream_is_the_same_however_its_bytes_are_cut(
    recorder: Recorder, client: InteractionsClient, cuts: list[int]
) -> None:
    edges = [0, *cuts, len(STREAM)]
    recorder.answers(sse(*(STREAM[start:end] for start, end in pairwise(edges))))

    events = await collect(client)

    assert whole(events) == "half and Liège 🎈"
    assert len(events) == 4


@given(at=st.integers(0, len(STREAM)), noise=st.binary(min_size=1, max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_damaged_stream_finishes_or_is_an_error_of_ours(
    recorder: Recorder, client: InteractionsClient, at: int, noise: bytes
) -> None:
    recorder.answers(sse(STREAM[:at] + noise + STREAM[at + len(noise) :]))

    ended = await outcome(client)

    assert ended.retry_after is None if isinstance(ended, errors.InteractionError) else isinstance(ended, Finished)

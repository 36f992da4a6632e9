"""An answer that is too long for one request is one answer all the same."""

from typing import Any

import pytest

from bot.interactions.assemble import Assembler
from bot.interactions.client import InteractionsClient
from bot.interactions.errors import StreamCut
from bot.interactions.events import Continued, Created, Event, Finished, TextDelta
from bot.interactions.requests import Request
from tests.interactions.conftest import Recorder, Reply, answer, event, exchanges, sse

ASKED = Request(model="gemini-3.8-flash", input="cont")
RECORDED = [exchange.reply() for exchange in exchanges("genai-3.3.0-continuation-stream")]


def part(number: int, status: str = "completed", **fields: Any) -> dict[str, Any]:
    content = [{"type": "text", "text": f"part{number} "}]
    step = {"type": "model_output", "content": content}
    return {"id": f"v1_{number}", "status": status, "steps": [step], "usage": {"total_tokens": 4}, **fields}


def stopped(number: int, token: str) -> dict[str, Any]:
    return part(number, "requires_continuation", continuation_token=token)


async def collect(client: InteractionsClient, **options: Any) -> list[Event]:
    return [item async for item in client.stream(ASKED, **options)]


async def test_the_parts_of_an_answer_are_put_together(recorder: Recorder, client: InteractionsClient) -> None:
    recorder.answers(*(answer(200, body) for body in (stopped(1, "a"), stopped(2, "b"), part(3))))

    whole = await client.create(ASKED)

    assert whole.output_text == "part1 part2 part3 "
    assert (whole.id, whole.continuation_ids) == ("v1_3", ("v1_1", "v1_2", "v1_3"))
    assert whole.usage.total_tokens == 12
    assert [request.body.get("continuation_token") for request in recorder.requests] == [None, "a", "b"]


async def test_a_stream_goes_on_and_tells_where(recorder: Recorder, client: InteractionsClient) -> None:
    recorder.answers(*RECORDED)

    events = await collect(client)

    assert [item.text for item in events if isinstance(item, TextDelta)] == ["part1 ", "part2"]
    assert [type(item) for item in events if isinstance(item, Created | Continued | Finished)] == [
        Created,
        Continued,
        Finished,
    ]
    (continued,) = [item for item in events if isinstance(item, Continued)]
    assert (continued.interaction.id, continued.before.output_text) == ("v1_b", "part1 ")
    last = events[-1]
    assert isinstance(last, Finished)
    assert (last.interaction.output_text, last.interaction.continuation_ids) == ("part1 part2", ("v1_a", "v1_b"))
    assert last.interaction.usage.total_tokens == 9


async def test_a_token_that_does_not_change_ends_it(recorder: Recorder, client: InteractionsClient) -> None:
    recorder.answers(answer(200, stopped(1, "same")), answer(200, stopped(2, "same")))

    whole = await client.create(ASKED)

    assert (whole.status, len(recorder.requests)) == ("requires_continuation", 2)


@pytest.mark.parametrize(
    "request_", [Request(agent="a", input="cont"), Request(model="m", input="cont", background=True)]
)
async def test_what_the_api_continues_by_itself_is_left_to_it(
    recorder: Recorder, client: InteractionsClient, request_: Request
) -> None:
    recorder.answers(answer(200, stopped(1, "a")))

    await client.create(request_)

    assert len(recorder.requests) == 1


REFUSED = answer(503, {"error": {"code": "service_unavailable", "message": ""}})


async def test_a_part_that_does_not_come_never_makes_the_first_one_come_again(
    recorder: Recorder, client: InteractionsClient
) -> None:
    recorder.answers(answer(200, stopped(1, "a")), REFUSED)

    with pytest.raises(StreamCut) as cut:
        await client.create(ASKED)

    assert (cut.value.interaction_id, cut.value.retry_after) == ("v1_1", None)


@pytest.mark.parametrize("broken", [REFUSED, Reply(end="reset"), Reply(end="close")])
async def test_a_stream_that_could_not_go_on_can_be_read_again(
    recorder: Recorder, client: InteractionsClient, broken: Reply
) -> None:
    recorder.answers(RECORDED[0], broken)
    assembler = Assembler()
    with pytest.raises(StreamCut) as cut:
        await collect(client, into=assembler)
    recorder.answers(*RECORDED)

    assert cut.value.interaction_id == "v1_a"
    resumed = [item async for item in client.resume("v1_a", into=assembler, request=ASKED)]

    last = resumed[-1]
    assert isinstance(last, Finished)
    assert last.interaction.output_text == "part1 part2"


async def test_a_cut_in_a_later_part_is_resumed_there(recorder: Recorder, client: InteractionsClient) -> None:
    begun = event("interaction.created", interaction={"id": "v1_b", "status": "in_progress"}, event_id="e1")
    rest = event("step.delta", index=0, delta={"type": "text", "text": "part2"})
    done = event("interaction.completed", interaction={"id": "v1_b", "status": "completed"})
    recorder.answers(RECORDED[0], sse(begun, end="reset", complete=False))
    assembler = Assembler()
    with pytest.raises(StreamCut) as cut:
        await collect(client, into=assembler)
    recorder.answers(sse(rest, done))

    assert (cut.value.interaction_id, cut.value.last_event_id) == ("v1_b", "e1")
    resumed = [item async for item in client.resume("v1_b", after="e1", into=assembler)]

    last = resumed[-1]
    assert isinstance(last, Finished)
    assert last.interaction.output_text == "part1 part2"

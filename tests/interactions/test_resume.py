"""A stream that is cut, anywhere and as often as it likes, ends as if it had not been."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.interactions.assemble import Assembler
from bot.interactions.client import InteractionsClient
from bot.interactions.errors import StreamCut
from bot.interactions.events import Created, Event, Finished, TextDelta
from bot.interactions.interaction import Interaction
from bot.interactions.requests import Request
from tests.interactions.conftest import Recorder, sse

ASKED = Request(model="m", input="Hi")
DONE = "event: done\ndata: [DONE]\n\n"
Told = dict[str, Any]

WORDS = st.text(max_size=6)
IMAGE: Told = {"type": "image", "mime_type": "image/png", "data": "eA=="}
CITED: Told = {"type": "text_annotation_delta", "annotations": [{"type": "url_citation", "url": "u"}]}
SIGNED: Told = {"type": "thought_signature", "signature": "c2ln"}
CALLED: Told = {"type": "function_call", "id": "c1", "name": "f", "arguments": {"city": "Liège"}}
PIECES: list[Told] = [{"type": "arguments_delta", "arguments": piece} for piece in ('{"ci', 'ty": "Li', 'ège"}')]


def says(text: str) -> Told:
    return {"type": "text", "text": text}


def thinks(text: str) -> Told:
    return {"type": "thought_summary", "content": {"type": "text", "text": text}}


def step(first: Told, deltas: st.SearchStrategy[list[Told]]) -> st.SearchStrategy[tuple[Told, list[Told]]]:
    return st.tuples(st.just(first), deltas)


NEW_STEPS = (
    step({"type": "model_output"}, st.lists(WORDS.map(says) | st.sampled_from([IMAGE, CITED]), max_size=4))
    | step({"type": "thought"}, st.lists(WORDS.map(thinks) | st.just(SIGNED), max_size=2))
    | step({"type": "function_call", "id": "c1", "name": "f", "arguments": {}}, st.just(PIECES))
    | step({"type": "brand_new"}, st.just([{"type": "brand_new", "y": 1}]))
)
OLD_CONTENTS = (
    step({"type": "text", "text": ""}, st.lists(WORDS.map(says), max_size=4))
    | step({"type": "thought"}, st.just([SIGNED]))
    | step({"type": "function_call"}, st.just([CALLED]))
)


def new_stream(steps: Sequence[tuple[Told, list[Told]]]) -> list[Told]:
    return [
        {"event_type": "interaction.created", "interaction": {"id": "v1_a", "status": "in_progress"}},
        *(
            told
            for index, (step, deltas) in enumerate(steps)
            for told in (
                {"event_type": "step.start", "index": index, "step": step},
                *({"event_type": "step.delta", "index": index, "delta": delta} for delta in deltas),
                {"event_type": "step.stop", "index": index},
            )
        ),
        {
            "event_type": "interaction.completed",
            "interaction": {"id": "v1_a", "status": "completed", "usage": {"total_tokens": 3}},
        },
    ]


def old_stream(contents: Sequence[tuple[Told, list[Told]]]) -> list[Told]:
    names = {"step": "content", "created": "start", "completed": "complete"}
    stream = new_stream(contents)
    for told in stream:
        first, _, last = told["event_type"].partition(".")
        told["event_type"] = f"{names.get(first, first)}.{names.get(last, last)}"
        if "step" in told:
            told["content"] = told.pop("step")
    return stream


STREAMS = st.lists(NEW_STEPS, max_size=4).map(new_stream) | st.lists(OLD_CONTENTS, max_size=4).map(old_stream)


@st.composite
def numbered(draw: st.DrawFn) -> list[Told]:
    """A stream in which some events have ids."""
    stream = draw(STREAMS)
    return [
        {**told, "event_id": f"evt_{number}"} if draw(st.booleans()) else dict(told)
        for number, told in enumerate(stream)
    ]


def written(stream: Sequence[Told]) -> bytes:
    return "".join(
        f"event: {told['event_type']}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n" for told in stream
    ).encode()


def after(stream: list[Told], event_id: str | None) -> list[Told]:
    """What the API sends again after an event, or from the start."""
    ids = [told.get("event_id") for told in stream]
    return stream if event_id is None else stream[ids.index(event_id) + 1 :]


class Reader:
    """Somebody who reads a stream to its end, whatever breaks."""

    def __init__(self, recorder: Recorder, client: InteractionsClient, stream: list[Told]) -> None:
        self.recorder, self.client, self.stream = recorder, client, stream
        self.assembler = Assembler()
        self.text = ""

    async def read(self, cuts: list[int]) -> Interaction:
        event_id, is_first = None, True
        for cut in [*cuts, None]:
            data = written(after(self.stream, event_id))
            at = len(data) if cut is None else cut % (len(data) + 1)
            rest = sse(data[:at], end="reset", complete=False) if cut is not None else sse(data, DONE)
            self.recorder.answers(rest)
            events = (
                self.client.stream(ASKED, into=self.assembler)
                if is_first
                else self.client.resume("v1_a", after=event_id, into=self.assembler)
            )
            try:
                return await self._take(events)
            except StreamCut as error:
                event_id, is_first = error.last_event_id, False
        raise AssertionError("the last stream is whole")

    async def _take(self, events: Any) -> Interaction:
        last: Event | None = None
        async for last in events:
            if isinstance(last, Created):
                self.text = ""
            if isinstance(last, TextDelta):
                self.text += last.text
        assert isinstance(last, Finished)
        return last.interaction


@given(stream=numbered(), cuts=st.lists(st.integers(0, 4000), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_stream_cut_at_any_byte_has_no_gap_and_no_repeat_once_resumed(
    recorder: Recorder, client: InteractionsClient, stream: list[Told], cuts: list[int]
) -> None:
    uncut, resumed = Reader(recorder, client, stream), Reader(recorder, client, stream)

    whole = await uncut.read([])

    assert await resumed.read(cuts) == whole
    assert resumed.text == uncut.text


async def test_events_without_an_id_are_not_told_twice(recorder: Recorder, client: InteractionsClient) -> None:
    stream = new_stream([({"type": "model_output"}, [{"type": "text", "text": word} for word in ("a", "b", "c")])])
    stream[1]["event_id"] = "evt_1"
    reader = Reader(recorder, client, stream)

    await reader.read([len(written(stream[:4])), len(written(stream[2:4]))])

    assert reader.text == "abc"
    assert [request.query.get("last_event_id") for request in recorder.requests] == [None, "evt_1", "evt_1"]


@pytest.mark.parametrize("size", [1, 7, 4096])
async def test_both_editions_read_the_same_however_the_bytes_come(
    recorder: Recorder, client: InteractionsClient, size: int
) -> None:
    said = [({"type": "text", "text": ""}, [{"type": "text", "text": "Liège "}, {"type": "text", "text": "🎈"}])]
    data = written(old_stream(said))
    recorder.answers(sse(*(data[at : at + size] for at in range(0, len(data), size))))

    events = [item async for item in client.stream(ASKED)]

    assert isinstance(events[-1], Finished)
    assert events[-1].interaction.output_text == "Liège 🎈"

"""The `steps` edition: our requests are those of the official SDK, and no answer is too odd to read."""

import base64
import json
from contextlib import suppress
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content import Content, DocumentContent, FileRef, ImageContent, Inline, TextContent, Uri
from bot.interactions.editions.steps import decode_event, decode_interaction, decode_step, encode
from bot.interactions.errors import InteractionError, Refused
from bot.interactions.sse import Frame
from bot.interactions.types import (
    FunctionCall,
    GenerationConfig,
    ModelOutput,
    OtherDelta,
    OtherEvent,
    OtherOutput,
    OtherStep,
    Request,
    StatusChanged,
    TextDelta,
    TextOutput,
    Thought,
    ThoughtDelta,
)
from bot.interactions.wire import Json
from tests.interactions.conftest import capture

MODEL = "gemini-3.8-flash"
AGENT = "deep-research-preview-04-2026"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
FILE_URI = "https://generativelanguage.googleapis.com/v1beta/files/abc-123"


def text(words: str) -> TextContent:
    return TextContent(text=words)


def image(source: Inline | Uri | FileRef) -> ImageContent:
    return ImageContent(mime_type="image/png", source=source)


def asks(*contents: Content) -> Request:
    return Request(model=MODEL, input=contents)


def researches(**agent_config: Json) -> Request:
    config = {"type": "deep-research", "thinking_summaries": "auto", **agent_config}
    return Request(agent=AGENT, input=(text("Research x"),), background=True, agent_config=config)


@pytest.mark.parametrize(
    ("name", "request_", "stream"),
    [
        ("create-text", asks(text("Hello")), False),
        ("create-stream", asks(text("Hi")), True),
        ("create-image-inline", asks(text("What is this?"), image(Inline(data=base64.b64decode(PNG)))), False),
        ("create-image-by-uri", asks(image(Uri(uri=FILE_URI)), text("Describe")), False),
        ("create-background-agent", researches(visualization="auto", collaborative_planning=True), False),
        ("create-background-agent-stream", researches(), True),
    ],
)
def test_a_request_is_the_one_the_official_sdk_sends(name: str, request_: Request, stream: bool) -> None:
    assert encode(request_, stream=stream) == capture(name).body


def test_all_options_we_have_are_those_the_official_sdk_sends() -> None:
    config = GenerationConfig(
        max_output_tokens=100, seed=7, stop_sequences=("END",), thinking_level="low", thinking_summaries="auto"
    )
    request = Request(
        model=MODEL,
        input=(text("Hi"),),
        system_instruction="Be brief.",
        generation_config=config,
        previous_interaction_id="v1_x",
        store=True,
        labels={"team": "a"},
    )
    recorded = capture("create-all-options").body
    del recorded["generation_config"]["tool_choice"]
    for key in ("tools", "response_format", "safety_settings", "service_tier", "webhook_config"):
        del recorded[key]

    assert encode(request, stream=False) == recorded


@pytest.mark.parametrize(
    "content",
    [
        image(FileRef(url="https://files.slack.com/a.png", name="a.png")),
        DocumentContent(mime_type="text/plain", source=Inline(data=b"notes")),
        DocumentContent(mime_type="text/markdown", source=Uri(uri="https://example.invalid/a.md")),
    ],
)
def test_content_that_has_to_be_opened_first_is_not_sent(content: Content) -> None:
    with pytest.raises(ValueError, match=r"open it first|sent as text"):
        encode(asks(content), stream=False)


def test_an_answer_is_read_step_by_step() -> None:
    answer = decode_interaction(capture("get").response)

    assert (answer.id, answer.status, answer.model) == ("v1_stub_1", "completed", MODEL)
    assert answer.steps == (
        Thought((TextOutput("brief"),), "c2ln"),
        ModelOutput((TextOutput("Hello from the stub."),)),
    )
    assert answer.usage.total_thought_tokens == 2
    assert answer.extra["created"] == "2026-06-10T10:00:00Z"


def test_an_answer_that_failed_says_why() -> None:
    answer = decode_interaction(capture("status-failed-with-errors").response)

    assert (answer.status, answer.errors[0].code) == ("failed", "prohibited_content")


@pytest.mark.parametrize(
    ("fields", "step"),
    [
        ({"type": "thought", "summary": "bare"}, Thought((TextOutput("bare"),))),
        ({"type": "model_output", "content": None}, ModelOutput()),
        ({"type": "function_call", "id": "c", "name": "f", "arguments": None}, FunctionCall("c", "f", {})),
        ({"type": "function_call", "arguments": "{cut"}, OtherStep("function_call", {"arguments": "{cut"})),
        ({"type": "brand_new", "x": 1}, OtherStep("brand_new", {"x": 1})),
        (
            {"type": "model_output", "content": [{"type": "image", "data": "not base64"}]},
            ModelOutput((OtherOutput({"type": "image", "data": "not base64"}),)),
        ),
    ],
)
def test_odd_steps_are_kept(fields: dict[str, Json], step: object) -> None:
    assert decode_step(fields) == step


def framed(fields: object, name: bytes = b"") -> Frame:
    return Frame(name, json.dumps(fields).encode())


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        ({"event_type": "step.delta", "index": 1, "delta": {"type": "text", "text": "Hi"}}, TextDelta(1, "Hi")),
        ({"event_type": "step.delta", "index": None, "delta": {"type": "text", "text": None}}, TextDelta(-1, "")),
        ({"event_type": "step.delta", "index": 0, "delta": {"type": "new", "y": 2}}, OtherDelta(0, "new", {"y": 2})),
        ({"event_type": "step.delta", "index": 0, "delta": None}, OtherDelta(0, "", {})),
        (
            {"event_type": "step.delta", "index": 0, "delta": {"type": "thought_summary", "content": {"text": "hm"}}},
            ThoughtDelta(0, TextOutput("hm")),
        ),
        ({"event_type": "interaction.in_progress", "interaction_id": "v1_f"}, StatusChanged("v1_f", "in_progress")),
        ({"event_type": ["list"], "index": {}}, OtherEvent("", {"event_type": ["list"], "index": {}})),
        ({"event_type": "error", "error": {}}, OtherEvent("error", {})),
        ({"event_type": "error", "error": None}, OtherEvent("error", {})),
    ],
)
def test_events_are_read_whatever_is_missing(fields: dict[str, Any], event: object) -> None:
    assert decode_event(framed(fields)) == event


def test_an_event_without_a_type_of_its_own_has_that_of_its_frame() -> None:
    event = decode_event(framed({"index": 0, "delta": {"type": "text", "text": "Hi"}}, b"step.delta"))

    assert event == TextDelta(0, "Hi")


def test_a_refusal_without_a_frame_is_an_error() -> None:
    with pytest.raises(Refused):
        decode_event(framed({"error": {"code": "prohibited_content", "message": "Request blocked."}}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ANSWERS = [
    *(capture(name).response for name in ("get", "create-all-options", "status-failed-with-errors")),
    *(
        json.loads(line.removeprefix("data: "))
        for name in ("create-stream", "stream-function-args", "stream-unknown-types", "stream-error-event")
        for line in capture(name).response.splitlines()
        if line.startswith("data: {")
    ),
]


def keys_of(value: Any) -> list[Any]:
    match value:
        case dict():
            return [*cast("dict[str, Any]", value)]
        case list():
            return [*range(len(cast("list[Any]", value)))]
        case _:
            return []


def mutated(value: Any, data: st.DataObject) -> Any:
    """The same value with something in it, at any depth, replaced."""
    keys = keys_of(value)
    if not keys or data.draw(st.integers(0, 3)) == 0:
        return data.draw(JSON)
    copy = value.copy()
    key = data.draw(st.sampled_from(keys))
    copy[key] = mutated(copy[key], data)
    return copy


@given(answer=st.sampled_from(ANSWERS), data=st.data())
def test_no_mutation_of_an_answer_raises_anything_but_our_errors(answer: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(answer)))
    fields = {**answer, name: mutated(answer[name], data)}

    decode_interaction(fields)
    with suppress(InteractionError):
        decode_event(framed(fields))

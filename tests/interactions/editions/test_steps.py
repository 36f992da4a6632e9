"""The `steps` edition: our requests are those of the official SDK, and no answer is too odd to read."""

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content import Content, DocumentContent, FileRef, ImageContent, Inline, TextContent, Uri
from bot.interactions.assemble import Assembler
from bot.interactions.citations import read_citations
from bot.interactions.editions import decode_event, decode_interaction
from bot.interactions.editions.steps import decode_step, encode
from bot.interactions.errors import InteractionError, Refused
from bot.interactions.sse import Frame
from bot.interactions.tool_steps import read_tool_step
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
    Step,
    TextDelta,
    TextOutput,
    Thought,
    ThoughtDelta,
)
from bot.interactions.wire import Json
from tests.interactions.conftest import capture, mutated

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


ANSWERS = [
    *(capture(name).response for name in ("get", "create-all-options", "status-failed-with-errors")),
    *(
        json.loads(line.removeprefix("data: "))
        for name in ("create-stream", "stream-function-args", "stream-unknown-types", "stream-error-event")
        for line in capture(name).response.splitlines()
        if line.startswith("data: {")
    ),
]


@given(answer=st.sampled_from(ANSWERS), data=st.data())
def test_no_mutation_of_an_answer_raises_anything_but_our_errors(answer: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(answer)))
    fields = {**answer, name: mutated(answer[name], data)}

    interaction = decode_interaction(fields)
    with suppress(InteractionError):
        if event := decode_event(framed(fields)):
            assembler = Assembler()
            assembler.feed(event)
            assembler.interaction()

    encode(Request(model=MODEL, input=(text("Hi"), *interaction.steps)), stream=False)
    for step in interaction.steps:
        look_at(step)


def look_at(step: Step) -> None:
    """Read whatever a step has that is read on demand."""
    match step:
        case OtherStep():
            read_tool_step(step)
        case ModelOutput(content=content):
            _ = [read_citations(block) for block in content if isinstance(block, TextOutput)]
        case _:
            pass


RICH: dict[str, Any] = {
    "status": "completed",
    "steps": [
        {
            "type": "model_output",
            "content": [
                {
                    "type": "text",
                    "text": "Liège",
                    "annotations": [{"type": "url_citation", "url": "u", "start_index": 0, "end_index": 6}],
                }
            ],
        },
        {"type": "google_search_result", "call_id": "s", "result": [{"search_suggestions": "<b/>", "url": "u"}]},
        {"type": "google_maps_result", "call_id": "m", "result": {"places": [{"review_snippets": [{"title": "t"}]}]}},
        {"type": "code_execution_result", "call_id": "c", "result": [{"type": "text", "text": "2"}]},
        {"type": "url_context_call", "id": "u", "arguments": {"urls": ["u"]}},
    ],
    "usage": {"total_tokens": 1, "input_tokens_by_modality": [{"modality": "text", "tokens": 1}]},
}


@given(data=st.data())
def test_no_mutation_of_tool_steps_and_citations_raises_either(data: st.DataObject) -> None:
    fields = {**RICH, "steps": mutated(RICH["steps"], data), "usage": mutated(RICH["usage"], data)}

    for step in decode_interaction(fields).steps:
        look_at(step)


def test_usage_is_counted_by_modality_and_tool() -> None:
    counted = {"modality": "text", "tokens": 5}
    usage: dict[str, Any] = {
        "total_tokens": 9,
        "initial_input_tokens": 4,
        "input_tokens_by_modality": [counted, {"modality": "image", "tokens": 3}, counted],
        "grounding_tool_count": [{"type": "google_search", "count": 2}],
    }

    read = decode_interaction({"status": "completed", "usage": usage}).usage

    assert (read.total_tokens, read.initial_input_tokens) == (9, 4)
    assert read.input_tokens_by_modality == {"text": 10, "image": 3}
    assert (read + read).input_tokens_by_modality == {"text": 20, "image": 6}
    assert (read + read).grounding_tool_count == {"google_search": 4}

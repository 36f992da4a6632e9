"""The `outputs` edition, as the first guides print it: what we send in it, and what we make of it."""

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content import ImageContent, Inline, TextContent, Uri, VideoContent
from bot.interactions.assemble import Assembler
from bot.interactions.citations import UrlCitation, read_citations
from bot.interactions.editions import decode_event, decode_interaction
from bot.interactions.editions.outputs import encode
from bot.interactions.errors import InteractionError
from bot.interactions.events import Finished
from bot.interactions.formats import AudioFormat, ImageFormat, JsonFormat
from bot.interactions.interaction import Interaction
from bot.interactions.requests import FunctionResult, Item, Request, UserTurn
from bot.interactions.settings import GenerationConfig, Speaker
from bot.interactions.sse import Frame, Splitter
from bot.interactions.steps import (
    FunctionCall,
    MediaOutput,
    ModelOutput,
    OtherStep,
    Step,
    TextOutput,
    Thought,
    UserInput,
)
from bot.interactions.tool_steps import SearchResult, Source, read_tool_step
from bot.interactions.tools import ComputerUse, FileSearch, GoogleSearch, McpServer
from tests.interactions.conftest import exchanges, mutated

MODEL = "gemini-3-flash-preview"
CALL = FunctionCall("call_1", "schedule", {"time": "10:00"}, "c2ln")
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"city": {"type": "string"}}, "required": []}


def text(words: str) -> TextContent:
    return TextContent(text=words)


def sent(*items: Item, **options: Any) -> dict[str, Any]:
    return encode(Request(model=MODEL, input=items, **options), stream=False)


def turns(*items: Item) -> Any:
    return sent(*items)["input"]


def test_one_message_is_a_text_or_a_list_of_contents() -> None:
    picture = ImageContent(mime_type="image/png", source=Uri(uri="https://example.invalid/a.png"))

    assert turns(text("Hello")) == "Hello"
    assert turns(text("What is this?"), picture) == [
        {"type": "text", "text": "What is this?"},
        {"type": "image", "mime_type": "image/png", "uri": "https://example.invalid/a.png"},
    ]


def test_a_history_is_a_list_of_turns_with_roles() -> None:
    said = turns(UserTurn((text("Hi"),)), Thought((), "c2ln"), ModelOutput((TextOutput("Hello"),)), text("And?"))

    assert said == [
        {"role": "user", "content": "Hi"},
        {"role": "model", "content": [{"type": "thought", "signature": "c2ln"}, {"type": "text", "text": "Hello"}]},
        {"role": "user", "content": "And?"},
    ]


def test_results_of_several_calls_are_one_turn_of_the_user() -> None:
    results = [FunctionResult(call_id=f"call_{number}", name="schedule", result="done") for number in (1, 2)]

    said = turns(UserTurn((text("Book it"),)), CALL, *results)

    assert [(turn["role"], len(turn["content"])) for turn in said[1:]] == [("model", 1), ("user", 2)]
    assert said[1]["content"][0]["arguments"] == {"time": "10:00"}


def test_two_messages_in_a_row_are_two_turns() -> None:
    said = turns(UserTurn((text("One"),)), UserTurn((text("Two"),)))

    assert said == [{"role": "user", "content": "One"}, {"role": "user", "content": "Two"}]


def test_a_schema_goes_out_bare_with_its_mime_type() -> None:
    body = sent(text("Hi"), response_format=(JsonFormat(SCHEMA),))

    assert body["response_format"] == {"type": "object", "properties": {"city": {"type": "string"}}}
    assert body["response_mime_type"] == "application/json"
    assert "response_modalities" not in body


def test_an_image_is_a_modality_and_a_setting_of_the_model() -> None:
    body = sent(text("Draw"), response_format=(ImageFormat(aspect_ratio="9:16", image_size="2K"),))

    assert body["response_modalities"] == ["IMAGE"]
    assert body["generation_config"] == {"image_config": {"aspect_ratio": "9:16", "image_size": "2k"}}


def test_speech_is_a_modality_with_its_voices() -> None:
    voices = (Speaker(voice="Zephyr", speaker="Alice"), Speaker(voice="Puck", speaker="Bob"))

    body = sent(
        text("Read"), response_format=(AudioFormat(),), generation_config=GenerationConfig(speech_config=voices)
    )

    assert body["response_modalities"] == ["AUDIO"]
    assert body["generation_config"]["speech_config"] == [
        {"voice": "Zephyr", "speaker": "Alice"},
        {"voice": "Puck", "speaker": "Bob"},
    ]


def test_tools_are_spelled_as_the_first_guides_spell_them() -> None:
    tools = (
        ComputerUse(excluded_predefined_functions=("drag_and_drop",)),
        GoogleSearch(("web_search", "image_search")),
        FileSearch(file_search_store_names=("fileSearchStores/a",)),
        McpServer(name="weather", url="https://example.invalid/mcp"),
    )

    assert sent(text("Hi"), tools=tools)["tools"] == [
        {"type": "computer_use", "environment": "browser", "excludedPredefinedFunctions": ["drag_and_drop"]},
        {"type": "google_search", "search_types": ["web_search", "image_search"]},
        {"type": "file_search", "file_search_store_names": ["fileSearchStores/a"]},
        {"type": "mcp_server", "name": "weather", "url": "https://example.invalid/mcp"},
    ]


def test_a_medium_without_a_known_type_goes_without_one() -> None:
    video = VideoContent(mime_type="", source=Uri(uri="https://www.youtube.com/watch?v=x"))

    assert turns(video) == [{"type": "video", "uri": "https://www.youtube.com/watch?v=x"}]


def answered(*outputs: dict[str, Any], **fields: Any) -> Interaction:
    return decode_interaction({"id": "v1_old", "status": "completed", "outputs": [*outputs], **fields})


PIXEL = {"type": "image", "mime_type": "image/png", "data": base64.b64encode(b"x").decode()}
SEARCHED = {
    "type": "google_search_result",
    "call_id": "search_1",
    "rendered_content": "<div>chip</div>",
    "result": [{"url": "https://example.invalid", "title": "Page"}],
}


def test_outputs_become_steps_and_contents_side_by_side_one_of_them() -> None:
    steps = answered(
        {"type": "thought", "signature": "c2ln", "summary": [{"text": "hm"}]},
        {"type": "text", "text": "A dot:"},
        PIXEL,
        {"type": "function_call", "id": "c1", "name": "f", "arguments": {"a": 1}},
    ).steps

    dot = MediaOutput(type="image", mime_type="image/png", data=b"x")
    expected: tuple[Step, ...] = (
        Thought((TextOutput("hm"),), "c2ln"),
        ModelOutput((TextOutput("A dot:"), dot)),
        FunctionCall("c1", "f", {"a": 1}),
    )
    assert steps == expected


def test_search_suggestions_are_found_under_their_first_name() -> None:
    (step,) = answered(SEARCHED).steps

    assert isinstance(step, OtherStep)
    assert read_tool_step(step) == SearchResult(
        "search_1", "<div>chip</div>", (Source("https://example.invalid", "Page"),), is_error=False
    )


def test_an_annotation_without_a_type_is_a_citation_by_its_source() -> None:
    (step,) = answered(
        {"type": "text", "text": "So", "annotations": [{"start_index": 0, "end_index": 2, "source": "https://a.b"}]}
    ).steps

    assert isinstance(step, ModelOutput)
    block = step.content[0]
    assert isinstance(block, TextOutput)
    assert read_citations(block) == (UrlCitation(start=0, end=2, url="https://a.b"),)


def test_reasoning_tokens_are_thought_tokens() -> None:
    assert answered(usage={"total_reasoning_tokens": 7}).usage.total_thought_tokens == 7


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        ("Hi", (UserInput((TextOutput("Hi"),)),)),
        ([{"type": "text", "text": "Hi"}], (UserInput((TextOutput("Hi"),)),)),
        (
            [{"role": "user", "content": "Hi"}, {"role": "model", "content": "Hello"}],
            (UserInput((TextOutput("Hi"),)), ModelOutput((TextOutput("Hello"),))),
        ),
    ],
)
def test_the_input_that_was_asked_for_comes_before_the_answer(asked: Any, steps: tuple[Step, ...]) -> None:
    assert answered({"type": "text", "text": "Yes"}, input=asked).steps == (*steps, ModelOutput((TextOutput("Yes"),)))


def assembled(stream: str) -> Interaction:
    assembler = Assembler()
    frames = Splitter().feed(stream.encode())
    last = [assembler.feed(event) for frame in frames if (event := decode_event(frame))][-1]
    assert isinstance(last, Finished)
    return last.interaction


def framed(kind: str, **fields: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'event_type': kind, **fields})}\n\n"


def streamed(*contents: tuple[dict[str, Any], list[dict[str, Any]]]) -> str:
    body = [
        framed("content.start", index=index, content=content)
        + "".join(framed("content.delta", index=index, delta=delta) for delta in deltas)
        + framed("content.stop", index=index)
        for index, (content, deltas) in enumerate(contents)
    ]
    end = framed("interaction.complete", interaction={"id": "v1_old", "status": "completed"})
    return "".join([framed("interaction.start", interaction={"id": "v1_old", "status": "in_progress"}), *body, end])


def test_a_recorded_stream_becomes_the_interaction_a_get_would_give() -> None:
    got = decode_interaction(exchanges("genai-1.55.0-get")[0].response)

    told = assembled(exchanges("genai-1.55.0-create-stream")[0].response)

    assert (told.id, told.status, told.usage) == (got.id, got.status, got.usage)
    assert told.steps == (Thought((), "c2ln"), ModelOutput((TextOutput("Hello stream."),)))


def test_a_stream_of_several_contents_is_the_same_as_the_answer_at_once() -> None:
    cited = [{"source": "https://a.b", "start_index": 0, "end_index": 1}]
    call = {"type": "function_call", "id": "c1", "name": "f", "arguments": {"a": 1}}
    told = assembled(
        streamed(
            ({"type": "thought"}, [{"type": "thought_signature", "signature": "c2ln"}]),
            ({"type": "text", "text": ""}, [{"type": "text", "text": "A ", "annotations": cited}]),
            ({"type": "text"}, [{"type": "text", "text": "dot:"}]),
            ({"type": "image", "mime_type": "image/png"}, [PIXEL]),
            ({"type": "function_call"}, [call]),
            ({"type": "google_search_result"}, [SEARCHED]),
        )
    )

    at_once = answered(
        {"type": "thought", "signature": "c2ln"},
        {"type": "text", "text": "A ", "annotations": cited},
        {"type": "text", "text": "dot:"},
        PIXEL,
        call,
        SEARCHED,
    )
    assert told == at_once


def test_what_the_old_edition_answered_can_be_said_again_in_it() -> None:
    outputs: list[dict[str, Any]] = [
        {"type": "thought", "signature": "c2ln", "summary": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "So", "annotations": [{"source": "https://a.b"}]},
        PIXEL,
        SEARCHED,
        {"type": "function_call", "id": "c1", "name": "f", "arguments": {}, "signature": "c2ln", "novel": 1},
    ]

    said = turns(UserTurn((text("Hi"),)), *answered(*outputs).steps)

    assert said[1] == {"role": "model", "content": outputs}


OLD_ANSWERS = [
    exchanges("genai-1.55.0-get")[0].response,
    exchanges("genai-1.55.0-create-function-tool")[0].response,
    {"status": "completed", "outputs": [SEARCHED, PIXEL], "input": [{"role": "user", "content": "Hi"}]},
    *(
        json.loads(line.removeprefix("data: "))
        for line in exchanges("genai-1.55.0-create-stream")[0].response.splitlines()
        if line.startswith("data: {")
    ),
]


@given(answer=st.sampled_from(OLD_ANSWERS), data=st.data())
def test_no_mutation_of_an_answer_raises_anything_but_our_errors(answer: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(answer)))
    fields = {**answer, name: mutated(answer[name], data)}

    interaction = decode_interaction(fields)
    with suppress(InteractionError):
        event = decode_event(Frame(b"", json.dumps(fields).encode()))
        if event is not None:
            Assembler().feed(event)

    encode(Request(model=MODEL, input=(text("Hi"), *interaction.steps)), stream=False)
    for step in interaction.steps:
        if isinstance(step, OtherStep):
            read_tool_step(step)


def test_bytes_are_sent_as_base64() -> None:
    inline = ImageContent(mime_type="image/png", source=Inline(data=b"x"))

    assert turns(inline) == [{"type": "image", "mime_type": "image/png", "data": "eA=="}]

"""Everything a request may say, as the edition served today spells it."""

from typing import Any

import pytest

from bot.content import AudioContent, DocumentContent, ImageContent, Inline, TextContent, Uri, VideoContent
from bot.interactions.editions import encode
from bot.interactions.formats import AudioFormat, ImageFormat, JsonFormat, ResponseFormat, VideoFormat
from bot.interactions.requests import Block, Clip, DeepResearch, Request, UserTurn, Viewed, WebhookConfig
from bot.interactions.settings import AllowedTools, GenerationConfig, Speaker, TranscriptionConfig, VideoConfig
from bot.interactions.steps import ModelOutput, TextOutput, UserInput
from bot.interactions.tools import ComputerUse, Function, GoogleSearch, OtherTool, Tool

HOOK = WebhookConfig(uris=("https://example.invalid/hook",), user_metadata={"task": "t1"})
PDF = DocumentContent(mime_type="application/pdf", source=Uri(uri="gs://a/b.pdf"))
TUBE = VideoContent(mime_type="", source=Uri(uri="https://www.youtube.com/watch?v=x"))
SOUND = AudioContent(mime_type="audio/wav", source=Inline(data=b"x"))
PICTURE = ImageContent(mime_type="image/png", source=Inline(data=b"x"))


def sent(**fields: Any) -> dict[str, Any]:
    named: dict[str, Any] = {"model": "m", "input": "Hi", **fields}
    return encode(Request(**named), "steps", stream=False)


def test_a_string_is_one_text() -> None:
    assert sent() == {"model": "m", "input": "Hi"}


@pytest.mark.parametrize(
    ("block", "encoded"),
    [
        (PDF, {"type": "document", "mime_type": "application/pdf", "uri": "gs://a/b.pdf"}),
        (TUBE, {"type": "video", "uri": "https://www.youtube.com/watch?v=x"}),
        (SOUND, {"type": "audio", "mime_type": "audio/wav", "data": "eA=="}),
        (
            Viewed(content=PICTURE, resolution="ultra_high"),
            {"type": "image", "mime_type": "image/png", "data": "eA==", "resolution": "ultra_high"},
        ),
        (
            Viewed(content=TUBE, processing="agentic", name="clip"),
            {"type": "video", "uri": "https://www.youtube.com/watch?v=x", "processing": "agentic", "name": "clip"},
        ),
        (
            Viewed(content=TUBE, processing=Clip(fps=0.5, start_offset="1s", end_offset="9s")),
            {
                "type": "video",
                "uri": "https://www.youtube.com/watch?v=x",
                "processing": {"type": "static", "fps": 0.5, "start_offset": "1s", "end_offset": "9s"},
            },
        ),
    ],
)
def test_a_medium_says_where_it_is_and_how_to_look_at_it(block: Block, encoded: dict[str, Any]) -> None:
    assert sent(input=(block,))["input"] == [{"type": "user_input", "content": [encoded]}]


def test_a_history_keeps_its_turns_apart() -> None:
    history = (
        UserTurn((TextContent(text="One"),)),
        ModelOutput((TextOutput("Yes"),)),
        UserInput((TextOutput("Two"),)),
        ModelOutput(),
        TextContent(text="Three"),
        PICTURE,
    )

    said = sent(input=history)["input"]

    assert [step["type"] for step in said] == ["user_input", "model_output", "user_input", "model_output", "user_input"]
    assert said[3] == {"type": "model_output"}
    assert [block["type"] for block in said[4]["content"]] == ["text", "image"]


def test_settings_are_under_their_own_names() -> None:
    config = GenerationConfig(
        temperature=0.0,
        seed=0,
        thinking_level="xhigh",
        tool_choice="validated",
        speech_config=(Speaker(voice="Kore", speaker="A"), Speaker(voice="Puck", speaker="B", language="en-US")),
        video_config=VideoConfig(task="image_to_video"),
        transcription_config=TranscriptionConfig(mode="smart", language_codes=("de",), custom_vocabulary=("Parley",)),
    )

    assert sent(generation_config=config)["generation_config"] == {
        "temperature": 0.0,
        "seed": 0,
        "thinking_level": "xhigh",
        "tool_choice": "validated",
        "speech_config": [
            {"voice": "Kore", "speaker": "A"},
            {"voice": "Puck", "speaker": "B", "language": "en-US"},
        ],
        "video_config": {"task": "image_to_video"},
        "transcription_config": {"mode": "smart", "language_codes": ["de"], "custom_vocabulary": ["Parley"]},
    }


def test_a_choice_among_tools_has_a_form_of_its_own() -> None:
    config = GenerationConfig(tool_choice=AllowedTools("any", ("look",)))

    assert sent(generation_config=config)["generation_config"] == {
        "tool_choice": {"allowed_tools": {"mode": "any", "tools": ["look"]}}
    }


def test_settings_that_say_nothing_are_not_sent() -> None:
    assert "generation_config" not in sent(generation_config=GenerationConfig())


@pytest.mark.parametrize(
    ("formats", "encoded"),
    [
        ((ImageFormat(image_size="2K"),), {"type": "image", "image_size": "2K"}),
        (
            (AudioFormat(mime_type="audio/wav", sample_rate=24000),),
            {"type": "audio", "mime_type": "audio/wav", "sample_rate": 24000},
        ),
        (
            (VideoFormat(aspect_ratio="16:9", resolution="720p"),),
            {"type": "video", "aspect_ratio": "16:9", "resolution": "720p"},
        ),
        (
            (JsonFormat({"type": "object", "required": []}), ImageFormat()),
            [{"type": "text", "mime_type": "application/json", "schema": {"type": "object"}}, {"type": "image"}],
        ),
    ],
)
def test_one_format_is_an_object_and_several_are_a_list(formats: tuple[ResponseFormat, ...], encoded: Any) -> None:
    assert sent(response_format=formats)["response_format"] == encoded


@pytest.mark.parametrize(
    ("tool", "encoded"),
    [
        (Function("f", "Does"), {"type": "function", "name": "f", "description": "Does"}),
        (GoogleSearch(), {"type": "google_search"}),
        (
            ComputerUse(environment="desktop", enable_prompt_injection_detection=False),
            {"type": "computer_use", "environment": "desktop", "enable_prompt_injection_detection": False},
        ),
        (OtherTool({"type": "bash", "x": 1}), {"type": "bash", "x": 1}),
    ],
)
def test_a_tool_says_what_it_is(tool: Tool, encoded: dict[str, Any]) -> None:
    assert sent(tools=(tool,))["tools"] == [encoded]


def test_nothing_required_is_not_said_at_any_depth() -> None:
    inner: dict[str, Any] = {"type": "object", "required": [], "properties": {"required": {"type": "string"}}}
    schema: dict[str, Any] = {"anyOf": [inner], "properties": {"a": inner}, "required": ["a"]}

    (tool,) = sent(tools=(Function("f", "Does", schema),))["tools"]

    sound = {"type": "object", "properties": {"required": {"type": "string"}}}
    assert tool["parameters"] == {"anyOf": [sound], "properties": {"a": sound}, "required": ["a"]}


def test_an_agent_has_its_own_settings_and_a_place_to_work() -> None:
    request = Request(
        agent="a",
        input="Go",
        agent_config=DeepResearch(collaborative_planning=False, visualization="off"),
        environment={"type": "remote", "network": "disabled"},
        background=True,
        webhook_config=HOOK,
        service_tier="flex",
    )

    assert encode(request, "steps", stream=True) == {
        "agent": "a",
        "input": "Go",
        "agent_config": {"type": "deep-research", "collaborative_planning": False, "visualization": "off"},
        "environment": {"type": "remote", "network": "disabled"},
        "background": True,
        "webhook_config": {"uris": ["https://example.invalid/hook"], "user_metadata": {"task": "t1"}},
        "service_tier": "flex",
        "stream": True,
    }


def test_a_continuation_needs_no_input() -> None:
    assert sent(input=(), continuation_token="t", previous_interaction_id="v1_a") == {
        "model": "m",
        "continuation_token": "t",
        "previous_interaction_id": "v1_a",
    }


def test_webhooks_that_would_never_be_called_are_noticed() -> None:
    with pytest.raises(ValueError, match="background"):
        sent(webhook_config=HOOK)

"""The model callers see: what a request must be, usage that adds up, and the text an interaction ended with."""

from typing import Any

import pytest

from bot.content import TextContent
from bot.interactions.types import (
    FunctionCall,
    GenerationConfig,
    Interaction,
    MediaOutput,
    ModelOutput,
    OtherOutput,
    Request,
    Step,
    TextOutput,
    Thought,
    Usage,
    UserInput,
)

HELLO = (TextContent(text="Hello"),)


def says(*texts: str) -> ModelOutput:
    return ModelOutput(tuple(TextOutput(text) for text in texts))


IMAGE = MediaOutput(type="image", mime_type="image/png", data=b"x")


@pytest.mark.parametrize(
    "fields",
    [
        {"input": HELLO},
        {"input": HELLO, "model": "m", "agent": "a"},
        {"input": HELLO, "agent": "a", "generation_config": GenerationConfig()},
        {"input": HELLO, "model": "m", "agent_config": {"type": "deep-research"}},
        {"input": (), "model": "m"},
    ],
)
def test_a_request_the_api_would_refuse_is_not_made(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"model|input"):
        Request(**fields)


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        ((), ""),
        ((Thought(), says("Hel", "lo")), "Hello"),
        ((says("one "), Thought(), says("two")), "one two"),
        ((says("before"), FunctionCall("c", "f", {}), says("after")), "after"),
        ((says("kept"), FunctionCall("c", "f", {})), "kept"),
        ((says("old"), UserInput((TextOutput("question"),))), ""),
        ((UserInput((TextOutput("question"),)), says("answer")), "answer"),
        ((ModelOutput((TextOutput("caption"), IMAGE, TextOutput("below"))),), "below"),
        ((ModelOutput((TextOutput("caption"), IMAGE)),), "caption"),
        ((ModelOutput((TextOutput("a"), OtherOutput({"type": "new"}), TextOutput("b"))),), "ab"),
    ],
)
def test_output_text_is_what_the_model_ended_with(steps: tuple[Step, ...], text: str) -> None:
    assert Interaction(id=None, status="completed", steps=steps).output_text == text


@pytest.mark.parametrize(
    ("status", "running"), [("queued", True), ("in_progress", True), ("completed", False), ("brand_new", True)]
)
def test_an_unknown_status_is_worth_waiting_for(status: str, running: bool) -> None:
    assert Interaction(id="v1_a", status=status).is_running is running


def test_an_unknown_status_with_something_to_show_is_not_waited_for() -> None:
    assert not Interaction(id="v1_a", status="brand_new", steps=(says("there"),)).is_running


def test_usage_adds_up() -> None:
    assert Usage(total_tokens=5, total_thought_tokens=2) + Usage(total_tokens=4) == Usage(
        total_tokens=9, total_thought_tokens=2
    )

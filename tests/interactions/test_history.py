"""Going on from an answer: chained by id, or all of it said again."""

from typing import Any

import pytest

from bot.content import ImageContent, Inline, TextContent
from bot.interactions.client import InteractionsClient
from bot.interactions.editions import Edition, decode_interaction, encode
from bot.interactions.history import FOREIGN, answer_calls, follow_up, handed_to_agent, handed_to_model
from bot.interactions.interaction import Interaction
from bot.interactions.requests import DeepResearch, Request
from bot.interactions.settings import GenerationConfig
from bot.interactions.steps import FunctionCall, UserInput
from bot.interactions.tools import Function, GoogleSearch
from tests.interactions.conftest import Recorder, answer

TOOLS = (Function("look", "Looks", {"type": "object"}), GoogleSearch())
SETTINGS = GenerationConfig(thinking_level="low")
STORED = Request(
    model="m",
    input="Hi",
    system_instruction="Be brief.",
    generation_config=SETTINGS,
    tools=TOOLS,
    previous_interaction_id="v1_before",
)
UNSTORED = Request(model="m", input="Hi", tools=TOOLS, store=False)
AND = TextContent(text="And?")
STEPS: list[Any] = [
    {"type": "thought", "signature": "c2ln", "summary": [{"type": "text", "text": "hm", "novel": 1}], "novel": [1]},
    {"type": "google_search_call", "id": "s1", "arguments": {"queries": ["a"]}, "signature": "c2ln"},
    {"type": "google_search_result", "call_id": "s1", "result": [{"search_suggestions": "<b/>"}], "signature": "c2ln"},
    {
        "type": "model_output",
        "content": [
            {"type": "text", "text": "So", "annotations": [{"type": "url_citation", "url": "u", "end_index": 2}]},
            {"type": "image", "mime_type": "image/png", "data": "eA==", "novel": True},
            {"type": "brand_new", "x": None, "y": 1},
        ],
        "error": {"code": 13, "message": "late", "details": [{"x": 1}]},
    },
    {"type": "function_call", "id": "c1", "name": "look", "arguments": {"a": [1]}, "signature": "c2ln", "novel": {}},
    {"type": "brand_new", "x": 1},
]
ANSWER = decode_interaction({"id": "v1_a", "status": "requires_action", "steps": STEPS})


def encoded(request: Request, edition: Edition = "steps") -> dict[str, Any]:
    return encode(request, edition, stream=False)


def test_a_stored_answer_is_named_and_the_rest_is_sent_again() -> None:
    request = follow_up(STORED, ANSWER, AND)

    assert encoded(request) == {**encoded(STORED), "input": "And?", "previous_interaction_id": "v1_a"}


def test_an_answer_that_is_not_stored_goes_back_to_the_last_field() -> None:
    request = follow_up(UNSTORED, ANSWER, AND)

    said = {"type": "user_input", "content": [{"type": "text", "text": "Hi"}]}
    asked = {"type": "user_input", "content": [{"type": "text", "text": "And?"}]}
    assert encoded(request)["input"] == [said, *STEPS, asked]


def test_what_the_user_said_is_not_sent_twice() -> None:
    got = Interaction(id="v1_a", status="completed", steps=(UserInput(), *ANSWER.steps))

    assert follow_up(UNSTORED, got, AND) == follow_up(UNSTORED, ANSWER, AND)


def test_a_history_grows_by_a_turn_each_time() -> None:
    second = follow_up(follow_up(UNSTORED, ANSWER, AND), ANSWER, AND)

    assert len(encoded(second)["input"]) == 3 + 2 * len(STEPS)
    assert [turn["role"] for turn in encoded(second, "outputs")["input"]] == ["user", "model", "user", "model", "user"]


def calls(*ids: str) -> Interaction:
    return Interaction(
        id="v1_a", status="requires_action", steps=tuple(FunctionCall(call_id, "look", {}) for call_id in ids)
    )


def test_all_calls_of_a_turn_are_answered_together() -> None:
    picture = (AND, ImageContent(mime_type="image/png", source=Inline(data=b"x")))

    request = answer_calls(
        STORED, calls("c1", "c2", "c3"), {"c1": "sunny", "c2": {"degrees": 20}, "c3": picture}, failed=frozenset({"c1"})
    )

    named = {"type": "function_result", "name": "look"}
    image = {"type": "image", "mime_type": "image/png", "data": "eA=="}
    assert encoded(request)["input"] == [
        {**named, "call_id": "c1", "result": "sunny", "is_error": True},
        {**named, "call_id": "c2", "result": {"degrees": 20}},
        {**named, "call_id": "c3", "result": [{"type": "text", "text": "And?"}, image]},
    ]
    assert encoded(request)["tools"] == encoded(STORED)["tools"]
    assert encoded(request)["previous_interaction_id"] == "v1_a"


@pytest.mark.parametrize("result", ["", {}, ()])
def test_an_empty_result_is_a_result(result: Any) -> None:
    (step,) = encoded(answer_calls(STORED, calls("c1"), {"c1": result}))["input"]

    assert not step["result"]


def test_results_of_an_answer_that_is_not_stored_follow_its_calls() -> None:
    said = encoded(answer_calls(UNSTORED, calls("c1", "c2"), {"c1": "a", "c2": "b"}))["input"]

    assert [step["type"] for step in said] == ["user_input", *["function_call"] * 2, *["function_result"] * 2]


@pytest.mark.parametrize(("ids", "match"), [(("c1", "c2"), "no result for look"), ((), "calls no function")])
def test_a_missing_result_is_noticed(ids: tuple[str, ...], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        answer_calls(STORED, calls(*ids), {"c1": "a"})


def test_a_model_goes_on_where_an_agent_ended_and_the_reverse() -> None:
    research = Request(agent="deep", input="Research x", agent_config=DeepResearch(), background=True)

    shortened = handed_to_model(follow_up(research, ANSWER, TextContent(text="Shorten it")), "m")
    again = handed_to_agent(follow_up(STORED, ANSWER, AND), "deep")

    assert encoded(shortened) == {"model": "m", "input": "Shorten it", "previous_interaction_id": "v1_a"}
    assert encoded(again) == {"agent": "deep", "input": "And?", "previous_interaction_id": "v1_a", "background": True}


async def test_a_chain_without_state_goes_over_the_wire(recorder: Recorder, client: InteractionsClient) -> None:
    recorder.answers(answer(200, {"status": "completed", "steps": STEPS}))

    first = await client.create(UNSTORED)
    await client.create(follow_up(UNSTORED, first, AND))

    assert recorder.requests[1].body["input"][1:-1] == STEPS
    assert "previous_interaction_id" not in recorder.requests[1].body


def test_a_transcript_from_elsewhere_needs_no_signature() -> None:
    request = Request(model="m", input=(FOREIGN, FunctionCall("c1", "look", {})))

    assert encoded(request)["input"][0] == {"type": "thought", "signature": "skip_thought_signature_validator"}

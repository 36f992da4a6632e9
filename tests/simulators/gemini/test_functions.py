"""Which function is called, how often, with what, under which `tool_choice`."""

from typing import Any

import pytest

from bot.simulators.gemini.functions import calls
from bot.simulators.gemini.wire import ApiError

WEATHER: dict[str, Any] = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"]},
}
MEETING: dict[str, Any] = {
    "type": "function",
    "name": "scheduleMeeting",
    "parameters": {
        "type": "object",
        "properties": {
            "attendees": {"type": "array", "items": {"type": "string"}},
            "date": {"type": "string"},
            "time": {"type": "string"},
            "topic": {"type": "string"},
            "room": {"type": "string"},
        },
        "required": ["attendees", "date", "time", "topic"],
    },
}
ASKED = "Schedule a meeting for 2025-11-01 at 10 am with Peter and Amir about the Next Gen API."


def called(question: str, choice: Any = None, *, answered: bool = False) -> list[tuple[str, Any]]:
    return [(c.name, c.arguments) for c in calls([WEATHER, MEETING], choice, question, answered=answered)]


def test_arguments_come_from_the_prompt() -> None:
    assert called(ASKED) == [
        (
            "scheduleMeeting",
            {"attendees": ["Peter", "Amir"], "date": "2025-11-01", "time": "10:00", "topic": "Next Gen API"},
        )
    ]


def test_each_of_several_places_is_a_call() -> None:
    assert called("The weather in Paris, Rome and São Paulo?") == [
        ("get_weather", {"location": "Paris"}),
        ("get_weather", {"location": "Rome"}),
        ("get_weather", {"location": "São Paulo"}),
    ]


@pytest.mark.parametrize(
    ("question", "choice", "answered", "names"),
    [
        ("Hello", None, False, []),
        ("Hello", "auto", False, []),
        ("Hello", "validated", False, []),
        ("Hello", "any", False, ["get_weather"]),
        ("Weather in Rome?", "none", False, []),
        ("Weather in Rome?", None, True, []),
        ("Weather in Rome?", "any", True, ["get_weather"]),
        ("Hello", {"allowed_tools": {"mode": "any", "tools": ["scheduleMeeting"]}}, False, ["scheduleMeeting"]),
        ("Weather in Rome?", {"allowed_tools": {"mode": "auto", "tools": ["scheduleMeeting"]}}, False, []),
    ],
)
def test_the_choice_decides(question: str, choice: Any, answered: bool, names: list[str]) -> None:
    assert [name for name, _ in called(question, choice, answered=answered)] == names


@pytest.mark.parametrize("choice", ["sometimes", 1, {"allowed_tools": {"mode": "often"}}])
def test_an_unknown_choice_is_refused(choice: Any) -> None:
    with pytest.raises(ApiError, match="tool_choice"):
        called("Hello", choice)

"""Computer use, simulated: the first thing to do at a screen, as a call that the caller carries out.

Source: "Computer Use", Gemini API docs.
"""

from collections.abc import Sequence

from bot.simulators.gemini import prompt
from bot.simulators.gemini.pieces import Call
from bot.simulators.gemini.wire import JsonObject

_SEARCH_URL = "https://www.google.com"


def act(tools: Sequence[JsonObject], question: str, *, answered: bool) -> list[Call]:
    """One action of the predefined ones that are not excluded; none once a result came with this request."""
    tool = next((each for each in tools if each.get("type") == "computer_use"), None)
    if tool is None or answered:
        return []
    excluded = tool.get("excluded_predefined_functions")
    barred = set(map(str, excluded)) if isinstance(excluded, list) else set[str]()
    found = prompt.urls(question)
    actions = [
        Call("open_web_browser", {}),
        Call("navigate", {"url": found[0] if found else _SEARCH_URL}),
        Call("wait_5_seconds", {}),
    ]
    if found:
        actions[0], actions[1] = actions[1], actions[0]
    return [action for action in actions if action.name not in barred][:1]

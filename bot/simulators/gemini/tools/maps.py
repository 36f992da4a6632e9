"""Google Maps, simulated: places that do not exist, with all the fields whose display is a duty.

Source: "Grounding with Google Maps", Gemini API docs.
"""

import hashlib

from bot.simulators.gemini import prompt
from bot.simulators.gemini.pieces import ToolUse
from bot.simulators.gemini.tools.used import Cited, Used
from bot.simulators.gemini.wire import JsonObject, plain

_QUERY_CHARS = 120


def look_up(tool: JsonObject, question: str) -> Used | None:
    """Two places for any question, near the place it names or the coordinates of the tool."""
    query = " ".join(question.split())[:_QUERY_CHARS]
    if not query:
        return None
    found = [_place(number, query) for number in (1, 2)]
    result: JsonObject = {"places": plain(found)}
    if tool.get("enable_widget"):
        result["widget_context_token"] = f"widgetcontent/simulated-{_token(query)}"
    names = [str(place["name"]) for place in found]
    text = f"Near {_near(tool, question)} I made up two places: {names[0]} and {names[1]}. They do not exist."
    cited = [Cited(name, {"type": "place_citation", **place}) for name, place in zip(names, found, strict=True)]
    use = ToolUse("google_maps", {"arguments": {"queries": [query]}}, {"result": [result]})
    return Used(use, text, cited)


def _place(number: int, query: str) -> JsonObject:
    place_id = f"ChIJsimulated{_token(f'{query}{number}')}"
    url = f"https://maps.example.invalid/?cid={place_id}"
    review: JsonObject = {"title": "A simulated review", "url": f"{url}&review=1", "review_id": f"review-{number}"}
    name = f"Café Simulé {number}"
    return {"place_id": place_id, "name": name, "url": url, "review_snippets": [review]}


def _near(tool: JsonObject, question: str) -> str:
    if places := prompt.places(question):
        return places[0]
    if "latitude" in tool and "longitude" in tool:
        return f"{tool['latitude']}, {tool['longitude']}"
    return "a place that was not named"


def _token(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]

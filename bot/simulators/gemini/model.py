"""The simulator's model at work: which tools it uses, what it calls, and the form its answer has.

What it says comes from the mind; here it is decided whether to say it, or to call, draw, speak or fill in JSON.
"""

from collections.abc import Sequence

from bot.simulators.gemini import mind, wire
from bot.simulators.gemini.functions import calls
from bot.simulators.gemini.media.picture import draw
from bot.simulators.gemini.media.speech import speak
from bot.simulators.gemini.mind import Heard
from bot.simulators.gemini.pieces import Call, Medium, Output, Piece, Thought
from bot.simulators.gemini.request import CreateRequest
from bot.simulators.gemini.schema import fill
from bot.simulators.gemini.tools import use_tools
from bot.simulators.gemini.tools.computer import act
from bot.simulators.gemini.tools.used import Used, annotate
from bot.simulators.gemini.wire import JsonObject

_JSON_CHARS = 12  # of a piece of JSON as it is streamed


def respond(heard: Heard, request: CreateRequest) -> list[Piece]:
    """A thought, the tools used, and then calls or an answer."""
    answered = bool(heard.latest) and heard.latest[-1].get("type") == "function_result"
    tools = request.tools or []
    used = [] if answered else use_tools(tools, heard.question)
    calling = _calls(heard, request, tools, answered=answered)
    pieces: list[Piece] = [Thought(mind.think(heard)), *(each.use for each in used)]
    return [*pieces, *calling] if calling else [*pieces, _answer(heard, request, used)]


def _calls(heard: Heard, request: CreateRequest, tools: Sequence[JsonObject], *, answered: bool) -> list[Call]:
    choice = request.generation_config.tool_choice if request.generation_config else None
    called = calls(tools, choice, heard.question, answered=answered)
    return called or (act(tools, heard.question, answered=answered) if choice != "none" else [])


def _answer(heard: Heard, request: CreateRequest, used: Sequence[Used]) -> Output:
    formats = request.formats
    media = _media(heard, request)
    if formats.schema is not None:
        text = wire.compact(fill(formats.schema, heard.question))
        return Output(_cut(text), after=media)
    if media:
        return Output(mind.deltas(_caption(heard)) if formats.text and formats.image else (), after=media)
    text, annotations = _passages(heard, used)
    return Output(mind.deltas(text), annotations)


def _media(heard: Heard, request: CreateRequest) -> list[Medium]:
    formats, config = request.formats, request.generation_config
    words = heard.question
    media: list[Medium] = []
    if (image := formats.image) is not None:
        media.append(Medium(lambda: draw(words, image)))
    if (audio := formats.audio) is not None:
        media.append(Medium(lambda: speak(words, config.speech_config if config else None, audio)))
    return media


def _caption(heard: Heard) -> str:
    return f"A simulated image, drawn from these words: {heard.question.strip() or 'none at all'}"


def _passages(heard: Heard, used: Sequence[Used]) -> tuple[str, list[JsonObject]]:
    """What the tools brought, one after the other, with annotations; without any, what the mind says."""
    if not used:
        return mind.answer(heard), []
    text = f"{own}\n\n" if (own := mind.recall(heard)) else ""
    annotations: list[JsonObject] = []
    for each in used:
        annotations += annotate(each.passage, each.cited, before=text)
        text += f"{each.passage}\n\n"
    return text.rstrip(), annotations


def _cut(text: str) -> list[str]:
    return [text[start : start + _JSON_CHARS] for start in range(0, len(text), _JSON_CHARS)]

"""Every recorded request of another client, made by ours: the same method, path, query and body.

`ours` says what we do otherwise on purpose, and `NOT_OURS` which operations we have no use for.
"""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from bot.content import ImageContent, Inline, TextContent, Uri
from bot.interactions.client import InteractionsClient
from bot.interactions.errors import InteractionError
from bot.interactions.files import FilesClient
from bot.interactions.formats import AudioFormat, ImageFormat, JsonFormat, TextFormat
from bot.interactions.requests import DeepResearch, FunctionResult, Item, Request, UserTurn
from bot.interactions.settings import AllowedTools, GenerationConfig, Speaker
from bot.interactions.steps import ModelOutput, TextOutput, Thought
from bot.interactions.tools import (
    CodeExecution,
    ComputerUse,
    FileSearch,
    Function,
    GoogleMaps,
    GoogleSearch,
    McpServer,
    UrlContext,
)
from tests.interactions.conftest import CAPTURES, Capture, Recorded, Recorder, Reply, exchanges, sse

NEW, OLD = "gemini-3.8-flash", "gemini-3-flash-preview"
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}}
PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {"location": {"type": "string"}},
    "required": ["location"],
}
WEATHER = Function("get_weather", "Weather", PARAMETERS)
SUNNY = FunctionResult(call_id="call_1", name="get_weather", result="sunny")
FILE_URI = "https://generativelanguage.googleapis.com/v1beta/files/abc-123"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
NOT_OURS = {
    "genai-3.3.0-file-list": "we keep the names of what we uploaded",
    "genai-3.3.0-webhook-create": "a project's webhook is registered once, by its owner",
}


@dataclass(frozen=True)
class Both:
    """The two clients, on one recorder."""

    http: httpx.AsyncClient
    interactions: InteractionsClient
    files: FilesClient

    def of(self, version: str, edition: str) -> "Both":
        interactions = InteractionsClient(
            self.http, version=version, edition="outputs" if edition == "outputs" else "steps"
        )
        return replace(self, interactions=interactions, files=FilesClient(self.http, version=version))


Operation = Callable[[Both], Awaitable[object]]


def text(words: str) -> TextContent:
    return TextContent(text=words)


def image(data: str) -> ImageContent:
    return ImageContent(mime_type="image/png", source=Inline(data=base64.b64decode(data)))


def create(*items: Item | str, **options: Any) -> Operation:
    said = tuple(text(item) if isinstance(item, str) else item for item in items)
    named: dict[str, Any] = options if "agent" in options else {"model": NEW, **options}
    return lambda both: both.interactions.create(Request(input=said, **named))


def stream(words: str, **options: Any) -> Operation:
    named: dict[str, Any] = options if "agent" in options else {"model": NEW, **options}

    async def read(both: Both) -> None:
        with suppress(InteractionError):  # how they end is asserted elsewhere
            _ = [item async for item in both.interactions.stream(Request(input=words, **named))]

    return read


def resume(after: str | None = None) -> Operation:
    async def read(both: Both) -> None:
        _ = [item async for item in both.interactions.resume("v1_stub_1", after=after)]

    return read


async def both_ways(both: Both) -> None:
    await create("Hello async")(both)
    await stream("Hello async")(both)


async def all_of_litellm(both: Both) -> None:
    await create("Hi")(both)
    await stream("Hi")(both)
    await both.interactions.get("v1_stub_1")
    with suppress(InteractionError):
        await both.interactions.cancel("v1_stub_bg")
    await both.interactions.delete("v1_stub_1")


def upload(both: Both) -> Awaitable[object]:
    return both.files.upload(bytes(70), size_bytes=70, mime_type="image/png", name="pic.png")


def research(**options: Any) -> dict[str, Any]:
    config = DeepResearch(thinking_summaries="auto", **options)
    return {"agent": "deep-research-preview-04-2026", "agent_config": config, "background": True}


EVERYTHING: dict[str, Any] = {
    "system_instruction": "Be brief.",
    "generation_config": GenerationConfig(
        max_output_tokens=100,
        seed=7,
        stop_sequences=("END",),
        thinking_level="low",
        thinking_summaries="auto",
        tool_choice=AllowedTools("any", ("get_weather",)),
    ),
    "tools": (
        WEATHER,
        GoogleSearch(("web_search", "image_search")),
        GoogleMaps(latitude=1.5, longitude=2.5, enable_widget=True),
        CodeExecution(),
        UrlContext(),
        FileSearch(file_search_store_names=("fileSearchStores/x",), top_k=3, metadata_filter="a=1"),
        McpServer(
            name="m",
            url="https://example.invalid/mcp",
            headers={"X": "y"},
            allowed_tools=(AllowedTools("auto", ("t",)),),
        ),
        ComputerUse(environment="browser", excluded_predefined_functions=("drag_and_drop",)),
    ),
    "response_format": (JsonFormat(SCHEMA),),
    "previous_interaction_id": "v1_x",
    "store": True,
    "service_tier": "flex",
    "labels": {"team": "a"},
}
OLD_CONFIG = GenerationConfig(
    temperature=0.7,
    top_p=0.9,
    seed=7,
    max_output_tokens=100,
    thinking_level="low",
    thinking_summaries="auto",
    stop_sequences=("END",),
    tool_choice="auto",
    speech_config=(Speaker(voice="kore", language="en-us"),),
)
SHOT = FunctionResult(call_id="call_1", name="shot", result=(text("ok"), image(PIXEL)))
HISTORY = (
    UserTurn((text("Hi"),)),
    Thought((TextOutput("s"),), "c2ln"),
    ModelOutput((TextOutput("Hello"),)),
    text("And?"),
)
CHAINED: dict[str, Any] = {"previous_interaction_id": "v1_stub_fc"}
BARE = (JsonFormat(SCHEMA),)

OPERATIONS: dict[str, Operation] = {
    "genai-1.55.0-cancel": lambda both: both.interactions.cancel("v1_stub_bg"),
    "genai-1.55.0-create-background-agent": create(
        "Research x", **{**research(), "agent": "deep-research-pro-preview-12-2025"}
    ),
    "genai-1.55.0-create-function-result": create(SUNNY, model=OLD, **CHAINED),
    "genai-1.55.0-create-function-tool": create("Weather in Paris?", model=OLD, tools=(WEATHER,)),
    "genai-1.55.0-create-image-inline": create("What is this?", image("iVBORw=="), model=OLD),
    "genai-1.55.0-create-role-turns": create(HISTORY[0], HISTORY[2], HISTORY[3], model=OLD),
    "genai-1.55.0-create-stream": stream("Hi", model=OLD),
    "genai-1.55.0-create-structured-and-config": create(
        "Hi",
        model=OLD,
        system_instruction="Be brief.",
        generation_config=OLD_CONFIG,
        response_format=(JsonFormat(SCHEMA), TextFormat()),
    ),
    "genai-1.55.0-create-text": create("Hello", model=OLD),
    "genai-1.55.0-delete": lambda both: both.interactions.delete("v1_stub_1"),
    "genai-1.55.0-get": lambda both: both.interactions.get("v1_stub_1"),
    "genai-1.55.0-get-stream-resume": resume("evt_6"),
    "genai-3.3.0-async": both_ways,
    "genai-3.3.0-cancel": lambda both: both.interactions.cancel("v1_stub_bg"),
    "genai-3.3.0-continuation-stream": stream("cont"),
    "genai-3.3.0-continuation-unary": create("cont"),
    "genai-3.3.0-continuation-unary-store-false": create("cont", store=False),
    "genai-3.3.0-create-all-options": create("Hi", **EVERYTHING),
    "genai-3.3.0-create-background-agent": create(
        "Research x", **research(visualization="auto", collaborative_planning=True)
    ),
    "genai-3.3.0-create-background-agent-stream": stream("Research x", **research()),
    "genai-3.3.0-create-function-result": create(SUNNY, tools=(WEATHER,), **CHAINED),
    "genai-3.3.0-create-function-result-multimodal": create(SHOT, tools=(WEATHER,), **CHAINED),
    "genai-3.3.0-create-function-tool": create("Weather in Paris?", tools=(WEATHER,)),
    "genai-3.3.0-create-image-by-uri": create(
        ImageContent(mime_type="image/png", source=Uri(uri=FILE_URI)), "Describe"
    ),
    "genai-3.3.0-create-image-inline": create("What is this?", image(PIXEL)),
    "genai-3.3.0-create-image-output": create(
        "Draw",
        model="gemini-3.1-flash-image",
        response_format=(TextFormat(), ImageFormat(aspect_ratio="16:9", image_size="1K", mime_type="image/jpeg")),
    ),
    "genai-3.3.0-create-response-format-bare-schema": create("Hi", response_format=BARE),
    "genai-3.3.0-create-stateless-steps": create(*HISTORY, store=False),
    "genai-3.3.0-create-stream": stream("Hi"),
    "genai-3.3.0-create-text": create("Hello"),
    "genai-3.3.0-create-tts": create(
        "Say hi",
        model="gemini-3.8-flash-tts",
        generation_config=GenerationConfig(speech_config=(Speaker(voice="Kore", language="en-US", speaker="A"),)),
        response_format=(AudioFormat(),),
    ),
    "genai-3.3.0-delete": lambda both: both.interactions.delete("v1_stub_1"),
    "genai-3.3.0-error-400": create("trigger-400"),
    "genai-3.3.0-error-429-retry": create("trigger-429"),
    "genai-3.3.0-error-grpc-400": create("trigger-grpc400"),
    "genai-3.3.0-file-delete": lambda both: both.files.delete("files/abc-123"),
    "genai-3.3.0-file-get": lambda both: both.files.get("files/abc-123"),
    "genai-3.3.0-file-upload": upload,
    "genai-3.3.0-gateway-array-error": create("arrayerr"),
    "genai-3.3.0-get": lambda both: both.interactions.get("v1_stub_1"),
    "genai-3.3.0-get-include-input": lambda both: both.interactions.get("v1_stub_1", include_input=True),
    "genai-3.3.0-get-stream": resume(),
    "genai-3.3.0-get-stream-resume": resume("evt_6"),
    "genai-3.3.0-legacy-body-to-new-sdk": create("legacy"),
    "genai-3.3.0-status-failed-with-errors": create("failed"),
    "genai-3.3.0-stream-bare-json-error": stream("barejson"),
    "genai-3.3.0-stream-error-event": stream("errevt"),
    "genai-3.3.0-stream-function-args": stream("fcargs"),
    "genai-3.3.0-stream-http-503": stream("http503"),
    "genai-3.3.0-stream-transport-abort": stream("abort"),
    "genai-3.3.0-stream-unknown-types": stream("unknown"),
    "genai-3.3.0-v1beta-create": create("hi"),
    "litellm-1.106.2-client": all_of_litellm,
}


def ours(name: str, recorded: Capture) -> tuple[str, str, Mapping[str, str], Any]:
    """The recorded request, with what we do otherwise on purpose."""
    path, query, body = recorded.path, dict(recorded.query), recorded.body
    query.pop("stream", None) if query.get("stream") == "false" else None  # said or not, it is the default
    query.pop("alt", None)  # LiteLLM says twice that it wants a stream
    path = path.replace(":cancel", "/cancel")  # LiteLLM has a spelling of its own
    if name == "genai-3.3.0-create-all-options":
        del body["safety_settings"]  # which the API does not support here
        del body["webhook_config"]  # which the API wants with `background` only
    if name == "genai-3.3.0-create-response-format-bare-schema":
        body["response_format"] = {"type": "text", "mime_type": "application/json", "schema": SCHEMA}
    if name == "genai-1.55.0-create-structured-and-config":
        body["response_modalities"] = ["TEXT"]  # as the guides spell it; the SDK's caller chose the other
    return recorded.method, path, query, body or None


def sent_by_us(sent: Recorded) -> tuple[str, str, Mapping[str, str], Any]:
    query = {key: value for key, value in sent.query.items() if (key, value) != ("stream", "false")}
    body = f"<{len(sent.body)} raw bytes>" if isinstance(sent.body, bytes) else sent.body
    return sent.method, sent.path, query, body


def reply(recorded: Capture, port: str) -> Reply:
    if isinstance(recorded.response, str):
        return sse(recorded.response)
    headers = {key: value.replace("PORT", port) for key, value in recorded.response_headers.items()}
    return replace(recorded, response_headers=headers).reply()


def test_every_recording_is_accounted_for() -> None:
    assert OPERATIONS.keys() | NOT_OURS.keys() == {path.stem for path in CAPTURES.glob("*.json")}


@pytest.mark.parametrize("name", OPERATIONS)
async def test_our_request_is_the_recorded_one(recorder: Recorder, http: httpx.AsyncClient, name: str) -> None:
    recorded = exchanges(name)
    if name in {"genai-3.3.0-error-429-retry", "genai-3.3.0-stream-http-503"}:
        recorded = recorded[:1]  # the SDK repeats a create; we leave that to the caller
    recorder.answers(*(reply(exchange, recorder.url.rpartition(":")[2]) for exchange in recorded))
    edition = "outputs" if "1.55.0" in name else "steps"
    version = recorded[0].path.removeprefix("/upload").split("/")[1]
    both = Both(http, InteractionsClient(http), FilesClient(http)).of(version, edition)

    with suppress(InteractionError):
        await OPERATIONS[name](both)

    assert [sent_by_us(sent) for sent in recorder.requests] == [ours(name, exchange) for exchange in recorded]
    for sent, exchange in zip(recorder.requests, recorded, strict=True):
        assert uploads(sent.headers) == uploads(exchange.headers)


def uploads(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith("x-goog-upload")}


def test_recordings_hold_no_key() -> None:
    for path in CAPTURES.glob("*.json"):
        assert "AIza" not in json.dumps(json.loads(path.read_text()))

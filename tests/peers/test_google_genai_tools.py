"""Google's own SDK on what else the API has: functions, schemas, tools, media, files, continuation, webhooks."""

import asyncio
import base64
import io
import json
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.simulators.gemini import Continues, FileFails, GeminiSimulator, HttpError, Queued

with warnings.catch_warnings():
    # google-genai 3.3.0 has "\/" in a docstring; it shows when the module is compiled for the first time.
    warnings.filterwarnings("ignore", message=r"invalid escape sequence '\\/'")
    pytest.importorskip("google.genai", reason="google-genai is in the dependency group 'peers', not installed here")
    from google import genai

MODEL = "gemini-3.8-flash"
# The SDK derives a class from aiohttp's session when it uploads, and hands it whole chunks.
AIOHTTP_SESSION = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a place.",
    "parameters": {"type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"]},
}


@pytest.fixture
def gemini() -> GeminiSimulator:
    return GeminiSimulator(research_seconds=0.2, processing_seconds=60)


@pytest.fixture
async def client(gemini: GeminiSimulator) -> AsyncIterator[Any]:
    async with gemini.serve() as url:
        options = genai.types.HttpOptions(base_url=url)
        async with genai.Client(api_key="key", http_options=options).aio as client:
            yield client


async def test_functions_are_called_and_their_results_used(client: Any) -> None:
    asked = await client.interactions.create(
        model=MODEL, input="What is the weather in Liège and New York?", tools=[WEATHER]
    )
    calls = [step for step in asked.steps if step.type == "function_call"]
    results = [{"type": "function_result", "name": c.name, "call_id": c.id, "result": {"sky": "blue"}} for c in calls]
    answer = await client.interactions.create(
        model=MODEL, input=results, previous_interaction_id=asked.id, tools=[WEATHER]
    )

    assert asked.status == "requires_action"
    assert [call.arguments for call in calls] == [{"location": "Liège"}, {"location": "New York"}]
    assert answer.status == "completed"
    assert answer.output_text.count('{"sky":"blue"}') == 2


async def test_streamed_arguments_come_in_pieces_that_join(client: Any) -> None:
    stream = await client.interactions.create(model=MODEL, input="Weather in Liège?", tools=[WEATHER], stream=True)

    pieces = [
        event.delta.arguments
        async for event in stream
        if event.event_type == "step.delta" and event.delta.type == "arguments_delta"
    ]

    assert len(pieces) > 2
    assert json.loads("".join(pieces)) == {"location": "Liège"}
    assert any(piece.endswith(("\\", "\\u", "\\u0", "\\u00")) for piece in pieces)


async def test_a_function_call_is_replayed_with_its_thought_only(client: Any) -> None:
    asked = await client.interactions.create(model=MODEL, input="Weather in Rome?", tools=[WEATHER], store=False)
    steps = [step.model_dump(exclude_none=True) for step in asked.steps]
    question = {"type": "user_input", "content": [{"type": "text", "text": "Weather in Rome?"}]}
    result = {"type": "function_result", "name": "get_weather", "call_id": steps[-1]["id"], "result": "sunny"}

    answer = await client.interactions.create(model=MODEL, input=[question, *steps, result], store=False)
    with pytest.raises(Exception, match="thought signature"):
        await client.interactions.create(model=MODEL, input=[question, *steps[1:], result], store=False)

    assert "sunny" in answer.output_text


async def test_json_fits_its_schema(client: Any) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "people": {"type": "integer", "minimum": 1}},
        "required": ["city", "people"],
    }
    wanted = {"type": "text", "mime_type": "application/json", "schema": schema}

    answer = await client.interactions.create(model=MODEL, input="A table for 4 in Turin", response_format=wanted)

    assert json.loads(answer.output_text) == {"city": "Turin", "people": 4}


async def test_tools_show_their_steps_and_citations(client: Any) -> None:
    answer = await client.interactions.create(
        model=MODEL,
        input="Où est https://example.invalid/paywall — and what is 12*7?",
        tools=[
            {"type": "google_search"},
            {"type": "google_maps", "enable_widget": True},
            {"type": "url_context"},
            {"type": "code_execution"},
            {"type": "file_search", "file_search_store_names": ["fileSearchStores/x"]},
        ],
    )

    kinds = [step.type for step in answer.steps]
    assert kinds[1:-1:2] == [
        "google_search_call",
        "google_maps_call",
        "url_context_call",
        "code_execution_call",
        "file_search_call",
    ]
    by_kind = dict(zip(kinds, answer.steps, strict=True))
    assert "search-suggestions" in by_kind["google_search_result"].result[0].search_suggestions
    assert by_kind["google_maps_result"].result[0].widget_context_token
    assert by_kind["url_context_result"].result[0].status == "paywall"
    assert by_kind["code_execution_result"].result == "84\n"
    text = answer.output_text.encode()
    cited = {a.type: text[a.start_index : a.end_index].decode() for a in answer.steps[-1].content[0].annotations}
    assert cited["place_citation"] == "Café Simulé 2"
    assert cited["file_citation"] == "simulated-1.pdf"
    assert cited["url_citation"] == "https://example.invalid/paywall"


async def test_images_have_the_asked_shape_and_speech_has_a_length(client: Any) -> None:
    drawn = await client.interactions.create(
        model="gemini-3.1-flash-image",
        input="A red bicycle",
        response_format=[{"type": "text"}, {"type": "image", "aspect_ratio": "16:9", "image_size": "512"}],
    )
    spoken = await client.interactions.create(
        model="gemini-3.8-flash-tts",
        input="Good morning everybody",
        response_format={"type": "audio"},
        generation_config={"speech_config": [{"voice": "Kore", "language": "en-US"}]},
    )

    picture = Image.open(io.BytesIO(base64.b64decode(drawn.output_image.data)))
    assert (picture.format, picture.width * 9) == ("JPEG", picture.height * 16)
    assert abs(picture.width * picture.height - 512**2) < 512 * 20
    sound = spoken.output_audio
    assert (sound.mime_type, sound.sample_rate, sound.channels) == ("audio/l16", 24000, 1)
    assert 1 < len(base64.b64decode(sound.data)) / 48000 < 3


@AIOHTTP_SESSION
async def test_a_file_is_uploaded_processed_used_and_gone(client: Any, gemini: GeminiSimulator, tmp_path: Path) -> None:
    picture = tmp_path / "car.png"
    Image.new("RGB", (30, 20)).save(picture)
    uploaded = await client.files.upload(file=str(picture))
    content = [{"type": "image", "uri": uploaded.uri, "mime_type": "image/png"}]
    with pytest.raises(Exception, match="PROCESSING"):
        await client.interactions.create(model=MODEL, input=content)

    gemini.advance(60)
    ready = await client.files.get(name=uploaded.name)
    answer = await client.interactions.create(model=MODEL, input=content)
    listed = [file.name async for file in await client.files.list()]
    gemini.advance(48 * 3600)

    assert (uploaded.state.name, ready.state.name) == ("PROCESSING", "ACTIVE")
    assert listed == [uploaded.name]
    assert "30 x 20 pixels" in answer.output_text
    with pytest.raises(Exception, match="There is no such file"):
        await client.files.get(name=uploaded.name)
    with pytest.raises(Exception, match="permission_denied"):
        await client.interactions.create(model=MODEL, input=content)


@AIOHTTP_SESSION
@pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")
async def test_a_file_is_sent_in_chunks_may_fail_and_be_deleted(
    client: Any, gemini: GeminiSimulator, tmp_path: Path
) -> None:
    large = tmp_path / "film.mp4"
    large.write_bytes(bytes(9 * 1024 * 1024))
    gemini.fails(FileFails(), operation="upload")

    uploaded = await client.files.upload(file=str(large))
    gemini.advance(60)
    failed = await client.files.get(name=uploaded.name)
    await client.files.delete(name=uploaded.name)

    chunks = [r for r in gemini.requests if "upload_id" in r.query]
    assert [chunk.headers["x-goog-upload-command"] for chunk in chunks] == ["upload", "upload, finalize"]
    assert failed.state.name == "FAILED"
    assert [file async for file in await client.files.list()] == []


@pytest.mark.parametrize("store", [True, False])
async def test_it_continues_what_was_too_long_by_itself(client: Any, gemini: GeminiSimulator, store: bool) -> None:
    gemini.fails(Continues(after_deltas=2))

    answer = await client.interactions.create(model=MODEL, input="Count to 5", store=store)

    assert answer.status == "completed"
    assert answer.output_text == "1, 2, 3, 4, 5"
    assert len(gemini.requests) == 2
    assert len(answer.continuation_ids) == 2


async def test_it_continues_a_stream(client: Any, gemini: GeminiSimulator) -> None:
    gemini.fails(Continues(after_deltas=2))

    events = [e async for e in await client.interactions.create(model=MODEL, input="Count to 5", stream=True)]

    assert [e.event_type for e in events].count("interaction.created") == 2
    said = [e.delta.text for e in events if e.event_type == "step.delta" and e.delta.type == "text"]
    assert "".join(said) == "1, 2, 3, 4, 5"


async def test_a_queued_interaction_waits_on_the_clock(client: Any, gemini: GeminiSimulator) -> None:
    gemini.fails(Queued(seconds=3600))
    queued = await client.interactions.create(model=MODEL, input="Hello", background=True)

    gemini.advance(3600)
    async with asyncio.timeout(5):
        events = [e async for e in await client.interactions.get(queued.id, stream=True)]

    assert queued.status == "queued"
    assert [e.status for e in events if e.event_type == "interaction.status_update"] == ["queued", "in_progress"]
    assert events[-1].interaction.status == "completed"


async def test_webhooks_are_registered_changed_rotated_and_deleted(client: Any, gemini: GeminiSimulator) -> None:
    gemini.fails(HttpError(status=503), operation="webhook")
    made = await client.webhooks.create(
        uri="http://127.0.0.1:9/x", subscribed_events=["interaction.completed"], name="w"
    )

    renamed = await client.webhooks.update(made.id, name="v", update_mask="name")
    rotated = await client.webhooks.rotate_signing_secret(made.id)
    listed = await client.webhooks.list()
    got = await client.webhooks.get(made.id)
    await client.webhooks.ping(made.id)
    await client.webhooks.delete(made.id)

    assert made.new_signing_secret.startswith("whsec_")
    assert rotated.secret not in (None, made.new_signing_secret)
    assert (renamed.name, listed.webhooks[0].id, len(got.signing_secrets)) == ("v", made.id, 2)
    with pytest.raises(Exception, match="404"):
        await client.webhooks.get(made.id)

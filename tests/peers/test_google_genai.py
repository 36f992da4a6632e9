"""Google's own SDK, unchanged, against the simulator: it must not be able to tell."""

import base64
import warnings
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.simulators.gemini import Cut, ErrorEvent, GeminiSimulator, HttpError

with warnings.catch_warnings():
    # google-genai 3.3.0 has "\/" in a docstring; it shows when the module is compiled for the first time.
    warnings.filterwarnings("ignore", message=r"invalid escape sequence '\\/'")
    pytest.importorskip("google.genai", reason="google-genai is in the dependency group 'peers', not installed here")
    from google import genai
    from google.genai.interactions import Interaction

MODEL = "gemini-3.8-flash"
RESEARCH = "deep-research-preview-04-2026"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="


@pytest.fixture
def gemini() -> GeminiSimulator:
    return GeminiSimulator(research_seconds=0.2, accept_key="key")


@pytest.fixture(params=["v1", "v1beta"])
async def interactions(gemini: GeminiSimulator, request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    """The SDK's asynchronous interactions, with nothing set but key, address and version."""
    async with gemini.serve() as url:
        options = genai.types.HttpOptions(base_url=url, api_version=request.param)
        async with genai.Client(api_key="key", http_options=options).aio as client:
            yield client.interactions


async def test_it_creates_and_chains(interactions: Any) -> None:
    first: Interaction = await interactions.create(model=MODEL, input="Hi, my name is Phil.")

    second: Interaction = await interactions.create(
        model=MODEL, input="What is my name?", previous_interaction_id=first.id
    )

    assert (first.status, second.status) == ("completed", "completed")
    assert second.output_text == "Your name is **Phil**, you told me so in this conversation."
    assert second.previous_interaction_id == first.id
    assert second.usage is not None
    assert second.usage.total_tokens


async def test_it_streams(interactions: Any) -> None:
    events = await _read(await interactions.create(model=MODEL, input="Count to 3", stream=True))

    assert [event.event_type for event in events][:2] == ["interaction.created", "interaction.status_update"]
    assert _text(events) == "1, 2, 3"
    assert events[-1].event_type == "interaction.completed"
    assert events[-1].interaction.status == "completed"


async def test_it_gets_the_timeline_and_resumes_a_stream(interactions: Any) -> None:
    events = await _read(await interactions.create(model=MODEL, input="Count to 9", stream=True))
    interaction_id = events[0].interaction.id
    seen = next(event.event_id for event in events if event.event_type == "step.delta" and event.event_id)

    timeline = await interactions.get(interaction_id)
    resumed = await _read(await interactions.get(interaction_id, stream=True, last_event_id=seen))

    assert [step.type for step in timeline.steps] == ["user_input", "thought", "model_output"]
    assert "1," + _text(resumed) == _text(events) == timeline.output_text


async def test_it_sends_media_and_history(interactions: Any) -> None:
    image = {"type": "image", "data": PNG, "mime_type": "image/png"}

    answer = await interactions.create(model=MODEL, input=[{"type": "text", "text": "What is this?"}, image])
    replayed = await interactions.create(
        model=MODEL,
        store=False,
        input=[
            {"type": "user_input", "content": [{"type": "text", "text": "My name is Ann"}]},
            *[step.model_dump(exclude_none=True) for step in answer.steps],
            {"type": "user_input", "content": [{"type": "text", "text": "What is my name?"}]},
        ],
    )

    assert f"{len(base64.b64decode(PNG))} bytes" in answer.output_text
    assert "1 x 1 pixels" in answer.output_text
    assert "**Ann**" in replayed.output_text


async def test_it_runs_an_agent_in_the_background(interactions: Any) -> None:
    config = {"type": "deep-research", "thinking_summaries": "auto"}
    started = await interactions.create(agent=RESEARCH, input="Coral reefs", background=True, agent_config=config)

    events = await _read(await interactions.get(started.id, stream=True))
    report = await interactions.get(started.id)

    thoughts = [event for event in events if getattr(getattr(event, "delta", None), "type", "") == "thought_summary"]
    assert (started.status, report.status) == ("in_progress", "completed")
    assert len(thoughts) == 5
    assert report.output_text.startswith("# Simulated research: Coral reefs")
    citation = report.steps[-1].content[-1].annotations[0]
    cited = report.output_text.encode()[citation.start_index : citation.end_index].decode()
    assert (citation.type, cited) == ("url_citation", "The question asks about “Coral” [1]")


async def test_it_cancels_and_deletes(interactions: Any) -> None:
    started = await interactions.create(agent=RESEARCH, input="Coral reefs", background=True)

    cancelled = await interactions.cancel(started.id)
    await interactions.delete(started.id)

    assert cancelled.status == "cancelled"
    with pytest.raises(Exception, match="Error code: 404"):
        await interactions.get(started.id)


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (HttpError(status=400, shape="array", message="API key not valid.", reason="API_KEY_INVALID"), "not valid"),
        (HttpError(status=403, message="Not yours."), "Not yours"),
        (HttpError(status=400, shape="rpc", message="Bad field."), "Bad field"),
    ],
)
async def test_it_raises_what_was_scripted(
    interactions: Any, gemini: GeminiSimulator, failure: HttpError, message: str
) -> None:
    gemini.fails(failure)

    with pytest.raises(Exception, match=f"Error code: {failure.status} .*{message}"):
        await interactions.create(model=MODEL, input="Hello")


async def test_it_is_refused_what_the_service_refuses(interactions: Any) -> None:
    with pytest.raises(Exception, match="Error code: 404"):
        await interactions.create(model=MODEL, input="Hello", previous_interaction_id="v1_none")
    with pytest.raises(Exception, match="Error code: 400"):
        await interactions.create(agent=RESEARCH, input="Hello")


async def test_it_repeats_a_create_that_failed(interactions: Any, gemini: GeminiSimulator) -> None:
    gemini.fails(HttpError(status=429, shape="rpc", retry_after_seconds=0.01, retry_delay_seconds=0.01), times=2)

    answer = await interactions.create(model=MODEL, input="Hello")

    assert answer.status == "completed"
    assert [request.body for request in gemini.requests] == [{"model": MODEL, "input": "Hello"}] * 3


async def test_it_raises_when_a_stream_is_cut_and_shows_an_error_event(
    interactions: Any, gemini: GeminiSimulator
) -> None:
    gemini.fails(Cut(after_events=8))
    gemini.fails(ErrorEvent(after_deltas=1))

    with pytest.raises(Exception, match=r"(?i)connection"):
        await _read(await interactions.create(model=MODEL, input="Hello", stream=True))
    events = await _read(await interactions.create(model=MODEL, input="Hello", stream=True))

    assert events[-1].event_type == "error"
    assert events[-1].error.code == "gateway_timeout"


async def _read(stream: Any) -> list[Any]:
    return [event async for event in stream]


def _text(events: list[Any]) -> str:
    deltas = [event.delta for event in events if event.event_type == "step.delta"]
    return "".join(delta.text for delta in deltas if delta.type == "text")

"""Every Python sample of the guide, one test per section: with the SDK it was written for, and with today's.

Only addresses are replaced: those of files by a local server's, and the id of an interaction by a real one. The samples
are not kept here: they are read from the guide's text by `guide.py`, and where it is not at hand, these tests skip.
"""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.simulators.gemini import GeminiSimulator
from tests.peers.guide import Guide, NotInTheText

Record = Callable[[str, object], None]

MODEL = "gemini-3-flash-preview"
# What each section prints. The sections are those of the guide, in its order.
SECTIONS = {
    "first_call": "I received",
    "stateful_conversation": "Your name is **Phil**",
    "retrieve_past": "status='completed'",
    "include_input": "my name is Ann",
    "stateless_conversation": "this is message 2",
    "image_understanding": "64 x 48 pixels",
    "audio_understanding": "2.0 seconds",
    "video_understanding": "3.0 seconds",
    "document_understanding": "1 page",
    "inline_image": "64 x 48 pixels",
    "inline_audio": "2.0 seconds",
    "inline_video": "3.0 seconds",
    "inline_document": "1 page",
    "image_generation": "image/png",
    "image_output_settings": "image/png",
    "speech_generation": "audio/l16",
    "multi_speaker_speech": "audio/l16",
    "agents": "# Simulated research",
    "function_calling": "sunny",
    "client_side_state": "scheduled",
    "multimodal_function_results": "64 x 48 pixels",
    "google_search": "simulated search",
    "image_search": "",
    "image_search_answer": "https://example.invalid/",
    "google_maps": "",
    "google_maps_answer": "https://maps.example.invalid/",
    "code_execution": "12586269025",
    "url_context": "https://www.wikipedia.org/ (success)",
    "computer_use": "open_web_browser",
    "file_search": "simulated-1.pdf",
    "combined_tools": "Fahrenheit",
    "remote_mcp": "weather_service",
    "structured_output": "spam_type='scam'",
    "tools_and_structured_output": "spam_type='scam'",
    "streaming": "Finished",
    "stream_reconstruction": "'signature': ",
    "stream_tool_calls": "get_weather",
    "configuration": "I received",
    "thinking": "Answer: ",
    "remote_files": "64 x 48 pixels",
    "files_api": "64 x 48 pixels",
}
NOT_IN_THE_FIRST = {"include_input"}  # which came with 1.65.0
GONE = {  # what today's SDK or today's service says of a call it no longer has
    "stateless_conversation": "ValidationError",
    "client_side_state": "ValidationError",
    "structured_output": "a schema goes into 'schema'",
    "tools_and_structured_output": "a schema goes into 'schema'",
}
PRINTED_TODAY = {  # where the sample still runs and what it looks for has another name, or another form
    "image_generation": "image/jpeg",
    "image_output_settings": "image/jpeg",
    "image_search_answer": "image/jpeg",
    "streaming": "",
    "stream_reconstruction": "Outputs: []",
    "stream_tool_calls": "",
}
FILES = {
    "audio_understanding": "speech.wav",
    "video_understanding": "video.mp4",
    "document_understanding": "sample.pdf",
}
ASSETS = re.compile(r'https://github\.com/[^"]*/')  # what stands before the name of a file


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with GeminiSimulator(research_seconds=0.2, processing_seconds=0.05).serve() as url:
        yield url


@pytest.mark.parametrize("section", SECTIONS)
async def test_a_sample_of_the_guide_runs_with_the_sdk_it_was_written_for(
    section: str,
    guide: Guide,
    url: str,
    request: pytest.FixtureRequest,
    record_property: Record,
    media: Path,
    media_url: str,
) -> None:
    programs = _programs(guide, section, media_url)
    sdk = request.getfixturevalue("last_outputs_sdk" if section in NOT_IN_THE_FIRST else "first_sdk")

    ran = await _run(sdk, programs, url, media)

    record_property("section", f"{section:30} first   {ran['error'] or 'runs'}"[:120])
    assert ran["error"] is None
    assert SECTIONS[section] in ran["printed"]


@pytest.mark.parametrize("section", SECTIONS)
async def test_a_sample_of_the_guide_with_the_sdk_of_today(
    section: str, guide: Guide, url: str, present_sdk: Any, record_property: Record, media: Path, media_url: str
) -> None:
    programs = _programs(guide, section, media_url)

    ran = await _run(present_sdk, programs, url, media)

    record_property("section", f"{section:30} today   {(ran['error'] or 'runs').splitlines()[0]}"[:120])
    if section in GONE:
        assert GONE[section] in ran["error"]
    else:
        assert ran["error"] is None
        assert PRINTED_TODAY.get(section, SECTIONS[section]) in ran["printed"]


def _programs(guide: Guide, section: str, media_url: str) -> list[str]:
    """The section's program, after the one it is the second half of."""
    before = guide.sections[section].after
    address = f"{media_url}/{FILES.get(section, 'car.png')}"
    try:
        programs = [guide.program(name) for name in (before, section) if name]
    except NotInTheText as error:
        pytest.skip(str(error))
    if before:
        programs[1] = f"interaction = plain(interaction)\n{programs[1]}"
    return [ASSETS.sub(f"{media_url}/", program.replace("YOUR_URL", address)) for program in programs]


async def _run(sdk: Any, programs: list[str], url: str, media: Path) -> dict[str, Any]:
    """Run the programs one after the other in one namespace; the value is what the last one printed and ended with."""
    interaction_id = await _an_interaction(url)
    ran: dict[str, Any] = {}
    for number, program in enumerate(programs):
        code = program.replace("<YOUR_INTERACTION_ID>", interaction_id)
        ran = await sdk.run(code, media / "sample.py", url=url, fresh=number == 0)
    return ran


async def _an_interaction(url: str) -> str:
    async with httpx.AsyncClient(headers={"x-goog-api-key": "key"}) as client:
        body = {"model": MODEL, "input": "Hi, my name is Ann."}
        return (await client.post(f"{url}/v1beta/interactions", json=body)).json()["id"]

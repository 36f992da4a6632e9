"""A task and what looks at its interaction show."""

from typing import Any

from bot.interactions.editions import decode_interaction
from bot.interactions.types import Interaction
from bot.state.tasks import Stage, Task
from tests.state.inbounds import said

START = 1_763_640_000.0
AGENT = "deep-research-preview-04-2026"
SEARCH: dict[str, Any] = {"type": "google_search_call", "id": "s1", "arguments": {"queries": ["otters", "seals"]}}
FOUND: dict[str, Any] = {"type": "google_search_result", "call_id": "s1", "result": [{"url": "https://a.example"}]}


def make_task(**fields: Any) -> Task:
    """One that runs, and plans nothing, unless its fields say otherwise."""
    running = {"stage": Stage.RUNNING, "started_at": START, "begun_at": START}
    asked = {"asked": said("1715.0001"), "question": "What do otters eat?", "agent": AGENT, "reference": "P-00000"}
    return Task.model_validate(asked | running | fields)


def look(*steps: dict[str, Any], status: str = "in_progress", **fields: Any) -> Interaction:
    """What the API shows of an interaction, read as from the wire."""
    shown: dict[str, Any] = {"id": "v1_research", "status": status, "agent": AGENT, "steps": list(steps)}
    return decode_interaction(shown | fields)


def thought(text: str) -> dict[str, Any]:
    return {"type": "thought", "signature": "c2ln", "summary": [{"type": "text", "text": text}]}


def output(text: str, *urls: str) -> dict[str, Any]:
    cited = [{"type": "url_citation", "url": url, "start_index": 0, "end_index": 1} for url in urls]
    return {"type": "model_output", "content": [{"type": "text", "text": text, "annotations": cited}]}


def read(**statuses: str) -> dict[str, Any]:
    """Pages that were opened, each by the first part of its host."""
    pages = [{"url": f"https://{name}.example", "status": status} for name, status in statuses.items()]
    return {"type": "url_context_result", "call_id": "u1", "result": pages}

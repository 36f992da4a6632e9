"""All operations LiteLLM has, once each; prints what came of them as one line of JSON."""

import asyncio
import json
import sys
from typing import Any

from litellm import interactions

MODEL = "gemini/gemini-3.8-flash"
RESEARCH = "deep-research-preview-04-2026"
WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"]},
}


async def main() -> None:
    did: dict[str, Any] = {}
    first: Any = await interactions.acreate(model=MODEL, input="My name is Phil")
    second: Any = await interactions.acreate(model=MODEL, input="What is my name?", previous_interaction_id=first.id)
    did["first"], did["second"] = first.status, second.steps[-1]["content"][0]["text"]
    stream: Any = await interactions.acreate(model=MODEL, input="Count to 3", stream=True)
    deltas = [chunk.delta for chunk in [chunk async for chunk in stream] if chunk.event_type == "step.delta"]
    did["streamed"] = "".join(delta["text"] for delta in deltas if delta["type"] == "text")
    got: Any = await interactions.aget(first.id)
    did["got"] = got.status
    asked: Any = await interactions.acreate(model=MODEL, input="Weather in Paris?", tools=[WEATHER])
    did["called"] = asked.steps[-1]["arguments"]
    started: Any = await interactions.acreate(agent=RESEARCH, input="Reefs", background=True)
    cancelled: Any = await interactions.acancel(started.id)
    did["cancelled"] = cancelled.status
    deleted: Any = await interactions.adelete(first.id)
    did["deleted"] = deleted.success
    sys.stdout.write(json.dumps(did) + "\n")


asyncio.run(main())

"""The Gemini Interactions API, simulated: what demo, tests and other people's tools talk to.

    simulator = GeminiSimulator(delay_seconds=0.02)
    async with simulator.serve() as url:
        simulator.answers("Par", "is.")
        simulator.fails(HttpError(status=429, retry_after_seconds=1))

It keeps to the documented rules of the service, as an independent judge: it shares no code with our client.
From another process, `POST /control/script` takes `{"answers": ["Par", "is."]}` or
`{"fails": {"kind": "http_error", "status": 429}, "times": 2, "operation": "create"}`, and
`GET /control/ledger` tells what was asked.
"""

from bot.simulators.gemini.ledger import RecordedRequest
from bot.simulators.gemini.script import (
    Cut,
    Dropped,
    Ends,
    EndsEarly,
    ErrorEvent,
    Failure,
    HttpError,
    NoDone,
    OnlyThinks,
    Refused,
    SaysNothing,
    Silent,
)
from bot.simulators.gemini.server import GeminiSimulator

__all__ = [
    "Cut",
    "Dropped",
    "Ends",
    "EndsEarly",
    "ErrorEvent",
    "Failure",
    "GeminiSimulator",
    "HttpError",
    "NoDone",
    "OnlyThinks",
    "RecordedRequest",
    "Refused",
    "SaysNothing",
    "Silent",
]

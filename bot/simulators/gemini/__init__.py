"""The Gemini Interactions API, simulated: what demo, tests and other people's tools talk to.

    simulator = GeminiSimulator(delay_seconds=0.02)
    async with simulator.serve() as url:
        simulator.answers("Par", "is.")
        simulator.fails(HttpError(status=429, retry_after_seconds=1))

It keeps to the documented rules of the service, as an independent judge: it shares no code with our client.
Interactions, files (resumable upload) and webhooks are served under `/v1` and `/v1beta`, in two editions of the
wire: `steps`, served today, and `outputs`, of the first guides. A caller means `outputs` by the base path `/outputs`,
an `Api-Revision` before 2026-05-20 or version 1 of Google's SDK in its user agent, `steps` by a later one of either,
and else what `edition` says.

What its model does, by simple rules and without pretending:

- it remembers its chain, and tells type, size, checksum, pixels, pages and duration of what it was sent; files are
  known by their uri, addresses on this machine are read, others are not;
- it calls a declared function when the prompt names it (or `tool_choice` is `any`), once for each of several places;
- it fills in a JSON schema, draws an image with the prompt's words, speaks tones of the right length;
- it uses the tools of the service: search, maps, code (really computed), pages (`paywall`, `unsafe` or `error` in an
  address decides its status), file search, MCP, computer use; every source is on `example.invalid`;
- Deep Research takes `research_seconds`, at most 60 minutes, with plan, thoughts, report, sources and a picture.

Failures are ordered for the next request, or the next few, by `fails`; the classes are in `script`. Time for
retention, files, queues and research moves with `advance(seconds)`. Webhooks are sent to listeners on this machine
only, with a shared secret or with a token that `/.well-known/jwks.json` proves.

From another process, `POST /control/script` takes `{"answers": ["Par", "is."]}` or
`{"fails": {"kind": "http_error", "status": 429}, "times": 2, "operation": "create"}`, `POST /control/clock` takes
`{"advance_seconds": 3600}`, and `GET /control/ledger` tells what was asked.
"""

from bot.simulators.gemini.editions import EditionName
from bot.simulators.gemini.ledger import RecordedRequest
from bot.simulators.gemini.script import (
    Continues,
    Cut,
    Dropped,
    Ends,
    EndsEarly,
    ErrorEvent,
    Failure,
    FileFails,
    Framed,
    HttpError,
    NoDone,
    Novel,
    OnlyThinks,
    Queued,
    Refused,
    SaysNothing,
    Silent,
)
from bot.simulators.gemini.server import GeminiSimulator

__all__ = [
    "Continues",
    "Cut",
    "Dropped",
    "EditionName",
    "Ends",
    "EndsEarly",
    "ErrorEvent",
    "Failure",
    "FileFails",
    "Framed",
    "GeminiSimulator",
    "HttpError",
    "NoDone",
    "Novel",
    "OnlyThinks",
    "Queued",
    "RecordedRequest",
    "Refused",
    "SaysNothing",
    "Silent",
]

"""A managed agent, simulated in seconds: it thinks, runs code in its sandbox, and leaves a file there.

What it says is made from the question alone. It tells how many jobs were done in the sandbox, so that one sees
whether two tasks shared it.

Source: "Antigravity agent", Gemini API docs.
"""

import base64
from functools import partial

from bot.simulators.gemini.environments import Environment
from bot.simulators.gemini.mind import deltas
from bot.simulators.gemini.pieces import Medium, Output, Piece, Thought, ToolUse
from bot.simulators.gemini.wire import JsonObject

_QUOTED_CHARS = 300


def work(job: str, environment: Environment, seconds: float) -> list[Piece]:
    """A job done in about `seconds`: two thoughts with code run between them, the answer, a file."""
    environment.jobs.append(" ".join(job.split())[:_QUOTED_CHARS])
    number = len(environment.jobs)
    ran = ToolUse(
        "code_execution",
        {"arguments": {"language": "python", "code": f"print({number})"}},
        {"result": f"{number}\n", "is_error": False},
    )
    text = (
        f"# Simulated work: {environment.jobs[-1]}\n\n"
        "> This was made by **Parley’s simulator**, not by an agent; nothing was run.\n\n"
        f"This is job {number} in this sandbox.\n"
    )
    made = Output(deltas(text), after=[Medium(partial(_listed, list(environment.jobs)))])
    return [
        Thought("**Looking around**\n\nI see what the sandbox has.", seconds / 2),
        ran,
        Thought("**Writing it down**\n\nI put the result into a file.", seconds / 2),
        made,
    ]


def _listed(jobs: list[str]) -> JsonObject:
    """A table of all jobs in the sandbox."""
    lines = [f'{number},"{job.replace(chr(34), chr(34) * 2)}"' for number, job in enumerate(jobs, 1)]
    table = "\n".join(["number,job", *lines, ""])
    return {"type": "document", "mime_type": "text/csv", "data": base64.b64encode(table.encode()).decode()}

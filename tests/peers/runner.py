"""Runs samples in a process with an SDK of its own: one JSON line in, one out, until the input ends.

In: `{"code", "file", "environment"}`; out: `{"printed", "error"}`, the error as its type and message, or null.
A sample runs in the namespace of the one before unless `"fresh": true`. Pauses between polls are shortened.
"""

import contextlib
import io
import json
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

LONGEST_PAUSE_SECONDS = 0.1
_pause = time.sleep


def main() -> None:
    give_outputs()
    time.sleep = lambda seconds: _pause(min(float(seconds), LONGEST_PAUSE_SECONDS))
    answers = sys.stdout
    answers.write("ready\n")
    answers.flush()
    namespace: dict[str, Any] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["fresh"]:
            namespace = {"display_image": max, "render_html_chips": print, "plain": plain}
        answers.write(json.dumps(run(asked, namespace)) + "\n")
        answers.flush()


def run(asked: dict[str, Any], namespace: dict[str, Any]) -> dict[str, str | None]:
    os.environ.update(asked["environment"])
    os.chdir(Path(asked["file"]).parent)
    namespace |= {"__file__": asked["file"], "__name__": "__main__"}
    printed = io.StringIO()
    error = None
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
        try:
            exec(compile(asked["code"], asked["file"], "exec"), namespace)  # noqa: S102  # what this file is for
        except Exception as raised:  # noqa: BLE001  # whatever a sample ends with is what the test looks at
            error = f"{type(raised).__name__}: {raised}"
    return {"printed": printed.getvalue(), "error": error}


def give_outputs() -> None:
    """Let an SDK that knows only steps show them as the blocks they were, so that the guide's samples can be read."""
    import google.genai  # noqa: PLC0415  # slow to import: once, before the first sample

    if not google.genai.__version__.startswith("1."):
        from google.genai.interactions import Interaction  # noqa: PLC0415  # is not there before version 2

        setattr(Interaction, "outputs", property(as_blocks))  # noqa: B010  # it is not declared


def as_blocks(interaction: Any) -> list[Any]:
    blocks: list[Any] = []
    for step in interaction.steps:
        blocks += step.content or [] if step.type == "model_output" else [] if step.type == "user_input" else [step]
    return blocks


class Block(SimpleNamespace):
    """A block whose fields are attributes, absent ones None, and what is inside of them plain dicts."""

    def __getattr__(self, name: str) -> None:
        return None


def plain(interaction: Any) -> Any:
    """An interaction as two samples of the guide read it, which no version of the SDK gave them."""
    return SimpleNamespace(outputs=[Block(**block.model_dump(mode="json")) for block in interaction.outputs])


if __name__ == "__main__":
    main()

"""The two editions of the wire, told apart per request; everything else knows only `steps`.

`steps` is what the service speaks since June 2026, `outputs` what it spoke before. Each has one reader of a
create request and one renderer of answers and events.

Source: "Interactions API breaking changes", Gemini API docs.
"""

import re
from collections.abc import Callable
from typing import Literal, Protocol

from starlette.requests import Request

from bot.simulators.gemini.editions.outputs import Outputs
from bot.simulators.gemini.editions.steps import Steps
from bot.simulators.gemini.store import Interaction
from bot.simulators.gemini.wire import JsonObject

EditionName = Literal["steps", "outputs"]
RenderEvent = Callable[[JsonObject], list[JsonObject]]

OUTPUTS_PATH = "/outputs"  # the base path at which the older edition is spoken whatever else the caller says
_FIRST_STEPS_REVISION = "2026-05-20"
_SDK = re.compile(r"google-genai-sdk/(\d+)\.")


class Edition(Protocol):
    """How one edition reads and renders."""

    def read(self, body: JsonObject) -> JsonObject:
        """A create request as `steps` has it. Raises ApiError 400 for what this edition does not know."""
        ...

    def answer(self, interaction: Interaction) -> JsonObject:
        """What POST says."""
        ...

    def timeline(self, interaction: Interaction, *, include_input: bool) -> JsonObject:
        """What GET says."""
        ...

    def events(self) -> RenderEvent:
        """A renderer of one stream's events, which has to be shown all of them, in order."""
        ...


_EDITIONS: dict[EditionName, Edition] = {"steps": Steps(), "outputs": Outputs()}


def edition_of(request: Request, default: EditionName) -> Edition:
    """What the caller means: by base path, by `Api-Revision`, by the major version of its SDK, else the default."""
    return _EDITIONS[_by_path(request) or _by_revision(request) or _by_sdk(request) or default]


def _by_path(request: Request) -> EditionName | None:
    return "outputs" if request.url.path.startswith(f"{OUTPUTS_PATH}/") else None


def _by_revision(request: Request) -> EditionName | None:
    revision = request.headers.get("api-revision")
    if not revision:
        return None
    return "steps" if revision >= _FIRST_STEPS_REVISION else "outputs"


def _by_sdk(request: Request) -> EditionName | None:
    """By the user agent, which version 1 of the SDK sends twice."""
    found = _SDK.search(" ".join(request.headers.getlist("user-agent")))
    if found is None:
        return None
    return "outputs" if int(found[1]) < 2 else "steps"

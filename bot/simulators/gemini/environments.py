"""Sandboxes of managed agents: each has an id, and remembers how much was done in it.

Source: "Environments in Managed Agents", Gemini API docs.
"""

import secrets
from dataclasses import dataclass, field

from pydantic import JsonValue

from bot.simulators.gemini.wire import ApiError


@dataclass
class Environment:
    id: str
    jobs: list[str] = field(default_factory=list[str])  # what was asked of agents in it, oldest first


class Environments:
    def __init__(self) -> None:
        self._known: dict[str, Environment] = {}

    def enter(self, named: JsonValue) -> Environment | None:
        """The environment with this id, or a new one; None where none is named.

        Raises ApiError 400 for an id that is not known.
        """
        if named is None:
            return None
        if isinstance(named, str) and named != "remote":
            if named not in self._known:
                raise ApiError(400, "invalid_request", "There is no such environment.")
            return self._known[named]
        environment = Environment(f"env_{secrets.token_urlsafe(12)}")
        self._known[environment.id] = environment
        return environment

    def forget(self) -> None:
        """All of them are gone, as after their time is over."""
        self._known.clear()

"""The rules of long tasks, as whoever runs the bot sets them."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from bot.interactions.wire import Json

Approvers = Literal["asker", "anyone"]


class Rules(NamedTuple):
    agent: str  # or a model, which then works in the background
    consent: bool = True  # somebody approves the plan before the research starts
    approvers: Approvers = "asker"
    webhook_url: str | None = None  # where the API says that a task has ended
    status_seconds: float = 10.0  # between two edits of a status message
    environment: str | Mapping[str, Json] | None = None  # of a managed agent: "remote", an id, or its settings

    @property
    def is_research(self) -> bool:
        """Whether the agent makes plans and reports; other agents and models just answer."""
        return self.agent.startswith("deep-research")

    @property
    def is_agent(self) -> bool:
        """Else it is a model, which works in the background. The API names them in one place; agents are previews."""
        return self.is_research or self.agent.startswith(("antigravity", "code-mender")) or "-preview-" in self.agent

    @property
    def is_managed(self) -> bool:
        """Whether it is an agent that works in a sandbox. Source: "Environments in Managed Agents", Gemini API docs."""
        return self.is_agent and not self.is_research

    @property
    def shares_environment(self) -> bool:
        """Whether all tasks work in one sandbox, which was named by its id."""
        return isinstance(self.environment, str) and self.environment != "remote"

    @property
    def plans(self) -> bool:
        return self.consent and self.is_research

    @property
    def price(self) -> str:
        """What a task costs, roughly. Source: "Gemini Deep Research Agent", Gemini API docs."""
        return "3 to 7 USD" if "max" in self.agent else "1 to 3 USD"

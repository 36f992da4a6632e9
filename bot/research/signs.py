"""What can be seen of an interaction while it works: its thoughts, sources, searches, cost, and that it lives. Pure."""

from collections.abc import Iterator

from bot.interactions.citations import read_citations
from bot.interactions.tool_steps import MapsResult, SearchCall, SearchResult, ToolStep, UrlResult, read_tool_step
from bot.interactions.types import Interaction, ModelOutput, OtherStep, Step, TextOutput, Thought
from bot.interactions.wire import text
from bot.research.prices import usd
from bot.research.reports.report import address
from bot.state.tasks import Spent, Task


def see(task: Task, interaction: Interaction, now: float) -> None:
    """Note in the task what is new since the last look. A change of anything that shows is a sign of life."""
    sign = _sign(interaction)
    if sign == task.alive_sign:
        return
    task.alive_sign, task.alive_at = sign, now
    task.sources = max(task.sources, len(sources(interaction)))
    bill(task, interaction, now)


def bill(task: Task, interaction: Interaction, now: float) -> None:
    """Note in the task what an interaction has cost, be it the one that is waited for or not."""
    if interaction.usage.total_tokens:
        task.spent[interaction.id or ""] = _spent(task, interaction, now)


def last_thought(interaction: Interaction) -> str:
    """The summary of its latest thought that has one, in Markdown."""
    summaries = (_summary(step) for step in reversed(interaction.steps) if isinstance(step, Thought))
    return next((summary for summary in summaries if summary), "")


def sources(interaction: Interaction) -> dict[str, str]:
    """The addresses it has found, read or cited so far, each with its title where that is known."""
    found = (source for step in _tool_steps(interaction) for source in _found(step))
    titles: dict[str, str] = {}
    for url, title in (*found, *_cited(interaction)):
        titles[url] = titles.get(url) or title
    titles.pop("", None)
    return titles


def searches(interaction: Interaction) -> int:
    """How many there were: as they are billed, or as they show before the bill says so."""
    billed = sum(interaction.usage.grounding_tool_count.values())
    calls = (step for step in _tool_steps(interaction) if isinstance(step, SearchCall))
    return billed or sum(len(call.queries) or 1 for call in calls)


def _sign(interaction: Interaction) -> str:
    steps, usage = interaction.steps, interaction.usage
    length = _length(steps[-1]) if steps else 0
    at = text(interaction.extra, "updated")
    return f"{interaction.id} {interaction.status} {len(steps)} {length} {usage.total_tokens} {at}"


def _length(step: Step) -> int:
    """Of its text and the number of its pieces: whatever grows while a step is made."""
    match step:
        case Thought(summary=blocks) | ModelOutput(content=blocks):
            return len(blocks) + sum(len(block.text) for block in blocks if isinstance(block, TextOutput))
        case OtherStep(fields=fields):
            return len(fields)
        case _:
            return 0


def _spent(task: Task, interaction: Interaction, now: float) -> Spent:
    names = (interaction.agent, interaction.model, task.agent)
    costs = (usd(name, interaction.usage, searches=searches(interaction), at=now) for name in names if name)
    cost = next((cost for cost in costs if cost is not None), 0.0)
    return Spent(tokens=interaction.usage.total_tokens, usd=cost)


def _summary(thought: Thought) -> str:
    return "".join(block.text for block in thought.summary if isinstance(block, TextOutput))


def _tool_steps(interaction: Interaction) -> Iterator[ToolStep]:
    steps = (read_tool_step(step) for step in interaction.steps if isinstance(step, OtherStep))
    return filter(None, steps)


def _found(step: ToolStep) -> list[tuple[str, str]]:
    match step:
        case SearchResult(sources=found):
            return [(source.url, source.title) for source in found]
        case UrlResult(urls=fetched):
            return [(page.url, "") for page in fetched if page.status in ("", "success")]
        case MapsResult(places=places):
            return [(place.url, place.name) for place in places]
        case _:
            return []


def _cited(interaction: Interaction) -> Iterator[tuple[str, str]]:
    for step in interaction.steps:
        for block in step.content if isinstance(step, ModelOutput) else ():
            if isinstance(block, TextOutput):
                yield from (address(citation) for citation in read_citations(block))

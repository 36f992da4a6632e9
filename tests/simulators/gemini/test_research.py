"""Deep Research in seconds: background only, thoughts, a report with citations, a plan first where wanted."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

Json = dict[str, Any]
Create = Callable[..., Awaitable[Json]]
Events = Callable[..., Awaitable[list[Json]]]
Ended = Callable[[str], Awaitable[Json]]
Said = Callable[[Json], str]

RESEARCH = {"agent": "deep-research-preview-04-2026", "background": True}
SHOWN = {"type": "deep-research", "thinking_summaries": "auto"}
PLANNED = {"type": "deep-research", "collaborative_planning": True}


@pytest.mark.parametrize(
    "agent",
    ["deep-research-preview-04-2026", "deep-research-max-preview-04-2026", "deep-research-pro-preview-12-2025"],
)
async def test_a_report_says_that_it_is_simulated(create: Create, ended: Ended, said: Said, agent: str) -> None:
    started = await create("How do coral reefs recover?", agent=agent, background=True)

    report = await ended(started["id"])

    assert report["status"] == "completed"
    assert report["agent"] == agent
    assert said(report).startswith("# Simulated research: How do coral reefs recover?")
    assert "Nothing was looked up" in said(report)


async def test_a_report_is_long_enough_to_need_a_summary_and_counts_right(
    create: Create, ended: Ended, said: Said
) -> None:
    report = said(await ended((await create("Otters?", **RESEARCH))["id"]))

    assert len(report) > 1_500
    assert "The question has 1 word and was split into 1 part." in report
    assert "simulated" in report.partition("## 1. Otters")[2]


async def test_citations_count_bytes(create: Create, ended: Ended) -> None:
    started = await create("Où vont les cigognes — l'été?", **RESEARCH)

    block = (await ended(started["id"]))["steps"][-1]["content"][-1]

    assert block["annotations"]
    for number, citation in enumerate(block["annotations"], 1):
        cited = block["text"].encode()[citation["start_index"] : citation["end_index"]].decode()
        assert cited.startswith("The question asks about “")
        assert cited.endswith(f"” [{number}]")
        assert f"{number}. [{citation['title']}]({citation['url']})" in block["text"]


@pytest.mark.parametrize(("config", "shown"), [(SHOWN, True), ({"type": "deep-research"}, False)])
async def test_thoughts_show_when_asked_for(create: Create, ended: Ended, config: Json, shown: bool) -> None:
    started = await create("Reefs", agent_config=config, **RESEARCH)

    thoughts = [step for step in (await ended(started["id"]))["steps"] if step["type"] == "thought"]

    assert len(thoughts) == 5
    assert all(("summary" in thought) is shown for thought in thoughts)


async def test_its_stages_can_be_followed(api: httpx.AsyncClient, create: Create, follow: Events) -> None:
    started = await create("Reefs", agent_config=SHOWN, **RESEARCH)
    running = (await api.get(f"/interactions/{started['id']}")).json()

    events = await follow(started["id"])

    deltas = [event["delta"]["type"] for event in events if "delta" in event]
    assert (started["status"], running["status"]) == ("in_progress", "in_progress")
    assert deltas.count("thought_summary") == 5
    assert deltas[-1] == "text_annotation_delta"


async def test_it_searches_and_reads_pages_and_says_what_that_took(create: Create, ended: Ended) -> None:
    started = await create("How do coral reefs recover?", **RESEARCH)

    report = await ended(started["id"])

    kinds = [step["type"] for step in report["steps"]]
    searched = kinds.count("google_search_call")
    assert kinds.index("google_search_result") < kinds.index("url_context_call") < kinds.index("model_output")
    assert report["usage"]["grounding_tool_count"] == [{"type": "google_search", "count": searched}]
    [pages] = [step["result"] for step in report["steps"] if step["type"] == "url_context_result"]
    assert {page["url"] for page in pages} == {
        citation["url"] for citation in report["steps"][-1]["content"][-1]["annotations"]
    }


async def test_its_steps_and_its_usage_grow_while_it_runs(create: Create, api: httpx.AsyncClient, ended: Ended) -> None:
    started = await create("How do coral reefs recover?", **RESEARCH)
    seen: list[tuple[int, int]] = []

    async with asyncio.timeout(5):
        while (shown := (await api.get(f"/interactions/{started['id']}")).json())["status"] == "in_progress":
            seen.append((len(shown.get("steps", [])), shown.get("usage", {}).get("total_tokens", 0)))

    report = await ended(started["id"])
    assert seen == sorted(seen)
    assert any(0 < tokens < report["usage"]["total_tokens"] for _, tokens in seen)


async def test_a_plan_is_discussed_before_the_research(create: Create, ended: Ended, said: Said) -> None:
    plan = await ended((await create("Coral reefs", agent_config=PLANNED, **RESEARCH))["id"])
    changed = await create("Leave out fish", agent_config=PLANNED, previous_interaction_id=plan["id"], **RESEARCH)
    changed = await ended(changed["id"])
    approved = await create("Go ahead", previous_interaction_id=changed["id"], **RESEARCH)

    report = await ended(approved["id"])

    assert said(plan).startswith("## Research plan: Coral reefs")
    assert said(changed).startswith("## Research plan: Coral reefs")
    assert "- Leave out fish" in said(changed)
    assert said(report).startswith("# Simulated research: Coral reefs")
    assert "- Leave out fish" in said(report)


async def test_a_research_in_a_conversation_is_about_its_own_question(create: Create, ended: Ended, said: Said) -> None:
    greeting = await create("Hello")
    started = await create("Coral reefs", previous_interaction_id=greeting["id"], **RESEARCH)

    assert said(await ended(started["id"])).startswith("# Simulated research: Coral reefs\n")


async def test_a_model_goes_on_from_a_report(create: Create, ended: Ended, said: Said) -> None:
    report = await ended((await create("Coral reefs", **RESEARCH))["id"])

    answer = await create("Please shorten the report", previous_interaction_id=report["id"])

    assert "the report **Simulated research: Coral reefs**" in said(answer)

"""Time moves when it is told to: retention, a research of an hour, its limit."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from bot.simulators.gemini import GeminiSimulator
from bot.simulators.gemini.clock import Clock

Json = dict[str, Any]
RESEARCH = {"agent": "deep-research-preview-04-2026", "background": True}
HOUR = 3600


async def test_who_waits_is_woken_when_the_clock_moves() -> None:
    clock = Clock()
    waiting = asyncio.create_task(clock.until(clock.now() + 10 * HOUR))
    await asyncio.sleep(0)

    clock.advance(5 * HOUR)
    clock.advance(5 * HOUR)

    async with asyncio.timeout(5):
        await waiting


def test_time_goes_forward_only() -> None:
    with pytest.raises(ValueError, match="forward"):
        Clock().advance(-1)


@pytest.mark.parametrize("days", [1, 55])
async def test_an_interaction_is_kept_as_long_as_its_retention(days: float) -> None:
    gemini = GeminiSimulator(retention_days=days)
    headers = {"x-goog-api-key": "any"}
    async with gemini.serve() as url, httpx.AsyncClient(base_url=f"{url}/v1", headers=headers) as api:
        made = (await api.post("/interactions", json={"model": "m", "input": "My name is Phil"})).json()
        chained = {"model": "m", "input": "What is my name?", "previous_interaction_id": made["id"]}

        gemini.advance(days * 24 * HOUR - 60)
        kept = await api.get(f"/interactions/{made['id']}")
        moved = await api.post(f"{url}/control/clock", json={"advance_seconds": 120})
        gone = await api.get(f"/interactions/{made['id']}")
        orphan = await api.post("/interactions", json=chained)

    assert (kept.status_code, moved.status_code) == (200, 200)
    assert (gone.status_code, orphan.status_code) == (404, 404)


@pytest.mark.parametrize(("seconds", "status"), [(HOUR, "completed"), (HOUR + 60, "failed")])
async def test_an_hour_of_research_passes_at_once_and_no_more_is_allowed(seconds: float, status: str) -> None:
    gemini = GeminiSimulator(research_seconds=seconds)
    headers = {"x-goog-api-key": "any"}
    async with gemini.serve() as url, httpx.AsyncClient(base_url=f"{url}/v1", headers=headers, timeout=10) as api:
        started = (await api.post("/interactions", json={"input": "Reefs", **RESEARCH})).json()
        gemini.advance(HOUR / 2)
        running = (await api.get(f"/interactions/{started['id']}")).json()

        gemini.advance(HOUR / 2)
        await api.get(f"/interactions/{started['id']}", params={"stream": "true"})
        ended = (await api.get(f"/interactions/{started['id']}")).json()

    assert running["status"] == "in_progress"
    assert ended["status"] == status
    assert [error["code"] for error in ended.get("errors", [])] == ["deadline_exceeded"] * (status == "failed")


@pytest.mark.parametrize("body", [{}, {"advance_seconds": -1}, {"advance_seconds": "x"}])
async def test_a_clock_is_not_moved_by_nonsense(api: httpx.AsyncClient, body: Json) -> None:
    moved = await api.post(f"{api.base_url.copy_with(path='')}/control/clock", json=body)

    assert moved.status_code == 400


async def test_a_report_has_a_picture_unless_told_otherwise(
    create: Callable[..., Awaitable[Json]], ended: Callable[[str], Awaitable[Json]]
) -> None:
    plain = {"type": "deep-research", "visualization": "off"}

    illustrated = await ended((await create("Reefs", **RESEARCH))["id"])
    bare = await ended((await create("Reefs", agent_config=plain, **RESEARCH))["id"])

    assert [block["type"] for block in illustrated["steps"][-1]["content"]] == ["image", "text"]
    assert [block["type"] for block in bare["steps"][-1]["content"]] == ["text"]

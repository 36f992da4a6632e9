"""A worker that dies, or is asked to stop, in the middle of its work."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.chaos.researched import STATUS
from tests.chaos.service import Process, Service, kill, stop
from tests.contract.platforms import Platform, Said, creates

LAST_WORD = "That was all of it"


async def shows(platform: Platform, said: Said, text: str, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not any(text in reply for reply in platform.replies(said)):
            await asyncio.sleep(0.05)


@pytest.mark.timeout(150)
@pytest.mark.parametrize(("end", "seconds"), [(kill, 60.0), (stop, 45.0)], ids=["killed", "stopped"])
async def test_what_a_worker_was_doing_is_finished_by_another_once(
    service: Service, end: Callable[[Process], Awaitable[None]], seconds: float
) -> None:
    """Answers under way and researches, on both platforms, when the only worker that has them goes."""
    await service.start_listening()
    first = await service.start("worker")
    answers = [(p, await p.mention("write a long answer")) for p in service.platforms]
    researches = [(p, await p.mention("research What do otters eat?")) for p in service.platforms]
    for platform, said in answers:
        await shows(platform, said, "Part", 15)
    for platform, said in researches:
        await shows(platform, said, "at work", 15)
    seen = [platform.message_ids(said) for platform, said in answers]

    await service.start("worker")
    await end(first)

    for platform, said in answers:
        await shows(platform, said, LAST_WORD, seconds)
    for platform, said in researches:
        await shows(platform, said, "done (", seconds)
    assert [p.message_ids(said)[: len(ids)] for (p, said), ids in zip(answers, seen, strict=True)] == seen
    for platform, said in answers:
        assert "".join(platform.replies(said)).count(LAST_WORD) == 1
    for platform, said in researches:
        assert {name.rpartition(".")[2] for name in platform.files(said)} == {"md", "pdf", "jpg"}
        assert len(platform.files(said)) == 3
        assert sum(reply.startswith(STATUS) for reply in platform.replies(said)) == 1
    assert len(creates(service.gemini)) == 4


async def test_every_process_stops_in_time_and_loses_nothing(service: Service) -> None:
    listening = await service.start_listening()
    waiting = [(p, await p.mention("my name is Phil")) for p in service.platforms]
    for process in listening:
        await stop(process)

    await service.start("worker")

    for platform, said in waiting:
        await shows(platform, said, "Phil", 15)
    assert [process.returncode for process in listening] == [0, 0]

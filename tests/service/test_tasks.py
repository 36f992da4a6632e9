"""`parley tasks` as who runs the service uses it, on records of a real Valkey."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bot.content import TextContent
from bot.models import Inbound, MessageId, Thread, UserId
from bot.service.tasks import render_counts, render_tasks, under_way_of
from bot.state.schedules import Schedule, Scheduled, ScheduleStore
from bot.state.store import DUE, Command, connect
from bot.state.tasks import Spent, Stage, Task, Tasks
from tests.service.processes import CLEAN, parley

NOW = 1_763_640_000.0


def a_task(reference: str, stage: Stage = Stage.RUNNING, **facts: object) -> Task:
    thread = Thread(platform="slack", team="T1", channel="C0123456789", root=MessageId(reference))
    asked = Inbound(
        thread=thread,
        message=MessageId(reference),
        author=UserId("U1"),
        content=(TextContent(text="canary question"),),
        addressed=True,
    )
    task = Task(
        asked=asked, question="canary question", agent="deep-research-max-preview-04-2026", reference=reference,
        started_at=NOW, stage=stage, plan="canary plan", shown="canary", change="canary",
    )  # fmt: skip
    return task.model_copy(update=facts)


def a_schedule(schedule: str, **facts: object) -> Scheduled:
    asked = a_task("P-00001").asked
    daily = Schedule(question="canary question", words="every day at 9:00", zone="Europe/Berlin", cron="0 9 * * *")
    one = Scheduled(id=schedule, asked=asked, schedule=daily, created_at=NOW, next_at=NOW + 60)
    return one.model_copy(update=facts)


async def store(redis_url: str, *kept: Task | Scheduled) -> None:
    async with connect(redis_url) as redis, redis.pipeline(transaction=False) as pipeline:
        tasks, schedules = Tasks(redis), ScheduleStore(redis)
        for one in kept:
            for command in commands_of(tasks, schedules, one):
                pipeline.execute_command(command.name, command.key, *command.arguments)
        await pipeline.execute()


def commands_of(tasks: Tasks, schedules: ScheduleStore, one: Task | Scheduled) -> Sequence[Command]:
    if isinstance(one, Task):
        return [tasks.saved(one), *tasks.due(one)]
    return [*schedules.indexed(one), schedules.saved(one)]


async def listed(folder: Path, *arguments: str, **variables: str) -> tuple[int | None, str, str]:
    async with parley("tasks", *arguments, folder=folder, **variables) as process:
        stdout, stderr = await asyncio.wait_for(process.communicate(), 15)
    return process.returncode, stdout.decode(), stderr.decode()


async def test_nothing_under_way_is_one_sentence(tmp_path: Path, redis_url: str) -> None:
    assert await listed(tmp_path, REDIS_URL=redis_url) == (0, "Nothing is under way.\n", "")
    assert await listed(tmp_path, "--json", REDIS_URL=redis_url) == (0, "", "")


async def test_what_is_under_way_is_listed_the_oldest_first_each_on_one_line(tmp_path: Path, redis_url: str) -> None:
    spent = {"int-1": Spent(tokens=1_200_000, usd=1.25)}
    late = a_task("P-00002", Stage.QUEUED, started_at=NOW + 60)
    early = a_task("P-00001", interaction_id="int-1", spent=spent, alive_at=NOW, failures=3)
    await store(redis_url, late, early)

    code, said, trouble = await listed(tmp_path, REDIS_URL=redis_url)

    assert (code, trouble) == (0, "")
    lines = said.splitlines()
    agent = "deep-research-max-preview-04-2026"
    for words in ("running", "11-20 12:00", " d ", "1,200,000", "$1.25", " 3 ", f"slack C0123456789 {agent} int-1"):
        assert words in f"{lines[1]} "
    assert lines[1].startswith("P-00001")
    assert lines[2].startswith("P-00002  queued")
    assert lines[4:] == ["2 tasks are under way; 1 waits for a slot."]
    assert "canary" not in said


async def test_what_may_or_may_not_run_is_named_with_what_to_do(tmp_path: Path, redis_url: str) -> None:
    await store(redis_url, a_task("P-00001"), a_task("P-00002", Stage.UNKNOWN), a_task("P-00003", Stage.UNKNOWN))

    _, said, _ = await listed(tmp_path, REDIS_URL=redis_url)

    assert said.splitlines()[-1].startswith("2 may or may not run")
    assert "P-00002, P-00003" in said.splitlines()[-1]
    assert "`retry`" in said.splitlines()[-1]


async def test_programs_get_one_object_a_line(tmp_path: Path, redis_url: str) -> None:
    await store(redis_url, a_task("P-00001", interaction_id="int-1", alive_at=NOW), a_schedule("S-00001"))

    code, said, _ = await listed(tmp_path, "--json", "--schedules", REDIS_URL=redis_url)

    task, schedule = (json.loads(line) for line in said.splitlines())
    assert code == 0
    assert (task["kind"], task["reference"], task["stage"], task["alive_at"]) == ("task", "P-00001", "running", NOW)
    assert (task["interaction"], task["where"]["channel"], task["question_chars"]) == ("int-1", "C0123456789", 15)
    assert (schedule["kind"], schedule["reference"], schedule["next_at"]) == ("schedule", "S-00001", NOW + 60)
    assert "canary" not in said


async def test_schedules_are_listed_where_asked_for_the_next_first(tmp_path: Path, redis_url: str) -> None:
    paused = a_schedule("S-00003", next_at=NOW + 90, paused=True)
    missed = a_schedule("S-00002", next_at=NOW + 120, missed_at=NOW - 60)
    await store(redis_url, missed, paused, a_schedule("S-00001"))

    code, said, trouble = await listed(tmp_path, "--schedules", REDIS_URL=redis_url)

    assert (code, trouble) == (0, "")
    lines = [line.split("  ") for line in said.splitlines()]
    assert lines[0] == ["Nothing is under way."]
    shown = [[cell.strip() for cell in line if cell.strip()] for line in lines[3:]]
    words = "every day at 9:00 (Europe/Berlin), slack C0123456789"
    assert shown == [
        ["S-00001", "2025-11-20 12:01", "-", words],
        ["S-00003", "paused", "-", words],
        ["S-00002", "2025-11-20 12:02", "2025-11-20 11:59", words],
    ]


async def test_nothing_scheduled_is_said(tmp_path: Path, redis_url: str) -> None:
    _, said, _ = await listed(tmp_path, "--schedules", REDIS_URL=redis_url)

    assert said == "Nothing is under way.\n\nNothing is scheduled.\n"


async def test_what_another_release_wrote_is_listed_by_its_key_with_what_to_do(tmp_path: Path, redis_url: str) -> None:
    newer, schedule = a_task("P-00002"), a_schedule("S-00001")
    await store(redis_url, newer, schedule)
    async with connect(redis_url) as redis:
        keys = [Tasks(redis).saved(newer).key, ScheduleStore(redis).saved(schedule).key]
        for key in keys:
            await redis.set(key, '{"version": 99}', ex=60)

    code, said, trouble = await listed(tmp_path, "--schedules", REDIS_URL=redis_url)
    _, for_programs, _ = await listed(tmp_path, "--schedules", "--json", REDIS_URL=redis_url)

    assert (code, trouble) == (0, "")
    advice, *lines = said.splitlines()
    assert "start that one again" in advice
    assert [line.split() for line in lines] == [["task", keys[0]], ["schedule", keys[1]]]
    unreadable = [json.loads(line) for line in for_programs.splitlines()]
    assert [(one["kind"], one["stage"], one["key"]) for one in unreadable] == [
        ("task", "unreadable", keys[0]),
        ("schedule", "unreadable", keys[1]),
    ]


async def test_what_another_release_wrote_hides_no_other(tmp_path: Path, redis_url: str) -> None:
    newer = a_task("P-00002")
    await store(redis_url, a_task("P-00001"), newer)
    async with connect(redis_url) as redis:
        await redis.set(Tasks(redis).saved(newer).key, '{"version": 99}', ex=60)
        await redis.zadd(DUE, {"nonsense": 1})

    code, said, trouble = await listed(tmp_path, REDIS_URL=redis_url)

    assert (code, trouble) == (0, "")
    assert said.splitlines()[1].startswith("P-00001")
    assert "1 task is under way" in said
    assert said.splitlines()[-1].startswith("  task  ")


async def test_a_store_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    code, said, trouble = await listed(tmp_path, REDIS_URL=f"unix://{tmp_path}/nobody.sock")

    assert (code, said) == (2, "")
    assert trouble.startswith("The store cannot be asked (away): check that the server runs, and host and port in")


async def test_a_reader_that_has_seen_enough_hears_no_complaint(tmp_path: Path, redis_url: str) -> None:
    await store(redis_url, a_task("P-00001"))
    reading, writing = os.pipe()
    os.close(reading)

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "tasks",
        cwd=tmp_path, env=CLEAN | {"PYTHONPATH": str(Path(__file__).parents[2]), "REDIS_URL": redis_url},
        stdout=writing, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    os.close(writing)
    _, stderr = await asyncio.wait_for(process.communicate(), 15)

    assert stderr == b""


async def test_thousands_are_listed(tmp_path: Path, redis_url: str) -> None:
    await store(redis_url, *(a_task(f"P-{number:05}", Stage.QUEUED) for number in range(2000)))

    _, said, _ = await listed(tmp_path, REDIS_URL=redis_url)

    lines = said.splitlines()
    assert [line[:7] for line in lines[1:2001]] == [f"P-{number:05}" for number in range(2000)]
    assert lines[-1] == "2000 tasks are under way; 2000 wait for a slot."


def test_a_list_fits_into_100_columns() -> None:
    spent = {"int-1": Spent(tokens=1_200_000, usd=12.25)}
    task = a_task("P-00001", Stage.PROPOSED, interaction_id="v1_" + "x" * 60, spent=spent, alive_at=NOW)
    unknown = a_task("P-00002", Stage.UNKNOWN)
    console = Console(width=100)

    with console.capture() as capture:
        console.print(*render_tasks([under_way_of(task), under_way_of(unknown)], NOW + 59 * 60), sep="\n")

    lines = capture.get().splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 100
    for whole in ("P-00001", "proposed", "11-20 12:00", "59 min", "1,200,000", "$12.25", "slack C0123456789"):
        assert whole in lines[1]
    assert any("deep-research-max-preview-04-2026" in line for line in lines)


def test_what_has_ended_and_still_runs_at_the_api_is_counted_apart() -> None:
    ended = under_way_of(a_task("P-00001", Stage.ENDED, strays=["int-1"]))
    running, queued = (under_way_of(a_task("P-00002", stage)) for stage in (Stage.RUNNING, Stage.QUEUED))

    assert render_counts([running]) == "1 task is under way; none waits for a slot."
    assert render_counts([running, queued]) == "2 tasks are under way; 1 waits for a slot."
    assert render_counts([ended, running]) == (
        "1 task is under way; none waits for a slot. 1 task is over, but not cancelled at the API yet."
    )

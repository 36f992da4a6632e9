"""`parley explain` as who runs the service uses it, on records of a real Valkey."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.content import TextContent
from bot.models import Inbound, MessageId, Thread, UserId
from bot.service.explain import of_task, of_turn
from bot.state.embedded import embedded
from bot.state.store import Command, connect
from bot.state.tasks import Task, Tasks
from bot.state.turns import State, Turn, Turns, reference
from tests.service.processes import parley

THREAD = Thread(platform="slack", team="T1", channel="C1", root=MessageId("1715.0001"))
ASKED = Inbound(
    thread=THREAD,
    message=MessageId("1715.0002"),
    author=UserId("U1"),
    content=(TextContent(text="canary question"),),
    addressed=True,
)
REFERENCE = reference(ASKED)


def a_turn() -> Turn:
    turn = Turn.of(ASKED)
    turn.state, turn.cause, turn.interaction_id = State.FAILED, "the API refused [the] key", "int-1"
    turn.question, turn.answer = "canary question", "canary answer, half"
    turn.note(1_763_640_000.0, "taken by run 1")
    turn.note(1_763_640_001.25, "failed: the API refused [the] key")
    return turn


def a_task() -> Task:
    return Task(
        asked=ASKED,
        question="canary question",
        agent="deep-research",
        reference=REFERENCE,
        started_at=1_763_640_000.0,
        interaction_id="int-2",
        shown="canary progress",
        notes=["canary note"],
    )


async def store(redis_url: str, commands: Sequence[Command]) -> None:
    async with connect(redis_url) as redis:
        for command in commands:
            await redis.execute_command(command.name, command.key, *command.arguments)


async def store_turn(redis_url: str) -> None:
    async with connect(redis_url) as redis:
        turns = Turns(redis)
        await store(redis_url, [turns.saved(ASKED, a_turn()), turns.referred(ASKED)])


async def explained(folder: Path, *arguments: str, **variables: str) -> tuple[int | None, str, str]:
    async with parley("explain", *arguments, folder=folder, **variables) as process:
        stdout, stderr = await asyncio.wait_for(process.communicate(), 15)
    return process.returncode, stdout.decode(), stderr.decode()


async def test_the_life_of_a_turn_is_told_without_what_people_wrote(tmp_path: Path, redis_url: str) -> None:
    await store_turn(redis_url)

    code, said, trouble = await explained(tmp_path, REFERENCE, REDIS_URL=redis_url)

    assert (code, trouble) == (0, "")
    for words in (
        REFERENCE, "failed", str(THREAD), "1715.0002", "int-1", "the API refused [the] key", "15 characters",
        "2025-11-20 12:00:01.250", "1.250 s", "taken by run 1",
    ):  # fmt: skip
        assert words in said
    assert "canary" not in said


async def test_it_is_told_to_programs_too(tmp_path: Path, redis_url: str) -> None:
    await store_turn(redis_url)

    code, said, _ = await explained(tmp_path, REFERENCE, "--json", REDIS_URL=redis_url)

    told = json.loads(said)
    assert code == 0
    assert (told["kind"], told["reference"], told["state"]) == ("turn", REFERENCE, "failed")
    assert told["facts"]["question"] == "15 characters"
    assert told["life"][0]["what"] == "taken by run 1"
    assert "canary" not in said


async def test_a_reference_may_be_written_carelessly(tmp_path: Path, redis_url: str) -> None:
    await store_turn(redis_url)

    careless = REFERENCE.removeprefix("P-").lower().replace("0", "o").replace("1", "l")

    assert (await explained(tmp_path, careless, REDIS_URL=redis_url))[0] == 0


async def test_an_unknown_reference_is_one_sentence(tmp_path: Path, redis_url: str) -> None:
    code, said, trouble = await explained(tmp_path, "P-00000", REDIS_URL=redis_url)

    assert (code, said) == (2, "")
    assert trouble == "Nothing is known of P-00000: nobody was shown it, or it is too long ago.\n"


async def test_a_store_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    code, said, trouble = await explained(tmp_path, "P-00000", REDIS_URL=f"unix://{tmp_path}/nobody.sock")

    assert (code, said) == (2, "")
    assert trouble == "The store cannot be asked (away); check REDIS_URL.\n"


async def test_without_a_redis_the_folder_of_our_own_store_is_read(tmp_path: Path) -> None:
    async with embedded(tmp_path / "data") as url:
        await store_turn(url)

    code, said, _ = await explained(tmp_path, REFERENCE, PARLEY_DATA=str(tmp_path / "data"))

    assert code == 0
    assert "taken by run 1" in said


async def test_a_store_that_a_running_parley_uses_is_read_beside_it(tmp_path: Path) -> None:
    async with embedded(tmp_path / "data") as url:
        await store_turn(url)

        code, said, _ = await explained(tmp_path, REFERENCE, PARLEY_DATA=str(tmp_path / "data"))

        async with connect(url) as redis:
            assert await redis.ping()

    assert code == 0
    assert "taken by run 1" in said


async def test_no_store_is_made_where_there_is_none(tmp_path: Path) -> None:
    code, _, trouble = await explained(tmp_path, REFERENCE, PARLEY_DATA=str(tmp_path / "data"))

    assert code == 2
    assert trouble == f"REDIS_URL is not set, and there is no store in {tmp_path / 'data'}.\n"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("text", ["canary question", "canary answer", "canary progress", "canary note"])
def test_nothing_of_any_text_is_in_what_is_told(text: str) -> None:
    told = of_turn(a_turn()).model_dump_json() + of_task(a_task()).model_dump_json()

    assert text not in told


async def test_a_task_is_told_beside_the_turn_that_began_it(tmp_path: Path, redis_url: str) -> None:
    await store_turn(redis_url)
    async with connect(redis_url) as redis:
        await store(redis_url, [Tasks(redis).saved(a_task())])

    _, said, _ = await explained(tmp_path, REFERENCE, "--json", REDIS_URL=redis_url)

    turn, task = (json.loads(line) for line in said.splitlines())
    assert (turn["kind"], task["kind"], task["state"]) == ("turn", "task", "running")
    assert task["facts"]["agent"] == "deep-research"
    assert task["facts"]["interaction"] == "int-2"

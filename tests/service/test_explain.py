"""`parley explain` as who runs the service uses it, on records of a real Valkey."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.content import TextContent
from bot.models import Inbound, MessageId, Thread, UserId
from bot.service.explain_facts import explained_schedule, explained_task, explained_turn
from bot.state.embedded import embedded
from bot.state.life import Moment
from bot.state.schedules import Schedule, Scheduled, ScheduleStore, schedule_id
from bot.state.store import Command, connect
from bot.state.tasks import LastWord, Spent, Stage, Task, Tasks, Wish
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


def a_turn(message: Inbound = ASKED) -> Turn:
    turn = Turn.of(message)
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
        started_at=1_763_640_900.0,  # of a later attempt; its life began before
        stage=Stage.RUNNING,
        interaction_id="int-2",
        interactions=["int-1", "int-2"],
        starts=2,
        plan="canary plan",
        change="canary change",
        approved_by="U2",
        environment_id="env-1",
        spent={"int-1": Spent(tokens=1_200), "int-2": Spent(tokens=34_000, usd=1.25)},
        sources=14,
        alive_at=1_763_640_060.0,
        failures=3,
        last_word=LastWord(text="canary last word"),
        shown="canary progress",
        notes=["canary note"],
        life=[Moment(at=1_763_640_000.0, what="planned"), Moment(at=1_763_640_002.5, what="started [as] int-2")],
    )


def a_schedule() -> Scheduled:
    return Scheduled(
        id=schedule_id(ASKED),
        asked=ASKED,
        schedule=Schedule(
            question="canary question", words="every Monday at 9:00", zone="Europe/Berlin", cron="0 9 * * 1"
        ),
        created_at=1_763_640_000.0,
        due_at=1_763_640_100.0,
        fired_at=1_763_640_101.0,
        missed_at=1_763_640_200.0,
        next_at=1_763_640_300.0,
    )


async def store(redis_url: str, commands: Sequence[Command]) -> None:
    async with connect(redis_url) as redis:
        for command in commands:
            await redis.execute_command(command.name, command.key, *command.arguments)


async def store_turn(redis_url: str, message: Inbound = ASKED) -> None:
    async with connect(redis_url) as redis:
        turns = Turns(redis)
        await store(redis_url, [turns.saved(a_turn(message)), *turns.referred(message)])


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
    assert trouble.startswith("The store cannot be asked (away): check that the server runs, and host and port in")


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


def test_nothing_of_any_text_is_in_what_is_told() -> None:
    wishes = {"change": "canary wish", "stop": "canary"}

    told = [explained_turn(a_turn()), explained_task(a_task(), wishes), explained_schedule(a_schedule())]

    assert not any("canary" in one.model_dump_json() for one in told)


async def test_a_task_is_told_beside_the_turn_that_began_it(tmp_path: Path, redis_url: str) -> None:
    await store_turn(redis_url)
    async with connect(redis_url) as redis:
        await store(redis_url, [Tasks(redis).saved(a_task())])

    _, said, _ = await explained(tmp_path, REFERENCE, "--json", REDIS_URL=redis_url)

    turn, task = (json.loads(line) for line in said.splitlines())
    assert (turn["kind"], task["kind"], task["state"]) == ("turn", "task", "running")
    assert task["facts"]["agent"] == "deep-research"
    assert task["facts"]["interaction"] == "int-2"


async def test_all_facts_of_a_task_are_told_and_its_life(tmp_path: Path, redis_url: str) -> None:
    await store_turn(redis_url)
    task = a_task()
    async with connect(redis_url) as redis:
        tasks = Tasks(redis)
        await store(redis_url, [tasks.saved(task)])
        await tasks.wish(task, Wish.CHANGE, "canary wish")
        await tasks.tell(THREAD, task.id, "int-3", 2)

    code, said, trouble = await explained(tmp_path, REFERENCE, REDIS_URL=redis_url)

    assert (code, trouble) == (0, "")
    for words in (
        "approved by", "U2", "starts", "int-1", "env-1", "14", "int-1: 1,200 tokens\n", "int-2: 34,000 tokens, $1.25",
        "35,200 tokens, $1.25", "failed steps", "wishes that wait  ", "int-3, start 2", "2025-11-20 12:01:00.000",
        "2.500 s", "started [as] int-2",
    ):  # fmt: skip
        assert words in said
    assert "canary" not in said


async def test_a_schedule_is_told_by_its_own_reference(tmp_path: Path, redis_url: str) -> None:
    one = a_schedule()
    async with connect(redis_url) as redis:
        schedules = ScheduleStore(redis)
        await store(redis_url, [*schedules.indexed(one), schedules.saved(one)])

    code, said, trouble = await explained(tmp_path, one.id.lower(), REDIS_URL=redis_url)

    assert (code, trouble) == (0, "")
    for words in (
        one.id, "waiting", str(THREAD), "U1", "every Monday at 9:00", "Europe/Berlin", "2025-11-20 12:05:00",
        "2025-11-20 12:01:41", "2025-11-20 12:03:20",
    ):  # fmt: skip
        assert words in said
    assert "canary" not in said


async def test_a_schedule_whose_time_is_over_is_still_found_through_the_turn_that_asked_for_it(
    tmp_path: Path, redis_url: str
) -> None:
    await store_turn(redis_url)
    over = a_schedule().model_copy(update={"next_at": None})
    async with connect(redis_url) as redis:
        await store(redis_url, [ScheduleStore(redis).saved(over)])

    _, said, _ = await explained(tmp_path, over.id, "--json", REDIS_URL=redis_url)

    assert json.loads(said)["state"] == "over"


async def test_without_its_letter_a_reference_stands_for_both(tmp_path: Path, redis_url: str) -> None:
    await store_turn(redis_url)
    async with connect(redis_url) as redis:
        await store(redis_url, [ScheduleStore(redis).saved(a_schedule())])

    _, said, _ = await explained(tmp_path, REFERENCE[2:], "--json", REDIS_URL=redis_url)

    assert [json.loads(line)["kind"] for line in said.splitlines()] == ["turn", "schedule"]


async def test_all_turns_with_one_reference_are_told(tmp_path: Path, redis_url: str) -> None:
    asked = [ASKED.model_copy(update={"message": MessageId(name)}) for name in ("11019", "5508")]
    assert len({reference(message) for message in asked}) == 1
    for message in asked:
        await store_turn(redis_url, message)

    _, said, _ = await explained(tmp_path, reference(asked[0]), "--json", REDIS_URL=redis_url)

    assert [json.loads(line)["message"] for line in said.splitlines()] == ["11019", "5508"]


async def test_a_task_under_way_is_found_also_when_the_turn_that_began_it_is_not_known_any_more(
    tmp_path: Path, redis_url: str
) -> None:
    await store_turn(redis_url)
    elsewhere = ASKED.model_copy(update={"thread": THREAD.model_copy(update={"channel": "C2"})})
    task = a_task().model_copy(update={"asked": elsewhere})
    async with connect(redis_url) as redis:
        tasks = Tasks(redis)
        await store(redis_url, [tasks.saved(task), *tasks.due(task)])

    _, said, _ = await explained(tmp_path, REFERENCE, "--json", REDIS_URL=redis_url)

    turn, other = (json.loads(line) for line in said.splitlines())
    assert (turn["kind"], turn["thread"]) == ("turn", str(THREAD))
    assert (other["kind"], other["thread"]) == ("task", str(elsewhere.thread))


async def test_what_a_newer_release_wrote_is_said_to_be_so(tmp_path: Path, redis_url: str) -> None:
    async with connect(redis_url) as redis:
        newer = Tasks(redis).saved(a_task())
        await redis.set(newer.key, '{"version": 99}', ex=60)
    await store(redis_url, Turns(redis).referred(ASKED))

    code, said, trouble = await explained(tmp_path, REFERENCE, REDIS_URL=redis_url)

    assert (code, trouble) == (0, "")
    assert "written by another release" in said
    assert newer.key in said


@pytest.mark.parametrize("written", ["P-12", "X-7F3K2", "hello world", "P-7F3KU", ""])
async def test_what_is_no_reference_is_one_sentence(tmp_path: Path, written: str) -> None:
    code, said, trouble = await explained(tmp_path, written, REDIS_URL=f"unix://{tmp_path}/nobody.sock")

    assert (code, said) == (2, "")
    assert trouble == f"{written!r} is no reference: those are like P-7F3K2, or S-7F3K2 for a schedule.\n"


async def test_long_facts_stay_in_one_piece_in_a_pipe(tmp_path: Path, redis_url: str) -> None:
    long = a_turn()
    long.note(1_763_640_002.0, "word " * 60 + "end")
    async with connect(redis_url) as redis:
        turns = Turns(redis)
        await store(redis_url, [turns.saved(long), *turns.referred(ASKED)])

    _, said, _ = await explained(tmp_path, REFERENCE, REDIS_URL=redis_url)

    assert f"{'word ' * 60}end\n" in said
    assert not any(line.endswith(" ") for line in said.splitlines())

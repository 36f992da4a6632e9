"""What a task is started with, where the API has lost what it goes on from."""

from redis.asyncio import Redis

from bot.conversation.notices import CONTEXT_LOST
from bot.research.manager import ResearchManager
from bot.simulators.gemini import Ends, GeminiSimulator
from bot.state.heads import Head
from bot.state.records import Records
from bot.state.tasks import Task, Wish
from tests.contract.platforms import creates
from tests.research.attempts import Room, known, stepped


async def test_that_the_conversation_is_lost_is_said_once_also_when_the_task_begins_again(
    redis: Redis, manager: ResearchManager, records: Records, room: Room, gemini: GeminiSimulator, task: Task
) -> None:
    head = records.heads.moved(task.asked.thread, Head(interaction_id="v1_gone"))
    await redis.execute_command(head.name, head.key, *head.arguments)
    gemini.fails(Ends(status="failed"))
    await stepped(manager, task)
    assert "gave up" in room.shown[0]

    await records.tasks.wish(task, Wish.RETRY, "U1")
    await stepped(manager, task)

    assert [one.previous_interaction_id for one in creates(gemini)] == ["v1_gone", None, "v1_gone", None]
    assert (await known(records, task)).notes == [CONTEXT_LOST]
    assert room.shown[0].count(CONTEXT_LOST) == 1

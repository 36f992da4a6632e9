"""The simulator's memory stays bounded."""

from starlette.requests import Request

from bot.simulators.gemini import store
from bot.simulators.gemini.clock import Clock
from bot.simulators.gemini.ledger import MAX_BYTES as LEDGER_BYTES
from bot.simulators.gemini.ledger import Ledger
from bot.simulators.gemini.request import CreateRequest
from bot.simulators.gemini.store import Interaction, Store

LARGE = store.MAX_BYTES // 4


def created(memory: Store, size_bytes: int, *, finished: bool) -> Interaction:
    interaction = memory.create(CreateRequest(model="m", input="x"), [], request_bytes=size_bytes)
    if finished:
        interaction.log.close()
    return interaction


async def test_the_oldest_ended_interactions_make_room() -> None:
    memory = Store(Clock(), retention_days=55)
    running = created(memory, LARGE, finished=False)
    ended = [created(memory, LARGE, finished=True) for _ in range(5)]

    newest = created(memory, LARGE, finished=True)

    assert memory.chain(newest) == [newest]
    assert memory.get(running.id) is running
    assert [_is_kept(memory, interaction) for interaction in ended] == [False, False, False, True, True]


async def test_ids_differ() -> None:
    memory = Store(Clock(), retention_days=55)

    ids = {created(memory, 1, finished=True).id for _ in range(100)}

    assert len(ids) == 100
    assert all(interaction_id.startswith("v1_") for interaction_id in ids)


def test_the_ledger_forgets_the_oldest_requests() -> None:
    ledger = Ledger()
    for number in range(5):
        scope: dict[str, object] = {
            "type": "http",
            "method": "POST",
            "path": f"/{number}",
            "query_string": b"",
            "headers": [],
        }
        ledger.record(Request(scope), {}, LEDGER_BYTES // 2)

    assert [recorded.path for recorded in ledger.requests] == ["/3", "/4"]


def _is_kept(memory: Store, interaction: Interaction) -> bool:
    try:
        return memory.get(interaction.id) is interaction
    except store.ApiError:
        return False

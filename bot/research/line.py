"""The line in which a research waits: for its plan, and again, once that is approved, to run."""

from bot.research import texts
from bot.research.work import Work

QUEUE_SECONDS = 10.0
WAITS = "waits in line"


async def has_turn(work: Work) -> bool:
    """Whether there is room, which it then takes; else people read how many wait before it."""
    line = await work.slots.admit(work.task, now=work.clock.now())
    if line is None:
        work.note("has its turn")
        return True
    work.note_once(WAITS)
    await work.show_calmly(texts.render_waiting(work.task, line), texts.STOP)
    return False

"""A conversation told again from our own records: where the API keeps nothing, or has lost what it kept."""

from bot.content import TextContent
from bot.interactions.types import Item, ModelOutput, TextOutput, UserTurn
from bot.state.turns import State, Turn, Turns

MOST_TURNS = 20
MOST_CHARS = 60_000


class Memory:
    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    async def told(self, name: str | None) -> tuple[Item, ...]:
        """What was said up to the turn of that name and in it, oldest first; empty when nothing is known of it.

        A long conversation is told from somewhere in its middle.
        """
        told: list[Item] = []
        seen = set[str]()  # two turns that were edited at the same moment may name each other
        chars = 0
        while name is not None and name not in seen and len(seen) < MOST_TURNS:
            seen.add(name)
            turn = await self._turns.get(name)
            if turn is None:
                break
            chars += len(turn.question) + len(turn.answer)
            if chars > MOST_CHARS:
                break
            told[:0] = _as_items(turn)
            name = turn.parent
        return tuple(told)


def _as_items(turn: Turn) -> list[Item]:
    if turn.state != State.ANSWERED or not turn.question:
        return []
    answer = ModelOutput(content=(TextOutput(text=turn.answer),))
    return [UserTurn((TextContent(text=turn.question),)), answer]

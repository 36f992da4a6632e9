"""The bot asks somebody for what a command lacks, and the next thing they say in that thread is the answer.

What was asked stands in the store until the turn that answers it has ended, and the turn's record keeps what its
message was taken for. So a run after a crash, and an edit of the answer, take it for the same.
"""

from collections.abc import Iterable

from bot.conversation.commands import SIGNS, Said, parse_command, words_of
from bot.conversation.exchange import Exchange
from bot.models import Inbound
from bot.state.asks import Ask, asked, settled_ask
from bot.state.records import Recalled
from bot.state.store import Command
from bot.state.turns import Turn

DECIDING = frozenset({"approve", "cancel", "stop"})  # said by anybody, there is nothing left to ask
SETTLING = DECIDING | {"research", "change"}
"""Who says one of these has answered, or decided in another way; after `tasks` or `help` the answer may still come."""
NO_ANSWERS = frozenset({"no", "nothing", "never mind", "nevermind", "forget it"})


def taken_for(message: Inbound, turn: Turn, recalled: Recalled) -> Said | None:
    """The command that a message is, be it only because the bot has asked for it; None for a question."""
    said, words, ask = parse_command(message), words_of(message), recalled.ask
    if said is not None or message.deleted or not words:
        return said
    if ask is not None and recalled.turn is None and ask.author == message.author and not _is_no_answer(words):
        turn.taken_for, turn.taken_about = ask.word, ask.about
    return Said(turn.taken_for, words) if turn.taken_for else None


def asks_afterwards(exchange: Exchange) -> Iterable[Command]:
    """What the end of a turn changes of what is asked in its thread."""
    message, ask = exchange.message, exchange.ask
    if exchange.asks:
        ask = Ask(author=message.author, word=exchange.asks, about=exchange.asks_about, message=message.message)
        yield asked(message.thread, ask)
    elif ask is not None and _settles(exchange, ask):
        yield settled_ask(message.thread)


def _settles(exchange: Exchange, ask: Ask) -> bool:
    message, said = exchange.message, exchange.said
    if not message.deleted and exchange.turn.revision != message.revision:  # an edit that changes nothing
        return False
    if ask.message == message.message:  # what made the bot ask is deleted, or says something else now
        return True
    if message.revision:
        return False
    if ask.author != message.author:
        return said is not None and said.word in DECIDING
    return said.word in SETTLING if said is not None else _is_no_answer(words_of(message))


def _is_no_answer(words: str) -> bool:
    """Said to somebody else, or to say that nothing is wanted."""
    return words.startswith("@") or words.lower().rstrip(SIGNS) in NO_ANSWERS

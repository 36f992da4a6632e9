"""What the bot has asked somebody in a thread: the next thing they say there is the answer, for some minutes."""

from bot.content import Record
from bot.models import MessageId, Thread, UserId
from bot.state.reading import parse
from bot.state.store import Command, key

ASK_SECONDS = 10 * 60


class Ask(Record):
    version: int = 1
    author: UserId  # who was asked
    word: str  # of the command that the answer is for
    about: str = ""  # the name of the task that it is about
    message: MessageId  # what they did that made the bot ask


def asked(thread: Thread, ask: Ask) -> Command:
    """In the place of what was asked there before."""
    return Command("SET", ask_key(thread), (ask.model_dump_json(), "EX", ASK_SECONDS))


def settled_ask(thread: Thread) -> Command:
    """Nothing is asked any more."""
    return Command("DEL", ask_key(thread))


def parse_ask(stored: str | bytes | None, thread: Thread) -> Ask | None:
    """What is asked in the thread. Where that cannot be read, the answer is a question."""
    return parse(Ask, stored, "ask", str(thread))


def ask_key(thread: Thread) -> str:
    return key(thread, "asks")

"""One message and the reply to it, while it is worked on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.conversation.adapter import Channel
from bot.conversation.commands import Said
from bot.conversation.posts import Posts
from bot.models import Inbound
from bot.state.asks import Ask
from bot.state.heads import Head
from bot.state.run import Run
from bot.state.turns import Turn


@dataclass
class Exchange:
    message: Inbound
    said: Said | None  # the command that the message is, if it is one
    turn: Turn  # its record
    head: Head  # of the thread, when this began
    run: Run
    posts: Posts
    channel: Channel
    replaces_head: bool = False  # its answer takes the place of the newest one
    ask: Ask | None = None  # what the bot had asked in the thread before
    asks: str = ""  # the word of a command, when the reply asks its author for what that lacks
    asks_about: str = ""  # the name of the task that this is about, if of one


Handler = Callable[[Exchange], Awaitable[str | None]]
"""Does what a command says; gives what to answer, if anything."""

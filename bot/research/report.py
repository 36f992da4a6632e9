"""The report of a finished task: messages in the thread, and all of it as a file."""

from bot.conversation.posts import Posts
from bot.conversation.split import split
from bot.models import File, Limits, Part
from bot.research.texts import REST_IN_FILE
from bot.state.tasks import Task

MESSAGES = 3


async def deliver(report: str, task: Task, posts: Posts, limits: Limits) -> None:
    """Post what is not visible yet. Raises ChannelBusy or Undeliverable; then deliver again."""
    pieces = split(report, limit_chars=limits.message_chars)
    shown = pieces if len(pieces) <= MESSAGES else [*pieces[: MESSAGES - 1], REST_IN_FILE]
    for number, text in enumerate(shown):
        await posts.show_once(Part(key=posts.key(f"r{number}"), text=text))
    file = File(name=f"report-{task.reference}.md", mime_type="text/markdown", data=report.encode())
    await posts.show_once(Part(key=posts.key("file"), text="", file=file))

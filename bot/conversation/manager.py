"""The conversation manager: takes each thread's messages in order and answers each one once.

A thread's conversation lies with the API; here is only the id of its latest interaction. A turn goes on
from there, and when it has ended well its interaction becomes the thread's head.
"""

from collections.abc import Mapping

import structlog
from redis.exceptions import RedisError
from structlog.contextvars import bound_contextvars

from bot.clock import Clock
from bot.content import Content
from bot.conversation import notices
from bot.conversation.adapter import Channel, ChannelBusy, Undeliverable
from bot.conversation.answer import Answers
from bot.conversation.commands import Handler, Said, parse_command
from bot.conversation.personas import Persona
from bot.conversation.posts import Posts
from bot.conversation.question import prepared
from bot.conversation.reply import Reply
from bot.interactions.client import InteractionsClient
from bot.interactions.errors import InteractionError, ParentLost
from bot.interactions.types import Interaction, Request, Status
from bot.models import Inbound, Thread
from bot.state.records import Records
from bot.state.turns import Turn

log = structlog.stdlib.get_logger()


class ConversationManager:
    def __init__(
        self,
        *,
        records: Records,
        interactions: InteractionsClient,
        channels: Mapping[str, Channel],
        handlers: Mapping[str, Handler],
        persona: Persona,
        clock: Clock,
    ) -> None:
        self._records = records
        self._answers = Answers(interactions, records.turns, clock)
        self._channels = channels  # by platform
        self._handlers = handlers  # by the word of the command
        self._persona = persona
        self._clock = clock

    async def drain(self, thread: Thread) -> None:
        """Answer what waits in the thread, oldest first. One call at a time per thread.

        Raises redis.RedisError when the store is gone, ChannelBusy when the platform stays so, and KeyError
        when this worker has no channel there; what was not finished waits for the next call.
        """
        if thread.platform not in self._channels:
            log.error("platform_not_set_up", platform=thread.platform, fix="give the workers its credentials too")
        while message := await self._records.inbox.oldest(thread):
            with bound_contextvars(thread=str(thread), message=message.message):
                await self._run(message, self._channels[thread.platform])
            await self._records.inbox.done(message)

    async def _run(self, message: Inbound, channel: Channel) -> None:
        turn = await self._records.turns.begin(message)
        posts = await Posts.open(channel, message, self._records.outbox)
        command = parse_command(message)
        try:
            async with Reply(channel, message, posts, self._clock, shows_activity=command is None) as reply:
                await self._respond_or_say_why(message, command, turn, reply)
        except Undeliverable as error:
            log.warning("reply_undeliverable", reference=turn.reference, cause=str(error))

    async def _respond_or_say_why(self, message: Inbound, command: Said | None, turn: Turn, reply: Reply) -> None:
        try:
            if command is None:
                await self._answer(message, turn, reply)
            else:
                await reply.complete(await self._handlers[command.word](message, command.argument))
        except (Undeliverable, ChannelBusy, RedisError):
            raise
        except InteractionError as error:
            log.warning("turn_failed", reference=turn.reference, cause=str(error), kind=type(error).__name__)
            await reply.complete(notices.with_reference(error.notice, turn.reference))
        except Exception:  # whatever it is, the thread does not stay silent
            log.exception("turn_broke", reference=turn.reference)
            await reply.complete(notices.with_reference(notices.UNEXPECTED, turn.reference))

    async def _answer(self, message: Inbound, turn: Turn, reply: Reply) -> None:
        content, notes = await prepared(message, self._channels[message.thread.platform])
        if not content:
            await reply.complete(notices.NO_QUESTION, *notes)
            return
        parent = await self._records.heads.get(message.thread)
        try:
            interaction = await self._answers.read(self._request(content, parent), message, turn, reply)
        except ParentLost:
            interaction = await self._answers.read(self._request(content, None), message, turn, reply)
            notes.append(notices.CONTEXT_LOST)
        if interaction.status == Status.INCOMPLETE:
            notes.insert(0, notices.CUT_OFF)
        await self._become_head(message.thread, interaction)
        await reply.complete(*notes)
        log.info("turn_completed", reference=turn.reference, interaction=interaction.id, status=interaction.status)

    def _request(self, content: tuple[Content, ...], parent: str | None) -> Request:
        return Request(
            model=self._persona.model,
            input=content,
            system_instruction=self._persona.system_instruction,
            generation_config=self._persona.generation,
            previous_interaction_id=parent,
        )

    async def _become_head(self, thread: Thread, interaction: Interaction) -> None:
        if interaction.id is not None:
            await self._records.heads.set(thread, interaction.id)

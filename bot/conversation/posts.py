"""The visible parts of the reply to one message: each posted once, then edited."""

from typing import Self

from bot.conversation.adapter import Channel, ChannelBusy
from bot.models import Inbound, MessageId, Part, PartKey
from bot.state.outbox import NOTED, Outbox


class Posts:
    def __init__(self, channel: Channel, to: Inbound, outbox: Outbox, parts: dict[PartKey, MessageId]) -> None:
        self._channel, self._to, self._outbox = channel, to, outbox
        self._parts = parts

    @classmethod
    async def open(cls, channel: Channel, to: Inbound, outbox: Outbox) -> Self:
        """The reply as earlier runs left it."""
        return cls(channel, to, outbox, await outbox.parts(to))

    @property
    def visible(self) -> bool:
        return any(self._parts.values())

    def key(self, name: str | int) -> PartKey:
        return PartKey(f"{self._to.message}/{name}")

    async def show_once(self, part: Part) -> None:
        """Make the part visible, unless it is."""
        if not self._parts.get(part.key):
            await self.show(part)

    async def show(self, part: Part) -> None:
        """Make the part visible as it is now. Raises ChannelBusy or Undeliverable; then show it again."""
        message = self._parts.get(part.key)
        if message:
            await self._channel.edit(self._to, message, part)
            return
        noted = message == NOTED
        if not noted:
            await self._outbox.note(self._to, part.key)
        try:
            message = await self._channel.post(self._to, part, again=noted)
        except ChannelBusy as busy:
            if noted or busy.unheard:
                self._parts[part.key] = MessageId(NOTED)
            raise
        self._parts[part.key] = message
        await self._outbox.shown(self._to, part.key, message)

"""The visible parts of the reply to one message: each posted once, then edited."""

from typing import Self

from bot.conversation.adapter import Channel, ChannelBusy, MessageGone
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
        if not message:
            await self._post(part, part.key)
            return
        try:
            await self._channel.edit(self._to, message, part)
        except MessageGone:
            del self._parts[part.key]
            await self._post(part.model_copy(update={"key": PartKey(f"{part.key}+")}), part.key)

    async def _post(self, part: Part, name: PartKey) -> None:
        noted = self._parts.get(name) == NOTED
        if not noted:
            await self._outbox.note(self._to, name)
        try:
            message = await self._channel.post(self._to, part, again=noted)
        except ChannelBusy as busy:
            if noted or busy.unheard:
                self._parts[name] = MessageId(NOTED)
            raise
        self._parts[name] = message
        await self._outbox.shown(self._to, name, message)

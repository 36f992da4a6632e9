"""The visible parts of the reply to one message: each posted once, then edited, perhaps taken away."""

from collections.abc import Mapping

from bot.conversation.adapter import Channel, ChannelBusy, MessageGone
from bot.failpoints import Point, reached
from bot.models import Inbound, MessageId, Part, PartKey
from bot.state.outbox import NOTED, Outbox
from bot.state.run import Run


class Posts:
    """The reply as earlier runs left it in `parts`; what happens to it is written down before and after."""

    def __init__(
        self, channel: Channel, to: Inbound, outbox: Outbox, run: Run, parts: Mapping[PartKey, MessageId]
    ) -> None:
        self._channel, self._to, self._outbox, self._run = channel, to, outbox, run
        self._parts = dict(parts)

    @property
    def visible(self) -> bool:
        return any(self._parts.values())

    def key(self, name: str | int) -> PartKey:
        return PartKey(f"{self._to.message}/{name}")

    def is_known(self, key: PartKey) -> bool:
        """Whether the part is visible, or may be."""
        return key in self._parts

    def is_visible(self, key: PartKey) -> bool:
        return bool(self._parts.get(key))

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
        await self._run.save()
        reached(Point.EVENT_SAVED)
        try:
            await self._channel.edit(self._to, message, part)
        except MessageGone:
            del self._parts[part.key]
            await self._post(part.model_copy(update={"key": PartKey(f"{part.key}+")}), part.key)
        reached(Point.EDITED)

    async def remove(self, key: PartKey) -> None:
        """Take a part away. One that may be visible unheard is posted first, which finds it."""
        if key not in self._parts:
            return
        if self._parts[key] == NOTED:
            await self._post(Part(key=key, text="…"), key)
        await self._run.write()
        await self._channel.remove(self._to, self._parts[key])
        del self._parts[key]
        await self._run.write(self._outbox.removed(self._to, key))

    async def remove_all(self, *, but: PartKey | None = None) -> None:
        for key in [key for key in self._parts if key != but]:
            await self.remove(key)

    async def remove_from(self, number: int) -> None:
        """Take the numbered parts away that an earlier, longer text had."""
        while self.is_known(key := self.key(number)):
            await self.remove(key)
            number += 1

    async def _post(self, part: Part, name: PartKey) -> None:
        noted = self._parts.get(name) == NOTED
        if not noted:
            await self._run.write(*self._outbox.noted(self._to, name))
            self._parts[name] = MessageId(NOTED)
        try:
            message = await self._channel.post(self._to, part, again=noted)
        except ChannelBusy as busy:
            if not noted and not busy.unheard:
                del self._parts[name]
            raise
        reached(Point.PLACEHOLDER_POSTED)
        self._parts[name] = message
        await self._run.write(
            self._outbox.shown(self._to, name, message), beside=[self._outbox.placed(self._to, message)]
        )
        reached(Point.PLACEHOLDER_SAVED)

"""A chat platform of the tests' own, which keeps what was asked of it and may be out of sorts."""

from collections.abc import AsyncGenerator

from bot.content import FileRef, TextContent
from bot.conversation.adapter import ChannelBusy, MessageGone
from bot.models import Inbound, Limits, MessageId, Part, Thread, UserId

THREAD = Thread(platform="test", team="T1", channel="C1", root=MessageId("1"))


def said(text: str, message: str = "1", *, addressed: bool = True) -> Inbound:
    return Inbound(
        thread=THREAD,
        message=MessageId(message),
        author=UserId("U1"),
        content=(TextContent(text=text),),
        addressed=addressed,
    )


MESSAGE = said("hello")


class Platform:
    """Finds a part that it has already, as the real ones do, when it is asked to look."""

    def __init__(self, *, message_chars: int = 100, edit_seconds: float = 0.01) -> None:
        self.limits = Limits(message_chars=message_chars, edit_seconds=edit_seconds)
        self.messages: dict[str, Part] = {}
        self.calls: list[str] = []
        self.looks: list[str] = []  # of each call, the buttons it showed
        self.troubles: list[ChannelBusy] = []  # of the next calls, one each
        self.loses_answers = 0  # of so many posts that took effect

    @property
    def shown(self) -> list[str]:
        return [part.text for part in self.messages.values()]

    async def post(self, to: Inbound, part: Part, *, again: bool = False) -> MessageId:
        self._called(f"post {part.key}{' again' if again else ''}", part)
        found = [name for name, known in self.messages.items() if known.key == part.key]
        if again and found:
            return MessageId(found[0])
        name = f"R{len(self.calls)}"
        self.messages[name] = part
        if self.loses_answers:
            self.loses_answers -= 1
            raise ChannelBusy("lost", retry_after=0.01, unheard=True)
        return MessageId(name)

    async def edit(self, to: Inbound, message: MessageId, part: Part) -> None:
        self._called(f"edit {message}", part)
        if message not in self.messages:
            raise MessageGone
        self.messages[message] = part

    async def remove(self, to: Inbound, message: MessageId) -> None:
        self._called(f"remove {message}")
        self.messages.pop(message, None)

    async def open(self, file: FileRef) -> AsyncGenerator[bytes]:
        raise NotImplementedError
        yield b""

    def _called(self, what: str, part: Part | None = None) -> None:
        self.calls.append(what)
        if part is not None:
            self.looks.append(", ".join(action.label for action in part.actions or ()))
        if self.troubles:
            raise self.troubles.pop(0)

"""Slack as a test sees it."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from bot.simulators.slack import Message, Person, RateLimited, Refusal, ReplyLost, SlackSimulator
from bot.simulators.slack.blocks import texts
from tests.contract.platforms import Said, Upload


class SlackPlatform:
    message_chars = 12_000
    pastes_are_files = False

    def __init__(self, simulator: SlackSimulator) -> None:
        self.simulator = simulator
        self._channels = ["C0GENERAL"]
        self._twice = False

    async def mention(self, text: str, *, place: int = 0, files: Sequence[Upload] = ()) -> Said:
        return await self._say(self._channel(place), f"@Parley {text}", None, files)

    async def write(self, text: str, under: Said | None = None, *, by_another: bool = False) -> Said:
        channel, root = (under.channel, under.root) if under else ("C0GENERAL", None)
        return await self._say(channel, text, root, by="U0GRACE" if by_another else "U0ADA")

    async def _say(
        self, channel: str, text: str, root: str | None, files: Sequence[Upload] = (), *, by: str = "U0ADA"
    ) -> Said:
        message = await self.simulator.say(channel, text, user_id=by, thread_ts=root, files=files, until_delivered=True)
        await self._deliver_again()
        return Said(channel, message.ts, message.root_ts)

    async def edit(self, said: Said, text: str) -> None:
        await self.simulator.edit(said.channel, said.message, f"@Parley {text}", until_delivered=True)
        await self._deliver_again()

    async def delete(self, said: Said) -> None:
        await self.simulator.delete(said.channel, said.message, until_delivered=True)
        await self._deliver_again()

    async def react(self, said: Said, *, number: int = 1) -> None:
        reply = self.message_ids(said)[number - 1]
        await self.simulator.react(said.channel, reply, "octagonal_sign", user_id="U0ADA", until_delivered=True)
        await self._deliver_again()

    async def _deliver_again(self) -> None:
        if not self._twice:
            return
        deliveries = self.simulator.ledger.of("delivery")
        for event_id in {str(entry["event_id"]) for entry in deliveries if entry["event_id"]}:
            await self.simulator.redeliver(event_id)

    def _channel(self, place: int) -> str:
        while place >= len(self._channels):
            self._channels.append(self.simulator.workspace.add_channel(f"place-{len(self._channels)}").id)
        return self._channels[place]

    async def other_bot_mentions(self, text: str) -> Said:
        workspace = self.simulator.workspace
        message = Message("C0GENERAL", workspace.next_ts(), "U0OTHER", f"<@U0PARLEY> {text}", bot_id="B0OTHER")
        workspace.people.setdefault("U0OTHER", Person("U0OTHER", "Other", "Other", is_bot=True))
        await asyncio.gather(*self.simulator.timeline.post(message))
        return Said("C0GENERAL", message.ts, message.root_ts)

    async def comes_twice(self) -> None:
        self._twice = True

    async def comes_late(self) -> None:
        self.simulator.loses(2)  # the mention and its twin

    @property
    def calls(self) -> list[str]:
        return [
            "<!channel>",
            "<!here|here>",
            "<!subteam^S1>",
            "<@U0GRACE>",
            "@everyone",
            "&lt;!channel&gt;",
            "`<!here>`",
        ]

    def _messages(self, said: Said) -> list[Message]:
        bot = self.simulator.workspace.bot.user.id
        return [m for m in self.simulator.thread(said.channel, said.root) if m.user_id == bot]

    def replies(self, said: Said) -> list[str]:
        return [_visible_text(message) for message in self._messages(said) if not message.files]

    def message_ids(self, said: Said) -> list[str]:
        return [message.ts for message in self._messages(said) if not message.files]

    def threads(self) -> list[Said]:
        workspace = self.simulator.workspace
        begun = [one for channel in workspace.channels for one in workspace.history(channel)]
        mine = sorted((one for one in begun if one.user_id == workspace.bot.user.id), key=lambda one: one.ts)
        return [Said(one.channel_id, one.ts, one.ts) for one in mine]

    def was_seen_at_work(self, said: Said) -> bool:
        entries = [e for e in self.simulator.ledger.of("post", "status") if e["thread_ts"] == said.root]
        first = next((i for i, entry in enumerate(entries) if entry["by_bot"]), len(entries))
        return any(entry["text"] == "is thinking…" for entry in entries[:first])

    def buttons(self, said: Said) -> list[str]:
        return [str(button["text"]["text"]) for message in self._messages(said) for button in buttons_of(message)]

    async def press(self, said: Said, label: str, *, by_another: bool = False) -> None:
        for message in self._messages(said):
            for button in buttons_of(message):
                if button["text"]["text"] == label:
                    await self.simulator.press(message, button["action_id"], "U0GRACE" if by_another else "U0ADA")

    def files(self, said: Said) -> dict[str, bytes]:
        return {file.name: file.content or b"" for message in self._messages(said) for file in message.files}

    def lose_reply_to_post(self) -> None:
        self.simulator.fails("chat.postMessage", ReplyLost())

    def limit_posts(self) -> None:
        self.simulator.fails("chat.postMessage", RateLimited())

    def limit_edits(self) -> None:
        self.simulator.fails("chat.update", RateLimited())

    def refuse_post(self) -> None:
        self.simulator.fails("chat.postMessage", Refusal(error="not_in_channel"))

    def refusals(self) -> int:
        return len([entry for entry in self.simulator.ledger.of("call") if entry["status"] == 429])

    def violations(self) -> list[str]:
        return [str(entry.facts) for entry in self.simulator.ledger.of("violation")]

    def notified(self) -> list[str]:
        return [str(entry["target"]) for entry in self.simulator.ledger.of("notification")]

    @property
    def called_by_report(self) -> list[str]:
        return ["U0ADA"]

    async def replied(self, said: Said, text: str, *, number: int = 1, seconds: float = 20) -> None:
        await self.simulator.wait_for(
            lambda: any(text in reply for reply in self.replies(said)[number - 1 : number]), seconds
        )

    async def until(self, holds: Callable[[], object]) -> None:
        await self.simulator.wait_for(holds, 20)


def _visible_text(message: Message) -> str:
    """Its Markdown; of progress the notification, which says the same, and what the cards say."""
    blocks: list[Any] = [block for block in message.blocks if isinstance(block, dict)]
    drawn = [text for block in blocks if block["type"] in ("plan", "context") for text in texts(block)]
    said = [block["text"] for block in blocks if block["type"] == "markdown"]
    return "\n".join([*(said if said and not drawn else [message.text]), *drawn, *(said if drawn else [])])


def buttons_of(message: Message) -> list[Any]:
    blocks: list[Any] = [block for block in message.blocks if isinstance(block, dict)]
    return [element for block in blocks if block["type"] == "actions" for element in block["elements"]]

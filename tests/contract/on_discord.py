"""Discord as a test sees it."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bot.simulators.discord import DiscordSimulator, Message, dropped_reply, rate_limited, refused_with
from bot.simulators.discord import Upload as Attached
from tests.contract.platforms import Said, Upload

PASTE_CHARS = 2_000
STOP_SIGN = "\N{OCTAGONAL SIGN}"
POST, EDIT = "POST /channels/{channel_id}/messages", "PATCH /channels/{channel_id}/messages/{message_id}"


class DiscordPlatform:
    message_chars = 1_800
    pastes_are_files = True

    def __init__(self, simulator: DiscordSimulator) -> None:
        self.simulator = simulator
        self._asked: set[str] = set()
        self._channels = [simulator.guild.channel("general").id]
        self._ada = simulator.guild.member("ada").id
        self._grace = simulator.guild.member("grace").id

    async def mention(self, text: str, *, place: int = 0, files: Sequence[Upload] = ()) -> Said:
        channel = self._channel(place)
        attached = [Attached(*file) for file in files]
        if len(text) > PASTE_CHARS:  # Discord's own clients make a file of it
            attached.append(Attached("message.txt", text.encode(), "text/plain"))
            text = ""
        message = await self.simulator.say(channel, f"@Parley {text}", user_id=self._ada, files=attached)
        self._asked.add(message.id)
        return Said(channel, message.id, message.id)

    async def write(self, text: str, under: Said | None = None, *, by_another: bool = False) -> Said:
        channel = under.root if under else self._channels[0]
        if under and under.root in self._asked:
            await self.simulator.wait_for(lambda: self._is_open(under), 5)
        elif under and not self._is_open(under):
            self.simulator.open_thread(under.channel, "aside", user_id=self._ada, message_id=under.root)
        message = await self.simulator.say(channel, text, user_id=self._grace if by_another else self._ada)
        return Said(channel, message.id, under.root if under else message.id)

    async def edit(self, said: Said, text: str) -> None:
        await self.simulator.edit(said.message, f"@Parley {text}" if said.message in self._asked else text)

    async def delete(self, said: Said) -> None:
        await self.simulator.delete(said.message)

    async def react(self, said: Said, *, number: int = 1) -> None:
        await self.simulator.react(self.message_ids(said)[number - 1], STOP_SIGN, user_id=self._ada)

    def threads(self) -> list[Said]:
        opened = [one for one in self.simulator.guild.threads if one.owner_id == self.simulator.bot.id]
        begun = [Said(thread.parent_id or "", thread.id, thread.id) for thread in opened]
        return [thread for thread in begun if self._is_by_bot(thread)]

    async def other_bot_mentions(self, text: str) -> Said:
        other = self.simulator.guild.member("otherbot").id
        message = await self.simulator.say(self._channels[0], f"@Parley {text}", user_id=other)
        return Said(self._channels[0], message.id, message.id)

    def _channel(self, place: int) -> str:
        while place >= len(self._channels):
            self._channels.append(self.simulator.add_channel(f"place-{len(self._channels)}").id)
        return self._channels[place]

    async def comes_twice(self) -> None:
        self.simulator.repeat_events(1_000)

    async def comes_late(self) -> None:
        await self.simulator.drop_gateway(resumable=True)

    @property
    def calls(self) -> list[str]:
        return ["@everyone", "@here", f"<@{self._grace}>", f"<@!{self._grace}>", "<@&1>", "`@everyone`"]

    def _is_by_bot(self, said: Said) -> bool:
        own = [one.id for one in self.simulator.messages(said.channel) if one.author_id == self.simulator.bot.id]
        return said.message in own

    def _is_open(self, said: Said) -> bool:
        return said.root in {thread.id for thread in self.simulator.guild.threads}

    def _messages(self, said: Said) -> list[Message]:
        if not self._is_open(said):
            return []
        return [m for m in self.simulator.messages(said.root) if m.author_id == self.simulator.bot.id and m.type != 21]

    def replies(self, said: Said) -> list[str]:
        return [visible_text(message) for message in self._messages(said) if not message.attachments]

    def message_ids(self, said: Said) -> list[str]:
        return [message.id for message in self._messages(said) if not message.attachments]

    def was_seen_at_work(self, said: Said) -> bool:
        bot = self.simulator.bot.id
        entries = self.simulator.ledger.of("typing", "post", channel_id=said.root)
        return next((entry.kind for entry in entries if bot in (entry["user_id"], entry["author_id"])), "") == "typing"

    def buttons(self, said: Said) -> list[str]:
        return [str(button["label"]) for message in self._messages(said) for button in _buttons(message)]

    async def press(self, said: Said, label: str, *, by_another: bool = False) -> None:
        who = self._grace if by_another else self._ada
        for message in self._messages(said):
            for button in _buttons(message):
                if button["label"] == label:
                    await self.simulator.press(message.id, str(button["custom_id"]), user_id=who)

    def files(self, said: Said) -> dict[str, bytes]:
        attachments = [file for message in self._messages(said) for file in message.attachments]
        return {file.filename: self.simulator.content_of(file) for file in attachments}

    def lose_reply_to_post(self) -> None:
        self.simulator.fails(POST, dropped_reply())

    def limit_posts(self) -> None:
        self.simulator.fails(POST, rate_limited(1))

    def limit_edits(self) -> None:
        self.simulator.fails(EDIT, rate_limited(1))

    def refuse_post(self) -> None:
        self.simulator.fails(POST, refused_with(50001))

    def refusals(self) -> int:
        return len([entry for entry in self.simulator.ledger.of("call") if entry["status"] == 429])

    def violations(self) -> list[str]:
        return [str(entry.facts) for entry in self.simulator.ledger.of("violation")]

    def notified(self) -> list[str]:
        entries = self.simulator.ledger.of("notification")
        return [str(entry["user_id"]) for entry in entries if entry["author_id"] == self.simulator.bot.id]

    @property
    def called_by_report(self) -> list[str]:
        return [self._ada]

    async def replied(self, said: Said, text: str, *, number: int = 1, seconds: float = 20) -> None:
        await self.simulator.wait_for(
            lambda: any(text in reply for reply in self.replies(said)[number - 1 : number]), seconds
        )

    async def until(self, holds: Callable[[], object]) -> None:
        await self.simulator.wait_for(holds, 20)


def visible_text(message: Message) -> str:
    """What it says; of progress that is drawn, the words for which the drawing stands."""
    return in_words(message.content, message.shown_embeds)


def in_words(content: str, embeds: Iterable[dict[str, Any]]) -> str:
    return "\n".join([content, *map(_in_words, embeds)]).strip()


def _in_words(embed: dict[str, Any]) -> str:
    """Marks and facts as the status line has them where nothing can be drawn."""
    drawn, _, below = embed["description"].partition("\n\n")
    stages = re.sub(r"\b(P-\w{5})\b", r"`\1`", re.sub(r"\\(.)", r"\1", drawn))
    facts = embed.get("footer", {}).get("text", "").replace(" · ", ", ")
    detail = "".join(re.findall(r"^> (.*)", stages, re.MULTILINE))
    if "⏳" in stages:
        doing = "at work" if "**Research**" in stages and detail != "starting" else detail
        state = f"_{doing}, {facts}_\n> {detail}"
    else:
        how = detail or "done"
        state = f"_{how} ({facts})_"
    return f"{embed['title']}\n{state}\n{below}"


def _buttons(message: Message) -> list[dict[str, object]]:
    return [button for row in message.components for button in row["components"]]

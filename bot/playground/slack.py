"""The simulated Slack workspace as a place on the page. The person is Mina, who joins where the bot is."""

from collections.abc import AsyncIterator, Iterator, Sequence

from bot.playground import mrkdwn, slack_blocks
from bot.playground.html import Html
from bot.playground.markup import Names, markdown
from bot.playground.place import (
    DELETE,
    OCTAGONAL_SIGN,
    STOP_SIGN,
    THREADS_SHOWN,
    Channel,
    Command,
    File,
    Gesture,
    Message,
    Refused,
    Thread,
    Upload,
)
from bot.simulators.slack import Entry, NotThere, SlackSimulator, workspace

PERSON = "Mina"
EXAMPLES = ("hello", "my name is Phil", "write a long answer", "research What do otters eat?")
STOP_SIGN_NAME = "octagonal_sign"
EMOJI = {STOP_SIGN_NAME: OCTAGONAL_SIGN}  # others are shown by their names
TOMBSTONE = "tombstone"
SHOWN_KINDS = frozenset({"post", "edit", "delete", "status", "reaction"})


class SlackPlace:
    key = "slack"
    platform = "Slack"
    person = PERSON

    def __init__(self, slack: SlackSimulator) -> None:
        self._slack = slack
        self._workspace = slack.workspace
        self.bot = slack.workspace.bot.user.name
        self._person_id = self._join().id

    def _join(self) -> workspace.Person:
        team = self._workspace
        known = [person for person in team.people.values() if person.name == PERSON]
        person = known[0] if known else team.add_person(PERSON)
        for channel in team.channels.values():
            if channel.kind == "channel" and team.bot.user.id in channel.member_ids:
                channel.member_ids.add(person.id)
        team.open_dm(person.id)
        return person

    def channels(self) -> Sequence[Channel]:
        both = {self._person_id, self._workspace.bot.user.id}
        return [self._channel(one) for one in self._workspace.channels.values() if both <= one.member_ids]

    def _channel(self, channel: workspace.Channel) -> Channel:
        if channel.kind == "im":
            how = f"Whatever you write here, {self.bot} answers in a thread under it. In that thread it remembers"
            label, how = f"Conversation with {self.bot}", f"{how} what was said."
            return Channel(channel.id, self.bot, label, must_mention=False, how=how, examples=EXAMPLES)
        how = (
            f"Mention @{self.bot} and it answers in a thread under what you wrote. In the thread it remembers what was"
        )
        how += " said, and you need not mention it again. Say help to see what else it can do."
        examples = tuple(f"@{self.bot} {words}" for words in EXAMPLES)
        name = f"#{channel.name}"
        return Channel(channel.id, name, f"Channel {name}", must_mention=True, how=how, examples=examples)

    def threads(self, channel_id: str) -> Sequence[Thread]:
        roots = self._workspace.history(channel_id)[-THREADS_SHOWN:]
        return [shown for root in roots if (shown := self.thread(channel_id, root.ts))]

    def thread(self, channel_id: str, thread_id: str) -> Thread | None:
        messages = self._slack.thread(channel_id, thread_id)
        if all(one.subtype == TOMBSTONE for one in messages):
            return None
        status = self._slack.status(channel_id, thread_id)
        return Thread(
            thread_id,
            mrkdwn.title(messages[0].text, self._names()) or "a file",
            tuple(self._message(one) for one in messages),
            f"{self.bot} {status}" if status else "",
        )

    def status(self, channel_id: str) -> str:  # noqa: ARG002 - on Slack a status belongs to a thread
        return ""

    def commands(self) -> Sequence[Command]:
        return ()

    async def changes(self, channel_id: str) -> AsyncIterator[str]:
        async for entry in self._slack.changes():
            if entry.kind in SHOWN_KINDS and entry["channel"] == channel_id:
                yield self._thread_of(entry)

    def _thread_of(self, entry: Entry) -> str:
        if entry["thread_ts"]:
            return str(entry["thread_ts"])
        message = self._workspace.find(str(entry["channel"]), str(entry["ts"]))
        return message.root_ts if message else str(entry["ts"])

    async def say(
        self,
        channel_id: str,
        thread_id: str | None,
        text: str,
        files: Sequence[Upload],
        reply_to: str | None = None,  # noqa: ARG002 - on Slack a reply is a message of a thread
    ) -> None:
        uploads = [(file.name, file.content, file.media_type) for file in files]
        try:
            await self._slack.say(channel_id, text, user_id=self._person_id, thread_ts=thread_id, files=uploads)
        except (NotThere, ValueError) as error:
            raise Refused("This conversation is not there any more. Reload the page.") from error

    async def press(self, channel_id: str, message_id: str, action: str) -> None:
        try:
            message = self._workspace.message(channel_id, message_id)
            answer = await self._slack.press(message, action, self._person_id)
        except NotThere as error:
            raise Refused("This button is not there any more.") from error
        if answer.status != 200:
            raise Refused(f"{self.bot} did not take it. Try again in a moment.")

    async def edit(self, channel_id: str, message_id: str, text: str) -> None:
        message = self._workspace.find(channel_id, message_id)
        if message is None or message.user_id != self._person_id:
            raise Refused("Only your own messages can be edited, while they are there.")
        if text != mrkdwn.typed(message.text, self._names()):
            await self._slack.edit(channel_id, message_id, text)

    async def gesture(self, channel_id: str, message_id: str, key: str) -> None:
        message = self._workspace.find(channel_id, message_id)
        if message is None or key not in [one.key for one in self._gestures(message)]:
            raise Refused("This cannot be done any more.")
        if key == DELETE:
            await self._slack.delete(channel_id, message_id)
        else:
            await self._slack.react(channel_id, message_id, STOP_SIGN_NAME, user_id=self._person_id)

    def file(self, file_id: str) -> tuple[File, bytes] | None:
        stored = self._workspace.files.get(file_id)
        if stored is None or stored.content is None:
            return None
        return _file(stored), stored.content

    def _names(self) -> Names:
        people = [("@" + person.id, "@" + person.name) for person in self._workspace.people.values()]
        return (*people, *(("#" + channel.id, "#" + channel.name) for channel in self._workspace.channels.values()))

    def _message(self, message: workspace.Message) -> Message:
        author, is_own = self._workspace.people.get(message.user_id), message.user_id == self._person_id
        return Message(
            id=message.ts,
            author=author.name if author else "Slackbot",
            is_bot=message.bot_id is not None,
            sent_at=float(message.ts),
            body=self._body(message),
            files=tuple(_file(file) for file in message.files),
            buttons=tuple(slack_blocks.buttons(message.blocks)),
            reactions=tuple((EMOJI.get(name, f":{name}:"), len(who)) for name, who in message.reactions.items()),
            is_edited=message.edited_ts is not None and message.bot_id is None,
            is_gone=message.subtype == TOMBSTONE,
            typed=mrkdwn.typed(message.text, self._names()) if is_own else None,
            gestures=tuple(self._gestures(message)),
        )

    def _gestures(self, message: workspace.Message) -> Iterator[Gesture]:
        if message.user_id == self._person_id:
            yield Gesture(DELETE, "Delete")
        elif message.bot_id and self._person_id not in message.reactions.get(STOP_SIGN_NAME, []):
            yield Gesture(STOP_SIGN, "Add stop sign")

    def _body(self, message: workspace.Message) -> tuple[Html, ...]:
        names = self._names()
        if message.markdown_text is not None:
            return markdown(message.markdown_text, names)
        shown = tuple(html for block in message.blocks for html in slack_blocks.drawn(block, names))
        return shown or ((mrkdwn.literal(message.text, names),) if message.text else ())


def _file(stored: workspace.StoredFile) -> File:
    return File(stored.id, stored.name, stored.mimetype, stored.size_bytes)

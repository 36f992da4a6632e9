"""The pieces of a thread that change by themselves: its name, its status line, and each message."""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.playground.html import NOTHING, Html, element, join
from bot.playground.icons import ATTACHMENT, BIN, BOT, EDIT, OCTAGON, REPLY
from bot.playground.place import (
    DELETE,
    OCTAGONAL_SIGN,
    STOP_SIGN,
    Button,
    Channel,
    File,
    Gesture,
    Message,
    Place,
    Thread,
)

INLINE_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
HUES = 6
ICONS = {DELETE: BIN, STOP_SIGN: OCTAGON}  # of gestures; others are words


PROBLEM = element("p", class_="problem", role="alert")  # of a form, once it was refused


@dataclass(frozen=True, slots=True)
class Where:
    """A channel on the page; gives the ids of its elements."""

    place: Place
    channel: Channel

    @property
    def id(self) -> str:
        return f"{self.place.key}-{self.channel.id}"

    @property
    def list_id(self) -> str:
        return f"{self.id}-threads"

    def thread(self, thread_id: str) -> str:
        return f"{self.id}-{thread_id}"

    def messages(self, thread_id: str) -> str:
        return f"{self.thread(thread_id)}-messages"

    def reply_box(self, thread_id: str) -> str:
        return f"{self.thread(thread_id)}-reply"


@dataclass(frozen=True, slots=True)
class Fragment:
    """One element: `before`, the blocks of its body, `after`. The body is what grows."""

    id: str
    parent: str  # id of the element it is a child of
    before: Html
    body: tuple[Html, ...] = ()
    after: Html = NOTHING

    @property
    def body_id(self) -> str:
        return f"{self.id}-body"

    @property
    def html(self) -> Html:
        return join((self.before, *self.body, self.after))


def fragments(where: Where, thread: Thread) -> dict[str, Fragment]:
    """By id, in the order of the page."""
    messages = [_message(where, thread, message) for message in thread.messages]
    status = _status(where.thread(thread.id), thread.status)
    return {one.id: one for one in (_name(where, thread), *messages, status)}


def message_ids(where: Where, thread: Thread) -> list[str]:
    return [_message_id(where, thread, message) for message in thread.messages]


def _message_id(where: Where, thread: Thread, message: Message) -> str:
    return f"{where.thread(thread.id)}-{message.id}"


def channel_status(where: Where) -> Fragment:
    return _status(where.id, where.place.status(where.channel.id))


def _name(where: Where, thread: Thread) -> Fragment:
    """Only an open thread has a name, and so is a region."""
    thread_id = where.thread(thread.id)
    own_id = f"{thread_id}-name"
    if thread.is_open:
        return Fragment(own_id, thread_id, element("h3", f"Thread: {thread.title}", id=own_id, class_="unseen"))
    return Fragment(own_id, thread_id, element("span", id=own_id, hidden=True))


def _status(of: str, words: str) -> Fragment:
    own_id = f"{of}-status"
    line = element("p", *(_thinking(words) if words else ()), id=own_id, class_="status", data_announce="now")
    return Fragment(own_id, of, line)


def _thinking(words: str) -> tuple[Html, Html]:
    dots = element("span", element("i"), element("i"), element("i"), class_="dots", aria_hidden="true")
    return dots, element("span", words)


def _message(where: Where, thread: Thread, message: Message) -> Fragment:
    own_id = _message_id(where, thread, message)
    announce = f' data-announce="{"now" if message.is_pending else "finished"}"' if message.is_bot else ""
    classes = "message gone" if message.is_gone else "message"
    opening = Html(f'<li id="{own_id}" class="{classes}"{announce}>')
    opening_of_body = Html(f'<div id="{own_id}-body" class="body">')
    below = [_files(where, message.files), _buttons(where, message), _reactions(message), _tools(where, message)]
    return Fragment(
        id=own_id,
        parent=where.messages(thread.id),
        before=join((opening, _above(message), _avatar(message), _byline(message), opening_of_body)),
        body=(_pending(message),) if message.is_pending else message.body,
        after=join((Html("</div>"), *below, Html("</li>"))),
    )


def _above(message: Message) -> Html:
    return element("p", message.above, class_="above") if message.above else NOTHING


def _pending(message: Message) -> Html:
    return element("p", *_thinking(f"{message.author} is thinking…"), class_="pending")


def _avatar(message: Message) -> Html:
    if message.is_gone:
        return element("span", BIN, class_="avatar", aria_hidden="true")
    if message.is_bot:
        return element("span", BOT, class_="avatar bot", aria_hidden="true")
    hue = zlib.crc32(message.author.encode()) % HUES
    return element("span", message.author[:1].upper(), class_=f"avatar hue-{hue}", aria_hidden="true")


def _byline(message: Message) -> Html:
    if message.is_gone:
        return NOTHING
    moment = datetime.fromtimestamp(message.sent_at, UTC).astimezone()
    badge = element("span", "APP", class_="badge") if message.is_bot else ""
    edited = element("span", "(edited)", class_="edited") if message.is_edited else ""
    time = element("time", f"{moment:%H:%M}", datetime=moment.isoformat(timespec="seconds"))
    return element("p", element("b", message.author), badge, time, edited, class_="byline")


def _files(where: Where, files: tuple[File, ...]) -> Html:
    listed = [element("li", _file(where, file)) for file in files]
    return element("ul", *listed, class_="files") if files else NOTHING


def _file(where: Where, file: File) -> Html:
    address = f"/files/{where.place.key}/{file.id}"
    if file.media_type in INLINE_IMAGES:
        picture = element("img", src=address, alt="", loading="lazy")
    else:
        picture = element("span", ATTACHMENT, class_="sheet", aria_hidden="true")
    facts = element("small", _size(file.size_bytes))
    return element("a", picture, element("span", element("b", file.name), facts), href=address, target="_blank")


def _size(size_bytes: int) -> str:
    if size_bytes < 1_000:
        return f"{size_bytes} bytes"
    return f"{size_bytes / 1_000:.1f} kB" if size_bytes < 1_000_000 else f"{size_bytes / 1_000_000:.1f} MB"


def _buttons(where: Where, message: Message) -> Html:
    if not message.buttons:
        return NOTHING
    buttons = [_button(button) for button in message.buttons]
    return element(
        "form", *hidden_fields(where, message.id), *buttons, PROBLEM, class_="actions", method="post", action="/actions"
    )


def hidden_fields(where: Where, message_id: str) -> list[Html]:
    """They say which message a form is about."""
    fields = {"place": where.place.key, "channel": where.channel.id, "message": message_id}
    return [element("input", type="hidden", name=name, value=value) for name, value in fields.items()]


def _button(button: Button) -> Html:
    style = button.style if button.style in ("primary", "danger") else None
    return element(
        "button", button.label, name="action", value=button.action, class_=style, disabled=button.is_disabled
    )


def _reactions(message: Message) -> Html:
    shown = [element("li", *_reaction(name), f" {count}") for name, count in message.reactions]
    return element("ul", *shown, class_="reactions", aria_label="Reactions") if shown else NOTHING


def _reaction(name: str) -> tuple[str, ...]:
    """The sign that matters here is drawn, since not every machine has pictures in its fonts."""
    return (OCTAGON, element("span", "Stop sign", class_="unseen")) if name == OCTAGONAL_SIGN else (name,)


def _tools(where: Where, message: Message) -> Html:
    """What the person can do with the message: shown when they point at it or come to it."""
    tools = [_tool(gesture) for gesture in message.gestures]
    if message.typed is not None:
        tools.insert(0, _icon_button(EDIT, "Edit", type="button", data_edit=message.typed))
    if message.takes_replies:
        tools.insert(0, _icon_button(REPLY, "Reply", type="button", data_reply=message.id))
    if not tools:
        return NOTHING
    group = element("div", *tools, role="group", aria_label="Message actions")
    fields = hidden_fields(where, message.id)
    return element("form", *fields, group, PROBLEM, class_="tools", method="post", action="/gestures")


def _tool(gesture: Gesture) -> Html:
    icon = ICONS.get(gesture.key)
    if icon is None:
        return element("button", gesture.label, name="gesture", value=gesture.key)
    return _icon_button(icon, gesture.label, name="gesture", value=gesture.key)


def _icon_button(icon: Html, label: str, **attributes: str) -> Html:
    return element("button", icon, aria_label=label, **attributes)

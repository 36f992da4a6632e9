"""The document: a line that says what this is, the channels, and one of them with its threads."""

from collections.abc import Sequence

from bot.playground.fragments import PROBLEM, Where, channel_status, fragments, hidden_fields
from bot.playground.html import NOTHING, Html, element, join
from bot.playground.icons import BOT, CLIP
from bot.playground.place import Place, Thread

SIMULATED_MODEL = "the bundled simulator"  # any other name is a real model, which is somewhere else
STYLE_SHEETS = ("frame", "threads", "messages", "cards", "writing", "gestures", "adapt")
_DOCTYPE = Html("<!doctype html>")


def document(places: Sequence[Place], where: Where, model: str) -> Html:
    """The whole page as it stands now; live changes follow by /changes."""
    body = element(
        "body",
        element("a", f"Skip to {where.channel.name}", href=f"#{where.id}", class_="skip"),
        _header(places, model),
        element("div", _navigation(places, where), element("main", _channel(where)), class_="columns"),
        element("p", id="announcements", class_="unseen", aria_live="polite", role="status"),
        element("p", "Connection lost. Trying again…", id="connection", hidden=True),
        _editor(where),
    )
    return join((_DOCTYPE, element("html", _head(where), body, lang="en")))


def _head(where: Where) -> Html:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("title", f"{where.channel.name} · {where.place.platform} · Parley demo"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        *(element("link", rel="stylesheet", href=f"/static/{name}.css") for name in STYLE_SHEETS),
        element("script", src="/static/page.js", type="module"),
    )


def _header(places: Sequence[Place], model: str) -> Html:
    privacy = "Nothing leaves this machine." if model == SIMULATED_MODEL else "What you write is sent to Google."
    return element(
        "header",
        element("h1", element("span", BOT, class_="avatar bot", aria_hidden="true"), "Parley demo"),
        element(
            "p",
            "You are ",
            element("b", places[0].person),
            f", in a simulated {' and '.join(place.platform for place in places)}. Answers come from ",
            element("b", model),
            f". {privacy}",
        ),
    )


def _navigation(places: Sequence[Place], here: Where) -> Html:
    return element("nav", *(_list(place, here) for place in places), aria_label="Channels")


def _list(place: Place, here: Where) -> Html:
    heading = f"{place.key}-channels"
    links = [_link(Where(place, channel), here) for channel in place.channels()]
    return element(
        "div",
        element("h2", f"Simulated {place.platform}", id=heading),
        element("ul", *links, aria_labelledby=heading),
    )


def _link(where: Where, here: Where) -> Html:
    current = "page" if where == here else None
    address = f"/channels/{where.place.key}/{where.channel.id}"
    sign, name = ("#", where.channel.name[1:]) if where.channel.name.startswith("#") else ("@", where.channel.name)
    label = element("span", sign, class_="sign", aria_hidden="true")
    return element("li", element("a", label, element("span", name), href=address, aria_current=current))


def _channel(where: Where) -> Html:
    threads = [thread_shell(where, thread) for thread in where.place.threads(where.channel.id)]
    return element(
        "section",
        element("h2", where.channel.name, " ", element("small", where.place.platform)),
        element(
            "div",
            _welcome(where),
            element("div", *threads, id=where.list_id, class_="threads"),
            channel_status(where).html,
            element("noscript", element("p", "Without JavaScript, reload the page to see answers.")),
            class_="flow",
        ),
        _composer(where),
        id=where.id,
        class_="channel",
        aria_label=where.channel.label,
        data_place=where.place.key,
        data_channel=where.channel.id,
        tabindex="-1",
    )


def _welcome(where: Where) -> Html:
    bot = where.place.bot
    what = f"This is {where.channel.name}" if where.channel.must_mention else f"You and {bot}"
    return element("div", element("b", what), element("p", where.channel.how), class_="welcome")


def thread_shell(where: Where, thread: Thread, *, is_empty: bool = False) -> Html:
    """The region of a thread; when empty its messages follow one by one, and the box for replies after them."""
    own_id = where.thread(thread.id)
    name, *messages, status = fragments(where, thread).values()
    return element(
        "section",
        name.html,
        element("ol", *([] if is_empty else [one.html for one in messages]), id=where.messages(thread.id)),
        status.html,
        reply_box(where, thread.id) if thread.is_open and not is_empty else NOTHING,
        id=own_id,
        class_="thread",
        aria_labelledby=name.id,
    )


def _composer(where: Where) -> Html:
    bot, must_mention = where.place.bot, where.channel.must_mention
    prefix = f"@{bot} " if must_mention else ""
    examples = [element("button", words, type="button", data_fill=words) for words in where.channel.examples]
    hint = f"In the channel, mention @{bot}. In its thread you need not. " if must_mention else ""
    return _form(
        where,
        "",
        f"{prefix}ask anything" if must_mention else f"Ask {bot} anything",
        element("div", element("span", "Try"), *examples, class_="examples"),
        element("p", hint, _keys(), class_="hint"),
    )


def _keys() -> Html:
    parts = (element("kbd", "Enter"), " sends, ", element("kbd", "Shift"), "+", element("kbd", "Enter"))
    return element("span", *parts, " starts a new line.", class_="keys")


def reply_box(where: Where, thread_id: str) -> Html:
    return _form(where, thread_id, "Reply in this thread", NOTHING, NOTHING)


def _editor(where: Where) -> Html:
    """The form that takes the place of a message's text while it is edited; the page's script fills it in."""
    box = element("textarea", name="text", rows=1, aria_label="Edit message", autocomplete="off")
    save = element("button", "Save", class_="primary")
    cancel = element("button", "Cancel", type="button")
    keys = (element("kbd", "Enter"), " saves, ", element("kbd", "Escape"), " cancels.")
    hint = element("span", *keys, class_="keys")
    form = element(
        "form",
        *hidden_fields(where, ""),
        element("div", box, class_="box"),
        element("p", save, cancel, hint, class_="choices"),
        PROBLEM,
        class_="edit",
        method="post",
        action="/edits",
    )
    return element("template", form, id="editor")


def _form(where: Where, thread_id: str, placeholder: str, above: Html, below: Html) -> Html:
    hidden = {"place": where.place.key, "channel": where.channel.id, "thread": thread_id, "reply_to": ""}
    fields = [element("input", type="hidden", name=name, value=value) for name, value in hidden.items()]
    replying = element(
        "p", element("span"), element("button", "Cancel reply", type="button"), class_="replying", hidden=True
    )
    box = element("textarea", name="text", rows=1, aria_label="Message", placeholder=placeholder, autocomplete="off")
    chooser = element("input", type="file", name="files", multiple=True, aria_label="Attach files")
    commands = element("ul", class_="commands", aria_label="Commands", hidden=True)
    attach = element("label", chooser, CLIP, class_="attach", title="Attach files")
    return element(
        "form",
        *fields,
        above,
        replying,
        element("div", commands, box, attach, element("button", "Send", class_="primary"), class_="box"),
        element("ul", class_="chosen", hidden=True),
        PROBLEM,
        below,
        id=where.reply_box(thread_id) if thread_id else None,
        class_="reply" if thread_id else "composer",
        method="post",
        action="/messages",
        enctype="multipart/form-data",
    )

"""What Slack's own client makes of the words a person types: mentions and links become tokens, the rest is escaped."""

import re
from collections.abc import Iterator

from bot.simulators.slack.workspace import JsonObject, Workspace

_TOKEN = re.compile(r"@(?P<name>[\w-]+)|#(?P<channel>[\w-]+)|(?P<url>https?://[^\s<>]+)")
_BROADCASTS = frozenset({"channel", "here", "everyone"})


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def encode(typed: str, workspace: Workspace) -> str:
    """The mrkdwn text of an event: "@Parley 1 < 2" becomes "<@U0PARLEY> 1 &lt; 2"."""
    return "".join(_as_mrkdwn(element) for element in _elements(typed, workspace))


def rich_text(typed: str, workspace: Workspace, block_id: str) -> JsonObject:
    """The block that messages of people carry beside their text."""
    section: JsonObject = {"type": "rich_text_section", "elements": [*_elements(typed, workspace)]}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}


def _elements(typed: str, workspace: Workspace) -> Iterator[JsonObject]:
    done = 0
    for match in _TOKEN.finditer(typed):
        element = _element(match, workspace)
        if element is None:
            continue
        if match.start() > done:
            yield {"type": "text", "text": typed[done : match.start()]}
        yield element
        done = match.end()
    if done < len(typed):
        yield {"type": "text", "text": typed[done:]}


def _element(match: re.Match[str], workspace: Workspace) -> JsonObject | None:
    if url := match["url"]:
        return {"type": "link", "url": url}
    if name := match["channel"]:
        ids = [channel.id for channel in workspace.channels.values() if channel.name == name]
        return {"type": "channel", "channel_id": ids[0]} if ids else None
    name = match["name"].lower()
    if name in _BROADCASTS:
        return {"type": "broadcast", "range": name}
    ids = [person.id for person in workspace.people.values() if person.name.lower() == name]
    return {"type": "user", "user_id": ids[0]} if ids else None


def _as_mrkdwn(element: JsonObject) -> str:
    match element:
        case {"type": "user", "user_id": str(user_id)}:
            return f"<@{user_id}>"
        case {"type": "channel", "channel_id": str(channel_id)}:
            return f"<#{channel_id}|>"
        case {"type": "broadcast", "range": str(whom)}:
            return f"<!{whom}>"
        case {"type": "link", "url": str(url)}:
            return f"<{escape(url)}>"
        case _:
            return escape(str(element["text"]))

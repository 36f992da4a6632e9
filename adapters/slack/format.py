"""Text between Slack and the conversation, both ways. Pure.

In: Slack's mrkdwn with its encoded mentions and links becomes what the writer saw.
Out: Markdown goes as it is, since Slack renders it itself, except for what would call people's attention.

Source: "Formatting message text", "chat.postMessage method", Slack developer docs.
"""

import html
import re

ENCODED = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")
BROADCASTS = "channel|here|everyone"
CONTROL = re.compile(
    rf"\\?(?:<|&lt;?|&#0*60;?|&#[xX]0*3[cC];?)(?=!(?:{BROADCASTS}|group|subteam)\b|@[UWB]|#C)", re.IGNORECASE
)
BROADCAST = re.compile(rf"@(?=(?:{BROADCASTS})\b)", re.IGNORECASE)
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
ADDRESS = re.compile(r":(?=//)|(?<=\bmailto):", re.IGNORECASE)
FALLBACK_CHARS = 300
HARMLESS_BRACKET, HARMLESS_AT, HARMLESS_COLON = "‹", "＠", "："


def parse_characters(text: str) -> str:
    """The text with every half of a surrogate pair, which no JSON in UTF-8 can hold, as a replacement character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def parse_mrkdwn(text: str, *, bot_user: str | None) -> str:
    """What a person wrote, without the mention of the bot: `<@U1>` as @U1, `<url|label>` as a Markdown link."""
    whole = parse_characters(text)
    without_bot = whole.replace(f"<@{bot_user}>", "") if bot_user else whole
    return html.unescape(ENCODED.sub(_decode, without_bot)).strip()


def _decode(match: re.Match[str]) -> str:
    kind, target, label = match.groups()
    match kind:
        case "@" | "#":
            return kind + (label or target)
        case "!":
            return "@" + (label or target).removeprefix("@")
        case _ if label and label != target:
            return f"[{label}]({target})"
        case _:
            return target


def render_markdown(text: str) -> str:
    """Markdown that notifies nobody: broadcasts and mentions lose their first character to a look-alike.

    A text gets no longer by it, so it still fits where it fitted. They are replaced in code too, because Slack
    resolves some of them there; a visible look-alike is more honest than an invisible character. A backslash that
    escaped one goes with it, since before a look-alike it would show.
    """
    return BROADCAST.sub(HARMLESS_AT, CONTROL.sub(HARMLESS_BRACKET, text))


def render_unlinked(text: str) -> str:
    """The text with addresses that are only words: an edit has no switch against the preview of a link."""
    return ADDRESS.sub(HARMLESS_COLON, text)


def render_fallback(text: str) -> str:
    """What notifications and screen readers get of a message made of blocks: its beginning, all markup escaped.

    They show Markdown as it is written, so nothing needs a backslash there.
    """
    return html.escape(render_markdown(ESCAPED.sub(r"\1", text))[:FALLBACK_CHARS], quote=False)

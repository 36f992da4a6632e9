"""The few drawings of the page, inline so that they follow its colours."""

from bot.playground.html import Html

_OPEN = '<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="2" '
_ROUND = 'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'


def _icon(paths: str) -> Html:
    return Html(f"{_OPEN}{_ROUND}{paths}</svg>")


BOT = _icon('<path d="M4 5h12v8H9l-3 3v-3H4z"/><path d="M19 9h1v8h-2v3l-3-3h-4"/>')
ATTACHMENT = _icon('<path d="M7 3h7l5 5v13H7z"/><path d="M14 3v5h5"/>')
CLIP = _icon('<path d="m20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 4.8 4.8L9.5 17a1.7 1.7 0 0 1-2.4-2.4L15 7"/>')

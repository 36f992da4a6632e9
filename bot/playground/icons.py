"""The few drawings of the page, inline so that they follow its colours."""

from bot.playground.html import Html

_OPEN = '<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="2" '
_ROUND = 'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'


def _icon(paths: str) -> Html:
    return Html(f"{_OPEN}{_ROUND}{paths}</svg>")


BOT = _icon('<path d="M4 5h12v8H9l-3 3v-3H4z"/><path d="M19 9h1v8h-2v3l-3-3h-4"/>')
ATTACHMENT = _icon('<path d="M7 3h7l5 5v13H7z"/><path d="M14 3v5h5"/>')
CLIP = _icon('<path d="m20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 4.8 4.8L9.5 17a1.7 1.7 0 0 1-2.4-2.4L15 7"/>')
EDIT = _icon('<path d="M4 20h4L19 9l-4-4L4 16z"/><path d="m13 7 4 4"/>')
BIN = _icon(
    '<path d="M4 7h16"/><path d="M9 7V4h6v3"/><path d="m6 7 1 13h10l1-13"/><path d="M10 11v5"/><path d="M14 11v5"/>'
)
OCTAGON = _icon('<path d="M8.5 3h7L21 8.5v7L15.5 21h-7L3 15.5v-7z"/><path d="M9.5 9.5h5v5h-5z"/>')
REPLY = _icon('<path d="m9 6-5 5 5 5"/><path d="M4 11h10a6 6 0 0 1 6 6v1"/>')
TICK = _icon('<path d="m8 12.5 2.8 2.8L16.5 9.5"/><circle cx="12" cy="12" r="9"/>')
CROSS = _icon('<path d="m9 9 6 6"/><path d="m15 9-6 6"/><circle cx="12" cy="12" r="9"/>')
CIRCLE = _icon('<circle cx="12" cy="12" r="9" stroke-dasharray="2.4 4.67"/>')
ARC = _icon('<circle cx="12" cy="12" r="9" opacity="0.25"/><path d="M12 3a9 9 0 0 1 9 9"/>')

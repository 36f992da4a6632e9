"""How far a task is, as one embed: its stages with a mark each, below them the facts. Pure.

The marks are emoji, because those have names that screen readers say.

Source: "Message Resource", embed object and its limits, Discord developer docs.
"""

from collections.abc import Sequence
from typing import Any, Final

from adapters.discord.format import render_markdown, render_plain, shorten
from bot.models import Mark, Progress, ProgressStage

TITLE_CHARS, DESCRIPTION_CHARS = 256, 4_096
FOOTER_CHARS = 1_600  # Discord takes 2,048, but no more than 6,000 in a whole embed
LABEL_CHARS, DETAIL_CHARS = 200, 1_200  # so that one stage leaves room for others
BELOW_CHARS = 2_000
MARKS: Final = {Mark.WAITING: "⬜", Mark.RUNNING: "⏳", Mark.DONE: "✅", Mark.FAILED: "❌", Mark.STOPPED: "⏹️"}
BLUE, GREEN, RED, GREY = 0x3B7DD8, 0x2E9E5B, 0xD0453A, 0x80868B


def render_progress(progress: Progress) -> dict[str, Any]:
    embed: dict[str, Any] = {
        "title": render_plain(progress.title, limit_chars=TITLE_CHARS),
        "description": _description(progress),
        "color": _color({stage.mark for stage in progress.stages}),
    }
    if progress.facts:  # no Markdown there, so nothing to escape
        embed["footer"] = {"text": shorten(" · ".join(progress.facts), limit_chars=FOOTER_CHARS)}
    return embed


def _color(marks: set[Mark]) -> int:
    if Mark.FAILED in marks:
        return RED
    if Mark.STOPPED in marks:
        return GREY
    return GREEN if marks == {Mark.DONE} else BLUE


def _description(progress: Progress) -> str:
    below = render_markdown(progress.below)[:BELOW_CHARS]
    stages = _stages(progress.stages, DESCRIPTION_CHARS - len(below) - 2)
    return f"{stages}\n\n{below}" if below else stages


def _stages(stages: Sequence[ProgressStage], limit_chars: int) -> str:
    shown = [_stage(stage) for stage in stages]
    while len("\n".join(shown)) > limit_chars:
        shown = [*shown[:-2], "…"]
    return "\n".join(shown)


def _stage(stage: ProgressStage) -> str:
    label = render_plain(stage.label, limit_chars=LABEL_CHARS)
    line = f"{MARKS[stage.mark]} {f'**{label}**' if stage.mark is Mark.RUNNING else label}"
    detail = render_plain(stage.detail, limit_chars=DETAIL_CHARS)
    return f"{line}\n> {detail}" if detail else line

"""What Slack is sent for a part of a reply: Markdown, or blocks. Pure.

A message with progress is a plan with a card for each stage. Slack takes such blocks since 2026 and says nothing of
their limits; those here are the ones it names for the same fields of a stream, so that no card gets long.

Source: "Plan block", "Task card block", "Markdown block", "User element", "Button element", "chat.update method",
Slack developer docs.
"""

import re
from collections.abc import Sequence
from typing import Any

from adapters.slack.format import render_fallback, render_markdown, render_unlinked
from bot.models import Action, Mark, Part, PartKey, Progress, ProgressStage, UserId

SAYS = "says:"  # begins the action id of a button that is as good as a message
USER = re.compile(r"[UW][A-Z0-9]{1,30}")
FIELD_CHARS = 256  # of a title or a detail
ID_CHARS = 255
FACTS_CHARS = 1_000
MOST_STAGES = 10  # shown; fits what Slack takes in all blocks together
BETWEEN_FACTS = " · "
STATUSES = {  # Slack knows no others, so what was stopped is what has not been done
    Mark.WAITING: "pending",
    Mark.RUNNING: "in_progress",
    Mark.DONE: "complete",
    Mark.FAILED: "error",
    Mark.STOPPED: "pending",
}

STATES = {Mark.FAILED: "Failed", Mark.STOPPED: "Stopped"}  # of the whole, where it is not that of a stage at work

Block = dict[str, Any]
Fields = dict[str, Any]


def render_content(part: Part, *, drawn: bool) -> Fields:
    """The fields of chat.postMessage and chat.update. They replace all that the message has.

    Where its progress is not to be `drawn`, the text stands for it.
    """
    if part.progress is None and part.actions is None and not is_user(part.notifies):
        return {"markdown_text": render_markdown(part.text)}
    text = render_unlinked(part.text) if part.progress else part.text
    body = _progress(part.key, part.progress) if part.progress and drawn else [_markdown(text)]
    blocks = [*_mention(part.notifies), *body, *_buttons(part.actions or ())]
    return {"blocks": blocks, "text": render_call(part.notifies, " ") + render_fallback(text)}


def render_call(user: UserId | None, then: str) -> str:
    """The mention of a person, in Slack's own text; nothing for what is no user's id."""
    return f"<@{user}>{then}" if is_user(user) else ""


def is_user(user: UserId | None) -> bool:
    return user is not None and USER.fullmatch(user) is not None


def _mention(user: UserId | None) -> list[Block]:
    """A block of its own: nothing says that Markdown resolves mentions, while this element is one by definition."""
    return [_rich_text({"type": "user", "user_id": user})] if is_user(user) else []


def _markdown(text: str) -> Block:
    return {"type": "markdown", "text": render_markdown(text)}


def _rich_text(element: Block) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [element]}]}


def _progress(key: PartKey, progress: Progress) -> list[Block]:
    """A plan that keeps its id over edits stays open for whoever has opened it (slackapi/node-slack-sdk#2701)."""
    tasks = [_task(number, stage) for number, stage in enumerate(progress.stages)][-MOST_STAGES:]
    title = _line(progress.title, FIELD_CHARS) or "…"
    plan: Block = {"type": "plan", "block_id": f"plan {key}"[:ID_CHARS], "title": title, "tasks": tasks}
    facts = _line(BETWEEN_FACTS.join([_state(progress.stages), *progress.facts]), FACTS_CHARS)
    context = [{"type": "context", "elements": [_plain(facts)]}] if progress.facts else []
    return [plan, *context, *([_markdown(progress.below)] if progress.below else [])]


def _state(stages: Sequence[ProgressStage]) -> str:
    """For who has the plan collapsed, which hides its cards."""
    now = next((stage for stage in stages if stage.mark is not Mark.DONE), None)
    if now is None:
        return "Done"
    return STATES.get(now.mark, now.label)


def _task(number: int, stage: ProgressStage) -> Block:
    title = _line(stage.label, FIELD_CHARS) or "…"
    card: Block = {"type": "task_card", "task_id": f"stage-{number}", "title": title, "status": STATUSES[stage.mark]}
    detail = _line(stage.detail, FIELD_CHARS)
    return card | {"details": _rich_text({"type": "text", "text": detail})} if detail else card


def _buttons(actions: Sequence[Action]) -> list[Block]:
    return [{"type": "actions", "elements": [_button(action) for action in actions]}] if actions else []


def _button(action: Action) -> Block:
    button = {"type": "button", "action_id": f"{SAYS}{action.says}", "text": _plain(action.label), "value": action.says}
    return button if action.kind == "plain" else button | {"style": action.kind}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def _line(text: str, chars: int) -> str:
    """One harmless line: Slack shows these fields as they are, but that is no promise to rely on."""
    line = render_unlinked(render_markdown(" ".join(text.split())))
    return line if len(line) <= chars else f"{line[: chars - 1]}…"

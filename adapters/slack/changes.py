"""What becomes of messages after they were written: people edit and delete them. Pure: no call, no state.

Slack tells of many changes nobody made: previews that were fetched, counts of replies, our own edits. Only a new
text or other files are an edit. Whether the message is one of ours to answer cannot be seen here, so changes of
messages that never named the bot come through too.

Source: "message_changed event", "message_deleted event", Slack developer docs.
"""

from collections.abc import Mapping

from pydantic import BaseModel

from adapters.slack.messages import (
    PLAIN_SUBTYPES,
    Id,
    Message,
    Place,
    is_addressed,
    is_from_a_person,
    parse_message,
)
from bot.models import Inbound, MessageId, UserId

TOMBSTONE = "tombstone"  # what stays of a deleted message that has replies
DELETED = "deleted"  # the revision of a deletion; those of edits are times
NOBODY = UserId("")  # Slack does not always say whose message was deleted


class Change(BaseModel):
    """The fields of `message_changed` that matter here."""

    ts: Id  # of the change
    message: Message
    previous_message: Message | None = None


class Deletion(BaseModel):
    """The fields of `message_deleted` that matter here."""

    deleted_ts: Id
    previous_message: Message | None = None


def parse_change(event: Mapping[str, object], place: Place) -> Inbound | None:
    """The edit that a `message_changed` tells of, or the deletion; None when no person made it.

    Raises pydantic.ValidationError for an odd shape.
    """
    change = Change.model_validate(event)
    if change.message.subtype == TOMBSTONE:
        return _deletion(change.message.ts, change.previous_message, place)
    if change.message.subtype not in PLAIN_SUBTYPES or not is_from_a_person(change.message, place):
        return None
    revision = _revision(change)
    if revision is None:
        return None
    return parse_message(change.message, place, addressed=is_addressed(change.message, place), revision=revision)


def parse_deletion(event: Mapping[str, object], place: Place) -> Inbound | None:
    """The deletion that a `message_deleted` tells of. Raises pydantic.ValidationError for an odd shape."""
    deletion = Deletion.model_validate(event)
    return _deletion(deletion.deleted_ts, deletion.previous_message, place)


def _deletion(ts: str, previous: Message | None, place: Place) -> Inbound | None:
    """Slack does not always say what was deleted; then it may have stood in a thread, which the store may know."""
    if previous and (previous.subtype == TOMBSTONE or not is_from_a_person(previous, place)):
        return None
    return Inbound(
        thread=place.thread(previous.root if previous else ts),
        message=MessageId(ts),
        author=UserId(previous.user) if previous else NOBODY,
        content=(),
        addressed=False,
        continues=None if previous else MessageId(ts),
        revision=DELETED,
        deleted=True,
    )


def _revision(change: Change) -> str | None:
    """When it was edited, the same in all events that tell of it; None when it was not.

    Slack marks an edited text with a time. Files can be taken away without such a mark; then the change has one.
    """
    edited, previous = change.message.edited, change.previous_message
    if previous is None:
        return edited.ts if edited else None
    if (change.message.text or "") == (previous.text or "") and _files(change.message) == _files(previous):
        return None
    return edited.ts if edited and edited != previous.edited else change.ts


def _files(message: Message) -> set[str | None]:
    return {file.id for file in message.files or () if file.mode != TOMBSTONE}

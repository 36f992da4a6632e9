"""When one answer is too long for one request, the API stops with a token, and the next request goes on from it.

Every such request bills the input again, so this ends when the token does not change, or after many.

Source: "Interactions API", Gemini API docs; the official SDK's automatic continuation.
"""

from dataclasses import replace

from bot.interactions.interaction import Interaction, Status
from bot.interactions.requests import Request

MOST_PARTS = 32


def continued(request: Request | None, answer: Interaction) -> Request | None:
    """The request that goes on from where the answer to `request` had to stop; None when it did not.

    A stored interaction is named and brings its input along; one that is not needs the input again.
    """
    if request is None or request.agent is not None or request.background:
        return None  # the API continues these by itself
    token = answer.continuation_token
    if answer.status != Status.REQUIRES_CONTINUATION or token in {None, request.continuation_token}:
        return None
    if len(answer.continuation_ids) >= MOST_PARTS:
        return None
    if request.store is False or answer.id is None:
        return replace(request, continuation_token=token)
    return replace(request, continuation_token=token, previous_interaction_id=answer.id, input=())


def joined(before: Interaction, part: Interaction) -> Interaction:
    """An answer with the part that continues it: steps and usage of both, the rest as the newer one has it."""
    ids = before.continuation_ids or ((before.id,) if before.id else ())
    return replace(
        part,
        steps=before.steps + part.steps,
        usage=before.usage + part.usage,
        previous_interaction_id=before.previous_interaction_id,
        continuation_ids=(*ids, part.id) if part.id and part.id not in ids else ids,
    )

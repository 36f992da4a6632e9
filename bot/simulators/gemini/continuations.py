"""Continuation tokens: what is left to say of an interaction whose one decode was too long.

Source: "Interactions API" reference, Gemini API docs: `requires_continuation`.
"""

from bot.simulators.gemini.request import CreateRequest
from bot.simulators.gemini.store import Interaction
from bot.simulators.gemini.wire import ApiError

_MOST = 100


class Continuations:
    """The newest tokens. One may be used again, as after a connection that was cut."""

    def __init__(self) -> None:
        self._issuers: dict[str, Interaction] = {}

    def remember(self, interaction: Interaction) -> None:
        if (token := interaction.continuation_token) is not None:
            self._issuers[token] = interaction
            while len(self._issuers) > _MOST:
                del self._issuers[next(iter(self._issuers))]

    def issuer(self, request: CreateRequest) -> Interaction | None:
        """Whose rest the request asks for; None without a token.

        Raises ApiError 400 for a token that is unknown, or that comes without what belongs to it: the id of a
        stored interaction and no input, or the input of one that was not stored.
        """
        if request.continuation_token is None:
            return None
        issuer = self._issuers.get(request.continuation_token)
        if issuer is None:
            raise _invalid("'continuation_token' is not one that was issued here.")
        if issuer.request.store:
            if request.previous_interaction_id != issuer.id or request.input is not None:
                raise _invalid("'continuation_token' needs the 'previous_interaction_id' it came with, and no 'input'.")
        elif request.input != issuer.request.input:
            raise _invalid("'continuation_token' needs the same 'input' again, as nothing was stored.")
        return issuer


def _invalid(message: str) -> ApiError:
    return ApiError(400, "invalid_request", message)

"""What can go wrong between us and the Interactions API: one class per thing a caller does differently.

`retry_after` says whether the same call may be made again, and when; the client itself never repeats one.
Creating has no idempotency key, so it is None as soon as the API may have begun.
`str(error)` holds codes only: messages of the API may quote what people wrote, so they stay in `detail`.

Source: "Errors", "Rate limits", Interactions API docs.
"""

from bot.interactions.types import Interaction, Problem


class InteractionError(Exception):
    """Base of all of them."""

    notice = "Something went wrong between me and my model."

    def __init__(self, message: str, *, code: str = "", detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code  # the API's own, where it gave one
        self.detail = detail  # the API's words; may quote what was sent, so never log it
        self.retry_after = retry_after  # seconds; None: retrying will not help


class RateLimited(InteractionError):
    """The API asked us to slow down."""

    notice = "I have more questions than I can answer just now. Please try again in a minute."


class QuotaExceeded(InteractionError):
    """The day's quota is used up."""

    notice = "I have used up what I may ask my model today. Please try again tomorrow."


class BadKey(InteractionError):
    """The API does not accept our key, or not for this."""

    notice = "My model does not let me in. The people who run me have to check my API key."


class PaymentRequired(InteractionError):
    """The account behind our key has nothing left to pay with."""

    notice = "My model wants to be paid first. The people who run me have to check its billing."


class Refused(InteractionError):
    """The question or the answer was blocked; the same again would be too."""

    notice = "My model declined to answer this. Asking in another way may help."


class NotFound(InteractionError):
    """No such interaction, model or agent."""

    notice = "What I need for this does not exist at my model's side, or no longer does."


class ParentLost(NotFound):
    """The previous interaction is gone, or not ours: a new chain has to be begun."""

    notice = "The earlier part of this conversation is no longer stored, so I cannot go on from it."


class BadRequest(InteractionError):
    """The API does not take this request as it is."""

    notice = "My model could not work with this message. A shorter or simpler one may help."


class Unavailable(InteractionError):
    """The API said no for now, or a question that changes nothing got no answer. It may be repeated."""

    notice = "My model is not available just now. Please try again in a minute."


class NotSent(InteractionError):
    """No connection: nothing left this machine."""

    notice = "I cannot reach my model just now. Please try again in a minute."


class OutcomeUnknown(InteractionError):
    """Something was to be created and no answer came. It may exist, so it must not be created again."""

    notice = "I lost the line to my model, so I cannot tell whether it is at work on this. Ask again if you like."


class StreamCut(InteractionError):
    """A stream broke off, or ended without its terminal event. `get` or `resume` may bring the rest."""

    notice = "The line to my model broke in the middle of the answer."

    def __init__(self, reason: str, *, interaction_id: str | None, last_event_id: str | None) -> None:
        super().__init__(f"stream of interaction {interaction_id} cut after event {last_event_id}: {reason}")
        self.interaction_id = interaction_id  # None: it was cut before we learned it
        self.last_event_id = last_event_id  # None: resume replays everything


class Failed(InteractionError):
    """The interaction ended without success. What it had until then is in `interaction`, where known."""

    notice = "My model gave up on this one. Trying again may help."

    def __init__(
        self, message: str, *, code: str = "", detail: str = "", interaction: Interaction | None = None
    ) -> None:
        super().__init__(message, code=code, detail=detail)
        self.interaction = interaction

    @property
    def errors(self) -> tuple[Problem, ...]:
        return self.interaction.errors if self.interaction else (Problem(self.code, self.detail),)


class FileFailed(InteractionError):
    """A file was uploaded in vain: it could not be processed, or not in time."""

    notice = "My model could not open a file of this message. It may be damaged, or of a kind it does not know."

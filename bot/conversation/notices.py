"""The sentences people read when something is not as they expect. Short, kind and true."""

from bot.interactions.errors import InteractionError

UNEXPECTED = "Something went wrong on my side. Please try again; if it stays, tell whoever runs me."
NO_QUESTION = "Yes? Write your question after my name, or just here in the thread."
CONTEXT_LOST = "_I no longer have the earlier part of this conversation, so this answer does without it._"
REMEMBERED = "_The earlier part of this conversation had expired; I went by what was said here._"
EDITED = "_This answers the edited question._"
STOPPED = "_Stopped._"
NOTHING_TO_RETRY = "There is no question here that I could answer again."
DONE = "Done."
CUT_OFF = "_My answer reached its length limit and ends here._"


class NoAnswer(InteractionError):
    """The interaction ended well and holds nothing to show."""

    notice = "I have no answer to that. Please ask in other words."


class NothingSaid(InteractionError):
    """The interaction reached its length limit in thought."""

    notice = "My answer reached its length limit before it had begun. A smaller question may help."


class OutOfBudget(InteractionError):
    """The interaction has used up what one may cost."""

    notice = "My model has used up what it may spend on one answer. A smaller question may help."


class Halted(InteractionError):
    """Somebody else cancelled the interaction."""

    notice = "My model was stopped before it was done. Please ask again."


class UnknownEnd(InteractionError):
    """The interaction ended in a way that nobody knew of when this was written."""

    notice = "My model ended this in a way I do not know, so I cannot tell what is missing. Please ask again."


def with_reference(notice: str, reference: str) -> str:
    """A failure as it is shown: what happened, and what to quote to whoever runs the bot."""
    return f"{notice} (`{reference}`)"


def clipped(used_chars: int, all_chars: int) -> str:
    return f"_Your message has {all_chars:,} characters; I read the first {used_chars:,}._"

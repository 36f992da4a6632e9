"""The sentences people read when something is not as they expect. Short, kind and true."""

from bot.interactions.errors import InteractionError

UNEXPECTED = "Something went wrong on my side. Please try again; if it stays, tell whoever runs me."
NO_QUESTION = "Yes? Write your question after my name, or just here in the thread."
CONTEXT_LOST = "_I no longer have the earlier part of this conversation, so this answer does without it._"
CUT_OFF = "_My answer reached its length limit and ends here._"


class NoAnswer(InteractionError):
    """The interaction ended well and holds nothing to show."""

    notice = "I have no answer to that. Please ask in other words."


def with_reference(notice: str, reference: str) -> str:
    """A failure as it is shown: what happened, and what to quote to whoever runs the bot."""
    return f"{notice} (`{reference}`)"


def clipped(used_chars: int, all_chars: int) -> str:
    return f"_Your message has {all_chars:,} characters; I read the first {used_chars:,}._"

"""Plain words about a message, where its text has no room."""

FIRST_WORDS_CHARS = 60


def first_words(text: str) -> str:
    """The beginning of a text in one line."""
    words = " ".join(text.split())
    if len(words) <= FIRST_WORDS_CHARS:
        return words
    return words[:FIRST_WORDS_CHARS].rsplit(" ", 1)[0] + "…"

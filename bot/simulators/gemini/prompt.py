"""What can be picked out of a person's words without understanding them: dates, numbers, names, addresses."""

import re

_URL = re.compile(r"https?://[^\s<>\"'()]+[^\s<>\"'().,;:!?]")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_TIME = re.compile(r"\b(\d{1,2}):(\d{2})\b|\b(\d{1,2})\s*([ap])\.?m\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.:-])[-−]?\d+(?:\.\d+)?(?![\w:-]|\.\d)")
_QUOTED = re.compile(r"[\"“]([^\"”]+)[\"”]|(?<!\w)'([^']+)'(?!\w)")
_NAME = r"[^\W\d_a-zß-öø-ÿ][\w'’-]*(?:\s+[^\W\d_a-zß-öø-ÿ][\w'’-]*)*"
_LISTED = rf"{_NAME}(?:(?:\s*,\s*(?:and\s+)?|\s+(?:and|or|und|&)\s+){_NAME})*"
_PLACES = re.compile(rf"\b(?:in|at|for|near|from|to|of)\s+({_LISTED})")
_PEOPLE = re.compile(rf"\b(?:with|invite|between|attendees:?|and tell)\s+({_LISTED})")
_SPLIT = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|or|und|&)\s+")
_TOPIC = re.compile(r"\b(?:about|on the topic of|regarding)\s+(?:the\s+)?([^.?!\n]{2,200})")


def urls(text: str) -> list[str]:
    return _URL.findall(text)


def emails(text: str) -> list[str]:
    return _EMAIL.findall(text)


def dates(text: str) -> list[str]:
    return _DATE.findall(text)


def times(text: str) -> list[str]:
    """Times of day as HH:MM."""
    return [_clock(found) for found in _TIME.finditer(text)]


def numbers(text: str) -> list[float]:
    """Numbers that stand alone, without those inside dates and times."""
    plain = _TIME.sub(" ", _DATE.sub(" ", text))
    return [float(found.replace("−", "-")) for found in _NUMBER.findall(plain)]


def quotations(text: str) -> list[str]:
    return [first or second for first, second in _QUOTED.findall(text)]


def places(text: str) -> list[str]:
    """Names after a preposition of place, each of a list: "in Paris and New York" has two."""
    return [name for found in _PLACES.findall(text) for name in _SPLIT.split(found)]


def people(text: str) -> list[str]:
    return [name for found in _PEOPLE.findall(text) for name in _SPLIT.split(found)]


def topics(text: str) -> list[str]:
    return [found.strip() for found in _TOPIC.findall(text)]


def words(text: str) -> list[str]:
    """Words in lower case, those of `snake_case` and `camelCase` apart."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return re.findall(r"[^\W_]+", apart.lower())


def _clock(found: re.Match[str]) -> str:
    hour, minute, twelve_hour, half = found.groups()
    if hour is not None:
        return f"{int(hour) % 24:02}:{minute}"
    return f"{int(twelve_hour) % 12 + (12 if half.lower() == 'p' else 0):02}:00"

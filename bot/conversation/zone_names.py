"""The names that people have for time zones. Pure."""

from functools import lru_cache
from zoneinfo import available_timezones

REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
SHORT = ("UTC", "GMT", "CET", "EET", "WET")  # those that go with summer time too, or have none


def find_zone(wanted: str) -> str | None:
    """The IANA name of a time zone that somebody wrote in their own way: "europe/zurich", "New York"; None where none
    is called so."""
    name = "_".join(wanted.strip(" `<>.!").split()).casefold()
    return _names().get(name)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """All that a zone may be called, without regard to case: its name, and its city alone."""
    names = sorted(name for name in available_timezones() if name.startswith(REGIONS) or name in SHORT)
    cities = {name.rpartition("/")[2].casefold(): name for name in reversed(names)}
    return cities | {name.casefold(): name for name in names}

"""How people call their time zones."""

import pytest

from bot.conversation.zone_names import find_zone


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("Europe/Zurich", "Europe/Zurich"),
        ("europe/zurich.", "Europe/Zurich"),
        ("`America/New_York`", "America/New_York"),
        ("new  york", "America/New_York"),
        ("Zurich!", "Europe/Zurich"),
        ("utc", "UTC"),
        ("CET", "CET"),
        ("EST", None),  # would have no summer time
        ("Europe", None),
        ("", None),
        ("../etc/passwd", None),
    ],
)
def test_a_zone_is_found_by_its_name_or_its_city(wanted: str, name: str | None) -> None:
    assert find_zone(wanted) == name

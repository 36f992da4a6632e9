"""Components by Discord's limits."""

from typing import Any

import pytest

from bot.simulators.discord import components

Payload = dict[str, Any]


def row(*inside: Payload) -> Payload:
    return {"type": 1, "components": list(inside)}


def button(custom_id: str = "b", **more: object) -> Payload:
    return {"type": 2, "style": 1, "label": "Stop", "custom_id": custom_id, **more}


def select(**more: object) -> Payload:
    return {"type": 3, "custom_id": "s", "options": [{"label": "A", "value": "a"}], **more}


@pytest.mark.parametrize(
    "parts",
    [
        [row(*(button(str(number)) for number in range(5)))],
        [row(select())],
        [row({"type": 2, "style": 5, "label": "Open", "url": "https://example.org"})],
    ],
)
def test_what_fits_is_taken(parts: list[Payload]) -> None:
    assert components.mistakes(parts, layout=False) == []


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([row(*(button(str(number)) for number in range(6)))], "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        ([row(select(), button())], "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        ([row()], "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        ([row(button("same"), button("same"))], "COMPONENT_CUSTOM_ID_DUPLICATED"),
        ([row(button("x" * 101))], "BASE_TYPE_BAD_LENGTH"),
        ([row(button(label="l" * 81))], "BASE_TYPE_MAX_LENGTH"),
        ([row(button(style=9))], "BASE_TYPE_CHOICES"),
        ([row({"type": 2, "style": 5, "label": "Open"})], "BASE_TYPE_REQUIRED"),
        ([row(select(options=[]))], "BASE_TYPE_BAD_LENGTH"),
        ([row(select(placeholder="p" * 151))], "BASE_TYPE_MAX_LENGTH"),
        ([button()], "UNION_TYPE_CHOICES"),
        ([{"type": 10, "content": "text"}], "UNION_TYPE_CHOICES"),
    ],
)
def test_what_does_not_is_named(parts: list[Payload], code: str) -> None:
    assert code in [mistake.code for mistake in components.mistakes(parts, layout=False)]


def test_a_layout_has_forty_components_and_four_thousand_characters() -> None:
    text = {"type": 10, "content": "x" * 4000}

    assert components.mistakes([text], layout=True) == []
    assert components.mistakes([text, {"type": 10, "content": "y"}], layout=True)
    assert components.mistakes([{"type": 17, "components": [{"type": 14}] * 40}], layout=True)

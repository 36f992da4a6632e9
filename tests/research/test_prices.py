"""What is said of money: list prices, by kind of token and by search."""

from datetime import UTC, datetime

import pytest

from bot.interactions.types import Usage
from bot.research.prices import usd
from bot.research.rules import Rules

NOVEMBER = datetime(2026, 11, 20, tzinfo=UTC).timestamp()
AGENT, MAX_AGENT = "deep-research-preview-04-2026", "deep-research-max-preview-04-2026"
MILLION = 1_000_000


def cost(usage: Usage, *, name: str = AGENT, searches: int = 0, at: float = NOVEMBER) -> float:
    found = usd(name, usage, searches=searches, at=at)
    assert found is not None
    return round(found, 6)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (Usage(total_input_tokens=MILLION), 2.00),
        (Usage(total_input_tokens=MILLION, total_cached_tokens=MILLION), 0.20),
        (Usage(total_input_tokens=MILLION, total_cached_tokens=MILLION // 2), 1.10),
        (Usage(total_tool_use_tokens=MILLION), 2.00),
        (Usage(total_output_tokens=MILLION), 12.00),
        (Usage(total_thought_tokens=MILLION), 12.00),
    ],
    ids=["input", "cached input", "half of it cached", "used by tools", "output", "thought"],
)
def test_each_kind_of_token_has_its_price(usage: Usage, expected: float) -> None:
    assert cost(usage) == expected


def test_searches_are_paid_for_one_by_one() -> None:
    assert cost(Usage(), searches=100) == 1.40


def test_what_has_no_known_price_costs_nothing_that_could_be_said() -> None:
    assert usd("antigravity-preview-09-2026", Usage(total_tokens=MILLION), searches=3, at=NOVEMBER) is None


def test_a_price_that_was_announced_holds_from_its_day() -> None:
    usage = Usage(total_output_tokens=MILLION)
    eve, new_year = (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))

    assert cost(usage, name="gemini-3.8-flash", at=eve.timestamp()) == 3.75
    assert cost(usage, name="gemini-3.8-flash", at=new_year.timestamp()) == 7.50


@pytest.mark.parametrize(
    ("agent", "searches", "input_tokens", "output_tokens"),
    [(AGENT, 80, 250_000, 60_000), (MAX_AGENT, 160, 900_000, 80_000)],
)
def test_a_typical_research_costs_what_its_plan_has_announced(
    agent: str, searches: int, input_tokens: int, output_tokens: int
) -> None:
    usage = Usage(
        total_input_tokens=input_tokens, total_cached_tokens=input_tokens // 2, total_output_tokens=output_tokens
    )

    least, _, most, _ = Rules(agent=agent).price.split()

    assert float(least) <= cost(usage, name=agent, searches=searches) <= float(most)

"""What an interaction costs by the public list, in USD. About: free quotas, discounts and taxes are not known here.

Agents are charged as the model behind them, Gemini 3.1 Pro for Deep Research. Prompts beyond 200,000 tokens cost more,
but the usage of a run does not say how long each of its prompts was, so all count as shorter ones. An alias counts as
the model it meant when the list was read. What is not listed here has no price, and then no money is shown.

Source: "Gemini Developer API pricing", as of 2026-10-07, and "Gemini Deep Research Agent", Gemini API docs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.interactions.interaction import Usage

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """Per million tokens, and per search. Tokens that tools use are input; thoughts are output."""

    input: float
    cached: float  # input that was read before
    output: float
    search: float = 14 / 1000
    since: float = 0.0  # seconds since 1970


_NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC).timestamp()
_FLASH = (Price(0.75, 0.075, 3.75), Price(1.50, 0.15, 7.50, since=_NEW_YEAR))
_PRO = (Price(2.00, 0.20, 12.00),)
PRICES: Mapping[str, Sequence[Price]] = {  # of each, oldest first
    "deep-research-preview-04-2026": _PRO,
    "deep-research-max-preview-04-2026": _PRO,
    "gemini-3.1-pro-preview": _PRO,
    "gemini-3.8-flash": _FLASH,
    "gemini-flash-latest": _FLASH,
    "gemini-3.5-flash": (Price(1.50, 0.15, 9.00),),
}


def usd(name: str, usage: Usage, *, searches: int, at: float) -> float | None:
    """What a model or an agent has cost; None for one without a known price. `at` is when, in seconds since 1970."""
    prices = [price for price in PRICES.get(name, ()) if price.since <= at]
    if not prices:
        return None
    price = prices[-1]
    fresh = max(0, usage.total_input_tokens - usage.total_cached_tokens) + usage.total_tool_use_tokens
    said = usage.total_output_tokens + usage.total_thought_tokens
    tokens = fresh * price.input + usage.total_cached_tokens * price.cached + said * price.output
    return tokens / MILLION + searches * price.search

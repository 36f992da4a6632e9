"""A function call is played back with the signed thought before it, or not at all."""

from typing import Any

import pytest

from bot.simulators.gemini.signatures import SKIP, check_replay, sign
from bot.simulators.gemini.wire import ApiError

Json = dict[str, Any]
CALL: Json = {"type": "function_call"}
RESULT: Json = {"type": "function_result"}
ASKED: Json = {"type": "user_input"}
SIGNED: Json = {"type": "thought", "signature": sign("v1_x", 0)}
FORGED: Json = {"type": "thought", "signature": "Zm9yZ2Vk"}
SKIPPED: Json = {"type": "thought", "signature": SKIP}


@pytest.mark.parametrize(
    "steps",
    [
        [ASKED, SIGNED, CALL],
        [ASKED, SIGNED, CALL, CALL, RESULT, RESULT],
        [SKIPPED, ASKED, CALL, RESULT, CALL],
        [FORGED],
    ],
)
def test_a_signed_call_passes(steps: list[Json]) -> None:
    check_replay(steps, model="gemini-3.8-flash")


@pytest.mark.parametrize("steps", [[ASKED, CALL], [ASKED, FORGED, CALL], [ASKED, SIGNED, CALL, RESULT, CALL]])
def test_an_unsigned_call_does_not(steps: list[Json]) -> None:
    with pytest.raises(ApiError, match="thought signature"):
        check_replay(steps, model="gemini-3.8-flash")


def test_older_models_did_not_sign() -> None:
    check_replay([ASKED, CALL], model="gemini-2.5-flash")

"""`/control`: orders for the next requests, the ledger and the clock, for who tests against the simulator.

Whoever reaches the port may use it, which is why the simulator listens on loopback only.
"""

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.simulators.gemini.clock import Clock
from bot.simulators.gemini.ledger import Ledger
from bot.simulators.gemini.script import ORDERS, Script
from bot.simulators.gemini.wire import ApiError, timestamp


class _Advance(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    advance_seconds: float = Field(ge=0)


class Control:
    """The routes that the service does not have."""

    def __init__(self, script: Script, ledger: Ledger, clock: Clock) -> None:
        self._script = script
        self._ledger = ledger
        self._clock = clock

    async def order(self, request: Request) -> Response:
        """`POST /control/script`: what the next requests will get, as `Answers` or `Fails` in JSON."""
        try:
            self._script.order(ORDERS.validate_json(await request.body()))
        except ValueError as error:
            message = str(error) if not isinstance(error, ValidationError) else "This is no answer and no failure."
            raise ApiError(400, "invalid_request", message) from error
        return JSONResponse({})

    async def read_ledger(self, _request: Request) -> Response:
        """`GET /control/ledger`: every request so far, oldest first."""
        return JSONResponse({"requests": [recorded.to_json() for recorded in self._ledger.requests]})

    async def advance(self, request: Request) -> Response:
        """`POST /control/clock`: let `{"advance_seconds": n}` pass at once; the answer has the time it is then."""
        try:
            wanted = _Advance.model_validate_json(await request.body())
        except ValidationError as error:
            raise ApiError(400, "invalid_request", "'advance_seconds' must be a number and not negative.") from error
        self._clock.advance(wanted.advance_seconds)
        return JSONResponse({"now": timestamp(self._clock.now())})

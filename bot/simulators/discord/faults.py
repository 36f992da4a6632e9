"""Scripted bad days: what the next calls to a route, or the next gateway events, come to."""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bot.simulators.discord.errors import KNOWN


@dataclass(frozen=True)
class Failure:
    """How one or more calls fail. Everything unset leaves that part of the call as it is."""

    status: int | None = None  # HTTP status of the refusal
    code: int = 0  # Discord's number for it
    message: str = ""
    retry_after_seconds: float | None = None  # makes it a 429 whose penalty holds for later calls too
    everywhere: bool = False  # the 429 is global
    via: bool = True  # False looks like a ban by the network in front of Discord
    commit: bool = False  # the call takes effect before its reply fails
    drop: bool = False  # the connection is cut where the reply should be
    stall_seconds: float = 0.0  # before the reply
    times: int = 1


def rate_limited(retry_after_seconds: float, *, everywhere: bool = False, via: bool = True, times: int = 1) -> Failure:
    return Failure(status=429, retry_after_seconds=retry_after_seconds, everywhere=everywhere, via=via, times=times)


def refused_with(code: int, *, times: int = 1) -> Failure:
    """One of Discord's own errors by its number, such as 50013."""
    status, message = KNOWN[code]
    return Failure(status=status, code=code, message=message, times=times)


def broken(status: int = 500, *, commit: bool = False, times: int = 1) -> Failure:
    return Failure(status=status, message=f"{status}: Server Error", commit=commit, times=times)


def dropped_reply(*, commit: bool = True, times: int = 1) -> Failure:
    """The call is carried out but its sender never learns so."""
    return Failure(drop=True, commit=commit, times=times)


def stalled(seconds: float, *, times: int = 1) -> Failure:
    return Failure(stall_seconds=seconds, times=times)


class Faults:
    """What is scripted for calls. A route is a method with a template or a path, `*` standing for anything."""

    def __init__(self) -> None:
        self._scripted: list[tuple[str, Failure]] = []

    def add(self, route: str, failure: Failure) -> None:
        self._scripted += [(route, failure)] * failure.times

    def take(self, route: str, call: str) -> Failure | None:
        """The first failure meant for this call, used up. `call` is the route with its values filled in."""
        for index, (pattern, failure) in enumerate(self._scripted):
            if pattern in (route, call) or fnmatchcase(call, pattern):
                del self._scripted[index]
                return failure
        return None


class Delivery:
    """What becomes of gateway events: lost, repeated, or held back and let go in another order."""

    def __init__(self) -> None:
        self._lost = 0
        self._repeated = 0
        self._held: list[Callable[[], None]] | None = None

    def lose(self, count: int) -> None:
        self._lost += count

    def repeat(self, count: int) -> None:
        self._repeated += count

    def hold(self) -> None:
        self._held = self._held or []

    def release(self, *, newest_first: bool) -> None:
        held, self._held = self._held or [], None
        for deliver in reversed(held) if newest_first else held:
            deliver()

    def run(self, deliver: Callable[[], None]) -> None:
        """Deliver one event zero times, once, twice, or later."""
        if self._held is not None:
            self._held.append(deliver)
        elif self._lost:
            self._lost -= 1
        else:
            deliver()
            if self._repeated:
                self._repeated -= 1
                deliver()

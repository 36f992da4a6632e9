"""A machine whose clock somebody sets, while its monotonic clock goes on."""

import time


class MachineClock:
    """What `bot.clock` takes for the module `time`."""

    monotonic = staticmethod(time.monotonic)

    def __init__(self, *, ahead_seconds: float) -> None:
        self._ahead_seconds = ahead_seconds

    def time(self) -> float:
        return time.time() + self._ahead_seconds

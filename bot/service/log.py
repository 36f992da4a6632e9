"""Logs: one line an event, JSON or coloured, with what was bound around it; libraries' lines are made alike.

What libraries say at INFO can hold arguments and addresses, so of those only warnings are kept.
"""

import logging
import sys
import time
from typing import Literal

import structlog

SHARED: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
# No local variables in tracebacks: they hold what people wrote.
AS_JSON: list[structlog.types.Processor] = [
    structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
    structlog.processors.JSONRenderer(),
]
CALM_SECONDS = 60.0


class Calm(logging.Filter):
    """Lets the lines of one library through, of those that come from the same place one a minute.

    While the store refuses something, pydocket tells of it several times a second, traceback and all.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._said_at: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not super().filter(record):  # of somebody else
            return True
        place, now = (record.pathname, record.lineno), time.monotonic()
        if now - self._said_at.get(place, -CALM_SECONDS) < CALM_SECONDS:
            return False
        self._said_at[place] = now
        return True


def configure(style: Literal["json", "console"] | None = None, *, quiet: bool = False) -> None:
    """Log to stdout; without a style, by whether somebody watches. `quiet` keeps what needs attention only."""
    console = sys.stdout.isatty() if style is None else style == "console"
    renderer = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)] if console else AS_JSON
    )
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    handler.addFilter(Calm("docket"))
    # At each start they say that a token goes unused and that voice is missing, both of which is meant; or each second
    # that the store is away, which we say.
    for talkative in ("slack_bolt.AsyncApp", "discord.client", "docket"):
        logging.getLogger(talkative).setLevel(logging.ERROR)
    for ours in ("bot", "adapters"):
        logging.getLogger(ours).setLevel(logging.WARNING if quiet else logging.INFO)

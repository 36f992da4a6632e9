"""Reading records that another release may have written.

One that this release cannot read counts as none, so that its thread goes on: at worst something is done that was done
before. It stays as it is until then, for the release that can read it.
"""

from collections.abc import Sequence
from typing import TypeVar

import structlog
from pydantic import BaseModel, ValidationError

R = TypeVar("R", bound=BaseModel)

log = structlog.stdlib.get_logger()


def parse(kind: type[R], stored: str | bytes | None, what: str, name: str) -> R | None:
    """The record, or None when there is none, or none that can be read; `what` is of that name."""
    try:
        return None if stored is None else kind.model_validate_json(stored)
    except ValidationError as error:
        tell_unreadable(what, [name], cause=str(error))
        return None


def tell_unreadable(what: str, names: Sequence[str], **facts: str) -> None:
    event = f"{what}_unreadable"
    for name in names:
        log.error(event, **{what: name}, **facts, fix="start the release that wrote it")

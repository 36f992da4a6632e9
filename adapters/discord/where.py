"""Where something broke, for the log."""

import traceback
from pathlib import PurePath


def where(error: BaseException) -> str:
    """File, line and function. What an error says is left out, since it may quote an event."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}"

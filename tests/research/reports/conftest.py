"""Reports as an agent gives them."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from bot.interactions.types import Interaction, MediaOutput, ModelOutput, Step, TextOutput
from bot.interactions.wire import JsonObject
from bot.research.reports.report import Report, build_report

CREATED = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)

MakeReport = Callable[..., Report]
MakeImage = Callable[..., bytes]
Cite = Callable[..., TextOutput]


@pytest.fixture
def cite() -> Cite:
    return _cite


def _cite(text: str, **cited: str) -> TextOutput:
    """A text where each word given, with _ for spaces, is cited from the address given for it."""
    annotations: list[JsonObject] = []
    for words, url in cited.items():
        end = len(text[: text.index(words.replace("_", " "))].encode()) + len(words.encode())
        annotations.append({"type": "url_citation", "url": url, "title": f"About {words}", "end_index": end})
    return TextOutput(text, tuple(annotations))


@pytest.fixture
def make_report() -> MakeReport:
    return _make_report


def _make_report(
    *parts: str | TextOutput | MediaOutput | Step, question: str = "What is it?", reference: str = "", note: str = ""
) -> Report:
    """Of steps as they are, and a last one of all texts and content."""
    steps = [part for part in parts if not isinstance(part, str | TextOutput | MediaOutput)]
    content = [part for part in parts if isinstance(part, str | TextOutput | MediaOutput)]
    told = ModelOutput(tuple(TextOutput(part) if isinstance(part, str) else part for part in content))
    interaction = Interaction(id="v1_report", status="completed", steps=(*steps, told))
    return build_report(interaction, question=question, created=CREATED, reference=reference, note=note)


@pytest.fixture
def make_image() -> MakeImage:
    return _make_image


def _make_image(kind: str = "PNG", width: int = 60, height: int = 40, mode: str = "RGB") -> bytes:
    buffer = BytesIO()
    Image.new(mode, (width, height), "teal").save(buffer, kind)
    return buffer.getvalue()

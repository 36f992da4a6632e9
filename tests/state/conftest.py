import pytest

from bot.content import TextContent
from bot.models import Inbound, MessageId, Thread, UserId

THREAD = Thread(platform="slack", team="T1", channel="C1", root=MessageId("1715.0001"))


@pytest.fixture
def thread() -> Thread:
    return THREAD


@pytest.fixture
def message() -> Inbound:
    return inbound("1715.0001")


@pytest.fixture
def follow_up() -> Inbound:
    return inbound("1715.0002", addressed=False)


def inbound(message: str, *, addressed: bool = True) -> Inbound:
    return Inbound(
        thread=THREAD,
        message=MessageId(message),
        author=UserId("U1"),
        content=(TextContent(text="Hello"),),
        addressed=addressed,
    )

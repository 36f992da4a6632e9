"""What a process that has no store keeps of how far it heard."""

from adapters.discord.cursors import RememberedCursors
from bot.models import MessageId


async def test_cursors_and_direct_channels_are_kept_until_they_change() -> None:
    cursors = RememberedCursors()
    await cursors.move({"0/2": MessageId("600"), "1/2": MessageId("601")})
    await cursors.move({"0/2": MessageId("602")})
    await cursors.met("500", 1.0)
    await cursors.met("501", 2.0)
    await cursors.left("500")

    assert await cursors.get() == {"0/2": "602", "1/2": "601"}
    assert await cursors.direct_channels() == ["501"]

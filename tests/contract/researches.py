"""Researches as people ask for them, up to the point at which a test begins."""

from tests.contract.platforms import Platform, Said

QUESTION = "research What do otters eat?"
UNKNOWN = "cannot tell whether it runs"


async def at_work(platform: Platform) -> Said:
    """A research that was asked for, and has begun."""
    mention = await platform.mention(QUESTION)
    await platform.replied(mention, "at work")
    return mention


async def proposed(platform: Platform) -> Said:
    """A research whose plan waits for somebody."""
    mention = await platform.mention(QUESTION)
    await platform.until(lambda: "Approve" in platform.buttons(mention))
    return mention


async def unknown(platform: Platform) -> Said:
    """A research that was asked for, and of which nobody knows whether it has begun: the API was made to drop it."""
    mention = await platform.mention(QUESTION)
    await platform.replied(mention, UNKNOWN)
    return mention

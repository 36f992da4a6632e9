"""In which time zone people's times are: as they said, else as their platform says, else as whoever runs the bot set.

What a sentence itself names, as in "9:00 Europe/Berlin", goes before all of these; see `when`.
"""

from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import available_timezones

from bot.clock import Clock
from bot.conversation.adapter import Channel, KnowsTimeZones
from bot.conversation.exchange import Exchange
from bot.models import Inbound
from bot.research.moments import is_zone, render_moment
from bot.state.zones import Zones

HOW_TO_SET = "`zone Europe/Zurich`"


class Source(Enum):
    TOLD = auto()
    PLATFORM = auto()
    DEFAULT = auto()


class Zone(NamedTuple):
    name: str  # IANA's
    source: Source


class TimeZones:
    def __init__(self, told: Zones, clock: Clock, *, default: str) -> None:
        self._told, self._clock = told, clock
        self.default = default

    async def of(self, message: Inbound, channel: Channel) -> Zone:
        """The zone of who wrote the message."""
        told = await self._told.get(message)
        if told is not None and is_zone(told):
            return Zone(told, Source.TOLD)
        known = await channel.time_zone(message) if isinstance(channel, KnowsTimeZones) else None
        if known is not None and is_zone(known):
            return Zone(known, Source.PLATFORM)
        return Zone(self.default, Source.DEFAULT)

    async def zone(self, exchange: Exchange) -> str:
        """The handler of `zone`."""
        wanted = exchange.said.argument if exchange.said else ""
        if not wanted:
            return self._render(await self.of(exchange.message, exchange.channel))
        name = find_zone(wanted)
        if name is None:
            return f"I know no such time zone. Name the nearest large city, like {HOW_TO_SET}."
        await exchange.run.write(beside=[self._told.told(exchange.message, name)])
        return f"Your schedules are in {name} from now on, where it is {self._now(name)}. Older ones stay as they are."

    def _render(self, zone: Zone) -> str:
        because = {
            Source.TOLD: "as you told me",
            Source.PLATFORM: "as your profile here says",
            Source.DEFAULT: "since I know no other of you",
        }
        now = self._now(zone.name)
        return f"{zone.name}, {because[zone.source]}; it is {now} there. To change that, say for instance {HOW_TO_SET}."

    def _now(self, zone: str) -> str:
        return render_moment(self._clock.now(), zone)


def render_hint(zone: str) -> str:
    """For who has a schedule in the default zone, and may live elsewhere."""
    return f"I took {zone} for your time zone; if it is another, say for instance {HOW_TO_SET} and edit your message."


def find_zone(wanted: str) -> str | None:
    """The IANA name of a time zone that somebody wrote in their own way: "europe/zurich", "New York"; None where none
    is called so."""
    name = wanted.strip(" `<>.").replace(" ", "_").casefold()
    return _names().get(name)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """All that a zone may be called, without regard to case: its name, and its city alone."""
    regions = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    names = sorted(name for name in available_timezones() if name.startswith(regions) or name in ("UTC", "GMT"))
    cities = {name.rpartition("/")[2].casefold(): name for name in reversed(names)}
    return cities | {name.casefold(): name for name in names}

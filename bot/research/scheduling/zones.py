"""In which time zone people's times are: as they said, else as their platform says, else as whoever runs the bot set.

What a sentence itself names, as in "9:00 Europe/Berlin", goes before all of these; see `when`.
"""

from enum import Enum, auto
from typing import NamedTuple

from bot.clock import Clock
from bot.conversation.adapter import Channel, KnowsTimeZones
from bot.conversation.exchange import Exchange
from bot.conversation.zone_names import find_zone
from bot.models import Inbound
from bot.research.scheduling.moments import is_zone, render_moment
from bot.research.scheduling.texts import how_to_set
from bot.state.zones import Zones


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
            return f"I know no such time zone. Name a large city near you, {how_to_set()}."
        await exchange.run.write(beside=[self._told.told(exchange.message, name)])
        return f"Your schedules are in {name} from now on, where it is {self._now(name)}. Older ones stay as they are."

    def _render(self, zone: Zone) -> str:
        because = {
            Source.TOLD: "as you told me",
            Source.PLATFORM: "as your profile here says",
            Source.DEFAULT: "since you have not told me where you are",
        }
        there = f"where it is {self._now(zone.name)} now"
        why = because[zone.source]
        return f"For you I take {zone.name}, {there}, {why}. To change that, name a city, {how_to_set(zone.name)}."

    def _now(self, zone: str) -> str:
        return render_moment(self._clock.now(), zone)

"""The Discord simulator: discord.com on a loopback port, with a ledger of all that became visible.

It shares no code with the adapter it plays against. What it enforces is what the real service does, as far as its
documentation and its clients tell.
"""

from bot.simulators.discord.faults import Failure, broken, dropped_reply, rate_limited, refused_with, stalled
from bot.simulators.discord.ledger import Entry, Ledger
from bot.simulators.discord.limits import Rate
from bot.simulators.discord.nouns import Channel, Guild, Interaction, Message, Permission, Upload, User
from bot.simulators.discord.simulator import DiscordSimulator
from bot.simulators.discord.world import Portal

__all__ = [
    "Channel",
    "DiscordSimulator",
    "Entry",
    "Failure",
    "Guild",
    "Interaction",
    "Ledger",
    "Message",
    "Permission",
    "Portal",
    "Rate",
    "Upload",
    "User",
    "broken",
    "dropped_reply",
    "rate_limited",
    "refused_with",
    "stalled",
]

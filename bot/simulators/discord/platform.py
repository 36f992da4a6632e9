"""The parts of one simulated Discord, wired together."""

from dataclasses import dataclass

from bot.simulators.discord.clock import Clock
from bot.simulators.discord.commands import Commands
from bot.simulators.discord.faults import Faults
from bot.simulators.discord.files import Files
from bot.simulators.discord.gateway import Gateway
from bot.simulators.discord.interactions import Interactions
from bot.simulators.discord.invocations import Invocations
from bot.simulators.discord.ledger import Ledger
from bot.simulators.discord.limits import RateLimits
from bot.simulators.discord.places import Places
from bot.simulators.discord.posting import Posting
from bot.simulators.discord.world import Portal, World


@dataclass(frozen=True)
class Platform:
    token: str
    clock: Clock
    world: World
    ledger: Ledger
    files: Files
    gateway: Gateway
    posting: Posting
    places: Places
    commands: Commands
    invocations: Invocations
    interactions: Interactions
    limits: RateLimits
    faults: Faults


def build(token: str, *, enforce_rate_limits: bool, portal: Portal) -> Platform:
    clock = Clock()
    world = World(clock, portal=portal)
    ledger = Ledger(clock)
    files = Files(world)
    gateway = Gateway(world, ledger)
    posting = Posting(world, files, gateway, ledger)
    invocations = Invocations(world, files)
    return Platform(
        token=token,
        clock=clock,
        world=world,
        ledger=ledger,
        files=files,
        gateway=gateway,
        posting=posting,
        places=Places(world, posting, gateway, ledger),
        commands=Commands(world, ledger),
        invocations=invocations,
        interactions=Interactions(world, invocations, posting, gateway, ledger),
        limits=RateLimits(clock, enforced=enforce_rate_limits),
        faults=Faults(),
    )

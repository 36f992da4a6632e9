"""How long each thing may take before others act on it. One object, so that tests can shrink all of it together."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds, all of them."""

    lease: float = 10.0  # a run that is not heard of for so long has lost its thread
    watch: float = 0.5  # between two looks at Redis, at the leases and at what is to be handed over
    lost: float = 2.0  # without an answer of Redis, before what runs here is stopped
    sweep: float = 15.0  # between two looks for work that nobody does
    redelivery: float = 30.0  # before the engine hands out again what a worker took that died
    reconnection: float = 1.0  # of the engine, between two attempts
    grace: float = 0.2  # for what is about to end by itself when a worker stops
    leave: float = 5.0  # for the engine to take its leave of Redis then, which may be frozen
    seat: float = 10.0  # after which the gateway's place is free, when who had it is not heard of

"""Plans of histories: drawn from their seed alone, and of every point that some code comes to."""

from itertools import islice

from tests.chaos.plan import Planner, Restart
from tests.chaos.points import Kill, tried

HISTORIES = 24


def test_the_same_seed_gives_the_same_plans_and_another_one_others() -> None:
    first, again, other = (list(islice(Planner(seed).plans(), HISTORIES)) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_every_point_has_its_turn() -> None:
    plans = islice(Planner(1).plans(), HISTORIES)

    faults = [fault for plan in plans for faults in plan.faults.values() for fault in faults]
    kills = {fault.point for fault in faults if isinstance(fault, Kill)}
    kills |= {fault.kill.point for fault in faults if isinstance(fault, Restart) and fault.kill}
    assert kills == set(tried())

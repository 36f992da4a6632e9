from bot.playground.discord_activity import Activity, Use
from bot.simulators.discord import Ledger
from bot.simulators.discord.clock import Clock


def test_typing_ends_with_the_message() -> None:
    ledger = Ledger(Clock())
    activity = Activity(ledger)

    ledger.record("typing", channel_id="1", user_id="bot")
    before = activity.typist("1")
    ledger.record("post", channel_id="1", author_id="somebody")
    meanwhile = activity.typist("1")
    ledger.record("post", channel_id="1", author_id="bot")

    assert (before, meanwhile, activity.typist("1"), activity.typist("2")) == ("bot", "bot", None, None)


def test_typing_of_long_ago_is_over() -> None:
    past, now = Clock(), Clock()
    past.advance(-11)
    ledger = Ledger(past)

    ledger.record("typing", channel_id="1", user_id="bot")

    assert now.now() - next(iter(ledger)).at > 10
    assert Activity(ledger).typist("1") is None


def test_a_command_is_remembered_by_who_used_it() -> None:
    ledger = Ledger(Clock())
    activity = Activity(ledger)

    ledger.record("interaction", interaction_id="7", type="command", name="ask", user_id="mina")
    ledger.record("interaction", interaction_id="8", type="component", name="stop", user_id="mina")

    assert activity.use("7") == Use("ask", "mina")
    assert activity.use("8") is None
